"""读数行 rows of readings: by time, and as they arrive.

The SQL is text and not compiled: what stands after FROM is another list of files in every question.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from jiqun.lake.readings.files import arrived_after, between, new_since, source
from jiqun.lake.snapshot import Snapshot
from jiqun.lake.store import Lake

ReadingRow = tuple[str, int, float | None, int, str, int]
"""point, read_us, value, quality (0 good, 1 uncertain, 2 bad), flag, arrived_us."""

COLUMNS = "point, epoch_us(read_at), value, quality, coalesce(flag, ''), epoch_us(arrived_at)"
ONCE = "QUALIFY row_number() OVER (PARTITION BY point, read_at, value, quality ORDER BY arrived_at) = 1"
"""A reading the source sent twice with the same value and quality is given once, as it first came."""


@dataclass(frozen=True, slots=True)
class Span:
    """Readings of a site: of some points (empty for all), from `start_us` to before `end_us` (None is open)."""

    site: str
    points: tuple[str, ...] = ()
    start_us: int | None = None
    end_us: int | None = None

    def where(self) -> str:
        """The condition, with the values of `params`."""
        parts = ["site = $site"]
        if len(self.points) == 1:
            parts.append("point = $point")
        elif self.points:
            parts.append("point IN (SELECT unnest($points))")
        if self.start_us is not None:
            parts.append(f"read_at >= make_timestamp({int(self.start_us)})")
        if self.end_us is not None:
            parts.append(f"read_at < make_timestamp({int(self.end_us)})")
        return " AND ".join(parts)

    def params(self) -> dict[str, object]:
        """Values of the condition."""
        told: dict[str, object] = {"site": self.site}
        if len(self.points) == 1:
            told["point"] = self.points[0]
        elif self.points:
            told["points"] = list(self.points)
        return told


def rows_of(lake: Lake, span: Span, *, limit: int | None = None) -> list[ReadingRow]:
    """Readings in order of (point, read_us, arrived_us)."""
    files = between(lake.snapshot("readings"), span.start_us, span.end_us)
    if not files:
        return []
    sql = f"SELECT {COLUMNS} FROM {source(files)} WHERE {span.where()} {ONCE} ORDER BY point, read_at, arrived_at, value"
    sql += f" LIMIT {int(limit)}" if limit is not None else ""
    return cast(list[ReadingRow], lake.run(sql, span.params()))


@dataclass(frozen=True, slots=True)
class _Looked:
    """Every reading of a site that arrived after `after_us` and stood in `snapshot` was given, up to `upto_us`."""

    snapshot: Snapshot
    after_us: int
    upto_us: int


class Follower:
    """Gives what arrived after a position; asked again, it opens only the files added since."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._turn = threading.Lock()
        self._looked: dict[str, _Looked] = {}

    def since(self, site: str, arrived_us: int, limit: int) -> list[ReadingRow]:
        """Readings that arrived after an instant, in order of (arrived_us, read_us, point, value, quality).

        limit  about how many at most: a batch, whose readings share their instant of arrival, is given whole or not at
               all, so that the last row's `arrived_us` is the next position; one batch at least is given
        """
        snapshot = self._lake.snapshot("readings")
        files = self._files(site, arrived_us, snapshot)
        rows = self._after(site, arrived_us, files, limit + 1)
        whole = len(rows) <= limit
        if not whole:
            rows = self._cut(site, rows, files)
        with self._turn:
            if whole:
                self._looked[site] = _Looked(snapshot, arrived_us, rows[-1][5] if rows else arrived_us)
            else:
                self._looked.pop(site, None)
        return rows

    def _files(self, site: str, arrived_us: int, snapshot: Snapshot) -> Sequence[str]:
        with self._turn:
            looked = self._looked.get(site)
        files = arrived_after(snapshot, arrived_us)
        if looked is None or not looked.snapshot.version <= snapshot.version or arrived_us != looked.upto_us:
            return files
        fresh = set(new_since(snapshot, looked.snapshot))
        return [file for file in files if file in fresh]

    def _after(self, site: str, arrived_us: int, files: Sequence[str], limit: int) -> list[ReadingRow]:
        if not files:
            return []
        sql = (
            f"SELECT {COLUMNS} FROM {source(files)} WHERE site = $site AND arrived_at > make_timestamp({int(arrived_us)})"
            f" ORDER BY arrived_at, read_at, point, value, quality LIMIT {int(limit)}"
        )
        return cast(list[ReadingRow], self._lake.run(sql, {"site": site}))

    def _cut(self, site: str, rows: list[ReadingRow], files: Sequence[str]) -> list[ReadingRow]:
        """Leave the batch out that the limit cut, or give it whole when it is the first."""
        last = rows[-1][5]
        kept = [row for row in rows if row[5] != last]
        if kept:
            return kept
        sql = (
            f"SELECT {COLUMNS} FROM {source(files)} WHERE site = $site AND arrived_at = make_timestamp({int(last)})"
            " ORDER BY read_at, point, value, quality"
        )
        return cast(list[ReadingRow], self._lake.run(sql, {"site": site}))
