"""导入关系: dated, sourced ties between subjects; both ends must be known.

Every tie written is kept in the lake as a registration under an address of its own, so that undoing a batch puts the
earlier one back.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import orjson

from jiqun.actions.desk import Desk
from jiqun.actions.entering import Entry, enter
from jiqun.actions.gathering import Gathered, rows_by_field, text_faults
from jiqun.actions.imports import ImportReport, Opened, Order, Progress
from jiqun.core.errors import JiqunError, RowError
from jiqun.core.periods import Period
from jiqun.lake.cell_words import parse_flag
from jiqun.ledger import batches, permissions, relations, subjects
from jiqun.ledger.permissions import Actor, Permission
from jiqun.ledger.relations import PREDICATES, RelationRow
from jiqun.ledger.scopes import EVERYTHING

TEXTS = ("subject", "predicate", "object", "valid_from", "valid_to", "locator", "quote", "note")


def run(
    desk: Desk, order: Order, opened: Opened, *, by: Actor, at: datetime, progress: Progress
) -> ImportReport:
    """Import relations; only who may write everywhere may add them."""
    permissions.check(by, Permission.EDIT_SUBJECT, target_scope=EVERYTHING)
    progress("核验 judging", 0, len(opened.table.rows))
    gathered = _gathered(order, opened)
    accepted = [made for _, made in gathered.accepted]
    report = gathered.report(order, opened, relations.compared(accepted))
    if order.dry_run:
        return report
    batch = batches.new_id(at)
    fresh = set(relations.fresh(accepted))
    kept = [(number, made) for number, made in gathered.accepted if made in fresh]
    tables = {"registrations": _registrations(kept, file=gathered.file, batch=batch, at=at)} if kept else {}
    entry = Entry(order, opened, report, tables, gathered.held, batch)
    enter(desk, entry, lambda: relations.upsert_relations(accepted, batch=batch), by=by, at=at)
    return report


def _gathered(order: Order, opened: Opened) -> Gathered[RelationRow]:
    gathered: Gathered[RelationRow] = Gathered(opened.table.file)
    rows = list(rows_by_field(opened))
    known = subjects.exists({row.get(end, "") for _, row in rows for end in ("subject", "object")})
    for number, row in rows:
        faults = [*_faults(row, known, gathered.file, number), *text_faults(gathered.file, number, row)]
        if faults:
            gathered.hold(number, row, faults)
            continue
        made = RelationRow(
            **{name: row.get(name, "") for name in TEXTS},
            source=row.get("source", "") or order.source,
            synthetic=order.synthetic or bool(parse_flag(row.get("synthetic", ""))),
        )
        gathered.take(number, row, relations.key_of(made), made)
    return gathered


def _faults(row: dict[str, str], known: set[str], file: str, number: int) -> list[RowError]:
    faults = [
        RowError(file, number, end, "gate.unknown_subject", row.get(end, "")[:80], "jiqun subjects search")
        for end in ("subject", "object")
        if row.get(end, "") not in known
    ]
    said = row.get("predicate", "")
    if said not in PREDICATES:
        faults.append(
            RowError(file, number, "predicate", "gate.unknown_predicate", said[:80], " ".join(PREDICATES))
        )
    faults += [
        RowError(file, number, name, "gate.bad_date", row[name][:40], "2024 2024-03 2024-03-14")
        for name in ("valid_from", "valid_to")
        if row.get(name) and not _is_day(row[name])
    ]
    return faults


def _is_day(text: str) -> bool:
    """A year, a month or a day."""
    try:
        return Period.parse(f"@{text}").is_instant
    except JiqunError:
        return False


def _registrations(
    rows: Sequence[tuple[int, RelationRow]], *, file: str, batch: str, at: datetime
) -> dict[str, list[object]]:
    size = len(rows)
    whole = [asdict(row) for _, row in rows]
    return {
        "subject": ["relation:" + "|".join(relations.key_of(row)) for _, row in rows],
        "extra": [orjson.dumps({"relation_row": row}).decode() for row in whole],
        "row_hash": [hashlib.blake2b(orjson.dumps(row), digest_size=12).hexdigest() for row in whole],
        "source": [row.source for _, row in rows],
        "file": [file] * size,
        "row_no": [number for number, _ in rows],
        "batch": [batch] * size,
        "recorded_at": [at] * size,
        "synthetic": [row.synthetic for _, row in rows],
    }
