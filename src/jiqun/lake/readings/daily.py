"""按日计数 readings of a span counted by point and day of Shanghai, and what a counter grew by: one question each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import cast

from jiqun.lake.readings.files import between, source
from jiqun.lake.readings.rows import Span
from jiqun.lake.store import Lake

DAY = "date_trunc('day', read_at + INTERVAL 8 HOUR)::DATE"


@dataclass(frozen=True, slots=True)
class DayCount:
    """Readings of one point on one day: all, good ones, and the instants of arrival of the first and the last."""

    point: str
    day: date
    readings: int
    good: int
    first_arrived_us: int
    last_arrived_us: int


@dataclass(frozen=True, slots=True)
class Growth:
    """What a counter grew by from `first_us` (the reading before the span, if one was found) to its last of the span.

    resets  how often it began anew
    value   None with fewer than two readings; after a reset what it shows is what grew since
    """

    value: float | None
    resets: int
    first_us: int
    last_us: int


def daily_counts(lake: Lake, span: Span) -> tuple[DayCount, ...]:
    """Counts by point and day, in that order; a day without a reading has no row."""
    files = between(lake.snapshot("readings"), span.start_us, span.end_us)
    if not files:
        return ()
    sql = (
        f"SELECT point, {DAY} AS day, count(*), count_if(quality = 0), epoch_us(min(arrived_at)),"
        f" epoch_us(max(arrived_at)) FROM {source(files)} WHERE {span.where()} GROUP BY point, day ORDER BY point, day"
    )
    rows = cast(list[tuple[str, date, int, int, int, int]], lake.run(sql, span.params()))
    return tuple(DayCount(*row) for row in rows)


def growth_of(lake: Lake, span: Span, *, look_back_us: int = 0) -> dict[str, Growth]:
    """What every point of the span grew by, taken as a counter: rises added up, a fall is a reset that begins from 0.

    look_back_us  how far before the span the reading is looked for that the first rise is counted from
    """
    start = span.start_us or 0
    looked = replace(span, start_us=start - look_back_us)
    files = between(lake.snapshot("readings"), looked.start_us, span.end_us)
    if not files or not span.points:
        return {}
    at = "PARTITION BY point ORDER BY read_at, arrived_at, value"
    sql = (
        "SELECT point, sum(CASE WHEN value < before THEN value ELSE value - before END), count_if(value < before),"
        " epoch_us(min(coalesce(since, read_at))), epoch_us(max(read_at)) FROM (SELECT point, read_at, value,"
        f" lag(value) OVER ({at}) AS before, lag(read_at) OVER ({at}) AS since FROM {source(files)}"
        f" WHERE {looked.where()} AND quality < 2 AND value IS NOT NULL) WHERE read_at >= make_timestamp({int(start)})"
        " GROUP BY point"
    )
    rows = cast(list[tuple[str, float | None, int, int, int]], lake.run(sql, looked.params()))
    return {point: Growth(*rest) for point, *rest in rows}


def batches_between(
    lake: Lake, site: str, arrived: tuple[int, int], *, limit: int = 200
) -> list[dict[str, object]]:
    """Batches of a site that arrived from an instant to another (both included), in order."""
    snapshot = lake.snapshot("reading_batches")
    if not snapshot.files:
        return []
    names: Sequence[str] = ("batch", "arrived_us", "readings", "held", "first_us", "last_us")
    sql = (
        "SELECT batch, epoch_us(arrived_at), readings, held, epoch_us(first_read_at), epoch_us(last_read_at)"
        f" FROM {source(snapshot.files)} WHERE site = $site AND arrived_at >= make_timestamp({int(arrived[0])})"
        f" AND arrived_at <= make_timestamp({int(arrived[1])}) ORDER BY arrived_at LIMIT {int(limit)}"
    )
    return [dict(zip(names, row, strict=True)) for row in lake.run(sql, {"site": site})]


def batch_count(lake: Lake, site: str, arrived: tuple[int, int]) -> int:
    """How many batches of a site arrived from an instant to another (both included)."""
    snapshot = lake.snapshot("reading_batches")
    if not snapshot.files:
        return 0
    sql = (
        f"SELECT count(*) FROM {source(snapshot.files)} WHERE site = $site AND arrived_at >="
        f" make_timestamp({int(arrived[0])}) AND arrived_at <= make_timestamp({int(arrived[1])})"
    )
    return cast(int, lake.run(sql, {"site": site})[0][0])
