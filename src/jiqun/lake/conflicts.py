"""Conflicts 冲突: cells whose statements cannot all hold — units converted, bounds respected — largest first.

Grain: one row per cell (subject, indicator, period, scope, breakdown, status). Every statement allows an interval: a value
itself, ≥ and > everything above, ≤ and < everything below, ≈ NEAR around it, a range from end to end. Statements conflict
when no number lies in all intervals; size is the gap between them as a part of the larger end. ≥ 9 and 9.19 do not.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import ibis
import ibis.expr.types as ir
from arro3.core import Array, DataType, Table

from jiqun.lake.cells import SAME_CELL as CELL
from jiqun.lake.compile import compiled, handed_in, param
from jiqun.lake.facts import Row
from jiqun.lake.listing import Wanted, asked, narrowed
from jiqun.lake.store import Lake

NEAR = Decimal("0.03")
"""How far from an "about" the number itself may lie, as a part of it."""


@dataclass(frozen=True, slots=True)
class Found:
    """Cells in conflict: one page of them, and how many there are."""

    rows: list[Row]
    total: int


def conflicts(
    lake: Lake, wanted: Wanted, *, source: str = "", limit: int | None = None, offset: int = 0
) -> Found:
    """Cells in conflict among the facts `wanted`, the largest difference first.

    source  only cells of which this source speaks; what the others say of them counts all the same
    Columns: the cell's, statements, sources, low and high (the numbers furthest apart), gap, size, total.
    """
    wanted = replace(wanted, source="")
    query = compiled(_conflicts, wanted.names(), bool(source))
    params = {"of_source": source} if source else {}
    rows = asked(lake, query, wanted, page=(limit, offset), more=params)
    found = [dict(zip(query.columns, row, strict=True)) for row in rows]
    if found or not offset:
        return Found(found, int(str(found[0]["total"])) if found else 0)
    first = asked(lake, query, wanted, page=(1, 0), more=params)
    return Found([], int(str(first[0][query.columns.index("total")])) if first else 0)


def statements_of(lake: Lake, wanted: Wanted, cells: Sequence[Row]) -> list[Row]:
    """The facts `wanted` of these cells, in the order of cells, then of recording; ids of facts by cell number."""
    if not cells:
        return []
    texts = ("subject", "indicator", "scope", "breakdown", "status", "kind")
    keys: dict[str, Array] = {
        name: Array([str(cell[name]) for cell in cells], DataType.string()) for name in texts
    }
    for name in ("period_start", "period_end"):
        keys[f"{name}_text"] = Array([str(cell[name]) for cell in cells], DataType.string())
    for name in ("is_instant", "synthetic"):
        keys[name] = Array([bool(cell[name]) for cell in cells], DataType.bool())
    keys["number"] = Array(list(range(len(cells))), DataType.int64())
    wanted = replace(wanted, source="")
    query = compiled(_statements, wanted.names())
    rows = lake.ask(query, wanted.params(), tables={**wanted.tables(), "cells": Table.from_pydict(keys)})
    return [dict(zip(query.columns, row, strict=True)) for row in rows]


def bounds(facts: ir.Table) -> tuple[ir.Value, ir.Value]:
    """Lowest and highest number a statement allows, in the indicator's unit; NULL where nothing limits it."""
    value, bound = facts.base_value, facts.bound
    margin = (value.abs() * ibis.literal(NEAR, "decimal(4,2)")).cast("decimal(28,6)")
    high_end = ibis.coalesce(facts.base_value_high, value)
    low = ibis.cases((bound.isin(["<", "≤"]), ibis.null()), (bound == "≈", value - margin), else_=value)
    high = ibis.cases(
        (bound.isin([">", "≥"]), ibis.null()), (bound == "≈", value + margin), (bound == "range", high_end), else_=value
    )  # fmt: skip
    return low.cast("decimal(28,6)"), high.cast("decimal(28,6)")


def _conflicts(names: frozenset[str], of_source: bool) -> ir.Table:
    facts = narrowed(names)
    facts = facts.filter(facts.base_value.notnull())
    low, high = bounds(facts)
    told = facts.mutate(least=low, most=high)
    mine = (told.source == param("of_source")) if of_source else ibis.literal(True)
    cells = (
        told.mutate(mine=mine)
        .group_by(*CELL)
        .aggregate(
            statements=lambda t: t.count(),
            low=lambda t: t.most.min(),
            high=lambda t: t.least.max(),
            spoken=lambda t: t.count(where=t.mine),
        )
    )
    apart = cells.filter(cells.statements > 1, cells.high > cells.low, cells.spoken > 0)
    larger = ibis.greatest(apart.high.abs(), apart.low.abs())
    gap = (apart.high - apart.low).cast("decimal(28,6)")
    sized = apart.mutate(gap=gap, size=gap.cast("float64") / larger.cast("float64").nullif(0))
    sized = sized.mutate(total=ibis._.count().over(ibis.window()))
    order = [sized.size.desc(), sized.subject, sized.indicator, sized.period_end, sized.period_start]
    tail = [sized.scope, sized.breakdown, sized.status, sized.kind]
    return sized.select(*CELL, "statements", "low", "high", "gap", "size", "total").order_by([*order, *tail])


def _statements(names: frozenset[str]) -> ir.Table:
    kinds = dict.fromkeys(("subject", "indicator", "scope", "breakdown", "status", "kind"), "text")
    days = {"period_start_text": "text", "period_end_text": "text"}
    flags = {"is_instant": "bool", "synthetic": "bool"}
    cells = handed_in("cells", {**kinds, **days, **flags, "number": "int"})  # type: ignore[arg-type]
    cells = cells.select(
        "number", *kinds, *flags, period_start=cells.period_start_text.cast("date"),
        period_end=cells.period_end_text.cast("date"),
    )  # fmt: skip
    facts = narrowed(names)
    joined = facts.filter(facts.base_value.notnull()).inner_join(cells, list(CELL))
    return joined.select("number", "id", "recorded_at").order_by(["number", "recorded_at", "id"])
