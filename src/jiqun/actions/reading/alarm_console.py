"""报警台 what the alarm console shows: alarms that stand, the most urgent first, those set aside, how loud today was."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from jiqun.actions import alarms as acts
from jiqun.actions import factory_policy as policy
from jiqun.actions.desk import Desk
from jiqun.actions.reading.alarm_words import StateShown, Whereabouts, at, state_shown, whereabouts
from jiqun.factory.alarms.diagram import Diagram
from jiqun.factory.instants import HOUR, SECOND, day_of, micros_of, midnight
from jiqun.ledger import alarm_raised, alarms, drift, factories
from jiqun.ledger.alarms import AlarmRow
from jiqun.ledger.factories import Factory
from jiqun.ledger.permissions import Actor

OLD_US, BEHIND_US = 90 * SECOND, 20 * SECOND
RUN_COMMANDS = ("suppress", "release", "remove", "restore")


@dataclass(frozen=True)
class AlarmAsk:
    """How the console is narrowed: state, priority (0 for all), machine."""

    state: str = ""
    priority: int = 0
    machine: str = ""


@dataclass(frozen=True)
class AlarmLine:
    """One alarm.

    since       when it came into its state; raised_at: when it last occurred
    value_then  the value at which it occurred, "" where the journal does not tell; value: the last one read
    commands    what this person may do with it now
    """

    key: str
    name: str
    point: str
    point_name: str
    unit: str
    machine: str
    machine_name: str
    side: str
    setpoint: float
    priority: int
    latching: bool
    response: str
    state: StateShown
    since: datetime | None
    raised_at: datetime | None
    value_then: str
    value: float | None
    read_at: datetime | None
    shelved_until: datetime | None
    bad: int
    late: int
    commands: tuple[str, ...]


@dataclass(frozen=True)
class FloodShown:
    """A time in which alarms came faster than a person can answer; ends None while it lasts."""

    starts: datetime
    ends: datetime | None
    alarms: int
    peak: int


@dataclass(frozen=True)
class Loudness:
    """How loud the day was so far.

    raised      alarms that occurred today, floods among them
    chattering  alarms that came and went too often: key, name, occurrences
    """

    raised: int
    floods: tuple[FloodShown, ...]
    chattering: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True)
class AlarmConsoleContext:
    """The console.

    lines      alarms that stand, after the narrowing; aside: shelved, suppressed, out of service
    standing   how many stand by priority (1-4), before the narrowing; unanswered: of them not acknowledged
    read_at    when the last reading of the factory arrived; is_old: long ago; is_behind: the watcher is not there yet
    longest_h  hours an alarm can be shelved at most
    """

    factory: Factory
    at: datetime
    ask: AlarmAsk
    lines: tuple[AlarmLine, ...]
    aside: tuple[AlarmLine, ...]
    standing: Mapping[int, int]
    unanswered: int
    watched: int
    states: tuple[StateShown, ...]
    machines: tuple[tuple[str, str], ...]
    today: Loudness
    read_at: datetime | None
    is_old: bool
    is_behind: bool
    longest_h: int
    can_handle: bool
    can_run: bool

    @property
    def handled(self) -> tuple[str, ...]:
        """What can be done with several at once."""
        return acts.HANDLED

    @property
    def standing_count(self) -> int:
        """How many stand in all."""
        return sum(self.standing.values())


def alarm_console(desk: Desk, by: Actor, key: str, ask: AlarmAsk) -> AlarmConsoleContext:
    """The console of a factory."""
    factory = factories.get(key)
    policy.check_read(by, factory)
    diagram, now_us = desk.alarm_states, micros_of(desk.now())
    rows = alarms.standing(key)
    open_rows = [one for one in rows if one.state != "normal"]
    where, allowed = whereabouts(key), _allowed(by, factory)
    lines = _lines(diagram, where, key, open_rows, allowed)
    stand = [one for one in lines if not one.state.aside]
    counted = Counter(one.priority for one in stand)
    arrived = max((one.arrived_us for one in desk.readings.latest(key).values()), default=None)
    return AlarmConsoleContext(
        factory, desk.now(), ask, _narrowed(stand, ask), _narrowed([one for one in lines if one.state.aside], ask),
        {priority: counted[priority] for priority in (1, 2, 3, 4)}, sum(one.state.unanswered for one in stand), len(rows),
        tuple(state_shown(diagram, one) for one in diagram.states if one != "normal"),
        tuple(sorted({(one.machine, one.machine_name) for one in lines if one.machine})),
        _today(diagram, key, {one.limit.key: one.limit.name for one in rows}, now_us), at(arrived),
        arrived is not None and now_us - arrived > OLD_US,
        arrived is not None and bool(rows) and arrived - drift.position(key).arrived_us > BEHIND_US,
        diagram.longest_shelving // HOUR, policy.can_handle(by, factory), policy.can_run(by, factory),
    )  # fmt: skip


def _allowed(by: Actor, factory: Factory) -> tuple[str, ...]:
    handled = acts.HANDLED if policy.can_handle(by, factory) else ()
    return (*handled, *(RUN_COMMANDS if policy.can_run(by, factory) else ()))


def _lines(
    diagram: Diagram, where: Whereabouts, factory: str, rows: Sequence[AlarmRow], allowed: Sequence[str]
) -> tuple[AlarmLine, ...]:
    raised = {one.limit.key: one.raised_us for one in rows if one.raised_us is not None}
    then = alarm_raised.values_then(factory, raised)
    return tuple(_line(diagram, where, one, then.get(one.limit.key, ""), allowed) for one in rows)


def _line(
    diagram: Diagram, where: Whereabouts, row: AlarmRow, then: str, allowed: Sequence[str]
) -> AlarmLine:
    limit = row.limit
    commands = tuple(
        one for one in allowed if diagram.move(one, row.state, latching=limit.latching) is not None
    )
    return AlarmLine(
        limit.key, limit.name, limit.point, where.point_name(limit.point), where.unit(limit.point),
        where.machine(limit.point), where.machine_name(limit.point), limit.side, limit.setpoint, limit.priority,
        limit.latching, limit.response, state_shown(diagram, row.state), at(row.changed_us), at(row.raised_us), then,
        row.value, at(row.read_us), at(row.shelved_until_us) if row.state == "shelved" else None,
        row.bad, row.late, commands,
    )  # fmt: skip


def _narrowed(lines: Sequence[AlarmLine], ask: AlarmAsk) -> tuple[AlarmLine, ...]:
    return tuple(
        one for one in lines
        if (not ask.state or one.state.key == ask.state)
        and (not ask.priority or one.priority == ask.priority)
        and (not ask.machine or one.machine == ask.machine)
    )  # fmt: skip


def _today(diagram: Diagram, factory: str, names: Mapping[str, str], now_us: int) -> Loudness:
    counts = alarms.counts(factory, midnight(day_of(now_us)), now_us + 1, diagram)
    floods = tuple(
        FloodShown(start, at(one.end), one.alarms, one.peak)
        for one in counts.floods
        if (start := at(one.start)) is not None
    )
    chattering = sorted(counts.chattering.items(), key=lambda one: (-one[1], one[0]))
    return Loudness(counts.raised, floods, tuple((key, names.get(key, key), n) for key, n in chattering))
