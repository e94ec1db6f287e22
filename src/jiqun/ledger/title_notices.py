"""Notices about titles 称号通知: left for an enterprise, shown where it works until somebody of it has seen them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from jiqun.ledger import models
from jiqun.ledger.subjects import former_keys


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice to one enterprise; see the table for the fields."""

    subject: str
    kind: str
    text: str
    by: str
    at: datetime
    title: int = 0
    recognition: str = ""
    days: int = 0
    id: int = 0
    seen_by: str = ""
    seen_at: datetime | None = None


FIELDS = tuple(Notice.__dataclass_fields__)
NEW = FIELDS[: FIELDS.index("id")]


def leave(notices: Iterable[Notice]) -> int:
    """Leave notices; gives how many."""
    rows = [models.TitleNotice(**{name: getattr(one, name) for name in NEW}) for one in notices]
    models.TitleNotice.objects.bulk_create(rows, batch_size=500)
    return len(rows)


def reminded() -> frozenset[tuple[int, str, int]]:
    """Reminders that were left: number of the title, kind, days before its end."""
    rows = models.TitleNotice.objects.filter(days__gt=0)
    return frozenset(rows.values_list("title", "kind", "days"))


def of_subjects(subjects: Iterable[str], *, unseen: bool = False, most: int = 50) -> tuple[Notice, ...]:
    """Notices to these enterprises, the latest first."""
    keys = [key for one in subjects for key in (one, *former_keys(one))]
    rows = models.TitleNotice.objects.filter(subject__in=keys[:900])
    rows = rows.filter(seen_at__isnull=True) if unseen else rows
    return tuple(Notice(*values) for values in rows.order_by("-id").values_list(*FIELDS)[:most])


def seen(subject: str, *, by: str, at: datetime) -> int:
    """Note that the notices of an enterprise were read; gives how many were new."""
    keys = (subject, *former_keys(subject))
    rows = models.TitleNotice.objects.filter(subject__in=keys, seen_at__isnull=True)
    return rows.update(seen_by=by[:150], seen_at=at)
