"""读数查询 reading the readings of a lake: one door for pages, commands, the watcher and the engines.

Instants are whole microseconds since 1970 UTC; a span runs from `start_us` to before `end_us`.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from arro3.core import Table

from jiqun.lake.readings.counting import ReadingCount, count_of
from jiqun.lake.readings.first import FirstReadings
from jiqun.lake.readings.latest import Latest, LatestValues
from jiqun.lake.readings.rows import Follower, ReadingRow, Span, rows_of
from jiqun.lake.readings.series import Delta, Series, buckets_of, delta_of, series_of
from jiqun.lake.store import Lake

if TYPE_CHECKING:  # written in Ibis, which the watcher lives without
    from jiqun.lake.readings.beside import Row


class ReadingReader:
    """Questions about the readings of a lake; one per process is best, since it keeps what it has looked through."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._latest = LatestValues(lake)
        self._first = FirstReadings(lake)
        self._follower = Follower(lake)

    def count(
        self,
        site: str,
        point: str | Sequence[str] | None = None,
        *,
        start_us: int | None = None,
        end_us: int | None = None,
    ) -> ReadingCount:
        """How many readings there are (each once), of which quality, how many rows repeat one, how many values were held."""
        return count_of(self._lake, Span(site, _points(point), start_us, end_us))

    def rows(
        self,
        site: str,
        points: str | Sequence[str] | None,
        *,
        start_us: int | None,
        end_us: int | None,
        limit: int | None = None,
    ) -> list[ReadingRow]:
        """(point, read_us, value, quality, flag, arrived_us) in order of (point, read_us, arrived_us).

        A reading the source sent twice with the same instant, value and quality is given once, as it first came.
        """
        return rows_of(self._lake, Span(site, _points(points), start_us, end_us), limit=limit)

    def since(self, site: str, arrived_us: int, limit: int = 50_000) -> list[ReadingRow]:
        """Rows that arrived after a position, in order of (arrived_us, read_us); the next position is the last one's
        `arrived_us`. Batches are given whole, so a few more than `limit` may come. Cheap to ask every second.
        """
        return self._follower.since(site, arrived_us, limit)

    def series(self, site: str, point: str, *, start_us: int, end_us: int, most: int = 1500) -> Series:
        """The series of a point for a chart: downsampled by the server, every extreme kept, gaps left open."""
        return series_of(self._lake, Span(site, (point,), start_us, end_us), most=most)

    def buckets(
        self, site: str, points: str | Sequence[str] | None, *, start_us: int, end_us: int, bucket_us: int
    ) -> Table | None:
        """Many points in buckets of one size, as an Arrow table: point, t_us, low, high, mean, count, bad."""
        return buckets_of(self._lake, Span(site, _points(points), start_us, end_us), bucket_us)

    def delta(self, site: str, point: str, start_us: int, end_us: int) -> Delta:
        """How far a counter rose in a span, resets handled; spans that follow each other add up."""
        return delta_of(self._lake, Span(site, (point,), start_us, end_us))

    def latest(self, site: str, points: Iterable[str] | None = None) -> dict[str, Latest]:
        """The last reading of each point; cheap to ask every second."""
        return self._latest.of(site, points)

    def first(self, site: str) -> int | None:
        """The instant of the site's first reading, None before it; cheap to ask every second."""
        return self._first.of(site)

    def gaps(self, site: str, start_us: int, end_us: int) -> "list[Row]":
        """Gaps that touch a span, the earliest first."""
        from jiqun.lake.readings.beside import gaps_of

        return gaps_of(self._lake, site, start_us, end_us)

    def held(self, site: str, limit: int = 100, offset: int = 0) -> "list[Row]":
        """Values held in quarantine, the last that arrived first."""
        from jiqun.lake.readings.beside import held_of

        return held_of(self._lake, site, limit=limit, offset=offset)

    def batches(
        self, site: str, *, arrived_us: int | None = None, limit: int = 100, offset: int = 0
    ) -> "list[Row]":
        """Batches taken, the last first; with `arrived_us` the one a reading came in."""
        from jiqun.lake.readings.beside import batches_of

        return batches_of(self._lake, site, arrived_us=arrived_us, limit=limit, offset=offset)


def _points(given: str | Sequence[str] | None) -> tuple[str, ...]:
    if given is None:
        return ()
    return (given,) if isinstance(given, str) else tuple(given)
