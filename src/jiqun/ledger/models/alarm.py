"""报警 alarms of a factory: limits, where each stands, the journal of what happened to them."""

from django.db import models

from jiqun.ledger.fields import KeyField
from jiqun.ledger.models.constraints import one_of
from jiqun.ledger.models.factory import Factory

SIDES = ("high", "low")
PRIORITIES = (1, 2, 3, 4)


class AlarmLimit(models.Model):
    """One limit of one point; its earlier versions stand in the audit trail.

    setpoint, deadband  in the point's unit; on_delay_s, off_delay_s: seconds the condition must hold, or be gone
    response  what the person who hears it is to do
    enabled   False: not watched and in no list of standing alarms; its journal stays
    """

    factory = models.ForeignKey(Factory, on_delete=models.CASCADE, related_name="alarm_limits")
    key = KeyField(max_length=128)
    point = KeyField(max_length=128)
    name = models.CharField(max_length=200)
    side = KeyField(max_length=8)
    setpoint = models.FloatField()
    deadband = models.FloatField(default=0.0)
    on_delay_s = models.FloatField(default=0.0)
    off_delay_s = models.FloatField(default=0.0)
    priority = models.PositiveSmallIntegerField(default=3)
    latching = models.BooleanField(default=False)
    response = models.TextField(blank=True, default="")
    enabled = models.BooleanField(default=True)
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField()
    changed_by = models.CharField(max_length=150, blank=True, default="")
    changed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "ledger_alarm_limit"
        constraints = (
            models.UniqueConstraint(fields=["factory", "key"], name="alarm_limit_once"),
            one_of("side", SIDES, name="alarm_limit_side"),
            models.CheckConstraint(
                condition=models.Q(deadband__gte=0, on_delay_s__gte=0, off_delay_s__gte=0), name="alarm_limit_not_negative"
            ),
            models.CheckConstraint(condition=models.Q(priority__in=PRIORITIES), name="alarm_limit_priority"),
        )  # fmt: skip


class AlarmStanding(models.Model):
    """Where one alarm stands. Instants are microseconds since 1970, as the state machine reckons.

    raw, since_us, active  the condition as read, since when, and after its delays
    seen_us    last instant the alarm has lived through; read_us: instant of the last reading it took
    raised_us  when somebody was last called; changed_us: when the state last changed
    late, bad  readings that lay before one taken already; readings that said nothing
    """

    limit = models.OneToOneField(AlarmLimit, on_delete=models.CASCADE, related_name="standing")
    state = KeyField(max_length=32, default="normal")
    raw = models.BooleanField(default=False)
    since_us = models.BigIntegerField(default=0)
    active = models.BooleanField(default=False)
    shelved_until_us = models.BigIntegerField(null=True, blank=True)
    seen_us = models.BigIntegerField(null=True, blank=True)
    read_us = models.BigIntegerField(null=True, blank=True)
    value = models.FloatField(null=True, blank=True)
    raised_us = models.BigIntegerField(null=True, blank=True)
    changed_us = models.BigIntegerField(null=True, blank=True)
    late = models.BigIntegerField(default=0)
    bad = models.BigIntegerField(default=0)

    class Meta:
        db_table = "ledger_alarm_standing"


class AlarmEntry(models.Model):
    """One move of one alarm, appended and never changed: by the process, by time, or by a person (`by`).

    priority  of the limit at that moment; value: what was read; until_us: end of a shelving
    raises    somebody was called
    """

    limit = models.ForeignKey(AlarmLimit, on_delete=models.CASCADE, related_name="entries")
    at_us = models.BigIntegerField()
    name = KeyField(max_length=32)
    before = KeyField(max_length=32)
    after = KeyField(max_length=32)
    by = models.CharField(max_length=150, blank=True, default="")
    why = models.TextField(blank=True, default="")
    value = models.CharField(max_length=40, blank=True, default="")
    until_us = models.BigIntegerField(null=True, blank=True)
    priority = models.PositiveSmallIntegerField()
    raises = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_alarm_entry"
        indexes = (models.Index(fields=["limit", "at_us"], name="alarm_entry_of"),)
