"""A pair that is probably one enterprise 归并建议, as the last search for duplicates found it."""

from django.db import models

from jiqun.ledger.fields import KeyField


class MergeProposal(models.Model):
    """`subject` would be read under `into`; a person confirms it or says they are two.

    score      0 to 1; group_key: smallest key of all that hang together; clear: only one partner is plausible
    region     where `subject` lies, or `into` when it lies nowhere: whose work it is
    evidence   why: kind, zh, en
    """

    subject = KeyField(max_length=200)
    into = KeyField(max_length=200)
    score = models.DecimalField(max_digits=5, decimal_places=4)
    clear = models.BooleanField()
    group_key = KeyField(max_length=200)
    region = KeyField(max_length=6, blank=True, default="")
    evidence = models.JSONField(default=list)
    found_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_merge_proposal"
        constraints = (models.UniqueConstraint(fields=["subject", "into"], name="merge_proposal_once"),)
