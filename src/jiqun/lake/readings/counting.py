"""计数 counting readings: how many, of which quality, from when to when, and how many were held."""

from dataclasses import dataclass
from typing import cast

from jiqun.lake.readings.beside import held_count
from jiqun.lake.readings.files import between, source
from jiqun.lake.readings.rows import Span
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
    files = between(lake.snapshot("readings"), span.start_us, span.end_us)
    held = held_count(lake, span.site, span.points, start_us=span.start_us, end_us=span.end_us)
    if not files:
        return ReadingCount(0, 0, 0, 0, None, None, held)
    sql = (
        "SELECT count(*), count_if(quality = 0), count_if(quality = 1), count_if(quality = 2),"
        f" epoch_us(min(read_at)), epoch_us(max(read_at)) FROM {source(files)} WHERE {span.where()}"
    )
    found = cast(list[tuple[int, int, int, int, int | None, int | None]], lake.run(sql, span.params()))
    return ReadingCount(*found[0], held)
