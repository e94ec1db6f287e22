"""The watcher's plain twin says what numpy's says: learning, scores, warnings; cells and silence by hand."""

from dataclasses import replace
from math import isnan, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiqun.factory.detect import combine, course, grid, rhythm
from jiqun.factory.detect.course import Course, Scored, followed
from jiqun.factory.detect.detector import REASONS, Carried, Model, score
from jiqun.factory.detect.grid import HELD_CELLS, Grid, GridState
from jiqun.factory.detect.model import Settings
from jiqun.factory.detect.online import learn_plainly, stepped
from jiqun.factory.detect.points import PointState, learn
from jiqun.factory.instants import SECOND

np = pytest.importorskip("numpy")
OURS = Settings()
VALUES = st.one_of(st.floats(-500, 500), st.sampled_from([0.0, 1.0, 2.0, nan]), st.integers(-3, 3).map(float))


def plain(values: list[float]) -> list[float | None]:
    return [None if isnan(one) else one for one in values]


@settings(max_examples=60, deadline=None)
@given(st.lists(VALUES, min_size=10, max_size=120), st.lists(VALUES, min_size=1, max_size=80))
def test_the_twin_learns_and_scores_as_numpy_does(training: list[float], rows: list[float]) -> None:
    theirs, ours = learn("p", np.array(training), OURS), learn_plainly("p", plain(training), OURS)
    assert (ours.watch, ours.run) == (theirs.watch, theirs.run)
    for name in ("level", "spread", "wide", "ewma", "cusum"):
        assert getattr(ours, name) == pytest.approx(getattr(theirs, name), rel=1e-9, abs=1e-9)
    scored, _ = score(Model((theirs,), None, OURS), np.array(rows)[:, None], Carried((PointState(),)))
    state, told = PointState(), []
    for value in plain(rows):
        state, found, reason = stepped(theirs, state, value, OURS)
        told.append((found, reason))
    for row, (found, reason) in enumerate(told):
        if isnan(rows[row]) or theirs.run:
            continue  # without any value numpy says no_data; runs of a missing one are compared below
        assert found == pytest.approx(float(scored.score[row]), rel=1e-9, abs=1e-9)
        if found > 1:
            assert reason == REASONS[int(scored.reason[row])]


def test_a_stuck_sensor_is_told_as_numpy_tells_it() -> None:
    training = [20.0 + (n * 7 % 11) / 10 for n in range(80)]
    learnt = learn_plainly("p", training, OURS)
    assert learnt.run == OURS.stuck_rows
    state, told = PointState(), []
    for _ in range(16):
        state, found, reason = stepped(learnt, state, 20.5, OURS)
        told.append((round(found, 6), reason))
    assert told[11] == (1.0, "stuck")
    assert told[12][0] > 1
    scored, _ = score(Model((learnt,), None, OURS), np.full((16, 1), 20.5), Carried((PointState(),)))
    assert [one for one, _ in told] == pytest.approx([float(one) for one in scored.score], abs=1e-6)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.booleans(), max_size=120), st.integers(1, 5), st.integers(1, 5), st.integers(1, 12))
