"""报送页 what the pages of collecting show an office of one collection: who has answered, who is late, and the sums."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from jiqun.actions.collecting import PROVINCE, cells_of
from jiqun.actions.collecting_answers import reminder_text
from jiqun.actions.collecting_known import in_unit
from jiqun.actions.collecting_rights import ANSWER, COLLECT, can_close, can_judge, following, once
from jiqun.actions.collecting_workbooks import fillable
from jiqun.actions.desk import Desk
from jiqun.actions.reading.collecting_lines import CollectionLine, Head, heads_of, line_of
from jiqun.actions.reading.statements import Label
from jiqun.brain.collecting.forms import Cell
from jiqun.brain.collecting.states import ANSWERED, State, Verb, is_late
from jiqun.brain.collecting.totals import Asked, Place, Sum, places
from jiqun.core.errors import NotFound
from jiqun.core.facts import recorded_subject
from jiqun.core.figures import Step
from jiqun.core.indicators import Adds
from jiqun.core.periods import SHANGHAI
from jiqun.lake.facts import FactReader
from jiqun.ledger import collection_answers, collections, subjects
from jiqun.ledger.collection_answers import Answer
from jiqun.ledger.collections import Collection
from jiqun.ledger.permissions import ANYWHERE, Actor, can
from jiqun.ledger.roles import Permission

__all__ = ["SHANGHAI", "STATE_ZH", "CollectionContext", "WhySumContext", "collection_page", "why_sum"]

EVERYBODY = 100_000
STATE_ZH = {
    "waiting": "未填",
    "draft": "填报中",
    "sent": "已报送",
    "returned": "已退回",
    "accepted": "已接收",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One value of one respondent, in the cell's unit, and the fact it is."""

    value: Decimal
    fact: str


@dataclass(frozen=True, slots=True)
class RespondentLine:
    """One respondent of a collection.

    values    cell → what it answered and the fact; a cell that is not there is unknown
    reminders how many reminders it got, the last at `reminded_at`
    """

    key: str
    label: str
    region: str
    city: Label
    county: Label
    state: str
    answered: bool
    late: bool
    first_sent_at: datetime | None
    sent_at: datetime | None
    sent_by: str
    remark: str
    reminders: int
    reminded_at: datetime | None
    can_accept: bool
    can_return: bool
    values: Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class SumCell:
    """A sum with its coverage: `known` of `asked` are in it; None where nobody is known or it does not add up."""

    cell: str
    value: Decimal | None
    known: int
    asked: int
    adds: bool


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """One place with all below it: who was asked, has answered, is late, and the sums of each cell."""

    region: str
    level: str
    label: Label
    asked: int
    answered: int
    late: int
    states: Mapping[str, int]
    sums: tuple[SumCell, ...]


@dataclass(frozen=True)
class CollectionContext:
    """One collection as an office follows it.

    respondents  one page of those asked, narrowed by `state` and `region`
    places       county → city → province with sums; what is unknown stays unknown
    partial      only the respondents of the reader's own scope are shown and added
    """

    line: CollectionLine
    title: str
    note: str
    heads: tuple[Head, ...]
    respondents: tuple[RespondentLine, ...]
    total: int
    number: int
    pages: int
    state: str
    region: str
    states: Mapping[str, int]
    late: int
    places: tuple[PlaceLine, ...]
    reminder: str
    can_close: bool
    can_remind: bool
    can_fill_many: bool
    partial: bool


@dataclass(frozen=True)
class Part:
    """One value of a sum."""

    key: str
    label: str
    state: str
    value: Decimal | None
    fact: str


@dataclass(frozen=True)
class WhySumContext:
    """How a sum of a collection was reckoned, and from which answers."""

    title: Label
    about: Label
    unit: str
    value: Decimal | None
    known: int
    asked: int
    as_of: datetime
    steps: tuple[Step, ...]
    parts: tuple[Part, ...]
    collection: str


