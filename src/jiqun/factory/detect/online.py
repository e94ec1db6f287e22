"""逐值监视 one point, value by value, in plain Python: the twin of `points` for a watcher that is to stay small.

The same formulas, limits and states; a test holds both beside each other on generated series. A value that is missing
(None) is scored as what was last known.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from math import isfinite
from statistics import median, pstdev

from jiqun.factory.detect.model import Reason, Settings
from jiqun.factory.detect.points import CLIPPED, FEWEST, MAD_TO_SIGMA, SLOW, Learnt, PointState

Value = float | None
LARGEST = 1e150


def learn_plainly(name: str, values: Sequence[Value], settings: Settings) -> Learnt:
    """Learn a point from its training values, in its own unit."""
    known = [one for one in map(_clean, values) if one is not None]
    if len(known) < FEWEST:
        return Learnt(name, "blind", 0.0, 0.0)
    level = median(known)
    spread = max(MAD_TO_SIGMA * median(abs(one - level) for one in known), 0.5 * pstdev(known))
    if spread <= 1e-9 * max(abs(level), 1e-9):
        return Learnt(name, "constant", level, 0.0, max(abs(level) * 1e-3, 1e-9))
    weight = settings.ewma_weight
    noise = (weight / (2 - weight)) ** 0.5
    slowness = max(1.0, pstdev(_smooth(known, level, spread, weight)) / noise)
    first = Learnt(name, "level" if slowness < SLOW else "slow", level, spread, spread * slowness**2)
    state, ewma, sums = PointState(), 0.0, 0.0
    for value in values:
        state = _moved(first, state, _clean(value), settings)
        ewma, sums = max(ewma, abs(state.ewma)), max(sums, state.up, state.down)
    longest = max(len(list(run)) for _, run in groupby(known))
    run = max(settings.stuck_rows, int(2 * settings.margin * longest)) if longest < len(known) / 4 else 0
    limits = (
        max(settings.ewma_limit * noise, settings.margin * ewma),
        max(settings.cusum_limit, settings.margin * sums),
    )
    return replace(first, ewma=limits[0], cusum=limits[1], run=run)


def stepped(
    learnt: Learnt, state: PointState, value: Value, settings: Settings
) -> tuple[PointState, float, Reason]:
    """The state behind a value, its score (above 1: beyond a limit) and which statistic that is."""
    value = _clean(value)
    if learnt.watch == "blind":
        return state, 0.0, "high"
    if learnt.watch == "constant":
        return state, 0.0 if value is None else abs(value - learnt.level) / learnt.wide / 2, "moved"
    state = _moved(learnt, state, value, settings)
    if learnt.run and value is not None:
        state = replace(state, run=state.run + 1 if value == state.last else 1, last=value)
    score, reason = max(_told(learnt, state), key=lambda one: one[0])  # of equals the first, as in `detector`
    return state, max(score, 0.0), reason


def _told(learnt: Learnt, state: PointState) -> Iterator[tuple[float, Reason]]:
    yield state.ewma / learnt.ewma, "high"
    yield -state.ewma / learnt.ewma, "low"
    if learnt.watch == "level":
        yield state.up / learnt.cusum, "drift_up"
        yield state.down / learnt.cusum, "drift_down"
    if learnt.run:
        yield state.run / learnt.run, "stuck"


def _moved(learnt: Learnt, state: PointState, value: Value, settings: Settings) -> PointState:
    """EWMA and CUSUMs behind a value; see `points.statistics`."""
    z = state.seen if value is None else _clipped((value - learnt.level) / learnt.wide)
    slack, most = settings.cusum_slack, 1.3 * max(learnt.cusum, settings.cusum_limit)
    weight = settings.ewma_weight
    return replace(
        state, seen=z, ewma=weight * z + (1 - weight) * state.ewma,
        up=min(max(state.up + z - slack, 0.0), most), down=min(max(state.down - z - slack, 0.0), most),
    )  # fmt: skip


def _smooth(known: Sequence[float], level: float, spread: float, weight: float) -> list[float]:
    found, last = list[float](), 0.0
    for value in known:
        last = weight * _clipped((value - level) / spread) + (1 - weight) * last
        found.append(last)
    return found


def _clipped(z: float) -> float:
    return min(max(z, -CLIPPED), CLIPPED)


def _clean(value: Value) -> Value:
    return None if value is None or not isfinite(value) else min(max(value, -LARGEST), LARGEST)
