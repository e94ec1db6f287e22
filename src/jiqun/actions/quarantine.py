"""隔离区处理 quarantine: a held row is repaired and resubmitted through the same gate, or dismissed with a reason."""

import csv
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from django.db import transaction

from jiqun.actions.desk import Desk
from jiqun.actions.imports import ImportReport, Order, run_import
from jiqun.core.errors import InputError, RowErrors, WrongState
from jiqun.lake.cell_words import control_character
from jiqun.lake.held_rows import HeldRow, held_row
from jiqun.ledger import audit, batches, quarantine
from jiqun.ledger.batches import Batch
from jiqun.ledger.permissions import Actor, check
from jiqun.ledger.quarantine import Item
from jiqun.ledger.roles import Permission

REASON_LIMIT = 300


def resubmit(desk: Desk, id: int, cells: Mapping[str, str], *, by: Actor, at: datetime) -> ImportReport:
    """Hand a repaired row to the gate again; it leaves quarantine only when the gate takes it.

    cells  what now stands in the row, by the names `columns_of` gives
    RowErrors when something is still wrong: nothing is written and the row keeps waiting
    """
    item, batch = _waiting(id, by=by)
    held = held_row(desk.lake, item.batch, item.file, item.row_no)
    if held is None:
        raise WrongState("quarantine.not_there_yet", item=id)
    names = columns_of(held)
    row = {name: cells.get(name, held.cells.get(name, "")) for name in names}
    for name, text in row.items():
        if stray := control_character([text]):
            raise InputError("gate.control_character", column=name, seen=stray)
    path = _as_file(desk, row)
    try:
        order = Order(
            batch.kind,
            path,
            batch.source,
            f"{item.file} #{item.row_no}"[:200],
            mapping=_mapping(batch, names),
        )
        tried = run_import(desk, replace(order, dry_run=True), by=by, at=at)
        if tried.errors:
            raise RowErrors(tried.errors)
        report = run_import(desk, order, by=by, at=at)
    finally:
        path.unlink(missing_ok=True)
    with transaction.atomic():
        quarantine.resolve(id, "resubmitted", by=by.label, at=at, batch=report.batch_id or "")
        changed = {
            name: [held.cells.get(name, ""), value]
            for name, value in row.items()
            if value != held.cells.get(name, "")
        }
        detail = {"changed": changed, "batch": report.batch_id, "file": item.file, "row": item.row_no}
        audit.record(
            by,
            "quarantine.resubmit",
            f"quarantine:{id}",
            detail,
            at=at,
            batch=item.batch,
            target_label=item.summary,
        )
    return report


def dismiss(desk: Desk, id: int, reason: str, *, by: Actor, at: datetime) -> Item:
    """Leave a row out for good, saying why; the row itself stays in the lake."""
    del desk
    item, _ = _waiting(id, by=by)
    said = reason.strip()
    if not said or len(said) > REASON_LIMIT:
        raise InputError("quarantine.reason", seen=said[:40], allowed=f"1–{REASON_LIMIT}")
    with transaction.atomic():
        done = quarantine.resolve(id, "dismissed", by=by.label, at=at)
        detail = {"reason": said, "file": item.file, "row": item.row_no}
        audit.record(
            by,
            "quarantine.dismiss",
            f"quarantine:{id}",
            detail,
            at=at,
            batch=item.batch,
            target_label=item.summary,
        )
    return done


def columns_of(held: HeldRow | None) -> tuple[str, ...]:
    """Names of the cells a person may repair, as they stood in the file."""
    return tuple(held.cells) if held else ()


def _waiting(id: int, *, by: Actor) -> tuple[Item, Batch]:
    item = quarantine.get(id)
    batch = batches.get(item.batch)
    check(by, Permission.REPAIR_QUARANTINE, target_scope=batch.scope)
    if item.state != "waiting":
        raise WrongState("quarantine.state", seen=item.state)
    return item, batch


def _mapping(batch: Batch, names: tuple[str, ...]) -> dict[str, object]:
    """The batch's own mapping as far as the row has its columns; a field that stands under its own name is kept."""
    told = batch.mapping or {}
    columns = {name: column for name, column in told.get("columns", {}).items() if column in names}
    return {
        "columns": columns,
        "constants": dict(told.get("constants", {})),
        "facts": [item for item in told.get("facts", ()) if item["column"] in names],
        "ignored": list(told.get("ignored", ())),
        "rows": dict(told.get("rows", {})),
    }


def _as_file(desk: Desk, row: Mapping[str, str]) -> Path:
    path = desk.uploads / f"repair-{secrets.token_hex(8)}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        # cells beyond the header (+1, +2 …) stay beyond it, so that the gate still holds a row that was not repaired
        columns = [name for name in row if not name.startswith("+")]
        out.writerow(columns)
        out.writerow([*(row[name] for name in columns), *(row[name] for name in row if name.startswith("+"))])
    return path
