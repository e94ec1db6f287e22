"""检测参数 settings of the detectors by name, and what they tell: intervals with point, reason and score."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Flags: TypeAlias = NDArray[np.bool_]

Watch: TypeAlias = Literal["level", "slow", "constant", "blind"]
"""level: held against its level; slow: it wanders by itself, so it is watched the more widely;
constant: it never changed while learnt; blind: too few values to learn from."""
Reason: TypeAlias = Literal[
    "high",
    "low",
    "drift_up",
    "drift_down",
    "stuck",
    "moved",
    "relation",
    "pattern",
    "no_data",
    "silent",
    "silent_site",
]


@dataclass(frozen=True, slots=True)
class Settings:
    """Parameters by name; the limits of a statistic are the larger of theory's and what the training share showed.

    train_share  the first share of the rows is learnt from and never warned about
    fitted       share of the training rows that sets the axes of a group; all of them set limits
    ewma_weight  λ of the EWMA; ewma_limit: L, in its standard deviations
    cusum_slack  k, cusum_limit: h, in standard deviations of a point; only for points that do not wander by themselves
    variance     share of the variance the principal components keep
    margin       how far above what training showed a limit lies
    stuck_rows   a point is stuck after this many equal values, or twice `margin` × the longest run of training
    hold, release  so many of the last rows beyond the limit open a warning; so many rows within it close it
    join         warnings with fewer rows between them are one
    """

    train_share: float = 0.4
    fitted: float = 0.85
    ewma_weight: float = 0.15
    ewma_limit: float = 4.5
    cusum_slack: float = 0.75
    cusum_limit: float = 12.0
    variance: float = 0.95
    margin: float = 1.25
    stuck_rows: int = 12
    hold: int = 4
    release: int = 4
    join: int = 20


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning: rows from `start` up to `end` (exclusive), the points that weigh most, why, and the highest score."""

    start: int
    end: int
    points: tuple[str, ...]
    reason: Reason
    score: float
