"""报警行 what commands and interface show of alarms and warnings: rows of the ledger, for who may see the factory."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from jiqun.actions import factory_policy as policy
from jiqun.actions.desk import Desk
from jiqun.factory.alarms.diagram import Diagram
from jiqun.factory.instants import DAY, moment
from jiqun.ledger import alarms, drift, factories
from jiqun.ledger.alarms import AlarmCounts, AlarmEntry, AlarmLimit, AlarmRow
from jiqun.ledger.drift import DriftWarning, DriftWatch
from jiqun.ledger.permissions import Actor

SWITCHED = {
    "enable": {"zh": "限值启用", "en": "Limit switched on"},
    "disable": {"zh": "限值停用", "en": "Limit switched off"},
}


@dataclass(frozen=True)
class AlarmLine:
    """An alarm as it stands, for a person: state in both languages, instants in time of Shanghai.

    annunciates  it calls for attention now; value: last reading that said something, None when there was none
    """

    key: str
    name: str
    point: str
    priority: int
    state: str
    state_label: dict[str, str]
    annunciates: bool
    active: bool
    value: float | None
    side: str
    setpoint: float
    raised_at: datetime | None
    changed_at: datetime | None
    shelved_until: datetime | None
    response: str
    late: int
    bad: int


@dataclass(frozen=True)
class AlarmsContext:
    """The alarms of a factory, the most urgent first; loud: how many call for attention."""

    factory: str
    synthetic: bool
    rows: tuple[AlarmLine, ...]
    loud: int
    watched_at: datetime | None
    can_handle: bool
    can_run: bool


@dataclass(frozen=True)
class EntryLine:
    """A line of the journal, for a person."""

    at: datetime
    alarm: str
    alarm_name: str
    point: str
    name: str
    label: dict[str, str]
    before: str
    after: str
    by: str
    why: str
    value: str
    until: datetime | None
    priority: int
    raises: bool


@dataclass(frozen=True)
class JournalContext:
    """A page of the journal, the latest first."""

    rows: tuple[EntryLine, ...]
    total: int
    number: int
    pages: int


@dataclass(frozen=True)
class WarningLine:
    """A warning, for a person: why in both languages, instants in time of Shanghai."""

    id: int
    watch: str
    method: str
    points: tuple[str, ...]
    reason: str
    words: dict[str, str]
    score: float
    began_at: datetime
    seen_at: datetime
    closed_at: datetime | None
    verdict: str
    judged_by: str
    judged_why: str


@dataclass(frozen=True)
class WorthLine:
    """What the warnings of some weeks were worth; None is unknown: nobody judged, or nothing was watched."""

    warnings: int
    judged: int
    useful: int
    precision: float | None
    false_alarms_a_week: float | None
    weeks: int


@dataclass(frozen=True)
class WarningsContext:
    """A page of warnings, the latest first, and their worth."""

    rows: tuple[WarningLine, ...]
    total: int
    number: int
    pages: int
    worth: WorthLine


def standing(
    desk: Desk, by: Actor, factory: str, *, states: tuple[str, ...] = (), loud: bool = False
) -> AlarmsContext:
    """Where alarms stand; loud: only those that call for attention."""
    found = factories.get(factory)
    policy.check_read(by, found)
    diagram = desk.alarm_states
    lines = [line_of(diagram, one) for one in alarms.standing(factory, states=states)]
    rows = tuple(one for one in lines if one.annunciates or not loud)
    return AlarmsContext(
        factory, found.synthetic, rows, sum(one.annunciates for one in lines), drift.position(factory).stepped_at,
        policy.can_handle(by, found), policy.can_run(by, found),
    )  # fmt: skip


def line_of(diagram: Diagram, row: AlarmRow) -> AlarmLine:
    """A row for a person."""
    state, limit = diagram.states[row.state], row.limit
    return AlarmLine(
        limit.key, limit.name, limit.point, limit.priority, row.state, dict(state.label), state.annunciates, row.active,
        row.value, limit.side, limit.setpoint, _at(row.raised_us), _at(row.changed_us), _at(row.shelved_until_us),
        limit.response, row.late, row.bad,
    )  # fmt: skip


def journal(
    desk: Desk,
    by: Actor,
    factory: str,
    *,
    limit: str = "",
    raises: bool | None = None,
    page: int = 1,
    size: int = 50,
) -> JournalContext:
    """The journal, the latest first."""
    policy.check_read(by, factories.get(factory))
    found = alarms.journal(factory, limit=limit, raises=raises, page=page, size=size)
    labels = {one.event: dict(one.label) for one in desk.alarm_states.moves} | SWITCHED
    return JournalContext(
        tuple(_entry(one, labels) for one in found.rows), found.total, found.number, found.pages
    )


def counts(desk: Desk, by: Actor, factory: str, start_us: int, end_us: int) -> AlarmCounts:
    """How loud a span was."""
    policy.check_read(by, factories.get(factory))
    return alarms.counts(factory, start_us, end_us, desk.alarm_states)


def limits(desk: Desk, by: Actor, factory: str) -> tuple[AlarmLimit, ...]:
    """Every limit, those switched off too."""
    del desk
    policy.check_read(by, factories.get(factory))
    return alarms.limits(factory, disabled=True)


def watches(desk: Desk, by: Actor, factory: str) -> tuple[DriftWatch, ...]:
    """Every detector, those switched off too."""
    del desk
    policy.check_read(by, factories.get(factory))
    return drift.watches(factory, disabled=True)


def warnings(
    desk: Desk, by: Actor, factory: str, *, now_us: int, weeks: int = 4, open: bool | None = None, page: int = 1,
    size: int = 50,
) -> WarningsContext:  # fmt: skip
    """Warnings, and what those of the last weeks were worth."""
    del desk
    policy.check_read(by, factories.get(factory))
    found = drift.list_page(factory, open=open, page=page, size=size)
    worth = drift.score(factory, now_us - weeks * 7 * DAY, now_us)
    told = WorthLine(
        worth.warnings,
        worth.judged,
        worth.useful,
        _number(worth.precision),
        _number(worth.false_alarms_a_week),
        weeks,
    )
    return WarningsContext(tuple(map(warning_of, found.rows)), found.total, found.number, found.pages, told)


def warning_of(one: DriftWarning) -> WarningLine:
    """A warning for a person."""
    return WarningLine(
        one.id, one.watch, one.method, one.points, one.reason, one.words, one.score, moment(one.began_us),
        moment(one.seen_us), _at(one.closed_us), one.verdict, one.judged_by, one.judged_why,
    )  # fmt: skip


def _entry(one: AlarmEntry, labels: dict[str, dict[str, str]]) -> EntryLine:
    return EntryLine(
        moment(one.at_us), one.limit, one.limit_name, one.point, one.name, labels.get(one.name, {}), one.before,
        one.after, one.by, one.why, one.value, _at(one.until_us), one.priority, one.raises,
    )  # fmt: skip


def _at(us: int | None) -> datetime | None:
    return None if us is None else moment(us)


def _number(value: Fraction | None) -> float | None:
    return None if value is None else round(float(value), 4)
