"""设备页 one machine over one day: state bar, points with their course, cycles, stops by length, OEE by shift and product."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast

from jiqun.actions import factory_policy as policy
from jiqun.actions.desk import Desk
from jiqun.actions.reading.factory_live import LossShown, Share, StateShown, Tile, live_of, losses_of, shown
from jiqun.actions.reading.factory_site import Floor, floor_of, practice_of, sites_of
from jiqun.actions.reading.factory_spans import MachineSpan, machine_of, machine_span
from jiqun.factory.instants import DAY, SECOND, day_of, micros_of, midnight, moment
from jiqun.factory.machines.bars import bar_of, times_of
from jiqun.factory.machines.cycles import Cycles, cycles_of
from jiqun.factory.machines.model import STATES, State
from jiqun.factory.oee.figures import figures_of
from jiqun.factory.oee.model import Span
from jiqun.factory.oee.tally import Tally
from jiqun.lake.readings.latest import Latest
from jiqun.ledger import factories
from jiqun.ledger.factories import Factory, FactoryPoint, Machine
from jiqun.ledger.permissions import Actor

SPARKS = 96
MOST_STOPS = 40


@dataclass(frozen=True)
class BarPiece:
    """A stretch of the state bar; left and width in thousandths of the day."""

    state: StateShown
    starts: datetime
    ends: datetime
    seconds: int
    left: float
    width: float


@dataclass(frozen=True)
class StateTime:
    """How long the machine was in a state; share of the time that has passed."""

    state: StateShown
    seconds: int
    share: float


@dataclass(frozen=True)
class PointLine:
    """A point (测点) with its last value and its course over the day: least and greatest of each step."""

    key: str
    name: str
    unit: str
    kind: str
    role: str
    value: float | None
    quality: int | None
    read_at: datetime | None
    age_s: int | None
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]


@dataclass(frozen=True)
class StopLine:
    """A standstill (停机): as what it counts and why, where a person said so; minor: shorter than the threshold."""

    starts: datetime
    ends: datetime
    seconds: int
    kind: str
    reason: str
    minor: bool


@dataclass(frozen=True)
class OeeLine:
    """The figures of one shift or product."""

    name: str
    oee: Share
    availability: Share
    effectiveness: Share
    quality: Share
    produced: float
    good: float | None
    scrap: float | None
    busy_s: float


@dataclass(frozen=True)
class FactoryMachineContext:
    """One machine on one day of Shanghai.

    tile       how it stands now
    start_us, end_us  what is shown: the day, up to now
    bar        the day as one bar; times: by state
    cycles     None where nobody counted pieces
    stops      the longest first; stop_count of them, minor_count of these minor, minor_s their sum in seconds
    """

    factory: Factory
    machine: Machine
    tile: Tile
    day: date
    before: date
    after: date | None
    start_us: int
    end_us: int
    bar: tuple[BarPiece, ...]
    times: tuple[StateTime, ...]
    states: tuple[StateShown, ...]
    points: tuple[PointLine, ...]
    cycles: Cycles | None
    whole: OeeLine
    losses: tuple[LossShown, ...]
    shifts: tuple[OeeLine, ...]
    products: tuple[OeeLine, ...]
    stops: tuple[StopLine, ...]
    stop_count: int
    minor_count: int
    minor_s: int
    minor_below_s: int
    can_handle: bool
    can_run: bool


def factory_machine(desk: Desk, by: Actor, key: str, machine: str, *, day: date | None = None) -> FactoryMachineContext:
    """One machine on one day (None: today)."""
    factory = factories.get(key)
    policy.check_read(by, factory)
    floor = floor_of(key)
    one = machine_of(floor, machine)
    now_us = micros_of(desk.now())
    day = min(day or day_of(now_us), day_of(now_us))
    span = midnight(day), min(midnight(day) + DAY, now_us)
    found = machine_span(desk, key, floor, one, span)
    tile = next(tile for line in live_of(desk, by, factory).lines for tile in line.tiles if tile.key == machine)
    states = found.day.states if found.day else ()
    times = times_of(states)
    stops = _stops(desk, found)
    minor = [stop for stop in stops if stop.minor]
    tallies = found.report.tallies
    whole = tallies["machine"].get((machine,), Tally())
    return FactoryMachineContext(
        factory, one, tile, day, day - timedelta(days=1), day + timedelta(days=1) if day < day_of(now_us) else None, *span,
        _bar(desk, found), tuple(_time(desk, state, times, span) for state in STATES if state in times),
        tuple(shown(desk, state) for state in STATES), _points(desk, key, floor, one, (span, now_us)),
        cycles_of(found.told, states) if found.told and found.day and found.day.counts else None,
        _line("", whole), losses_of(whole),
        tuple(_line(name[1].partition(" ")[2], tally) for name, tally in tallies["machine_shift"].items()),
        tuple(_line(name[1], tally) for name, tally in tallies["machine_product"].items() if tally.produced),
        stops[:MOST_STOPS], len(stops), len(minor), sum(stop.seconds for stop in minor),
        practice_of(desk.packs).minor_below // SECOND, policy.can_handle(by, factory), policy.can_run(by, factory),
    )  # fmt: skip


def _bar(desk: Desk, found: MachineSpan) -> tuple[BarPiece, ...]:
    if found.day is None:
        return ()
    words = {state: shown(desk, state) for state in STATES}
    begin = found.span[0]
    return tuple(
        BarPiece(
            words[one.state], moment(one.start), moment(one.end), one.micros // SECOND,
            round((one.start - begin) / DAY * 1000, 2), round(one.micros / DAY * 1000, 2),
        )
        for one in bar_of(found.day.states)
    )  # fmt: skip


def _time(desk: Desk, state: State, times: Mapping[State, int], span: Span) -> StateTime:
    return StateTime(shown(desk, state), times[state] // SECOND, round(times[state] / (span[1] - span[0]), 4))


def _points(
    desk: Desk, site: str, floor: Floor, machine: Machine, when: tuple[Span, int]
) -> tuple[PointLine, ...]:
    """The points of a machine; their course in `SPARKS` steps of the day."""
    own = [one for one in floor.points if one.machine == machine.key]
    (start, end), now_us = when
    step = DAY // SPARKS
    reader = sites_of(desk).reader
    latest = reader.latest(site, [one.key for one in own])
    courses: dict[str, dict[int, tuple[float | None, float | None]]] = {}
    table = reader.buckets(site, [one.key for one in own], start_us=start, end_us=end, bucket_us=step) if own else None
    if table is not None:
        columns = (table[name].to_pylist() for name in ("point", "t_us", "low", "high"))
        for point, at, low, high in zip(*columns, strict=True):
            courses.setdefault(str(point), {})[(int(at) - start) // step] = (low, high)
    return tuple(_point(one, latest.get(one.key), courses.get(one.key, {}), now_us) for one in own)


def _point(
    one: FactoryPoint, last: Latest | None, course: Mapping[int, tuple[float | None, float | None]], now_us: int
) -> PointLine:
    nothing = (None, None)
    low, high = zip(*(course.get(place, nothing) for place in range(SPARKS)), strict=True)
    read = (last.value, last.quality, moment(last.read_us), max(0, (now_us - last.read_us) // SECOND)) if last else None
    told = read or (None, None, None, None)
    return PointLine(
        one.key, one.name, one.unit, one.kind, one.role, *told,
        *(cast("tuple[float | None, ...]", side) for side in (low, high)),
    )  # fmt: skip


def _line(name: str, tally: Tally) -> OeeLine:
    found = figures_of(tally)
    ratios = (found.oee_index, found.availability, found.effectiveness, found.quality_ratio)
    good, scrap = (None, None) if tally.no_good else (float(tally.good), float(tally.scrap))
    return OeeLine(
        name, *(Share.of(one) for one in ratios), round(float(tally.produced), 3), good, scrap, round(tally.pbt / SECOND, 1)
    )


def _stops(desk: Desk, found: MachineSpan) -> tuple[StopLine, ...]:
    """Standstills of the day, longest first."""
    minor = practice_of(desk.packs).minor_below
    lines: Iterable[StopLine] = (
        StopLine(
            moment(one.start), moment(one.end), (one.end - one.start) // SECOND, one.kind, one.reason,
            one.kind in ("down", "delay") and one.end - one.start < minor,
        )
        for one in (found.day.events if found.day else ())
        if one.kind not in ("run", "gap")
    )  # fmt: skip
    return tuple(sorted(lines, key=lambda one: (-one.seconds, one.starts)))
