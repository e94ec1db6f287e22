"""A dated, sourced tie between two subjects 关系."""

from django.db import models

from jiqun.ledger.fields import KeyField


class Relation(models.Model):
    """`subject` `predicate` `object`, from one day to another, as a source states it."""

    subject = KeyField(max_length=200)
    predicate = KeyField(max_length=40)
    object = KeyField(max_length=200)
    valid_from = KeyField(max_length=10, blank=True, default="")
    valid_to = KeyField(max_length=10, blank=True, default="")
    source = KeyField(max_length=80, blank=True, default="")
    locator = KeyField(max_length=80, blank=True, default="")
    quote = models.CharField(max_length=200, blank=True, default="")
    note = models.TextField(blank=True, default="")
    batch = KeyField(max_length=40, blank=True, default="", db_index=True)
    synthetic = models.BooleanField(default=False)

    class Meta:
        db_table = "ledger_relation"
        indexes = (models.Index(fields=["object", "predicate"], name="relation_object"),)
        constraints = (
            models.UniqueConstraint(
                fields=["subject", "predicate", "object", "valid_from", "source", "locator"],
                name="relation_once",
            ),
        )
