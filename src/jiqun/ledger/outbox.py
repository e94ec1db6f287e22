"""Outbox 发件箱: segments a ledger transaction promises to the lake, until they are merged there.

received (in the ledger's transaction) → published (in the spool) → merged (in the lake)
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet

from jiqun.core.errors import WrongState
from jiqun.ledger import models
from jiqun.ledger.bulk import chunks


@dataclass(frozen=True, slots=True)
class NewSegment:
    """A segment as it is handed in; `key` is the name it has in the writer's spool."""

    batch: str
    table: str
    writer: str
    key: str
    rows: int
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """A staged file of rows for one lake table."""

    id: int
    batch: str
    table: str
    writer: str
    key: str
    rows: int
    sha256: str
    state: str
    recorded_at: datetime


FIELDS = tuple(Segment.__dataclass_fields__)


def add(segments: Iterable[NewSegment], *, at: datetime) -> tuple[Segment, ...]:
    """Record segments as received; must be inside the transaction that writes the records they belong to."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("an outbox row belongs into the transaction it promises")
    rows = [
        models.OutboxSegment(
            batch=new.batch, table=new.table, writer=new.writer, key=new.key, rows=new.rows, sha256=new.sha256,
            recorded_at=at,
        )
        for new in segments
    ]  # fmt: skip
    return tuple(map(_segment, models.OutboxSegment.objects.bulk_create(rows)))


def unfinished(writer: str = "", *, state: str = "") -> tuple[Segment, ...]:
    """Segments not yet merged, of one writer or all, in the order they were added."""
    exact = {"writer": writer, "state": state}
    rows = models.OutboxSegment.objects.exclude(state="merged")
    return _read(rows.filter(**{name: value for name, value in exact.items() if value}))


def of_batch(batch: str) -> tuple[Segment, ...]:
    """Every segment of a batch, merged ones too."""
    return _read(models.OutboxSegment.objects.filter(batch=batch))


def mark(writer: str, keys: Iterable[str], state: str, *, at: datetime) -> int:
    """Say how far a writer's segments are, ``published`` or ``merged``; never back. Give how many moved."""
    before = {"published": ("received",), "merged": ("received", "published")}.get(state)
    if before is None:
        raise WrongState("outbox.state", wanted=state)
    moved = 0
    for chunk in chunks(list(keys), 500):
        rows = models.OutboxSegment.objects.filter(writer=writer, key__in=chunk, state__in=before)
        moved += rows.update(state=state, **{f"{state}_at": at})
    return moved


def _read(rows: QuerySet[models.OutboxSegment]) -> tuple[Segment, ...]:
    return tuple(map(_segment, rows.order_by("id")))


def _segment(row: models.OutboxSegment) -> Segment:
    return Segment(*(getattr(row, name) for name in FIELDS))
