"""Which enterprise an office means by a written name 名称认定, so that it is not asked again."""

from django.db import models

from jiqun.ledger.fields import KeyField


class NameDecision(models.Model):
    """What a person of an office said once about a name as written (with the place and code beside it, if any).

    written   folded name, place and code; subject: key of the enterprise, empty for "none of ours"
    """

    office = KeyField(max_length=200, blank=True, default="")
    written = KeyField(max_length=400)
    name = models.CharField(max_length=300)
    subject = KeyField(max_length=200, blank=True, default="")
    decided_by = models.CharField(max_length=150)
    decided_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_name_decision"
        constraints = (models.UniqueConstraint(fields=["office", "written"], name="name_decision_once"),)
