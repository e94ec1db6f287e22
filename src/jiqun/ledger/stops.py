"""停机原因 reasons of stops as the ledger keeps them: who said why a machine stood; a later word replaces."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from jiqun.ledger import models
from jiqun.ledger.factories import row_of


@dataclass(frozen=True, slots=True)
class NewStopReason:
    """A word to be entered: the machine stood from `starts_at` to `ends_at` for that reason."""

    machine: str
    starts_at: datetime
    ends_at: datetime
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class StopReason(NewStopReason):
    """A word as the ledger holds it; replaced_by: the one that holds instead, None while it holds."""

    id: int
    by: str
    at: datetime
    replaced_by: int | None = None


def enter(key: str, new: NewStopReason, *, by: str, at: datetime) -> StopReason:
    """Enter a word; those that hold for a part of the same time of the machine are replaced by it."""
    owner = row_of(key)
    row = models.StopReason.objects.create(
        factory=owner, machine=new.machine, starts_at=new.starts_at, ends_at=new.ends_at, kind=new.kind,
        reason=new.reason[:200], by=by[:150], at=at,
    )  # fmt: skip
    touched = models.StopReason.objects.filter(
        factory=owner,
        machine=new.machine,
        starts_at__gte=new.starts_at,
        ends_at__lte=new.ends_at,
        replaced_by=None,
    )
    touched.exclude(pk=row.pk).update(replaced_by=row)
    return _told(row)


def holding(
    key: str, start: datetime, end: datetime, *, machines: Sequence[str] = ()
) -> tuple[StopReason, ...]:
    """Words that hold and touch a span, the earliest said first; of some machines (empty for all)."""
    return tuple(_read(_touching(key, start, end, machines).filter(replaced_by=None)))


def said(key: str, start: datetime, end: datetime) -> tuple[StopReason, ...]:
    """Every word ever said about a span, replaced ones too, the earliest said first."""
    return tuple(_read(_touching(key, start, end, ())))


def recent_reasons(key: str, *, most: int = 12) -> tuple[str, ...]:
    """Reasons said last in a factory, each once: what a person is likely to say next."""
    rows = models.StopReason.objects.filter(factory__key=key).order_by("-id").values_list("reason", flat=True)
    return tuple(dict.fromkeys(rows[: most * 10]))[:most]


def _touching(
    key: str, start: datetime, end: datetime, machines: Sequence[str]
) -> QuerySet[models.StopReason]:
    rows = models.StopReason.objects.filter(factory__key=key, starts_at__lt=end, ends_at__gt=start)
    return (rows.filter(machine__in=list(machines)) if machines else rows).order_by("id")


def _read(rows: Iterable[models.StopReason]) -> Iterable[StopReason]:
    return (_told(row) for row in rows)


def _told(row: models.StopReason) -> StopReason:
    return StopReason(
        row.machine, row.starts_at, row.ends_at, row.kind, row.reason, row.pk, row.by, row.at,
        row.replaced_by_id,  # type: ignore[attr-defined]
    )  # fmt: skip
