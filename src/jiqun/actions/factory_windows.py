"""设备读数窗口 what the lake holds of the machines of a factory in a span of time, as the engine of machines takes it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import TypeAlias
from itertools import pairwise

from jiqun.actions.desk import Desk
from jiqun.factory.instants import HOUR, SECOND
from jiqun.factory.machines.model import MachineReadings, Seen
from jiqun.factory.oee.model import Span
from jiqun.lake.readings.reader import ReadingReader
from jiqun.lake.readings.rows import ReadingRow
from jiqun.ledger.factories import FactoryPoint, Machine

ROLES = ("running", "produced", "scrap", "good", "queue", "room")
About: TypeAlias = tuple[Sequence[Machine], Sequence[FactoryPoint]]
"""Machines and points of a factory."""
TELLING = frozenset({"running", "produced"})
"""Roles of which a machine needs one to be in a report at all."""
LOOK_BACK = 2 * HOUR
"""How far before a span the state it begins with is looked for: a box says what holds again every minute."""


def is_telling(points: Iterable[FactoryPoint], machine: str) -> bool:
    """Does a machine have a point that tells whether it runs or what it made?"""
    return any(one.machine == machine and one.role in TELLING for one in points)


def windows_of(
    desk: Desk, site: str, about: About, span: Span, *, cuts: Sequence[int] = ()
) -> tuple[MachineReadings, ...]:
    """Readings of each machine by what they tell, from before the span (for the state it begins with) to its end.

    about  machines and points of the factory; cuts: instants at which counts are to be parted
    """
    keys = sorted(one.key for one in about[1] if one.machine and one.role in ROLES)
    if not keys:
        return ()
    reader = ReadingReader(desk.lake)
    rows = reader.rows(site, keys, start_us=span[0] - LOOK_BACK, end_us=span[1])
    gaps = [(_us(row, "from_us"), _us(row, "to_us")) for row in reader.gaps(site, *span)]
    return windows_from(about, rows, span, gaps=gaps, cuts=cuts)


def windows_from(
    about: About, rows: Iterable[ReadingRow], span: Span, *, gaps: Sequence[Span] = (), cuts: Sequence[int] = ()
) -> tuple[MachineReadings, ...]:
    """The same from rows already read; one for each machine that has a point telling whether it runs or what it made."""
    machines, points = about
    first: dict[tuple[str, str], FactoryPoint] = {}
    for one in sorted(points, key=lambda one: one.key):  # of two points that tell the same, the first by key
        first.setdefault((one.machine, one.role), one)
    own = {one.key: one for one in first.values() if one.machine and one.role in ROLES}
    told: dict[str, dict[str, list[Seen]]] = defaultdict(lambda: defaultdict(list))
    for point, read_us, value, quality, _, _ in rows:
        if (one := own.get(point)) is None:
            continue
        told[one.machine][one.role].append((read_us, value, quality))
    after = _after(machines)
    return tuple(
        MachineReadings(
            one.key, *span, _with_next(told[one.key], told.get(after.get(one.key, ""), {})), one.line, one.product,
            None if one.ideal_cycle_s is None else Fraction(one.ideal_cycle_s) * SECOND, gaps=gaps, cuts=cuts,
        )
        for one in machines
        if is_telling(points, one.key)
    )  # fmt: skip


def _after(machines: Sequence[Machine]) -> Mapping[str, str]:
    """The machine behind each, in its line."""
    ordered = sorted((one for one in machines if one.line), key=lambda one: (one.line, one.place, one.key))
    pairs = pairwise(ordered)
    return {before.key: behind.key for before, behind in pairs if before.line == behind.line}


def _with_next(
    own: Mapping[str, Sequence[Seen]], behind: Mapping[str, Sequence[Seen]]
) -> dict[str, Sequence[Seen]]:
    return dict(own) | {f"{role}_after": behind[role] for role in ("queue", "room") if role in behind}


def _us(row: Mapping[str, object], name: str) -> int:
    value = row[name]
    assert isinstance(value, int)
    return value
