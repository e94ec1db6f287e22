"""Automatic recognition 自动认定: one round over the enterprises of a place, and the candidates it found."""

from django.db import models

from jiqun.ledger.fields import KeyField
from jiqun.ledger.models.constraints import one_of, who_and_when

RECOGNITION_STATES = ("candidates", "publicity", "decided", "withdrawn")
RECOGNITION_KINDS = ("new", "re_review")
CANDIDATE_STATES = ("candidate", "objected", "granted", "refused")


class Recognition(models.Model):
    """One round of recognition.

    on           day judged; field: title it gives, label_zh, label_en: what it was called then
    judged, verdicts   how many enterprises were judged, and how many got which verdict
    public_from, public_until   first and last day of publicity
    """

    id = KeyField(max_length=40, primary_key=True)
    pack = KeyField(max_length=120)
    version = KeyField(max_length=40)
    kind = KeyField(max_length=16, default="new")
    region = KeyField(max_length=6)
    on = models.DateField()
    field = KeyField(max_length=80)
    label_zh = models.CharField(max_length=200)
    label_en = models.CharField(max_length=200)
    years = models.PositiveSmallIntegerField()
    judged = models.PositiveIntegerField(default=0)
    verdicts = models.JSONField(default=dict)
    synthetic = models.BooleanField(default=False)
    note = models.TextField(blank=True, default="")
    state = KeyField(max_length=16, default="candidates")
    started_by = models.CharField(max_length=150)
    started_at = models.DateTimeField()
    published_by = models.CharField(max_length=150, blank=True, default="")
    published_at = models.DateTimeField(null=True, blank=True)
    public_from = models.DateField(null=True, blank=True)
    public_until = models.DateField(null=True, blank=True)
    closed_by = models.CharField(max_length=150, blank=True, default="")
    closed_at = models.DateTimeField(null=True, blank=True)
    why = models.TextField(blank=True, default="")

    class Meta:
        db_table = "ledger_recognition"
        indexes = (models.Index(fields=["state", "started_at"], name="recognition_state"),)
        constraints = (
            one_of("state", RECOGNITION_STATES, name="recognition_state_word"),
            one_of("kind", RECOGNITION_KINDS, name="recognition_kind_word"),
            who_and_when("published_by", "published_at", name="recognition_published_pair"),
            who_and_when("closed_by", "closed_at", name="recognition_closed_pair"),
            models.UniqueConstraint(
                fields=["field", "region", "kind"],
                condition=models.Q(state__in=("candidates", "publicity")),
                name="recognition_open_once",
            ),
        )


class RecognitionCandidate(models.Model):
    """One enterprise that meets the rule, with the ruling as it was then.

    objected   an objection to it is open: it cannot be granted
    title      number of the title granted, 0 while there is none
    """

    recognition = KeyField(max_length=40)
    subject = KeyField(max_length=200)
    label = models.CharField(max_length=300)
    uscc = KeyField(max_length=18, blank=True, default="")
    region = KeyField(max_length=6, blank=True, default="")
    state = KeyField(max_length=16, default="candidate")
    reason = models.TextField(blank=True, default="")
    ruling = models.JSONField(default=dict)
    title = models.BigIntegerField(default=0)
    judged_by = models.CharField(max_length=150, blank=True, default="")
    judged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "ledger_recognition_candidate"
        indexes = (models.Index(fields=["subject"], name="candidate_subject"),)
        constraints = (
            one_of("state", CANDIDATE_STATES, name="candidate_state_word"),
            who_and_when("judged_by", "judged_at", name="candidate_judged_pair"),
            models.UniqueConstraint(fields=["recognition", "subject"], name="candidate_once"),
        )
