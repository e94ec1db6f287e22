"""预警 drift and faults of a factory: what is watched, what was warned of, how far the watcher has come."""

from django.db import models

from jiqun.ledger.fields import KeyField
from jiqun.ledger.models.constraints import one_of, who_and_when
from jiqun.ledger.models.factory import Factory

METHODS = ("point", "group", "silent")
VERDICTS = ("", "useful", "not_useful")


class DriftWatch(models.Model):
    """A detector of one point, or of points together, with what it learnt and where it stands.

    points      keys of one point, or of three and more that are learnt together
    every_s     the grid on which values are looked at
    settle_s    seconds of readings left out before it learns: a machine that warms up is not yet itself
    training_s  seconds of good readings it learns from; train_from_us, train_to_us: a window a person named instead
    learnt      what it learnt (empty while it learns); state: where it stands; form: version of both
    """

    factory = models.ForeignKey(Factory, on_delete=models.CASCADE, related_name="drift_watches")
    key = KeyField(max_length=128)
    name = models.CharField(max_length=200)
    points = models.JSONField(default=list)
    every_s = models.FloatField(default=5.0)
    settle_s = models.FloatField(default=0.0)
    training_s = models.FloatField()
    train_from_us = models.BigIntegerField(null=True, blank=True)
    train_to_us = models.BigIntegerField(null=True, blank=True)
    enabled = models.BooleanField(default=True)
    learnt = models.JSONField(default=dict)
    state = models.JSONField(default=dict)
    form = models.PositiveIntegerField(default=1)
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_drift_watch"
        constraints = (
            models.UniqueConstraint(fields=["factory", "key"], name="drift_watch_once"),
            models.CheckConstraint(
                condition=models.Q(every_s__gt=0, training_s__gt=0, settle_s__gte=0),
                name="drift_watch_above_zero",
            ),
        )


class DriftWarning(models.Model):
    """One warning, judged later by a person. Instants on the time line of readings are microseconds since 1970.

    watch    key of the detector, or of the point that fell silent; method: point | group | silent
    began_us, seen_us  first and last instant beyond the limits; closed_us: when it was over, empty while it lasts
    score    highest score, above 1 beyond a limit
    reason   a word of the detectors (drift_up, stuck, silent …); points: those that weigh most; facts: numbers behind it
    """

    factory = models.ForeignKey(Factory, on_delete=models.CASCADE, related_name="drift_warnings")
    watch = KeyField(max_length=128)
    method = KeyField(max_length=16)
    points = models.JSONField(default=list)
    reason = KeyField(max_length=32)
    facts = models.JSONField(default=dict)
    score = models.FloatField()
    began_us = models.BigIntegerField()
    seen_us = models.BigIntegerField()
    closed_us = models.BigIntegerField(null=True, blank=True)
    recorded_at = models.DateTimeField()
    verdict = KeyField(max_length=16, blank=True, default="")
    judged_by = models.CharField(max_length=150, blank=True, default="")
    judged_at = models.DateTimeField(null=True, blank=True)
    judged_why = models.TextField(blank=True, default="")

    class Meta:
        db_table = "ledger_drift_warning"
        indexes = (models.Index(fields=["factory", "began_us"], name="drift_warning_of"),)
        constraints = (
            one_of("method", METHODS, name="drift_warning_method"),
            one_of("verdict", VERDICTS, name="drift_warning_verdict"),
            who_and_when("judged_by", "judged_at", name="drift_warning_judged"),
            models.UniqueConstraint(fields=["factory", "watch", "method", "began_us"], name="drift_warning_once"),
        )  # fmt: skip


class WatchPosition(models.Model):
    """How far the watcher has come with one factory.

    arrived_us  arrival of the last readings it took; steps: raised by every step and every change of what is watched,
                so that a step reckoned on what is no more is thrown away
    since_us    first reading it ever took
    rhythm      by point: last instant, usual interval, how many intervals; for points that fall silent
    """

    factory = models.OneToOneField(Factory, on_delete=models.CASCADE, related_name="watch_position")
    arrived_us = models.BigIntegerField(default=0)
    since_us = models.BigIntegerField(null=True, blank=True)
    steps = models.BigIntegerField(default=0)
    rhythm = models.JSONField(default=dict)
    form = models.PositiveIntegerField(default=1)
    stepped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "ledger_watch_position"
