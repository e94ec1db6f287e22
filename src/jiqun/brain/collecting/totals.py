"""报送汇总 totals: answers added up county → city → province, with how many of how many are in each sum.

What is not answered stays unknown: it is neither zero nor left out of the number of those asked.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

LEVELS = ("province", "city", "county")


@dataclass(frozen=True, slots=True)
class Asked:
    """One respondent: where it lies (six digits, empty when not placed), its state, and its values by cell."""

    respondent: str
    region: str
    state: str
    answered: bool
    late: bool
    values: Mapping[str, Decimal] = field(default_factory=dict[str, Decimal])


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of one cell in one place: `known` of those asked have a value; None when nobody has."""

    value: Decimal | None
    known: int


@dataclass(frozen=True, slots=True)
class Place:
    """One place with all below it.

    level     province | city | county; unplaced for respondents without a place
    states    how many answers are in each state
    """

    region: str
    level: str
    asked: int
    answered: int
    late: int
    states: Mapping[str, int]
    sums: Mapping[str, Sum]


def places(asked: Iterable[Asked], *, adds: Iterable[str]) -> list[Place]:
    """Every place that has respondents, the province first, each city before its counties.

    adds  cells whose indicator adds up; the others have no sum
    """
    below: dict[tuple[str, str], list[Asked]] = {}
    for one in asked:
        for where in chain_of(one.region):
            below.setdefault(where, []).append(one)
    cells = list(adds)
    return [_place(region, level, ones, cells) for (region, level), ones in sorted(below.items(), key=_order)]


def chain_of(region: str) -> list[tuple[str, str]]:
    """A place and the places above it, with their levels; a city's own answers stop at the city."""
    if len(region) != 6:
        return [("", "unplaced")]
    city, province = region[:4] + "00", region[:2] + "0000"
    chain = [(province, "province")]
    if region != province:
        chain.append((city, "city"))
    if region not in (province, city):
        chain.append((region, "county"))
    return chain


def _order(item: tuple[tuple[str, str], list[Asked]]) -> tuple[bool, str, int]:
    (region, level), _ = item
    return not region, region, LEVELS.index(level) if level in LEVELS else 0


def _place(region: str, level: str, ones: list[Asked], cells: list[str]) -> Place:
    states: dict[str, int] = {}
    for one in ones:
        states[one.state] = states.get(one.state, 0) + 1
    sums = {
        cell: _sum([one.values[cell] for one in ones if one.answered and cell in one.values])
        for cell in cells
    }
    return Place(
        region,
        level,
        len(ones),
        sum(one.answered for one in ones),
        sum(one.late for one in ones),
        states,
        sums,
    )


def _sum(values: list[Decimal]) -> Sum:
    return Sum(sum(values, Decimal(0)) if values else None, len(values))
