"""判定书页 what the pages of one firm show: the ruling clause by clause, the way up, and the five questions to ask first."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from jiqun.actions import policy_packs, policy_runs
from jiqun.actions.desk import Desk
from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.policies import DocumentLine, RunHead, document_line, head_of, of
from jiqun.actions.reading.policy_runs import RunWords
from jiqun.actions.reading.policy_words import (
    NOTHING,
    POINTS,
    Missing,
    Words,
    joined,
    number_text,
    range_text,
    span_text,
    unit_words,
    value_words,
)
from jiqun.actions.reading.statements import Label
from jiqun.core.errors import InputError
from jiqun.ledger.permissions import Actor
from jiqun.rules.firm import Firm
from jiqun.rules.gap import Distance, Gap, distance
from jiqun.rules.judge import judge_pack
from jiqun.rules.pack import Pack
from jiqun.rules.ruling import PARAMETER, ClauseResult, Ruling
from jiqun.rules.showing import SIGNS
from jiqun.rules.truth import State

AT_ONCE = 5
SIGN_WORDS = {key: Label(sign, sign) for key, sign in SIGNS.items()}


@dataclass(frozen=True)
class RulingLine:
    """The answer to one node; depth 0 is a clause.

    seen, period  what was seen, of which year or day; needed: what it was held against
    points        points, and of how many
    missing       what nobody has filled in; undefined: all is there, but the number has no meaning
    official      two sources or one that cites the document say what the clause is
    """

    id: str
    depth: int
    label: Label
    state: str
    seen: Label
    period: str
    needed: Label
    points: str
    most: str
    missing: tuple[Missing, ...]
    undefined: bool
    clause: str
    confidence: str


@dataclass(frozen=True)
class Step:
    """One thing between the firm and the rule: what is short, in its own unit; what has to be shown."""

    label: Label
    state: str
    seen: Label
    needed: Label
    short: Label
    missing: tuple[Missing, ...]
    changeable: bool


@dataclass(frozen=True)
class RulingContext:
    """The ruling of one firm.

    score, level   as far as they are known; levels: those still possible when there are several
    steps          the way up, in the order of the clauses; closed: something cannot be changed within a year
    documents      what the rule is taken from
    """

    head: RunHead
    row: int
    name: str
    uscc: str
    place: Label | None
    verdict: str
    score: str
    level: Label
    levels: tuple[Label, ...]
    clauses: tuple[RulingLine, ...]
    steps: tuple[Step, ...]
    closed: bool
    missing: int
    documents: tuple[DocumentLine, ...]
    answered: tuple[tuple[Label, str], ...]
    before: int
    after: int


@dataclass(frozen=True)
class Question:
    """A field nobody has filled in: kind number | flag | date | text; opens: how many clauses of all packs wait for it."""

    column: str
    label: Label
    kind: str
    unit: Label
    choices: tuple[str, ...]
    paper: Label
    opens: int
    policies: tuple[Label, ...]


@dataclass(frozen=True)
class PackState:
    """What a pack says of the firm as far as is known; unknown: clauses that wait for an answer."""

    key: str
    label: Label
    verdict: str
    score: str
    unknown: int


@dataclass(frozen=True)
class QuestionsContext:
    """The questions for one firm: those that open most clauses first; left: how many are open in all."""

    head: RunHead
    row: int
    name: str
    questions: tuple[Question, ...]
    left: int
    packs: tuple[PackState, ...]
    answered: int


def ruling_page(desk: Desk, actor: Actor, id: str, row: int) -> RulingContext:
    """The ruling of the firm in a row of a run."""
    archive, run = Archive(desk, actor), policy_runs.done(desk, id, by=actor)
    pack, firm = policy_packs.pack(desk, run.pack), policy_runs.firm_of(desk, run, row)
    ruling = policy_runs.ruling_of(desk, run, firm)
    held = policy_runs.lines(desk, run)
    at = next(place for place, one in enumerate(held) if one.row == row)
    words, run_words = Words(pack, policy_packs.catalogue(desk)), RunWords(archive, pack, run)
    version = pack.version(run.version)
    told = tuple(_lines(ruling, words))
    way = distance(ruling)
    level = held[at].level
    documents = [one for one in pack.source.documents if one.key == version.document]
    documents += [
        one for one in pack.source.documents if one not in documents and _is_used(pack, firm, one.key, ruling)
    ]
    answers = policy_runs.answers(desk, run, row)
    return RulingContext(
        head_of(archive, run), row, firm.name, firm.uscc, run_words.place(firm.region), ruling.verdict.value,
        range_text(ruling.score), run_words.level(level) if level else NOTHING,
        tuple(run_words.level(key) for key in ruling.levels if key) if not level else (), told,
        tuple(_steps(way, words)), way.closed, len(ruling.missing), tuple(map(document_line, documents)),
        tuple((words.field(column), text) for column, text in answers.items()),
        held[at - 1].row if at else 0, held[at + 1].row if at + 1 < len(held) else 0,
    )  # fmt: skip


def questions_page(desk: Desk, actor: Actor, id: str, row: int) -> QuestionsContext:
    """What to ask of the firm in a row of a run, over all packs that judge on that day where it is."""
    archive, run = Archive(desk, actor), policy_runs.done(desk, id, by=actor)
    firm = policy_runs.firm_of(desk, run, row)
    rulings = list(_rulings(desk, firm, run.pack, kind=run.kind, on=run.day))
    waiting: dict[str, list[Pack]] = {}
    for pack, ruling in rulings:
        for column in _waiting(ruling):
            waiting.setdefault(column, []).append(pack)
    first = sorted(waiting, key=lambda column: -len(waiting[column]))
    words = Words(policy_packs.pack(desk, run.pack), policy_packs.catalogue(desk))
    return QuestionsContext(
        head_of(archive, run), row, firm.name or firm.uscc,
        tuple(_question(words, column, waiting[column]) for column in first[:AT_ONCE]), len(first),
        tuple(
            PackState(pack.key, of(pack.label), one.verdict.value, range_text(one.score), len(one.in_state(State.UNKNOWN)))
            for pack, one in rulings
        ),
        len(policy_runs.answers(desk, run, row)),
    )  # fmt: skip


def _rulings(desk: Desk, firm: Firm, own: str, *, kind: str, on: date) -> Iterator[tuple[Pack, Ruling]]:
    """What every pack says that judges on that day where the firm is, that of the run first."""
    packs = policy_packs.packs(desk)
    for key in (own, *(key for key in packs if key != own)):
        pack = packs[key]
        if (
            key != own
            and pack.regions
            and not any(desk.regions.covers(code, firm.region) for code in pack.regions)
        ):
            continue
        try:
            yield pack, judge_pack(pack, firm, on=on, kind=kind)
        except InputError:  # no version on that day
            continue


def _waiting(ruling: Ruling) -> Iterator[str]:
    """A column for each clause without clauses inside that waits for it alone or among others."""
    held = {one.id: one for one in ruling.clauses}
    outer = {one.parent for one in ruling.clauses if not one.guard}
    for one in ruling.clauses:
        if one.id in outer or one.undefined or not _matters(one, held):
            continue
        yield from (name for name in one.missing if not name.startswith(PARAMETER))


def _matters(one: ClauseResult, held: Mapping[str, ClauseResult]) -> bool:
    """Is it unknown, and everything it stands in too? What is decided already needs no answer."""
    while one.state is State.UNKNOWN:
        if not one.parent:
            return True
        one = held[one.parent]
    return False


def _question(words: Words, column: str, packs: Iterable[Pack]) -> Question:
    field = words.catalogue.fields[column.partition("@")[0]]
    held = list(packs)
    return Question(
        column, words.field(column), field.kind, unit_words(words.catalogue.units, field.unit), field.choices,
        of(field.paper), len(held), tuple(dict.fromkeys(of(one.label) for one in held)),
    )  # fmt: skip


def _lines(ruling: Ruling, words: Words) -> Iterator[RulingLine]:
    depths: dict[str, int] = {"": -1}
    for one in ruling.clauses:
        depths[one.id] = depths.get(one.parent, -1) + 1
        if one.guard and one.state in (State.MET, State.UNMET):
            continue  # it has done its work: its clause applies, or says that it does not
        yield RulingLine(
            one.id, depths[one.id], of(one.label), one.state.value, _seen(one, words), one.period, _needed(one, words),
            range_text(one.points), number_text(one.most) if one.most is not None else "",
            words.missing(one.missing), one.undefined, one.clause, one.confidence,
        )  # fmt: skip


def _seen(one: ClauseResult | Gap, words: Words) -> Label:
    seen = value_words(one.value)
    return (
        joined(" ", seen, unit_words(words.catalogue.units, one.unit))
        if isinstance(one.value, Decimal)
        else seen
    )


def _needed(one: ClauseResult | Gap, words: Words) -> Label:
    """What it was held against; a wish of yes or no stands in the name of the clause already."""
    unit = unit_words(words.catalogue.units, one.unit)
    if isinstance(one.needed, Decimal):
        if isinstance(one, ClauseResult) and one.points is not None and one.op is None:
            return joined("", Label("基准 ", "base "), value_words(one.needed))
        sign = SIGN_WORDS[one.op] if one.op else NOTHING
        of_points = isinstance(one, ClauseResult) and one.points is not None
        return joined(" ", sign, value_words(one.needed), POINTS if of_points else unit)
    if one.needed in ("true", "false"):
        return Label("是", "yes") if one.needed == "true" else Label("否", "no")
    return span_text(one.needed or "")


def _steps(way: Distance, words: Words) -> Iterator[Step]:
    for one in way.gaps:
        unit = unit_words(words.catalogue.units, one.unit)
        short = (
            joined(" ", value_words(one.short), unit if unit.zh else POINTS)
            if one.short is not None
            else NOTHING
        )
        yield Step(
            of(one.label), one.state.value, _seen(one, words), _needed(one, words), short, words.missing(one.missing),
            one.changeable,
        )  # fmt: skip


def _is_used(pack: Pack, firm: Firm, document: str, ruling: Ruling) -> bool:
    """Do numbers of the firm's place that were in force come from this document?"""
    return any(
        one.document == document and one.region == firm.region and one.holds(ruling.on) for one in pack.sets
    )
