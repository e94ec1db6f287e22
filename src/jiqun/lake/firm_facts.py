"""企业数据的事实 facts of firms as the rules read them: one fact per firm, indicator and year, or the newest of all.

Only what happened (status actual), of the firm as a whole (no scope, no breakdown). Corrections, undone batches,
withdrawn sources and merged subjects count as everywhere; of several facts of one cell the order of trust chooses.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import cast

import ibis
import ibis.expr.types as ir
from arro3.core import Array, DataType, Table

from jiqun.lake.cells import by_trust, one_per_cell
from jiqun.lake.compile import compiled, handed_in, param
from jiqun.lake.listing import Wanted, narrowed
from jiqun.lake.store import Lake
from jiqun.lake.trusted_columns import with_trust

COLUMNS = ("subject", "indicator", "back", "value", "bound", "unit", "value_text", "id", "synthetic")


@dataclass(frozen=True, slots=True)
class FirmFact:
    """One fact. back: how many years before the last full year, or before the day judged; value in `unit`."""

    subject: str
    indicator: str
    back: int
    value: Decimal | None
    bound: str
    unit: str
    value_text: str
    id: str
    synthetic: bool


@dataclass(frozen=True, slots=True)
class Newest:
    """An indicator of which the newest fact counts: told for a period over on the day `on`; back as in `FirmFact`."""

    indicator: str
    on: date
    back: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """What is read of each firm.

    yearly   indicators of a whole year or of its end; last: the last of them, years: how many are read
    newest   indicators of a day
    """

    yearly: tuple[str, ...]
    last: int
    years: int
    newest: tuple[Newest, ...]


def firm_facts(lake: Lake, wanted: Wanted, asked: Asked, subjects: Sequence[str]) -> Iterable[FirmFact]:
    """The facts the rules read of these subjects, in no order; one question over the lake.

    wanted  what may be seen (its `withheld`, `seen`, `real`)
    """
    of_day = dict.fromkeys(one.indicator for one in asked.newest)
    wanted = replace(wanted, status="actual", subjects=tuple(subjects), indicators=(*asked.yearly, *of_day))
    if not wanted.subjects or not wanted.indicators:
        return
    values = {**wanted.params(), "first": asked.last + 1 - asked.years, "last": asked.last}
    tables = {**wanted.tables(), "yearly": _texts(indicator=asked.yearly), "newest": _days(asked.newest)}
    for row in lake.ask(compiled(_firm_facts, wanted.names()), values, tables=tables):
        yield FirmFact(*cast("tuple[str, str, int, Decimal | None, str, str, str, str, bool]", row))


def _days(asked: Sequence[Newest]) -> Table:
    """Rows indicator, told_by (the day after, ISO), back."""
    texts = {
        "indicator": Array([one.indicator for one in asked], DataType.string()),
        "told_by": Array([(one.on + timedelta(days=1)).isoformat() for one in asked], DataType.string()),
        "back": Array([one.back for one in asked], DataType.int64()),
    }
    return Table.from_pydict(texts)


def _texts(**columns: Sequence[str]) -> Table:
    return Table.from_pydict({name: Array(list(keys), DataType.string()) for name, keys in columns.items()})


def _firm_facts(names: frozenset[str]) -> ir.Table:
    facts = narrowed(names)
    facts = facts.filter(facts.scope == "", facts.breakdown == "")
    yearly = handed_in("yearly", {"indicator": "text"})
    return _of_years(facts.semi_join(yearly, "indicator")).union(_newest(facts))


def _of_years(facts: ir.Table) -> ir.Table:
    """One fact per year: of the whole year, or as of its end. A half year is no year."""
    ends = (facts.period_end.month() == 1) & (facts.period_end.day() == 1)
    begins = (facts.period_start.month() == 1) & (facts.period_start.day() == 1)
    cells = one_per_cell(facts.filter(ends, begins | facts.is_instant))
    cells = cells.filter(cells.year.between(param("first", "int"), param("last", "int")))
    return cells.mutate(back=param("last", "int") - cells.year).select(*COLUMNS)


def _newest(facts: ir.Table) -> ir.Table:
    """One fact: the latest period that is over by then; of one period the order of trust chooses."""
    asked = handed_in("newest", {"indicator": "text", "told_by": "text", "back": "int"})
    told = facts.inner_join(asked, "indicator")
    told = with_trust(told.filter(told.period_end <= told.told_by.cast("date")))
    order = [told.period_end.desc(), told.period_start.asc(), *by_trust(told)]
    cell = [told.subject, told.indicator, told.back, told.synthetic]
    ranked = told.mutate(turn=ibis.row_number().over(group_by=cell, order_by=order))
    return ranked.filter(ranked.turn == 0).select(*COLUMNS)
