"""One line of the audit trail 审计."""

from typing import Any, Never

from django.db import models

from jiqun.ledger.fields import KeyField


class AppendOnlyError(RuntimeError):
    """Somebody tried to change or delete a line of the audit trail."""


class AppendOnlyRows(models.QuerySet["AuditEvent"]):
    """Rows that can be added and read, and nothing else."""

    def update(self, **kwargs: Any) -> Never:
        """Refuse."""
        raise AppendOnlyError("audit events are never changed")

    def delete(self) -> Never:
        """Refuse."""
        raise AppendOnlyError("audit events are never deleted")

    def bulk_update(self, *args: Any, **kwargs: Any) -> Never:
        """Refuse."""
        raise AppendOnlyError("audit events are never changed")


class AuditEvent(models.Model):
    """Who did what to which thing, as text labels, so that history never blocks a deletion.

    A trigger in the database refuses changes as well.
    """

    at = models.DateTimeField()
    by = models.CharField(max_length=150)
    by_id = models.BigIntegerField(null=True)
    action = KeyField(max_length=80)
    target = KeyField(max_length=300)
    target_label = models.CharField(max_length=300, blank=True, default="")
    detail = models.JSONField(default=dict)
    request_id = KeyField(max_length=64, blank=True, default="")
    batch = KeyField(max_length=40, blank=True, default="")

    objects = AppendOnlyRows.as_manager()

    class Meta:
        db_table = "ledger_audit_event"
        indexes = (
            models.Index(fields=["-at", "-id"], name="audit_event_latest"),
            models.Index(fields=["target", "-id"], name="audit_event_target"),
            models.Index(fields=["action", "-id"], name="audit_event_action"),
            models.Index(fields=["batch"], name="audit_event_batch"),
        )

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a new line; a line that exists is never written again."""
        if self.pk is not None:
            raise AppendOnlyError("audit events are never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Never:
        """Refuse."""
        raise AppendOnlyError("audit events are never deleted")
