"""计件 pieces out of counters: parted at shifts and gaps; what a gap may hide stands over the gap, and is not guessed."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from jiqun.factory.machines.model import GOOD, PRODUCED, SCRAP, MachineReadings, Seen, StateSpan
from jiqun.factory.machines.states import is_sound
from jiqun.factory.oee.model import Count, Span
from jiqun.factory.oee.quantities import counted

NONE = Fraction(0)


@dataclass(frozen=True, slots=True)
class Made:
    """Pieces between two readings of a counter: told at `at`; since: when the first of them may have been made.

    since == at  the counter was heard all the while, so they were finished when it told them
    """

    at: int
    pieces: Fraction
    since: int
    reset: bool


def made_by(readings: Sequence[Seen], gaps: Sequence[Span]) -> Iterator[Made]:
    """What a counter says step by step; readings in order, gaps in order and apart."""
    before: Seen | None = None
    doubt: int | None = None
    ends = [end for _, end in gaps]
    for one in readings:
        if not is_sound(one):
            doubt = one[0] if doubt is None else doubt
            continue
        assert one[1] is not None
        if before is not None:
            assert before[1] is not None
            pieces, reset = _counted(before[1], one[1])
            place = bisect_right(ends, before[0])
            if place < len(gaps) and gaps[place][0] < one[0]:
                hidden = max(gaps[place][0], before[0])
                doubt = hidden if doubt is None else min(doubt, hidden)
            since = one[0] if doubt is None else doubt
            if pieces or since < one[0]:
                yield Made(one[0], pieces, since, reset)
        before, doubt = one, None


def _counted(before: float, after: float) -> tuple[Fraction, bool]:
    """As `counted`; most counters stand still or go up by whole pieces, and a day has tens of thousands of readings."""
    if after == before:
        return NONE, False
    if after > before and before % 1 == 0 == after % 1:
        return Fraction(int(after) - int(before)), False
    pieces, reset = counted(Fraction(before), Fraction(after))
    return pieces or NONE, reset


def counts_of(told: MachineReadings, states: Sequence[StateSpan]) -> tuple[Count, ...]:
    """Counts in order, apart, cut at `cuts` and at gaps; nothing is said of time in which nobody counted.

    What a gap across the start of the window may hide is counted in the window it was told in. A counter that began anew
    in a gap hides what was made before: over that gap nothing is known.
    """
    gaps = [(one.start, one.end) for one in states if one.state == "gap"]
    produced = told.readings.get(PRODUCED, ())
    first = next((one[0] for one in produced if is_sound(one)), None)
    if first is None or first >= told.end:
        return ()
    made = [one for one in made_by(produced, gaps) if told.start <= one.at < told.end]
    cells = _cells(told, max(first, told.start), gaps, made)
    whole = _summed(cells, made)
    resets = _summed(cells, (replace(one, pieces=Fraction(1)) for one in made if one.reset))
    anew = _summed(
        cells, (replace(one, pieces=Fraction(1)) for one in made if one.reset and one.since < one.at)
    )
    scrap, good = (_judged(told, role, gaps, cells) for role in (SCRAP, GOOD))
    return tuple(
        Count(told.machine, *cell, None, None, None, told.product, told.ideal_cycle_us, int(resets[cell]))
        if anew[cell]
        else _count(told, cell, (whole[cell], good.get(cell), scrap.get(cell)), int(resets[cell]))
        for cell in cells
    )


def _cells(told: MachineReadings, first: int, gaps: Sequence[Span], made: Sequence[Made]) -> list[Span]:
    """Spans a count is given for: of heard time, and of gaps over which the counter went on being told."""
    over = _merged((max(one.since, first), one.at) for one in made if one.since < one.at)
    cuts = {first, told.end, *(at for at in told.cuts if first < at < told.end)}
    cuts |= {at for span in (*gaps, *over) for at in span if first < at < told.end}
    hidden = [span for span in gaps if not any(a <= span[0] and span[1] <= b for a, b in over)]
    edges = sorted(at for at in cuts if not any(a < at < b for a, b in over))
    return [
        (a, b) for a, b in pairwise(edges)
        if (a, b) in over or not any(start <= a and b <= end for start, end in hidden)
    ]  # fmt: skip


def _summed(cells: Sequence[Span], made: Iterable[Made]) -> dict[Span, Fraction]:
    """Pieces of each cell: those told in it; those a gap may hide in the cell that lies over it."""
    found = dict.fromkeys(cells, Fraction(0))
    ends = [end for _, end in cells]
    for one in made if cells else ():
        at = one.since if one.since < one.at else one.at
        place = min(bisect_right(ends, max(at, cells[0][0])), len(cells) - 1)
        found[cells[place]] += one.pieces
    return found


def _judged(
    told: MachineReadings, role: str, gaps: Sequence[Span], cells: Sequence[Span]
) -> dict[Span, Fraction]:
    """What another counter says by cell, from the first cell it was heard in."""
    readings = told.readings.get(role, ())
    first = next((one[0] for one in readings if is_sound(one)), None)
    if first is None or not cells:
        return {}
    from_here = (
        cells[bisect_left(cells, first, key=lambda one: one[1] - 1) :] if first > told.start else cells
    )
    if not from_here:
        return {}
    made = (one for one in made_by(readings, gaps) if from_here[0][0] <= one.at < told.end)
    return _summed(from_here, made)


def _count(
    told: MachineReadings, cell: Span, numbers: tuple[Fraction, Fraction | None, Fraction | None], resets: int
) -> Count:
    """One count; good and scrap the one from the other where only one is told."""
    produced, good, scrap = numbers
    if good is None and scrap is not None:
        good = produced - scrap
    elif scrap is None and good is not None:
        scrap = produced - good
    return Count(told.machine, *cell, produced, good, scrap, told.product, told.ideal_cycle_us, resets)


def _merged(spans: Iterable[Span]) -> list[Span]:
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found
