"""A factory 工厂 of an enterprise: lines, machines, points, shifts, and the tokens its boxes send with."""

from django.db import models

from jiqun.ledger.fields import KeyField
from jiqun.ledger.models.constraints import one_of, who_and_when

POINT_KINDS = ("measurement", "total", "counter")


class Factory(models.Model):
    """One site of one enterprise; its key stands in every batch its boxes send.

    subject  the enterprise it belongs to; whoever may act for that one may act here
    """

    key = KeyField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    subject = KeyField(max_length=200, db_index=True)
    region = KeyField(max_length=6, blank=True, default="")
    synthetic = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_factory"


class FactoryToken(models.Model):
    """What a box shows to send for one factory; only the hash is kept, the prefix finds the row."""

    factory = models.ForeignKey(Factory, on_delete=models.CASCADE, related_name="tokens")
    prefix = KeyField(max_length=16, unique=True)
    sha256 = KeyField(max_length=64)
    label = models.CharField(max_length=120)
    issued_by = models.CharField(max_length=150)
    issued_at = models.DateTimeField()
    revoked_by = models.CharField(max_length=150, blank=True, default="")
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "ledger_factory_token"
        constraints = (who_and_when("revoked_by", "revoked_at", name="factory_token_revoked"),)


class FactoryLine(models.Model):
    """One line; `place` orders lines on a page."""

    factory = models.ForeignKey(Factory, on_delete=models.CASCADE, related_name="lines")
    key = KeyField(max_length=64)
    name = models.CharField(max_length=200)
    place = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "ledger_factory_line"
        constraints = (models.UniqueConstraint(fields=["factory", "key"], name="factory_line_once"),)


class Machine(models.Model):
    """One machine, also one that is not connected: the share of connected ones counts against all.

    line           key of its line, "" for none; place: its place in the line
    ideal_cycle_s  planned run time per item, seconds; empty where nobody said
    production     False for what is no production machine (a compressor, a meter)
    """

    factory = models.ForeignKey(Factory, on_delete=models.CASCADE, related_name="machines")
    key = KeyField(max_length=64)
    name = models.CharField(max_length=200)
    line = KeyField(max_length=64, blank=True, default="")
    place = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=80, blank=True, default="")
    product = models.CharField(max_length=120, blank=True, default="")
    ideal_cycle_s = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    production = models.BooleanField(default=True)
    digital = models.BooleanField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "ledger_machine"
        constraints = (models.UniqueConstraint(fields=["factory", "key"], name="machine_once"),)


class FactoryPoint(models.Model):
    """One point of a factory as the gate knows it: registered at first sight with the unit and kind the box told.

    role  what it tells about its machine: running, produced, scrap, good, cycle, temperature …; "" for nothing agreed
    """

    factory = models.ForeignKey(Factory, on_delete=models.CASCADE, related_name="points")
    key = KeyField(max_length=128)
    unit = models.CharField(max_length=40)
    kind = KeyField(max_length=16)
    name = models.CharField(max_length=200, blank=True, default="")
    machine = KeyField(max_length=64, blank=True, default="")
    role = KeyField(max_length=32, blank=True, default="")
    first_seen_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "ledger_factory_point"
        constraints = (
            models.UniqueConstraint(fields=["factory", "key"], name="factory_point_once"),
            one_of("kind", POINT_KINDS, name="factory_point_kind"),
        )


class FactoryShift(models.Model):
    """A row of a factory's calendar; minutes after midnight Asia/Shanghai, the end may lie beyond 24 h.

    breaks    list of [start, end] minutes; weekdays: numbers, 1 is Monday
    line, machine   "" is any; first, last: days it holds, empty for always
    """

    factory = models.ForeignKey(Factory, on_delete=models.CASCADE, related_name="shifts")
    name = models.CharField(max_length=80)
    start_minute = models.PositiveIntegerField()
    end_minute = models.PositiveIntegerField()
    breaks = models.JSONField(default=list)
    weekdays = models.JSONField(default=list)
    line = KeyField(max_length=64, blank=True, default="")
    machine = KeyField(max_length=64, blank=True, default="")
    first = models.DateField(null=True, blank=True)
    last = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "ledger_factory_shift"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(end_minute__gt=models.F("start_minute"), end_minute__lte=2880),
                name="factory_shift_minutes",
            ),
        )
