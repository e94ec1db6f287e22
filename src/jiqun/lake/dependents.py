"""Dependents 相依的数: which figures rest on a cell — sums over its places and derived indicators — and these alone anew.

A derived indicator depends on a cell when its declared `expression` names the cell's indicator; a growth also the year
after. What adds up depends on every part of the whole. Nothing else is looked at, let alone recomputed.

Of the wholes only places (county, city, province) are handed in. A sum over a segment, a chain or a cluster is no figure
of the ledger: `rollups.roll_up` works one out along any edges, but nothing keeps or shows it, and what is told of a
cluster is a statement of its own, which a correction elsewhere does not touch. What comes to show such a sum hands
the group in here as a whole with its members, as `actions/reading/changes.py` does with places.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import ibis.expr.types as ir
from arro3.core import Array, DataType, Table

from jiqun.core.indicators import Adds, Indicator, IndicatorTable
from jiqun.core.units import UnitTable
from jiqun.lake import known as on
from jiqun.lake.cells import cells
from jiqun.lake.compile import compiled, handed_in, param, table
from jiqun.lake.derived import Formula, factor_of, formula, row_value
from jiqun.lake.facts import AsOf, instant
from jiqun.lake.store import Lake


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """What a correction touches: one number of a subject in a year, of one status and scope, real or made up."""

    subject: str
    indicator: str
    year: int
    status: str = "actual"
    scope: str = ""
    synthetic: bool = False


@dataclass(frozen=True, slots=True, order=True)
class FigureKey:
    """One computed figure. how: sum (of parts) | derived (by a formula)."""

    how: str
    subject: str
    indicator: str
    year: int


@dataclass(frozen=True, slots=True)
class Computed:
    """Value of a figure in its indicator's unit; None where a divisor is missing or zero; how many parts were known."""

    value: Decimal | None
    known: int = 0


@dataclass(frozen=True, slots=True)
class Graph:
    """What depends on what, as the catalogue of indicators declares it."""

    indicators: IndicatorTable
    units: UnitTable

    def derived_by(self, indicator: str) -> tuple[tuple[Indicator, Formula], ...]:
        """Derived indicators whose expression names the indicator."""
        found = ((one, formula(one.expression)) for one in self.indicators if one.expression)
        return tuple((one, chosen) for one, chosen in found if indicator in chosen.inputs)

    def dependents(self, cell: Cell, wholes: Sequence[str]) -> tuple[FigureKey, ...]:
        """Every figure that rests on the cell. wholes: the places (or groups) the subject is a part of."""
        found = self.indicators.find(cell.indicator)
        adds = found is not None and found.adds is Adds.SUM
        touched = [cell.subject, *(wholes if adds else ())]
        sums = [FigureKey("sum", whole, cell.indicator, cell.year) for whole in wholes if adds]
        rates = [
            FigureKey("derived", subject, one.key, year)
            for one, chosen in self.derived_by(cell.indicator)
            for year in ((cell.year, cell.year + 1) if chosen.growth else (cell.year,))
            for subject in (touched if self._sums(chosen) else [cell.subject])
        ]
        return (*sums, *rates)

    def _sums(self, chosen: Formula) -> bool:
        """Can the formula be worked out for a whole: does each of its inputs add up?"""
        kinds = [self.indicators.find(key) for key in chosen.inputs]
        return all(one is not None and one.adds is Adds.SUM for one in kinds)

    def needed(self, figures: Iterable[FigureKey]) -> tuple[tuple[str, ...], tuple[int, int]]:
        """Indicators and years (first, last) whose cells the figures are worked out from."""
        figures = list(figures)
        names: set[str] = set()
        for one in figures:
            expression = self.indicators.get(one.indicator).expression if one.how == "derived" else None
            names.update(formula(expression).inputs if expression else [one.indicator])
        years = [one.year for one in figures]
        return tuple(sorted(names)), (min(years) - 1, max(years))


