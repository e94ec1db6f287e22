"""亩均试算 what-if of a graded score: the same firms with other weights, bases or shares, by the rules' own functions.

What a firm shows (亩均税收 …) does not change with the weights, so it is read once; points, sums, ranks and grades are then
reckoned anew as the judge does it. A trial is never a grade: nothing of it is kept.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from jiqun.rules import tree
from jiqun.rules.firm import Firm
from jiqun.rules.judge import grades_left
from jiqun.rules.operands import number
from jiqun.rules.pack import Version
from jiqun.rules.ranges import EXACT, Range, total
from jiqun.rules.ranking import Ranked, grades
from jiqun.rules.scoring import ratio_points
from jiqun.rules.tree import Operand
from jiqun.rules.truth import State
from jiqun.rules.walker import Walker

Parameters = Mapping[str, Decimal | None]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a firm shows, item by item of the score, None where it is not known.

    at_base  items that count as at the base (missing-emission rule)
    applies  met: the rule applies; unmet firms take no part; levels: grades its ruling leaves it
    """

    values: tuple[Decimal | None, ...]
    at_base: tuple[bool, ...]
    applies: State
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """A firm in a trial: its score, from–to or None where it takes no part, and its grade, "" where it has none."""

    score: Range | None
    grade: str


@dataclass(frozen=True, slots=True)
class Near:
    """A firm below the next grade: which, and how many points it is short of the last firm in it."""

    place: int
    grade: str
    points: Decimal


def trial_score(version: Version, clauses: Iterable[tree.Node]) -> tree.ScoreSum | None:
    """The score a trial can reckon anew: ratios to a base, added up and graded by rank; None for any other."""
    if not isinstance(version.grading, tree.RankQuota):
        return None
    for one in clauses:
        if isinstance(one, tree.ScoreSum) and one.about.id in version.grading.of and _is_plain(one):
            return one
    return None


def items(score: tree.ScoreSum) -> tuple[tree.RatioToBase, ...]:
    """The items of a score a trial can reckon."""
    return tuple(one for part in score.parts for one in part.items if isinstance(one, tree.RatioToBase))


def shown(version: Version, score: tree.ScoreSum, firm: Firm, *, parameters: Parameters, on: date) -> Shown:
    """What a firm shows of the items of a score."""
    walker = Walker(firm, parameters, on=on, kind="new", confidence="")
    applies = State.MET if version.applies is None else walker.condition(version.applies, "").state
    values = tuple(number(one.value, firm, parameters).value for one in items(score))
    at_base = tuple(
        value is None and one.at_base is not None and walker.condition(one.at_base, "").state is State.MET
        for one, value in zip(items(score), values, strict=True)
    )
    grading = version.grading
    levels = grades_left(grading, walker) if isinstance(grading, tree.RankQuota) else ()
    return Shown(values, at_base, applies, levels)


def tried(
    version: Version, score: tree.ScoreSum, firms: Sequence[Shown], parameters: Parameters
) -> list[Placed]:
    """Every firm of one group with other parameters, in their order."""
    set_by_place = _Numbers.of(score, parameters)
    scores = [_score(one, set_by_place) for one in firms]
    ranked = [
        Ranked(str(place), _exact(found), one.levels)
        for place, (one, found) in enumerate(zip(firms, scores, strict=True))
        if one.applies is not State.UNMET
    ]
    grading = version.grading
    found = grades(grading, ranked, parameters) if isinstance(grading, tree.RankQuota) else {}
    return [Placed(one, found.get(str(place), "")) for place, one in enumerate(scores)]


def near(version: Version, firms: Sequence[Shown], placed: Sequence[Placed]) -> Iterator[Near]:
    """Firms with a better grade within reach, the nearest first: who ties with the last firm of a grade shares it."""
    grading = version.grading
    names = [one.key for one in grading.grades] if isinstance(grading, tree.RankQuota) else []
    free = {
        place: exact
        for place, (one, found) in enumerate(zip(firms, placed, strict=True))
        if found.grade and len(one.levels) > 1 and (exact := _exact(found.score)) is not None
    }
    last: dict[str, Decimal] = {}
    for place, exact in free.items():
        grade = placed[place].grade
        last[grade] = min(exact, last.get(grade, exact))
    steps: list[Near] = []
    for place, exact in free.items():
        above = [
            name
            for name in names[: names.index(placed[place].grade)]
            if name in firms[place].levels and name in last
        ]
        if above and last[above[-1]] > exact:
            steps.append(Near(place, above[-1], EXACT.subtract(last[above[-1]], exact)))
    return iter(sorted(steps, key=lambda one: (one.points, one.place)))


def item_points(score: tree.ScoreSum, one: Shown, parameters: Parameters) -> tuple[Range, ...]:
    """The points of every item of a firm."""
    return tuple(_points(one, _Numbers.of(score, parameters)))


def worth(item: tree.RatioToBase, points: Decimal, parameters: Parameters) -> Decimal | None:
    """How much more of an item gives so many points, in its own unit; None where weight or base is not known, or is 0."""
    weight, base = (_number(one, parameters) for one in (item.weight, item.base))
    return EXACT.divide(EXACT.multiply(points, base), weight) if weight and base else None


def _is_plain(score: tree.ScoreSum) -> bool:
    parts = [one for part in score.parts for one in part.items]
    abouts = [one.about for one in (*score.parts, *parts)]
    ratios = [one for one in parts if isinstance(one, tree.RatioToBase)]
    return (
        len(ratios) == len(parts) > 0
        and not any(one.when or one.kinds for one in abouts)
        and not any(tree.parameters(one.value) for one in ratios)
    )


@dataclass(frozen=True, slots=True)
class _Numbers:
    """What a place has set for the items of a score (base, weight, cap, floor), and the most of its parts and the whole."""

    items: tuple[tuple[Decimal | None, Decimal | None, Decimal | None, Decimal | None], ...]
    parts: tuple[tuple[int, Decimal | None], ...]
    most: Decimal | None

    @classmethod
    def of(cls, score: tree.ScoreSum, parameters: Parameters) -> "_Numbers":
        """Looked up once for all firms."""

        def told(operand: Operand | None) -> Decimal | None:
            return _number(operand, parameters)

        return cls(
            tuple((told(one.base), told(one.weight), told(one.cap), told(one.floor)) for one in items(score)),
            tuple((len(part.items), told(part.maximum)) for part in score.parts),
            told(score.maximum),
        )


def _score(one: Shown, by: _Numbers) -> Range | None:
    """The total as the judge sums it: items in parts, parts capped, the whole capped."""
    if one.applies is State.UNMET:
        return None
    points = iter(_points(one, by))
    parts = [total(next(points) for _ in range(count)).capped(most) for count, most in by.parts]
    return total(parts).capped(by.most)


def _points(one: Shown, by: _Numbers) -> Iterator[Range]:
    for (base, weight, cap, floor), value, at_base in zip(by.items, one.values, one.at_base, strict=True):
        if at_base and weight is not None:
            yield Range.exactly(weight)
        else:
            yield ratio_points(value, base, weight, cap=cap, floor=floor)


def _number(operand: Operand | None, parameters: Parameters) -> Decimal | None:
    return None if operand is None else number(operand, NOBODY, parameters).value


def _exact(score: Range | None) -> Decimal | None:
    return score.exact if score else None


NOBODY = Firm("", "", "", {})
"""Weights, bases and caps read no field of a firm."""
