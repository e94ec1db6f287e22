"""隔离区页 what the quarantine pages show: held rows with every fault, and one row with its cells to repair."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from jiqun.actions import quarantine as acts
from jiqun.actions.desk import Desk
from jiqun.actions.found_by_name import NAME_REVIEW, NAME_UNKNOWN, candidates_in
from jiqun.actions.reading.batches import readable
from jiqun.actions.reading.scope_labels import visible_scopes
from jiqun.core.errors import NotAllowed, RowError
from jiqun.lake.held_rows import Fault, held_row
from jiqun.ledger import batches, quarantine
from jiqun.ledger.permissions import ANYWHERE, Actor, can
from jiqun.ledger.quarantine import Item
from jiqun.ledger.roles import Permission
from jiqun.ledger.scopes import EVERYTHING

STATES = ("waiting", "resubmitted", "dismissed")
LIST_LIMIT = 1000


@dataclass(frozen=True)
class Reason:
    """One fault in words."""

    column: str
    code: str
    sentence: str


@dataclass(frozen=True)
class HeldLine:
    """One held row in a list."""

    id: int
    batch: str
    file: str
    row_no: int
    reasons: tuple[Reason, ...]
    summary: str
    state: str
    resolved_by: str
    resolved_at: datetime | None
    resolved_batch: str


@dataclass(frozen=True)
class QuarantineContext:
    """Held rows, oldest first, as far as this reader's scopes reach.

    total, number, pages  how many there are and which page this is
    state, batch          what the list is narrowed to; an empty batch means all
    """

    rows: tuple[HeldLine, ...]
    total: int
    number: int
    pages: int
    size: int
    state: str
    batch: str
    states: tuple[str, ...]


@dataclass(frozen=True)
class Pick:
    """An enterprise a row without a code may be about; taking it fills in its code."""

    code: str
    name: str
    score: float


@dataclass(frozen=True)
class Cell:
    """One cell of a held row: the column's name, what stands there, what is wrong with it, what may be picked for it."""

    name: str
    value: str
    faults: tuple[str, ...]
    picks: tuple[Pick, ...] = ()


@dataclass(frozen=True)
class HeldRowContext:
    """One held row to repair.

    cells       its cells, those with faults first
    other       faults that belong to no single cell
    can_repair  may this reader repair or dismiss it now?
    kind        what the row is, source: where its batch came from
    """

    row: HeldLine
    cells: tuple[Cell, ...]
    other: tuple[str, ...]
    kind: str
    source: str
    can_repair: bool


def quarantine_page(
    desk: Desk,
    actor: Actor,
    *,
    lang: str,
    state: str = "waiting",
    batch: str = "",
    page: int = 1,
    size: int = 50,
) -> QuarantineContext:
    """The list; NotAllowed for who repairs nothing and audits nothing."""
    state = state if state in STATES else ""
    rows, total, number = _visible(desk, actor, state=state, batch=batch, page=page, size=size)
    lines = tuple(_line(desk, row, lang) for row in rows)
    return QuarantineContext(lines, total, number, max(1, -(-total // size)), size, state, batch, STATES)


def held_row_page(desk: Desk, actor: Actor, id: int, *, lang: str) -> HeldRowContext:
    """One held row; NotAllowed when its batch belongs to another scope."""
    item = quarantine.get(id)
    batch = readable(actor, item.batch)
    held = held_row(desk.lake, item.batch, item.file, item.row_no)
    faults = held.faults if held else ()
    said = [
        (
            fault.column,
            desk.messages.sentence(RowError("", None, "", fault.code, fault.seen, fault.allowed), lang),
        )
        for fault in faults
    ]
    names = acts.columns_of(held)
    columns = {fault.column for fault in faults}
    cells = [
        Cell(
            name,
            held.cells.get(name, "") if held else "",
            tuple(text for column, text in said if column == name),
            _picks(faults, name),
        )
        for name in names
    ]
    cells.sort(key=lambda cell: not cell.faults)
    other = tuple(text for column, text in said if column in columns - set(names) or not column)
    may = item.state == "waiting" and can(actor, Permission.REPAIR_QUARANTINE, target_scope=batch.scope)
    return HeldRowContext(
        _line(desk, item, lang), tuple(cells), other, batch.kind, batch.source, may and bool(held)
    )


def _picks(faults: Sequence[Fault], column: str) -> tuple[Pick, ...]:
    """The candidates a fault of a column names."""
    return tuple(
        Pick(*told)
        for fault in faults
        if fault.column == column and fault.code in (NAME_REVIEW, NAME_UNKNOWN)
        for told in candidates_in(fault.allowed)
    )


def with_typed(
    context: HeldRowContext, typed: Mapping[str, str], said: Sequence[tuple[str, str]]
) -> HeldRowContext:
    """The row as a person has typed it, with what is still wrong with it: (column, sentence)."""
    names = {cell.name for cell in context.cells}
    cells = [
        Cell(
            cell.name,
            typed.get(cell.name, cell.value),
            tuple(text for column, text in said if column == cell.name),
            cell.picks,
        )
        for cell in context.cells
    ]
    other = tuple(text for column, text in said if column not in names)
    return replace(context, cells=tuple(cells), other=other)


def _visible(
    desk: Desk, actor: Actor, *, state: str, batch: str, page: int, size: int
) -> tuple[list[Item], int, int]:
    scopes = visible_scopes(desk, actor, Permission.REPAIR_QUARANTINE)
    if can(actor, Permission.READ_AUDIT, target_scope=ANYWHERE):
        scopes = (EVERYTHING,)
    if not scopes:
        raise NotAllowed("auth.role", by=actor.label, permission=Permission.REPAIR_QUARANTINE.value)
    if batch:
        batches.get(batch)
        readable(actor, batch)
        scopes = (EVERYTHING,)
    asked = {"state": state, "batch": batch}
    if scopes == (EVERYTHING,):
        found = quarantine.list_page(**asked, page=page, size=size)
        return list(found.rows), found.total, found.number
    parts = [quarantine.list_page(**asked, scope=scope, size=LIST_LIMIT) for scope in scopes]
    rows = sorted((row for part in parts for row in part.rows), key=lambda row: row.id)
    total = sum(part.total for part in parts)
    number = max(1, min(page, -(-total // size)))
    return rows[(number - 1) * size : number * size], total, number


def _line(desk: Desk, item: Item, lang: str) -> HeldLine:
    reasons = tuple(
        Reason(column, code, desk.messages.what(code, lang))
        for column, code in zip(item.columns, item.codes, strict=False)
    )
    return HeldLine(
        item.id, item.batch, item.file, item.row_no, reasons, item.summary, item.state, item.resolved_by,
        item.resolved_at, item.resolved_batch,
    )  # fmt: skip
