"""Commit 提交: one Delta commit that is on the disk when it returns.

Delta's own writer does not force anything to the disk; here data files, log file and folders are forced in that order.
The commit says how many actions it has, so a log file cut between two lines is told from a whole one.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from deltalake import CommitProperties, DeltaTable, PostCommitHookProperties, Transaction
from deltalake.transaction import AddAction, RemoveAction

from jiqun.lake.catalogue import TableDef
from jiqun.lake.durable import fsync_file, fsync_folder
from jiqun.lake.layout import log_file, log_folder, table_folder
from jiqun.lake.snapshot import delta_schema

ACTION_COUNT = "actionCount"
CHECKPOINT_EVERY = 20
_DURABLE_TAIL = 10
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the lake's instants are UTC without a zone
_HOOKS = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)


@dataclass(frozen=True, slots=True)
class Span:
    """Smallest and largest instant of one column of a file, microseconds since 1970 UTC."""

    column: str
    first_us: int
    last_us: int


@dataclass(frozen=True, slots=True)
class NewFile:
    """A data file on the disk and not committed yet; written_ms is milliseconds since 1970.

    spans  what the commit tells of its instants, so that readers can leave the file out unread
    """

    name: str
    rows: int
    size: int
    written_ms: int
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What one commit does: files added, files removed (of the table as read), the transaction it carries."""

    added: tuple[NewFile, ...]
    removed: tuple[RemoveAction, ...] = ()
    transaction: Transaction | None = None


def seal(root: Path, table: str, name: str, rows: int, *, spans: Iterable[Span] = ()) -> NewFile:
    """Force a freshly written data file to the disk."""
    path = table_folder(root, table) / name
    fsync_file(path)
    fsync_folder(path.parent)
    status = path.stat()
    return NewFile(name, rows, status.st_size, status.st_mtime_ns // 1_000_000, tuple(spans))


def commit(root: Path, definition: TableDef, table: DeltaTable, change: Change) -> int:
    """Make one commit and force it to the disk; gives the newest version, which is this commit's or a later one.

    table  the table as read; whoever removes files sees to it that nobody else does meanwhile
    """
    base = table.version()
    actions = [*(_add(new, data_change=not change.removed) for new in change.added), *change.removed]
    transactions = [change.transaction] if change.transaction else []
    table.create_write_transaction(
        actions,
        mode="append",
        schema=delta_schema(definition),
        commit_properties=CommitProperties(
            custom_metadata={ACTION_COUNT: len(actions) + len(transactions)}, app_transactions=transactions
        ),
        post_commithook_properties=_HOOKS,
    )
    table.update_incremental()
    harden(root, definition.name, range(base - _DURABLE_TAIL, table.version() + 1))
    return table.version()


def harden(root: Path, table: str, versions: Iterable[int]) -> None:
    """Force log files and their folder to the disk; other writers' commits may stand among them unforced."""
    for version in versions:
        path = log_file(root, table, version)
        if path.exists():
            fsync_file(path)
    fsync_folder(log_folder(root, table))


def checkpoint(root: Path, table: DeltaTable, name: str) -> None:
    """Write a checkpoint now and then, of a version that is durable and sound already."""
    version = table.version()
    log = log_folder(root, name)
    latest = max((int(path.name[:20]) for path in log.glob("*.checkpoint*.parquet")), default=0)
    if version - latest < CHECKPOINT_EVERY:
        return
    table.create_checkpoint()
    for path in log.glob(f"{version:020d}.checkpoint*.parquet"):
        fsync_file(path)
    fsync_folder(log)


def _add(new: NewFile, *, data_change: bool) -> AddAction:
    return AddAction(
        path=new.name,
        size=new.size,
        partition_values={},
        modification_time=new.written_ms,
        data_change=data_change,
        stats=json.dumps({"numRecords": new.rows, **_told(new.spans)}),
    )


def _told(spans: tuple[Span, ...]) -> dict[str, object]:
    """Spans as Delta writes them."""
    if not spans:
        return {}
    return {
        "minValues": {span.column: _written(span.first_us) for span in spans},
        "maxValues": {span.column: _written(span.last_us) for span in spans},
        "nullCount": {span.column: 0 for span in spans},
    }


def _written(us: int) -> str:
    return (_EPOCH + timedelta(microseconds=us)).isoformat(timespec="microseconds")
