"""分档 grades by rank: firms of one group in order of their score, cut at the shares a place has set.

A firm is of a grade when its place is within the shares down to that grade; firms of one score share the better place. Where
a share is not known nobody is graded. A fixed grade stands outside the ranking.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from jiqun.rules.formulas import percent_of
from jiqun.rules.ranges import EXACT, ZERO
from jiqun.rules.tree import Constant, Parameter, Quota, RankQuota


@dataclass(frozen=True, slots=True)
class Ranked:
    """A firm to be graded: its score (None: not known, no grade) and the grades its ruling leaves it (`Ruling.levels`)."""

    key: str
    score: Decimal | None
    levels: tuple[str, ...]


def grades(
    grading: RankQuota, firms: Sequence[Ranked], parameters: Mapping[str, Decimal | None]
) -> dict[str, str]:
    """The grade of every firm of one group by its key; "" where it has none."""
    fixed = {one.key: one.levels[0] for one in firms if len(one.levels) == 1}
    free = [one for one in firms if one.key not in fixed and one.score is not None]
    found = dict.fromkeys((one.key for one in firms), "") | fixed
    cuts = _cuts(grading.grades, len(free), parameters)
    if cuts is None:
        return found
    places: dict[Decimal | None, int] = {}
    for place, score in enumerate(sorted((one.score or ZERO for one in free), reverse=True), start=1):
        places.setdefault(score, place)
    names = [one.key for one in grading.grades]
    for one in free:
        place = places[one.score]
        grade = next(name for name, cut in zip(names, cuts, strict=True) if cut is None or place <= cut)
        left = [name for name in names if name in one.levels]
        found[one.key] = max(grade, left[0], key=names.index) if left else grade
    return found


def _cuts(
    quotas: Sequence[Quota], count: int, parameters: Mapping[str, Decimal | None]
) -> list[Decimal | None] | None:
    """Down to which place each grade reaches, None for the rest; None for all when a share is not known."""
    cuts: list[Decimal | None] = []
    reached = ZERO
    for quota in quotas:
        if quota.share is None:
            cuts.append(None)
            continue
        share = _share(quota, parameters)
        if share is None:
            return None
        reached = EXACT.add(reached, share)
        cuts.append(percent_of(Decimal(count), reached))
    if cuts and cuts[-1] is not None:
        cuts[-1] = None  # shares that do not reach 100 leave nobody without a grade
    return cuts


def _share(quota: Quota, parameters: Mapping[str, Decimal | None]) -> Decimal | None:
    if isinstance(quota.share, Constant):
        return quota.share.value
    return parameters.get(quota.share.name) if isinstance(quota.share, Parameter) else None
