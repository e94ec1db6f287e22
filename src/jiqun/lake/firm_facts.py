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
from jiqun.lake.trust import with_trust

AS_OF = 0
"""The year of what is of no year."""
COLUMNS = ("subject", "indicator", "year", "value", "bound", "unit", "value_text", "id", "synthetic")


@dataclass(frozen=True, slots=True)
class FirmFact:
    """One fact. year: the year it speaks of, AS_OF for the newest of what is of a day; value in `unit`."""

    subject: str
    indicator: str
    year: int
    value: Decimal | None
    bound: str
    unit: str
    value_text: str
    id: str
    synthetic: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What is read of each firm.

    yearly   indicators of a whole year or of its end; years: first and last, both included
    of_day   indicators of which the newest counts, told for a period that is over on the day `on`
    """

    yearly: tuple[str, ...]
    years: tuple[int, int]
    of_day: tuple[str, ...]
    on: date


def firm_facts(lake: Lake, wanted: Wanted, asked: Asked, subjects: Sequence[str]) -> Iterable[FirmFact]:
    """The facts the rules read of these subjects, in no order.

    wanted  what may be seen (its `withheld`, `seen`, `real`)
    """
    wanted = replace(
        wanted, status="actual", subjects=tuple(subjects), indicators=(*asked.yearly, *asked.of_day)
    )
    if not wanted.subjects or not wanted.indicators:
        return
    values = {
        **wanted.params(), "first": asked.years[0], "last": asked.years[1], "told_by": asked.on + timedelta(days=1),
    }  # fmt: skip
    tables = {**wanted.tables(), "yearly": _column(asked.yearly)}
    for row in lake.ask(compiled(_firm_facts, wanted.names()), values, tables=tables):
        yield FirmFact(*cast("tuple[str, str, int, Decimal | None, str, str, str, str, bool]", row))


def _column(keys: Sequence[str]) -> Table:
    return Table.from_pydict({"indicator": Array(list(keys), DataType.string())})


def _firm_facts(names: frozenset[str]) -> ir.Table:
    facts = narrowed(names)
    facts = facts.filter(facts.scope == "", facts.breakdown == "")
    yearly = handed_in("yearly", {"indicator": "text"})
    return _of_years(facts.semi_join(yearly, "indicator")).union(
        _newest(facts.anti_join(yearly, "indicator"))
    )


def _of_years(facts: ir.Table) -> ir.Table:
    """One fact per year: of the whole year, or as of its end. A half year is no year."""
    ends = (facts.period_end.month() == 1) & (facts.period_end.day() == 1)
    begins = (facts.period_start.month() == 1) & (facts.period_start.day() == 1)
    cells = one_per_cell(facts.filter(ends, begins | facts.is_instant))
    return cells.filter(cells.year.between(param("first", "int"), param("last", "int"))).select(*COLUMNS)


def _newest(facts: ir.Table) -> ir.Table:
    """One fact: the latest period that is over by then; of one period the order of trust chooses."""
    told = with_trust(facts.filter(facts.period_end <= param("told_by", "date")))
    order = [told.period_end.desc(), told.period_start.asc(), *by_trust(told)]
    cell = [told.subject, told.indicator, told.synthetic]
    ranked = told.mutate(turn=ibis.row_number().over(group_by=cell, order_by=order))
    newest = ranked.filter(ranked.turn == 0)
    return newest.mutate(year=ibis.literal(AS_OF, "int64")).select(*COLUMNS)
