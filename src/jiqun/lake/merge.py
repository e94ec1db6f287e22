"""Merge 并入: acknowledged segments become one Delta commit per table, each row exactly once.

The commit carries the transaction (writer/table, last segment number); what the table has already seen is read before.
Segments outlive their commit: they are kept under `merged/` until a later commit of the table is on the disk, so a
commit whose log file turns out damaged can be made again.
"""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from deltalake import Transaction

from jiqun.lake.catalogue import TABLES, TAKEN
from jiqun.lake.commit import Change, NewFile, checkpoint, commit, harden, seal
from jiqun.lake.durable import fsync_folder, locked
from jiqun.lake.encode import rewrite
from jiqun.lake.layout import commit_lock, data_file_name, merge_lock, table_folder
from jiqun.lake.readings.day_files import write_days
from jiqun.lake.snapshot import open_table
from jiqun.lake.spool import Segment, keep_merged, kept, leave_queue, pending, remember_seq
from jiqun.lake.store import Lake

LOCK_WAIT_S = 60.0
MOST_ROWS = 1_000_000
"""So many rows are merged at a time, as far as segments can be told apart."""


@dataclass(frozen=True, slots=True)
class TableMerge:
    """What was merged into one table: segments, rows, the table's version afterwards."""

    table: str
    segments: int
    rows: int
    version: int
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MergeReport:
    """What one merge did; `tables` lists the new commits, several of a table only where very much waited."""

    writer: str
    tables: tuple[TableMerge, ...]

    @property
    def rows(self) -> int:
        """Rows merged, over all tables."""
        return sum(table.rows for table in self.tables)


def merge(lake: Lake, writer: str, *, wait_s: float = LOCK_WAIT_S) -> MergeReport:
    """Merge every acknowledged segment of a writer; nothing is done twice, whoever was killed where before.

    A table that has come to many files is compacted afterwards.
    """
    root = lake.root
    done: list[TableMerge] = []
    with (
        locked(merge_lock(root, writer), wait_s=wait_s),
        locked(commit_lock(root), shared=True, wait_s=wait_s),
    ):
        for waiting in _portions(pending(root, writer)):
            for table in sorted({table for segment in waiting for table in segment.rows_of}):
                having = [one for one in waiting if table in one.rows_of]
                report = _merge_table(lake, writer, table, having)
                if report is not None:
                    done.append(report)
            leave_queue(root, writer, [segment for segment in waiting if segment.table == TAKEN])
    for name in {one.table for one in done if not TABLES[one.table].day_by}:
        lake.compact_if_many(name)
    return MergeReport(writer, tuple(done))


def _portions(waiting: Sequence[Segment]) -> Iterator[list[Segment]]:
    """Segments in order, so many together that a merge after a long outage needs no more memory than any other."""
    portion: list[Segment] = []
    rows = 0
    for segment in waiting:
        if portion and rows + segment.rows > MOST_ROWS:
            yield portion
            portion, rows = [], 0
        portion.append(segment)
        rows += segment.rows
    if portion:
        yield portion


def _merge_table(lake: Lake, writer: str, name: str, segments: Sequence[Segment]) -> TableMerge | None:
    root, app = lake.root, f"{writer}/{name}"
    table = open_table(root, name)
    seen = table.transaction_version(app) or 0
    new = [segment for segment in segments if segment.seq > seen]
    if not new:
        harden(root, name, [table.version()])
        keep_merged(root, writer, name, segments, table.version())
        return None
    checkpoint(root, table, name)
    files = _data_files(lake, writer, name, new)
    change = Change(files, transaction=Transaction(app, new[-1].seq))
    version = commit(root, TABLES[name], table, change)
    _retire(root, writer, name, segments, version)
    rows = sum(file.rows for file in files)
    return TableMerge(name, len(new), rows, version, tuple(segment.key for segment in new))


def _data_files(lake: Lake, writer: str, table: str, segments: Sequence[Segment]) -> tuple[NewFile, ...]:
    """Bring segments into the table's folder: a copy of a single one, else rewritten together; a file a day."""
    if TABLES[table].day_by:
        return write_days(lake.root, lake.cursor(), writer, TABLES[table], segments)
    name = data_file_name(writer, segments[0].seq, segments[-1].seq)
    target = table_folder(lake.root, table) / name
    if len(segments) == 1:
        shutil.copyfile(segments[0].path, target)
    else:
        rewrite(lake.cursor(), [segment.path for segment in segments], target)
    return (seal(lake.root, table, name, sum(segment.rows for segment in segments)),)


def _retire(root: Path, writer: str, table: str, segments: Sequence[Segment], version: int) -> None:
    """Keep the segments of the newest commit aside and delete those an even newer commit has made safe."""
    keep_merged(root, writer, table, segments, version)
    old = [segment for kept_at, segment in kept(root, writer, table) if kept_at < version]
    if old:
        remember_seq(root, writer, max(segment.seq for segment in [*old, *segments]))
    for segment in old:
        segment.path.unlink(missing_ok=True)
        _remove_if_empty(segment.path.parent)


def _remove_if_empty(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()
        fsync_folder(folder.parent)
