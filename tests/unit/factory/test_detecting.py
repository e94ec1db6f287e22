"""Drift and faults: what each statistic sees, what keeps it quiet, and that pieces of a series are scored as the whole."""

from json import dumps, loads
from math import nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from benchmarks.detecting import ours, three_sigma
from benchmarks.detecting_series import KINDS, TRAINED, Floats, made
from jiqun.factory.detect.combine import intervals
from jiqun.factory.detect.detector import Scored, begin, learn_all, score
from jiqun.factory.detect.following import follow, following, learnt_from, model_of, plain_model, plain_state
from jiqun.factory.detect.grid import Cell
from jiqun.factory.detect.model import Settings, Warned
from jiqun.factory.detect.points import learn
from jiqun.factory.detect.verdicts import Comparison, compare
from jiqun.factory.detect.warn import changes, warnings_of, words
from jiqun.factory.instants import SECOND

PLAIN = Settings()
TRAIN, ROWS = 400, 1000


def noise(columns: int = 1, seed: int = 7) -> Floats:
    return np.random.default_rng(seed).normal(size=(ROWS, columns))


def told(values: Floats, names: str = "") -> list[Warned]:
    """Warnings of a series whose first 400 rows are learnt."""
    points = list(names) or [f"p{n}" for n in range(values.shape[1])]
    model = learn_all(points, values[:TRAIN], PLAIN)
    scored, _ = score(model, values, begin(model))
    return warnings_of(scored, points, PLAIN, first=TRAIN)


def test_pure_noise_is_quiet() -> None:
    assert [told(noise(columns, seed)) for columns in (1, 4) for seed in range(3)] == [[]] * 6


@pytest.mark.parametrize(
    ("shift", "reason"), [(3.0, "high"), (-3.0, "low"), (1.3, "drift_up"), (-1.3, "drift_down")]
)
def test_a_shift_is_named_by_its_size_and_side(shift: float, reason: str) -> None:
    values = noise(2)
    values[600:800, 1] += shift
    (one,) = told(values, "ab")
    assert (one.points, one.reason) == (("b",), reason)
    assert 600 <= one.start < 680 and 795 < one.end < 840 and one.score > 1


def test_a_stuck_sensor_is_named() -> None:
    values = noise(2)
    values[600:700, 0] = values[600, 0]
    (one,) = told(values, "ab")
    assert (one.points, one.reason) == (("a",), "stuck")


def test_a_broken_relation_is_seen_though_every_value_is_in_its_range() -> None:
    load = np.repeat(np.random.default_rng(3).choice([-2.0, 0.0, 2.0], size=50), 20)[:, None]
    values = load * [1.0, 1.0, -1.0, 0.5] + 0.1 * noise(4)
    values[600:900, 2] *= -1
    found = told(values, "abcd")
    assert found and {one.reason for one in found} == {"relation"} and found[0].points[0] == "c"
    assert all(one.start > 590 and one.end < 930 for one in found)
    quiet = load * [1.0, 1.0, -1.0, 0.5] + 0.1 * noise(4)
    assert told(quiet, "abcd") == []


def test_a_constant_point_warns_when_it_changes_and_a_blind_one_never() -> None:
    values = noise(3)
    values[:, 1], values[:TRAIN, 2] = 5.0, nan
    values[500:520, 1] = 6.0
    values[500:520, 2] = 1e6
    (one,) = told(values, "abc")
    assert (one.points, one.reason, one.start, one.end) == (("b",), "moved", 500, 520)
    watches = [one.watch for one in learn_all("abc", values[:TRAIN], PLAIN).points]
    assert watches == ["level", "constant", "blind"]


def test_missing_values_and_gaps_are_no_fault() -> None:
    values = noise(4)
    values[550:560] = nan
    values[::7, 1] = nan
    values[600, 2] = np.inf
    assert told(values) == []
    model = learn_all("abcd", values[:TRAIN], PLAIN)
    scored, _ = score(model, values, begin(model))
    assert np.isnan(scored.score[550:560]).all() and np.isfinite(scored.score[:550]).all()


def test_what_wanders_by_itself_is_watched_more_widely() -> None:
    walk = np.cumsum(noise()[:, 0])
    found = learn("a", walk[:TRAIN], PLAIN)
    assert found.watch == "slow" and found.wide > 4 * found.spread
    assert learn("a", noise()[:TRAIN, 0], PLAIN).watch == "level"


@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(1, 999), max_size=4, unique=True))
def test_a_series_in_pieces_is_scored_as_the_whole(cuts: list[int]) -> None:
    values = noise(4)
    values[500:700, 0] += 4
    values[100:110] = nan
    model = learn_all("abcd", values[:TRAIN], PLAIN)
    whole, _ = score(model, values, begin(model))
    carried, parts = begin(model), []
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), ROWS], strict=True):
        part, carried = score(model, values[start:end], carried)
        parts.append(part)
    for name in ("score", "point", "reason"):
        assert np.allclose(
            np.concatenate([getattr(one, name) for one in parts]), getattr(whole, name), equal_nan=True
        )


