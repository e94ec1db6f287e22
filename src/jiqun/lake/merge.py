"""Merge 并入: acknowledged segments become one Delta commit per table, each row exactly once.

The commit carries the transaction (writer/table, last segment number); what the table has already seen is read before.
Segments outlive their commit: they are kept under `merged/` until a later commit of the table is on the disk, so a
commit whose log file turns out damaged can be made again.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deltalake import Transaction

from jiqun.lake.catalogue import TABLES
from jiqun.lake.commit import Change, NewFile, checkpoint, commit, harden, seal
from jiqun.lake.durable import fsync_folder, locked
from jiqun.lake.encode import rewrite
from jiqun.lake.layout import commit_lock, data_file_name, merge_lock, table_folder
from jiqun.lake.snapshot import open_table
from jiqun.lake.spool import Segment, keep_merged, merged, pending, remember_seq
from jiqun.lake.store import Lake

LOCK_WAIT_S = 60.0


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
    """What one merge did; `tables` lists only tables with a new commit."""

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
        waiting = pending(root, writer)
        for table in sorted({segment.table for segment in waiting}):
            report = _merge_table(lake, writer, table, [one for one in waiting if one.table == table])
            if report is not None:
                done.append(report)
    for one in done:
        lake.compact_if_many(one.table)
    return MergeReport(writer, tuple(done))


def _merge_table(lake: Lake, writer: str, name: str, segments: Sequence[Segment]) -> TableMerge | None:
    root, app = lake.root, f"{writer}/{name}"
    table = open_table(root, name)
    seen = table.transaction_version(app) or 0
    new = [segment for segment in segments if segment.seq > seen]
    if not new:
        harden(root, name, [table.version()])
        _retire(root, writer, segments, table.version())
        return None
    checkpoint(root, table, name)
    file = _data_file(lake, writer, new)
    change = Change((file,), transaction=Transaction(app, new[-1].seq))
    version = commit(root, TABLES[name], table, change)
    _retire(root, writer, segments, version)
    return TableMerge(name, len(new), file.rows, version, tuple(segment.key for segment in new))


def _data_file(lake: Lake, writer: str, segments: Sequence[Segment]) -> NewFile:
    """Bring segments into the table's folder as one file: a copy of a single one, else rewritten together."""
    table = segments[0].table
    name = data_file_name(writer, segments[0].seq, segments[-1].seq)
    target = table_folder(lake.root, table) / name
    if len(segments) == 1:
        shutil.copyfile(segments[0].path, target)
    else:
        rewrite(lake.cursor(), [segment.path for segment in segments], target)
    return seal(lake.root, table, name, sum(segment.rows for segment in segments))


def _retire(root: Path, writer: str, segments: Sequence[Segment], version: int) -> None:
    """Keep the segments of the newest commit aside and delete those an even newer commit has made safe."""
    keep_merged(root, writer, segments, version)
    table = segments[0].table
    old = [one for one in merged(root, writer) if one.table == table and int(one.path.parent.name) < version]
    if old:
        remember_seq(root, writer, max(segment.seq for segment in [*old, *segments]))
    for segment in old:
        segment.path.unlink(missing_ok=True)
        _remove_if_empty(segment.path.parent)


def _remove_if_empty(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()
        fsync_folder(folder.parent)
