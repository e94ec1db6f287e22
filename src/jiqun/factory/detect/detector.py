"""检测器 the detector: learn points and their group from the training share, then score the rows behind it piece by piece.

The score of a row is the largest of its statistics over their limits: above 1 it is beyond one of them. Which statistic
and which point that is gives the warning its reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jiqun.factory.detect.group import Group, distances, learn_group, smoothed
from jiqun.factory.detect.model import Reason, Settings
from jiqun.factory.detect.points import Learnt, PointState, learn, runs, statistics

if TYPE_CHECKING:
    from jiqun.factory.detect.model import Floats

REASONS: tuple[Reason, ...] = (
    "high", "low", "drift_up", "drift_down", "stuck", "moved", "relation", "pattern", "no_data",
)  # fmt: skip


LARGEST = 1e150


@dataclass(frozen=True, slots=True)
class Model:
    """What was learnt: every point by itself, and the group of those that vary (None where there are too few)."""

    points: tuple[Learnt, ...]
    group: Group | None
    settings: Settings


@dataclass(frozen=True, slots=True)
class Carried:
    """What goes on from one piece of a series to the next."""

    points: tuple[PointState, ...]
    group: "Floats | None" = None


@dataclass(frozen=True, slots=True)
class Scored:
    """Rows of one piece: score (NaN where no point has a value), place of the point, place in REASONS; (rows,) each."""

    score: "Floats"
    point: "Floats"
    reason: "Floats"


def learn_all(names: Sequence[str], values: "Floats", settings: Settings) -> Model:
    """Learn from training rows (rows, points)."""
    import numpy as np

    values = _clean(values)
    points = tuple(learn(name, values[:, at], settings) for at, name in enumerate(names))
    places = tuple(at for at, one in enumerate(points) if one.watch in ("level", "slow"))
    levels, scales = (np.array([getattr(one, name) for one in points]) for name in ("level", "spread"))
    return Model(points, learn_group(values, places, levels, scales, settings), settings)


def begin(model: Model) -> Carried:
    """The state before the first row."""
    return Carried(tuple(PointState() for _ in model.points))


def score(model: Model, values: "Floats", carried: Carried) -> tuple[Scored, Carried]:
    """Score rows (rows, points) that follow on what was carried."""
    import numpy as np

    values = _clean(values)
    best = np.zeros(len(values))
    point, reason = np.zeros(len(values)), np.zeros(len(values))
    states: list[PointState] = []
    for at, (learnt, state) in enumerate(zip(model.points, carried.points, strict=True)):
        after, told = _point(learnt, values[:, at], state, model.settings)
        states.append(after)
        for name, found in told.items():
            _take(best, point, reason, (found, np.full(len(found), at), REASONS.index(name)))
    row = carried.group
    if model.group is not None:
        group = model.group
        own = values[:, list(group.members)]
        smooth, row = smoothed(own, group.level, group.scale, row, model.settings)
        t2, spe, inside, beside = distances(group, smooth)
        members = np.array(group.members)
        _take(
            best,
            point,
            reason,
            (spe / group.spe, members[np.argmax(beside, axis=1)], REASONS.index("relation")),
        )
        _take(
            best, point, reason, (t2 / group.t2, members[np.argmax(inside, axis=1)], REASONS.index("pattern"))
        )
    silent = ~np.isfinite(values).any(axis=1)
    best[silent] = np.nan
    reason[silent] = REASONS.index("no_data")
    return Scored(best, point, reason), Carried(tuple(states), row)


def _clean(values: "Floats") -> "Floats":
    """Infinities are missing values; what no sensor reads is held where squares still are numbers."""
    import numpy as np

    return np.clip(np.where(np.isfinite(values), values, np.nan), -LARGEST, LARGEST)


def _take(best: "Floats", point: "Floats", reason: "Floats", offer: tuple["Floats", "Floats", int]) -> None:
    """Where the offered score is higher, it is the one that counts."""
    found, place, name = offer
    higher = found > best
    best[higher], point[higher], reason[higher] = found[higher], place[higher], name


def _point(
    learnt: Learnt, values: "Floats", state: PointState, settings: Settings
) -> tuple[PointState, Mapping[Reason, "Floats"]]:
    """Every statistic of one point over its limit."""
    import numpy as np

    if learnt.watch == "blind":
        return state, {}
    if learnt.watch == "constant":
        return state, {"moved": np.nan_to_num(np.abs(values - learnt.level)) / learnt.wide / 2}
    ewma, up, down, state = statistics(values, learnt, state, settings)
    told: dict[Reason, Floats] = {"high": ewma / learnt.ewma, "low": -ewma / learnt.ewma}
    if learnt.watch == "level":
        told |= {"drift_up": up / learnt.cusum, "drift_down": down / learnt.cusum}
    if learnt.run:
        equal, state = runs(values, state)
        told["stuck"] = equal / learnt.run
    return state, told