@settings(max_examples=12, deadline=None)
@given(arrays(np.float64, (120, 3), elements=st.floats(allow_nan=True, allow_infinity=True)))
def test_no_numbers_whatever_bring_it_down(values: Floats) -> None:
    with np.errstate(all="raise", under="ignore"):
        model = learn_all("abc", values[:60], PLAIN)
        scored, _ = score(model, values, begin(model))
        known = np.isfinite(values).any(axis=1)
        assert (np.isfinite(scored.score) == known).all() and len(
            warnings_of(scored, "abc", PLAIN, first=60)
        ) <= 60


def plain_intervals(beyond: list[bool], rule: Settings) -> list[bool]:
    """The rows of warnings, from the words of the rule: found by looking ahead and back instead of row by row."""
    rows, at, spans = len(beyond), 0, []
    while at < rows:
        if not all(beyond[at : at + rule.hold]) or at + rule.hold > rows:
            at += 1
            continue
        end = at
        while end < rows and any(beyond[end : end + rule.release]):
            end += 1
        while not beyond[end - 1]:
            end -= 1
        spans.append((at, end))
        at = end
    marked = [False] * rows
    for n, (start, end) in enumerate(spans):
        near = n and start - spans[n - 1][1] < rule.join
        for row in range(spans[n - 1][1] if near else start, end):
            marked[row] = True
    return marked


@settings(max_examples=50, deadline=None)
@given(st.lists(st.booleans(), max_size=60), st.integers(1, 4), st.integers(1, 4), st.integers(1, 6))
def test_intervals_follow_their_rule(beyond: list[bool], hold: int, release: int, join: int) -> None:
    rule = Settings(hold=hold, release=release, join=join)
    marked = [False] * len(beyond)
    for start, end in intervals(beyond, rule):
        assert beyond[start] and beyond[end - 1]
        marked[start:end] = [True] * (end - start)
    assert marked == plain_intervals(beyond, rule)


def test_a_single_row_beyond_the_limit_is_no_warning() -> None:
    assert intervals([False] * 5 + [True] * 3 + [False] * 5, PLAIN) == []


def test_words_and_changes() -> None:
    one = Warned(5, 9, ("flow", "pressure"), "relation", 2.0)
    assert words(one)["zh"].startswith("flow、pressure：") and words(one)["en"].startswith("flow, pressure:")
    assert changes([one, Warned(12, 20, ("a",), "high", 2.0)], 20) == {5, 9, 12}


def test_nothing_is_told_of_the_training_share() -> None:
    scored = Scored(np.full(100, 5.0), np.zeros(100), np.zeros(100))
    assert [(one.start, one.end) for one in warnings_of(scored, "a", PLAIN, first=40)] == [(40, 100)]


def test_it_is_better_than_three_sigma_on_made_up_faults() -> None:
    found = [Comparison(), Comparison()]
    for kind in KINDS:
        for seed in (301, 302):
            one = made(kind, seed)
            faulty = one.faulty[int(len(one.values) * TRAINED) :].tolist()
            found = [
                both + compare(rule(one), faulty)
                for both, rule in zip(found, (ours, three_sigma), strict=True)
            ]
    mine, plain = found
    assert (mine.f1 or 0) > 0.75 and (mine.f1 or 0) > (plain.f1 or 0) + 0.1
    assert (mine.false_alarm_rate or 0) < 0.15


def test_a_group_is_followed_reading_by_reading_and_kept_as_plain_values() -> None:
    """The third follows the first two; when it does not, the group says so, in any pieces, across what JSON holds."""
    values = noise(3)
    values[:, 2] = values[:, 0] + values[:, 1] + values[:, 2] / 10
    values[700:, 2] = -values[700:, 2]
    names = ("a", "b", "c")
    cells: list[Cell] = [(at * SECOND, tuple(row)) for at, row in enumerate(values[:TRAIN].tolist())]
    learnt = loads(dumps(plain_model(learnt_from(names, cells, PLAIN))))
    told = learn_all(names, values[:TRAIN], PLAIN)
    assert model_of(learnt).points == told.points
    found: list[list[Warned]] = []
    for pieces in (1, 5):
        state: dict[str, object] = {}
        warned = dict[int, object]()
        for rows in np.array_split(np.arange(TRAIN, ROWS), pieces):
            one = following(names, 1.0, learnt, state)
            taken = [
                (place, int(row) * SECOND, float(values[row, place])) for row in rows for place in range(3)
            ]
            warned |= {each.began: each for each in follow(one, taken)}
            state = loads(dumps(plain_state(one)))
        found.append(list(warned.values()))  # type: ignore[arg-type]
    assert found[0] == found[1]
    (first, *_) = found[0]
    assert 695 * SECOND < first.began < 720 * SECOND  # type: ignore[attr-defined]
    assert first.told()[1] in ("relation", "pattern")  # type: ignore[attr-defined]
