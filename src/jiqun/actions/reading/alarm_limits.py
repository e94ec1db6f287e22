"""报警限值页 what the pages of limits show: the table, the form of one, what it would have done over a day."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite

from jiqun.actions import factory_policy as policy
from jiqun.actions.desk import Desk
from jiqun.actions.reading.alarm_words import StateShown, Whereabouts, state_shown, whereabouts
from jiqun.core.errors import InputError
from jiqun.factory.alarms.model import Limit, Side
from jiqun.factory.alarms.trial import Trial, tried
from jiqun.factory.instants import DAY, SECOND, micros_of, moment
from jiqun.ledger import alarms, factories
from jiqun.ledger.alarms import AlarmLimit
from jiqun.ledger.factories import Factory
from jiqun.ledger.permissions import Actor

TRIAL_MOST = 200_000
BAD = 2
NUMBERS = ("setpoint", "deadband", "on_delay_s", "off_delay_s")
EMPTY: Mapping[str, str] = {
    "key": "", "point": "", "name": "", "side": "high", "setpoint": "", "deadband": "0", "on_delay_s": "0",
    "off_delay_s": "0", "priority": "3", "latching": "", "response": "", "enabled": "on",
}  # fmt: skip


@dataclass(frozen=True)
class LimitLine:
    """One limit with its point, its machine and where its alarm stands."""

    limit: AlarmLimit
    point_name: str
    unit: str
    machine: str
    machine_name: str
    state: StateShown


@dataclass(frozen=True)
class AlarmLimitsContext:
    """The limits, those not watched too; unlimited: points of measurements that have none."""

    factory: Factory
    rows: tuple[LimitLine, ...]
    unlimited: tuple[tuple[str, str], ...]
    can_run: bool


@dataclass(frozen=True)
class PointChoice:
    """A point a limit can be set for."""

    key: str
    name: str
    unit: str
    machine: str
    machine_name: str


@dataclass(frozen=True)
class LimitFormContext:
    """The form; told: each field as it stands or was typed; problems: sentences about what was typed."""

    factory: Factory
    told: Mapping[str, str]
    is_new: bool
    points: tuple[PointChoice, ...]
    unit: str
    start_us: int
    end_us: int
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class TrialContext:
    """What a limit would have done from `starts` to `ends`.

    trial     None where the fields typed so far make no limit; lacking: which of them
    counted_until  end of the readings counted; before `ends` when there were too many of them
    """

    factory: Factory
    point: str
    unit: str
    starts: datetime
    ends: datetime
    start_us: int
    end_us: int
    trial: Trial | None
    lacking: tuple[str, ...]
    counted_until: datetime

    @property
    def beyond_s(self) -> float:
        """How long it would have stood, in seconds."""
        return self.trial.beyond / SECOND if self.trial else 0.0

    @property
    def longest_s(self) -> float:
        """The longest of these times, in seconds."""
        return self.trial.longest / SECOND if self.trial else 0.0

    @property
    def is_cut(self) -> bool:
        """Were there more readings than are counted?"""
        return self.counted_until < self.ends


def alarm_limits(desk: Desk, by: Actor, key: str) -> AlarmLimitsContext:
    """The table of limits."""
    factory = factories.get(key)
    policy.check_read(by, factory)
    where = whereabouts(key)
    rows = alarms.standing(key, disabled=True)
    lines = tuple(
        LimitLine(
            one.limit, where.point_name(one.limit.point), where.unit(one.limit.point), where.machine(one.limit.point),
            where.machine_name(one.limit.point), state_shown(desk.alarm_states, one.state),
        )
        for one in sorted(rows, key=lambda one: (where.machine(one.limit.point), one.limit.point, one.limit.key))
    )  # fmt: skip
    held = {one.limit.point for one in rows}
    bare = (
        one for one in where.points.values()
        if one.key not in held and one.kind == "measurement" and one.retired_at is None
    )  # fmt: skip
    unlimited = tuple((one.key, one.name or one.key) for one in bare)
    return AlarmLimitsContext(factory, lines, unlimited, policy.can_run(by, factory))


def limit_form(desk: Desk, by: Actor, key: str, *, limit: str = "", point: str = "") -> LimitFormContext:
    """The form of a limit, or of a new one for a point; NotFound alarm.no_such_limit."""
    factory = factories.get(key)
    policy.check_run(by, factory)
    told = {**EMPTY, "point": point}
    if limit:
        told = typed_of(alarms.limit(key, limit))
    return _form(desk, factory, told, is_new=not limit)


def form_again(
    desk: Desk, by: Actor, key: str, told: Mapping[str, str], *, is_new: bool, problems: Sequence[str]
) -> LimitFormContext:
    """The form with its fields as they were typed, and what is wrong with them."""
    factory = factories.get(key)
    policy.check_run(by, factory)
    return _form(desk, factory, told, is_new=is_new, problems=problems)


def _form(
    desk: Desk, factory: Factory, told: Mapping[str, str], *, is_new: bool, problems: Sequence[str] = ()
) -> LimitFormContext:
    where, end = whereabouts(factory.key), micros_of(desk.now())
    return LimitFormContext(
        factory, told, is_new, _choices(where, told["point"]), where.unit(told["point"]), end - DAY, end, tuple(problems)
    )  # fmt: skip


def typed_of(one: AlarmLimit) -> dict[str, str]:
    """A limit as fields of the form."""
    numbers = {name: f"{getattr(one, name):.12g}" for name in NUMBERS}
    words = {
        name: str(getattr(one, name)) for name in ("key", "point", "name", "side", "response", "priority")
    }
    return {
        **words,
        **numbers,
        "latching": "on" if one.latching else "",
        "enabled": "on" if one.enabled else "",
    }


def limit_of(told: Mapping[str, str]) -> AlarmLimit:
    """The limit that fields of the form make; InputError alarm.not_a_number."""
    numbers = {name: number_of(told.get(name, "")) for name in NUMBERS}
    for name, value in numbers.items():
        if value is None:
            raise InputError("alarm.not_a_number", column=name, seen=told.get(name, "")[:40], allowed="426.5")
    priority = told.get("priority", "")
    given = {name: value or 0.0 for name, value in numbers.items()}
    return AlarmLimit(
        told["key"], told["point"], told["name"], _side(told["side"]), **given,
        priority=int(priority) if priority in ("1", "2", "3", "4") else 0, latching=bool(told.get("latching")),
        response=told["response"], enabled=bool(told.get("enabled")),
    )  # fmt: skip


def is_taken(factory: str, key: str) -> bool:
    """Has the factory a limit of this key?"""
    return any(one.key == key for one in alarms.limits(factory, disabled=True))


def number_of(text: str) -> float | None:
    """A number as it is typed; None for what is none."""
    try:
        value = float(text.strip().replace("，", "").replace(",", ""))
    except ValueError:
        return None
    return value if isfinite(value) else None


def limit_trial(desk: Desk, by: Actor, key: str, told: Mapping[str, str]) -> TrialContext:
    """What the limit in the form would have done over the last day: nothing but a count over the readings stored."""
    factory = factories.get(key)
    policy.check_read(by, factory)
    end = micros_of(desk.now())
    start, point = end - DAY, told.get("point", "")
    numbers = {name: number_of(told.get(name, "") or ("" if name == "setpoint" else "0")) for name in NUMBERS}
    lacking = tuple([] if point else ["point"]) + tuple(
        name for name, value in numbers.items() if value is None or (name != "setpoint" and value < 0)
    )
    trial, until = None, end
    if not lacking:
        trial, until = _tried(desk, key, _limit(point, told.get("side", ""), numbers), (start, end))
    unit = whereabouts(key).unit(point)
    return TrialContext(
        factory, point, unit, moment(start), moment(end), start, end, trial, lacking, moment(until)
    )


def _tried(desk: Desk, site: str, limit: Limit, span: tuple[int, int]) -> tuple[Trial, int]:
    start, end = span
    rows = desk.readings.rows(site, limit.point, start_us=start, end_us=end, limit=TRIAL_MOST)
    until = rows[-1][1] if len(rows) == TRIAL_MOST else end
    return tried(limit, _said(rows), until=until), until


def _said(rows: Sequence[tuple[str, int, float | None, int, str, int]]) -> Iterator[tuple[int, float | None]]:
    return ((read_us, None if quality == BAD else value) for _, read_us, value, quality, _, _ in rows)


def _limit(point: str, side: str, numbers: Mapping[str, float | None]) -> Limit:
    told = {name: value or 0.0 for name, value in numbers.items()}
    on, off = (round(told[name] * SECOND) for name in ("on_delay_s", "off_delay_s"))
    return Limit("trial", point, _side(side), told["setpoint"], told["deadband"], on, off)


def _side(text: str) -> Side:
    return "low" if text == "low" else "high"


def _choices(where: Whereabouts, chosen: str) -> tuple[PointChoice, ...]:
    """Measurements first; a point no box has told of stays when it is the one chosen."""
    found = [
        PointChoice(
            one.key, one.name or one.key, one.unit, where.machine(one.key), where.machine_name(one.key)
        )
        for one in where.points.values()
        if one.retired_at is None or one.key == chosen
    ]
    if chosen and chosen not in where.points:
        found.append(PointChoice(chosen, chosen, "", "", ""))
    return tuple(sorted(found, key=lambda one: (one.machine_name, one.name, one.key)))
