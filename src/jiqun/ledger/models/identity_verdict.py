"""Who is who 归并判定: two subjects are one and the same, or are two; decided by a person, and taken back by one."""

from django.db import models
from django.db.models import Q

from jiqun.ledger.fields import KeyField
from jiqun.ledger.models.constraints import one_of, who_and_when

VERDICTS = ("same", "different")


class IdentityVerdict(models.Model):
    """One decision about a pair of subjects; it holds until it is taken back, and the row stays either way.

    subject   the one that is read under the other (same), or the smaller key of the pair (different)
    into      the one that goes on
    evidence  why, as it was shown: kind, zh, en
    """

    verdict = KeyField(max_length=12)
    subject = KeyField(max_length=200)
    into = KeyField(max_length=200)
    evidence = models.JSONField(default=list)
    reason = models.CharField(max_length=300, blank=True, default="")
    decided_by = models.CharField(max_length=150)
    decided_at = models.DateTimeField()
    taken_back_by = models.CharField(max_length=150, blank=True, default="")
    taken_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "ledger_identity_verdict"
        indexes = (
            models.Index(fields=["into", "verdict"], name="identity_verdict_into"),
            models.Index(fields=["subject", "verdict"], name="identity_verdict_subject"),
        )
        constraints = (
            one_of("verdict", VERDICTS, name="identity_verdict_word"),
            who_and_when("taken_back_by", "taken_back_at", name="identity_verdict_taken_back_pair"),
            models.UniqueConstraint(
                fields=["subject"], condition=Q(verdict="same", taken_back_at__isnull=True), name="identity_merged_once",
            ),
            models.UniqueConstraint(
                fields=["subject", "into", "verdict"], condition=Q(taken_back_at__isnull=True), name="identity_verdict_once",
            ),
        )  # fmt: skip
