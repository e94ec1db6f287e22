"""报送列表 lists of collecting: collections as an office sees them, what a person has to fill in, forms to choose."""

from dataclasses import dataclass
from datetime import datetime

from jiqun.actions.collecting import cells_of, forms
from jiqun.actions.collecting_rights import ANSWER, COLLECT, once, tallies
from jiqun.actions.collecting_workbooks import cell_labels
from jiqun.actions.desk import Desk
from jiqun.actions.reading.scope_labels import ScopeLabel, scope_label
from jiqun.actions.reading.statements import Label
from jiqun.brain.collecting.forms import Cell, period_of
from jiqun.brain.collecting.states import ANSWERED, State, deadline_label, is_late
from jiqun.core.indicators import Nature
from jiqun.core.periods import Period
from jiqun.ledger import collection_answers, collections
from jiqun.ledger.collection_answers import Tally
from jiqun.ledger.collections import Collection
from jiqun.ledger.grams import subtree_prefix
from jiqun.ledger.membership import former_keys
from jiqun.ledger.permissions import ANYWHERE, Actor, can, check, scopes_for
from jiqun.ledger.scopes import EVERYTHING

OPEN_STATES = tuple(state for state in State if state not in ANSWERED)


@dataclass(frozen=True, slots=True)
class CollectionLine:
    """One collection in a list.

    asked, answered  how many must answer and how many have
    sent             how many wait to be accepted
    overdue          the deadline has passed
    """

    id: str
    title: str
    form: str
    period: str
    period_label: Label
    deadline: datetime
    deadline_label: str
    overdue: bool
    state: str
    scope: ScopeLabel
    synthetic: bool
    asked: int
    answered: int
    sent: int
    opened_by: str
    opened_at: datetime

    @property
    def missing(self) -> int:
        """How many have not answered."""
        return self.asked - self.answered


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One answer somebody has to give, or to correct."""

    collection: str
    title: str
    period_label: Label
    deadline: datetime
    deadline_label: str
    late: bool
    respondent: str
    label: str
    state: str
    remark: str
    notice: str
    synthetic: bool


@dataclass(frozen=True, slots=True)
class Head:
    """One cell of a form as the head of a column."""

    cell: str
    indicator: str
    label: Label
    unit: str
    period_label: Label
    required: bool


@dataclass(frozen=True, slots=True)
class FormLine:
    """One form to choose from."""

    key: str
    label: Label
    respondents: str
    origin: str
    cells: int


@dataclass(frozen=True, slots=True)
class Choice:
    """An indicator that can be asked, and its unit."""

    key: str
    label: Label
    unit: str


@dataclass(frozen=True)
class CollectionsContext:
    """Collections, the latest first, as far as this person is concerned.

    tasks     what the person's own enterprise or office has still to answer
    can_open  may this person open one somewhere?
    """

    rows: tuple[CollectionLine, ...]
    total: int
    number: int
    pages: int
    state: str
    tasks: tuple[TaskLine, ...]
    forms: tuple[FormLine, ...]
    indicators: tuple[Choice, ...]
    place: str
    can_open: bool
    can_follow: bool


@dataclass(frozen=True)
class Tasks:
    """What waits for a person: answers to give, and open collections to follow."""

    fill: tuple[TaskLine, ...] = ()
    follow: tuple[CollectionLine, ...] = ()


def collections_page(
    desk: Desk, actor: Actor, *, state: str = "", page: int = 1, size: int = 50
) -> CollectionsContext:
    """The list; NotAllowed for who neither collects nor answers."""
    follows = can(actor, COLLECT, target_scope=ANYWHERE)
    if not follows:
        check(actor, ANSWER, target_scope=ANYWHERE)
    found = _followed(actor, state=state, page=page, size=size) if follows else None
    rows = _lines(desk, found.rows) if found else ()
    held = scopes_for(actor, COLLECT)
    place = held[0].key if held and held[0].kind == "region" else ""
    total, number, pages = (found.total, found.number, found.pages) if found else (0, 1, 1)
    forms_there = form_lines(desk) if follows else ()
    choices = _choices(desk) if follows else ()
    return CollectionsContext(
        rows, total, number, pages, state, to_fill(desk, actor), forms_there, choices, place, follows, follows
    )


def tasks(desk: Desk, actor: Actor, *, most: int = 8) -> Tasks:
    """What waits for a person, for the first page."""
    follow = ()
    if can(actor, COLLECT, target_scope=ANYWHERE):
        follow = _lines(desk, _followed(actor, state="open", page=1, size=most).rows)
    return Tasks(to_fill(desk, actor)[:most], follow)


def to_fill(desk: Desk, actor: Actor) -> tuple[TaskLine, ...]:
    """Answers the person's own enterprise or office still owes, the nearest deadline first."""
    own = own_respondents(actor)
    if not own:
        return ()
    asked_of = once(collection_answers.of_respondents(own, states=tuple(State)))
    answers = [one for one in asked_of if one.state in OPEN_STATES]
    held = collections.get_many({one.collection for one in answers})
    told: dict[tuple[str, str], str] = {}
    for notice in collection_answers.notices(respondents=own, unseen=True):
        if notice.kind != "opened":
            told.setdefault((notice.collection, notice.respondent), notice.text)
    now = desk.now()
    lines = [
        TaskLine(
            one.collection, asked.title, _period_label(asked.period), asked.deadline, deadline_label(asked.deadline),
            is_late(asked.deadline, first_sent_at=one.first_sent_at, now=now), one.respondent, one.label, one.state,
            one.remark, told.get((one.collection, one.respondent), ""), asked.synthetic,
        )
        for one in answers
        for asked in [held[one.collection]]
    ]  # fmt: skip
    return tuple(sorted(lines, key=lambda line: (line.deadline, line.collection, line.respondent)))


