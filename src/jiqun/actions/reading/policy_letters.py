"""告知书 letters to the firms of a run: each firm's figures and grade, what it is short of, until when and how to object."""

from dataclasses import dataclass
from datetime import date

from jiqun.actions import policy_runs
from jiqun.actions.desk import Desk
from jiqun.actions.per_mu_ground import Ground, GroundAsk, ground
from jiqun.actions.policy_files import Run
from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.policies import DocumentLine, document_line, of
from jiqun.actions.reading.policy_words import number_text, range_text, unit_words
from jiqun.actions.reading.statements import Label
from jiqun.brain.per_mu import item_points, items, near, worth
from jiqun.core.errors import InputError
from jiqun.ledger.permissions import Actor
from jiqun.rules import tree
from jiqun.rules.operands import number
from jiqun.rules.ranges import EXACT, shown

SIZE = 100
"""Letters on one page of the browser, so that it can be printed."""
DAYS_MOST = 60
TEXT_MOST = 300


@dataclass(frozen=True)
class LettersAsk:
    """Which letters: region and tier as on the per-mu page; grade "" for all, "-" for those without; near: one step away.

    row      one firm only; starts, days: first day and working days to object, days "" leaves the last day blank
    contact  how to object, in the office's own words
    """

    region: str = ""
    tier: str = ""
    grade: str = ""
    near: bool = False
    row: int = 0
    starts: str = ""
    days: str = ""
    contact: str = ""
    page: int = 1


@dataclass(frozen=True)
class FigureLine:
    """One figure: what the firm shows, base, weight, points; empty where unknown. at_base: counted as at the base."""

    label: Label
    unit: Label
    seen: str
    base: str
    weight: str
    points: str
    at_base: bool


@dataclass(frozen=True)
class Letter:
    """The letter to one firm; next: the grade above and how many points it is short of it, "" where there is none."""

    row: int
    name: str
    uscc: str
    score: str
    grade: Label | None
    figures: tuple[FigureLine, ...]
    next: Label | None
    short: str
    ways: tuple[tuple[Label, str], ...]
    measures: tuple[Label, ...]


@dataclass(frozen=True)
class LettersContext:
    """A page of letters.

    until      the last day to object, None while the office has not said how many days; holidays_known: the table of
               holidays names those years
    official   the shares of the grades stand: else nobody is graded and the letters say so
    """

    run: Run
    label: Label
    place: Label | None
    tier: str
    grades: tuple[tuple[str, Label], ...]
    ask: LettersAsk
    letters: tuple[Letter, ...]
    total: int
    page: int
    pages: int
    today: date
    starts: date
    until: date | None
    holidays_known: bool
    official: bool
    documents: tuple[DocumentLine, ...]


def letters_page(desk: Desk, actor: Actor, id: str, ask: LettersAsk) -> LettersContext:
    """Letters to the firms of one group of a run, in the order of the sheet. InputError rule.bad_day, letter.bad_days"""
    archive, run = Archive(desk, actor), policy_runs.done(desk, id, by=actor)
    here = ground(desk, GroundAsk(id, ask.region, ask.tier), by=actor)
    writer = _Writer(desk, here)
    chosen = [place for place in range(len(here.members)) if writer.is_wanted(place, ask)]
    pages = max(1, -(-len(chosen) // SIZE))
    page = max(1, min(ask.page, pages))
    today = desk.now().date()
    starts, days = _day(ask.starts, today), _days(ask.days)
    until = desk.calendar.after(starts, days) if days else None
    used = {here.version.document} | {
        one.document for one in here.pack.sets if one.region == here.region and one.holds(here.on)
    }
    return LettersContext(
        run, of(here.pack.label), archive.region_label(here.region) if here.region else None, here.tier,
        tuple((key, label) for key, label in writer.grades.items()), ask,
        tuple(writer.letter(place) for place in chosen[(page - 1) * SIZE : page * SIZE]), len(chosen), page, pages, today,
        starts,
        until, desk.calendar.knows({starts.year, (until or starts).year}), here.has_shares,
        tuple(document_line(one) for one in here.pack.source.documents if one.key in used),
    )  # fmt: skip


def _day(text: str, default: date) -> date:
    try:
        return date.fromisoformat(text) if text else default
    except ValueError:
        raise InputError("rule.bad_day", seen=text, allowed="2026-06-01") from None


def _days(text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= DAYS_MOST):
        raise InputError("letter.bad_days", seen=text, allowed=f"1 … {DAYS_MOST}")
    return int(text)


class _Writer:
    """Writes the letters of one group."""

    def __init__(self, desk: Desk, here: Ground) -> None:
        self.here = here
        self.units = desk.units
        self.placed = here.trial({})[1]
        self.items = items(here.score)
        self.steps = {one.place: one for one in near(here.version, here.shown, self.placed)}
        grading = here.version.grading
        self.grades = (
            {one.key: of(one.label) for one in grading.grades} if isinstance(grading, tree.RankQuota) else {}
        )

    def is_wanted(self, place: int, ask: LettersAsk) -> bool:
        """Does this firm get a letter?"""
        if ask.row:
            return self.here.members[place].row == ask.row
        graded = self.placed[place].grade or "-"
        return (not ask.grade or graded == ask.grade) and (not ask.near or place in self.steps)

    def letter(self, place: int) -> Letter:
        """The letter to one firm."""
        here, member, now = self.here, self.here.members[place], self.placed[place]
        step = self.steps.get(place)
        ways = (
            (of(one.about.label), f"{number_text(more)} {unit_words(self.units, one.unit).zh}".strip())
            for one in self.items
            if step and (more := worth(one, step.points, here.parameters)) is not None
        )
        measures = tuple(
            of(one.label) for one in here.version.measures if now.grade and now.grade in one.grades
        )
        return Letter(
            member.row, member.firm.name, member.firm.uscc, range_text(now.score), self.grades.get(now.grade),
            self._figures(place),
            self.grades.get(step.grade) if step else None,
            str(max(shown(step.points), EXACT.create_decimal("0.01"))) if step else "",
            tuple(ways), measures,
        )  # fmt: skip

    def _figures(self, place: int) -> tuple[FigureLine, ...]:
        here, seen = self.here, self.here.shown[place]
        points = item_points(here.score, seen, here.parameters)
        firm = here.members[place].firm
        lines: list[FigureLine] = []
        for one, value, at_base, earned in zip(self.items, seen.values, seen.at_base, points, strict=True):
            base, weight = (number(each, firm, here.parameters).value for each in (one.base, one.weight))
            told = ["" if each is None else number_text(each) for each in (value, base, weight)]
            unit = unit_words(self.units, one.unit)
            lines.append(FigureLine(of(one.about.label), unit, *told, range_text(earned), at_base))
        return tuple(lines)
