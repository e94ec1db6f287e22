"""现场 the machines of a factory, reckoned once for all who look: now from the last minutes, the shift so far now and then.

The last minutes are read whenever readings arrived; the shift so far costs more and is reckoned anew at most every
`SHIFT_LEAST_S` seconds and never takes more than about a 25th of the time. Between the two the newer pieces are added.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import cast
from weakref import WeakKeyDictionary

from jiqun.actions.desk import Desk
from jiqun.actions.factory_windows import ROLES, windows_from, windows_of
from jiqun.factory.instants import MINUTE, SECOND, micros_of, moment
from jiqun.factory.machines.day import machine_day
from jiqun.factory.machines.manner import Manner
from jiqun.factory.machines.model import PRODUCED, MachineDay, MachineReadings, Standing
from jiqun.factory.machines.pieces import made_by
from jiqun.factory.machines.turn import Turn, turn_of
from jiqun.factory.oee.model import Kind, Span
from jiqun.factory.oee.practice import Practice
from jiqun.factory.oee.report import Report, report
from jiqun.factory.shifts.reasons import StopWord, reasoned
from jiqun.lake.readings.latest import Latest
from jiqun.lake.readings.reader import ReadingReader
from jiqun.lake.store import Lake
from jiqun.ledger import factories, stops
from jiqun.ledger.factories import FactoryPoint, Line, Machine

NOW_SPAN, LOOK_BACK = 10 * MINUTE, 3 * MINUTE
LAST_BATCHES = 40
SHIFT_LEAST_S, SHIFT_SHARE = 15.0, 25.0


@dataclass(frozen=True)
class Floor:
    """What stands in the hall (厂房): lines, machines, points as the ledger keeps them."""

    lines: tuple[Line, ...]
    machines: tuple[Machine, ...]
    points: tuple[FactoryPoint, ...]

    def point_of(self, machine: str, role: str) -> FactoryPoint | None:
        """The point that tells this of a machine; of several the first by key."""
        return next((one for one in self.points if one.machine == machine and one.role == role), None)


@dataclass(frozen=True)
class ShiftSoFar:
    """What was reckoned at `now_us`: of each machine its shift (班次), what it did, and the tallies of all."""

    now_us: int
    turns: Mapping[str, Turn]
    days: Mapping[str, MachineDay]
    report: Report


@dataclass(frozen=True)
class SiteNow:
    """How a factory stands at `now_us`.

    version    of the table of readings: what tells one state from the next
    standings  by machine; one that has no point telling anything is not there
    pieces     by machine, of the shift so far; None where nobody counted
    """

    now_us: int
    version: int
    floor: Floor
    shift: ShiftSoFar
    standings: Mapping[str, Standing]
    pieces: Mapping[str, Fraction | None]
    latest: Mapping[str, Latest]


@dataclass
class _Kept:
    turn: threading.Lock = field(default_factory=threading.Lock)
    now: SiteNow | None = None
    shift: ShiftSoFar | None = None
    again_at: float = 0.0


class Sites:
    """The factories of one lake; safe to share between threads."""

    def __init__(self, lake: Lake) -> None:
        self.reader = ReadingReader(lake)
        self._lake = lake
        self._turn = threading.Lock()
        self._kept: dict[str, _Kept] = {}

    def now(self, desk: Desk, site: str, now_us: int, *, least_us: int = SECOND) -> SiteNow:
        """How it stands; not reckoned anew within `least_us` of the last time, so that ten pages cost as much as one."""
        with self._turn:
            kept = self._kept.setdefault(site, _Kept())
        with kept.turn:
            if kept.now is not None and 0 <= now_us - kept.now.now_us < least_us:
                return kept.now
            floor = floor_of(site)
            if kept.shift is None or time.monotonic() >= kept.again_at or now_us < kept.shift.now_us:
                begun = time.monotonic()
                kept.shift = shift_so_far(desk, site, floor, now_us)
                cost = time.monotonic() - begun
                kept.again_at = begun + max(SHIFT_LEAST_S, SHIFT_SHARE * cost)
            kept.now = self._now(desk, site, floor, kept.shift, now_us)
            return kept.now

    def batches(self, desk: Desk, site: str) -> Sequence[Mapping[str, object]]:
        """The last batches of a factory, read anew only when others came."""
        return desk.lake.kept(
            ("last batches", site), ("reading_batches",), lambda: tuple(self.reader.batches(site, limit=LAST_BATCHES))
        )

    def forget(self, site: str) -> None:
        """What is kept of a factory is out of date: its description or its reasons were changed."""
        with self._turn:
            self._kept.pop(site, None)

    def _now(self, desk: Desk, site: str, floor: Floor, shift: ShiftSoFar, now_us: int) -> SiteNow:
        version = self._lake.snapshot("readings").version
        keys = sorted(one.key for one in floor.points if one.machine and one.role in ROLES)
        span = now_us - NOW_SPAN, now_us
        rows = self.reader.rows(site, keys, start_us=span[0] - LOOK_BACK, end_us=now_us) if keys else []
        windows = windows_from((floor.machines, floor.points), rows, span)
        manner = manner_of(desk.packs)
        standings = {
            one.machine: _since(machine_day(one, manner).last, shift.days.get(one.machine)) for one in windows
        }
        pieces = {one.machine: _pieces(one, shift) for one in windows}
        return SiteNow(now_us, version, floor, shift, standings, pieces, self.reader.latest(site))


_sites: "WeakKeyDictionary[Lake, Sites]" = WeakKeyDictionary()
_turn = threading.Lock()


def sites_of(desk: Desk) -> Sites:
    """The factories of this desk's lake."""
    with _turn:
        if desk.lake not in _sites:
            _sites[desk.lake] = Sites(desk.lake)
        return _sites[desk.lake]


