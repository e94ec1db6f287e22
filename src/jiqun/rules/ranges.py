"""得分区间 ranges: a number that may not be known exactly, as its lowest and highest possible value.

A score with unknown items, or with items an expert gives, is a range and is compared by its bounds. Points are Decimal.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

EXACT = Context(prec=34)
"""Digits in which rules reckon, whatever context the caller has set."""
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Range:
    """From low to high, both possible; None on a side where nothing bounds it."""

    low: Decimal | None
    high: Decimal | None

    @classmethod
    def exactly(cls, value: Decimal) -> "Range":
        """A range of one number."""
        return cls(value, value)

    @property
    def exact(self) -> Decimal | None:
        """The number, when there is but one."""
        return self.low if self.low is not None and self.low == self.high else None

    def holds(self, value: Decimal) -> bool:
        """Does the number lie in it, its ends counted in?"""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def __add__(self, other: "Range") -> "Range":
        return Range(_add(self.low, other.low), _add(self.high, other.high))

    def capped(self, most: Decimal | None) -> "Range":
        """No part of it above `most`; None caps nothing."""
        if most is None:
            return self
        return Range(
            None if self.low is None else min(self.low, most),
            most if self.high is None else min(self.high, most),
        )

    def floored(self, least: Decimal | None) -> "Range":
        """No part of it below `least`; None floors nothing."""
        if least is None:
            return self
        return Range(
            least if self.low is None else max(self.low, least),
            None if self.high is None else max(self.high, least),
        )


ANYTHING = Range(None, None)
NOTHING = Range(ZERO, ZERO)


def total(parts: Iterable[Range]) -> Range:
    """The sum; of nothing it is 0."""
    result = NOTHING
    for part in parts:
        result = result + part
    return result


def best(parts: Iterable[Range]) -> Range:
    """The highest of several."""
    kept = list(parts)
    highs = [one.high for one in kept]
    lows = [one.low for one in kept if one.low is not None]
    known = [high for high in highs if high is not None]
    return Range(max(lows) if lows else None, max(known) if len(known) == len(highs) and known else None)


def hull(parts: Iterable[Range]) -> Range:
    """The smallest range that holds all of them; of none it is anything."""
    kept = list(parts)
    lows = [one.low for one in kept if one.low is not None]
    highs = [one.high for one in kept if one.high is not None]
    return Range(
        min(lows) if kept and len(lows) == len(kept) else None,
        max(highs) if kept and len(highs) == len(kept) else None,
    )


def shown(value: Decimal, places: int = 2) -> Decimal:
    """The number as it is printed: halves away from zero, 111.0995 → 111.10."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=EXACT)


def _add(a: Decimal | None, b: Decimal | None) -> Decimal | None:
    return None if a is None or b is None else EXACT.add(a, b)
