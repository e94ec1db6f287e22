"""A segment on its way from a ledger transaction to the lake 发件箱."""

from django.db import models

from jiqun.ledger.fields import KeyField
from jiqun.ledger.models.constraints import one_of

SEGMENT_STATES = ("received", "published", "merged")


class OutboxSegment(models.Model):
    """File of rows staged for one lake table by one writer; `key` is its name from stage to the end."""

    batch = KeyField(max_length=40, db_index=True)
    table = KeyField(max_length=40)
    writer = KeyField(max_length=80)
    key = KeyField(max_length=250)
    sha256 = KeyField(max_length=64, blank=True, default="")
    rows = models.BigIntegerField()
    state = KeyField(max_length=16, default="received")
    recorded_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    merged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "ledger_outbox_segment"
        indexes = (models.Index(fields=["state", "id"], name="outbox_segment_state"),)
        constraints = (
            one_of("state", SEGMENT_STATES, name="outbox_segment_state_word"),
            models.UniqueConstraint(fields=["writer", "key"], name="outbox_segment_once"),
        )
