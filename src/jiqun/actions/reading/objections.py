"""异议页 what the pages of objections show to both sides: the list, one objection, the form, and what is to be done."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from jiqun.actions import objecting
from jiqun.actions import objection_policy as policy
from jiqun.actions.desk import Desk
from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.changes import Changes, changes_of
from jiqun.actions.reading.statements import Label, Link, Statement, period_label
from jiqun.core.units import fits
from jiqun.exchange.objections import SUBMITTED, day_of, office_kind
from jiqun.ledger import objections, subjects
from jiqun.ledger.objections import Evidence, Objection
from jiqun.ledger.permissions import Actor

TASKS_SHOWN = 12
SIZE = 50
FILED = Label("提出异议", "object")


@dataclass(frozen=True, slots=True)
class ObjectionLine:
    """One objection in a list.

    side     party | office | empty: where this reader stands
    my_turn  does it wait for this reader?
    due_on   day of the answer; None when there is one, or evidence is asked for; left: working days, the day included
    candidate, recognition   what is disputed when it is no number; `indicator` is then the title
    """

    id: int
    subject: Link
    indicator: Link
    period: Label
    scope: str
    said: str
    wanted: str
    unit: str
    state: str
    state_label: Label
    is_open: bool
    side: str
    my_turn: bool
    due_on: date | None
    left: int
    overdue: bool
    filed_by: str
    filed_at: datetime
    candidate: int
    recognition: str


@dataclass(frozen=True, slots=True)
class StateChoice:
    """A state the list can be narrowed to."""

    key: str
    label: Label


@dataclass(frozen=True)
class ObjectionsContext:
    """The list, as far as this reader is of one of the sides; state: what it is narrowed to, empty means all."""

    rows: tuple[ObjectionLine, ...]
    total: int
    number: int
    pages: int
    size: int
    state: str
    states: tuple[StateChoice, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """One step in words."""

    move: str
    label: Label
    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MoveChoice:
    """What this reader may do now; needs_text: something must be said; files: evidence may be attached."""

    key: str
    label: Label
    needs_text: bool
    files: bool


@dataclass(frozen=True)
class ObjectionContext:
    """One objection.

    statement  the number disputed, or what holds of it now; None when it holds no more
    changes    what the correction changed, the figures that rest on the number among them
    holidays   are holidays known for the time until the answer is due? Otherwise they are not counted
    """

    line: ObjectionLine
    fact: str
    reason: str
    office: str
    answer: str
    answered_by: str
    answered_at: datetime | None
    statement: Statement | None
    steps: tuple[Done, ...]
    evidence: tuple[Evidence, ...]
    moves: tuple[MoveChoice, ...]
    changes: Changes
    correction: str
    batch: str
    holidays: bool
    limits: "Limits"


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be attached."""

    types: tuple[str, ...]
    most_files: int
    most_mb: int


@dataclass(frozen=True)
class FilingContext:
    """The form: the number, the units it can be given in, what may be attached, and when an answer is due."""

    statement: Statement
    units: tuple[str, ...]
    limits: Limits
    due_on: date
    days: int
    holidays: bool


@dataclass(frozen=True, slots=True)
class Tasks:
    """What is to be done: open objections, those that wait for this person first; mine counts these."""

    rows: tuple[ObjectionLine, ...] = ()
    total: int = 0
    mine: int = 0
    overdue: int = 0


def objections_page(
    desk: Desk, actor: Actor, *, state: str = "", page: int = 1, size: int = SIZE
) -> ObjectionsContext:
    """Read the list; an office sees those it may answer, an enterprise its own."""
    archive = Archive(desk, actor)
    known = (StateChoice("open", Label("未办结", "not settled")), *_states(desk))
    state = state if state in {one.key for one in known} else ""
    found = objections.list_page(
        policy.reaches(actor), state=state, filed_by=actor.user_id, page=page, size=size
    )
    return ObjectionsContext(
        _lines(archive, found.rows), found.total, found.number, found.pages, found.size, state, known
    )


def objection_page(desk: Desk, actor: Actor, id: int) -> ObjectionContext:
    """Read one objection; for its two sides alone."""
    objection = objections.get(id)
    policy.check_read(actor, objection)
    archive = Archive(desk, actor)
    line = _line(archive, objection)
    return ObjectionContext(
        line=line,
        fact=objection.fact,
        reason=objection.reason,
        office=objection.office,
        answer=objection.answer,
        answered_by=objection.answered_by,
        answered_at=objection.answered_at,
        statement=_statement(archive, objection),
        steps=tuple(
            Done(one.move, _move_label(desk, one.move), one.text, one.by, one.at)
            for one in objections.steps_of(id)
        ),
        evidence=objections.evidence_of(id),
        moves=tuple(
            MoveChoice(move.key, Label(**move.label), move.needs_text, move.key == "supply")
            for move in desk.practice.moves.values()
            if policy.can_move(desk.practice, actor, objection, move.key)
        ),
        changes=changes_of(archive, objection.correction) if objection.correction else Changes((), 0),
        correction=objection.correction,
        batch=objection.batch,
        holidays=_holidays(desk, day_of(objection.filed_at), objection.due_on),
        limits=limits_of(desk),
    )


