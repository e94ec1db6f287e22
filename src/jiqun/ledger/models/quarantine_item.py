"""A row the gate set aside 隔离区; the row itself stays in the lake."""

from django.db import models

from jiqun.ledger.fields import KeyField
from jiqun.ledger.models.constraints import one_of, who_and_when

ITEM_STATES = ("waiting", "resubmitted", "dismissed")


class QuarantineItem(models.Model):
    """One bad row: which file and line, which columns, which reason codes, and what became of it."""

    batch = KeyField(max_length=40)
    file = models.CharField(max_length=300, blank=True, default="")
    row_no = models.BigIntegerField()
    columns = models.JSONField(default=list)
    codes = models.JSONField(default=list)
    summary = models.CharField(max_length=500, blank=True, default="")
    state = KeyField(max_length=16, default="waiting")
    resolved_by = models.CharField(max_length=150, blank=True, default="")
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_batch = KeyField(max_length=40, blank=True, default="")

    class Meta:
        db_table = "ledger_quarantine_item"
        indexes = (models.Index(fields=["state", "id"], name="quarantine_item_state"),)
        constraints = (
            one_of("state", ITEM_STATES, name="quarantine_item_state_word"),
            who_and_when("resolved_by", "resolved_at", name="quarantine_item_resolved_pair"),
            models.UniqueConstraint(fields=["batch", "file", "row_no"], name="quarantine_item_once"),
        )
