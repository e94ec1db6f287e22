"""报警日志 what the page of the journal shows: every change of every alarm, by whom and why, the latest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from jiqun.actions import factory_policy as policy
from jiqun.actions.desk import Desk
from jiqun.actions.reading.alarm_words import Whereabouts, at, move_label, state_label, whereabouts
from jiqun.actions.reading.statements import Label
from jiqun.core.errors import InputError
from jiqun.factory.alarms.diagram import Diagram
from jiqun.factory.instants import DAY, midnight, moment
from jiqun.ledger import alarms, factories
from jiqun.ledger.alarms import AlarmEntry
from jiqun.ledger.factories import Factory
from jiqun.ledger.permissions import ANYWHERE, Actor, can
from jiqun.ledger.roles import Permission

EXPORT_PAGE = 1000


@dataclass(frozen=True)
class JournalAsk:
    """How the journal is narrowed; kind: raised (alarms that occurred), people (what people did) or "" for all.

    since, until  days, both included
    """

    limit: str = ""
    point: str = ""
    kind: str = ""
    since: str = ""
    until: str = ""


@dataclass(frozen=True)
class JournalLine:
    """One line; by is "" where the process or time did it."""

    id: int
    at: datetime
    limit: str
    limit_name: str
    point: str
    point_name: str
    machine: str
    machine_name: str
    priority: int
    name: str
    what: Label
    before: Label
    after: Label
    by: str
    why: str
    value: str
    unit: str
    until: datetime | None
    raises: bool
    recorded_at: datetime


@dataclass(frozen=True)
class AlarmJournalContext:
    """One page of the journal; limits and points: what can be chosen."""

    factory: Factory
    rows: tuple[JournalLine, ...]
    total: int
    number: int
    pages: int
    ask: JournalAsk
    limits: tuple[tuple[str, str], ...]
    points: tuple[tuple[str, str], ...]
    can_export: bool


def alarm_journal(
    desk: Desk, by: Actor, key: str, ask: JournalAsk, *, page: int = 1, size: int = 50
) -> AlarmJournalContext:
    """One page; InputError audit.bad_day for what is no day."""
    factory = factories.get(key)
    policy.check_read(by, factory)
    where, held = whereabouts(key), alarms.limits(key, disabled=True)
    found = alarms.journal(key, **given(ask), page=page, size=size)
    points = dict.fromkeys(one.point for one in held)
    return AlarmJournalContext(
        factory, tuple(_line(desk.alarm_states, where, one) for one in found.rows), found.total, found.number, found.pages,
        ask, tuple((one.key, one.name) for one in held), tuple((one, where.point_name(one)) for one in points),
        can(by, Permission.EXPORT, target_scope=ANYWHERE),
    )  # fmt: skip


def journal_lines(desk: Desk, key: str, ask: JournalAsk) -> Iterator[JournalLine]:
    """Every line of the narrowed journal, the latest first, for a file."""
    where, number = whereabouts(key), 1
    while True:
        page = alarms.journal(key, **given(ask), page=number, size=EXPORT_PAGE)
        for one in page.rows:
            yield _line(desk.alarm_states, where, one)
        if not page.has_next:
            return
        number += 1


def given(ask: JournalAsk) -> dict[str, Any]:
    """The narrowing as the ledger asks for it."""
    since, until = _day(ask.since), _day(ask.until)
    return {
        "limit": ask.limit,
        "point": ask.point,
        "raises": True if ask.kind == "raised" else None,
        "by_people": ask.kind == "people",
        "start_us": None if since is None else midnight(since),
        "end_us": None if until is None else midnight(until) + DAY,
    }


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InputError("audit.bad_day", seen=text, allowed="2026-01-31") from None
    if not date(1971, 1, 1) <= day <= date(2999, 12, 30):
        raise InputError("audit.bad_day", seen=text, allowed="2026-01-31")
    return day


def _line(diagram: Diagram, where: Whereabouts, one: AlarmEntry) -> JournalLine:
    return JournalLine(
        one.id, moment(one.at_us), one.limit, one.limit_name, one.point, where.point_name(one.point),
        where.machine(one.point), where.machine_name(one.point), one.priority, one.name,
        move_label(diagram, one.name, one.before, one.after),
        state_label(diagram, one.before), state_label(diagram, one.after), one.by, one.why, one.value, where.unit(one.point),
        at(one.until_us), one.raises, one.recorded_at,
    )  # fmt: skip
