"""采信顺序 trust: the order of trust as rows handed in with a question, so that every engine chooses alike.

One row per source for every indicator (indicator empty), and one per source and indicator that has an order of its own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
from arro3.core import Array, DataType, Table

from jiqun.core.trust import LAST
from jiqun.lake.compile import handed_in

TRUST = "trust"


@dataclass(frozen=True, slots=True)
class TrustRow:
    """Where a source stands (0 is trusted most) for an indicator, and its day as ISO text (empty: unknown)."""

    source: str
    indicator: str
    place: int
    told_on: str = ""


Standing = Mapping[tuple[str, str], tuple[int, str]]
"""(source, indicator) to place and day; the indicator is empty for all others."""


def trust_table(rows: Iterable[TrustRow]) -> Table:
    """The rows as the table the expressions ask for."""
    kept = list(rows)
    texts = {
        name: Array([getattr(row, name) for row in kept], DataType.string())
        for name in ("source", "indicator", "told_on")
    }
    return Table.from_pydict({**texts, "place": Array([row.place for row in kept], DataType.int64())})


def standings(rows: Iterable[TrustRow]) -> dict[tuple[str, str], tuple[int, str]]:
    """The same for plain Python."""
    return {(row.source, row.indicator): (row.place, row.told_on) for row in rows}


def standing(known: Standing, source: str, indicator: str) -> tuple[int, str]:
    """Twin of `with_trust`: place and day of a source for an indicator."""
    general = known.get((source, ""), (LAST, ""))
    return known.get((source, indicator), general)[0], general[1]


def with_trust(facts: ir.Table) -> ir.Table:
    """Facts with `trust_place` and `told_on` of their source; LAST and empty for a source that is not handed in."""
    rows = handed_in(TRUST, {"source": "text", "indicator": "text", "place": "int", "told_on": "text"})
    general = rows.filter(rows.indicator == "")
    general = general.select(of_source="source", place_of_all="place", day_of_source="told_on")
    own = rows.filter(rows.indicator != "").select(
        own_source="source", own_indicator="indicator", own_place="place"
    )
    joined = facts.left_join(general, facts.source == general.of_source)
    both = joined.left_join(own, [joined.source == own.own_source, joined.indicator == own.own_indicator])
    return both.mutate(
        trust_place=ibis.coalesce(both.own_place, both.place_of_all, LAST),
        told_on=ibis.coalesce(both.day_of_source, ""),
    ).drop("of_source", "place_of_all", "day_of_source", "own_source", "own_indicator", "own_place")
