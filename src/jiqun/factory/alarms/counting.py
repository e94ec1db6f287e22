"""报警统计 counting alarms: floods per operator, chattering per alarm, shares of priorities (ISA-18.2).

EEMUA 191, which ISA-18.2 follows here, was not checked: no text of it was found (docs/explanation/standards-read.md).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from jiqun.factory.alarms.diagram import Diagram


@dataclass(frozen=True, slots=True)
class Raised:
    """An alarm that occurred: when (microseconds), which one, whose screen, how urgent."""

    at: int
    alarm: str
    operator: str
    priority: int = 3


@dataclass(frozen=True, slots=True)
class Flood:
    """A time in which alarms came faster than a person can answer them.

    start  first alarm of the ten minutes that had too many
    end    when fewer than the lower limit were left in the last ten minutes; None while it goes on
    peak   most alarms in ten minutes
    """

    operator: str
    start: int
    end: int | None
    alarms: int
    peak: int


def floods(raised: Iterable[Raised], diagram: Diagram, *, until: int) -> tuple[Flood, ...]:
    """The floods of every operator, in order; windows slide, so that none hides on the edge of a full ten minutes."""
    by_operator: dict[str, list[int]] = {}
    for one in sorted(raised, key=lambda one: one.at):
        by_operator.setdefault(one.operator, []).append(one.at)
    return tuple(
        flood
        for operator, times in sorted(by_operator.items())
        for flood in _floods(operator, times, diagram, until)
    )


def chattering(raised: Iterable[Raised], diagram: Diagram) -> Mapping[str, int]:
    """By alarm, how many of its occurrences lie in a minute with so many of them that it chatters."""
    often, within = diagram.chattering
    by_alarm: dict[str, list[int]] = {}
    for one in raised:
        by_alarm.setdefault(one.alarm, []).append(one.at)
    counted = {name: _crowded(sorted(times), often, within) for name, times in sorted(by_alarm.items())}
    return {name: count for name, count in counted.items() if count}


def priorities(raised: Iterable[Raised]) -> Mapping[int, Fraction]:
    """The share of each priority; empty when there was no alarm."""
    counted = Counter(one.priority for one in raised)
    whole = sum(counted.values())
    return {priority: Fraction(count, whole) for priority, count in sorted(counted.items())}


def _crowded(times: Sequence[int], often: int, within: int) -> int:
    crowded: set[int] = set()
    for first in range(len(times) - often + 1):
        if times[first + often - 1] - times[first] <= within:
            crowded.update(range(first, first + often))
    return len(crowded)


def _floods(operator: str, times: Sequence[int], diagram: Diagram, until: int) -> list[Flood]:
    """Alarms come into the window at their instant and leave it ten minutes later; a leave goes before a coming."""
    more, fewer, within = diagram.flood
    found: list[Flood] = []
    came = left = peak = 0
    first: int | None = None
    while left < len(times):
        if came < len(times) and (left == came or times[came] < times[left] + within):
            came += 1
            if first is None and came - left > more:
                first, peak = left, came - left
            peak = max(peak, came - left)
            continue
        gone = times[left] + within
        left += 1
        if first is not None and came - left < fewer:
            over = gone if gone <= until else None
            found.append(Flood(operator, times[first], over, came - first, peak))
            first = None
    return found
