"""What a statement is about 主体: place, cluster, chain, enterprise, project …"""

from django.db import models

from jiqun.ledger.fields import KeyField


class Subject(models.Model):
    """One subject under its key, for example ``enterprise:<code>`` or ``region:330624``.

    name_norm     label without case, width and punctuation: what a search compares
    region        six digits of today's county (or city, province); empty when not placed
    uscc_grade    valid | checksum_mismatch | malformed | empty (no code)
    batch         batch that wrote the row last; first_batch the one that created it
    merged_into   key of the subject this one turned out to be; empty otherwise
    """

    key = KeyField(max_length=200, unique=True)
    kind = KeyField(max_length=24)
    code = KeyField(max_length=32, blank=True, default="")
    label_zh = models.CharField(max_length=300)
    label_en = models.CharField(max_length=300, blank=True, default="")
    name_norm = KeyField(max_length=300)
    aliases = models.JSONField(default=list)
    region = KeyField(max_length=6, blank=True, default="")
    city = KeyField(max_length=6, blank=True, default="")
    uscc_grade = KeyField(max_length=24, blank=True, default="")
    industry_code = KeyField(max_length=8, blank=True, default="")
    attributes = models.JSONField(default=dict)
    provisional = models.BooleanField(default=False)
    synthetic = models.BooleanField(default=False)
    source = KeyField(max_length=80, blank=True, default="")
    batch = KeyField(max_length=40, blank=True, default="")
    first_batch = KeyField(max_length=40, blank=True, default="")
    row_hash = KeyField(max_length=32)
    merged_into = KeyField(max_length=200, blank=True, default="")
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_subject"
        indexes = (
            models.Index(fields=["merged_into", "kind", "region", "synthetic"], name="subject_kind_region"),
            models.Index(fields=["merged_into", "kind", "name_norm"], name="subject_kind_name"),
        )
