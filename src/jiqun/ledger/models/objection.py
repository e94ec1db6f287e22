"""An objection 异议 of an enterprise, or of its officer, against one number; its steps and the evidence attached."""

from django.db import models

from jiqun.ledger.fields import KeyField
from jiqun.ledger.models.constraints import one_of, who_and_when

OBJECTION_STATES = ("submitted", "asked", "accepted", "refused", "withdrawn")


class Objection(models.Model):
    """One number said to be wrong, or one candidate said not to deserve its title.

    fact         id of the statement disputed; source and cell: what it is a statement of
    candidate    number of the candidate disputed in publicity, 0 when it is a number; then there is no fact
    said         what it says, in words; wanted, unit: what it should be
    region       place of the enterprise when it was filed, office: kind of office it is addressed to
    correction   id of the fact that corrects it, in `batch`; both empty unless accepted
    disputed_hash  content of the disputed statement, by which the same old row is known again
    """

    subject = KeyField(max_length=200)
    subject_label = models.CharField(max_length=300, blank=True, default="")
    region = KeyField(max_length=6, blank=True, default="")
    office = KeyField(max_length=16)
    fact = KeyField(max_length=40)
    disputed_hash = KeyField(max_length=64, blank=True, default="")
    source = KeyField(max_length=80, blank=True, default="")
    cell = models.JSONField(default=dict)
    candidate = models.BigIntegerField(default=0)
    said = models.CharField(max_length=300, blank=True, default="")
    wanted = KeyField(max_length=40)
    unit = KeyField(max_length=40)
    reason = models.TextField()
    state = KeyField(max_length=16, default="submitted")
    due_on = models.DateField()
    filed_by = models.CharField(max_length=150)
    filed_by_id = models.BigIntegerField(null=True)
    filed_at = models.DateTimeField()
    answered_by = models.CharField(max_length=150, blank=True, default="")
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True, default="")
    batch = KeyField(max_length=40, blank=True, default="")
    correction = KeyField(max_length=40, blank=True, default="")

    class Meta:
        db_table = "ledger_objection"
        indexes = (
            models.Index(fields=["state", "due_on"], name="objection_due"),
            models.Index(fields=["subject"], name="objection_subject"),
            models.Index(fields=["correction"], name="objection_correction"),
            models.Index(fields=["candidate"], name="objection_candidate"),
        )
        constraints = (
            one_of("state", OBJECTION_STATES, name="objection_state_word"),
            who_and_when("answered_by", "answered_at", name="objection_answered_pair"),
            models.UniqueConstraint(
                fields=["fact"],
                condition=models.Q(state__in=("submitted", "asked"), candidate=0),
                name="objection_open_once",
            ),
        )


class ObjectionStep(models.Model):
    """One thing done with an objection, seen by both sides."""

    objection = models.ForeignKey(Objection, on_delete=models.CASCADE, related_name="steps")
    move = KeyField(max_length=16)
    text = models.TextField(blank=True, default="")
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        db_table = "ledger_objection_step"


class ObjectionEvidence(models.Model):
    """A file attached to an objection; its bytes lie in the home under their hash."""

    objection = models.ForeignKey(Objection, on_delete=models.CASCADE, related_name="evidence")
    name = models.CharField(max_length=200)
    sha256 = KeyField(max_length=64)
    bytes = models.BigIntegerField()
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        db_table = "ledger_objection_evidence"
        constraints = (
            models.UniqueConstraint(fields=["objection", "sha256"], name="objection_evidence_once"),
        )
