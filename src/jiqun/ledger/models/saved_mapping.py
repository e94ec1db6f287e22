"""How an office's form maps to our columns 表头对照, remembered from the last time."""

from django.db import models

from jiqun.ledger.fields import KeyField


class SavedMapping(models.Model):
    """The mapping last confirmed for a form (fingerprint of its header) by an office."""

    form = KeyField(max_length=64)
    office = KeyField(max_length=200, blank=True, default="")
    kind = KeyField(max_length=16)
    mapping = models.JSONField(default=dict)
    header = models.JSONField(default=list)
    saved_by = models.CharField(max_length=150)
    saved_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_saved_mapping"
        constraints = (models.UniqueConstraint(fields=["form", "office", "kind"], name="saved_mapping_once"),)
