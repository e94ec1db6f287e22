"""当前状态 how a machine stands at the end of a window, since when, and how long it takes per piece."""

from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction

from jiqun.factory.instants import SECOND
from jiqun.factory.machines.manner import Manner
from jiqun.factory.machines.model import PRODUCED, MachineReadings, Standing, State, StateSpan
from jiqun.factory.machines.pieces import made_by

LOOK_BACK = 2_000
"""Readings of the counter that are looked through for the last pieces."""
STANDING: tuple[State, ...] = ("stopped", "starved", "blocked")


def standing(told: MachineReadings, states: Sequence[StateSpan], manner: Manner) -> Standing:
    """The state as people are told it; a machine that stands for a moment between two pieces runs."""
    last_read = max((some[-1][0] for some in told.readings.values() if some), default=None)
    cycle, pieces = actual_cycle(told, states, manner.cycle_pieces)
    if not states:
        return Standing("unknown", None, "unknown", cycle, pieces, last_read)
    settle = settling(told, manner)
    place = len(states) - 1
    told_as = states[place].state
    if told_as in STANDING:
        first = _first_standing(states, place)
        if (
            states[place].end - states[first].start < settle
            and first
            and states[first - 1].state == "running"
        ):
            told_as, place = "running", first - 1
    if told_as == "running":
        place = _first_running(states, place, settle)
    since = states[place].start if place else None
    return Standing(told_as, since, states[-1].state, cycle, pieces, last_read)


def settling(told: MachineReadings, manner: Manner) -> int:
    """Microseconds a standstill must last to be told."""
    cycle = round(told.ideal_cycle_us) if told.ideal_cycle_us is not None else 0
    return max(manner.settle_at_least_s * SECOND, manner.settle_cycles * cycle)


def actual_cycle(
    told: MachineReadings, states: Sequence[StateSpan], most: int
) -> tuple[Fraction | None, int]:
    """Run time per piece over the last `most` pieces, in microseconds, and over how many; None where none was counted."""
    gaps = [(one.start, one.end) for one in states if one.state == "gap"]
    runs = [one for one in states if one.state == "running"]
    pieces, start = Fraction(0), None
    readings = told.readings.get(PRODUCED, ())[-LOOK_BACK:]
    steps = [one for one in made_by(readings, gaps) if told.start <= one.at < told.end]
    end = steps[-1].at if steps else 0
    for before, one in zip(reversed(steps[:-1]), reversed(steps), strict=False):
        if one.since < one.at or one.reset or before.at < told.start:
            break
        pieces, start = pieces + one.pieces, before.at
        if pieces >= most:
            break
    if start is None or not pieces:
        return None, 0
    ran = run_between(runs, start, end)
    return (Fraction(ran) / pieces, int(pieces)) if ran else (None, 0)


def run_between(runs: Sequence[StateSpan], start: int, end: int) -> int:
    """Microseconds of running spans (in order) between two instants."""
    place = bisect_right(runs, start, key=lambda one: one.end)
    ran = 0
    while place < len(runs) and runs[place].start < end:
        ran += min(runs[place].end, end) - max(runs[place].start, start)
        place += 1
    return ran


def _first_standing(states: Sequence[StateSpan], place: int) -> int:
    while place and states[place - 1].state in STANDING:
        place -= 1
    return place


def _first_running(states: Sequence[StateSpan], place: int, settle: int) -> int:
    """Where the running began, standstills too short to tell left aside."""
    while place:
        if states[place - 1].state == "running":
            place -= 1
            continue
        if states[place - 1].state not in STANDING:
            break
        first = _first_standing(states, place - 1)
        if (
            not first
            or states[first - 1].state != "running"
            or states[place].start - states[first].start >= settle
        ):
            break
        place = first - 1
    return place
