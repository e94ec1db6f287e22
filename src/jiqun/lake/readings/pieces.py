"""分段 pieces of readings: what is told of a stretch of time of a point, from its rows or from a rollup (汇总).

One piece = one bucket of one point: how many readings, least, greatest, first, last, sum, and how far a counter rose.
Pieces of neighbouring time add up, whichever they were made from; a bucket without a reading has no piece.

readings  each once, however often it was sent; count = those that can be used (value there, quality not bad);
          uncertain, bad: those of that quality
repeated  rows that repeat another one's point, instant, value and quality
low high total first last  of the usable, in the unit of the point; first_us last_us their instants
seen_first_us seen_last_us  instants of the first and last row of any quality
rise      how far the values rose within the piece; a smaller value is a reset and counts from 0 (see oee.quantities)
resets    how often the value went back
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from jiqun.factory.instants import DAY, HOUR, MINUTE, midnight
from jiqun.lake.readings.files import by_day, source
from jiqun.lake.readings.rows import Span
from jiqun.lake.snapshot import Snapshot

GRAIN = 15 * MINUTE
"""Of rollups; buckets of Shanghai time, as all buckets are."""
ZONE = 8 * HOUR
COLUMNS = (
    "readings", "repeated", "count", "uncertain", "bad", "low", "high", "total", "first", "last",
    "first_us", "last_us", "seen_first_us", "seen_last_us", "rise", "resets",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """Where the pieces of a span are to come from.

    raw     files with the span of their rows that is wanted
    rolled  rollup files, of which pieces from `from_us` to before `upto_us` are wanted
    """

    span: Span
    raw: tuple[tuple[tuple[str, ...], Span], ...]
    rolled: tuple[str, ...]
    from_us: int = 0
    upto_us: int = 0

    @property
    def empty(self) -> bool:
        """Is there no file that could hold anything?"""
        return not self.raw and not self.rolled

    def rolled_sql(self) -> str:
        """What stands after FROM to read the wanted pieces of the rollups."""
        bare = replace(self.span, start_us=None, end_us=None).where()
        return (
            f"(SELECT site, point, t_us, {', '.join(COLUMNS)} FROM {source(self.rolled)}"
            f" WHERE {bare} AND t_us >= {self.from_us} AND t_us < {self.upto_us})"
        )


def bucket(column: str, size_us: int) -> str:
    """SQL of the start of the bucket of an instant: buckets of a size are counted from midnight in Shanghai."""
    return f"(({column} + {ZONE}) // {size_us} * {size_us} - {ZONE})"


def plan(snapshot: Snapshot, span: Span, rollups: dict[date, str]) -> Plan:
    """Days that have a rollup are read from it, but for cut buckets at the ends; the others from their rows."""
    raw: list[tuple[tuple[str, ...], Span]] = []
    rolled: list[str] = []
    whole: list[str] = []
    days = by_day(snapshot)
    from_us, upto_us = _ends(span, list(days))
    inner_from, inner_upto = (
        -(-(from_us + ZONE) // GRAIN) * GRAIN - ZONE,
        (upto_us + ZONE) // GRAIN * GRAIN - ZONE,
    )
    for day, files in days.items():
        low, high = max(from_us, midnight(day)), min(upto_us, midnight(day) + DAY)
        if low >= high:
            continue
        middle = max(low, inner_from), min(high, inner_upto)
        if day not in rollups or middle[0] >= middle[1]:
            whole += files
            continue
        rolled.append(rollups[day])
        edges = ((low, middle[0]), (middle[1], high))
        raw += [(tuple(files), replace(span, start_us=a, end_us=b)) for a, b in edges if a < b]
    if whole:
        raw.append((tuple(whole), span))
    return Plan(span, tuple(raw), tuple(rolled), inner_from, inner_upto)


def pieces_sql(planned: Plan, size_us: int) -> str:
    """SQL of the pieces of a plan (not empty): site, point, t_us and COLUMNS; values bound by the span's `params`.

    size_us  of buckets of what is read from rows; what is read from rollups comes at their grain
    """
    parts = [from_rows(files, span.where(), size_us) for files, span in planned.raw]
    parts += [f"FROM {planned.rolled_sql()}"] if planned.rolled else []
    return " UNION ALL ".join(f"({part})" for part in parts)


def from_rows(files: Sequence[str], where: str, size_us: int) -> str:
    """SQL of the pieces of rows of some files."""
    return f"""
        WITH chosen AS (
            SELECT site, point, epoch_us(read_at) AS us, min(arrived_at) AS arrived_at, value, quality, count(*) AS times,
                   quality <> 2 AND value IS NOT NULL AS usable, {bucket("epoch_us(read_at)", size_us)} AS t_us
            FROM {source(files)} WHERE {where} GROUP BY site, point, read_at, value, quality
        ), placed AS (
            SELECT *, lag(value) OVER turn AS before, row_number() OVER turn AS place FROM chosen
            WINDOW turn AS (PARTITION BY site, point, t_us, usable ORDER BY us, arrived_at, value)
        )
        SELECT site, point, t_us, count(*) AS readings, CAST(sum(times) AS BIGINT) - count(*) AS repeated,
               count(*) FILTER (usable) AS count,
               count(*) FILTER (quality = 1) AS uncertain, count(*) FILTER (quality = 2) AS bad,
               min(value) FILTER (usable) AS low, max(value) FILTER (usable) AS high,
               sum(value) FILTER (usable) AS total, arg_min(value, place) FILTER (usable) AS first,
               arg_max(value, place) FILTER (usable) AS last, min(us) FILTER (usable) AS first_us,
               max(us) FILTER (usable) AS last_us, min(us) AS seen_first_us, max(us) AS seen_last_us,
               coalesce(sum(CASE WHEN value < before THEN value ELSE value - before END) FILTER (usable), 0) AS rise,
               count(*) FILTER (usable AND value < before) AS resets
        FROM placed GROUP BY site, point, t_us"""


def _ends(span: Span, days: list[date]) -> tuple[int, int]:
    """Start and end of a span that may be open, as far as there are days."""
    first = midnight(days[0]) if days else 0
    last = midnight(days[-1]) + DAY if days else 0
    return (
        first if span.start_us is None else max(span.start_us, first),
        last if span.end_us is None else min(span.end_us, last),
    )
