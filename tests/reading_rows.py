"""Readings for tests, put through the real spool and merge."""

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path

from jiqun.factory.readings.contract import Gap
from jiqun.factory.readings.taken import HeldRow, ReadingColumns, TakenBatch
from jiqun.lake.readings.merging import merge_readings
from jiqun.lake.readings.spool import ReadingSpool
from jiqun.lake.store import Lake

NOW_US = 1_790_000_000_000_000
"""2026-09-21 22:13:20 in Shanghai."""
DAY_US = 86_400_000_000

Given = Mapping[str, Sequence[tuple[int, float | None] | tuple[int, float | None, int]]]
"""Point to (read_us, value) or (read_us, value, quality as number); None is a value the source had not."""

_numbers = itertools.count(1)


def taken(
    site: str,
    given: Given,
    *,
    arrived_us: int | None = None,
    key: str | None = None,
    held: Sequence[HeldRow] = (),
    gaps: Sequence[Gap] = (),
) -> TakenBatch:
    """A batch as if it had been judged; a new number each time unless `key` ("<stream>-<number>") is given."""
    stream, _, number = (key or f"test-{next(_numbers)}").rpartition("-")
    rows = [(place, *row) for place, point in enumerate(given) for row in given[point]]
    columns = ReadingColumns(
        [row[0] for row in rows],
        [row[1] for row in rows],
        [float("nan") if row[2] is None else row[2] for row in rows],
        [row[3] if len(row) > 3 else 0 for row in rows],
    )
    arrived = NOW_US + int(number) if arrived_us is None else arrived_us
    return TakenBatch(
        f"{stream}-{number}", site, stream, int(number), arrived, arrived, tuple(given), columns,
        tuple(held), tuple(gaps),
    )  # fmt: skip


def put_readings(
    lake: Lake | Path, site: str, given: Given, *, arrived_us: int | None = None, writer: str = "test"
) -> None:
    """Put readings of a site into the lake: one batch, one segment, merged."""
    put_batches(lake, [taken(site, given, arrived_us=arrived_us)], writer=writer)


def put_batches(lake: Lake | Path, batches: Sequence[TakenBatch], *, writer: str = "test") -> None:
    """Put batches into the lake: one segment, merged."""
    opened = Lake(lake, memory_limit="512MB", threads=1) if isinstance(lake, Path) else lake
    with ReadingSpool(opened.root, writer) as spool:
        spool.write(batches)
    merge_readings(opened, writer)
    if opened is not lake:
        opened.close()
