"""Readings for tests, put through the real spool and merge."""

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from jiqun.factory.readings.contract import Gap
from jiqun.factory.readings.taken import HeldRow, ReadingColumns, TakenBatch
from jiqun.lake.durable import FileLock
from jiqun.lake.layout import site_lock
from jiqun.lake.merge import MergeReport
from jiqun.lake.readings.handover import merge_former
from jiqun.lake.readings.known import KnownBatches
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


class Taker:
    """A gate in small: takes the sites it is given, knows what is in, answers with what is durable."""

    def __init__(self, root: Path, writer: str, sites: Sequence[str]) -> None:
        self.lake = Lake(root, memory_limit="512MB", threads=1)
        self.writer, self.sites = writer, tuple(sites)
        self.locks = [FileLock(site_lock(root, site)) for site in sites]
        self.spool: ReadingSpool | None = None
        self.known = KnownBatches(self.lake)
        try:
            self._open(root)
        except BaseException:  # a story may end anywhere
            self.close()
            raise

    def _open(self, root: Path) -> None:
        for lock in self.locks:
            lock.acquire(wait_s=5)
        self.spool = ReadingSpool(root, self.writer, wait_s=5)
        for site in self.sites:
            merge_former(self.lake, site, self.writer)
            self.known.load(site)

    def take(self, batches: Sequence[TakenBatch]) -> list[str]:
        """Ids that are in for good afterwards, known ones included."""
        new = {one.id: one for one in batches if not self.known.has(one.site, one.id)}
        if new and self.spool:
            self.spool.write(list(new.values()))
        for one in new.values():
            self.known.add(one.site, one.id, one.arrived_us)
        return [one.id for one in batches]

    def merge(self) -> MergeReport:
        """Merge what this writer has taken."""
        return merge_readings(self.lake, self.writer)

    def close(self) -> None:
        """Give back locks, spool and database."""
        if self.spool:
            self.spool.close()
        for lock in self.locks:
            lock.release()
        self.lake.close()


def in_tables(lake: Lake) -> dict[str, Counter[str]]:
    """How often each batch stands in each table; readings are counted by site and instant of arrival."""
    found = {
        name: Counter({str(key): int(str(n)) for key, n in lake.run(
            f"SELECT batch, count(*) FROM {lake.table_sql(name)} GROUP BY batch"
        )})
        for name in ("reading_batches", "held_readings", "reading_gaps")
    }  # fmt: skip
    sql = (
        f"SELECT b.batch, count(*) FROM {lake.table_sql('readings')} AS r LEFT JOIN (SELECT DISTINCT batch, site,"
        f" arrived_at FROM {lake.table_sql('reading_batches')}) AS b USING (site, arrived_at) GROUP BY b.batch"
    )
    return found | {"readings": Counter({str(key): int(str(n)) for key, n in lake.run(sql)})}


@contextmanager
def no_file_above(size: int) -> Iterator[None]:
    """No file grows beyond `size` bytes, as on a full disk (not on Windows)."""
    import resource  # there is none on Windows

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
