"""取数 operands for one firm: the number an operand gives, and which columns or parameters are missing for it."""

from calendar import isleap
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from jiqun.rules.firm import Firm
from jiqun.rules.formulas import apply
from jiqun.rules.ranges import Range
from jiqun.rules.ruling import PARAMETER
from jiqun.rules.tree import Constant, Field, Op, Operand, Parameter, columns, walk
from jiqun.rules.truth import State


@dataclass(frozen=True, slots=True)
class Got:
    """A number, or None with what is missing. undefined: all is there, and yet there is no number; missing names it all."""

    value: Decimal | None
    missing: tuple[str, ...] = ()
    undefined: bool = False


def number(operand: Operand, firm: Firm, parameters: Mapping[str, Decimal | None]) -> Got:
    """The number an operand gives for a firm."""
    if isinstance(operand, Constant):
        return Got(operand.value)
    if isinstance(operand, Field):
        value = firm.number(operand)
        return Got(value, () if value is not None else (operand.column,))
    if isinstance(operand, Parameter):
        value = parameters.get(operand.name)
        return Got(value, () if value is not None else (PARAMETER + operand.name,))
    parts = [number(one, firm, parameters) for one in operand.args]
    missing = tuple(dict.fromkeys(name for part in parts for name in part.missing))
    value = apply(operand.name, [part.value for part in parts])
    if value is None and not missing:
        return Got(None, columns(operand), undefined=True)
    return Got(value, missing, any(part.undefined for part in parts))


def period(operand: Operand, on: date) -> str:
    """The years an operand speaks of (2024, 2024–2025), or the day for what is of no year; empty for a bare number."""
    back = _years_back(operand)
    if not back:
        return "" if back is None else on.isoformat()
    first, last = on.year - 1 - back[-1], on.year - 1 - back[0]
    return str(last) if first == last else f"{first}–{last}"


@lru_cache(maxsize=4096)
def _years_back(operand: Operand) -> tuple[int, ...] | None:
    """How many years back it looks, sorted; empty where it reads only what is of a day, None where it reads nothing."""
    seen = [one for one in walk(operand) if isinstance(one, Field)]
    return tuple(sorted(one.year_back for one in seen if one.yearly)) if seen else None


def held_against(op: Op, value: Range, needed: Decimal) -> State | None:
    """Met or unmet when the whole range is on one side; None when it is on both."""
    low, high = value.low, value.high
    if op is Op.EQ:
        if value.exact is not None:
            return State.MET if value.exact == needed else State.UNMET
        outside = (low is not None and low > needed) or (high is not None and high < needed)
        return State.UNMET if outside else None
    if op in (Op.LE, Op.LT):
        flipped = Range(high and high.copy_negate(), low and low.copy_negate())  # `-high` would round
        return held_against(Op.GE if op is Op.LE else Op.GT, flipped, needed.copy_negate())
    strict = op is Op.GT
    if low is not None and (low > needed if strict else low >= needed):
        return State.MET
    if high is not None and (high <= needed if strict else high < needed):
        return State.UNMET
    return None


def days_before(on: date, *, years: int, days: int) -> date:
    """The day so many years and days before; the 29th of February counts as the 28th in a year without one."""
    year = max(on.year - years, 2)
    leap = (on.month, on.day) == (2, 29) and not isleap(year)
    return on.replace(year=year, day=28 if leap else on.day) - timedelta(days=days)