def test_warnings_open_close_and_join_as_in_a_file(
    beyond: list[bool], hold: int, release: int, join: int
) -> None:
    ours = replace(OURS, hold=hold, release=release, join=join)
    wanted = combine.intervals(beyond, ours)
    state, told = Course(), dict[int, course.Warned]()
    for cell, over in enumerate(beyond):
        state, one = followed(state, Scored(cell, cell * 10, 2.0 if over else 0.5, "p", "high"), ours)
        if one is not None:
            told[one.began] = one
    closed = [(one.began // 10, one.closed // 10) for one in told.values() if one.closed is not None]
    assert closed == wanted[: len(closed)]
    assert len(told) == len(wanted)  # a last one may still be open, as a file ends
    if state.is_open:
        assert wanted[-1][0] * 10 == state.last.began  # type: ignore[union-attr]


def test_a_warning_names_what_weighs_most() -> None:
    state, last = Course(), None
    for cell, (point, reason, found) in enumerate(
        [
            ("a", "high", 1.5),
            ("b", "relation", 9.0),
            ("b", "high", 8.0),
            ("a", "high", 4.0),
            ("c", "stuck", 1.1),
        ]
    ):
        state, last = followed(state, Scored(cell, cell, found, point, reason), OURS)  # type: ignore[arg-type]
    assert last is not None
    assert last.told() == (("b",), "high")
    assert last.score == 9.0


def test_cells_hold_the_last_value_and_close_with_a_later_reading() -> None:
    state, one = GridState(), Grid(5 * SECOND, 1)
    assert grid.take(one, state, 0, 1 * SECOND, 10.0) == []
    assert grid.take(one, state, 0, 4 * SECOND, 11.0) == []
    assert grid.take(one, state, 0, 16 * SECOND, 12.0) == [
        (0, (11.0,)),
        (5 * SECOND, (11.0,)),
        (10 * SECOND, (11.0,)),
    ]
    assert grid.take(one, state, 0, 3 * SECOND, 99.0) == []
    assert state.late == 1
    assert grid.take(one, state, 0, 21 * SECOND, None) == [(15 * SECOND, (12.0,))]


def test_a_group_waits_one_cell_for_the_slower_point() -> None:
    state, two = GridState(), Grid(5 * SECOND, 2, grace=1)
    grid.take(two, state, 0, 1 * SECOND, 1.0)
    assert grid.take(two, state, 0, 6 * SECOND, 2.0) == []
    assert grid.take(two, state, 1, 2 * SECOND, 7.0) == []
    assert grid.take(two, state, 0, 11 * SECOND, 3.0) == [(0, (1.0, 7.0))]
    assert grid.take(two, state, 1, 16 * SECOND, 8.0) == [(5 * SECOND, (2.0, 7.0))]


def test_after_a_long_pause_a_value_is_unknown_and_work_stays_bounded() -> None:
    state, one = GridState(), Grid(SECOND, 2)
    grid.take(one, state, 0, 0, 1.0)
    closed = grid.take(one, state, 1, 10**6 * SECOND, 5.0)
    assert len(closed) == HELD_CELLS
    assert grid.take(one, state, 1, (10**6 + 1) * SECOND, 6.0) == [(10**6 * SECOND, (None, 5.0))]


def rhythms(upto: int, *, every: int = 1) -> rhythm.Rhythms:
    told = rhythm.Rhythms()
    for second in range(0, upto, every):
        rhythm.heard(told, "p", (1000 + second) * SECOND)
    return told


def test_a_point_is_silent_after_twenty_times_its_usual_interval() -> None:
    told = rhythms(600, every=20)
    last = (1000 + 580) * SECOND
    assert told.points["p"].usual == pytest.approx(20 * SECOND)
    for second in range(600, 981, 10):
        rhythm.alive(told, (1000 + second) * SECOND)
    assert rhythm.silent(told, ["p"]) == []  # 400 s, not more
    rhythm.alive(told, (1000 + 990) * SECOND)
    (one,) = rhythm.silent(told, ["p", "unknown"])
    assert (one.point, one.since, one.until) == ("p", last, None)
    assert rhythm.silent(told, ["p"]) == []
    back = rhythm.heard(told, "p", 2000 * SECOND)
    assert back is not None
    assert (back.since, back.until) == (last, 2000 * SECOND)
    assert told.points["p"].usual == pytest.approx(20 * SECOND)


def test_an_outage_of_the_box_silences_no_point_and_late_rows_no_rhythm() -> None:
    told = rhythms(100)
    assert rhythm.heard(told, "p", 90_000 * SECOND) is None
    assert rhythm.silent(told, ["p"]) == []
    before = told.points["p"]
    assert rhythm.heard(told, "p", 50_000 * SECOND) is None
    assert told.points["p"] == before


def test_a_point_heard_too_seldom_is_unknown_not_silent() -> None:
    told = rhythms(10)
    for second in range(10, 5000, 10):
        rhythm.alive(told, (1000 + second) * SECOND)
    assert rhythm.silent(told, ["p"]) == []
