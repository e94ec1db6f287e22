"""Records of a factory 班次与月度记录: why machines stood, shifts that were ended, consents, figures of months."""

from django.db import models

from jiqun.ledger.fields import KeyField
from jiqun.ledger.models.constraints import one_of, who_and_when
from jiqun.ledger.models.factory import Factory

STOP_KINDS = ("down", "delay", "changeover", "planned")


class StopReason(models.Model):
    """Why a machine stood from an instant to an instant; never removed: a later word names the one it replaces.

    machine      key of the machine; kind: what the stop counts as in OEE
    replaced_by  the word that holds instead; empty for the one that holds
    """

    factory = models.ForeignKey(Factory, on_delete=models.CASCADE, related_name="stop_reasons")
    machine = KeyField(max_length=64)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    kind = KeyField(max_length=16)
    reason = models.CharField(max_length=200)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()
    replaced_by = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        db_table = "ledger_stop_reason"
        indexes = (models.Index(fields=["factory", "machine", "starts_at"], name="stop_reason_when"),)
        constraints = (
            one_of("kind", STOP_KINDS, name="stop_reason_kind"),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="stop_reason_in_order"
            ),
        )


class ShiftEnd(models.Model):
    """A shift as its report stood when it was ended; ended once more it is a new revision, the earlier ones stay.

    day, name   the shift of the calendar, by the day it begins on
    line        "" for the whole factory
    figures     what the report said; sha256: of its canonical text
    """

    factory = models.ForeignKey(Factory, on_delete=models.CASCADE, related_name="shift_ends")
    day = models.DateField()
    name = models.CharField(max_length=80)
    line = KeyField(max_length=64, blank=True, default="")
    revision = models.PositiveIntegerField(default=1)
    figures = models.JSONField(default=dict)
    sha256 = KeyField(max_length=64)
    remark = models.TextField(blank=True, default="")
    ended_by = models.CharField(max_length=150)
    ended_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_shift_end"
        constraints = (
            models.UniqueConstraint(
                fields=["factory", "day", "name", "line", "revision"], name="shift_end_revision"
            ),
        )


class FactoryConsent(models.Model):
    """The enterprise's consent that one figure of each month from `from_month` (2026-10) on goes into its ledger."""

    factory = models.ForeignKey(Factory, on_delete=models.CASCADE, related_name="consents")
    indicator = KeyField(max_length=80)
    from_month = KeyField(max_length=7)
    purpose = models.CharField(max_length=300)
    given_by = models.CharField(max_length=150)
    given_at = models.DateTimeField()
    withdrawn_by = models.CharField(max_length=150, blank=True, default="")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "ledger_factory_consent"
        constraints = (
            who_and_when("withdrawn_by", "withdrawn_at", name="factory_consent_withdrawn"),
            models.UniqueConstraint(
                fields=["factory", "indicator"], condition=models.Q(withdrawn_at=None), name="factory_consent_once"
            ),
        )


class RegisterWord(models.Model):
    """A person's word that the register of machines is complete: every production machine, connected or not."""

    factory = models.ForeignKey(Factory, on_delete=models.CASCADE, related_name="register_words")
    machines = models.PositiveIntegerField()
    given_by = models.CharField(max_length=150)
    given_at = models.DateTimeField()
    withdrawn_by = models.CharField(max_length=150, blank=True, default="")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "ledger_register_word"
        constraints = (
            who_and_when("withdrawn_by", "withdrawn_at", name="register_word_withdrawn"),
            models.UniqueConstraint(
                fields=["factory"], condition=models.Q(withdrawn_at=None), name="register_word_once"
            ),
        )


class MonthFigure(models.Model):
    """A month's figure as it was sent, with what it rests on; nothing of it is ever removed.

    value     as text; high: the upper end of a range; bound: = ≥ ≤ range; "" and 是 for a state
    evidence  from, to, machines, points, readings counted, missing share, batches, engine version; days by point
    batch     batch of the ledger that brought the fact
    """

    factory = models.ForeignKey(Factory, on_delete=models.CASCADE, related_name="month_figures")
    indicator = KeyField(max_length=80)
    month = KeyField(max_length=7)
    value = models.CharField(max_length=60)
    high = models.CharField(max_length=60, blank=True, default="")
    bound = models.CharField(max_length=8, default="=")
    unit = models.CharField(max_length=40)
    evidence = models.JSONField(default=dict)
    batch = KeyField(max_length=40, db_index=True)
    sent_by = models.CharField(max_length=150)
    sent_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_month_figure"
        indexes = (models.Index(fields=["factory", "indicator", "month"], name="month_figure_of"),)
