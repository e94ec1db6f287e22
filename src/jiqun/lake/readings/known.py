"""已受理批次 known batches: which ids of a site are in the lake for good, so that a batch sent again is not taken again.

An id "<stream>-<number>" is kept as a number within an interval of its stream, so that years of batches take little room;
any other id is kept as it is. What is answered known is on the disk: read from the table and from the segments that wait.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from jiqun.lake.catalogue import READING_BATCHES, TAKEN
from jiqun.lake.durable import fsync_folder
from jiqun.lake.encode import quoted
from jiqun.lake.layout import spool_folder, writers
from jiqun.lake.spool import Segment, is_sound, kept, pending
from jiqun.lake.store import Lake

BUCKET_BITS = 16
_BUCKETS = f"""
SELECT stream, sequence >> {BUCKET_BITS} AS bucket, min(sequence), max(sequence), count(*), sum(sequence),
  epoch_us(max(arrived_at))
FROM {{source}} AS b WHERE site = $site GROUP BY stream, bucket
"""
_INTERVALS = f"""
SELECT stream, min(sequence), max(sequence) FROM (
  SELECT stream, sequence, sequence - row_number() OVER (PARTITION BY stream ORDER BY sequence) AS island
  FROM (SELECT DISTINCT stream, sequence FROM {{source}} AS b WHERE site = $site
        AND struct_pack(s := stream, b := sequence >> {BUCKET_BITS}) IN (SELECT unnest($buckets)))
) GROUP BY stream, island
"""
_OTHERS = "SELECT batch FROM {source} AS b WHERE site = $site AND stream = ''"
_DIGITS = 30


@dataclass(slots=True)
class Intervals:
    """Whole numbers as closed intervals, ascending and never touching (区间)."""

    starts: list[int] = field(default_factory=list[int])
    ends: list[int] = field(default_factory=list[int])

    def __contains__(self, number: int) -> bool:
        place = bisect_right(self.starts, number) - 1
        return place >= 0 and number <= self.ends[place]

    def add(self, first: int, last: int) -> None:
        """Put in every number from first to last."""
        low = bisect_right(self.starts, first)
        if low and self.ends[low - 1] >= first - 1:
            low -= 1
        high = bisect_right(self.starts, last + 1)
        if high > low:
            first, last = min(first, self.starts[low]), max(last, self.ends[high - 1])
        self.starts[low:high], self.ends[low:high] = [first], [last]


@dataclass(slots=True)
class _Site:
    streams: dict[str, Intervals] = field(default_factory=dict[str, Intervals])
    others: set[str] = field(default_factory=set[str])
    last_arrived_us: int = 0

    def put(self, key: str) -> None:
        """One more id is in."""
        stream, number = _parts(key)
        if number is None:
            self.others.add(key)
        else:
            self.interval(stream, number, number)

    def interval(self, stream: str, first: int, last: int) -> None:
        """Every number of a stream from first to last is in."""
        self.streams.setdefault(stream, Intervals()).add(first, last)


class KnownBatches:
    """What is known of the sites this process takes; `load` a site once its lock is held."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._sites: dict[str, _Site] = {}

    def load(self, site: str) -> None:
        """Read what is known of a site: segments of every writer first, then the table, so that a merge between is harmless.

        A segment that is not what was written is passed over: recovery sets it aside, or the table has its rows already.
        SourceDown `lake.table_damaged` when the table cannot be read.
        """
        found = _Site()
        for segment in _durable_segments(self._lake.root):
            try:
                if is_sound(segment):
                    self._read(found, site, _source_of(segment.path))
            except (duckdb.IOException, FileNotFoundError):
                if segment.path.exists():
                    raise
        self._read(found, site, self._lake.table_sql(READING_BATCHES.name))
        self._sites[site] = found

    def forget(self, site: str) -> None:
        """Another process takes this site from now on."""
        self._sites.pop(site, None)

    def has(self, site: str, key: str) -> bool:
        """Is the batch of that id in for good? KeyError for a site that was not loaded."""
        known = self._sites[site]
        stream, number = _parts(key)
        if number is None:
            return key in known.others
        return stream in known.streams and number in known.streams[stream]

    def add(self, site: str, key: str, arrived_us: int) -> None:
        """A batch is durable from now on: `ReadingSpool.write` has returned."""
        known = self._sites[site]
        known.last_arrived_us = max(known.last_arrived_us, arrived_us)
        known.put(key)

    def last_arrived_us(self, site: str) -> int:
        """Instant the newest batch of a site was taken; 0 before the first."""
        return self._sites[site].last_arrived_us

    def _read(self, into: _Site, site: str, source: str) -> None:
        """Add what a source knows: bucket by bucket, the numbers themselves only of buckets with holes."""

        def ask(sql: str, **more: object) -> list[tuple[object, ...]]:
            return self._lake.run(sql.format(source=source), {"site": site, **more})

        broken: list[dict[str, object]] = []
        others = False
        for stream, bucket, *numbers in ask(_BUCKETS):
            first, last, count, total, arrived_us = (int(str(number)) for number in numbers)
            into.last_arrived_us = max(into.last_arrived_us, arrived_us)
            others = others or not stream
            if stream and _is_whole(first, last, count, total):
                into.interval(str(stream), first, last)
            elif stream:
                broken.append({"s": stream, "b": bucket})
        for stream, first, last in ask(_INTERVALS, buckets=broken) if broken else ():
            into.interval(str(stream), int(str(first)), int(str(last)))
        for (key,) in ask(_OTHERS) if others else ():
            into.put(str(key))


def _is_whole(first: int, last: int, count: int, total: int) -> bool:
    """Do so many numbers of that sum fill the interval? Each stands in the table once."""
    return count == last - first + 1 and 2 * total == (first + last) * count


def _parts(key: str) -> tuple[str, int | None]:
    """Stream and number of an id of the usual form; the number is None for any other."""
    stream, _, digits = key.rpartition("-")
    usual = stream and digits.isascii() and digits.isdigit() and str(int(digits)) == digits
    return (stream, int(digits)) if usual and len(digits) <= _DIGITS else (key, None)


def _durable_segments(root: Path) -> Sequence[Segment]:
    """Segments of readings that wait or are kept, of every writer; made durable, should their writer have been killed."""
    found: dict[tuple[str, int], Segment] = {}
    for writer in writers(root):
        fsync_folder(spool_folder(root, writer))
        for segment in [
            *(one for _, one in kept(root, writer, READING_BATCHES.name)),
            *pending(root, writer),
        ]:
            if segment.table == TAKEN:
                found[writer, segment.seq] = segment
    return list(found.values())


def _source_of(path: Path) -> str:
    return f"(SELECT * FROM read_parquet('{quoted(path)}') WHERE row_of = '{READING_BATCHES.name}')"
