"""班次报表 what the pages of shifts show: the list by day, one shift with losses, stops, gaps, alarms, and its revisions."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from jiqun.actions import factory_policy as policy
from jiqun.actions.desk import Desk
from jiqun.actions.reading.shift_figures import (
    Group,
    LossStep,
    StopLine,
    groups_of,
    losses_of,
    stop_lines,
)  # fmt: skip
from jiqun.actions.reading.statements import Label
from jiqun.actions.shift_days import OneShift, shifts_between
from jiqun.actions.shift_reckoning import Reckoned, reckon
from jiqun.core.errors import RowError
from jiqun.factory.instants import day_of, micros_of, midnight, moment
from jiqun.factory.shifts.changes import Changed, changes, digest
from jiqun.ledger import alarms, factories, shift_ends, stops
from jiqun.ledger.alarms import AlarmCounts
from jiqun.ledger.factories import Factory
from jiqun.ledger.permissions import Actor
from jiqun.ledger.shift_ends import ShiftEnd, ShiftKey

DAYS = 14
SHOWN_ALARMS = 20
UNSAID = ("oee.apportioned",)
"""Remarks about files: pieces of readings fall to the time they were told in, over a gap to the gap."""


@dataclass(frozen=True)
class ShiftRow:
    """A shift of the list; oee: of its last end, "" while it was never ended."""

    key: str
    day: date
    name: str
    starts_at: datetime
    ends_at: datetime
    state: str
    oee: str
    ended_by: str
    revision: int


@dataclass(frozen=True)
class ShiftsContext:
    """Shifts of a factory by day, the last one first; last: the last day shown.

    begins   the first day of which a shift is listed: that of the first reading, or an ended shift before it
    earlier  the last day of the list before this one, None where there is none
    """

    factory: Factory
    rows: tuple[ShiftRow, ...]
    first: date
    last: date
    begins: date
    earlier: date | None
    later: date | None
    has_calendar: bool
    can_run: bool


@dataclass(frozen=True)
class EndLine:
    """One revision of an ended shift."""

    revision: int
    ended_by: str
    ended_at: datetime
    remark: str
    sha256: str


@dataclass(frozen=True)
class AlarmLine:
    """An alarm that occurred in the shift."""

    at: datetime
    key: str
    name: str
    point: str
    priority: int
    value: str


@dataclass(frozen=True)
class ShiftContext:
    """One shift.

    until        how far it is reckoned; running: it is not over
    groups       the whole first, then lines, machines, products
    unknown      stops without a reason that are no minor ones
    changed      figures that are another than when it was ended last; unsaved: there is something to end anew
    """

    factory: Factory
    key: str
    day: date
    name: str
    line: str
    lines: tuple[tuple[str, str], ...]
    starts_at: datetime
    ends_at: datetime
    until: datetime
    running: bool
    groups: tuple[Group, ...]
    losses: tuple[LossStep, ...]
    stops: tuple[StopLine, ...]
    unknown: int
    gaps: tuple[StopLine, ...]
    unconnected: tuple[str, ...]
    remarks: tuple[Label, ...]
    alarm_counts: AlarmCounts
    alarm_lines: tuple[AlarmLine, ...]
    ends: tuple[EndLine, ...]
    changed: tuple[Changed, ...]
    can_end: bool
    can_handle: bool
    reasons: tuple[str, ...]
    minor_below_min: int
    synthetic: bool

    @property
    def total(self) -> Group:
        """The whole shift."""
        return self.groups[0]


def shifts_page(desk: Desk, by: Actor, key: str, *, last: date | None = None) -> ShiftsContext:
    """The list of two weeks."""
    factory = factories.get(key)
    policy.check_read(by, factory)
    now = desk.now()
    today = day_of(micros_of(now))
    end = min(last or today, today)
    first = end - timedelta(days=DAYS - 1)
    ended = shift_ends.latest(key, first, end)
    first_us = _known_from(desk, key, micros_of(now))
    rows = tuple(
        _row(one, ended.get((one.day, one.name, "")), micros_of(now))
        for one in shifts_between(key, first, end)
        if one.span[0] <= micros_of(now) and (one.span[1] > first_us or (one.day, one.name, "") in ended)
    )
    later = end + timedelta(days=DAYS) if end < today else None
    begins = min(day_of(first_us), shift_ends.first_day(key) or date.max)
    earlier = first - timedelta(days=1) if begins < first else None
    return ShiftsContext(
        factory, rows, first, end, begins, earlier, later, bool(factories.shifts(key)), policy.can_run(by, factory)
    )  # fmt: skip


def _known_from(desk: Desk, key: str, now_us: int) -> int:
    """Since when shifts can be told of: the first reading; without one the first day a row of the calendar names."""
    first_us = desk.readings.first(key)
    if first_us is not None:
        return min(first_us, now_us)
    named = [midnight(one.first) for one in factories.shifts(key) if one.first is not None]
    return min([now_us, *named])


def shift_page(desk: Desk, by: Actor, shift: ShiftKey) -> ShiftContext:
    """One shift, reckoned from the readings as they are now; NotFound shift.unknown."""
    factory = factories.get(shift.factory)
    policy.check_read(by, factory)
    found = reckon(desk, factory, shift, at_us=micros_of(desk.now()))
    return _context(desk, by, found, shift)


def _context(desk: Desk, by: Actor, found: Reckoned, shift: ShiftKey) -> ShiftContext:
    factory, key = found.factory, found.factory.key
    machines = {one.key: one.name for one in factories.machines(key, retired=True)}
    lines = {one.key: one.name for one in factories.lines(key)}
    span = found.shift.span
    words = stops.holding(key, moment(span[0]), moment(span[1]))
    ends = shift_ends.ends_of(shift)
    shown = stop_lines(found.stops, machines, words)
    return ShiftContext(
        factory, found.shift.key, shift.day, shift.name, shift.line, tuple(lines.items()), moment(span[0]),
        moment(_planned_end(shift, found)), moment(found.until), found.running,
        groups_of(found.report, machines, lines), losses_of(found.report), shown,
        sum(1 for one in shown if not one.reason and one.part != "minor"), stop_lines(found.gaps, machines, ()),
        tuple(one.name for one in found.unconnected),
        tuple(_said(desk, one) for one in found.report.remarks if one.code not in UNSAID),
        alarms.counts(key, span[0], found.until, desk.alarm_states), _alarm_lines(key, span[0], found.until),
        tuple(EndLine(one.revision, one.ended_by, one.ended_at, one.remark, one.sha256) for one in ends),
        _changed(found, ends), not found.running, policy.can_handle(by, factory), stops.recent_reasons(key),
        found.minor_below // 60_000_000, factory.synthetic,
    )  # fmt: skip


def _planned_end(shift: ShiftKey, found: Reckoned) -> int:
    if not found.running:
        return found.shift.span[1]
    return next(
        one.span[1] for one in shifts_between(shift.factory, shift.day, shift.day, line=shift.line) if one.name == shift.name
    )  # fmt: skip


def _changed(found: Reckoned, ends: tuple[ShiftEnd, ...]) -> tuple[Changed, ...]:
    if not ends:
        return ()
    now = found.figures()
    return () if digest(now) == ends[-1].sha256 else changes(ends[-1].figures, now)


def _said(desk: Desk, one: RowError) -> Label:
    return Label(desk.messages.sentence(one, "zh"), desk.messages.sentence(one, "en"))


def _alarm_lines(key: str, start_us: int, end_us: int) -> tuple[AlarmLine, ...]:
    page = alarms.journal(key, start_us=start_us, end_us=end_us, raises=True, size=SHOWN_ALARMS)
    return tuple(
        AlarmLine(
            moment(one.at_us), one.limit, one.limit_name or one.limit, one.point, one.priority, one.value
        )
        for one in page.rows
    )


def _row(one: OneShift, ended: ShiftEnd | None, now_us: int) -> ShiftRow:
    state = "ended" if ended else "running" if one.span[1] > now_us else "over"
    return ShiftRow(
        one.key, one.day, one.name, moment(one.span[0]), moment(one.span[1]), state, _oee(ended),
        ended.ended_by if ended else "", ended.revision if ended else 0,
    )  # fmt: skip


def _oee(ended: ShiftEnd | None) -> str:
    """OEE as the report said when the shift was ended."""
    if ended is None:
        return ""
    total = ended.figures.get("total", {})
    if total.get("oee_index") is not None:
        return f"{total['oee_index'] * 100:.1f} %"
    bounds = total.get("bounds", {}).get("oee_index", {})
    low, high = bounds.get("low"), bounds.get("high")
    if low is None or (low == 0 and (high is None or high >= 1)):
        return ""
    return f"{low * 100:.1f}–{high * 100:.1f} %" if high is not None else f"≥ {low * 100:.1f} %"
