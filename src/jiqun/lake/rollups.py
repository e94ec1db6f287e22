"""Roll-ups 汇总: parts added up to the whole: enterprise → county → city → province, segment → chain → cluster.

A whole carries how many of its parts were known (`known` of `parts`): what is unknown stays unknown and is never taken
for zero. Synthetic and real numbers, different scopes and different statuses never meet in one sum.
"""

from collections.abc import Sequence
from functools import reduce

import ibis
import ibis.expr.types as ir

from jiqun.core.errors import InputError
from jiqun.core.indicators import Adds
from jiqun.lake.compile import handed_in

EDGES = {"child": "text", "parent": "text", "level": "text"}
_WHOLE = ("subject", "level", "indicator", "year", "status", "scope", "synthetic")
_FACTOR = "decimal(18,6)"


def edges() -> ir.Table:
    """Edges handed in with the question: child, parent, level (the parent's kind of place, e.g. county)."""
    return handed_in("edges", EDGES)  # type: ignore[arg-type]


def parts_of(tree: ir.Table, levels: Sequence[str]) -> ir.Table:
    """Every whole with the parts at the bottom: columns part, subject (the whole), level; one row per pair.

    tree    edges (child, parent, level)
    levels  from the bottom up; the children of the first are the parts
    """
    lowest = tree.filter(tree.level == levels[0])
    reached = [lowest.select(part="child", subject="parent", level="level")]
    for level in levels[1:]:
        above = tree.filter(tree.level == level).select(below="child", above="parent", level_above="level")
        joined = reached[-1].inner_join(above, reached[-1].subject == above.below)
        reached.append(joined.select(part="part", subject="above", level="level_above"))
    return reduce(ir.Table.union, reached).distinct()


def roll_up(
    cells: ir.Table, tree: ir.Table, *, levels: Sequence[str], adds: Adds, weights: ir.Table | None = None
) -> ir.Table:
    """Wholes of one indicator's cells (see `cells.py`), as its `adds` says.

    Columns: subject, level, indicator, year, status, scope, synthetic; value (decimal for a sum, float64 for a weighted
    mean, in the indicator's unit); known and parts (how many of how many); inexact (known parts with a bound other than =).
    Grain: one row per whole and kind of cell of which at least one part is known.
    weights  cells of the indicator that weighs; a part without its weight counts as unknown
    """
    if adds is Adds.NONE:
        raise InputError("lake.does_not_add_up", allowed="sum weighted_mean")
    pairs = parts_of(tree, levels)
    sizes = pairs.group_by("subject", "level").aggregate(parts=lambda t: t.count())
    if adds is Adds.WEIGHTED_MEAN:
        if weights is None:
            raise InputError("lake.weights_missing")
        cells = _weighed(cells, weights)
    known = cells.rename(part="subject").inner_join(pairs, "part")
    sums = known.group_by(*_WHOLE).aggregate(
        value=_sum(known) if adds is Adds.SUM else _mean(known),
        known=known.count(),
        inexact=known.count(where=known.bound != "="),
    )
    return sums.inner_join(sizes, ["subject", "level"]).select(*_WHOLE, "value", "known", "parts", "inexact")


def _sum(known: ir.Table) -> ir.Value:
    return known.value.sum().cast("decimal(28,6)")


def _mean(known: ir.Table) -> ir.Value:
    """Sum of value times weight by sum of weights; both sums exact, one division in float64."""
    weighed = (known.value.cast(_FACTOR) * known.weight.cast(_FACTOR)).sum().cast("float64")
    return weighed / known.weight.cast(_FACTOR).sum().cast("float64").nullif(0)


def _weighed(cells: ir.Table, weights: ir.Table) -> ir.Table:
    same = ["subject", "year", "status", "scope", "synthetic"]
    weights = weights.select(*same, weight=weights.value)
    return cells.inner_join(weights, same)


def whole_row(sums: ir.Table) -> ir.Table:
    """Sums in a fixed order of rows, for reading and comparing."""
    return sums.order_by([ibis._[name] for name in _WHOLE])
