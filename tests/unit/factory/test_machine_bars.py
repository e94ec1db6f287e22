"""Turns, bars, spreads of cycles and spans by hand, and what holds for any of them."""

from datetime import date
from fractions import Fraction
from itertools import pairwise

from factory_house import START, at, shift
from hypothesis import given, settings
from hypothesis import strategies as st
from machine_rows import MANNER, seen, told

from jiqun.factory.instants import DAY, HOUR, MINUTE, SECOND
from jiqun.factory.machines import spans
from jiqun.factory.machines.bars import bar_of, times_of
from jiqun.factory.machines.cycles import cycles_of
from jiqun.factory.machines.day import machine_day
from jiqun.factory.machines.model import STATES, StateSpan
from jiqun.factory.machines.turn import shifts_within, turn_of
from jiqun.factory.oee.model import Shift


def test_the_turn_is_cut_at_now() -> None:
    early = shift(480, 960, (720, 750), name="early")
    turn = turn_of([early], "M1", "L", at(730))
    assert (turn.name, turn.span, turn.end, turn.planned, turn.entered) == (
        "early",
        (at(480), at(730)),
        at(960),
        True,
        True,
    )
    (one,) = turn.shifts
    assert (one.start, one.end, one.breaks) == (480 * MINUTE, 730 * MINUTE, ((720 * MINUTE, 730 * MINUTE),))
    assert turn.cuts == (at(480), at(720), at(730))


def test_a_break_still_to_come_is_no_break_yet() -> None:
    (one,) = turn_of([shift(480, 960, (720, 750))], "M1", "L", at(500)).shifts
    assert one.breaks == ()


def test_a_night_shift_began_yesterday() -> None:
    night = shift(1200, 1920, name="night")
    turn = turn_of([night], "M1", "L", at(60))
    assert turn.span == (at(1200) - DAY, at(60)) and turn.shifts[0].day == date(2026, 11, 1)
    assert turn.shifts[0].end == DAY + 60 * MINUTE


def test_outside_every_shift_the_day_so_far_counts() -> None:
    turn = turn_of([shift(480, 600, name="early")], "M1", "L", at(700))
    assert (turn.name, turn.planned, turn.span) == ("", False, (START, at(700)))
    assert [(one.name, one.start, one.end) for one in turn.shifts] == [("early", 480 * MINUTE, 600 * MINUTE)]


def test_without_a_calendar_the_whole_day_counts() -> None:
    turn = turn_of([], "M1", "L", at(700))
    assert not turn.entered and turn.shifts == (
        Shift("", 0, 700 * MINUTE, day=date(2026, 11, 2), machine="M1"),
    )
    assert shifts_within([], "M1", "L", (START, START)) == ()


def test_rows_of_another_machine_hold_for_that_one_only() -> None:
    rows = [shift(0, 60, machine="M2"), shift(60, 120)]
    assert [one.start for one in shifts_within(rows, "M1", "L", (START, at(240)))] == [60 * MINUTE]
    assert [one.start for one in shifts_within(rows, "M2", "L", (START, at(240)))] == [0]


def test_a_bar_of_few_spans_is_left_as_it_is() -> None:
    few = (StateSpan(0, 5, "running"), StateSpan(5, 9, "stopped"))
    assert bar_of(few) == few and bar_of(()) == ()
    assert times_of((*few, StateSpan(9, 12, "running"))) == {"running": 8, "stopped": 4}


def test_a_bar_of_many_spans_shows_what_held_longest() -> None:
    many = [StateSpan(n * 10, n * 10 + 7, "running") for n in range(100)]
    many = sorted(
        [*many, *(StateSpan(n * 10 + 7, n * 10 + 10, "stopped") for n in range(100))],
        key=lambda one: one.start,
    )
    assert bar_of(many, 10) == (StateSpan(0, 1000, "running"),)


pieces = st.lists(st.tuples(st.integers(1, 30), st.sampled_from(STATES)), min_size=1, max_size=60)


