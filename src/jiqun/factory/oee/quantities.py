"""生产数量 quantities: counters become pieces (resets handled), and pieces fall to the time they were made in."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from jiqun.factory.oee.model import Count
from jiqun.factory.oee.timeline import Piece


@dataclass(frozen=True, slots=True)
class Made:
    """The share of a count that falls to one piece of time; apportioned: the count spans several and was parted by time."""

    piece: Piece
    count: Count
    share: Fraction
    apportioned: bool

    @property
    def product(self) -> str:
        """What was made."""
        return self.count.product or self.piece.product


def counted(before: Fraction | None, after: Fraction) -> tuple[Fraction | None, bool]:
    """Pieces between two readings of a counter that only rises, and whether it was reset.

    A smaller reading is a reset: it began anew from 0, so at least `after` pieces were made; those between the reading
    before and the reset are not known and not guessed. Without a reading before, nothing is known.
    """
    if before is None:
        return None, False
    return (after, True) if after < before else (after - before, False)


def made_in(count: Count, pieces: Sequence[Piece], starts: Sequence[int]) -> Iterator[Made]:
    """A count parted over the pieces of its machine it overlaps, by their time.

    starts  start of each piece, in order
    Time of running, and gaps that may hide it, go before all other time. The shares add up to 1, less what falls to
    time that is in no piece (outside every shift and every event).
    """
    touched: list[tuple[Piece, int]] = []
    for at in range(max(0, bisect_right(starts, count.start) - 1), len(pieces)):
        piece = pieces[at]
        if piece.start >= count.end:
            break
        overlap = min(piece.end, count.end) - max(piece.start, count.start)
        if overlap > 0:
            touched.append((piece, overlap))
    working = [one for one in touched if one[0].running or one[0].part == "gap"] or touched
    nowhere = count.end - count.start - sum(overlap for _, overlap in touched)
    whole = sum(overlap for _, overlap in working) + nowhere
    for piece, overlap in working:
        yield Made(piece, count, Fraction(overlap, whole), overlap < whole)


def uncounted(pieces: Sequence[Piece], counts: Sequence[Count]) -> Iterator[tuple[Piece, int]]:
    """Microseconds of each piece (of run or gap) that no known count covers: what was made then is not known."""
    spans = sorted((one.start, one.end) for one in counts if one.produced is not None)
    ends = [end for _, end in spans]
    for piece in pieces:
        if piece.part not in ("run", "gap"):
            continue
        covered = 0
        at = bisect_right(ends, piece.start)
        while at < len(spans) and spans[at][0] < piece.end:
            covered += min(spans[at][1], piece.end) - max(spans[at][0], piece.start)
            at += 1
        yield piece, piece.micros - covered
