"""设备事件 events, counts, shifts and products as they are handed in; instants are whole microseconds since 1970."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["run", "down", "delay", "changeover", "planned", "gap"]
"""What a state counts as: APT; ADET twice, for a fault and for waiting; AUST; planned down time (outside PBT); no data.

ADOT (available, and no order on it) is not told apart: no file says which order a machine was on. Time planned without
an order is a planned stop by its word, and everything else that stands is delay.
"""
Span: TypeAlias = tuple[int, int]
"""Half-open, in microseconds."""


@dataclass(frozen=True, slots=True)
class Event:
    """A machine (work unit) was in one state from `start` to `end`."""

    machine: str
    line: str
    start: int
    end: int
    kind: Kind
    reason: str = ""
    product: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """Pieces made from `start` to `end`.

    produced  PQ; None where it is not known (no reading before the first)
    good      GQ; None where nobody judged them
    scrap     SQ; what is neither good nor scrap is rework (RQ)
    cycle     PRI, planned run time per item, in microseconds; None where nobody knows
    resets    how often the counter began anew
    """

    machine: str
    start: int
    end: int
    produced: Fraction | None
    good: Fraction | None = None
    scrap: Fraction | None = None
    product: str = ""
    cycle: Fraction | None = None
    resets: int = 0


@dataclass(frozen=True, slots=True)
class Shift:
    """A row of the calendar: times of day in microseconds after midnight; `end` may lie beyond 24:00.

    day       only on this day; None: on `weekdays` (1 is Monday) within `first` and `last`
    line, machine   "" is any
    start == end    no work on that day
    """

    name: str
    start: int
    end: int
    breaks: tuple[Span, ...] = ()
    day: date | None = None
    weekdays: frozenset[int] = frozenset(range(1, 8))
    line: str = ""
    machine: str = ""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """One shift of one day: the day it begins on, its whole span, and the breaks in it."""

    day: date
    name: str
    span: Span
    breaks: tuple[Span, ...]

    @property
    def key(self) -> str:
        """Its name in a report."""
        return f"{self.day.isoformat()} {self.name}"
