"""A title 称号 an enterprise holds until a day, by recognition or from a list; notices about it and about recognitions."""

from django.db import models

from jiqun.ledger.fields import KeyField
from jiqun.ledger.models.constraints import one_of, who_and_when

TITLE_STATES = ("held", "replaced", "taken_back")
TITLE_HOW = ("recognised", "registered")
NOTICE_KINDS = ("publicity", "granted", "refused", "review", "expiring", "taken_back")


class Title(models.Model):
    """One title of one enterprise from a day to a day (both included); nothing of it is ever removed.

    field        what rules read: title_zjtx_until …; label_zh, label_en: what it was called when it was entered
    pack, version, recognition, ruling   what it rests on; empty for one entered from a list
    origin       document a list was taken from
    state        held (past its last day it is over) | replaced (a later one of the same kind follows) | taken_back
    """

    subject = KeyField(max_length=200)
    subject_label = models.CharField(max_length=300, blank=True, default="")
    region = KeyField(max_length=6, blank=True, default="")
    field = KeyField(max_length=80)
    label_zh = models.CharField(max_length=200)
    label_en = models.CharField(max_length=200)
    pack = KeyField(max_length=120, blank=True, default="")
    version = KeyField(max_length=40, blank=True, default="")
    how = KeyField(max_length=16)
    granted_on = models.DateField()
    starts_on = models.DateField()
    valid_until = models.DateField()
    recognition = KeyField(max_length=40, blank=True, default="", db_index=True)
    ruling = models.JSONField(default=dict)
    origin = models.CharField(max_length=300, blank=True, default="")
    synthetic = models.BooleanField(default=False)
    state = KeyField(max_length=16, default="held")
    entered_by = models.CharField(max_length=150)
    entered_at = models.DateTimeField()
    taken_back_by = models.CharField(max_length=150, blank=True, default="")
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_why = models.TextField(blank=True, default="")

    class Meta:
        db_table = "ledger_title"
        indexes = (
            models.Index(fields=["subject", "field"], name="title_subject"),
            models.Index(fields=["state", "valid_until"], name="title_until"),
        )
        constraints = (
            one_of("state", TITLE_STATES, name="title_state_word"),
            one_of("how", TITLE_HOW, name="title_how_word"),
            who_and_when("taken_back_by", "taken_back_at", name="title_taken_back_pair"),
            models.CheckConstraint(
                condition=models.Q(valid_until__gte=models.F("starts_on")), name="title_days_in_order"
            ),
            models.UniqueConstraint(
                fields=["subject", "field"], condition=models.Q(state="held"), name="title_held_once"
            ),
        )


class TitleNotice(models.Model):
    """A notice to one enterprise about a title or a recognition, shown where it works until it was seen.

    title, recognition   what it is about; days: which reminder before the last day it is, 0 for others
    """

    subject = KeyField(max_length=200)
    kind = KeyField(max_length=16)
    title = models.BigIntegerField(default=0)
    recognition = KeyField(max_length=40, blank=True, default="")
    days = models.IntegerField(default=0)
    text = models.CharField(max_length=500)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()
    seen_by = models.CharField(max_length=150, blank=True, default="")
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "ledger_title_notice"
        indexes = (models.Index(fields=["subject", "id"], name="title_notice_of"),)
        constraints = (
            one_of("kind", NOTICE_KINDS, name="title_notice_kind"),
            who_and_when("seen_by", "seen_at", name="title_notice_seen"),
            models.UniqueConstraint(
                fields=["title", "kind", "days"], condition=models.Q(days__gt=0), name="title_reminded_once"
            ),
        )
