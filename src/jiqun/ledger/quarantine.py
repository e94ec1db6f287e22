"""Quarantine 隔离区: rows the gate set aside, what was wrong with them, and what became of them.

The rows themselves stay in the lake; the ledger keeps the state of each.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, QuerySet

from jiqun.core.errors import NotFound, WrongState
from jiqun.ledger import models
from jiqun.ledger.batches import bound_to
from jiqun.ledger.pages import Page, page_of
from jiqun.ledger.scopes import EVERYTHING, Scope


@dataclass(frozen=True, slots=True)
class NewItem:
    """A row set aside: line number as a spreadsheet shows it, the columns and reason codes, and a short summary."""

    file: str
    row_no: int
    columns: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A quarantined row's state."""

    id: int
    batch: str
    file: str
    row_no: int
    columns: tuple[str, ...]
    codes: tuple[str, ...]
    summary: str
    state: str
    resolved_by: str
    resolved_at: datetime | None
    resolved_batch: str


def add(batch: str, items: Iterable[NewItem]) -> int:
    """Record the quarantined rows of a batch; a row recorded before is left as it is. Give how many were given."""
    rows = [
        models.QuarantineItem(
            batch=batch, file=item.file[:300], row_no=item.row_no, columns=list(item.columns),
            codes=list(item.codes), summary=item.summary[:500],
        )
        for item in items
    ]  # fmt: skip
    models.QuarantineItem.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    return len(rows)


def get(id: int) -> Item:
    """The item under `id`; NotFound("row.not_found") when there is none."""
    row = models.QuarantineItem.objects.filter(id=id).first()
    if row is None:
        raise NotFound("row.not_found", item=id)
    return _item(row)


def list_page(
    *, batch: str = "", state: str = "", scope: Scope = EVERYTHING, page: int = 1, size: int = 50
) -> Page[Item]:
    """One page of items, oldest first; `scope` shows only those of batches bound to it or to a place within it."""
    exact = {"batch": batch, "state": state}
    rows = models.QuarantineItem.objects.filter(**{name: value for name, value in exact.items() if value})
    if scope != EVERYTHING:
        rows = rows.filter(batch__in=models.Batch.objects.filter(bound_to(scope)).values("id"))
    return page_of(rows.order_by("id"), _read, page=page, size=size)


def resolve(id: int, state: str, *, by: str, at: datetime, batch: str = "") -> Item:
    """Close a waiting item: ``resubmitted`` (with the batch that took the repaired row) or ``dismissed``."""
    with transaction.atomic():
        row = models.QuarantineItem.objects.select_for_update().filter(id=id).first()
        if row is None:
            raise NotFound("row.not_found", item=id)
        if row.state != "waiting" or state not in ("resubmitted", "dismissed"):
            raise WrongState("quarantine.state", item=id, state=row.state, wanted=state)
        row.state, row.resolved_by, row.resolved_at, row.resolved_batch = state, by[:150], at, batch
        row.save()
    return _item(row)


def undo_of(batch: str, *, by: str, at: datetime) -> int:
    """Close what waits of a batch that is undone, and let wait again what it had taken in of others; give how many.

    A row whose own batch is undone stays closed.
    """
    rows = models.QuarantineItem.objects
    undone = models.Batch.objects.filter(state="undone").values("id")
    with transaction.atomic():
        closed = rows.filter(batch=batch, state="waiting").update(
            state="dismissed", resolved_by=by[:150], resolved_at=at
        )
        opened = rows.filter(resolved_batch=batch, state="resubmitted").exclude(batch__in=undone)
        again = opened.update(state="waiting", resolved_by="", resolved_at=None, resolved_batch="")
    return closed + again


def waiting_by_batch() -> dict[str, int]:
    """How many rows wait, by batch."""
    rows = models.QuarantineItem.objects.filter(state="waiting").values_list("batch")
    return dict(rows.annotate(count=Count("id")).order_by("batch"))


def codes_of(batch: str) -> dict[str, int]:
    """How often each reason occurs among the rows of a batch, most frequent first."""
    rows = models.QuarantineItem.objects.filter(batch=batch).values_list("codes", flat=True)
    return dict(Counter(code for codes in rows for code in codes).most_common())


def drop(batch: str) -> int:
    """Forget the items of a batch that is being read again from its start."""
    gone, _ = models.QuarantineItem.objects.filter(batch=batch, state="waiting").delete()
    return gone


def _read(rows: QuerySet[models.QuarantineItem]) -> Iterable[Item]:
    return map(_item, rows)


def _item(row: models.QuarantineItem) -> Item:
    return Item(
        id=row.id,
        batch=row.batch,
        file=row.file,
        row_no=row.row_no,
        columns=tuple(row.columns),
        codes=tuple(row.codes),
        summary=row.summary,
        state=row.state,
        resolved_by=row.resolved_by,
        resolved_at=row.resolved_at,
        resolved_batch=row.resolved_batch,
    )
