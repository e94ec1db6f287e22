"""Withdrawing 撤回来源: what pages show now and would show without a source — cells, sums, derived numbers.

Of the wholes only places (county, city, province) are handed in. A sum over a segment, a chain or a cluster is no figure
of the ledger: `rollups.roll_up` works one out along any edges, but nothing keeps or shows it, and what is told of a
cluster is a statement of its own, which a correction elsewhere does not touch. What comes to show such a sum hands
its members in here as pairs, as `actions/reading/withdrawals.py` does with places.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
from arro3.core import Array, DataType, Table

from jiqun.lake import known as on
from jiqun.lake.cells import cells
from jiqun.lake.compile import compiled, handed_in, param, table
from jiqun.lake.dependents import Graph
from jiqun.lake.derived import derive, factor_of, formula
from jiqun.lake.facts import Row
from jiqun.lake.store import Lake

KEY = ("subject", "indicator", "year", "status", "scope", "synthetic")
COLUMNS = (*KEY, "before", "after", "total")


@dataclass(frozen=True, slots=True)
class Effect:
    """The first figures that would differ, with `before` and `after` (None: not known any more); total counts all."""

    rows: list[Row]
    total: int


def spoken_of(lake: Lake, source: str) -> tuple[int, int, tuple[str, ...], tuple[str, ...]]:
    """Facts of a source that hold now, their subjects (number and keys), and their indicators."""
    rows = lake.ask(compiled(_spoken), {"source": source})
    subjects = tuple(sorted({str(row[0]) for row in rows}))
    indicators = tuple(sorted({str(row[1]) for row in rows}))
    return sum(int(str(row[2])) for row in rows), len(subjects), subjects, indicators


def enterprises_told_by(lake: Lake, batches: Sequence[str]) -> list[tuple[str, str, bool]]:
    """Enterprises facts of these batches speak of, with the first of the batches, and whether all of it is made up."""
    rows = lake.ask(compiled(_enterprises), tables={"mine": Table.from_pydict({"batch": _texts(batches)})})
    return [(str(subject), str(batch), not real) for subject, batch, real in rows]


def cells_without(lake: Lake, source: str, *, limit: int) -> Effect:
    """Cells whose shown number would be another, or none."""
    return _effect(lake, compiled(_cells_differ), {"source": source}, {}, limit)


def sums_without(
    lake: Lake, source: str, pairs: Sequence[tuple[str, str]], names: Sequence[str], *, limit: int
) -> Effect:
    """Sums that would differ. pairs: part and whole; names: indicators that add up."""
    parts, wholes = zip(*pairs, strict=True) if pairs else ((), ())
    tables = {
        "pairs": Table.from_pydict({"part": _texts(parts), "whole": _texts(wholes)}),
        "names": Table.from_pydict({"indicator": _texts(names)}),
    }
    return _effect(lake, compiled(_sums_differ), {"source": source}, tables, limit)


def derived_without(
    lake: Lake, source: str, graph: Graph, indicators: Sequence[str], *, limit: int
) -> Effect:
    """Derived numbers that would differ, of every formula that names one of the indicators."""
    found, total = [], 0
    touched = {one.key: one for key in indicators for one, _ in graph.derived_by(key)}
    for key, one in sorted(touched.items()):
        chosen = formula(one.expression or "")
        factor = factor_of(chosen, graph.indicators, graph.units)
        query = compiled(_derived_differ, key, one.expression, factor)
        effect = _effect(lake, query, {"source": source}, {}, limit)
        found, total = [*found, *effect.rows], total + effect.total
    return Effect(found[:limit], total)


def _effect(
    lake: Lake, query: object, params: dict[str, object], tables: dict[str, Table], limit: int
) -> Effect:
    rows = lake.ask(query, params, tables=tables, page=(limit, 0))  # type: ignore[arg-type]
    found = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    return Effect(found, int(str(found[0]["total"])) if found else 0)


def _known() -> ir.Table:
    return on.known(table("facts"), table("batches"))


def _touched() -> tuple[ir.Table, ir.Table]:
    """Facts about the subjects and indicators a source speaks of: all of them, and those of the other sources."""
    facts = _known()
    mine = facts.filter(facts.source == param("source")).select("subject", "indicator").distinct()
    near = facts.semi_join(mine, ["subject", "indicator"])
    return near, near.filter(near.source != param("source"))


def _spoken() -> ir.Table:
    facts = _known()
    mine = facts.filter(facts.source == param("source"))
    return (
        mine.group_by("subject", "indicator").aggregate(facts=mine.count()).order_by(["subject", "indicator"])
    )


def _enterprises() -> ir.Table:
    facts = table("facts").semi_join(handed_in("mine", {"batch": "text"}), "batch")
    chosen = facts.filter(facts.subject >= "enterprise:", facts.subject < "enterprise;")
    told = chosen.group_by("subject").aggregate(
        batch=chosen.batch.min(), real=chosen.count(where=~chosen.synthetic)
    )
    return told.select("subject", "batch", "real").order_by("subject")


def _cells_differ() -> ir.Table:
    now, then = (cells(facts) for facts in _touched())
    return _differ(now, then)


def _sums_differ() -> ir.Table:
    facts = _known().semi_join(handed_in("names", {"indicator": "text"}), "indicator")
    now, then = (cells(some) for some in (facts, facts.filter(facts.source != param("source"))))
    return _differ(_summed(now), _summed(then))


def _summed(chosen: ir.Table) -> ir.Table:
    pairs = handed_in("pairs", {"part": "text", "whole": "text"})
    joined = chosen.rename(part="subject").inner_join(pairs, "part")
    sums = joined.group_by("whole", *KEY[1:]).aggregate(value=joined.value.sum().cast("decimal(28,6)"))
    return sums.rename(subject="whole")


def _derived_differ(key: str, expression: str, factor: object) -> ir.Table:
    chosen = formula(expression)
    facts = _known()
    now, then = (
        derive(cells(some), key, chosen, factor=factor)  # type: ignore[arg-type]
        for some in (facts, facts.filter(facts.source != param("source")))
    )
    return _differ(now, then)


def _differ(now: ir.Table, then: ir.Table) -> ir.Table:
    """Numbers of now that are others, or none, then; the largest change first, those that vanish before them."""
    before = now.select(*KEY, before="value")
    after = then.select(**{f"then_{name}": name for name in KEY}, after="value")
    same = [before[name] == after[f"then_{name}"] for name in KEY]
    joined = before.left_join(after, same)
    changed = joined.filter(joined.after.isnull() | (joined.after != joined.before))
    change = (changed.after - changed.before).abs().cast("float64") / changed.before.abs().cast(
        "float64"
    ).nullif(0)
    sized = changed.mutate(change=ibis.coalesce(change, 1e9), total=ibis._.count().over(ibis.window()))
    order = [sized.change.desc(), sized.subject, sized.indicator, sized.year, sized.status, sized.scope]
    return sized.order_by(order).select(*COLUMNS)


def _texts(values: Sequence[str]) -> Array:
    return Array(list(values), DataType.string())
