"""预警评判 what people said of warnings, and how rows compare with known faults: precision, false alarms a week, F1."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from jiqun.factory.instants import DAY


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person said of one warning: useful, not useful, or not yet (None); `at` in microseconds."""

    warning: str
    at: int
    useful: bool | None


@dataclass(frozen=True, slots=True)
class Worth:
    """How much warnings are worth.

    precision           useful ÷ judged; None when nobody judged any
    false_alarms_a_week  warnings judged not useful, per week watched; None for no time
    """

    warnings: int
    judged: int
    useful: int
    precision: Fraction | None
    false_alarms_a_week: Fraction | None


def worth(verdicts: Sequence[Verdict], *, start: int, end: int) -> Worth:
    """The worth of the warnings from `start` up to `end`; what nobody judged is counted neither as useful nor as false."""
    own = [one for one in verdicts if start <= one.at < end]
    judged = [one for one in own if one.useful is not None]
    useful = sum(one.useful is True for one in judged)
    weeks = Fraction(end - start, 7 * DAY)
    precision = Fraction(useful, len(judged)) if judged else None
    return Worth(
        len(own), len(judged), useful, precision, (len(judged) - useful) / weeks if weeks > 0 else None
    )


@dataclass(frozen=True, slots=True)
class Comparison:
    """Rows told against rows that were faulty: right alarms, false ones, missed ones, quiet ones."""

    hit: int = 0
    false: int = 0
    missed: int = 0
    quiet: int = 0

    def __add__(self, other: "Comparison") -> "Comparison":
        return Comparison(
            self.hit + other.hit,
            self.false + other.false,
            self.missed + other.missed,
            self.quiet + other.quiet,
        )

    @property
    def f1(self) -> float | None:
        """2 × hit ÷ (2 × hit + false + missed); None where nothing was faulty and nothing told."""
        return _share(2 * self.hit, self.false + self.missed)

    @property
    def false_alarm_rate(self) -> float | None:
        """False ÷ all rows that were sound."""
        return _share(self.false, self.quiet)

    @property
    def missing_alarm_rate(self) -> float | None:
        """Missed ÷ all rows that were faulty."""
        return _share(self.missed, self.hit)


def compare(told: Sequence[bool], faulty: Sequence[bool]) -> Comparison:
    """Row by row."""
    hit = sum(one and other for one, other in zip(told, faulty, strict=True))
    alarms, faults = sum(told), sum(faulty)
    return Comparison(hit, alarms - hit, faults - hit, len(told) - alarms - faults + hit)


def _share(part: int, other: int) -> float | None:
    return part / (part + other) if part + other else None
