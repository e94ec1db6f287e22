"""Reference 对照: the lake's expressions once more in plain Python, over rows read as they are.

Slow and short: the twin that engines are held against (`engines.py`, and the parity tests).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from jiqun.lake.derived import Formula, row_value
from jiqun.lake.trust import Standing, standing

CellKey = tuple[str, str, int, str, str, bool]
"""Subject, indicator, year, status, scope, synthetic."""


@dataclass(frozen=True, slots=True)
class RawFact:
    """The columns of a fact that decide which facts are known and which one stands for a cell."""

    id: str
    batch: str
    supersedes: str | None
    recorded_at: datetime
    subject: str
    indicator: str
    period_start: date
    period_end: date
    status: str
    scope: str
    breakdown: str
    synthetic: bool
    base_value: Decimal | None
    bound: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """One part (child) of a whole (parent); level names the parent's sort: county, city, province, chain, cluster."""

    child: str
    parent: str
    level: str


def known(
    facts: Iterable[RawFact],
    undone: Iterable[tuple[str, datetime]],
    as_of: datetime | None = None,
    *,
    withdrawn: Iterable[tuple[str, str, datetime]] = (),
) -> list[RawFact]:
    """Twin of `known.known`.

    undone     batch and instant of being taken back
    withdrawn  source, event (withdrawn, brought_back) and its instant
    """
    gone = {batch for batch, when in undone if as_of is None or when <= as_of}
    silent = _silent(withdrawn, as_of)
    then = [
        one
        for one in facts
        if one.batch not in gone and one.source not in silent and (as_of is None or one.recorded_at <= as_of)
    ]
    corrected = {one.supersedes for one in then}
    return [one for one in then if one.id not in corrected]


def _silent(events: Iterable[tuple[str, str, datetime]], as_of: datetime | None) -> set[str]:
    """Twin of `known.withdrawn`: sources whose last event is their being withdrawn."""
    last: dict[str, str] = {}
    for source, event, when in sorted(events, key=lambda one: (one[2], one[1] != "withdrawn")):
        if as_of is None or when <= as_of:
            last[source] = event
    return {source for source, event in last.items() if event == "withdrawn"}


def cells(facts: Iterable[RawFact], trust: Standing | None = None) -> dict[CellKey, tuple[Decimal, str]]:
    """Twin of `cells.cells`: value and bound by cell; trust as `trust.standings`."""
    known_trust = trust or {}
    chosen: dict[CellKey, RawFact] = {}
    for one in facts:
        year = (one.period_end - timedelta(days=1)).year
        if one.breakdown or one.base_value is None or one.period_start.year != year:
            continue
        key = (one.subject, one.indicator, year, one.status, one.scope, one.synthetic)
        if key not in chosen or _stands_before(one, chosen[key], known_trust):
            chosen[key] = one
    return {key: (one.base_value, one.bound) for key, one in chosen.items() if one.base_value is not None}


def _stands_before(one: RawFact, other: RawFact, trust: Standing) -> bool:
    """Earlier start, later end, order of trust, later record, lower id: the first that differs decides."""
    if one.period_start != other.period_start:
        return one.period_start < other.period_start
    if one.period_end != other.period_end:
        return one.period_end > other.period_end
    (place, day), (their_place, their_day) = (standing(trust, f.source, f.indicator) for f in (one, other))
    mine, theirs = (place, one.bound != "="), (their_place, other.bound != "=")
    if mine != theirs:
        return mine < theirs
    if day != their_day:
        return day > their_day
    if one.recorded_at != other.recorded_at:
        return one.recorded_at > other.recorded_at
    return one.id < other.id


def rolled_up(
    values: Mapping[CellKey, tuple[Decimal, str]], tree: Iterable[Edge], levels: Sequence[str]
) -> dict[tuple[str, str, int, str, str, bool, str], tuple[Decimal, int, int]]:
    """Twin of `rollups.roll_up` for sums: value, known, parts by whole, indicator, year, status, scope, synthetic, level."""
    pairs = _pairs(list(tree), levels)
    wholes: dict[str, list[tuple[str, str]]] = defaultdict(list)
    sizes: dict[tuple[str, str], int] = defaultdict(int)
    for part, whole, level in pairs:
        wholes[part].append((whole, level))
        sizes[whole, level] += 1
    sums: dict[tuple[str, str, int, str, str, bool, str], tuple[Decimal, int, int]] = {}
    for (subject, *rest), (value, _) in values.items():
        for whole, level in wholes[subject]:
            key = (whole, *rest, level)
            total, count, _parts = sums.get(key, (Decimal(0), 0, 0))  # type: ignore[arg-type]
            sums[key] = (total + value, count + 1, sizes[whole, level])  # type: ignore[index]
    return sums


def _pairs(tree: Sequence[Edge], levels: Sequence[str]) -> set[tuple[str, str, str]]:
    reached = {(edge.child, edge.parent, edge.level) for edge in tree if edge.level == levels[0]}
    found = set(reached)
    for level in levels[1:]:
        above = [(edge.child, edge.parent) for edge in tree if edge.level == level]
        reached = {(part, top, level) for part, whole, _ in reached for below, top in above if below == whole}
        found |= reached
    return found


def derived(
    values: Mapping[CellKey, tuple[Decimal, str]], chosen: Formula, factor: float
) -> dict[tuple[str, int, str, str, bool], float | None]:
    """Twin of `derived.derive`: value by subject, year, status, scope, synthetic."""
    found: dict[tuple[str, int, str, str, bool], float | None] = {}
    for (subject, indicator, year, *rest), (value, _) in values.items():
        if indicator != chosen.inputs[0]:
            continue
        other = (subject, chosen.inputs[0], year - 1) if chosen.growth else (subject, chosen.inputs[1], year)
        pair = values.get((*other, *rest))  # type: ignore[arg-type]
        if pair is None:
            continue
        found[subject, year, *rest] = row_value(chosen, value, pair[0], factor)  # type: ignore[index]
    return found
