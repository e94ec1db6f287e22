"""One load of data 批次, from the file received to the rows visible, or undone."""

from django.db import models

from jiqun.ledger.fields import KeyField
from jiqun.ledger.models.constraints import one_of, who_and_when
from jiqun.ledger.models.role_grant import SCOPE_KINDS

BATCH_KINDS = ("enterprises", "facts", "subjects", "relations", "readings")
BATCH_STATES = ("received", "staged", "merged", "visible", "undone", "failed")


class Batch(models.Model):
    """A sortable id, what came in, by whom, how many rows went where, and for which scope."""

    id = KeyField(max_length=40, primary_key=True)
    kind = KeyField(max_length=16)
    file_name = models.CharField(max_length=300, blank=True, default="")
    sha256 = KeyField(max_length=64, blank=True, default="", db_index=True)
    bytes = models.BigIntegerField(default=0)
    source = KeyField(max_length=80, blank=True, default="")
    mapping = models.JSONField(default=dict)
    scope_kind = KeyField(max_length=16, default="all")
    scope_key = KeyField(max_length=200, blank=True, default="")
    state = KeyField(max_length=16, default="received")
    rows = models.BigIntegerField(default=0)
    accepted = models.BigIntegerField(default=0)
    created = models.BigIntegerField(default=0)
    updated = models.BigIntegerField(default=0)
    unchanged = models.BigIntegerField(default=0)
    quarantined = models.BigIntegerField(default=0)
    flagged = models.BigIntegerField(default=0)
    by = models.CharField(max_length=150)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=150, blank=True, default="")
    undone_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True, default="")

    class Meta:
        db_table = "ledger_batch"
        constraints = (
            one_of("kind", BATCH_KINDS, name="batch_kind"),
            one_of("state", BATCH_STATES, name="batch_state"),
            one_of("scope_kind", SCOPE_KINDS, name="batch_scope_kind"),
            who_and_when("undone_by", "undone_at", name="batch_undone_pair"),
            models.CheckConstraint(
                condition=~models.Q(state="undone") | models.Q(undone_at__isnull=False),
                name="batch_undone_says_when",
            ),
        )
