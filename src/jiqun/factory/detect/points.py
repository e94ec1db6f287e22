"""单点监视 every point by itself: level and spread learnt robustly, then EWMA, CUSUM and runs of equal values.

Missing values (NaN) change nothing and are scored as what was last known.
"""

from dataclasses import dataclass, replace
from math import isnan, nan
from typing import TYPE_CHECKING

from jiqun.factory.detect.model import Settings, Watch

if TYPE_CHECKING:
    from jiqun.factory.detect.model import Floats

FEWEST = 20
"""Values a point needs in the training share."""
MAD_TO_SIGMA = 1.4826
SLOW = 1.5
CLIPPED = 50.0


@dataclass(frozen=True, slots=True)
class Learnt:
    """One point as it was in training: level, spread (one standard deviation), limits of its statistics.

    wide         the spread it is watched with: wider where it wanders by itself
    ewma, cusum  limits in units of `wide`; run: equal values in a row that make it stuck (0: never)
    """

    name: str
    watch: Watch
    level: float
    spread: float
    wide: float = 1.0
    ewma: float = 1.0
    cusum: float = 1.0
    run: int = 0


@dataclass(frozen=True, slots=True)
class PointState:
    """What is carried from one piece of a series to the next."""

    seen: float = 0.0
    ewma: float = 0.0
    up: float = 0.0
    down: float = 0.0
    last: float = nan
    run: int = 0


def learn(name: str, values: "Floats", settings: Settings) -> Learnt:
    """Learn a point from its training values (rows,), in its own unit."""
    import numpy as np

    known = values[np.isfinite(values)]
    if len(known) < FEWEST:
        return Learnt(name, "blind", 0.0, 0.0)
    level = float(np.median(known))
    spread = float(max(MAD_TO_SIGMA * np.median(np.abs(known - level)), 0.5 * np.std(known)))
    if spread <= 1e-9 * max(abs(level), 1e-9):
        return Learnt(name, "constant", level, 0.0, max(abs(level) * 1e-3, 1e-9))
    slowness = wander(
        ewma_of(filled((known - level) / spread, 0.0), settings.ewma_weight), settings.ewma_weight
    )
    wide = spread * slowness**2
    first = Learnt(name, "level" if slowness < SLOW else "slow", level, spread, wide)
    ewma, up, down, _ = statistics(values, first, PointState(), settings)
    own = settings.ewma_limit * (settings.ewma_weight / (2 - settings.ewma_weight)) ** 0.5
    seen = settings.margin * float(np.max(np.abs(ewma)))
    sums = settings.margin * float(np.max(np.maximum(up, down)))
    longest = _longest_run(known)
    run = max(settings.stuck_rows, int(2 * settings.margin * longest)) if longest < len(known) / 4 else 0
    return Learnt(
        name, first.watch, level, spread, wide, max(own, seen), max(settings.cusum_limit, sums), run
    )


def wander(smooth: "Floats", weight: float) -> float:
    """How much more the EWMA of a scaled series spreads than that of pure noise: 1 for noise, up to √((2 − λ) ÷ λ) for
    a series that moves slowly by itself. What wandered while it was learnt may wander further."""
    import numpy as np

    return max(1.0, float(np.std(smooth)) / (weight / (2 - weight)) ** 0.5)


def ewma_of(z: "Floats", weight: float, start: "Floats | float" = 0.0) -> "Floats":
    """EWMA of scaled values without missing ones, (rows,) or (rows, points), going on from `start`."""
    import numpy as np
    from scipy.signal import lfilter  # type: ignore[reportMissingTypeStubs]

    carried = (1 - weight) * np.broadcast_to(np.asarray(start, dtype=np.float64), z[:1].shape)
    return np.asarray(lfilter([weight], [1, weight - 1], z, axis=0, zi=carried)[0], dtype=np.float64)


def filled(z: "Floats", start: "Floats | float") -> "Floats":
    """Scaled values with every missing one at its last (`start` before the first), and none beyond CLIPPED."""
    import numpy as np

    known = np.isfinite(z)
    if not known.all():
        rows = np.arange(len(z)).reshape(-1, *[1] * (z.ndim - 1))
        last = np.maximum.accumulate(np.where(known, rows, -1), axis=0)
        kept = np.take_along_axis(np.where(known, z, 0.0), np.maximum(last, 0), axis=0)
        z = np.where(last < 0, start, kept)
    return np.clip(z, -CLIPPED, CLIPPED)


def statistics(
    values: "Floats", learnt: Learnt, state: PointState, settings: Settings
) -> tuple["Floats", "Floats", "Floats", PointState]:
    """EWMA and both CUSUMs of the rows, in spreads, and the state behind them.

    The CUSUMs are held at 1.3 times their limit, so that they come down again once a fault is over.
    """
    import numpy as np

    z = filled((values - learnt.level) / learnt.wide, state.seen)
    ewma = ewma_of(z, settings.ewma_weight, state.ewma)
    slack, most = settings.cusum_slack, 1.3 * max(learnt.cusum, settings.cusum_limit)
    up, down = state.up, state.down
    ups: list[float] = []
    downs: list[float] = []
    for far in z.tolist():
        up += far - slack
        up = 0.0 if up < 0 else most if up > most else up
        down -= far + slack
        down = 0.0 if down < 0 else most if down > most else down
        ups.append(up)
        downs.append(down)
    last = replace(state, seen=float(z[-1]), ewma=float(ewma[-1]), up=up, down=down)
    return ewma, np.array(ups), np.array(downs), last


def runs(values: "Floats", state: PointState) -> tuple["Floats", PointState]:
    """How many equal values in a row each row ends; missing values neither end a run nor add to it."""
    import numpy as np

    last, run = state.last, state.run
    told: list[int] = []
    for value in values.tolist():
        if not isnan(value):
            run = run + 1 if value == last else 1
            last = value
        told.append(run)
    return np.array(told, dtype=np.float64), replace(state, last=last, run=run)


def _longest_run(known: "Floats") -> int:
    import numpy as np

    ends = np.flatnonzero(np.diff(known) != 0)
    return int(np.max(np.diff(np.concatenate(([-1], ends, [len(known) - 1])))))
