"""预警 warnings out of scores: when, which points weigh most, why; and the words a person reads."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import isnan
from types import MappingProxyType
from typing import TYPE_CHECKING

from jiqun.factory.detect.combine import intervals
from jiqun.factory.detect.detector import REASONS, Scored
from jiqun.factory.detect.model import Reason, Settings, Warned

if TYPE_CHECKING:
    from jiqun.factory.detect.model import Floats

WEIGHTY = 0.25
"""A second point is named when it has at least this share of a warning."""
WORDS: Mapping[Reason, tuple[str, str]] = MappingProxyType(
    {
        "high": ("{}：水平高于训练时的范围", "{}: its level is above what training showed"),
        "low": ("{}：水平低于训练时的范围", "{}: its level is below what training showed"),
        "drift_up": ("{}：持续偏高，像是漂移", "{}: a little too high for long, as a drift is"),
        "drift_down": ("{}：持续偏低，像是漂移", "{}: a little too low for long, as a drift is"),
        "stuck": (
            "{}：数值卡住不变，远久于训练时",
            "{}: stuck at one value for much longer than in training",
        ),
        "moved": ("{}：训练时从不变化，现在变了", "{}: never changed in training and has now"),
        "relation": ("{}：与其余各点的关系变了", "{}: no longer goes with the other points as in training"),
        "pattern": (
            "{}：与其余各点一起离开了训练时的范围",
            "{}: has left, together with others, the range of training",
        ),
        "no_data": ("没有任何点有值，未知", "no point has a value, unknown"),
        "silent": (
            "{}：很久没有新读数，远久于平时",
            "{}: no new reading for much longer than is usual",
        ),
        "silent_site": ("整个工厂没有新读数", "no reading of any point of the factory has come"),
    }
)


def warnings_of(scored: Scored, names: Sequence[str], settings: Settings, *, first: int) -> list[Warned]:
    """The warnings of a scored series; rows before `first` (the training share) are never warned about."""
    import numpy as np

    beyond = np.nan_to_num(scored.score) > 1.0
    beyond[:first] = False
    return [
        _warned(scored, names, (start, end)) for start, end in intervals(beyond.tolist(), settings)
    ]  # fmt: skip


def words(one: Warned) -> dict[str, str]:
    """Why, in both languages, with the points named."""
    return told_of(one.reason, one.points)


def told_of(reason: Reason, points: Sequence[str]) -> dict[str, str]:
    """A reason in both languages (zh, en), with the points named."""
    zh, en = WORDS[reason]
    return {"zh": zh.format("、".join(points)), "en": en.format(", ".join(points))}


def changes(warned: Sequence[Warned], rows: int) -> set[int]:
    """Rows where something changed: each warning's first, and the first behind it."""
    return {row for one in warned for row in (one.start, one.end) if row < rows}


def _warned(scored: Scored, names: Sequence[str], span: tuple[int, int]) -> Warned:
    """The reason and points that weigh most over the rows beyond the limit, each weighed by its score."""
    where = slice(*span)
    reasons, places = defaultdict[int, float](float), defaultdict[int, float](float)
    score, point, reason = (_list(one[where]) for one in (scored.score, scored.point, scored.reason))
    for value, place, why in zip(score, point, reason, strict=True):
        if value > 1:
            reasons[int(why)] += value
            places[int(place)] += value
    best = max(reasons, key=lambda one: reasons[one])
    whole = sum(places.values())
    ranked = sorted(places, key=lambda one: -places[one])
    told = [names[one] for n, one in enumerate(ranked[:3]) if not n or places[one] >= WEIGHTY * whole]
    return Warned(*span, tuple(told), REASONS[best], max(value for value in score if not isnan(value)))


def _list(values: "Floats") -> list[float]:
    return values.tolist()
