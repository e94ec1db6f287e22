"""定格 standstill: the lake held still for a moment, so that a copy of it and of the ledger tell the same story.

While it is held no process acknowledges, merges or compacts anything. What must be copied during that moment is small
(logs and spool); data files never change once written, so they can be read afterwards at leisure.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from jiqun.lake.catalogue import TABLES
from jiqun.lake.durable import locked
from jiqun.lake.layout import commit_lock, kept_lock, log_folder
from jiqun.lake.spool import Spool
from jiqun.lake.store import Lake


@contextmanager
def files_kept(root: Path, *, wait_s: float) -> Iterator[None]:
    """While it is held no data file is deleted, however long ago it left its table; take it before the standstill.

    A lock of the operating system, so that a backup that is killed holds nothing any longer. WrongState `lake.locked` when
    files are being deleted for longer than `wait_s`.
    """
    with locked(kept_lock(root), shared=True, wait_s=wait_s):
        yield


@contextmanager
def standstill(root: Path, writers: Sequence[str], *, wait_s: float) -> Iterator[None]:
    """Hold every writer's spool and the commits of the lake; WrongState `lake.locked` when one is busy too long."""
    with ExitStack() as held:
        for writer in writers:
            held.enter_context(Spool(root, writer, wait_s=wait_s))
        held.enter_context(locked(commit_lock(root), wait_s=wait_s))
        yield


def moving_files(root: Path) -> list[Path]:
    """Files that a later moment may change or remove: logs of the tables, segments and counters of the spool."""
    logs = [path for name in TABLES for path in log_folder(root, name).rglob("*") if path.is_file()]
    spool = [path for path in (root / "spool").rglob("*") if path.is_file()]
    kept = (path for path in [*logs, *spool] if path.suffix not in (".lock", ".tmp"))
    return sorted(kept)


def data_files(lake: Lake) -> dict[str, tuple[str, ...]]:
    """Per table its live data files, as paths."""
    return {name: lake.snapshot(name).files for name in TABLES}
