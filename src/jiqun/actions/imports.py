"""导入 imports: a file from an office becomes subjects, registrations and facts — all of it, once, with its audit row.

read → judge → stage (durable) → one ledger transaction (batch, subjects, quarantine, outbox, audit) → publish → merge.
Killed anywhere, the same command run again finishes the work and doubles nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from time import perf_counter

from jiqun.actions.desk import Desk
from jiqun.core.errors import InputError, RowError
from jiqun.core.facts import Fact
from jiqun.lake.cell_words import control_character
from jiqun.lake.files import HandedIn, beyond, open_table
from jiqun.lake.mapping import (
    REGION_ROWS,
    ColumnMap,
    apply_map,
    check_required,
    propose,
    read_map,
    table_fields,
)
from jiqun.ledger.permissions import Actor

Progress = Callable[[str, int, int], None]
SOURCE_LIMIT = 80


@dataclass(frozen=True)
class Order:
    """What is to be imported and how.

    kind     enterprises | facts | subjects | relations
    source   key of the source the rows come from
    mapping  path of MAP.toml, or the mapping itself as a page sends it; None proposes one from the header
    table    which of the tables of the file (or of the sheet), from nought
    beside   what the ledger records of the facts that come in, in the transaction of their batch; facts alone know it
    """

    kind: str
    path: Path
    source: str
    name: str = ""
    sheet: str = ""
    mapping: Path | Mapping[str, object] | None = None
    dry_run: bool = False
    synthetic: bool = False
    table: int = 0
    beside: Callable[[Sequence[Fact]], object] | None = None


@dataclass
class ImportReport:
    """What became of the rows: the object `--json` prints.

    totals    totals that are not the sum of their rows; totals_checked counts all that were held against their rows
    left_out  rows of the sheet that are no data (notes, headings, hidden ones)
    numbers   numbers of all rows of data; not part of what is printed
    matched   rows without a code and the enterprise that was found for each, with the evidence
    """

    kind: str
    file: str
    rows: int = 0
    accepted: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    quarantined: int = 0
    flagged: int = 0
    batch_id: str | None = None
    seconds: float = 0.0
    dry_run: bool = False
    notes: list[dict[str, str]] = field(default_factory=list)
    placed: dict[str, int] = field(default_factory=dict)
    errors: list[RowError] = field(default_factory=list)
    flags: list[RowError] = field(default_factory=list)
    totals: list[dict[str, object]] = field(default_factory=list)
    totals_checked: int = 0
    left_out: list[dict[str, object]] = field(default_factory=list)
    matched: list[dict[str, object]] = field(default_factory=list)
    numbers: frozenset[int] = frozenset()

    def as_json(self, *, most: int = 1000) -> dict[str, object]:
        """The report with at most `most` errors and flags written out."""
        shown = asdict(self)
        del shown["numbers"]
        for name in ("errors", "flags", "left_out", "matched"):
            shown[name] = shown[name][:most]
        return {"ok": True, **shown}


@dataclass(frozen=True)
class Opened:
    """A file that was opened and mapped, ready to be judged."""

    table: HandedIn
    mapping: ColumnMap

    def raw(self, cells: Sequence[str]) -> dict[str, str]:
        """A row as it stood in the file, by column, as quarantine keeps it."""
        return dict(
            zip(self.table.columns, (*cells, *[""] * len(self.table.columns)), strict=False)
        ) | beyond(list(cells), len(self.table.columns))


def open_order(desk: Desk, order: Order) -> Opened:
    """Open the file and settle the mapping; InputError for what concerns the file as a whole."""
    if len(order.source) > SOURCE_LIMIT or control_character([order.source], name=True):
        raise InputError(
            "gate.text_too_long", column="source", seen=order.source[:40], allowed=f"≤ {SOURCE_LIMIT}"
        )
    mapping, table = _mapped(desk, order, _opened(desk, order))
    if mapping.hidden == "take":
        table = _opened(desk, order, hidden=True)
    fields = table_fields(desk.packs, order.kind.removesuffix("s"))
    check_required(mapping, table.columns, fields, file=table.file)
    return Opened(table, mapping)


def _opened(desk: Desk, order: Order, *, hidden: bool = False) -> HandedIn:
    return open_table(
        order.path, desk.limits, name=order.name, sheet=order.sheet, words=desk.form_words, table=order.table,
        hidden=hidden,
    )  # fmt: skip


def _mapped(desk: Desk, order: Order, table: HandedIn) -> tuple[ColumnMap, HandedIn]:
    fields = table_fields(desk.packs, order.kind.removesuffix("s"))
    if order.mapping is None:
        return propose(table.columns, fields), table
    if isinstance(order.mapping, Path):
        return read_map(order.mapping, table.columns, fields), table
    return apply_map(order.mapping, table.columns, fields, file=table.file), table


def run_import(
    desk: Desk, order: Order, *, by: Actor, at: datetime, progress: Progress | None = None
) -> ImportReport:
    """Import a file of any kind; see the module of its kind for what a row becomes."""
    from jiqun.actions import (
        imports_enterprises,
        imports_facts,
        imports_regions,
        imports_relations,
        imports_subjects,
        outbox,
    )
    from jiqun.actions.form_checks import tell_of_form

    verbs = {
        "enterprises": imports_enterprises.run,
        "facts": imports_facts.run,
        "subjects": imports_subjects.run,
        "relations": imports_relations.run,
    }
    started = perf_counter()
    opened = open_order(desk, order)
    told = progress or _silent
    turn = outbox.turn(desk, at=at, waiting=lambda: told("等待前一项 waiting for another import", 0, 1))
    with nullcontext(at) if order.dry_run else turn as now:
        of_regions = order.kind == "enterprises" and opened.mapping.without_code == REGION_ROWS
        verb = imports_regions.run if of_regions else verbs[order.kind]
        report = verb(desk, order, opened, by=by, at=now, progress=told)
    tell_of_form(desk, opened, report)
    report.notes = [{"code": code, "seen": seen} for code, seen in opened.table.notes]
    report.seconds = round(perf_counter() - started, 3)
    return report


def _silent(what: str, done: int, total: int) -> None:
    del what, done, total


def quarantine_columns(
    faults: Sequence[RowError], held: Mapping[int, Mapping[str, str]], *, at: datetime
) -> dict[str, Sequence[object]]:
    """The lake's quarantine rows, column by column: one row per fault, with the raw row as JSON."""
    import orjson

    raw = {number: orjson.dumps(dict(row)).decode() for number, row in held.items()}
    return {
        "file": [fault.file for fault in faults],
        "row_no": [fault.row for fault in faults],
        "column_name": [fault.column for fault in faults],
        "code": [fault.code for fault in faults],
        "seen": [fault.seen for fault in faults],
        "allowed": [fault.allowed for fault in faults],
        "raw": [raw.get(fault.row or 0, "{}") for fault in faults],
        "recorded_at": [at] * len(faults),
    }
