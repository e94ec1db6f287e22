"""Pieces of machines by hand: cut at shifts and gaps, resets, what a gap may hide; and what holds for any readings."""

from fractions import Fraction
from itertools import pairwise

from factory_house import at
from hypothesis import given, settings
from hypothesis import strategies as st
from machine_rows import MANNER, told

from jiqun.factory.instants import MINUTE, SECOND
from jiqun.factory.machines.day import machine_day
from jiqun.factory.machines.model import MachineReadings
from jiqun.factory.machines.pieces import made_by
from jiqun.factory.oee.figures import waterfall
from jiqun.factory.oee.model import Shift
from jiqun.factory.oee.report import report


def cells(one: MachineReadings) -> list[tuple[float, float, float | None, float | None, int]]:
    """Counts: from, to, produced, good, resets."""
    return [
        ((c.start - at(0)) / MINUTE, (c.end - at(0)) / MINUTE, _number(c.produced), _number(c.good), c.resets)
        for c in machine_day(one, MANNER).counts
    ]


def _number(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def test_pieces_fall_into_the_shift_in_which_they_were_told() -> None:
    one = told(0, 60, running=[(0, 1)], cuts=[30], produced=[(-9, 5), (10, 6), (29, 9), (30, 10), (59, 20)])
    assert cells(one) == [(0, 30, 4, None, 0), (30, 60, 11, None, 0)]


def test_before_the_first_count_nobody_knows() -> None:
    assert cells(told(0, 60, running=[(0, 1)], produced=[(20, 5), (40, 8)])) == [(20, 60, 3, None, 0)]
    assert cells(told(0, 60, running=[(0, 1)])) == []
    assert cells(told(0, 60, running=[(0, 1)], produced=[(60, 4)])) == []


def test_a_reset_counts_what_is_sure() -> None:
    assert cells(told(0, 60, running=[(0, 1)], produced=[(0, 90), (9, 95), (20, 3)])) == [(0, 60, 8, None, 1)]


def test_pieces_told_after_a_gap_stand_over_the_gap() -> None:
    heard = [at(m / 2) for m in range(121) if not 40 < m < 80]
    one = told(0, 60, heard=heard, running=[(0, 1)], produced=[(0, 0), (10, 10), (40, 35), (50, 45)])
    assert cells(one) == [(0, 20, 10, None, 0), (20, 40, 25, None, 0), (40, 60, 10, None, 0)]


def test_a_counter_that_began_anew_in_a_gap_hides_what_was_made_before() -> None:
    """The machine was switched off and on while nobody listened: at least 5, and nobody knows how many more."""
    heard = [at(m / 2) for m in range(121) if not 40 < m < 80]
    one = told(0, 60, heard=heard, running=[(0, 1)], produced=[(0, 0), (10, 90), (40, 5), (50, 15)])
    assert cells(one) == [(0, 20, 90, None, 0), (20, 40, None, None, 1), (40, 60, 10, None, 0)]
    day = machine_day(one, MANNER)
    tally = report(day.events, day.counts, [Shift("A", 0, 60 * MINUTE)], minor_below=300 * SECOND).tallies[
        "total"
    ][()]
    assert tally.uncounted == 20 * MINUTE


def test_a_gap_at_the_end_hides_what_was_made() -> None:
    heard = [at(m / 2) for m in range(41)]
    assert cells(told(0, 60, heard=heard, running=[(0, 1)], produced=[(0, 0), (10, 10)])) == [
        (0, 20, 10, None, 0)
    ]


def test_a_gap_over_a_shift_change_is_not_parted_by_us() -> None:
    heard = [at(m / 2) for m in range(121) if not 40 < m < 80]
    one = told(0, 60, heard=heard, running=[(0, 1)], cuts=[30], produced=[(0, 0), (42, 35), (50, 45)])
    assert cells(one) == [(0, 20, 0, None, 0), (20, 42, 35, None, 0), (42, 60, 10, None, 0)]


def test_a_bad_counter_leaves_a_doubt_from_there_on() -> None:
    one = told(0, 60, running=[(0, 1)], cuts=[30], produced=[(0, 0), (10, 10), (20, None), (40, 35)])
    assert cells(one) == [(0, 20, 10, None, 0), (20, 40, 25, None, 0), (40, 60, 0, None, 0)]


def test_good_from_scrap_scrap_from_good_and_neither() -> None:
    one = told(0, 60, running=[(0, 1)], produced=[(0, 0), (10, 10)], scrap=[(-99, 3), (11, 5)])
    assert cells(one) == [(0, 60, 10, 8, 0)]
    good = told(0, 60, running=[(0, 1)], produced=[(0, 0), (10, 10)], good=[(0, 0), (11, 9)])
    count = machine_day(good, MANNER).counts[0]
    assert (count.good, count.scrap) == (9, 1)


def test_who_judges_from_the_middle_judged_nothing_before() -> None:
    one = told(
        0,
        60,
        running=[(0, 1)],
        cuts=[20, 40],
        produced=[(0, 0), (10, 10), (50, 20)],
        scrap=[(30, 0), (45, 1)],
    )
    assert [good for _, _, _, good, _ in cells(one)] == [None, 0, 9]


def test_steps_of_a_counter() -> None:
    readings = [(0, 5.0, 0), (1, 5.0, 0), (2, 7.0, 0), (3, None, 2), (9, 9.0, 0), (10, 1.0, 0)]
    assert [(m.at, m.pieces, m.since, m.reset) for m in made_by(readings, [])] == [
        (2, 2, 2, False), (9, 2, 3, False), (10, 1, 10, True),
    ]  # fmt: skip


minutes = st.integers(min_value=-20, max_value=130)
pairs = st.lists(st.tuples(minutes, st.sampled_from([0.0, 1.0, None])), max_size=25)
counter = st.lists(st.tuples(minutes, st.sampled_from([0, 0, 1, 1, 2, 5, None])), max_size=40)
spans = st.lists(st.tuples(minutes, st.integers(min_value=1, max_value=40)), max_size=3)


@st.composite
def machines(draw: st.DrawFn) -> MachineReadings:
    """Any machine of two hours: points that speak now and then, a counter with bad values and resets, a silent box."""
    total, made = 0.0, []
    for minute, step in sorted(draw(counter), key=lambda one: one[0]):
        total = 0.0 if draw(st.integers(0, 9)) == 0 else total + (step or 0)
        made.append((minute, None if step is None else total))
    points = {
        name: sorted({m: (m, v) for m, v in draw(pairs)}.values(), key=lambda one: one[0])
        for name in ("running", "queue", "queue_after", "room_after")
    }
    points = {name: some for name, some in points.items() if some}
    heard = sorted(at(m) for m in draw(st.lists(minutes, max_size=60)))
    gaps = sorted((start, start + length) for start, length in draw(spans))
    made = sorted({m: (m, v) for m, v in made}.values(), key=lambda one: one[0])
    cuts = sorted(set(draw(st.lists(minutes, max_size=4))))
    return told(
        0,
        120,
        cycle=draw(st.sampled_from([60, 400, None])),
        heard=heard,
        gaps=gaps,
        produced=made,
        cuts=cuts,
        **points,
    )


@settings(max_examples=60, deadline=None)
@given(machines())
def test_spans_cover_the_window_exactly_and_losses_add_up(one: MachineReadings) -> None:
    day = machine_day(one, MANNER)
    for some in (day.states, day.events):
        assert some[0].start == one.start and some[-1].end == one.end
        assert all(a.end == b.start and a.start < a.end for a, b in pairwise(some))
    assert all(a.state != b.state for a, b in pairwise(day.states))
    assert all(a.end <= b.start and a.start < a.end for a, b in pairwise(day.counts))
    gaps = [(s.start, s.end) for s in day.states if s.state == "gap"]
    steps = [m for m in made_by(one.readings["produced"], gaps) if one.start <= m.at < one.end]
    if day.counts:
        known, told_of = sum(c.produced or 0 for c in day.counts), sum(m.pieces for m in steps)
        assert known == told_of if all(c.produced is not None for c in day.counts) else known <= told_of
        assert all(c.produced is not None or c.resets for c in day.counts)
        assert sum(c.resets for c in day.counts) == sum(m.reset for m in steps)
    tally = report(day.events, day.counts, [Shift("A", 0, 120 * MINUTE)], minor_below=300 * SECOND).tallies[
        "total"
    ][()]
    assert sum(step.micros for step in waterfall(tally)) == tally.pbt == 120 * MINUTE
    assert day.last.state in {s.state for s in day.states}
