"""计数 counting readings: how many, of which quality, from when to when, and how many were held."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import cast

from jiqun.lake.layout import day_of_file
from jiqun.lake.readings.files import source
from jiqun.lake.readings.pieces import Plan
from jiqun.lake.readings.rollups import once_more
from jiqun.lake.readings.rows import Span
from jiqun.lake.readings.series import planned_of
from jiqun.lake.store import Lake


@dataclass(frozen=True, slots=True)
class ReadingCount:
    """Readings, each counted once however often it was sent (微秒自 1970 年: instants are microseconds since 1970).

    readings  good + uncertain + bad, as `rows`, `series` and exports give them
    repeated  stored rows that repeat another one's point, instant, value and quality: rows stored = readings + repeated
    held      values in quarantine, by the instant the source says, or of arrival where it says none
    """

    readings: int
    good: int
    uncertain: int
    bad: int
    repeated: int
    first_us: int | None
    last_us: int | None
    held: int


@once_more
def count_of(lake: Lake, span: Span) -> ReadingCount:
    """Count the readings of a span, and what was held of the same site, points and time."""
    from jiqun.lake.readings.beside import held_count

    held = held_count(lake, span.site, span.points, start_us=span.start_us, end_us=span.end_us)
    planned = planned_of(lake, span, rolled=True)
    parts = [_of_rows(lake, some, part) for files, part in planned.raw for some in _by_day(files)]
    parts += [_of_rollups(lake, planned)] if planned.rolled else []
    found = [part for part in parts if part[0]]
    readings, uncertain, bad, repeated = (sum(part[place] for part in found) for place in range(4))
    first = min((part[4] for part in found), default=None)
    last = max((part[5] for part in found), default=None)
    return ReadingCount(readings, readings - uncertain - bad, uncertain, bad, repeated, first, last, held)


_Part = tuple[int, int, int, int, int, int]
"""Readings, uncertain, bad, repeated, first and last instant."""
_KEY = "point, read_at, value, quality"


def _by_day(files: Sequence[str]) -> list[list[str]]:
    """A day at a time: what repeats a reading is of its day, and no more than a day need be held in memory."""
    days: dict[object, list[str]] = {}
    for file in files:
        days.setdefault(day_of_file(PurePath(file).name), []).append(file)
    return list(days.values())


def _of_rows(lake: Lake, files: Sequence[str], span: Span) -> _Part:
    """Rows of files that no rollup tells of.

    Repeats are looked for among rows whose hash comes more than once: few, so that nothing but hashes is held of a day.
    """
    rows = f"FROM {source(files)} WHERE {span.where()}"
    all_rows, uncertain, bad, first, last = _ask(
        lake,
        "count(*), count(*) FILTER (quality = 1), count(*) FILTER (quality = 2), epoch_us(min(read_at)),"
        f" epoch_us(max(read_at)) {rows}",
        span,
    )
    beyond, of_uncertain, of_bad = _ask(
        lake,
        "coalesce(sum(n), 0)::BIGINT, coalesce(sum(n) FILTER (quality = 1), 0)::BIGINT,"
        f" coalesce(sum(n) FILTER (quality = 2), 0)::BIGINT FROM (SELECT {_KEY}, count(*) - 1 AS n {rows}"
        f" AND hash({_KEY}) IN (SELECT hash({_KEY}) AS h {rows} GROUP BY h HAVING count(*) > 1) GROUP BY {_KEY})",
        span,
    )
    return (all_rows - beyond, uncertain - of_uncertain, bad - of_bad, beyond, first, last)


def _of_rollups(lake: Lake, planned: Plan) -> _Part:
    named = (
        "sum(readings)",
        "sum(uncertain)",
        "sum(bad)",
        "sum(repeated)",
        "min(seen_first_us)",
        "max(seen_last_us)",
    )
    summed = ", ".join(f"CAST({one} AS BIGINT)" for one in named)
    return cast(_Part, _ask(lake, f"{summed} FROM {planned.rolled_sql()}", planned.span))


def _ask(lake: Lake, sql: str, span: Span) -> tuple[int, ...]:
    """One row of numbers; instants of no row at all are not used."""
    return cast(tuple[int, ...], lake.run(f"SELECT {sql}", span.params())[0])
