"""最新值 latest values: of each point of a site the last reading, kept in memory and brought up to date cheaply.

The first question reads the newest day, and older ones for the points that fell silent in them; every later one opens
only the files added since.
"""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from jiqun.factory.instants import day_of
from jiqun.lake.readings import rollups
from jiqun.lake.readings.files import by_day, new_since, source
from jiqun.lake.readings.rows import Span
from jiqun.lake.snapshot import Snapshot
from jiqun.lake.store import Lake

DAYS_BACK = 35
"""How far the first question looks for points that fell silent; older ones have no latest value."""


@dataclass(frozen=True, slots=True)
class Latest:
    """The last reading of a point by the instant of the source; of several, the one that arrived last."""

    read_us: int
    value: float | None
    quality: int
    arrived_us: int


@dataclass(slots=True)
class _Kept:
    snapshot: Snapshot
    points: dict[str, Latest]


class LatestValues:
    """Latest values by site; safe to share between threads."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._turn = threading.Lock()
        self._kept: dict[str, _Kept] = {}

    def of(self, site: str, points: Iterable[str] | None = None) -> dict[str, Latest]:
        """Latest values of some points (None for all); a point without a reading in DAYS_BACK days is left out."""
        with self._turn:
            found = self._up_to_date(site)
            if points is None:
                return dict(found)
            return {point: found[point] for point in points if point in found}

    @rollups.once_more
    def _up_to_date(self, site: str) -> Mapping[str, Latest]:
        snapshot = self._lake.snapshot("readings")
        kept = self._kept.get(site)
        if kept is None or kept.snapshot.version > snapshot.version:
            kept = self._kept[site] = _Kept(snapshot, self._from_the_start(site, snapshot))
        elif kept.snapshot.version < snapshot.version:
            _take(kept.points, self._last_in(site, new_since(snapshot, kept.snapshot)))
            kept.snapshot = snapshot
        return kept.points

    def _from_the_start(self, site: str, snapshot: Snapshot) -> dict[str, Latest]:
        """The newest day and days not rolled up are read; of older days only points that fell silent in them."""
        days = dict(list(by_day(snapshot).items())[-DAYS_BACK:])
        rolled = {
            day: file for day, file in rollups.standing(self._lake.root, snapshot).items() if day in days
        }
        found: dict[str, Latest] = {}
        for day, files in days.items():
            if day not in rolled or day == max(days):
                _take(found, self._last_in(site, files))
        silent: dict[date, list[str]] = {}
        for point, seen_us in self._last_seen(site, list(rolled.values())):
            if point not in found:
                silent.setdefault(day_of(seen_us), []).append(point)
        for day, points in silent.items():
            _take(found, self._last_in(site, days[day], points))
        return found

    def _last_seen(self, site: str, files: Sequence[str]) -> list[tuple[str, int]]:
        """Of each point the instant of its last reading, out of rollups."""
        if not files:
            return []
        sql = f"SELECT point, max(seen_last_us) FROM {source(files)} WHERE site = $site GROUP BY point"
        return cast(list[tuple[str, int]], self._lake.run(sql, {"site": site}))

    def _last_in(self, site: str, files: Sequence[str], points: Sequence[str] = ()) -> dict[str, Latest]:
        if not files:
            return {}
        span = Span(site, tuple(points))
        key = "epoch_us(read_at)::HUGEINT * 10000000000000000 + epoch_us(arrived_at)"
        row = "{'read_at': read_at, 'value': value, 'quality': quality, 'arrived_at': arrived_at}"
        sql = (
            "SELECT point, epoch_us(last.read_at), last.value, last.quality, epoch_us(last.arrived_at) FROM ("
            f"SELECT point, arg_max({row}, {key}) AS last FROM {source(files)} WHERE {span.where()} GROUP BY point)"
        )
        rows = cast(list[tuple[str, int, float | None, int, int]], self._lake.run(sql, span.params()))
        return {point: Latest(*rest) for point, *rest in rows}


def _take(into: dict[str, Latest], newer: Mapping[str, Latest]) -> None:
    """Keep of each point the later one."""
    for point, one in newer.items():
        known = into.get(point)
        if known is None or (known.read_us, known.arrived_us) <= (one.read_us, one.arrived_us):
            into[point] = one