def filing_page(desk: Desk, actor: Actor, fact_id: str) -> FilingContext:
    """Read the form for a number this person may object to."""
    held = objecting.disputed(desk, fact_id, by=actor)
    archive = Archive(desk, actor)
    (statement,) = archive.tell([held])
    subject = subjects.get_many([statement.subject.key]).get(statement.subject.key)
    kind = office_kind(subject.region if subject else "")
    now = desk.now()
    due_on = desk.practice.due_on(kind, now, desk.calendar)
    unit = desk.units.find(statement.unit)
    units = [one.key for one in desk.units if unit is not None and fits(one, unit)]
    return FilingContext(
        statement, tuple(dict.fromkeys([statement.unit, *units])), limits_of(desk), due_on, desk.practice.days[kind],
        _holidays(desk, day_of(now), due_on),
    )  # fmt: skip


def tasks(archive: Archive) -> Tasks:
    """Open objections of this person's side, those that wait for him first, the next due before others."""
    reaches = policy.reaches(archive.actor)
    if not any(reach.any_of for reach in reaches):
        return Tasks()
    found = objections.list_page(reaches, state="open", filed_by=archive.actor.user_id, size=200)
    lines = sorted(
        _lines(archive, found.rows), key=lambda one: (not one.my_turn, one.due_on or date.max, one.id)
    )
    return Tasks(
        tuple(lines[:TASKS_SHOWN]),
        found.total,
        sum(one.my_turn for one in lines),
        sum(one.overdue for one in lines),
    )


def waiting_count(actor: Actor) -> int:
    """How many objections wait for this person's side, for the badge beside the entry of the menu."""
    object_within, answer_within = policy.reaches(actor)
    if answer_within.any_of:
        return objections.counts([answer_within])[SUBMITTED]
    return objections.counts([object_within])["asked"] if object_within.any_of else 0


def lines_about(archive: Archive, facts: Iterable[str]) -> tuple[ObjectionLine, ...]:
    """Objections about statements, as far as this reader is of one of the sides."""
    return lines_seen(archive, objections.about_fact(facts))


def lines_seen(archive: Archive, found: Iterable[Objection]) -> tuple[ObjectionLine, ...]:
    """Those of the objections this reader is of one of the sides of."""
    return _lines(archive, [one for one in found if policy.can_read(archive.actor, one)])


def due_for(desk: Desk, region: str) -> date:
    """The day an answer would be due to an objection filed now about an enterprise of a place."""
    return desk.practice.due_on(office_kind(region), desk.now(), desk.calendar)


def _lines(archive: Archive, found: Sequence[Objection]) -> tuple[ObjectionLine, ...]:
    archive.links(subjects.resolve_many(one.subject for one in found).values())
    return tuple(_line(archive, one) for one in found)


def _line(archive: Archive, one: Objection) -> ObjectionLine:
    desk, cell = archive.desk, one.cell
    state = desk.practice.states[one.state]
    side = next(iter(policy.sides(archive.actor, one)), "")
    due = desk.practice.deadline(one.state, one.due_on, on=day_of(desk.now()), calendar=desk.calendar)
    turn = state.is_open and side == ("office" if one.state == SUBMITTED else "party")
    indicator = _disputed(archive, one)
    return ObjectionLine(
        id=one.id, subject=archive.link(subjects.resolve(one.subject)),
        indicator=indicator, period=_when(one), scope=str(cell.get("scope", "")), said=one.said,
        wanted=one.wanted, unit=one.unit, state=one.state, state_label=Label(**state.label), is_open=state.is_open,
        side=side, my_turn=turn, due_on=due.on if due else None, left=due.left if due else 0,
        overdue=due is not None and due.overdue, filed_by=one.filed_by, filed_at=one.filed_at,
        candidate=one.candidate, recognition=str(cell.get("recognition", "")),
    )  # fmt: skip


def _disputed(archive: Archive, one: Objection) -> Link:
    """What is disputed: the indicator, or the title somebody is a candidate for."""
    if one.candidate:
        label = Label.of(str(one.cell.get("label_zh", "")), str(one.cell.get("label_en", "")))
        return Link(str(one.cell.get("title", "")), "title", label)
    key = str(one.cell.get("indicator", ""))
    return archive.indicator_links.get(key, Link(key, "indicator", Label.of(key)))


def _when(one: Objection) -> Label:
    """The period of the number; of a candidate the day it was judged."""
    return Label.of(str(one.cell["on"])) if one.candidate else period_label(str(one.cell.get("period", "")))


def _statement(archive: Archive, one: Objection) -> Statement | None:
    from jiqun.actions.correcting import holding

    held = holding(archive.desk, one.fact) if one.fact else None
    return archive.tell([held])[0] if held is not None else None


def _states(desk: Desk) -> tuple[StateChoice, ...]:
    return tuple(StateChoice(one.key, Label(**one.label)) for one in desk.practice.states.values())


def _move_label(desk: Desk, name: str) -> Label:
    move = desk.practice.moves.get(name)
    return Label(**move.label) if move else FILED


def limits_of(desk: Desk) -> Limits:
    """What may be attached to an objection."""
    practice = desk.practice
    return Limits(practice.types, practice.most_files, practice.most_bytes // 1_000_000)


def _holidays(desk: Desk, start: date, end: date) -> bool:
    years = {start.year, end.year, (end + timedelta(days=1)).year}
    return desk.calendar.knows(years)