@settings(max_examples=60, deadline=None)
@given(pieces, st.integers(1, 20))
def test_a_bar_covers_what_its_spans_cover(lengths: list[tuple[int, str]], most: int) -> None:
    found, start = [], 0
    for length, state in lengths:
        found.append(StateSpan(start, start + length, state))  # type: ignore[arg-type]
        start += length
    bar = bar_of(found, most)
    assert (bar[0].start, bar[-1].end) == (0, start) and sum(one.micros for one in bar) == start
    assert all(a.end == b.start for a, b in pairwise(bar))
    assert {one.state for one in bar} <= {one.state for one in found}


def test_cycles_leave_standstills_and_gaps_out() -> None:
    # 2 min, 2 min, then 12 min of which 10 stood, then two pieces in 2 min
    one = told(0, 40, running=[(0, 1), (6, 0), (16, 1)], produced=[(0, 0), (2, 1), (4, 2), (16, 3), (18, 5)])
    day = machine_day(one, MANNER)
    found = cycles_of(one, day.states)
    assert (found.median_s, found.pieces, found.beyond) == (60.0, 4, 0)
    assert sum(found.counts) == 4 and len(found.edges) == len(found.counts) + 1
    assert cycles_of(told(0, 9, running=[(0, 1)]), ()).median_s is None


def test_a_slow_piece_lies_beyond_and_is_told() -> None:
    made = [(float(minute), float(minute)) for minute in range(20)] + [(29.0, 20.0)]
    one = told(0, 30, running=[(0, 1)], produced=made)
    found = cycles_of(one, machine_day(one, MANNER).states)
    assert (found.median_s, found.beyond, found.pieces) == (60.0, 1, 19)


def test_silences_by_hand() -> None:
    ask = {"intervals": 3, "at_least": 75 * SECOND}
    assert spans.silences([], 0, HOUR, **ask) == [(0, HOUR)]
    assert spans.silences([0, 60 * SECOND], 0, 100 * SECOND, **ask) == []
    assert spans.silences([0, 10, 20], 0, 80 * SECOND, **ask) == [(20, 80 * SECOND)]
    assert spans.silences([-5 * SECOND], 0, 60 * SECOND, **ask) == []
    assert (
        spans.silences([-30 * SECOND, 60 * SECOND], 0, 70 * SECOND, intervals=1, at_least=75 * SECOND) == []
    )


def test_holding_and_changes() -> None:
    readings = seen((1, 5), (3, 6))
    assert spans.holding(readings, at(0)) is None and spans.holding(readings, at(2)) == readings[0]
    assert spans.changes_within(readings, at(1), at(3)) == [] and spans.changes_within(
        readings, at(0), at(9)
    ) == [at(1), at(3)]
    assert [(a, b) for a, b, _ in spans.held(readings, at(0), at(4))] == [
        (at(0), at(1)),
        (at(1), at(3)),
        (at(3), at(4)),
    ]


def test_one_laid_over_another() -> None:
    base = [StateSpan(0, 10, "running"), StateSpan(10, 20, "stopped")]
    laid = spans.laid_over(base, [(5, 12), (30, 40), (7, 7)], "gap")
    assert [(one.start, one.end, one.state) for one in spans.joined(laid)] == [
        (0, 5, "running"), (5, 12, "gap"), (12, 20, "stopped"),
    ]  # fmt: skip


def test_a_moment_at_the_start_does_not_hide_when_running_began() -> None:
    one = told(0, 30, cycle=2, running=[(-5, 0), (0.05, 1)])
    last = machine_day(one, MANNER).last
    assert (last.state, last.since) == ("running", None)
    waits = machine_day(told(0, 30, cycle=2, running=[(-5, 0), (2, 1)]), MANNER).last
    assert (waits.state, waits.since) == ("running", at(2))


def test_a_reset_ends_the_look_back_for_the_cycle() -> None:
    last = machine_day(
        told(0, 20, running=[(0, 1)], produced=[(0, 90), (2, 91), (4, 1), (6, 2), (8, 3)]), MANNER
    ).last
    assert (last.pieces, last.cycle_us) == (2, Fraction(2 * MINUTE))
