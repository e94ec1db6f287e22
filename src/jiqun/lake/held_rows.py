"""隔离行 held rows: what the gate said of rows it held back, with the rows as they came; and what else a batch brought."""

from dataclasses import dataclass

import ibis.expr.types as ir
import orjson

from jiqun.lake.compile import compiled, param, table
from jiqun.lake.store import Lake

COLUMNS = ("row_no", "column_name", "code", "seen", "allowed", "raw")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a held row."""

    column: str
    code: str
    seen: str
    allowed: str


@dataclass(frozen=True, slots=True)
class HeldRow:
    """A row held back: its cells by column, and every fault it has."""

    row_no: int
    cells: dict[str, str]
    faults: tuple[Fault, ...]


def held_row(lake: Lake, batch: str, file: str, row_no: int) -> HeldRow | None:
    """The row of a batch's file, or None when the lake does not hold it (not merged yet)."""
    bound = {"batch": batch, "file": file, "row_no": row_no}
    rows = lake.ask(compiled(_faults_of_row), bound)
    if not rows:
        return None
    faults = tuple(
        Fault(*(str(part or "") for part in (column, code, seen, allowed)))
        for _, column, code, seen, allowed, _ in rows
    )
    return HeldRow(row_no, orjson.loads(str(rows[0][5] or "{}")), faults)


def faults_of_batch(lake: Lake, batch: str) -> list[dict[str, object]]:
    """Every fault of a batch's held rows: row_no, column, code, seen, allowed, raw (the row as JSON)."""
    names = ("row_no", "column", "code", "seen", "allowed", "raw")
    return [
        dict(zip(names, row, strict=True)) for row in lake.ask(compiled(_faults_of_batch), {"batch": batch})
    ]


def count_facts(lake: Lake, batch: str) -> int:
    """How many facts a batch brought, whatever became of them."""
    return int(str(lake.ask(compiled(_facts_of_batch), {"batch": batch})[0][0]))


def _faults_of_batch() -> ir.Table:
    rows = table("quarantine")
    return (
        rows.filter(rows.batch == param("batch"))
        .select(*COLUMNS)
        .distinct()
        .order_by(["row_no", "column_name", "code"])
    )


def _facts_of_batch() -> ir.Table:
    facts = table("facts")
    return facts.filter(facts.batch == param("batch")).aggregate(facts=lambda t: t.count())


def _faults_of_row() -> ir.Table:
    rows = table("quarantine")
    chosen = rows.filter(
        rows.batch == param("batch"), rows.file == param("file"), rows.row_no == param("row_no", "int")
    )
    return chosen.select(*COLUMNS).distinct().order_by(["column_name", "code"])
