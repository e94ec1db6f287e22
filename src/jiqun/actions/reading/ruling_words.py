"""判定书用词 a ruling in words: the lines of its clauses, the steps of the way up ranked by effort, the papers to bring."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from jiqun.actions.desk import Desk
from jiqun.actions.efforts import efforts_of, helps_of
from jiqun.actions.reading.policies import DocumentLine, document_line, of
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
from jiqun.rules import tree
from jiqun.rules.catalogue import Catalogue, title_name
from jiqun.rules.gap import Distance, Gap
from jiqun.rules.helps import Help, helping
from jiqun.rules.marks import weakest
from jiqun.rules.pack import Pack, Version
from jiqun.rules.ruling import ClauseResult, Ruling
from jiqun.rules.showing import SIGNS
from jiqun.rules.truth import State

WHOLES = ("all", "any", "at_least", "exempts", "veto", "score_sum", "part")
"""Nodes whose missing fields stand at the nodes inside."""
STILL_VALID = Label("在有效期内", "not yet past")
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
class HelpLine:
    """A measure, a service or a kind of provider that helps with a step; source: where it is told, with how sure we are."""

    key: str
    kind: str
    label: Label
    source: Label
    document: str
    confidence: str


@dataclass(frozen=True)
class Step:
    """One thing between the firm and the rule: what is short, in its own unit, or what a person decides.

    effort   how hard it is, by the weights of the office; why: what that weight stands for
    helps    what helps with it, where something is known to
    clause, confidence   where in the document, and how sure we are of its text
    """

    label: Label
    state: str
    seen: Label
    needed: Label
    short: Label
    changeable: bool
    effort: Decimal
    why: Label
    helps: tuple[HelpLine, ...]
    clause: str
    confidence: str


@dataclass(frozen=True)
class Paper:
    """A paper to bring, and what is read from it."""

    paper: Label
    fields: tuple[Label, ...]


class Lines:
    """The lines of a ruling in words."""

    def __init__(self, pack: Pack, ruling: Ruling, words: Words) -> None:
        self.ruling, self.words = ruling, words
        self.held = {one.id: one for one in ruling.clauses}
        version = pack.version(ruling.version)
        whole = (version.applies, version.clauses, version.grading)
        self.grading = _asked_for_grades(version)
        self.nodes = {
            about.id: one for one in tree.walk(whole) if (about := getattr(one, "about", None)) is not None
        }
        self.flags = {key: one for key, one in self.nodes.items() if isinstance(one, tree.Flag)}

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

    def source(self, one: ClauseResult) -> tuple[str, str]:
        """Where in the document a node stands, and how sure we are of its text: its own place or that of what it is in."""
        outer = one
        while not outer.clause and outer.parent:
            outer = self.held[outer.parent]
        return outer.clause, one.confidence or outer.confidence

    def columns(self, clause: str) -> tuple[str, ...]:
        """The columns a node reads."""
        return tree.columns(self.nodes[clause]) if clause in self.nodes else ()

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
        if isinstance(self.nodes.get(one.id), tree.TitleHeld):
            return STILL_VALID
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


class Ways:
    """The way up of firms in words: steps by effort, what helps with each, papers to bring."""

    def __init__(self, desk: Desk) -> None:
        self.efforts, self.helps = efforts_of(desk), helps_of(desk)

    def steps(self, way: Distance, lines: Lines, region: str) -> tuple[Step, ...]:
        """What has to be done or decided: what cannot be changed last, the rest by effort."""
        found = [self._step(one, lines, region) for one in way.gaps if one.state is not State.UNKNOWN]
        return tuple(sorted(found, key=lambda one: (one.state == "manual", not one.changeable, one.effort)))

    def _step(self, one: Gap, lines: Lines, region: str) -> Step:
        unit, held = lines.unit(one), lines.held[one.clause]
        short = NOTHING
        if one.short is not None:
            short = joined(" ", value_words(one.short), unit if unit.zh else POINTS)
        columns = lines.columns(one.clause)
        heaviest = max(map(self.efforts.of_field, columns), key=lambda each: each.weight, default=None)
        clause, confidence = lines.source(held)
        is_title = isinstance(lines.nodes.get(one.clause), tree.TitleHeld)
        return Step(
            of(title_name(one.label) if is_title else one.label),
            one.state.value, lines.seen(one), lines.needed(held), short, one.changeable, one.effort,
            of(heaviest.label) if heaviest else NOTHING, self._helps(one, columns, region), clause, confidence,
        )  # fmt: skip

    def _helps(self, one: Gap, columns: Sequence[str], region: str) -> tuple[HelpLine, ...]:
        """What helps: nothing with what a person decides or what cannot be changed within a year."""
        if one.state is not State.UNMET or not one.changeable:
            return ()
        return tuple(map(_help_line, helping(self.helps, columns, region)))


def _help_line(one: Help) -> HelpLine:
    return HelpLine(one.key, one.kind, of(one.label), of(one.source), one.document, one.confidence)


def papers_of(way: Distance, words: Words) -> Iterator[Paper]:
    """What is missing, by the paper it stands in."""
    found: dict[Label, list[Label]] = {}
    for one in words.missing(dict.fromkeys(name for gap in way.unknown for name in gap.missing)):
        found.setdefault(one.paper, []).append(one.label)
    return (Paper(paper, tuple(fields)) for paper, fields in found.items())


def ruling_lines(pack: Pack, ruling: Ruling, catalogue: Catalogue) -> tuple[RulingLine, ...]:
    """The clauses of a ruling in words, as its page shows them."""
    return tuple(Lines(pack, ruling, Words(pack, catalogue)).all())


def documents_of(pack: Pack, ruling: Ruling) -> tuple[DocumentLine, ...]:
    """What a ruling is taken from: the document of the version, and those of the numbers of a place it used."""
    used = (
        pack.version(ruling.version).document,
        *(key for one in ruling.clauses for key in one.numbers_from),
    )
    found = map(pack.source.document, dict.fromkeys(used))
    return tuple(document_line(one) for one in found if one is not None)


def sure_of(ruling: Ruling) -> str:
    """How sure we are of the whole: no surer than of any clause that applied."""
    return weakest(
        one.confidence for one in ruling.clauses if not one.parent and one.state is not State.NOT_APPLICABLE
    )
