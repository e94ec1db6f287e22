"""状态判定 what a machine did when: by its running point, else by its piece counter, else unknown; silence is a gap."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise

from jiqun.factory.machines import spans
from jiqun.factory.machines.manner import Manner
from jiqun.factory.machines.model import (
    BAD,
    PRODUCED,
    QUEUE,
    QUEUE_AFTER,
    ROOM_AFTER,
    STATE_ROLE,
    MachineReadings,
    Seen,
    StateSpan,
)
from jiqun.factory.oee.model import Span


def states_of(told: MachineReadings, manner: Manner) -> tuple[StateSpan, ...]:
    """Spans in order that cover [start, end) exactly, no two neighbours alike."""
    if told.end <= told.start:
        return ()
    if not any(told.readings.values()):
        return (StateSpan(told.start, told.end, "unknown"),)
    deciding, found = _told(told, manner)
    found = spans.laid_over(found, _gaps(told, manner, deciding), "gap")
    refined = (piece for one in spans.joined(found) for piece in _why_standing(told, one))
    return spans.joined(refined)


def is_sound(seen: Seen | None) -> bool:
    """Does a reading say a value that may be believed?"""
    return seen is not None and seen[1] is not None and seen[2] < BAD


def _told(told: MachineReadings, manner: Manner) -> tuple[Sequence[Seen], list[StateSpan]]:
    """The readings that decide, and what they say, gaps still left out."""
    running, produced = told.readings.get(STATE_ROLE, ()), told.readings.get(PRODUCED, ())
    if running:
        return running, list(_by_running(running, told))
    if produced and told.ideal_cycle_us is not None:
        return produced, list(_by_pieces(produced, told, manner))
    return (), [StateSpan(told.start, told.end, "unknown")]


def _by_running(readings: Sequence[Seen], told: MachineReadings) -> Iterator[StateSpan]:
    for start, end, seen in spans.held(readings, told.start, told.end):
        if seen is None:
            yield StateSpan(start, end, "unknown")
        elif seen[1] is None or seen[2] >= BAD:
            yield StateSpan(start, end, "gap")
        else:
            yield StateSpan(start, end, "running" if seen[1] > 0 else "stopped")


def _by_pieces(readings: Sequence[Seen], told: MachineReadings, manner: Manner) -> Iterator[StateSpan]:
    """A piece says that its machine ran for one ideal cycle before it; pieces often enough, that it ran between them."""
    cycle = round(told.ideal_cycle_us or 0)
    reach = manner.pieces_within_cycles * cycle
    sound = [one for one in readings if is_sound(one) and one[0] < told.end]
    finished = [b[0] for a, b in pairwise(sound) if b[1] != a[1]]
    marks = [*(one[0] for one in sound[:1]), *finished, told.end]
    at = told.start
    for place, (before, after) in enumerate(pairwise(marks)):
        is_last = place == len(marks) - 2
        if before > at:  # before the first reading nobody knows
            yield StateSpan(at, min(before, told.end), "unknown")
            at = before
        if after <= at:
            continue
        if after - before <= reach:
            is_known = bool(finished) or not is_last
            yield StateSpan(at, after, "running" if is_known else "unknown")
        else:
            begun = after if is_last else max(at, after - cycle)
            if begun > at:
                yield StateSpan(at, begun, "stopped")
            if after > begun:
                yield StateSpan(begun, after, "running")
        at = after
    if at < told.end:
        yield StateSpan(at, told.end, "unknown")


def _gaps(told: MachineReadings, manner: Manner, deciding: Sequence[Seen]) -> Iterator[Span]:
    """Silence, what the box says was lost (until the deciding point speaks again), and a counter that is bad."""
    heard = told.heard or sorted(one[0] for some in told.readings.values() for one in some)
    yield from spans.silences(
        heard, told.start, told.end, intervals=manner.silence_intervals, at_least=manner.silence_us
    )
    for first, last in told.gaps:
        place = bisect_left(deciding, last, key=lambda one: one[0])
        yield (
            first,
            deciding[place][0] if place < len(deciding) else max(last, told.end if deciding else last),
        )
    for start, end, seen in spans.held(deciding, told.start, told.end):
        if seen is not None and not is_sound(seen):
            yield start, end


def _why_standing(told: MachineReadings, one: StateSpan) -> Iterator[StateSpan]:
    """A standstill parted into starved, blocked and stopped, as queues say."""
    if one.state != "stopped":
        yield one
        return
    queue, after, room = (told.readings.get(role, ()) for role in (QUEUE, QUEUE_AFTER, ROOM_AFTER))
    cuts = {at for some in (queue, after, room) for at in spans.changes_within(some, one.start, one.end)}
    for start, end in pairwise((one.start, *sorted(cuts), one.end)):
        if _value(queue, start) == 0:
            yield StateSpan(start, end, "starved")
        elif (most := _value(room, start)) is not None and (_value(after, start) or 0) >= most:
            yield StateSpan(start, end, "blocked")
        else:
            yield StateSpan(start, end, "stopped")


def _value(readings: Sequence[Seen], at: int) -> float | None:
    seen = spans.holding(readings, at)
    return seen[1] if seen is not None and is_sound(seen) else None
