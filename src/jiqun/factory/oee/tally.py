"""时间与数量汇总 the tally: times by part and reason, and quantities, of any group of machines, shifts and products."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from jiqun.factory.oee.quantities import Made
from jiqun.factory.oee.timeline import Part, Piece

OUTSIDE: tuple[Part, ...] = ("break", "planned")
"""Parts of the planned operation time (POT) that are no planned busy time (PBT)."""


@dataclass
class Tally:
    """What one group adds up to; every piece of time is added once.

    times      microseconds by part and reason, within shifts
    produced, good, scrap   pieces made in planned busy time; in gaps too
    at_cycle, good_at_cycle  Σ PRI × PQ and Σ PRI × GQ, microseconds
    uncounted  microseconds of production (or gap) of which nobody knows what was made
    no_cycle, no_good  a quantity lacks its PRI, its GQ
    outside    run time and pieces outside every shift or in its breaks and planned stops: told, not reckoned
    """

    times: dict[tuple[Part, str], int] = field(default_factory=lambda: defaultdict(int))
    produced: Fraction = Fraction(0)
    good: Fraction = Fraction(0)
    scrap: Fraction = Fraction(0)
    at_cycle: Fraction = Fraction(0)
    good_at_cycle: Fraction = Fraction(0)
    uncounted: int = 0
    uncounted_run: int = 0
    in_gap: Fraction = Fraction(0)
    no_cycle: bool = False
    no_good: bool = False
    apportioned: bool = False
    outside_run: int = 0
    outside_pieces: Fraction = Fraction(0)
    products: set[str] = field(default_factory=set[str])

    def add_piece(self, piece: Piece, uncounted: int) -> None:
        """Add a stretch of time, and how much of it no count covers."""
        if not piece.shift or piece.part == "break":
            self.outside_run += piece.micros if piece.running else 0
        if not piece.shift:
            return
        self.times[piece.part, piece.reason] += piece.micros
        self.uncounted += uncounted
        self.uncounted_run += uncounted if piece.part != "gap" else 0

    def add_made(self, made: Made) -> None:
        """Add the share of a count that falls to one piece."""
        count, share = made.count, made.share
        if count.produced is None:
            return  # its time is uncounted
        pieces = count.produced * share
        if not made.piece.shift or made.piece.part in OUTSIDE:
            self.outside_pieces += pieces
            return
        self.apportioned |= made.apportioned
        self.products.add(made.product)
        self.produced += pieces
        self.in_gap += pieces if made.piece.part == "gap" else 0
        if count.good is None:
            self.no_good |= bool(pieces)
        self.good += (count.good or 0) * share
        self.scrap += (count.scrap or 0) * share
        if count.cycle is None:
            self.no_cycle |= bool(pieces)
            return
        self.at_cycle += pieces * count.cycle
        self.good_at_cycle += (count.good or 0) * share * count.cycle

    def add(self, other: "Tally") -> None:
        """Add what another group adds up to."""
        for key, micros in other.times.items():
            self.times[key] += micros
        self.produced, self.in_gap = self.produced + other.produced, self.in_gap + other.in_gap
        self.good, self.scrap = self.good + other.good, self.scrap + other.scrap
        self.at_cycle, self.good_at_cycle = (
            self.at_cycle + other.at_cycle,
            self.good_at_cycle + other.good_at_cycle,
        )
        self.uncounted, self.uncounted_run = (
            self.uncounted + other.uncounted,
            self.uncounted_run + other.uncounted_run,
        )
        self.outside_run += other.outside_run
        self.outside_pieces += other.outside_pieces
        self.no_cycle |= other.no_cycle
        self.no_good |= other.no_good
        self.apportioned |= other.apportioned
        self.products |= other.products

    def micros(self, *parts: Part) -> int:
        """Time of these parts together."""
        return sum(value for (part, _), value in self.times.items() if part in parts)

    def reasons(self, part: Part) -> Mapping[str, int]:
        """Time of one part by reason, longest first."""
        found = {reason: value for (kind, reason), value in self.times.items() if kind == part}
        return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))

    @property
    def pot(self) -> int:
        """Planned operation time: the shifts."""
        return sum(self.times.values())

    @property
    def pbt(self) -> int:
        """Planned busy time: the shifts less breaks and planned stops."""
        return self.pot - self.micros(*OUTSIDE)

    @property
    def apt(self) -> int:
        """Actual production time that is known: running, minor stops included."""
        return self.micros("run", "minor")

    @property
    def adet(self) -> int:
        """Actual unit delay time: unplanned standstills, by a fault or waiting, minor stops left out."""
        return self.micros("down", "delay")

    @property
    def gap(self) -> int:
        """Planned busy time of which nobody knows what the machine did."""
        return self.micros("gap")
