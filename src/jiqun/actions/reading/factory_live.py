"""工厂总览 the lines of a factory as a picture: machines as tiles with their state, pieces, cycle, OEE, alarms, losses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from jiqun.actions import factory_policy as policy
from jiqun.actions.desk import Desk
from jiqun.actions.reading.factories import visible
from jiqun.actions.reading.factory_alarms import OpenAlarm, open_alarms
from jiqun.actions.reading.factory_site import SiteNow, manner_of, sites_of
from jiqun.actions.reading.statements import Label
from jiqun.factory.instants import SECOND, micros_of, moment
from jiqun.factory.machines.model import QUEUE, SCRAP, Standing, State
from jiqun.factory.oee.figures import Ratio, figures_of, waterfall
from jiqun.factory.oee.tally import Tally
from jiqun.ledger import factories, permissions
from jiqun.ledger.factories import Factory, Machine
from jiqun.ledger.permissions import Actor
from jiqun.ledger.roles import Permission

MOST_WATCHED = 8
OLD_AFTER_S = 10
MOST_ALARMS = 20


@dataclass(frozen=True)
class Share:
    """A ratio: its value, or None with bounds (None is open) and why; `known` is what the known part alone says."""

    value: float | None
    low: float | None
    high: float | None
    known: float | None
    why: tuple[str, ...]

    @classmethod
    def of(cls, ratio: Ratio) -> "Share":
        """To four places."""
        parts = (ratio.value, ratio.low, ratio.high, ratio.known)
        return cls(*(None if one is None else round(float(one), 4) for one in parts), ratio.why)


@dataclass(frozen=True)
class StateShown:
    """A state with its word, shape and tone: never a colour alone."""

    key: State
    label: Label
    shape: str
    tone: str


@dataclass(frozen=True)
class Tile:
    """A machine (设备) as the line shows it.

    since       None: for longer than was looked back
    read_at     its last reading; age_s: seconds since, is_old: it is not live any more
    pieces      of the shift so far, scrap of them; None where nobody counted
    cycle_s     actual seconds a piece over the last `cycle_pieces`; ideal_s as entered
    oee         of the shift so far
    alarms      open ones of its points, the most urgent priority first; None where alarms are not watched
    from_us, at_us  the span the numbers are of: what their evidence is asked for
    is_telling  a point tells whether it runs or what it made
    """

    key: str
    name: str
    line: str
    kind: str
    product: str
    state: StateShown
    bare: State
    since: datetime | None
    read_at: datetime | None
    read_us: int | None
    age_s: int | None
    is_old: bool
    pieces: float | None
    scrap: float | None
    cycle_s: float | None
    cycle_pieces: int
    ideal_s: Decimal | None
    queue: float | None
    oee: Share
    alarms: int
    priority: int | None
    from_us: int
    at_us: int
    is_telling: bool


@dataclass(frozen=True)
class LossShown:
    """A step of the waterfall, seconds."""

    key: str
    reason: str
    seconds: float


@dataclass(frozen=True)
class LineShown:
    """A line with its machines in order; oee and losses are those of the shift so far."""

    key: str
    name: str
    tiles: tuple[Tile, ...]
    oee: Share
    losses: tuple[LossShown, ...]


@dataclass(frozen=True)
class TurnShown:
    """The shift on now; name "": outside every shift, or, where none is entered, the whole day."""

    name: str
    starts: datetime
    ends: datetime
    planned: bool
    entered: bool


@dataclass(frozen=True)
class BoxShown:
    """A box (边缘盒) by the stream of its batches, and when its last batch came."""

    stream: str
    arrived_at: datetime
    age_s: int
    is_old: bool


@dataclass(frozen=True)
class FactoryLiveContext:
    """One factory live.

    lines      those with machines, and last the machines of no line
    version    of the readings: what tells one state from the next
    reckoned_at  when OEE and losses were reckoned
    has_readings  anything ever came
    """

    factory: Factory
    at: datetime
    at_us: int
    version: int
    turn: TurnShown | None
    lines: tuple[LineShown, ...]
    boxes: tuple[BoxShown, ...]
    alarms: tuple[OpenAlarm, ...]
    alarm_count: int
    reckoned_at: datetime
    read_at: datetime | None
    age_s: int | None
    is_old: bool
    has_machines: bool
    has_readings: bool
    can_run: bool
    can_handle: bool

    @property
    def tiles(self) -> tuple[Tile, ...]:
        """Every machine, line by line."""
        return tuple(tile for line in self.lines for tile in line.tiles)

    @property
    def running(self) -> int:
        """How many machines run."""
        return sum(tile.state.key == "running" for tile in self.tiles)

    @property
    def machine_count(self) -> int:
        """How many there are."""
        return len(self.tiles)


@dataclass(frozen=True)
class FactoryCard:
    """A factory in the list; `live` for the first few, None for the rest."""

    factory: Factory
    live: FactoryLiveContext | None


@dataclass(frozen=True)
class FactoryListContext:
    """The factories a person may see."""

    cards: tuple[FactoryCard, ...]
    states: tuple[StateShown, ...]


def factory_list(desk: Desk, by: Actor) -> FactoryListContext:
    """The list, live for the first few."""
    permissions.check(by, Permission.READ_FACTORY, target_scope=None)
    found = visible(by)
    cards = tuple(
        FactoryCard(one, live_of(desk, by, one) if place < MOST_WATCHED else None)
        for place, one in enumerate(found)
    )
    return FactoryListContext(cards, tuple(shown(desk, key) for key in manner_of(desk.packs).labels))  # type: ignore[arg-type]


def factory_live(desk: Desk, by: Actor, key: str) -> FactoryLiveContext:
    """One factory."""
    factory = factories.get(key)
    policy.check_read(by, factory)
    return live_of(desk, by, factory)


def live_of(desk: Desk, by: Actor, factory: Factory) -> FactoryLiveContext:
    """How a factory stands, for who may see it."""
    now_us = micros_of(desk.now())
    site = sites_of(desk)
    now = site.now(desk, factory.key, now_us)
    alarms = open_alarms(factory.key)
    by_machine = _alarms_by_machine(now, alarms)
    tiles = {one.key: _tile(desk, now, one, by_machine.get(one.key, ()), now_us) for one in now.floor.machines}
    last = max((one.read_us for one in now.latest.values()), default=None)
    age = _age(last, now_us)
    return FactoryLiveContext(
        factory, moment(now_us), now_us, now.version, _turn(now), _lines(now, tiles), _boxes(desk, factory.key, now_us),
        alarms[:MOST_ALARMS], len(alarms), moment(now.shift.now_us), None if last is None else moment(last), age,
        age is None or age > OLD_AFTER_S, bool(tiles), last is not None, policy.can_run(by, factory),
        policy.can_handle(by, factory),
    )  # fmt: skip


def shown(desk: Desk, state: State) -> StateShown:
    """A state with its word, shape and tone."""
    manner = manner_of(desk.packs)
    return StateShown(state, Label(**manner.labels[state]), manner.shapes[state], manner.tones[state])


def losses_of(tally: Tally) -> tuple[LossShown, ...]:
    """The waterfall in seconds."""
    return tuple(LossShown(one.key, one.reason, round(float(one.micros) / SECOND, 1)) for one in waterfall(tally))


def _tile(desk: Desk, now: SiteNow, machine: Machine, alarms: Iterable[OpenAlarm], now_us: int) -> Tile:
    last = now.standings.get(machine.key) or Standing("unknown", None, "unknown")
    own = [now.latest[one.key].read_us for one in now.floor.points if one.machine == machine.key and one.key in now.latest]
    read_us = max(own, default=None)
    age = _age(read_us, now_us)
    tally = now.shift.report.tallies["machine"].get((machine.key,), Tally())
    turn = now.shift.turns.get(machine.key)
    open_ones = list(alarms)
    return Tile(
        machine.key, machine.name, machine.line, machine.kind, machine.product, shown(desk, last.state), last.bare,
        None if last.since is None else moment(last.since), None if read_us is None else moment(read_us), read_us, age,
        age is None or age > OLD_AFTER_S, _plain(now.pieces.get(machine.key)), _scrap(now, machine.key),
        None if last.cycle_us is None else round(float(last.cycle_us) / SECOND, 2), last.pieces, machine.ideal_cycle_s,
        _latest(now, machine.key, QUEUE), Share.of(figures_of(tally).oee_index), len(open_ones),
        min((one.priority for one in open_ones), default=None), turn.span[0] if turn else now_us, now_us,
        machine.key in now.standings,
    )  # fmt: skip


def _lines(now: SiteNow, tiles: Mapping[str, Tile]) -> tuple[LineShown, ...]:
    named = [(one.key, one.name) for one in now.floor.lines] + [("", "")]
    found = []
    for key, name in named:
        own = tuple(tiles[one.key] for one in now.floor.machines if one.line == key)
        if own:
            tally = now.shift.report.tallies["line"].get((key,), Tally())
            found.append(LineShown(key, name, own, Share.of(figures_of(tally).oee_index), losses_of(tally)))
    return tuple(found)


def _turn(now: SiteNow) -> TurnShown | None:
    """The shift most machines are in."""
    turns = list(now.shift.turns.values())
    if not turns:
        return None
    one = max(turns, key=lambda turn: (sum(other.span == turn.span for other in turns), turn.planned))
    return TurnShown(one.name, moment(one.span[0]), moment(one.end), one.planned, one.entered)


def _boxes(desk: Desk, key: str, now_us: int) -> tuple[BoxShown, ...]:
    """The boxes that sent the last batches."""
    last: dict[str, int] = {}
    for row in sites_of(desk).batches(desk, key):
        last.setdefault(str(row["stream"]), int(str(row["arrived_us"])))
    return tuple(
        BoxShown(stream, moment(at), max(0, (now_us - at) // SECOND), now_us - at > OLD_AFTER_S * SECOND)
        for stream, at in sorted(last.items())
    )


def _alarms_by_machine(now: SiteNow, alarms: Iterable[OpenAlarm]) -> dict[str, list[OpenAlarm]]:
    of = {one.key: one.machine for one in now.floor.points}
    found: dict[str, list[OpenAlarm]] = {}
    for one in alarms:
        found.setdefault(of.get(one.point, ""), []).append(one)
    return found


def _scrap(now: SiteNow, machine: str) -> float | None:
    """Scrap of the shift as it was last reckoned."""
    if now.floor.point_of(machine, SCRAP) is None:
        return None
    tally = now.shift.report.tallies["machine"].get((machine,), Tally())
    return None if tally.no_good else _plain(tally.scrap)


def _latest(now: SiteNow, machine: str, role: str) -> float | None:
    point = now.floor.point_of(machine, role)
    return now.latest[point.key].value if point is not None and point.key in now.latest else None


def _age(read_us: int | None, now_us: int) -> int | None:
    return None if read_us is None else max(0, (now_us - read_us) // SECOND)


def _plain(value: Fraction | None) -> float | None:
    return None if value is None else round(float(value), 3)