def own_respondents(actor: Actor) -> tuple[str, ...]:
    """Who the person answers for as its own: its enterprise, or the office of its place."""
    held = scopes_for(actor, ANSWER)
    keys = {"enterprise": "{}", "region": "region:{}"}
    own = [keys[scope.kind].format(scope.key) for scope in held if scope.kind in keys]
    former = (key for one in own if one.startswith("enterprise:") for key in former_keys(one))
    return tuple(dict.fromkeys((*own, *former)))


def form_lines(desk: Desk) -> tuple[FormLine, ...]:
    """Every form there is."""
    return tuple(
        FormLine(
            form.key,
            Label(form.label["zh"], form.label["en"]),
            form.respondents,
            form.origin,
            len(form.cells),
        )
        for form in forms(desk).values()
    )


def line_of(desk: Desk, held: Collection, tally: Tally, *, now: datetime) -> CollectionLine:
    """One collection as a line."""
    return CollectionLine(
        held.id, held.title, held.form, held.period, _period_label(held.period), held.deadline,
        deadline_label(held.deadline), now >= held.deadline, held.state, scope_label(desk, held.scope, "zh"), held.synthetic,
        tally.asked, tally.answered, tally.states.get("sent", 0), held.opened_by, held.opened_at,
    )  # fmt: skip


def heads_of(desk: Desk, held: Collection) -> tuple[Head, ...]:
    """The cells as heads of columns."""
    cells, period = cells_of(held), Period.parse(held.period)
    texts = cell_labels(desk, cells)
    return tuple(_head(desk, cell, period, texts[cell.key]) for cell in cells)


def _head(desk: Desk, cell: Cell, period: Period, text: str) -> Head:
    indicator = desk.indicators.get(cell.indicator)
    speaks_of = period_of(cell, period, indicator.stock_or_flow)
    total = cell.span == "to_date" and indicator.stock_or_flow is Nature.FLOW
    zh = text.replace(f"（{cell.unit}）", "")
    en = indicator.label["en"] + (" to date" if total else "") + (f" ({cell.scope})" if cell.scope else "")
    when = Label(speaks_of.label("zh"), speaks_of.label("en"))
    return Head(cell.key, cell.indicator, Label(zh, en), cell.unit, when, cell.required)


def _followed(actor: Actor, *, state: str, page: int, size: int):
    scopes = scopes_for(actor, COLLECT)
    state = state if state in ("open", "closed") else ""
    if EVERYTHING in scopes:
        return collections.list_page(state=state, page=page, size=size)
    ids = {
        id
        for scope in scopes
        if scope.kind == "region"
        for id in collection_answers.asked_within(subtree_prefix(scope.key))
    }
    return collections.list_page(ids=ids, scopes=scopes, state=state, page=page, size=size)


def _lines(desk: Desk, rows: tuple[Collection, ...]) -> tuple[CollectionLine, ...]:
    told, now = tallies([row.id for row in rows]), desk.now()
    return tuple(line_of(desk, row, told.get(row.id, Tally({})), now=now) for row in rows)


def _choices(desk: Desk) -> tuple[Choice, ...]:
    asked = [one for one in desk.indicators if one.expression is None]
    return tuple(Choice(one.key, Label(one.label["zh"], one.label["en"]), one.unit) for one in asked)


def _period_label(text: str) -> Label:
    period = Period.parse(text)
    return Label(period.label("zh"), period.label("en"))
