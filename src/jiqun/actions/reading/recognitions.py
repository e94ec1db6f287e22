"""认定页 what the pages of automatic recognition show: the rounds, one round with its candidates, one candidate's ruling."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from jiqun.actions import policy_packs
from jiqun.actions import title_policy as policy
from jiqun.actions.desk import Desk
from jiqun.actions.reading import objections as objection_reading
from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.objections import Limits, ObjectionLine
from jiqun.actions.reading.policies import DocumentLine, document_line
from jiqun.actions.reading.statements import Label, Link
from jiqun.exchange.objections import day_of
from jiqun.ledger import audit, objections, recognitions, subjects
from jiqun.ledger.permissions import ANYWHERE, Actor, Permission, can, check
from jiqun.ledger.recognitions import Candidate, Recognition
from jiqun.rules.pack import KINDS
from jiqun.rules.tree import RankQuota

SIZE = 50
Ruling = Mapping[str, Any]


@dataclass(frozen=True)
class RecognitionLine:
    """One round in a list.

    tally    candidates by state; left: working days of publicity left, the day included, 0 when it is over
    """

    id: str
    pack: str
    label: Label
    version: str
    kind: str
    region: str
    place: Label
    on: date
    years: int
    state: str
    state_label: Label
    public_from: date | None
    public_until: date | None
    left: int
    synthetic: bool
    judged: int
    verdicts: Mapping[str, int]
    tally: Mapping[str, int]
    started_by: str
    started_at: datetime
    published_by: str
    closed_at: datetime | None


@dataclass(frozen=True)
class PackChoice:
    """A pack a round can be made with; years 0: the pack does not say how long its title lasts."""

    key: str
    label: Label
    years: int
    manual: bool


@dataclass(frozen=True)
class RecognitionsContext:
    """The rounds this reader may see; packs and places to start one, empty for who decides nowhere."""

    rows: tuple[RecognitionLine, ...]
    total: int
    number: int
    pages: int
    state: str
    states: tuple[tuple[str, Label], ...]
    packs: tuple[PackChoice, ...]
    places: tuple[tuple[str, Label], ...]
    kinds: tuple[str, ...]
    today: date
    days: int


@dataclass(frozen=True)
class CandidateLine:
    """One candidate; see: this reader may see its ruling; objections: how many are open."""

    id: int
    subject: Link
    uscc: str
    place: Label
    state: str
    state_label: Label
    reason: str
    title: int
    objections: int
    see: bool
    can_object: bool
    can_refuse: bool


@dataclass(frozen=True)
class Done:
    """One step of a round, as the audit trail holds it."""

    action: str
    by: str
    at: datetime
    text: str


@dataclass(frozen=True)
class RecognitionContext:
    """One round.

    moves       what this reader may do now; wait_until: deciding waits for this day to be over
    state       of the candidates shown, "" for all; by_state: how many there are of each; title, region: of the round
    documents   what the rule is taken from; holidays: are they known for the publicity? Otherwise they are not counted
    """

    line: RecognitionLine
    note: str
    why: str
    version: Label
    confidence: str
    candidates: tuple[CandidateLine, ...]
    total: int
    number: int
    pages: int
    moves: tuple[str, ...]
    wait_until: date | None
    days: int
    least: int
    can_object: bool
    steps: tuple[Done, ...]
    documents: tuple[DocumentLine, ...]
    holidays: bool
    state: str
    by_state: tuple[tuple[str, Label, int], ...]
    title: str
    region: str


@dataclass(frozen=True)
class CandidateContext:
    """One candidate: its ruling as judged then (None for who may not see its numbers), objections, and what can be done."""

    line: CandidateLine
    recognition: RecognitionLine
    ruling: Ruling | None
    objections: tuple[ObjectionLine, ...]
    limits: Limits
    due_on: date | None


def recognitions_page(
    desk: Desk, actor: Actor, *, state: str = "", page: int = 1, size: int = SIZE
) -> RecognitionsContext:
    """The list: what is or was public, and what lies where this reader decides."""
    check(actor, Permission.READ_PUBLIC, target_scope=ANYWHERE)
    labels = {"open": Label("未办结", "not settled")} | {
        key: Label(**label) for key, label in desk.recognition.states.items()
    }
    state = state if state in labels else ""
    made_up = None if can(actor, Permission.VIEW_SYNTHETIC, target_scope=ANYWHERE) else False
    found = recognitions.list_page(
        state=state, within=policy.places(actor), everything=policy.everywhere(actor), synthetic=made_up, page=page,
        size=size,
    )  # fmt: skip
    decides = can(actor, policy.RECOGNISE, target_scope=ANYWHERE)
    archive = Archive(desk, actor)
    return RecognitionsContext(
        lines_of(archive, found.rows), found.total, found.number, found.pages, state, tuple(labels.items()),
        _packs(desk) if decides else (), _places(archive) if decides else (), KINDS, day_of(desk.now()),
        desk.recognition.days,
    )  # fmt: skip


def recognition_page(
    desk: Desk, actor: Actor, id: str, *, state: str = "", page: int = 1, size: int = SIZE
) -> RecognitionContext:
    """One round; in publicity for everybody, before for who decides there."""
    made = recognitions.get(id)
    policy.check_read(actor, made)
    archive, on = Archive(desk, actor), day_of(desk.now())
    state = state if state in desk.recognition.candidates else ""
    found = recognitions.candidates(id, state=state, page=page, size=size)
    lines = _candidates(archive, made, found.rows, on)
    pack = policy_packs.packs(desk).get(made.pack)
    version = next((one for one in pack.versions if one.key == made.version), None) if pack else None
    documents = (
        [one for one in pack.source.documents if version and one.key == version.document] if pack else []
    )
    moves = tuple(
        key for key in desk.recognition.moves if policy.can_move(desk.recognition, actor, made, key)
    )
    waits = "decide" in moves and not policy.can_decide(desk.recognition, actor, made, on=on)
    years = {day.year for day in (made.public_from, made.public_until) if day}
    (line,), labels = lines_of(archive, [made]), desk.recognition.candidates
    by_state = tuple((key, Label(**labels[key]), n) for key, n in line.tally.items() if n)
    return RecognitionContext(
        line, made.note, made.why, _label(version.label) if version else Label.of(made.version),
        version.confidence if version else "", lines, found.total, found.number, found.pages, moves,
        made.public_until if waits else None, desk.recognition.days, desk.recognition.least,
        any(one.can_object for one in lines), _steps(id) if policy.can_start(actor, made.region) else (),
        tuple(map(document_line, documents)), desk.calendar.knows(years), state, by_state, made.field, made.region,
    )  # fmt: skip


def candidate_page(desk: Desk, actor: Actor, id: int) -> CandidateContext:
    """One candidate of a round this reader may see."""
    held = recognitions.candidate(id)
    made = recognitions.get(held.recognition)
    policy.check_read(actor, made)
    archive, now = Archive(desk, actor), desk.now()
    (line,) = _candidates(archive, made, [held], day_of(now))
    about = objections.about_candidates([id])
    return CandidateContext(
        line, lines_of(archive, [made])[0], held.ruling if line.see else None,
        objection_reading.lines_seen(archive, about), objection_reading.limits_of(desk),
        objection_reading.due_for(desk, held.region) if line.can_object else None,
    )  # fmt: skip


def lines_of(
    archive: Archive, found: tuple[Recognition, ...] | list[Recognition]
) -> tuple[RecognitionLine, ...]:
    """Rounds as lines."""
    tallies = recognitions.tallies(one.id for one in found)
    archive.links(f"region:{one.region}" for one in found)
    return tuple(_line(archive, one, tallies.get(one.id, {})) for one in found)


def _line(archive: Archive, one: Recognition, tally: Mapping[str, int]) -> RecognitionLine:
    desk = archive.desk
    on, until = day_of(desk.now()), one.public_until
    left = desk.calendar.between(on, until) + desk.calendar.is_working(on) if until and on <= until else 0
    return RecognitionLine(
        one.id, one.pack, Label.of(one.label_zh, one.label_en), one.version, one.kind, one.region,
        archive.link(f"region:{one.region}").label, one.on, one.years, one.state,
        Label(**desk.recognition.states[one.state]), one.public_from, until,
        left if one.state == "publicity" else 0, one.synthetic, one.judged, one.verdicts, tally, one.started_by,
        one.started_at, one.published_by, one.closed_at,
    )  # fmt: skip


def _candidates(
    archive: Archive, made: Recognition, found: tuple[Candidate, ...] | list[Candidate], on: date
) -> tuple[CandidateLine, ...]:
    today = subjects.resolve_many(one.subject for one in found)
    archive.links(today.values())
    archive.links(f"region:{one.region}" for one in found if one.region)
    waiting: dict[int, int] = {}
    for each in objections.about_candidates([one.id for one in found], is_open=True):
        waiting[each.candidate] = waiting.get(each.candidate, 0) + 1
    labels, actor = archive.desk.recognition.candidates, archive.actor
    whole = policy.can_start(actor, made.region)
    return tuple(
        CandidateLine(
            one.id, archive.link(today.get(one.subject, one.subject)), one.uscc,
            archive.link(f"region:{one.region}").label if one.region else Label("", ""), one.state,
            Label(**labels[one.state]), one.reason if whole or policy.can_see_ruling(actor, one.subject, "") else "",
            one.title, waiting.get(one.id, 0), whole or policy.can_see_ruling(actor, one.subject, ""),
            policy.can_object(actor, made, one, on=on), whole and policy.can_refuse(actor, made, one),
        )
        for one in found
    )  # fmt: skip


def _packs(desk: Desk) -> tuple[PackChoice, ...]:
    """Packs that give a title and grade nobody by rank; manual: a version in them leaves something to a person."""
    from jiqun.rules import tree

    return tuple(
        PackChoice(
            one.key, _label(one.label), one.valid_years,
            any(isinstance(node, tree.Manual) for version in one.versions for node in tree.walk(version.clauses)),
        )
        for one in policy_packs.packs(desk).values()
        if one.title and not any(isinstance(version.grading, RankQuota) for version in one.versions)
    )  # fmt: skip


def _places(archive: Archive) -> tuple[tuple[str, Label], ...]:
    """Where this reader decides: each place with all below it, made-up counties at the end."""
    regions = archive.desk.regions
    held = policy.places(archive.actor)
    real = {one.code: one for place in held if regions.find(place) for one in regions.subtree(place)}
    wanted = subjects.SubjectFilter(kind="region", synthetic=True)
    made_up = [
        one for one in subjects.iterate(wanted) if any(policy.within(one.code, place) for place in held)
    ]
    return (
        *((one.code, Label(one.name["zh"], one.name["en"])) for one in real.values()),
        *((one.code, Label.of(one.label_zh, one.label_en)) for one in made_up),
    )


def _steps(id: str) -> tuple[Done, ...]:
    events = audit.of_target(f"recognition:{id}")
    return tuple(
        Done(one.action, one.by, one.at, str(one.detail.get("text", ""))) for one in reversed(events)
    )


def _label(label: Any) -> Label:
    return Label(label.zh, label.en)
