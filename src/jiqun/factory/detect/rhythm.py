"""读数节奏 how often points are read, and which of them fell silent while the rest of the factory went on.

Silence is measured in time the factory was heard: an outage of the box silences no single point.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from jiqun.factory.instants import SECOND

ALIVE_MOST = 30 * SECOND
"""A pause of the whole factory counts as no more than this."""
TIMES = 20
LEAST = 180 * SECOND
FEWEST = 20
WEIGHT = 0.05


@dataclass(frozen=True, slots=True)
class Rhythm:
    """One point: instant of its last reading, the same on the clock of heard time, usual interval, how many of them.

    warned  it was told as silent and not yet heard again
    """

    last: int
    heard: int
    usual: float = 0.0
    count: int = 0
    warned: bool = False

    @property
    def limit(self) -> float:
        """How long it may be silent; microseconds."""
        return max(TIMES * self.usual, LEAST)


@dataclass(slots=True)
class Rhythms:
    """All points watched.

    at     latest instant of the factory; heard: the clock of heard time (both microseconds)
    quiet  since when the whole factory is told as silent, None while it is heard
    """

    at: int = 0
    heard: int = 0
    points: dict[str, Rhythm] = field(default_factory=dict[str, Rhythm])
    quiet: int | None = None


@dataclass(frozen=True, slots=True)
class Silence:
    """A point that fell silent: since when, its usual interval, until when (None: it still is)."""

    point: str
    since: int
    usual: float
    until: int | None = None


def heard(rhythms: Rhythms, point: str, at: int) -> Silence | None:
    """Take one reading; gives the silence it ends. What lies before the last one of its point says nothing of rhythm."""
    alive(rhythms, at)
    before = rhythms.points.get(point)
    if before is None:
        rhythms.points[point] = Rhythm(at, rhythms.heard)
        return None
    if at <= before.last:
        return None
    pause = rhythms.heard - before.heard
    silent = before.count >= FEWEST and pause > before.limit
    share = max(WEIGHT, 1 / (before.count + 1))
    usual = before.usual if silent else before.usual + share * (pause - before.usual)
    rhythms.points[point] = Rhythm(at, rhythms.heard, usual, before.count + (not silent))
    return Silence(point, before.last, before.usual, at) if silent else None


def alive(rhythms: Rhythms, at: int) -> None:
    """Some other point of the factory was heard."""
    if at > rhythms.at:
        rhythms.heard += min(at - rhythms.at, ALIVE_MOST) if rhythms.at else 0
        rhythms.at = at


def silent(rhythms: Rhythms, points: Iterable[str]) -> list[Silence]:
    """Points that have been silent for too long and were not told yet; they are marked as told."""
    found: list[Silence] = []
    for point in sorted(points):
        one = rhythms.points.get(point)
        if one is None or one.warned or one.count < FEWEST or rhythms.heard - one.heard <= one.limit:
            continue
        rhythms.points[point] = replace(one, warned=True)
        found.append(Silence(point, one.last, one.usual))
    return found


def plain(rhythms: Rhythms) -> dict[str, Any]:
    """As values JSON can hold."""
    points = {
        key: [one.last, one.heard, one.usual, one.count, one.warned] for key, one in rhythms.points.items()
    }
    return {"at": rhythms.at, "heard": rhythms.heard, "points": points, "quiet": rhythms.quiet}


def rhythms_of(told: dict[str, Any]) -> Rhythms:
    """The rhythms of `plain`; at the beginning for nothing."""
    if not told:
        return Rhythms()
    points = {key: Rhythm(*values) for key, values in told["points"].items()}
    return Rhythms(told["at"], told["heard"], points, told["quiet"])
