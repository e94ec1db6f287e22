"""Connections 连接 of a factory as they were saved, drafts and trials on the way there, and what boxes say of themselves."""

from django.db import models

from jiqun.ledger.fields import KeyField
from jiqun.ledger.models.constraints import one_of, who_and_when
from jiqun.ledger.models.factory import Factory

TRIAL_STATES = ("waiting", "running", "done", "failed", "timed_out")


class FactoryConnection(models.Model):
    """One connection a box keeps for a factory; taken out, it stays here with who did it.

    name     what box and pages call it, once in a factory
    options  of its connector, the address and the interval among them
    points   what is read there: key, address, unit, kind, scale, deadband
    version  grows over all connections of a factory: a box that knows an older one is sent the new ones
    """

    factory = models.ForeignKey(Factory, on_delete=models.CASCADE, related_name="connections")
    name = models.CharField(max_length=80)
    box = KeyField(max_length=128)
    kind = KeyField(max_length=40)
    options = models.JSONField(default=dict)
    points = models.JSONField(default=list)
    machine = KeyField(max_length=64, blank=True, default="")
    version = models.PositiveIntegerField()
    saved_by = models.CharField(max_length=150)
    saved_at = models.DateTimeField()
    removed_by = models.CharField(max_length=150, blank=True, default="")
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "ledger_factory_connection"
        constraints = (
            models.UniqueConstraint(fields=["factory", "name"], name="factory_connection_once"),
            who_and_when("removed_by", "removed_at", name="factory_connection_removed"),
        )


class ConnectDraft(models.Model):
    """A machine on the way of being connected; gone when it is saved, given up, or a week old.

    told  everything said so far: machine, line, options, points, name; step: the furthest reached, 1 to 5
    """

    id = KeyField(max_length=40, primary_key=True)
    factory = models.ForeignKey(Factory, on_delete=models.CASCADE, related_name="drafts")
    box = KeyField(max_length=128)
    kind = KeyField(max_length=40, blank=True, default="")
    connection = models.CharField(max_length=80, blank=True, default="")
    step = models.PositiveSmallIntegerField(default=1)
    told = models.JSONField(default=dict)
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_connect_draft"


class ConnectTrial(models.Model):
    """A box was asked to look at a machine; what it saw is the latest state, `trail` the values of its points so far."""

    id = KeyField(max_length=40, primary_key=True)
    factory = models.ForeignKey(Factory, on_delete=models.CASCADE, related_name="trials")
    box = KeyField(max_length=128)
    draft = KeyField(max_length=40, blank=True, default="")
    kind = KeyField(max_length=16)
    protocol = KeyField(max_length=40)
    options = models.JSONField(default=dict)
    points = models.JSONField(default=list)
    until = models.DateTimeField()
    state = KeyField(max_length=16, default="waiting")
    fault = KeyField(max_length=40, blank=True, default="")
    said = models.CharField(max_length=200, blank=True, default="")
    seen = models.JSONField(default=list)
    more = models.BooleanField(default=False)
    trail = models.JSONField(default=dict)
    asked_by = models.CharField(max_length=150)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "ledger_connect_trial"
        indexes = (models.Index(fields=["factory", "box", "state"], name="connect_trial_open"),)
        constraints = (one_of("state", TRIAL_STATES, name="connect_trial_state"),)


class BoxReport(models.Model):
    """What a box of a factory said of itself last."""

    factory = models.ForeignKey(Factory, on_delete=models.CASCADE, related_name="boxes")
    box = KeyField(max_length=128)
    state = models.JSONField(default=dict)
    first_at = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        db_table = "ledger_box_report"
        constraints = (models.UniqueConstraint(fields=["factory", "box"], name="box_report_once"),)


class BoxChange(models.Model):
    """A change of the health of a box's connector: state and the word of its fault."""

    factory = models.ForeignKey(Factory, on_delete=models.CASCADE, related_name="box_changes")
    box = KeyField(max_length=128)
    connector = models.CharField(max_length=80)
    state = KeyField(max_length=20)
    fault = KeyField(max_length=40, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        db_table = "ledger_box_change"
        indexes = (models.Index(fields=["factory", "box", "id"], name="box_change_of"),)
