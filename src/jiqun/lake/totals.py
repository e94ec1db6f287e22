"""Totals 汇总的问法: roll-ups and derived indicators, asked of the facts as known and answered as plain rows."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

import ibis.expr.types as ir
from arro3.core import Array, DataType, Table

from jiqun.core.errors import NotFound
from jiqun.core.indicators import Adds, Indicator, IndicatorTable
from jiqun.core.units import UnitTable
from jiqun.lake import known as on
from jiqun.lake.cells import cells
from jiqun.lake.compile import compiled, param, table
from jiqun.lake.derived import derive, factor_of, formula
from jiqun.lake.facts import AsOf, Row, instant
from jiqun.lake.reference import Edge
from jiqun.lake.rollups import EDGES, edges, roll_up, whole_row
from jiqun.lake.store import Lake


def edge_table(given: Iterable[Edge]) -> Table:
    """Edges as the table the roll-ups ask for."""
    kept = list(given)
    return Table.from_pydict(
        {name: Array([getattr(edge, name) for edge in kept], DataType.string()) for name in EDGES}
    )


def rolled_up(
    lake: Lake,
    indicator: Indicator,
    tree: Iterable[Edge],
    *,
    levels: Sequence[str],
    weights: str | None = None,
    as_of: AsOf = None,
) -> list[Row]:
    """An indicator rolled up along the edges, bottom level first; columns and grain as `rollups.roll_up`.

    weights  key of the indicator that weighs, for one that adds as a weighted mean
    """
    query = compiled(_rolled, indicator.adds, tuple(levels), weights is not None, as_of is not None)
    values: dict[str, object] = {"indicator": indicator.key}
    if weights is not None:
        values["weights"] = weights
    if as_of is not None:
        values["as_of"] = instant(as_of)
    rows = lake.ask(query, values, tables={"edges": edge_table(tree)})
    return [dict(zip(query.columns, row, strict=True)) for row in rows]


def derived(
    lake: Lake, indicator: Indicator, indicators: IndicatorTable, units: UnitTable, *, as_of: AsOf = None
) -> list[Row]:
    """A derived indicator wherever its inputs are known; columns and grain as `derived.derive`."""
    if indicator.expression is None:
        raise NotFound("lake.not_derived", seen=indicator.key)
    factor = factor_of(formula(indicator.expression), indicators, units)
    query = compiled(_derived, indicator.key, indicator.expression, factor, as_of is not None)
    bound = {} if as_of is None else {"as_of": instant(as_of)}
    return [dict(zip(query.columns, row, strict=True)) for row in lake.ask(query, bound)]


def _cells(with_as_of: bool) -> ir.Table:
    as_of = param("as_of", "timestamp") if with_as_of else None
    return cells(on.known(table("facts"), table("batches"), as_of))


def _rolled(adds: Adds, levels: tuple[str, ...], weighed: bool, with_as_of: bool) -> ir.Table:
    every = _cells(with_as_of)
    weights = every.filter(every.indicator == param("weights")) if weighed else None
    chosen = every.filter(every.indicator == param("indicator"))
    return whole_row(roll_up(chosen, edges(), levels=levels, adds=adds, weights=weights))


def _derived(key: str, expression: str, factor: Decimal, with_as_of: bool) -> ir.Table:
    values = derive(_cells(with_as_of), key, formula(expression), factor=factor)
    return values.order_by(["subject", "year", "status", "scope", "synthetic"])
