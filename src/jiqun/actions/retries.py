"""再交 retries: the rows of a batch that wait in quarantine, handed to the gate again — repaired in a file, or as they are.

What the gate takes now leaves quarantine and comes in as a batch of its own; the rest keeps waiting where it was.
As they are: after a subject was entered, an indicator declared or a table of codes brought up to date.
"""

import csv
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import orjson
from django.db import transaction

from jiqun.actions import imports
from jiqun.actions.desk import Desk
from jiqun.actions.imports import ImportReport, Order, Progress
from jiqun.core.errors import InputError
from jiqun.lake.files import HandedIn, open_table
from jiqun.lake.held_rows import faults_of_batch
from jiqun.ledger import audit, batches, permissions, quarantine
from jiqun.ledger.batches import Batch
from jiqun.ledger.permissions import Actor, Permission
from jiqun.ledger.quarantine import Item

HELD = "隔离行号 held_row"
Row = dict[str, object]


@dataclass(frozen=True)
class _Retry:
    """A retry under way: the batch, its waiting rows by row number, and the file that is handed in."""

    batch: Batch
    waiting: Mapping[int, Item]
    order: Order
    table: HandedIn

    def held_rows(self) -> dict[int, int]:
        """Row of the file → row that waits; by the column HELD, or in order when every waiting row is there."""
        numbers = [number for number, _ in self.table.rows]
        if HELD in self.table.columns:
            at = self.table.columns.index(HELD)
            told = {number: cells[at].strip() if at < len(cells) else "" for number, cells in self.table.rows}
            return {number: int(text) for number, text in told.items() if text.isdigit()}
        return (
            dict(zip(numbers, sorted(self.waiting), strict=True)) if len(numbers) == len(self.waiting) else {}
        )


def waiting_rows(desk: Desk, batch_id: str, *, by: Actor) -> Sequence[Row]:
    """What is wrong with the rows of a batch that wait, one row per fault, with the raw cells as JSON."""
    _permitted(batch_id, by=by)
    waiting = _waiting(batch_id)
    return [row for row in faults_of_batch(desk.lake, batch_id) if row["row_no"] in waiting]


def write_waiting(desk: Desk, batch_id: str, path: Path, *, by: Actor) -> int:
    """Write the waiting rows as a CSV to repair; the first column says which row each is. Gives their number."""
    _permitted(batch_id, by=by)
    waiting = _waiting(batch_id)
    raw = {
        int(str(row["row_no"])): orjson.loads(str(row["raw"])) for row in faults_of_batch(desk.lake, batch_id)
    }
    kept = {number: cells for number, cells in raw.items() if number in waiting}
    if not kept:
        raise InputError("batch.nothing_waits", batch=batch_id)
    names = list(dict.fromkeys(name for cells in kept.values() for name in cells if not name.startswith("+")))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow([HELD, *names])
        for number, cells in sorted(kept.items()):
            beyond = [cell for name, cell in cells.items() if name.startswith("+")]
            out.writerow([number, *(cells.get(name, "") for name in names), *beyond])
    return len(kept)


def retry(
    desk: Desk, batch_id: str, path: Path | None, *, by: Actor, at: datetime, progress: Progress | None = None
) -> ImportReport:
    """Hand waiting rows in again, from a repaired file or as they are.

    The report counts every row of the file; those still wrong are its errors and keep waiting.
    """
    batch = _permitted(batch_id, by=by)
    own = None if path else desk.uploads / f"retry-{secrets.token_hex(8)}.csv"
    if own:
        write_waiting(desk, batch_id, own, by=by)
    good = desk.uploads / f"retry-{secrets.token_hex(8)}.csv"
    try:
        order = _order(batch, path or own or good, desk)
        work = _Retry(batch, _waiting(batch_id), order, imports.open_order(desk, order).table)
        return _retried(desk, work, good, by=by, at=at, progress=progress)
    finally:
        good.unlink(missing_ok=True)
        if own:
            own.unlink(missing_ok=True)


def _retried(
    desk: Desk, work: _Retry, good: Path, *, by: Actor, at: datetime, progress: Progress | None
) -> ImportReport:
    tried = imports.run_import(desk, replace(work.order, dry_run=True), by=by, at=at)
    wrong = {fault.row for fault in tried.errors}
    taken = [(number, cells) for number, cells in work.table.rows if number not in wrong]
    if not taken:
        return tried
    _write(good, work.table.columns, [cells for _, cells in taken])
    done = imports.run_import(desk, replace(work.order, path=good), by=by, at=at, progress=progress)
    held = work.held_rows()
    settled = sorted({held[number] for number, _ in taken if held.get(number) in work.waiting})
    with transaction.atomic():
        for number in settled:
            quarantine.resolve(
                work.waiting[number].id, "resubmitted", by=by.label, at=at, batch=done.batch_id or ""
            )
        detail = {"rows": settled[:1000], "count": len(settled), "batch": done.batch_id}
        audit.record(by, "quarantine.retry", f"batch:{work.batch.id}", detail, at=at, batch=work.batch.id)
    done.rows, done.quarantined, done.dry_run = tried.rows, len(wrong), False
    done.errors = tried.errors
    return done


def _order(batch: Batch, path: Path, desk: Desk) -> Order:
    """The batch's own mapping as far as the file has its columns; other columns are found by their names."""
    plain = Order(batch.kind, path, batch.source, name=f"{batch.file_name} (retry)"[:200])
    told = batch.mapping or {}
    present = open_table(path, desk.limits).columns
    mapping = {
        "columns": {name: column for name, column in told.get("columns", {}).items() if column in present},
        "constants": dict(told.get("constants", {})),
        "facts": [item for item in told.get("facts", ()) if item["column"] in present],
        "ignored": list(told.get("ignored", ())),
        "rows": dict(told.get("rows", {})),
    }
    return replace(plain, mapping=mapping)


def _write(path: Path, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write rows without the column HELD: it is of this house and no column of the office's."""
    kept = [n for n, column in enumerate(columns) if column != HELD]
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow([columns[n] for n in kept])
        out.writerows([row[n] if n < len(row) else "" for n in kept] for row in rows)


def _permitted(batch_id: str, *, by: Actor) -> Batch:
    batch = batches.get(batch_id)
    permissions.check(by, Permission.REPAIR_QUARANTINE, target_scope=batch.scope)
    return batch


def waiting_items(batch_id: str) -> tuple[Item, ...]:
    """The rows of a batch that wait."""
    return tuple(_waiting(batch_id).values())


def _waiting(batch_id: str) -> dict[int, Item]:
    found: dict[int, Item] = {}
    number = 1
    while True:
        page = quarantine.list_page(batch=batch_id, state="waiting", page=number, size=1000)
        found.update((item.row_no, item) for item in page.rows)
        if not page.has_next:
            return found
        number += 1
