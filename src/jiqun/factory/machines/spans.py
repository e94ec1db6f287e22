"""时间段 spans of a window: what a point said holds until it says something else; one list laid over another, exactly."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from statistics import median

from jiqun.factory.machines.model import Seen, State, StateSpan
from jiqun.factory.oee.model import Span


def held(readings: Sequence[Seen], start: int, end: int) -> Iterator[tuple[int, int, Seen | None]]:
    """Spans that cover [start, end): each with the reading that holds, None before the first one."""
    at, seen = start, None
    for one in readings:
        if one[0] >= end:
            break
        if one[0] > at:
            yield at, one[0], seen
            at = one[0]
        seen = one
    if at < end:
        yield at, end, seen


def holding(readings: Sequence[Seen], at: int) -> Seen | None:
    """The reading that holds at an instant."""
    place = bisect_right(readings, at, key=lambda one: one[0])
    return readings[place - 1] if place else None


def changes_within(readings: Sequence[Seen], start: int, end: int) -> list[int]:
    """Instants of readings strictly within a span."""
    first = bisect_right(readings, start, key=lambda one: one[0])
    last = bisect_left(readings, end, key=lambda one: one[0])
    return [one[0] for one in readings[first:last]]


def silences(instants: Sequence[int], start: int, end: int, *, intervals: int, at_least: int) -> list[Span]:
    """Spans of [start, end) without an instant for longer than `at_least` and than `intervals` usual intervals."""
    steps = [b - a for a, b in pairwise(instants) if b > a]
    limit = max(at_least, int(intervals * median(steps)) if steps else 0)
    known = [one for one in instants if one < end]
    edges = [known[0] if known and known[0] < start else start, *known, end]
    return [(max(a, start), b) for a, b in pairwise(edges) if b - a > limit and b > start]


def laid_over(spans: Sequence[StateSpan], over: Iterable[Span], state: State) -> list[StateSpan]:
    """The spans with `state` wherever one of `over` lies; they cover what they covered before."""
    found = list(spans)
    for first, last in over:
        found = [piece for one in found for piece in _parted(one, first, last, state)]
    return found


def joined(spans: Iterable[StateSpan]) -> tuple[StateSpan, ...]:
    """Neighbours of one state as one span."""
    found: list[StateSpan] = []
    for one in spans:
        if found and found[-1].state == one.state and found[-1].end == one.start:
            found[-1] = StateSpan(found[-1].start, one.end, one.state)
        else:
            found.append(one)
    return tuple(found)


def _parted(one: StateSpan, first: int, last: int, state: State) -> Iterator[StateSpan]:
    if last <= one.start or first >= one.end or first >= last:
        yield one
        return
    if one.start < first:
        yield StateSpan(one.start, first, one.state)
    yield StateSpan(max(one.start, first), min(one.end, last), state)
    if last < one.end:
        yield StateSpan(last, one.end, one.state)
