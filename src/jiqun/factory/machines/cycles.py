"""节拍分布 how long pieces took: run time per piece between two words of the counter, as a histogram."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from jiqun.factory.instants import SECOND
from jiqun.factory.machines.model import PRODUCED, MachineReadings, StateSpan
from jiqun.factory.machines.now import run_between
from jiqun.factory.machines.pieces import made_by

BINS, SPREAD = 24, 3.0


@dataclass(frozen=True, slots=True)
class Cycles:
    """Cycles in seconds.

    edges   of the bins, one more than there are bins; counts: pieces in each
    beyond  pieces slower than the last edge (three times the median)
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    median_s: float | None
    pieces: int
    beyond: int


def cycles_of(told: MachineReadings, states: Sequence[StateSpan]) -> Cycles:
    """The spread of cycles in a window; time in which the machine stood is left out."""
    found = sorted(_cycles(told, states))
    if not found:
        return Cycles((), (), None, 0, 0)
    whole = sum(pieces for _, pieces in found)
    passed, median = 0, found[0][0]
    for median, pieces in found:
        passed += pieces
        if 2 * passed >= whole:
            break
    step = median * SPREAD / BINS
    counts = [0] * BINS
    beyond = 0
    for seconds, pieces in found:
        place = int(seconds / step)
        if place < BINS:
            counts[place] += pieces
        else:
            beyond += pieces
    edges = tuple(round(step * place, 3) for place in range(BINS + 1))
    return Cycles(edges, tuple(counts), round(median, 3), whole, beyond)


def _cycles(told: MachineReadings, states: Sequence[StateSpan]) -> Iterator[tuple[float, int]]:
    """Seconds a piece, and how many pieces took so long."""
    gaps = [(one.start, one.end) for one in states if one.state == "gap"]
    runs = [one for one in states if one.state == "running"]
    made = [one for one in made_by(told.readings.get(PRODUCED, ()), gaps) if told.start <= one.at < told.end]
    for before, one in pairwise(made):
        ran = run_between(runs, before.at, one.at)
        if one.pieces and not one.reset and one.since == one.at and ran:
            yield ran / SECOND / float(one.pieces), max(1, int(one.pieces))
