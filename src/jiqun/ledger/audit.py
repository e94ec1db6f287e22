"""The audit trail 审计: who did what, written in the same transaction as what was done."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from jiqun.ledger import models
from jiqun.ledger.pages import Page, page_of
from jiqun.ledger.permissions import Actor


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One line of the trail."""

    id: int
    at: datetime
    by: str
    by_id: int | None
    action: str
    target: str
    target_label: str
    detail: dict[str, Any]
    request_id: str
    batch: str


FIELDS = tuple(AuditEvent.__dataclass_fields__)


def record(
    by: Actor,
    action: str,
    target: str,
    detail: dict[str, Any],
    *,
    at: datetime,
    batch: str = "",
    target_label: str = "",
) -> None:
    """Write one line; must be called inside the transaction that does the thing.

    action  noun and verb, for example ``batch.undo``; target: key of what was touched
    detail  values a reader needs to understand the line; never a password or a token
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "an audit line belongs into the transaction of what it records"
        )
    models.AuditEvent.objects.create(
        at=at,
        by=by.label[:150],
        by_id=by.user_id,
        action=action,
        target=target[:300],
        target_label=target_label[:300],
        detail=detail,
        request_id=by.request_id[:64],
        batch=batch,
    )


def list_page(
    *,
    action: str = "",
    by: str = "",
    target: str = "",
    batch: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    page: int = 1,
    size: int = 50,
) -> Page[AuditEvent]:
    """One page of the trail, latest first.

    action   the whole word or its beginning up to a dot (``batch`` finds ``batch.undo``)
    by       the name of who acted, or a part of it: a label reads ``市县经信人员 (demo-county)``
    since    from this instant; until: before this instant
    """
    rows = models.AuditEvent.objects.order_by("-at", "-id")
    exact = {"by__icontains": by, "target": target, "batch": batch, "at__gte": since, "at__lt": until}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if action:
        rows = rows.filter(action=action) | rows.filter(action__gte=action + ".", action__lt=action + "/")
    return page_of(rows, _read, page=page, size=size)


def last_id() -> int:
    """Number of the newest event but signing in and out, 0 without any: tells one state of the ledger from the next."""
    events = models.AuditEvent.objects.exclude(action__startswith="session.")
    return events.order_by("-id").values_list("id", flat=True).first() or 0


def of_target(target: str, *, limit: int = 50) -> tuple[AuditEvent, ...]:
    """The latest lines about one thing."""
    return tuple(_read(models.AuditEvent.objects.filter(target=target).order_by("-id")[:limit]))


def actions_seen() -> tuple[str, ...]:
    """Every action word the trail holds, for a filter's list."""
    return tuple(models.AuditEvent.objects.order_by("action").values_list("action", flat=True).distinct())


def _read(rows: QuerySet[models.AuditEvent]) -> Iterable[AuditEvent]:
    return (AuditEvent(*values) for values in rows.values_list(*FIELDS))
