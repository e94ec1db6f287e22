"""亩均页 the per-mu page of a county: every firm by two of its figures, grades, measures, who is one step away, and trials.

A trial (试算) is the same reckoning with numbers typed on the page; it is shown as one, is never a grade, and is not kept.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from jiqun.actions import policy_packs, policy_work
from jiqun.actions.desk import Desk
from jiqun.actions.judging_costs import Cost, Graded, costs_of
from jiqun.actions.per_mu_ground import Ground, GroundAsk, Member, fresh, ground
from jiqun.actions.policy_numbers import typed_number
from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.per_mu_list import NO_LIST, FirmList, ListAsk, firm_list, way_to
from jiqun.actions.reading.policies import VersionLine, of, version_line
from jiqun.actions.reading.policy_words import joined, number_text, range_text, unit_words
from jiqun.actions.reading.sample_county import sample_day
from jiqun.actions.reading.statements import Label
from jiqun.actions.replay_files import LEDGERS
from jiqun.brain.per_mu import Near, Placed, items, near, worth
from jiqun.core.errors import RowError, RowErrors
from jiqun.ledger import subjects
from jiqun.ledger.permissions import Actor
from jiqun.rules import tree
from jiqun.rules.pack import ParameterSet
from jiqun.rules.ranges import EXACT, ZERO, Range
from jiqun.rules.tree import Parameter
from jiqun.rules.truth import State
from jiqun.rules.values import BadValue

NEAR_SHOWN = 20
POINTS_MOST = 5_000
KINDS = ("weight", "quota", "base", "limit", "amount")


@dataclass(frozen=True)
class NumberField:
    """A number of the place as a field of the page.

    kind    weight | quota | base | limit (cap, floor) | amount
    value   what holds, None where the place has set nothing; tried: what is typed, as text
    """

    name: str
    kind: str
    label: Label
    unit: Label
    value: Decimal | None
    tried: str


@dataclass(frozen=True)
class GradeLine:
    """A grade: its share as set, its firms, lowest score, means of two figures; before: firms under what holds (a trial)."""

    key: str
    label: Label
    share: Decimal | None
    rest: bool
    firms: int
    percent: Decimal
    lowest: str
    means: tuple[tuple[Label, str], ...]
    before: int | None
    measures: tuple[Label, ...]


@dataclass(frozen=True)
class MeasureLine:
    """A measure of some grades with what it comes to; total "" where that is not known, known: the part that is."""

    label: Label
    grades: tuple[str, ...]
    confidence: str
    unit: Label
    firms: int
    total: str
    known: str
    unknown: int
    open: int


@dataclass(frozen=True)
class NearLine:
    """A firm one step below a grade: points short, and how much more of an item would give them."""

    member: Member
    score: str
    grade: str
    next: str
    points: str
    by: tuple[tuple[Label, Label], ...]


@dataclass(frozen=True)
class PerMuContext:
    """The page.

    source      id of a run, ledger or synthetic; name: of the sheet; document: what the rule is taken from
    is_trial    numbers were typed; set_by: where the numbers that hold come from, None where nothing is set
    ungraded    firms that take part and have no grade; aside: firms that take no part; untold: firms whose score is open
    weights     their sum as they stand in this reckoning, None where one is not known
    shares      do the shares of the grades stand (else nobody is graded), and do they hold officially
    risen, fallen   firms of a better or worse grade than under what holds; None where that gives no grades
    points      for the scatter: [x, y, place] of every firm with both figures, at most POINTS_MOST
    sample      the day to look at the synthetic county on, "" where there is none to see
    list        the firms behind a count, None unless asked for; way: query of this page, `grade` put behind it asks for one
    """

    source: str
    name: str
    pack: str
    label: Label
    version: VersionLine
    on: date
    region: str
    place: Label | None
    tier: str
    regions: tuple[tuple[str, Label, int], ...]
    tiers: tuple[tuple[str, int], ...]
    firms: int
    synthetic: int
    is_trial: bool
    set_by: Label | None
    confidence: str
    grades: tuple[GradeLine, ...]
    ungraded: int
    aside: int
    untold: int
    fields: tuple[NumberField, ...]
    weights: Decimal | None
    has_shares: bool
    official_shares: bool
    risen: int | None
    fallen: int | None
    measures: tuple[MeasureLine, ...]
    near: tuple[NearLine, ...]
    near_total: int
    axes: tuple[tuple[Label, Label], ...]
    points: tuple[tuple[float, float, int], ...]
    names: tuple[str, ...]
    addresses: tuple[str, ...]
    marks: str
    is_ledger: bool
    sample: str
    list: FirmList | None
    way: str


def per_mu_page(
    desk: Desk, actor: Actor, ask: GroundAsk, typed: Mapping[str, str], *, again: bool = False,
    wanted: ListAsk = NO_LIST,
) -> PerMuContext:  # fmt: skip
    """The page of the firms asked for, with numbers typed for a trial; `again`: a moved slider, nothing is read anew.

    RowErrors `draft.refused` for what is no number
    """
    here = (ground if again else fresh)(desk, ask, by=actor)
    values = _typed(typed, here)
    trial = {name: value for name, value in values.items() if value != here.parameters.get(name)}
    return _Page(Archive(desk, actor), here, typed, trial).context(wanted)


def _typed(typed: Mapping[str, str], here: Ground) -> dict[str, Decimal | None]:
    known = {one.name for one in here.numbers}
    found: dict[str, Decimal | None] = {}
    errors: list[RowError] = []
    for name, text in typed.items():
        if name not in known:
            continue
        try:
            found[name] = typed_number(text)
        except BadValue as error:
            errors.append(RowError(here.ask.source, 0, name, error.code, text[:80], error.allowed))
    if errors:
        raise RowErrors(errors, code="draft.refused")
    return found


class _Page:
    """One page while it is put together."""

    def __init__(
        self, archive: Archive, here: Ground, typed: Mapping[str, str], trial: Mapping[str, Decimal | None]
    ) -> None:
        self.archive, self.here, self.typed, self.is_trial = archive, here, typed, bool(trial)
        self.values = {**here.parameters, **trial}
        self.pack, self.placed = here.trial(trial)
        self.official = here.trial({})[1] if trial else self.placed
        self.items = items(here.score)
        self.units = policy_packs.catalogue(archive.desk).units
        grading = here.version.grading
        self.quotas = grading.grades if isinstance(grading, tree.RankQuota) else ()

    def context(self, wanted: ListAsk) -> PerMuContext:
        """The whole page."""
        here, placed = self.here, self.placed
        taking = [
            one for one, seen in zip(placed, here.shown, strict=True) if seen.applies is not State.UNMET
        ]
        steps = list(near(here.version, here.shown, placed))
        moved = self._moved()
        points = tuple(self._points())
        set_by = next((one for one in here.pack.sets if self._is_set(one)), None)
        weights = [self._told(one.weight) for one in self.items]
        return PerMuContext(
            here.ask.source, "" if here.ask.source in LEDGERS else self._run_name(), here.pack.key, of(here.pack.label),
            version_line(here.pack, here.version, here.on), here.on, here.region, self._place(here.region), here.tier,
            tuple((code, self._place(code) or Label(code, code), n) for code, n in here.regions), here.tiers,
            len(placed), sum(one.synthetic for one in here.members), self.is_trial, of(set_by.label) if set_by else None,
            set_by.confidence if set_by else "U", tuple(self._grades(taking)), sum(not one.grade for one in taking),
            len(placed) - len(taking), sum(one.score is None or one.score.exact is None for one in taking),
            tuple(self._fields()), None if None in weights else _sum(weights), self._shares(self.values),
            here.has_shares, *moved, tuple(self._measures()),
            tuple(map(self._near, steps[:NEAR_SHOWN])), len(steps),
            tuple((of(one.about.label), unit_words(self.units, one.unit)) for one in self.items[:2]), points,
            tuple(here.members[place].firm.name or here.members[place].firm.uscc for _, _, place in points),
            tuple(self._address(here.members[place]) for _, _, place in points),
            "".join(self._mark(placed[place].grade) for _, _, place in points), here.ask.source in LEDGERS,
            sample_day(self.archive), firm_list(here, placed, wanted), way_to(here, dict(self.typed)),
        )  # fmt: skip

    def _is_set(self, one: ParameterSet) -> bool:
        here = self.here
        return one.region == here.region and one.tier in ("", here.tier) and one.holds(here.on)

    def _run_name(self) -> str:
        return policy_work.files(self.archive.desk).read(self.here.ask.source).name

    def _place(self, code: str) -> Label | None:
        if not code or self.archive.desk.regions.find(code) is not None:
            return self.archive.region_label(code) if code else None
        held = subjects.get_many([f"region:{code}"])  # a made-up place stands in the ledger alone
        return next((Label.of(one.label_zh, one.label_en) for one in held.values()), Label.of(code))

    def _told(self, operand: tree.Operand | None) -> Decimal | None:
        return (
            self.values.get(operand.name)
            if isinstance(operand, Parameter)
            else getattr(operand, "value", None)
        )

    def _shares(self, values: Mapping[str, Decimal | None]) -> bool:
        return all(
            values.get(one.share.name) is not None for one in self.quotas if isinstance(one.share, Parameter)
        )

    def _grades(self, taking: Sequence[Placed]) -> Iterator[GradeLine]:
        counts = Counter(one.grade for one in self.placed)
        before = Counter(one.grade for one in self.official)
        for one in self.quotas:
            firms = [place for place, placed in enumerate(self.placed) if placed.grade == one.key]
            scores = [exact for place in firms if (exact := _exact(self.placed[place])) is not None]
            percent = EXACT.divide(Decimal(100 * counts[one.key]), Decimal(len(taking))) if taking else ZERO
            yield GradeLine(
                one.key, of(one.label), self._told(one.share), one.share is None, counts[one.key], round(percent, 1),
                range_text(Range.exactly(min(scores))) if scores else "", tuple(self._means(firms)),
                before[one.key] if self.is_trial else None,
                tuple(of(each.label) for each in self.here.version.measures if one.key in each.grades),
            )  # fmt: skip

    def _means(self, firms: Sequence[int]) -> Iterator[tuple[Label, str]]:
        """The means of the first two figures over the firms of whom they are known."""
        for item, node in enumerate(self.items[:2]):
            known = [value for place in firms if (value := self.here.shown[place].values[item]) is not None]
            mean = EXACT.divide(_sum(known), Decimal(len(known))) if known else None
            yield of(node.about.label), "" if mean is None else number_text(round(mean, 2))

    def _fields(self) -> Iterator[NumberField]:
        kinds = self._kinds()
        for one in self.here.numbers:
            value = self.here.parameters.get(one.name)
            tried = self.typed.get(one.name, "" if value is None else f"{value.normalize():f}").strip()
            yield NumberField(
                one.name,
                kinds.get(one.name, "amount"),
                of(one.label),
                unit_words(self.units, one.unit),
                value,
                tried,
            )

    def _kinds(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for one in self.items:
            for kind, operand in (
                ("limit", one.cap),
                ("limit", one.floor),
                ("base", one.base),
                ("weight", one.weight),
            ):
                found |= dict.fromkeys(tree.parameters(operand), kind)
        return found | dict.fromkeys(tree.parameters(self.quotas), "quota")

    def _moved(self) -> tuple[int | None, int | None]:
        if not self.is_trial or not self.here.has_shares:
            return None, None
        names = [one.key for one in self.quotas]
        pairs = [
            (names.index(was.grade), names.index(now.grade))
            for was, now in zip(self.official, self.placed, strict=True)
            if was.grade and now.grade
        ]
        return sum(now < was for was, now in pairs), sum(now > was for was, now in pairs)

    def _measures(self) -> Iterator[MeasureLine]:
        here = self.here
        held = [
            () if seen.applies is State.UNMET else (one.grade,) if one.grade else seen.levels
            for one, seen in zip(self.placed, here.shown, strict=True)
        ]
        firms = [one.firm for one in here.members]
        costs = costs_of(Graded(self.pack, here.version, here.on, firms, held))
        for one in here.version.measures:
            cost: Cost = costs[one.id]
            yield MeasureLine(
                of(one.label), one.grades, one.confidence, unit_words(self.units, one.unit), cost.firms,
                "" if cost.total is None else number_text(round(cost.total, 2)),
                number_text(round(cost.known, 2)) if cost.total is None and cost.known else "", cost.unknown, cost.open,
            )  # fmt: skip

    def _near(self, step: Near) -> NearLine:
        place, grade, points = step.place, step.grade, step.points
        member, now = self.here.members[place], self.placed[place]
        by = [
            (
                of(one.about.label),
                joined(" ", Label.of(f"+{number_text(more)}"), unit_words(self.units, one.unit)),
            )
            for one in self.items
            if (more := worth(one, points, self.values)) is not None
        ]
        shown_points = max(round(points, 2), Decimal("0.01"))
        return NearLine(member, range_text(now.score), now.grade, grade, f"{shown_points}", tuple(by))

    def _points(self) -> Iterator[tuple[float, float, int]]:
        """Two figures of every firm that has both; floats, for they are only drawn."""
        count = 0
        for place, one in enumerate(self.here.shown):
            x, y = (*one.values[:2], None)[:2]
            if x is not None and y is not None and count < POINTS_MOST:
                count += 1
                yield float(round(x, 4)), float(round(y, 4)), place

    def _address(self, member: Member) -> str:
        if member.key:
            return f"/subjects/{member.key}"
        return f"/policies/runs/{self.here.ask.source}/{member.row}/"

    def _mark(self, grade: str) -> str:
        names = [one.key for one in self.quotas]
        return str(names.index(grade)) if grade in names else "-"


def _exact(placed: Placed) -> Decimal | None:
    return placed.score.exact if placed.score else None


def _sum(values: Sequence[Decimal | None]) -> Decimal:
    total = ZERO
    for value in values:
        total = EXACT.add(total, value or ZERO)
    return total
