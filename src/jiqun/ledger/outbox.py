"""Outbox 待发段: segments a ledger transaction promises to the lake, until they are merged there.

    received (in the ledger's transaction) → published (in the spool) → merged (in the lake)
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max, QuerySet

from jiqun.ledger import models
from jiqun.ledger.bulk import alone_on


@dataclass(frozen=True, slots=True)
class Segment:
    """A staged file of rows for one lake table."""

    id: int
    batch: str
    table: str
    writer: str
    seq: int
    path: str
    sha256: str
    rows: int
    state: str


@dataclass(frozen=True, slots=True)
class NewSegment:
    """A segment as it is handed in; its number within the writer is given by `next_seq`."""

    batch: str
    table: str
    writer: str
    seq: int
    path: str
    rows: int
    sha256: str = ""


FIELDS = tuple(Segment.__dataclass_fields__)


def next_seq(table: str, writer: str) -> int:
    """The number the next segment of a writer to a table gets; hold the transaction until it is added."""
    if connection.in_atomic_block:
        alone_on("ledger_outbox_segment")
    held = models.OutboxSegment.objects.filter(table=table, writer=writer).aggregate(last=Max("seq"))
    return (held["last"] or 0) + 1


def add(segments: Iterable[NewSegment], *, at: datetime) -> tuple[Segment, ...]:
    """Record segments as received; must be inside the transaction that writes the records they belong to."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("an outbox row belongs into the transaction it promises")
    rows = [
        models.OutboxSegment(
            batch=new.batch, table=new.table, writer=new.writer, seq=new.seq, path=new.path, rows=new.rows,
            sha256=new.sha256, recorded_at=at,
        )
        for new in segments
    ]  # fmt: skip
    return tuple(_segment(row) for row in models.OutboxSegment.objects.bulk_create(rows))


def pending(*, state: str = "", batch: str = "") -> tuple[Segment, ...]:
    """Segments not yet merged, in the order they were added; or those in one state, or of one batch."""
    rows = models.OutboxSegment.objects.exclude(state="merged")
    exact = {"state": state, "batch": batch}
    return _read(rows.filter(**{name: value for name, value in exact.items() if value}))


def of_batch(batch: str) -> tuple[Segment, ...]:
    """Every segment of a batch, merged ones too."""
    return _read(models.OutboxSegment.objects.filter(batch=batch))


def mark_published(ids: Iterable[int], *, at: datetime) -> int:
    """Say that segments lie in the spool; give how many moved."""
    rows = models.OutboxSegment.objects.filter(id__in=list(ids), state="received")
    return rows.update(state="published", published_at=at)


def mark_merged(ids: Iterable[int], *, at: datetime) -> int:
    """Say that segments are in the lake; give how many moved."""
    rows = models.OutboxSegment.objects.filter(id__in=list(ids)).exclude(state="merged")
    return rows.update(state="merged", merged_at=at)


def drop(batch: str) -> int:
    """Forget the unmerged segments of a batch that failed before anything was acknowledged."""
    gone, _ = models.OutboxSegment.objects.filter(batch=batch, state="received").delete()
    return gone


def _read(rows: QuerySet[models.OutboxSegment]) -> tuple[Segment, ...]:
    return tuple(map(_segment, rows.order_by("id")))


def _segment(row: models.OutboxSegment) -> Segment:
    return Segment(*(getattr(row, name) for name in FIELDS))
