"""What warnings are worth: precision and false alarms a week from what people said, and rows against known faults."""

from fractions import Fraction

from jiqun.factory.detect.verdicts import Comparison, Verdict, compare, worth
from jiqun.factory.instants import DAY


def test_what_nobody_judged_is_neither_useful_nor_false() -> None:
    said = [True, True, False, None, True, False]
    found = worth([Verdict(str(n), n * DAY, one) for n, one in enumerate(said)], start=0, end=14 * DAY)
    assert (found.warnings, found.judged, found.useful) == (6, 5, 3)
    assert (found.precision, found.false_alarms_a_week) == (Fraction(3, 5), 1)


def test_only_the_time_asked_for_counts() -> None:
    found = worth([Verdict("a", 0, True), Verdict("b", 7 * DAY, False)], start=0, end=7 * DAY)
    assert (found.warnings, found.precision, found.false_alarms_a_week) == (1, 1, 0)


def test_without_judgement_precision_is_unknown() -> None:
    found = worth([Verdict("a", 0, None)], start=0, end=DAY)
    assert found.precision is None and found.false_alarms_a_week == 0
    assert worth([], start=0, end=0).false_alarms_a_week is None


def test_rows_against_known_faults() -> None:
    found = compare([True, True, False, False, True], [True, False, True, False, True])
    assert found == Comparison(hit=2, false=1, missed=1, quiet=1)
    assert (found.f1, found.false_alarm_rate, found.missing_alarm_rate) == (4 / 6, 1 / 2, 1 / 3)
    nothing = compare([False], [False])
    assert (nothing.f1, nothing.false_alarm_rate, nothing.missing_alarm_rate) == (None, 0, None)
    assert found + nothing == Comparison(2, 1, 1, 2)
