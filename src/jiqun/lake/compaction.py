"""Compaction 合并文件: many small data files rewritten as one sorted file, and files nobody needs removed.

A table whose files hold a day each grows by the second: it is compacted day by day, and until a day is over its files
are joined in tiers, those of about one size into one of the next, so that a row is rewritten a few times only.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb
from deltalake import DeltaTable
from deltalake.transaction import RemoveAction

from jiqun.core.errors import InputError, WrongState
from jiqun.lake.catalogue import ARRIVED, TABLES, TableDef
from jiqun.lake.commit import Change, Span, checkpoint, commit, harden, seal
from jiqun.lake.durable import FileLock, locked
from jiqun.lake.encode import quoted, rewrite_sorted
from jiqun.lake.layout import (
    commit_lock,
    compacted_name,
    compaction_lock,
    day_of_file,
    kept_lock,
    log_versions,
    table_folder,
)
from jiqun.lake.snapshot import open_table, told_of

MOST_LIVE_FILES = 40
SHORTEST_KEEP_HOURS = 1
TIER_FILES = 12
TIER_BITS = 3
TIER_MOST_ROWS = 1 << 18
"""A file of so many rows (a quarter of a million) waits until its day is closed; no join takes more than a few seconds."""
_LOCK_WAIT_S = 60.0

Piles = list[tuple[date | None, list[str]]]
"""Files that are to become one, with the day all of their rows are of."""


def compact(root: Path, name: str, cursor: duckdb.DuckDBPyConnection) -> int:
    """Rewrite a table's live files as one file (one a day, where files hold a day) in the catalogue's sort order.

    Gives the number of files replaced. Writers may append meanwhile: their files are not touched. Compactions take turns
    under a lock of their own, because Delta does not notice when two commits remove the same file.
    """
    return join(root, name, cursor, lambda rows: [pile for pile in by_day(rows) if len(pile[1]) > 1])


def join_tiers(
    root: Path, name: str, cursor: duckdb.DuckDBPyConnection, *, wait_s: float = _LOCK_WAIT_S
) -> int:
    """Join each tier that is full; gives the number of files replaced, 0 when another process is compacting."""
    try:
        return join(root, name, cursor, full_tiers, wait_s=wait_s)
    except WrongState as error:
        if error.code != "lake.locked":
            raise
        return 0


def join(
    root: Path,
    name: str,
    cursor: duckdb.DuckDBPyConnection,
    choose: Callable[[Mapping[str, int]], Piles],
    *,
    wait_s: float = _LOCK_WAIT_S,
) -> int:
    """Make each pile of files one file, a commit each; gives the number of files replaced.

    choose  the piles, of the rows by name of the live files
    """
    replaced = 0
    with locked(compaction_lock(root, name), wait_s=wait_s):
        for day, files in choose(_rows(open_table(root, name))):
            with locked(commit_lock(root), shared=True, wait_s=wait_s):
                replaced += _join_once(root, TABLES[name], cursor, (day, files))
    return replaced


def by_day(names: Iterable[str]) -> Piles:
    """Files by the day they hold; all in one pile where their names tell no day."""
    found: dict[date | None, list[str]] = {}
    for name in sorted(names):
        found.setdefault(day_of_file(name), []).append(name)
    return list(found.items())


def full_tiers(rows: Mapping[str, int]) -> Piles:
    """Files of one day and about one size, where there are enough of them to be joined."""
    tiers: dict[tuple[date | None, int], list[str]] = {}
    for name, count in sorted(rows.items()):
        if count < TIER_MOST_ROWS:
            tiers.setdefault((day_of_file(name), count.bit_length() // TIER_BITS), []).append(name)
    return [(day, files) for (day, _), files in tiers.items() if len(files) >= TIER_FILES]


def vacuum(root: Path, name: str, *, keep_hours: int) -> int:
    """Delete files that left the table more than `keep_hours` ago, strays included; gives their number.

    An hour at least, so that a reader of an older snapshot can finish; none while a backup copies files (0 then).
    """
    if keep_hours < SHORTEST_KEEP_HOURS:
        raise InputError("lake.keep_too_short", seen=keep_hours, allowed=f"≥ {SHORTEST_KEEP_HOURS}")
    lock = FileLock(kept_lock(root))
    try:
        lock.acquire()
    except WrongState:
        return 0
    try:
        return _vacuum(root, name, keep_hours)
    finally:
        lock.release()


def _vacuum(root: Path, name: str, keep_hours: int) -> int:
    with locked(commit_lock(root), shared=True, wait_s=_LOCK_WAIT_S):
        table = open_table(root, name)
        gone = table.vacuum(
            retention_hours=keep_hours, dry_run=False, enforce_retention_duration=False, full=True
        )
        table.cleanup_metadata()
        harden(root, name, log_versions(root, name)[-2:])
    return len(gone)


def _rows(table: DeltaTable) -> dict[str, int]:
    return {name: told.rows for name, told in told_of(table).items()}


def _join_once(
    root: Path,
    definition: TableDef,
    cursor: duckdb.DuckDBPyConnection,
    pile: tuple[date | None, Sequence[str]],
) -> int:
    day, files = pile
    folder, table = table_folder(root, definition.name), open_table(root, definition.name)
    checkpoint(root, table, definition.name)
    new_name = compacted_name(table.version(), uuid.uuid4().hex[:8], day)
    rows = rewrite_sorted(cursor, [folder / name for name in files], folder / new_name, definition)
    spans = _spans(cursor, folder / new_name, definition) if definition.day_by else ()
    new = seal(root, definition.name, new_name, rows, spans=spans)
    removed = tuple(
        RemoveAction(name, False, new.written_ms, (folder / name).stat().st_size, {}) for name in files
    )
    commit(root, definition, table, Change((new,), removed))
    return len(files)


def _spans(cursor: duckdb.DuckDBPyConnection, path: Path, definition: TableDef) -> tuple[Span, ...]:
    """Least and greatest instant of a file, which its own statistics tell."""
    columns = list(dict.fromkeys((definition.day_by, ARRIVED)))
    asked = ", ".join(f"epoch_us({end}({column}))" for column in columns for end in ("min", "max"))
    found = cursor.execute(f"SELECT {asked} FROM read_parquet('{quoted(path)}')").fetchall()[0]
    return tuple(Span(column, *found[2 * place : 2 * place + 2]) for place, column in enumerate(columns))