def recompute(
    lake: Lake,
    graph: Graph,
    cell: Cell,
    parts: Mapping[str, Sequence[str]],
    *,
    as_of: AsOf = None,
    figures: Sequence[FigureKey] | None = None,
) -> dict[FigureKey, Computed]:
    """The figures that rest on a cell, worked out from the cells they need and nothing more.

    parts    every whole the subject belongs to, with the subjects it is the sum of
    figures  some of them only; all the cell's dependents unless told
    """
    wanted = graph.dependents(cell, tuple(parts)) if figures is None else tuple(figures)
    if not wanted:
        return {}
    names, years = graph.needed(wanted)
    values = _values(lake, cell, parts, names=names, years=years, as_of=as_of)
    return {key: _computed(graph, key, values) for key in wanted}


Values = Mapping[tuple[str, str, int], tuple[Decimal, int]]


def _computed(graph: Graph, key: FigureKey, values: Values) -> Computed:
    if key.how == "sum":
        value, known = values.get((key.subject, key.indicator, key.year), (None, 0))
        return Computed(value, known)
    chosen = formula(graph.indicators.get(key.indicator).expression or "")
    first = values.get((key.subject, chosen.inputs[0], key.year))
    other = (
        (key.subject, chosen.inputs[0], key.year - 1)
        if chosen.growth
        else (key.subject, chosen.inputs[1], key.year)
    )
    second = values.get(other)
    if first is None or second is None:
        return Computed(None)
    factor = float(factor_of(chosen, graph.indicators, graph.units))
    value = row_value(chosen, first[0], second[0], factor)
    return Computed(None if value is None else Decimal(repr(value)), min(first[1], second[1]))


def _values(
    lake: Lake,
    cell: Cell,
    parts: Mapping[str, Sequence[str]],
    *,
    names: tuple[str, ...],
    years: tuple[int, int],
    as_of: AsOf,
) -> Values:
    """Cells of the subject itself, and sums of the wholes, of some indicators and years."""
    pairs = [(cell.subject, ""), *((part, whole) for whole, inside in parts.items() for part in inside)]
    query = compiled(_summed, as_of is not None)
    asked: dict[str, object] = {
        "status": cell.status, "scope": cell.scope, "synthetic": cell.synthetic, "first": date(years[0], 1, 1),
        "after": date(years[1] + 1, 1, 1),
    }  # fmt: skip
    if as_of is not None:
        asked["as_of"] = instant(as_of)
    rows = lake.ask(
        query,
        asked,
        tables={
            "pairs": Table.from_pydict(
                {"part": _texts(p for p, _ in pairs), "whole": _texts(w for _, w in pairs)}
            ),
            "names": Table.from_pydict({"indicator": _texts(names)}),
        },
    )
    return {
        (str(whole) or cell.subject, str(indicator), int(str(year))): (Decimal(str(value)), int(str(known)))
        for whole, indicator, year, value, known in rows
    }


def _summed(with_as_of: bool) -> ir.Table:
    facts = table("facts")
    told = facts.filter(
        facts.status == param("status"),
        facts.scope == param("scope"),
        facts.synthetic == param("synthetic", "bool"),
        facts.period_end > param("first", "date"),
        facts.period_end <= param("after", "date"),
    ).semi_join(handed_in("names", {"indicator": "text"}), "indicator")
    as_of = param("as_of", "timestamp") if with_as_of else None
    chosen = cells(on.known(told, table("batches"), as_of))
    pairs = handed_in("pairs", {"part": "text", "whole": "text"})
    joined = chosen.inner_join(pairs, chosen.subject == pairs.part)
    sums = joined.group_by("whole", "indicator", "year").aggregate(
        value=joined.value.sum().cast("decimal(28,6)"), known=joined.count()
    )
    return sums.select("whole", "indicator", "year", "value", "known").order_by(
        ["whole", "indicator", "year"]
    )


def _texts(values: Iterable[str]) -> Array:
    return Array(list(values), DataType.string())
