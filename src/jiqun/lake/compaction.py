"""Compaction 合并文件: many small data files rewritten as one sorted file, and files nobody needs removed."""

import uuid
from pathlib import Path

import duckdb
from deltalake import DeltaTable
from deltalake.transaction import RemoveAction

from jiqun.core.errors import InputError
from jiqun.lake.catalogue import TABLES, TableDef
from jiqun.lake.commit import Change, checkpoint, commit, harden, seal
from jiqun.lake.durable import locked
from jiqun.lake.encode import rewrite_sorted
from jiqun.lake.layout import commit_lock, compacted_name, compaction_lock, log_versions, table_folder
from jiqun.lake.snapshot import live_files, open_table

MOST_LIVE_FILES = 40
SHORTEST_KEEP_HOURS = 1
_LOCK_WAIT_S = 60.0


def compact(root: Path, name: str, cursor: duckdb.DuckDBPyConnection) -> int:
    """Rewrite a table's live files as one file in the catalogue's sort order; gives the number of files replaced.

    Writers may append meanwhile: their files are not touched. Compactions take turns under a lock of their own, because
    Delta does not notice when two commits remove the same file.
    """
    with (
        locked(compaction_lock(root, name), wait_s=_LOCK_WAIT_S),
        locked(commit_lock(root), shared=True, wait_s=_LOCK_WAIT_S),
    ):
        return _compact_once(root, TABLES[name], open_table(root, name), cursor)


def vacuum(root: Path, name: str, *, keep_hours: int) -> int:
    """Delete files that left the table more than `keep_hours` ago, strays included; gives their number.

    An hour at least, so that a reader of an older snapshot can finish.
    """
    if keep_hours < SHORTEST_KEEP_HOURS:
        raise InputError("lake.keep_too_short", seen=keep_hours, allowed=f"≥ {SHORTEST_KEEP_HOURS}")
    with locked(commit_lock(root), shared=True, wait_s=_LOCK_WAIT_S):
        table = open_table(root, name)
        gone = table.vacuum(
            retention_hours=keep_hours, dry_run=False, enforce_retention_duration=False, full=True
        )
        table.cleanup_metadata()
        harden(root, name, log_versions(root, name)[-2:])
    return len(gone)


def _compact_once(
    root: Path, definition: TableDef, table: DeltaTable, cursor: duckdb.DuckDBPyConnection
) -> int:
    folder = table_folder(root, definition.name)
    live = live_files(table)
    if len(live) < 2:
        return 0
    checkpoint(root, table, definition.name)
    new_name = compacted_name(table.version(), uuid.uuid4().hex[:8])
    rows = rewrite_sorted(cursor, [folder / name for name in live], folder / new_name, definition)
    new = seal(root, definition.name, new_name, rows)
    removed = tuple(
        RemoveAction(name, False, new.written_ms, (folder / name).stat().st_size, {}) for name in live
    )
    commit(root, definition, table, Change((new,), removed))
    return len(live)
