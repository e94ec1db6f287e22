"""企业梯度页 the pages of an enterprise's ladders: rungs held, the way up, the digital radar, what it was asked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from jiqun.actions import answering, months, policy_packs
from jiqun.actions import ladder as climbing
from jiqun.actions.desk import Desk
from jiqun.actions.held_firms import HeldFirm, held_firm
from jiqun.actions.ladder import Climb, Standing
from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.asking_once import PackState, Question, asked_of
from jiqun.actions.reading.climbs import ClimbLine, Climbs
from jiqun.actions.reading.ladders import link_of, place_of
from jiqun.actions.reading.policies import of
from jiqun.actions.reading.policy_words import Words
from jiqun.actions.reading.statements import Label, Link, Statement
from jiqun.lake.listing import Wanted
from jiqun.ledger.permissions import Actor
from jiqun.rules.ladders import Ladder, Rung
from jiqun.rules.pack import Version
from jiqun.rules.tree import AtLeast, Compare, Field, Levels, columns, walk

DIGITAL = "digital"
ANSWERS_SHOWN = 40


@dataclass(frozen=True)
class RungMark:
    """A rung of one firm: held, over, none (known never to have been held) or unknown; fact: where its date comes from."""

    key: str
    label: Label
    state: str
    until: date | None
    fact: str

    @property
    def day(self) -> str:
        """The last day of the title."""
        return self.until.isoformat() if self.until else ""


@dataclass(frozen=True)
class LadderLine:
    """A ladder of one firm; climb: the way to the next rung; step: how far it is."""

    key: str
    label: Label
    source: Label
    is_judged: bool
    rungs: tuple[RungMark, ...]
    held: Label
    step: str
    climb: ClimbLine | None


@dataclass(frozen=True)
class FirmLadderContext:
    """The ladders of one enterprise on a day, the nearest next rung first.

    may_answer: this person may answer for it; open: questions left over all packs
    answers    what was answered about it on the page of questions, or by its own readings, newest first, each with its 依据
    own        the weights of the office count, not those that ship
    """

    link: Link
    uscc: str
    place: Label
    on: date
    ladders: tuple[LadderLine, ...]
    nearest: str
    may_answer: bool
    open: int
    answers: tuple[Statement, ...]
    own: bool


@dataclass(frozen=True)
class FirmQuestionsContext:
    """What to ask of one enterprise of the ledger: those that open most first; left: how many are open in all."""

    link: Link
    on: date
    questions: tuple[Question, ...]
    left: int
    packs: tuple[PackState, ...]
    answers: tuple[Statement, ...]
    may_answer: bool


@dataclass(frozen=True)
class Scene:
    """One scene: its level (None unknown) and the fact it was read from; constrained: it counts among the constrained ones.

    needed  the level the next level counts from, None where there is none above
    """

    column: str
    label: Label
    level: Decimal | None
    constrained: bool
    needed: Decimal | None
    fact: str

    @property
    def short(self) -> bool:
        """Known to be below what the next level counts from."""
        return self.level is not None and self.needed is not None and self.level < self.needed


@dataclass(frozen=True)
class DigitalContext:
    """The digital level of one enterprise: sixteen scenes, the score, the level it is surely on and what the next needs."""

    link: Link
    on: date
    ladder: LadderLine
    scenes: tuple[Scene, ...]
    told: int
    score: str
    may_answer: bool


def firm_ladder_page(desk: Desk, actor: Actor, key: str, *, on: date) -> FirmLadderContext:
    """The ladders of one enterprise; NotFound `subject.not_found` when one may not read it."""
    archive, held, climbs = Archive(desk, actor), held_firm(desk, key, by=actor, on=on), Climbs(desk)
    lines: list[LadderLine] = []
    ways: dict[str, Climb] = {}
    for one in climbing.ladders(desk).values():
        if climbing.is_for(desk, one, held.firm.region, made_up=held.synthetic):
            has = climbing.standing(desk, one, held.firm, on=on)
            found = climbing.climb(desk, one, has.above, held.firm, on=on) if has.above else None
            if found and has.step != "apart":
                ways[one.key] = found
            lines.append(ladder_line(one, has, held, climbs.told(found, held.firm) if found else None, on=on))
    nearest = min(ways, key=lambda key: ways[key].way.cost(), default="")
    lines.sort(key=lambda line: line.key != nearest)
    asked = asked_of(desk, held.firm, on=on, not_asked=answering.not_asked(desk, held.key, by=actor))
    return FirmLadderContext(
        link_of(held), held.firm.uscc, place_of(archive, held.firm.region), on,
        tuple(lines), nearest, answering.can_answer(held.key, by=actor), asked.left, answers_of(archive, held.key),
        climbs.ways.efforts.own,
    )  # fmt: skip


def firm_questions_page(desk: Desk, actor: Actor, key: str, *, on: date) -> FirmQuestionsContext:
    """The questions for one enterprise; NotFound when one may not read it."""
    archive, held = Archive(desk, actor), held_firm(desk, key, by=actor, on=on)
    asked = asked_of(desk, held.firm, on=on, not_asked=answering.not_asked(desk, held.key, by=actor))
    return FirmQuestionsContext(
        link_of(held), on, asked.questions, asked.left, asked.packs, answers_of(archive, held.key),
        answering.can_answer(held.key, by=actor),
    )  # fmt: skip


def digital_page(desk: Desk, actor: Actor, key: str, *, on: date) -> DigitalContext:
    """The digital level of one enterprise; NotFound when one may not read it."""
    held, one, climbs = held_firm(desk, key, by=actor, on=on), climbing.ladder(desk, DIGITAL), Climbs(desk)
    has = climbing.standing(desk, one, held.firm, on=on)
    found = climbing.climb(desk, one, has.above or one.rungs[-1], held.firm, on=on)
    line = climbs.told(found, held.firm) if found else None
    scenes = tuple(_scenes(desk, found.version, has.above, held)) if found else ()
    return DigitalContext(
        link_of(held), on, ladder_line(one, has, held, line if has.above else None, on=on), scenes,
        sum(1 for scene in scenes if scene.level is not None), line.score if line else "",
        answering.can_answer(held.key, by=actor),
    )  # fmt: skip


def ladder_line(
    one: Ladder, has: Standing, held: HeldFirm, climb: ClimbLine | None, *, on: date
) -> LadderLine:
    """A ladder of a firm, its rungs from the lowest up."""
    labels = {rung.key: of(rung.label) for rung in one.rungs}
    marks = tuple(_mark(one, rung, has, held, on) for rung in one.rungs)
    now = labels.get(has.held.rung, Label("", ""))
    return LadderLine(one.key, of(one.label), of(one.source), one.judged, marks, now, has.step, climb)


def answers_of(archive: Archive, key: str) -> tuple[Statement, ...]:
    """What was answered about an enterprise when it was asked, newest first."""
    found = archive.statements(Wanted(subject=key), sort="recorded", descending=True, limit=500)
    return tuple(
        one for one in found if answering.is_answer(one.source.key) or months.is_own(one.source.key)
    )[:ANSWERS_SHOWN]


def _mark(one: Ladder, rung: Rung, has: Standing, held: HeldFirm, on: date) -> RungMark:
    label = of(rung.label)
    if one.judged:
        at = one.place(rung.key)
        state = "held" if has.held.rung and at <= one.place(has.held.rung) else "none"
        return RungMark(rung.key, label, "unknown" if rung.key in has.held.unknown else state, None, "")
    until = held.firm.day(Field(rung.title))
    if until is None:
        return RungMark(rung.key, label, "unknown", None, "")
    state = "held" if until >= on else "over" if until.year > 1 else "none"
    return RungMark(
        rung.key, label, state, until if state != "none" else None, held.facts.get(rung.title, "")
    )


def _scenes(desk: Desk, version: Version, above: Rung | None, held: HeldFirm) -> Iterator[Scene]:
    """The scenes the levels count, in their order."""
    pack = policy_packs.pack(desk, version.pack)
    words = Words(pack, policy_packs.catalogue(desk))
    levels = version.grading.levels if isinstance(version.grading, Levels) else ()
    counted = [node for level in levels[:1] for node in walk(level.condition) if isinstance(node, AtLeast)]
    if not counted:
        return
    groups = sorted((columns(node) for node in counted), key=len)
    constrained, every = groups[0], [one for one in groups[-1] if one.startswith("scene_")]
    needed = _needed(levels, above)
    for column in every:
        label = words.field(column)
        short = Label(
            label.zh.rpartition("：")[2], label.en.removeprefix("Level of the scene ").partition(",")[0]
        )
        yield Scene(
            column,
            short,
            held.firm.number(Field(column, 0)),
            column in constrained,
            needed,
            held.facts.get(column, ""),
        )


def _needed(levels: tuple[object, ...], above: Rung | None) -> Decimal | None:
    """The level of a scene the next level counts from."""
    for level in levels:
        if above is not None and getattr(level, "key", "") == above.level:
            for node in walk(level):
                if isinstance(node, Compare) and any(one.startswith("scene_") for one in columns(node.value)):
                    return getattr(node.needed, "value", None)
    return None