def floor_of(site: str) -> Floor:
    """What stands in the hall."""
    return Floor(factories.lines(site), factories.machines(site), factories.points(site))


def shift_so_far(desk: Desk, site: str, floor: Floor, now_us: int) -> ShiftSoFar:
    """The shift each machine is in, from its start to now; outside every shift the day so far."""
    calendar = [row.as_shift() for row in factories.shifts(site)]
    turns = {one.key: turn_of(calendar, one.key, one.line, now_us) for one in floor.machines}
    start = min((one.span[0] for one in turns.values()), default=now_us)
    cuts = sorted({at for one in turns.values() for at in one.cuts})
    windows = windows_of(desk, site, (floor.machines, floor.points), (start, now_us), cuts=cuts)
    words = words_of(site, (start, now_us))
    days = {one.machine: told_day(desk, one, words) for one in windows}
    events = [event for day in days.values() for event in day.events]
    counts = [count for day in days.values() for count in day.counts]
    shifts = [shift for key in days for shift in turns[key].shifts]
    found = report(events, counts, shifts, minor_below=practice_of(desk.packs).minor_below)
    return ShiftSoFar(now_us, turns, days, found)


@lru_cache(maxsize=4)
def manner_of(packs: Path) -> Manner:
    """状态口径, read once."""
    return Manner.load(packs / "factory" / "states.toml")


@lru_cache(maxsize=4)
def practice_of(packs: Path) -> Practice:
    """停机分类口径, read once."""
    return Practice.load(packs / "factory" / "oee.toml")


def words_of(site: str, span: Span) -> tuple[StopWord, ...]:
    """What people said of standstills that touch a span, as it holds."""
    return tuple(
        StopWord(one.machine, micros_of(one.starts_at), micros_of(one.ends_at), cast(Kind, one.kind), one.reason)
        for one in stops.holding(site, moment(span[0]), moment(span[1]))
    )


def told_day(desk: Desk, told: MachineReadings, words: Sequence[StopWord]) -> MachineDay:
    """What a machine did, with people's reasons for its standstills."""
    day = machine_day(told, manner_of(desk.packs))
    return replace(day, events=reasoned(day.events, words))


def _since(last: Standing, day: MachineDay | None) -> Standing:
    """What began before the last minutes began where the shift so far says so."""
    if last.since is not None or day is None or day.last.state != last.state:
        return last
    return Standing(last.state, day.last.since, last.bare, last.cycle_us, last.pieces, last.read_us)


def _pieces(window: MachineReadings, shift: ShiftSoFar) -> Fraction | None:
    """Pieces of the shift: what was reckoned, and what the counter told since."""
    day, turn = shift.days.get(window.machine), shift.turns.get(window.machine)
    if day is None or turn is None:
        return None
    counted = [one.produced for one in day.counts if one.start >= turn.span[0] and one.produced is not None]
    since: Sequence[Fraction] = [
        one.pieces for one in made_by(window.readings.get(PRODUCED, ()), []) if shift.now_us <= one.at < window.end
    ]
    return sum((*counted, *since), Fraction(0)) if counted or since else None
