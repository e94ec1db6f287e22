"""计数 counting readings: how many, of which quality, from when to when, and how many were held."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from jiqun.lake.readings.files import source
from jiqun.lake.readings.pieces import Plan
from jiqun.lake.readings.rows import Span
from jiqun.lake.readings.series import planned_of
from jiqun.lake.store import Lake


@dataclass(frozen=True, slots=True)
class ReadingCount:
    """Readings as they are stored, each row counted (微秒自 1970 年: instants are microseconds since 1970).

    readings  good + uncertain + bad
    held      values in quarantine, by the instant the source says, or of arrival where it says none
    """

    readings: int
    good: int
    uncertain: int
    bad: int
    first_us: int | None
    last_us: int | None
    held: int


def count_of(lake: Lake, span: Span) -> ReadingCount:
    """Count the readings of a span, and what was held of the same site, points and time."""
    from jiqun.lake.readings.beside import held_count

    held = held_count(lake, span.site, span.points, start_us=span.start_us, end_us=span.end_us)
    planned = planned_of(lake, span, rolled=True)
    parts = [_of_rows(files, part) for files, part in planned.raw]
    parts += [_of_rollups(planned)] if planned.rolled else []
    found = [part for sql in parts for part in cast(list[_Part], lake.run(sql, span.params())) if part[0]]
    readings, uncertain, bad = (sum(part[place] for part in found) for place in (0, 1, 2))
    first = min((part[3] for part in found), default=None)
    last = max((part[4] for part in found), default=None)
    return ReadingCount(readings, readings - uncertain - bad, uncertain, bad, first, last, held)


_Part = tuple[int, int, int, int, int]


def _of_rows(files: Sequence[str], span: Span) -> str:
    return (
        "SELECT count(*), count(*) FILTER (quality = 1), count(*) FILTER (quality = 2),"
        " epoch_us(min(read_at)), epoch_us(max(read_at))"
        f" FROM {source(files)} WHERE {span.where()}"
    )


def _of_rollups(planned: Plan) -> str:
    named = ("sum(readings)", "sum(uncertain)", "sum(bad)", "min(seen_first_us)", "max(seen_last_us)")
    summed = ", ".join(f"CAST({one} AS BIGINT)" for one in named)
    return f"SELECT {summed} FROM {planned.rolled_sql()}"
