"""序列 series of one point for a chart: as many buckets as can be drawn, each with its extremes; gaps stay gaps."""

from dataclasses import dataclass, replace
from typing import cast

from arro3.core import Table

from jiqun.factory.instants import DAY, HOUR, MINUTE, SECOND
from jiqun.lake.readings import rollups
from jiqun.lake.readings.files import between, source
from jiqun.lake.readings.pieces import GRAIN, Plan, bucket, pieces_sql, plan
from jiqun.lake.readings.rows import Span, rows_of
from jiqun.lake.store import Lake

SIZES = (
    SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 15 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE,
    GRAIN, 2 * GRAIN, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 28 * DAY,
)  # fmt: skip
LOOK_BACK = DAY
"""How far before a span the reading is looked for that a counter's rise is reckoned from."""


@dataclass(frozen=True, slots=True)
class Series:
    """A series in equally long columns, a bucket each in order of time; a bucket without a reading is not there.

    t_us       start of the bucket (of a single reading its instant), microseconds since 1970
    low, high  least and greatest usable value, None where every reading of the bucket is bad; so first, last, mean
    count      usable readings; bad: those that are bad or without a value
    bucket_us  size of a bucket; 0 where each reading stands for itself
    source     raw (rows) or rollup (days that have one from it, the others from rows)
    """

    t_us: tuple[int, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    first: tuple[float | None, ...]
    last: tuple[float | None, ...]
    mean: tuple[float | None, ...]
    count: tuple[int, ...]
    bad: tuple[int, ...]
    bucket_us: int
    source: str


@dataclass(frozen=True, slots=True)
class Delta:
    """How far a counter rose in a span; None where no reading fell into it: unknown, never zero.

    resets    how often it went back; what was made between the reading before and a reset is not in `value`
    from_us   instant of the reading it is reckoned from, to_us of the last in the span
    """

    value: float | None
    resets: int
    from_us: int | None
    to_us: int | None


@rollups.once_more
def series_of(lake: Lake, span: Span, *, most: int = 1500) -> Series:
    """The series of a point, of at most about `most` buckets; every extreme of the readings is among them.

    span  must have start and end; readings that are few are given singly
    """
    size = size_for(int(span.end_us or 0) - int(span.start_us or 0), most)
    planned = planned_of(lake, span, rolled=size >= GRAIN)
    if planned.empty:
        return _series([], 0, "raw")
    rows = _buckets(lake, planned, size)
    if not planned.rolled and sum(row[6] + row[7] for row in rows) <= most:
        return _singly(lake, span)
    return _series(rows, size, "rollup" if planned.rolled else "raw")


def size_for(length_us: int, most: int) -> int:
    """The smallest size of a bucket of which at most `most` make up a stretch of time."""
    return next((size for size in SIZES if length_us <= size * max(1, most)), SIZES[-1])


def planned_of(lake: Lake, span: Span, *, rolled: bool) -> Plan:
    """Where the pieces of a span come from, over the newest snapshot."""
    snapshot = lake.snapshot("readings")
    return plan(snapshot, span, rollups.standing(lake.root, snapshot) if rolled else {})


_Bucket = tuple[int, float | None, float | None, float | None, float | None, float | None, int, int]


def _buckets(lake: Lake, planned: Plan, size_us: int) -> list[_Bucket]:
    sql = f"""
        SELECT {bucket("t_us", size_us)} AS start, min(low), max(high),
               arg_min(first, first_us), arg_max(last, last_us), sum(total) / nullif(sum(count), 0),
               CAST(sum(count) AS BIGINT), CAST(sum(readings) - sum(count) AS BIGINT)
        FROM ({pieces_sql(planned, min(size_us, DAY))}) GROUP BY start ORDER BY start"""
    return cast(list[_Bucket], lake.run(sql, planned.span.params()))


def _singly(lake: Lake, span: Span) -> Series:
    rows: list[_Bucket] = []
    for _, read_us, value, quality, _, _ in rows_of(lake, span):
        shown = value if quality != 2 else None
        rows.append((read_us, shown, shown, shown, shown, shown, int(shown is not None), int(shown is None)))
    return _series(rows, 0, "raw")


def _series(rows: list[_Bucket], bucket_us: int, told: str) -> Series:
    t_us, low, high, first, last, mean, count, bad = zip(*rows, strict=True) if rows else ((),) * 8
    return Series(t_us, low, high, first, last, mean, count, bad, bucket_us, told)


def buckets_of(lake: Lake, span: Span, size_us: int) -> Table | None:
    """Readings of many points in buckets, as an Arrow table by (point, t_us); None where there is no file of that time.

    Columns: point, t_us, low, high, mean (usable values), count (usable), bad.
    """
    files = between(lake.snapshot("readings"), span.start_us, span.end_us)
    if not files:
        return None
    sql = f"""
        SELECT point, t_us, min(usable) AS low, max(usable) AS high, avg(usable) AS mean, count(usable) AS count,
               count(*) - count(usable) AS bad
        FROM (SELECT point, {bucket("epoch_us(read_at)", size_us)} AS t_us, CASE WHEN quality <> 2 THEN value END AS usable
              FROM {source(files)} WHERE {span.where()})
        GROUP BY point, t_us ORDER BY point, t_us"""
    return Table.from_arrow(lake.cursor().sql(sql, params=span.params()))


@rollups.once_more
def delta_of(lake: Lake, span: Span) -> Delta:
    """How far a counter rose after `start_us` up to and with `end_us`, from its last reading at or before the start.

    So the rises of spans that follow each other add up to the rise of all. Without a reading within LOOK_BACK before the
    start it is reckoned from the first one in the span.
    """
    start, end = int(span.start_us or 0), int(span.end_us or 0)
    inside = replace(span, start_us=start + 1, end_us=end + 1)
    planned = planned_of(lake, inside, rolled=True)
    found = None if planned.empty else _risen(lake, planned)
    if found is None:
        return Delta(None, 0, None, None)
    first, first_us, last_us, rise, resets = found
    before = _last_before(lake, replace(span, start_us=start - LOOK_BACK, end_us=start + 1))
    if before is None:
        return Delta(rise if last_us > first_us else None, resets, first_us, last_us)
    from_us, value = before
    went_back = first < value
    return Delta(rise + (first if went_back else first - value), resets + went_back, from_us, last_us)


def _risen(lake: Lake, planned: Plan) -> tuple[float, int, int, float, int] | None:
    """First value, first and last instant, rise and resets over all pieces; None where no reading is usable."""
    sql = f"""
        SELECT arg_min(first, first_us), min(first_us), max(last_us),
               sum(rise + CASE WHEN first < before THEN first ELSE coalesce(first - before, 0) END),
               CAST(sum(resets + CAST(coalesce(first < before, false) AS INTEGER)) AS BIGINT)
        FROM (SELECT *, lag(last) OVER (ORDER BY first_us) AS before FROM ({pieces_sql(planned, GRAIN)}) WHERE count > 0)"""
    found = cast(list[tuple[float, int, int, float, int]], lake.run(sql, planned.span.params()))
    return found[0] if found[0][1] is not None else None


def _last_before(lake: Lake, span: Span) -> tuple[int, float] | None:
    files = between(lake.snapshot("readings"), span.start_us, span.end_us)
    if not files:
        return None
    sql = (
        f"SELECT epoch_us(read_at), value FROM {source(files)} WHERE {span.where()} AND quality <> 2"
        " AND value IS NOT NULL ORDER BY read_at DESC, arrived_at DESC, value DESC LIMIT 1"
    )
    found = cast(list[tuple[int, float]], lake.run(sql, span.params()))
    return found[0] if found else None
