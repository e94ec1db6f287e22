"""数量列 quantities: columns of an enterprise list that are facts of each row's enterprise.

An empty cell is unknown and gives no fact. A row with a quantity nobody can read waits in quarantine as a whole, so that
it is counted once and comes back whole when it is repaired.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from jiqun.actions.desk import Desk
from jiqun.actions.imports import Opened, Order, Progress
from jiqun.actions.imports_facts import CHUNK, fact_gate, sort_out
from jiqun.core.errors import InputError, RowError
from jiqun.core.facts import Fact, Status
from jiqun.core.periods import Period
from jiqun.core.units import UnitTable, fits
from jiqun.lake.forms.percents import as_percent
from jiqun.lake.gate_enterprises import Judged, Registration
from jiqun.lake.gate_facts import FactGate
from jiqun.lake.mapping import QuantityColumn

STAND_IN = "enterprise:held"
_WITH_UNIT = re.compile(r"([-+－＋]?[\d.,，．]+)\s*([^\d\s.,，%％][^\s]*)")


def check_quantities(desk: Desk, quantities: Sequence[QuantityColumn], *, file: str) -> None:
    """Refuse a mapping whose quantities nobody could read, before any row is: InputError names file and column."""
    seen: dict[tuple[str, ...], str] = {}
    for item in quantities:
        try:
            indicator, unit = desk.indicators.get(item.indicator), desk.units.get(item.unit)
            if not fits(unit, desk.units.get(indicator.unit)):
                raise InputError("gate.unit_mismatch", seen=unit.key, allowed=indicator.unit)
            told = (
                indicator.key,
                Period.parse(item.period).text,
                item.scope,
                Status.parse(item.status).value,
            )
        except InputError as error:
            raise InputError(error.code, **{**error.facts, "file": file, "column": item.column}) from None
        if told in seen:
            reason = f"[[facts]] {seen[told]} = {item.column}: {' '.join(filter(None, told))}"
            raise InputError("gate.bad_map", file=file, reason=reason)
        seen[told] = item.column


def facts_of_rows(
    desk: Desk,
    order: Order,
    opened: Opened,
    judged: Judged,
    *,
    at: datetime,
    batch: str,
    progress: Progress,
    notes: Mapping[int, str] | None = None,
) -> list[Fact]:
    """New facts of the accepted rows; a row with a faulty quantity moves from the accepted ones to the held ones.

    Rows held for another reason are told of their faulty quantities too: all errors of a row at once.
    notes  what is said with the facts of a row, by row number (how its enterprise was found)
    """
    table, mapping = opened.table, opened.mapping
    places = [(table.columns.index(item.column), item) for item in mapping.facts]
    if not places:
        return []
    by_row, total = dict(table.rows), len(judged.accepted)
    gate = fact_gate(desk, order, table.file, lambda text: text, at=at, batch=batch)
    found: list[Fact] = []
    kept: list[Registration] = []
    for done, item in enumerate(judged.accepted):
        if done % CHUNK == 0:
            progress("取数 reading quantities", done, total)
        facts, faults = _of_row(gate, item.row_no, item.subject, by_row[item.row_no], places)
        if notes and item.row_no in notes:
            facts = [replace(fact, note=notes[item.row_no]) for fact in facts]
        if faults:
            judged.faults.extend(faults)
            judged.held[item.row_no] = opened.raw(by_row[item.row_no])
            judged.placed[item.region_how] -= 1
            continue
        kept.append(item)
        found.extend(facts)
    judged.accepted[:] = kept
    _faults_of_held(gate, judged, by_row, places)
    return sort_out(desk, found, at=at).new


def _faults_of_held(
    gate: FactGate,
    judged: Judged,
    by_row: Mapping[int, Sequence[str]],
    places: Sequence[tuple[int, QuantityColumn]],
) -> None:
    told = {(fault.row, fault.column) for fault in judged.faults}
    for row in judged.held:
        _, faults = _of_row(gate, row, STAND_IN, by_row.get(row, ()), places)
        judged.faults.extend(fault for fault in faults if (fault.row, fault.column) not in told)
    judged.faults.sort(key=lambda fault: fault.row or 0)


def _of_row(
    gate: FactGate,
    row: int,
    subject: str,
    cells: Sequence[str],
    places: Sequence[tuple[int, QuantityColumn]],
) -> tuple[list[Fact], list[RowError]]:
    facts: list[Fact] = []
    faults: list[RowError] = []
    for n, told in places:
        text = cells[n].strip() if n < len(cells) else ""
        if gate.says_nothing(told.indicator, text):
            continue
        if told.reads == "fraction":
            text = as_percent(text)
        text, unit = amount_and_unit(text, told.unit, gate.units)
        fact, wrong = gate.read(row, _as_row(subject, text, unit, told))
        faults.extend(replace(fault, column=told.column) for fault in wrong)
        if fact is not None:
            facts.append(fact)
    return facts, faults


def amount_and_unit(text: str, unit: str, units: UnitTable) -> tuple[str, str]:
    """A cell that states its own unit (140人, 3.5亿元) taken apart; any other cell as it is, in the column's unit."""
    found = _WITH_UNIT.fullmatch(text)
    own = units.find(found[2]) if found else None
    return (found[1], own.key) if found and own else (text, unit)


def _as_row(subject: str, text: str, unit: str, told: QuantityColumn) -> dict[str, str]:
    return {
        "subject": subject, "indicator": told.indicator, "period": told.period, "value": text, "unit": unit,
        "scope": told.scope, "status": told.status, "locator": told.column,
    }  # fmt: skip
