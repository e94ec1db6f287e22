"""Counters and shares: resets, the first reading, pieces parted over shifts, time of which nobody knows what was made."""

from fractions import Fraction

import pytest
from factory_house import START, at, count, event, shift
from hypothesis import given
from hypothesis import strategies as st

from jiqun.factory.instants import DAY, MINUTE
from jiqun.factory.oee.calendar import planned_shifts
from jiqun.factory.oee.model import Count, Event, Shift
from jiqun.factory.oee.quantities import Made, counted, made_in, uncounted
from jiqun.factory.oee.timeline import Piece, timeline


def pieces(events: list[Event], *shifts: Shift) -> tuple[Piece, ...]:
    planned = planned_shifts(shifts, "M1", "L", (START, START + DAY - 1))
    return timeline(events, planned, machine="M1", line="L", minor_below=5 * MINUTE)


def parted(one: Count, found: tuple[Piece, ...]) -> list[Made]:
    return list(made_in(one, found, [piece.start for piece in found]))


@pytest.mark.parametrize(
    ("before", "after", "made", "reset"),
    [
        (None, 500, None, False),  # nobody knows what it counted before
        (100, 160, 60, False),
        (100, 100, 0, False),
        (100, 99, 99, True),       # began anew from 0
        (100, 0, 0, True),
        (0, 7, 7, False),
    ],
)  # fmt: skip
def test_counters(before: int | None, after: int, made: int | None, reset: bool) -> None:
    start = None if before is None else Fraction(before)
    assert counted(start, Fraction(after)) == (made, reset)


@given(st.lists(st.integers(0, 100), min_size=1, max_size=30), st.integers(0, 10**6))
def test_a_counter_without_a_reset_counts_every_piece(steps: list[int], first: int) -> None:
    reading, total = Fraction(first), Fraction(0)
    for step in steps:
        made, reset = counted(reading, reading + step)
        assert made is not None and not reset
        reading, total = reading + step, total + made
    assert total == sum(steps)


def test_a_count_over_two_shifts_is_parted_by_time_of_running() -> None:
    found = pieces([event(900, 1020)], shift(480, 960, name="早"), shift(960, 1200, name="中"))
    shares = [
        (made.piece.shift[-1], made.share, made.apportioned)
        for made in parted(count(900, 1020, 90, 90), found)
    ]
    assert shares == [("早", Fraction(1, 2), True), ("中", Fraction(1, 2), True)]


def test_standstills_make_nothing() -> None:
    found = pieces([event(480, 500), event(500, 520, "down"), event(520, 540)], shift(480, 540))
    made = parted(count(480, 540, 60, 60), found)
    assert [(one.piece.part, one.share) for one in made] == [("run", Fraction(1, 2)), ("run", Fraction(1, 2))]


def test_a_gap_may_have_made_pieces() -> None:
    found = pieces([event(480, 500)], shift(480, 540))
    assert [(one.piece.part, one.share) for one in parted(count(480, 540, 60, 60), found)] == [
        ("run", Fraction(1, 3)), ("gap", Fraction(2, 3)),
    ]  # fmt: skip


def test_pieces_while_it_stood_are_kept_and_fall_where_they_were_counted() -> None:
    found = pieces([event(480, 540, "down")], shift(480, 540))
    assert [(one.piece.part, one.share) for one in parted(count(480, 540, 5, 5), found)] == [("down", 1)]


def test_what_falls_into_no_piece_is_in_no_share() -> None:
    found = pieces([], shift(480, 540))
    assert sum(one.share for one in parted(count(420, 540, 60, 60), found)) == Fraction(1, 2)
    assert parted(count(0, 60, 60, 60), found) == []


def test_a_count_of_one_piece_is_not_parted() -> None:
    found = pieces([event(480, 540)], shift(480, 540))
    (one,) = parted(count(480, 540, 60, 60), found)
    assert (one.share, one.apportioned, one.product) == (1, False, "P")


def test_a_count_without_a_product_is_of_what_was_on_the_machine() -> None:
    found = pieces([event(480, 510, product="A"), event(510, 540, product="B")], shift(480, 540))
    made = parted(count(480, 540, 60, 60, product=""), found)
    assert [one.product for one in made] == ["A", "B"]


@pytest.mark.parametrize(
    ("counts", "free"),
    [
        ([], 60),
        ([count(480, 540, 1, 1)], 0),
        ([count(470, 500, 1, 1)], 40),
        ([count(490, 500, 1, 1), count(510, 520, 1, 1)], 40),
        ([count(480, 540, None, None)], 60),
        ([count(400, 480, 1, 1), count(540, 600, 1, 1)], 60),
    ],
)
def test_time_nobody_counted(counts: list[Count], free: int) -> None:
    found = pieces([event(480, 540)], shift(480, 540))
    assert sum(micros for _, micros in uncounted(found, counts)) == free * MINUTE


def test_only_running_and_gaps_need_a_count() -> None:
    found = pieces([event(480, 500, "down"), event(500, 520, "changeover")], shift(480, 540))
    assert [(piece.part, micros // MINUTE) for piece, micros in uncounted(found, [])] == [("gap", 20)]


def test_counts_of_odd_order_are_taken_in_order() -> None:
    found = pieces([event(480, 540)], shift(480, 540))
    late_first = [count(510, 540, 1, 1), count(480, 510, 1, 1)]
    assert sum(micros for _, micros in uncounted(found, late_first)) == 0
    assert at(510) == late_first[0].start
