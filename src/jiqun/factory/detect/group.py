"""成组监视 what points do together: principal components of smoothed rows, Hotelling's T² and SPE.

T² is held against χ² with as many degrees as components, one of the limits in use. SPE is ours: each remainder is divided
by its own spread before it is squared, and held against χ² too, where textbooks sum plain squares and use the limit of
Jackson and Mudholkar. The larger of limit and training decides (docs/explanation/standards-read.md).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jiqun.factory.detect.model import Settings
from jiqun.factory.detect.points import ewma_of, filled

if TYPE_CHECKING:
    from jiqun.factory.detect.model import Floats

FEWEST_POINTS = 3
FEWEST_ROWS = 60
RARE = 0.99999
"""Share of quiet rows a limit is to let pass, as far as theory goes."""


@dataclass(frozen=True, slots=True)
class Group:
    """Points learnt together.

    members       places of the points among all, (m,)
    level, scale  of the points as they were learnt; centre (m,) of the smoothed rows in these terms
    axes          (p, m) principal components; within (p,) and beside (m,): spread of what falls on them, and of the rest
    t2, spe       limits of the two distances
    """

    members: tuple[int, ...]
    level: "Floats"
    scale: "Floats"
    centre: "Floats"
    axes: "Floats"
    within: "Floats"
    beside: "Floats"
    t2: float = 1.0
    spe: float = 1.0


def learn_group(
    values: "Floats", places: tuple[int, ...], levels: "Floats", scales: "Floats", settings: Settings
) -> Group | None:
    """Learn a group from training rows (rows, points); None for fewer than three points or 60 rows.

    levels, scales  (points,) median and spread of each point
    """
    import numpy as np
    from scipy.stats import chi2  # type: ignore[reportMissingTypeStubs]
    from sklearn.decomposition import PCA  # type: ignore[reportMissingTypeStubs]

    if len(places) < FEWEST_POINTS or len(values) < FEWEST_ROWS:
        return None
    members = list(places)
    level, scale = levels[members], scales[members]
    smooth, _ = smoothed(values[:, members], level, scale, None, settings)
    cut = int(len(smooth) * settings.fitted)
    centre = np.mean(smooth[:cut], axis=0)
    fitted = PCA(n_components=settings.variance, svd_solver="full")
    fitted.fit(smooth[:cut])  # pyright: ignore[reportUnknownMemberType]
    axes = np.asarray(fitted.components_, dtype=np.float64)  # pyright: ignore[reportUnknownMemberType]
    raw = filled((values[:, members] - level) / scale, 0.0) - centre
    within = _spread(smooth - centre, raw, axes.T, settings)
    rest = np.eye(len(members)) - axes.T @ axes
    beside = _spread(smooth - centre, raw, rest, settings)
    bare = Group(places, level, scale, centre, axes, within, beside)
    t2, spe, _, _ = distances(bare, smooth)
    floors = [
        float(chi2.ppf(RARE, freedom))  # pyright: ignore[reportUnknownMemberType]
        for freedom in (len(axes), max(1, len(members) - len(axes)))
    ]
    t2_top, spe_top = (settings.margin * float(np.max(one)) for one in (t2, spe))
    return Group(
        places, level, scale, centre, axes, within, beside, max(t2_top, floors[0]), max(spe_top, floors[1])
    )


def _spread(smooth: "Floats", raw: "Floats", onto: "Floats", settings: Settings) -> "Floats":
    """Spread of the smoothed rows on some axes, wider where they wander by themselves (see `points.wander`)."""
    import numpy as np

    weight = settings.ewma_weight
    spread = np.sqrt(np.mean((smooth @ onto) ** 2, axis=0))
    noise = np.std(raw @ onto, axis=0) * (weight / (2 - weight)) ** 0.5
    return np.maximum(spread * np.maximum(1.0, spread / np.maximum(noise, 1e-9)), 0.02)


def smoothed(
    values: "Floats", level: "Floats", scale: "Floats", state: "Floats | None", settings: Settings
) -> tuple["Floats", "Floats"]:
    """EWMA of the scaled rows (rows, m), and the last of them to go on from; a missing value stays at its last."""
    import numpy as np

    z = (values - level) / scale
    start = filled(z[:1], 0.0)[0] if state is None else state
    found = ewma_of(filled(z, start), settings.ewma_weight, start)
    return found, np.asarray(found[-1])


def distances(group: Group, smooth: "Floats") -> tuple["Floats", "Floats", "Floats", "Floats"]:
    """T² and SPE of smoothed rows (rows,), and what each point adds to either (rows, m)."""
    import numpy as np

    off = smooth - group.centre
    scores = off @ group.axes.T
    rest = (off - scores @ group.axes) / group.beside
    inside = (scores / group.within**2) @ group.axes * off
    return np.sum((scores / group.within) ** 2, axis=1), np.sum(rest**2, axis=1), inside, rest**2
