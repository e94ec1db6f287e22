"""The statistics of a point against a plain account of each, and what is learnt of points of every make."""

from math import isfinite, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.detecting_series import Floats
from jiqun.factory.detect.group import FEWEST_ROWS, distances, learn_group, smoothed
from jiqun.factory.detect.model import Settings
from jiqun.factory.detect.points import Learnt, PointState, filled, learn, runs, statistics

PLAIN = Settings()
VALUES = st.lists(st.one_of(st.just(nan), st.integers(-5, 5).map(float)), min_size=1, max_size=40)


def noise(rows: int = 400, columns: int = 1) -> Floats:
    return np.random.default_rng(5).normal(size=(rows, columns))


@settings(max_examples=25, deadline=None)
@given(VALUES)
def test_ewma_and_cusum_agree_with_their_formulas(values: list[float]) -> None:
    learnt = Learnt("a", "level", 1.0, 2.0, 2.0)
    ewma, up, down, state = statistics(np.array(values), learnt, PointState(), PLAIN)
    z = average = above = below = 0.0
    for row, value in enumerate(values):
        z = (value - 1.0) / 2.0 if isfinite(value) else z
        average = PLAIN.ewma_weight * z + (1 - PLAIN.ewma_weight) * average
        above = min(1.3 * PLAIN.cusum_limit, max(0.0, above + z - PLAIN.cusum_slack))
        below = min(1.3 * PLAIN.cusum_limit, max(0.0, below - z - PLAIN.cusum_slack))
        assert np.allclose((ewma[row], up[row], down[row]), (average, above, below))
    assert np.allclose((state.ewma, state.up, state.down), (average, above, below))


@settings(max_examples=25, deadline=None)
@given(VALUES)
def test_runs_agree_with_counting(values: list[float]) -> None:
    told, _ = runs(np.array(values), PointState())
    last, run = None, 0
    for row, value in enumerate(values):
        if isfinite(value):
            run = run + 1 if value == last else 1
            last = value
        assert told[row] == run


@settings(max_examples=25, deadline=None)
@given(VALUES, st.integers(-3, 3).map(float))
def test_a_missing_value_stays_at_its_last(values: list[float], start: float) -> None:
    found, last = filled(np.array(values), start), start
    for row, value in enumerate(values):
        last = value if isfinite(value) else last
        assert found[row] == last


@pytest.mark.parametrize(
    ("make", "watch"),
    [
        (lambda n: n, "level"),
        (lambda n: 220 + 5 * n, "level"),
        (np.round, "level"),
        (np.cumsum, "slow"),
        (lambda n: 0.01 * np.arange(len(n)) + 0.1 * n, "slow"),
        (lambda n: np.sin(np.arange(len(n)) / 40) + 0.1 * n, "slow"),
        (lambda n: np.full(len(n), 3.0), "constant"),
        (lambda n: np.full(len(n), nan), "blind"),
        (lambda n: np.where(np.arange(len(n)) < 15, n, nan), "blind"),
        (lambda n: np.where(np.arange(len(n)) % 3, nan, n), "level"),
    ],
)
def test_how_a_point_is_watched(make: object, watch: str) -> None:
    assert learn("a", make(noise()[:, 0]), PLAIN).watch == watch  # type: ignore[operator]


def test_a_few_wild_values_in_training_hardly_widen_it() -> None:
    calm, wild = noise()[:, 0], noise()[:, 0].copy()
    wild[[50, 150, 250]] = 40.0
    assert learn("a", wild, PLAIN).spread < 2.5 * learn("a", calm, PLAIN).spread


def test_a_point_of_few_values_is_not_stuck_for_repeating_itself() -> None:
    steps = np.repeat([1.0, 2.0, 1.0, 3.0] * 10, 10)
    assert learn("a", steps, PLAIN).run >= 20
    mostly = np.where(np.arange(400) == 200, 1.0, 0.0)
    assert learn("a", mostly, PLAIN).run == 0


def test_a_group_needs_points_and_rows() -> None:
    ones = np.ones(4)
    for rows, places in ((FEWEST_ROWS, (0, 1)), (FEWEST_ROWS - 1, (0, 1, 2))):
        assert learn_group(noise(rows, 4), places, 0 * ones, ones, PLAIN) is None
    group = learn_group(noise(FEWEST_ROWS, 4), (0, 2, 3), 0 * ones, ones, PLAIN)
    assert group is not None and group.axes.shape[1] == 3


def test_contributions_add_up_to_the_distances() -> None:
    values, ones = noise(300, 4), np.ones(4)
    group = learn_group(values, (0, 1, 2, 3), 0 * ones, ones, PLAIN)
    assert group is not None
    smooth, _ = smoothed(values, group.level, group.scale, None, PLAIN)
    t2, spe, inside, beside = distances(group, smooth)
    assert np.allclose(inside.sum(axis=1), t2) and np.allclose(beside.sum(axis=1), spe)
    assert (t2 <= group.t2).all() and (spe <= group.spe).all()
