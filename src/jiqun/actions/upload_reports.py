"""来件报告 reports of an upload: what became of its tables, told as one; rows of an earlier round that came in now."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from jiqun.actions.imports import ImportReport, Order
from jiqun.actions.retries import waiting_items
from jiqun.actions.upload_files import Upload
from jiqun.core.errors import NotFound
from jiqun.ledger import audit, batches, quarantine
from jiqun.ledger.permissions import Actor, Permission, can

SHOWN_ERRORS = 2000
COUNTS = ("rows", "accepted", "created", "updated", "unchanged", "quarantined", "flagged", "totals_checked")


@dataclass(frozen=True)
class TableReport:
    """What became of one table: its number, what is kept of it, the report."""

    number: int
    table: Mapping[str, Any]
    report: ImportReport


def orders_of(path: Path, upload: Upload, *, dry_run: bool) -> Iterator[Order]:
    """An order for every table that is taken along."""
    for n, table in enumerate(upload.tables):
        if table["include"]:
            mapping = table["settled"] if n else upload.mapping
            name = label_of(upload, n)
            yield Order(upload.kind, path, upload.source, name, "", mapping, dry_run, table=n)


def label_of(upload: Upload, number: int) -> str:
    """What a table is called: the file, and where it holds several, the sheet and the row the table begins in."""
    if len(upload.tables) == 1:
        return upload.name
    table = upload.tables[number]
    same = [one for one in upload.tables if one["sheet"] == table["sheet"]]
    place = f"!{table['letters'][0]}{table['header'][0]}" if len(same) > 1 else ""
    return f"{upload.name} [{table['sheet']}{place}]"[:200]


def shown(told: Sequence[TableReport]) -> dict[str, object]:
    """The reports as one, with the cell of every error; at most SHOWN_ERRORS errors and flags are written out."""
    first = told[0].report
    whole = first.as_json(most=0)
    for name in COUNTS:
        whole[name] = sum(getattr(one.report, name) for one in told)
    whole["batches"] = [one.report.batch_id for one in told if one.report.batch_id]
    whole["batch_id"] = next(iter(whole["batches"]), None)  # type: ignore[call-overload]
    for name in ("errors", "flags"):
        lines = [placed(one, asdict(error)) for one in told for error in getattr(one.report, name)]
        whole[name], whole[f"{name[:-1]}_count"] = lines[:SHOWN_ERRORS], len(lines)
    for name in ("totals", "left_out", "matched"):
        lines = [{**line, "table": one.number} for one in told for line in getattr(one.report, name)]
        whole[name], whole[f"{name}_count"] = lines[:SHOWN_ERRORS], len(lines)
    whole["notes"] = list({str(note): note for one in told for note in one.report.notes}.values())
    return whole


def placed(one: TableReport, error: dict[str, Any]) -> dict[str, Any]:
    """An error with the sheet and the cell it is about."""
    columns, letters = one.table["columns"], one.table["letters"]
    letter = letters[columns.index(error["column"])] if error["column"] in columns and error["column"] else ""
    cell = f"{letter}{error['row']}" if letter and error["row"] else ""
    return {**error, "table": one.number, "sheet": one.table["sheet"], "cell": cell}


def _may_settle(id: str, by: Actor) -> bool:
    try:
        batch = batches.get(id)
    except NotFound:
        return False
    return can(by, Permission.REPAIR_QUARANTINE, target_scope=batch.scope)


def settle_followed(upload: Upload, one: TableReport, *, by: Actor, at: datetime) -> int:
    """Rows of the batches this workbook was returned for, which wait no longer: they came in now. Gives how many."""
    wrong = {fault.row for fault in one.report.errors}
    place = label_of(upload, one.number).removeprefix(upload.name)
    settled = 0
    for id in upload.follows:
        if id == one.report.batch_id or not _may_settle(id, by):
            continue
        here = one.report.numbers - wrong
        rows = [
            item
            for item in waiting_items(id)
            if item.row_no in here and (item.file.endswith(place) if place else "[" not in item.file)
        ]
        settled += len(rows)
        with transaction.atomic():
            for item in rows:
                quarantine.resolve(
                    item.id, "resubmitted", by=by.label, at=at, batch=one.report.batch_id or ""
                )
            if rows:
                detail = {
                    "rows": [item.row_no for item in rows][:1000],
                    "count": len(rows),
                    "batch": one.report.batch_id,
                }
                audit.record(by, "quarantine.retry", f"batch:{id}", detail, at=at, batch=id)
    return settled