def collection_page(
    desk: Desk, actor: Actor, id: str, *, state: str = "", region: str = "", page: int = 1, size: int = 50
) -> CollectionContext:
    """One collection; NotAllowed for whom no part of it concerns."""
    held = collections.get(id)
    everybody = once(collection_answers.of_collection(id))
    answers = following(actor, held, everybody)
    figures, now = _figures(desk, actor, held, answers), desk.now()
    lines = _lines(desk, actor, held, answers, figures, now=now)
    shown = [one for one in lines if _wanted(one, state, region)]
    number = max(1, min(page, -(-len(shown) // size)))
    states: dict[str, int] = {}
    for one in lines:
        states[one.state] = states.get(one.state, 0) + 1
    late = [one for one in lines if one.late and not one.answered]
    mine = can(actor, ANSWER, target_scope=ANYWHERE) and bool(fillable(held, actor))
    return CollectionContext(
        line=line_of(desk, held, collection_answers.Tally(states), now=now),
        title=held.title,
        note=held.note,
        heads=heads_of(desk, held),
        respondents=tuple(shown[(number - 1) * size : number * size]),
        total=len(shown),
        number=number,
        pages=max(1, -(-len(shown) // size)),
        state=state,
        region=region,
        states=states,
        late=len(late),
        places=tuple(_place_line(desk, held, one) for one in places(_asked(lines), adds=_adding(desk, held))),
        reminder=reminder_text(held),
        can_close=can_close(actor, held),
        can_remind=held.is_open and any(not one.answered for one in lines),
        can_fill_many=mine,
        partial=len(answers) < len(everybody),
    )


def why_sum(desk: Desk, actor: Actor, id: str, cell: str, region: str) -> WhySumContext:
    """The 依据 of one sum: every answer in it, and those that are not known."""
    held = collections.get(id)
    head = next((one for one in heads_of(desk, held) if one.cell == cell), None)
    if head is None:
        raise NotFound("collect.no_cell", seen=cell, allowed=" ".join(one.key for one in cells_of(held)))
    answers = following(actor, held, collection_answers.of_collection(id))
    lines = _lines(desk, actor, held, answers, _figures(desk, actor, held, answers), now=desk.now())
    place = next((one for one in places(_asked(lines), adds=[cell]) if one.region == region), None)
    if place is None:
        raise NotFound("region.not_found", seen=region)
    inside = [one for one in lines if _inside(one.region, region)]
    found = place.sums[cell]
    total = "—" if found.value is None else f"{found.value:f} {head.unit}"
    steps = (
        Step("取本次报送应报的单位", "Take everybody this collection asks", (), f"{place.asked}"),
        Step(
            "取其中已报送、未退回且填了这一格的",
            "Of these, the answers sent and not returned that fill this cell",
            (),
            f"{found.known}",
        ),
        Step("未报的不算零，不计入", "What is not answered is unknown: neither zero nor added", (), ""),
        Step("相加", "Add them", (f"{found.known}",), total),
    )
    parts = tuple(_part(one, cell) for one in inside)
    about, now = _region_label(desk, region), desk.now()
    return WhySumContext(
        head.label, about, head.unit, found.value, found.known, place.asked, now, steps, parts, id
    )


def _part(one: RespondentLine, cell: str) -> Part:
    figure = one.values.get(cell) if one.answered else None
    return Part(
        one.key, one.label, one.state, figure.value if figure else None, figure.fact if figure else ""
    )


def _inside(region: str, place: str) -> bool:
    if not place:
        return not region
    prefix = place[:2] if place.endswith("0000") else place[:4] if place.endswith("00") else place
    return region.startswith(prefix)


def _wanted(one: RespondentLine, state: str, region: str) -> bool:
    if region and not _inside(one.region, region):
        return False
    if state == "late":
        return one.late and not one.answered
    if state == "missing":
        return not one.answered
    return not state or one.state == state


def _figures(
    desk: Desk, actor: Actor, held: Collection, answers: Sequence[Answer]
) -> dict[str, dict[str, Figure]]:
    """Respondent → cell → value as the lake holds it now: corrections count, undone and taken-back values do not."""
    if not can(actor, Permission.READ_ENTERPRISE, target_scope=ANYWHERE):
        return {}
    cells = {cell.key: cell for cell in cells_of(held)}
    answered = [one for one in answers if one.state in ANSWERED]
    reader = FactReader(desk.lake)
    ids = {told["fact"] for one in answered for told in one.sent.values() if told.get("known")}
    known = {str(row["id"]): row for row in (reader.facts(ids=sorted(ids)) if ids else ())}
    own = {
        (recorded_subject(str(row["natural_key"])), str(row["locator"])): row
        for row in (reader.facts(source=held.id) if answered else ())
    }
    found: dict[str, dict[str, Figure]] = {}
    for one in answered:
        values = found.setdefault(one.respondent, {})
        for key, told in one.sent.items():
            row = known.get(told["fact"]) if told.get("known") else own.get((one.respondent, key))
            value = in_unit(desk, row, cells[key]) if row is not None and key in cells else None
            if row is not None and value is not None:
                values[key] = Figure(value, str(row["id"]))
    return found


def _lines(
    desk: Desk,
    actor: Actor,
    held: Collection,
    answers: Sequence[Answer],
    figures: Mapping[str, Mapping[str, Figure]],
    *,
    now: datetime,
) -> list[RespondentLine]:
    reminded: dict[str, list[datetime]] = {}
    for notice in collection_answers.notices(collection=held.id):
        if notice.kind == "reminder":
            reminded.setdefault(notice.respondent, []).append(notice.at)
    whole = can(actor, COLLECT, target_scope=held.scope)
    return [
        RespondentLine(
            one.respondent, one.label, one.region, _city_label(desk, one.region), _region_label(desk, one.region), one.state,
            one.state in ANSWERED, is_late(held.deadline, first_sent_at=one.first_sent_at, now=now), one.first_sent_at,
            one.sent_at, one.sent_by, one.remark, len(reminded.get(one.respondent, ())),
            max(reminded.get(one.respondent, ()), default=None), _may(actor, held, one, Verb.ACCEPT, whole=whole),
            _may(actor, held, one, Verb.RETURN, whole=whole), figures.get(one.respondent, {}),
        )
        for one in answers
    ]  # fmt: skip


def _may(actor: Actor, held: Collection, answer: Answer, verb: Verb, *, whole: bool) -> bool:
    """As `can_judge`; who follows the whole collection is not asked again for each respondent."""
    from jiqun.brain.collecting.states import may

    if not may(answer.state, verb, is_open=held.is_open):
        return False
    return whole or can_judge(actor, held, answer, verb)


def _asked(lines: Sequence[RespondentLine]) -> list[Asked]:
    return [
        Asked(
            one.key, one.region, one.state, one.answered, one.late and not one.answered,
            {cell: figure.value for cell, figure in one.values.items()},
        )
        for one in lines
    ]  # fmt: skip


def _adding(desk: Desk, held: Collection) -> list[str]:
    return [cell.key for cell in cells_of(held) if _adds(desk, cell)]


def _adds(desk: Desk, cell: Cell) -> bool:
    return desk.indicators.get(cell.indicator).adds is Adds.SUM


def _place_line(desk: Desk, held: Collection, place: Place) -> PlaceLine:
    none = Sum(None, 0)
    sums = tuple(
        SumCell(cell.key, told.value, told.known, place.asked, _adds(desk, cell))
        for cell in cells_of(held)
        for told in [place.sums.get(cell.key, none)]
    )
    label = _region_label(desk, place.region)
    return PlaceLine(
        place.region, place.level, label, place.asked, place.answered, place.late, place.states, sums
    )


def _region_label(desk: Desk, code: str) -> Label:
    region = desk.regions.find(code)
    if region is not None:
        return Label(region.name["zh"], region.name["en"])
    told = subjects.labels([f"region:{code}"]).get(f"region:{code}") if code else None
    if told is not None:
        return Label.of(*told)
    if code.endswith("0000"):
        return _region_label(desk, PROVINCE) if code != PROVINCE else Label(code, code)
    return Label(code, code) if code else Label("未落位", "not placed")


def _city_label(desk: Desk, code: str) -> Label:
    return _region_label(desk, code[:4] + "00") if len(code) == 6 else _region_label(desk, "")


assert set(STATE_ZH) == set(State)
