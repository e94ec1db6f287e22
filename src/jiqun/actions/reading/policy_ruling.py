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
from jiqun.rules import tree
from jiqun.rules.firm import Firm
from jiqun.rules.gap import Distance, Gap, distance
from jiqun.rules.judge import judge_pack
from jiqun.rules.marks import weakest
from jiqun.rules.pack import Pack, Version
from jiqun.rules.ruling import PARAMETER, ClauseResult, Ruling
from jiqun.rules.showing import SIGNS
from jiqun.rules.truth import State

AT_ONCE = 5
WHOLES = ("all", "any", "at_least", "exempts", "veto", "score_sum", "part")
"""Nodes whose missing fields stand at the nodes inside."""
SIGN_WORDS = {key: Label(sign, sign) for key, sign in SIGNS.items()}


@dataclass(frozen=True)
class RulingLine:
    """The answer to one node; depth 0 is a clause.

    seen, period  what was seen, of which year or day; needed: what it was held against
    points        points, and of how many
    missing       what nobody has filled in; undefined: all is there, but the number has no meaning
    confidence    the lower of how sure we are of the clause and of the numbers of the place it used
    numbers_from  the documents these numbers are taken from; empty where it used none
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
    numbers_from: Label


@dataclass(frozen=True)
class Step:
    """One thing between the firm and the rule: what is short, in its own unit, or what a person decides."""

    label: Label
    state: str
    seen: Label
    needed: Label
    short: Label
    changeable: bool


@dataclass(frozen=True)
class Paper:
    """A paper to bring, and what is read from it."""

    paper: Label
    fields: tuple[Label, ...]


@dataclass(frozen=True)
class RulingContext:
    """The ruling of one firm.

    confidence     the lowest mark of a clause that applied, numbers of the place counted in
    score, level   as far as they are known; levels: those still possible when there are several
    steps          the way up, in the order of the clauses; papers: what has to be shown, by the paper it stands in
    closed         something cannot be changed within a year
    documents      what the rule is taken from
    """

    head: RunHead
    row: int
    name: str
    uscc: str
    place: Label | None
    verdict: str
    confidence: str
    score: str
    level: Label
    levels: tuple[Label, ...]
    clauses: tuple[RulingLine, ...]
    steps: tuple[Step, ...]
    papers: tuple[Paper, ...]
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
    lines = _Lines(pack, ruling, words)
    told = tuple(lines.all())
    way = distance(ruling)
    level = held[at].level
    documents = dict.fromkeys(
        (version.document, *(key for one in ruling.clauses for key in one.numbers_from))
    )
    answers = policy_runs.answers(desk, run, row)
    return RulingContext(
        head_of(archive, run), row, firm.name, firm.uscc, run_words.place(firm.region), ruling.verdict.value,
        _sure(ruling), range_text(ruling.score), run_words.level(level) if level else NOTHING,
        () if level else tuple(run_words.level(key) for key in ruling.levels if key), told,
        tuple(_steps(way, lines)), tuple(_papers(way, words)), way.closed, len(ruling.missing),
        tuple(document_line(words.documents[key]) for key in documents if key in words.documents),
        tuple((words.field(column), text) for column, text in answers.items()),
        held[at - 1].row if at else 0, held[at + 1].row if at + 1 < len(held) else 0,
    )  # fmt: skip


def _sure(ruling: Ruling) -> str:
    """How sure we are of the whole: no surer than of any clause that applied."""
    return weakest(
        one.confidence for one in ruling.clauses if not one.parent and one.state is not State.NOT_APPLICABLE
    )


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


class _Lines:
    """The lines of a ruling in words."""

    def __init__(self, pack: Pack, ruling: Ruling, words: Words) -> None:
        self.ruling, self.words = ruling, words
        self.held = {one.id: one for one in ruling.clauses}
        version = pack.version(ruling.version)
        whole = (version.applies, version.clauses, version.grading)
        self.grading = _asked_for_grades(version)
        self.flags = {one.about.id: one for one in tree.walk(whole) if isinstance(one, tree.Flag)}

    def all(self) -> Iterator[RulingLine]:
        """Every line but those that have done their work: guards that are decided, and rules of grades that do not hold."""
        depths: dict[str, int] = {"": -1}
        idle: set[str] = set()
        for one in self.ruling.clauses:
            depths[one.id] = depths.get(one.parent, -1) + 1
            if one.parent in idle or (one.id in self.grading and one.state is State.UNMET):
                idle.add(one.id)
                continue
            if one.guard and one.state in (State.MET, State.UNMET):
                continue
            yield self._line(one, depths[one.id])

    def _line(self, one: ClauseResult, depth: int) -> RulingLine:
        missing = () if one.kind in WHOLES else self.words.missing(one.missing)
        most = number_text(one.most) if one.most is not None else ""
        return RulingLine(
            one.id, depth, of(one.label), one.state.value, self.seen(one), one.period, self.needed(one),
            range_text(one.points), most, missing, one.undefined, one.clause, one.confidence,
            self.words.titles(one.numbers_from),
        )  # fmt: skip

    def seen(self, one: ClauseResult | Gap) -> Label:
        """What was seen, with its unit."""
        said = value_words(one.value)
        return joined(" ", said, self.unit(one)) if isinstance(one.value, Decimal) else said

    def unit(self, one: ClauseResult | Gap) -> Label:
        """The unit in words."""
        return unit_words(self.words.catalogue.units, one.unit)

    def needed(self, one: ClauseResult) -> Label:
        """What it was held against; inside a veto the other way round: what must not be."""
        if isinstance(one.needed, Decimal):
            if one.points is not None and one.op is None:
                return joined("", Label("基准 ", "base "), value_words(one.needed))
            sign = SIGN_WORDS[one.op] if one.op else NOTHING
            return joined(
                " ", sign, value_words(one.needed), POINTS if one.points is not None else self.unit(one)
            )
        flag = self.flags.get(one.id)
        if flag is None:
            return span_text(one.needed or "")
        outer = self.held.get(one.parent)
        wanted = flag.wanted is not (outer is not None and outer.kind == "veto")
        name = self.words.field(flag.field.column)
        return joined("：", NOTHING if name == of(one.label) else name, value_words(wanted))


def _asked_for_grades(version: Version) -> frozenset[str]:
    """Conditions that bound a grade by rank: not to hold is no failing of the firm."""
    grading = version.grading
    rules = grading.rules if isinstance(grading, tree.RankQuota) else ()
    return frozenset(one.when.about.id for one in rules)


def _steps(way: Distance, lines: _Lines) -> Iterator[Step]:
    for one in way.gaps:
        if one.state is State.UNKNOWN:
            continue
        unit = lines.unit(one)
        short = (
            joined(" ", value_words(one.short), unit if unit.zh else POINTS)
            if one.short is not None
            else NOTHING
        )
        needed = lines.needed(lines.held[one.clause])
        yield Step(of(one.label), one.state.value, lines.seen(one), needed, short, one.changeable)


def _papers(way: Distance, words: Words) -> Iterator[Paper]:
    """What is missing, by the paper it stands in."""
    found: dict[Label, list[Label]] = {}
    for one in words.missing(dict.fromkeys(name for gap in way.unknown for name in gap.missing)):
        found.setdefault(one.paper, []).append(one.label)
    return (Paper(paper, tuple(fields)) for paper, fields in found.items())
