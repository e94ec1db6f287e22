"""报送前核对 checks before sending: against the form, the last period, the neighbours and the form's own sums.

An error cannot be sent; a warning can, with a reason. What is compared is in the cell's own unit.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction

from jiqun.brain.collecting.forms import Cell
from jiqun.core.facts import plain
from jiqun.core.indicators import Indicator, Nature
from jiqun.core.units import Kind, UnitTable

ERROR, WARNING = "error", "warning"
FEWEST = 5
NEAR = Decimal(5)
POINTS = Decimal(30)
Values = Mapping[str, Decimal | None]


@dataclass(frozen=True, slots=True)
class Past:
    """What was answered earlier: value in the cell's unit and the period it speaks of."""

    value: Decimal
    period: str


@dataclass(frozen=True, slots=True)
class Group:
    """Neighbours that are known: who they are in words, how many, and their median, already rounded."""

    label: Mapping[str, str]
    size: int
    median: Decimal


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing noticed about one cell.

    level     error | warning
    seen, allowed    as an error of a row says them
    hint_unit        a unit in which the number would be like last time, and what it is in the cell's unit then
    group            the neighbours it was compared with, in both languages
    """

    cell: str
    level: str
    code: str
    seen: str = ""
    allowed: str = ""
    hint_unit: str = ""
    hint_value: str = ""
    group: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Beside:
    """What the values are held against: earlier answers and neighbours, by cell."""

    past: Mapping[str, Past]
    groups: Mapping[str, Group]


def look_over(
    cells: Iterable[Cell],
    values: Values,
    beside: Beside,
    *,
    indicators: Mapping[str, Indicator],
    units: UnitTable,
) -> list[Finding]:
    """Everything noticed about the values of one answer, in the form's order.

    indicators  those of the cells, by key of the indicator
    """
    kept = list(cells)
    found: list[Finding] = []
    for cell in kept:
        value = values.get(cell.key)
        if value is None:
            if cell.required:
                found.append(Finding(cell.key, ERROR, "collect.required"))
            continue
        found += _in_range(cell, value)
        found += _adds_up(cell, value, values)
        indicator = indicators[cell.indicator]
        past, group = beside.past.get(cell.key), beside.groups.get(cell.key)
        if past is not None:
            found += _against_past(cell, value, past, indicator, units)
        if group is not None and cell.far is not None and indicator.kind is Kind.LEVEL:
            found += _against_neighbours(cell, value, group)
    return found


def open_warnings(found: Iterable[Finding], reasons: Mapping[str, str]) -> list[Finding]:
    """What keeps the answer from being sent: errors, and warnings nobody has given a reason for."""
    return [one for one in found if one.level == ERROR or len(reasons.get(one.cell, "").strip()) < 2]


def group_of(label: Mapping[str, str], values: Iterable[Decimal]) -> Group | None:
    """The neighbours as a group; None when fewer than FEWEST are known.

    The median is rounded to one digit, so that it gives no single neighbour's value away.
    """
    known = sorted(values)
    if len(known) < FEWEST:
        return None
    middle = len(known) // 2
    median = known[middle] if len(known) % 2 else (known[middle - 1] + known[middle]) / 2
    return Group(label, len(known), one_digit(median))


def one_digit(value: Decimal) -> Decimal:
    """The value rounded to its first digit: 1,234 → 1,000."""
    if not value:
        return Decimal(0)
    with localcontext() as context:
        context.prec, context.rounding = 1, ROUND_HALF_EVEN
        return Decimal(format(+value, "f"))


def other_unit(value: Decimal, last: Decimal, unit: str, units: UnitTable) -> tuple[str, Decimal] | None:
    """The unit in which the number would be closest to last time, and the number in the cell's unit then.

    None when no unit of the same dimension brings it within five times of the last value.
    """
    own = units.get(unit)
    best: tuple[Fraction, str, Decimal] | None = None
    for other in units:
        if other.dimension != own.dimension or other.factor == own.factor:
            continue
        meant = Fraction(value) * other.factor / own.factor
        off = max(abs(meant / Fraction(last)), abs(Fraction(last) / meant))
        if off <= Fraction(NEAR) and (best is None or off < best[0]):
            shown = round(meant * 10**6)
            best = off, other.key, Decimal(shown) / 10**6
    return None if best is None else (best[1], best[2])


def _in_range(cell: Cell, value: Decimal) -> list[Finding]:
    low, high = cell.least, cell.most
    if (low is None or value >= low) and (high is None or value <= high):
        return []
    allowed = " ".join(
        [
            *([f"≥ {plain(low)}"] if low is not None else []),
            *([f"≤ {plain(high)}"] if high is not None else []),
        ]
    )
    return [
        Finding(
            cell.key, ERROR, "collect.out_of_range", f"{plain(value)} {cell.unit}", f"{allowed} {cell.unit}"
        )
    ]


def _adds_up(cell: Cell, value: Decimal, values: Values) -> list[Finding]:
    """Sums hold to half a unit of the last place written, per number; a part is not larger than its whole."""
    found: list[Finding] = []
    parts = [part for key in cell.sum_of if (part := values.get(key)) is not None]
    if cell.sum_of and len(parts) == len(cell.sum_of):
        total = sum(parts, Decimal(0))
        places = max(_places(one) for one in (value, *parts))
        if abs(total - value) > Decimal(len(parts)) * Decimal(5).scaleb(-places - 1) * (1 if places else 0):
            found.append(Finding(cell.key, ERROR, "collect.sum_differs", plain(value), plain(total)))
    whole = values.get(cell.part_of) if cell.part_of else None
    if whole is not None and whole >= 0 and value > whole:
        found.append(Finding(cell.key, ERROR, "collect.part_exceeds", plain(value), f"≤ {plain(whole)}"))
    return found


def _against_past(
    cell: Cell, value: Decimal, past: Past, indicator: Indicator, units: UnitTable
) -> list[Finding]:
    last = past.value
    was = f"{plain(last)} {cell.unit} ({past.period})"
    now = f"{plain(value)} {cell.unit}"
    if indicator.kind is not Kind.LEVEL:
        far = abs(value - last) > POINTS and indicator.kind is not Kind.RANK
        return [Finding(cell.key, WARNING, "collect.points_apart", now, was)] if far else []
    if cell.span == "to_date" and indicator.stock_or_flow is Nature.FLOW and 0 <= value < last:
        return [Finding(cell.key, WARNING, "collect.to_date_fell", now, f"≥ {was}")]
    if not last or value == last:
        return []
    if not value:
        return [Finding(cell.key, WARNING, "collect.fell_to_zero", now, was)]
    if (value < 0) != (last < 0):
        return [Finding(cell.key, WARNING, "collect.sign_changed", now, was)]
    times = value / last
    if 1 / cell.jump < times < cell.jump:
        return []
    code = "collect.jump_up" if times > 1 else "collect.jump_down"
    hint = other_unit(value, last, cell.unit, units)
    unit, meant = (hint[0], plain(hint[1])) if hint else ("", "")
    return [Finding(cell.key, WARNING, code, f"{now} = {_times(times)}", was, unit, meant)]


def _against_neighbours(cell: Cell, value: Decimal, group: Group) -> list[Finding]:
    assert cell.far is not None
    if not group.median or 1 / cell.far < value / group.median < cell.far:
        return []
    allowed = f"≈ {plain(group.median)} {cell.unit} (n = {group.size})"
    seen = f"{plain(value)} {cell.unit}"
    return [Finding(cell.key, WARNING, "collect.far_from_neighbours", seen, allowed, group=dict(group.label))]


def _times(ratio: Decimal) -> str:
    """How many times: 40×, or 1/40×."""
    return f"{round(ratio)}×" if ratio >= 1 else f"1/{round(1 / ratio)}×"


def _places(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
