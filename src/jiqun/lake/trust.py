"""采信顺序 trust: the order of trust as rows handed in with a question, so that every engine chooses alike.

One row per source for every indicator (indicator empty), and one per source and indicator that has an order of its own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from arro3.core import Array, DataType, Table

from jiqun.core.trust import LAST

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
