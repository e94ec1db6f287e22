"""Where a statement comes from 来源."""

from django.db import models

from jiqun.ledger.fields import KeyField
from jiqun.ledger.models.constraints import one_of, who_and_when
from jiqun.ledger.models.role_grant import SCOPE_KINDS

SOURCE_KINDS = ("document", "register", "office_sheet", "readings", "synthetic", "user")


class Source(models.Model):
    """A document, a register, an office's sheet, readings of an enterprise's machines, a generator or a person.

    published_on    day it was published; published_inferred says the day was inferred
    speaks_as_of    day the text speaks of, which can be months before it was published
    owner_kind, owner_key  scope of the office it belongs to; nobody outside it hands in rows as coming from it
    withdrawn_by, withdrawn_at  by whom and when its office withdrew it; empty while it stands
    """

    key = KeyField(max_length=80, primary_key=True)
    kind = KeyField(max_length=16)
    title = models.CharField(max_length=300)
    publisher = models.CharField(max_length=200, blank=True, default="")
    published_on = models.DateField(null=True, blank=True)
    published_inferred = models.BooleanField(default=False)
    speaks_as_of = models.DateField(null=True, blank=True)
    speaks_inferred = models.BooleanField(default=False)
    licence = models.CharField(max_length=200, blank=True, default="")
    url = models.CharField(max_length=500, blank=True, default="")
    note = models.TextField(blank=True, default="")
    synthetic = models.BooleanField(default=False)
    owner_kind = KeyField(max_length=16, default="all")
    owner_key = KeyField(max_length=200, blank=True, default="")
    withdrawn_by = models.CharField(max_length=150, blank=True, default="")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_why = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        db_table = "ledger_source"
        constraints = (
            one_of("kind", SOURCE_KINDS, name="source_kind"),
            one_of("owner_kind", SCOPE_KINDS, name="source_owner_kind"),
            who_and_when("withdrawn_by", "withdrawn_at", name="source_withdrawn_pair"),
        )
