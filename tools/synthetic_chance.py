"""合成示范县的随机数: chance that falls the same on every machine and every version of Python.

One fixed seed, a stream per purpose, nothing of `random` but `random()`; exponentials and logarithms come from `decimal`,
which rounds them correctly where a libm may differ in the last digit.
"""

import random
from collections.abc import Sequence
from decimal import Context
from itertools import accumulate
from typing import TypeVar

SEED = 339901
Item = TypeVar("Item")
_EXACT = Context(prec=20)


def exp(x: float) -> float:
    """e to the x, the same on every machine."""
    return float(_EXACT.exp(_EXACT.create_decimal_from_float(x)))


def ln(x: float) -> float:
    """Natural logarithm, the same on every machine."""
    return float(_EXACT.ln(_EXACT.create_decimal_from_float(x)))


class Dice:
    """One stream of chance; asks `random` for nothing but the next number between 0 and 1."""

    def __init__(self, stream: int) -> None:
        self.next = random.Random(SEED * 100 + stream).random

    def between(self, low: float, high: float) -> float:
        """A number from low to high."""
        return low + (high - low) * self.next()

    def whole(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self.next() * (high - low + 1))

    def normal(self, mean: float, deviation: float) -> float:
        """Near enough to normal: twelve uniform numbers added in a fixed order."""
        total = 0.0
        for _ in range(12):
            total += self.next()
        return mean + deviation * (total - 6.0)

    def lognormal(self, median: float, spread: float) -> float:
        """Log-normal by its median and the deviation of its logarithm."""
        return median * exp(self.normal(0.0, spread))

    def count(self, mean: float) -> int:
        """Poisson; a rounded normal where the mean is large."""
        if mean > 30:
            return max(0, round(self.normal(mean, exp(0.5 * ln(mean)))))
        limit, reached, events = exp(-mean), self.next(), 0
        while reached > limit:
            reached *= self.next()
            events += 1
        return events

    def pick(self, items: Sequence[Item], weights: Sequence[float] | None = None) -> Item:
        """One of the items, by weight if weights are given."""
        if weights is None:
            return items[self.whole(0, len(items) - 1)]
        steps = list(accumulate(weights))
        point = self.next() * steps[-1]
        return next(item for item, step in zip(items, steps, strict=True) if point < step)

    def sample(self, items: Sequence[Item], count: int) -> list[Item]:
        """Some of the items, none twice, in the order drawn."""
        rest = list(items)
        return [rest.pop(self.whole(0, len(rest) - 1)) for _ in range(min(count, len(rest)))]
