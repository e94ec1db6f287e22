"""Recovery 恢复: what a start does after a kill or a power cut, before anything is read or written.

The newest commits that do not count (see `faults.py`) are set aside under `damaged/` with a note; their segments, which
outlive the commit, go back into the queue and are merged again. Data files whose commit never happened are removed.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deltalake import DeltaTable

from jiqun.lake.catalogue import TABLES
from jiqun.lake.durable import fsync_folder, locked, move_durably, write_durably
from jiqun.lake.faults import LogEntry, file_fault, has_marks, read_entry
from jiqun.lake.layout import (
    commit_lock,
    compacted_from,
    damaged_folder,
    log_file,
    log_folder,
    log_versions,
    spool_folder,
    table_folder,
    writers,
    written_by,
)
from jiqun.lake.merge import LOCK_WAIT_S, MergeReport, merge
from jiqun.lake.snapshot import ensure_table, live_files, open_table
from jiqun.lake.spool import is_sound, kept, kept_by_table, pending, put_back
from jiqun.lake.store import Lake

SPOOLS = "spools"
_LOOK_BACK = 40


@dataclass(frozen=True, slots=True)
class SetAside:
    """One commit that was set aside, and why."""

    table: str
    version: int
    reason: str


@dataclass(slots=True)
class RecoveryReport:
    """What recovery found and did.

    set_aside  commits that did not count
    strays     data files removed because no commit names them
    requeued   keys of segments put back into the queue
    not_mended faults recovery leaves alone, because later commits stand on them and their segments are gone
    merges     what was merged afterwards, one report per writer that had segments waiting
    """

    set_aside: list[SetAside] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    requeued: list[str] = field(default_factory=list)
    not_mended: list[str] = field(default_factory=list)
    merges: list[MergeReport] = field(default_factory=list)


def recover(root: Path, *, wait_s: float = LOCK_WAIT_S) -> RecoveryReport:
    """Bring the lake to a state where every acknowledged row counts once; cheap when nothing is wrong."""
    report = RecoveryReport()
    with locked(commit_lock(root), wait_s=wait_s):
        with_segments = {name for writer in writers(root) for name in kept_by_table(root, writer)}
        for name, definition in TABLES.items():
            _drop_bad_checkpoints(root, name)
            _set_aside_damaged(root, name, report)
            ensure_table(root, definition)
            if name not in with_segments and _is_unwritten(root, name):
                continue  # nothing can be amiss, and opening a table is what takes longest here
            table = open_table(root, name)
            _requeue(root, name, table, report)
            _remove_strays(root, name, table, report)
            _tell_broken_files(root, name, table, report)
        _set_aside_bad_segments(root, report)
    waiting = [writer for writer in writers(root) if pending(root, writer)]
    if waiting:
        lake = Lake(root)
        report.merges = [merge(lake, writer, wait_s=wait_s) for writer in waiting]
        lake.close()
    return report


def _is_unwritten(root: Path, table: str) -> bool:
    """Does the table's log hold nothing but its creation, and its folder no data file?"""
    return log_versions(root, table) == [0] and not any(table_folder(root, table).glob("*.parquet"))


def _set_aside_damaged(root: Path, table: str, report: RecoveryReport) -> None:
    """Set the newest commit aside while it does not count; a fault further down only if all above can be made again."""
    entries = [read_entry(root, table, version) for version in log_versions(root, table)[-_LOOK_BACK:]]
    while entries and (fault := _fault(root, table, entries[-1])):
        _set_aside(root, table, entries.pop(), fault, report)
    broken = next((place for place, entry in enumerate(entries) if entry.fault), None)
    if broken is None:
        return
    above = entries[broken + 1 :]
    if not all(_can_be_made_again(root, table, entry) for entry in above):
        report.not_mended.append(f"{table} version {entries[broken].version}: {entries[broken].fault}")
        return
    for entry in reversed(entries[broken:]):
        reason = entry.fault or f"stands on version {entries[broken].version}"
        _set_aside(root, table, entry, reason, report)


def _fault(root: Path, table: str, entry: LogEntry) -> str | None:
    faults = (file_fault(root, table, name, size) for name, size in entry.added().items())
    return entry.fault or next((fault for fault in faults if fault), None)


def _can_be_made_again(root: Path, table: str, entry: LogEntry) -> bool:
    """Are the segments of a sound commit still there, row for row, or the files it compacted?"""
    if entry.removed():
        return all((table_folder(root, table) / name).exists() for name in entry.removed())
    there = 0
    for writer, first, last in set(filter(None, map(written_by, entry.added()))):
        segments = pending(root, writer) + [one for _, one in kept(root, writer, table)]
        numbered = {one.seq: one.rows_of.get(table, 0) for one in segments}
        there += sum(rows for seq, rows in numbered.items() if first <= seq <= last)
    return there == entry.rows()


def _set_aside(root: Path, table: str, entry: LogEntry, reason: str, report: RecoveryReport) -> None:
    """Move a commit's log file, and any checkpoint made of it, under `damaged/` with a note."""
    folder = damaged_folder(root) / table
    folder.mkdir(parents=True, exist_ok=True)
    for path in log_folder(root, table).glob(f"{entry.version:020d}.checkpoint*"):
        move_durably(path, _free_name(folder, path.name))
        (log_folder(root, table) / "_last_checkpoint").unlink(missing_ok=True)
    target = _free_name(folder, f"{entry.version:020d}.json")
    note = {"table": table, "version": entry.version, "reason": reason}
    write_durably(target.with_suffix(".note"), json.dumps(note, ensure_ascii=False).encode())
    move_durably(log_file(root, table, entry.version), target)
    report.set_aside.append(SetAside(table, entry.version, reason))


def _free_name(folder: Path, name: str) -> Path:
    path, number = folder / name, 1
    while path.exists():
        path, number = folder / f"{number}-{name}", number + 1
    return path


def _drop_bad_checkpoints(root: Path, table: str) -> None:
    """A checkpoint only saves reading; one that is not whole is dropped and the log files are read instead."""
    log = log_folder(root, table)
    bad = [
        path for path in log.glob("*.checkpoint*.parquet") if path.stat().st_size < 12 or not has_marks(path)
    ]
    for path in bad:
        path.unlink()
    hint = log / "_last_checkpoint"
    if hint.exists() and (bad or not _points_somewhere(hint)):
        hint.unlink()


def _points_somewhere(hint: Path) -> bool:
    try:
        version = int(json.loads(hint.read_bytes())["version"])
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return False
    return any(hint.parent.glob(f"{version:020d}.checkpoint*.parquet"))


def _requeue(root: Path, name: str, table: DeltaTable, report: RecoveryReport) -> None:
    """Put back segments the table's transactions do not know of."""
    for writer in writers(root):
        seen = table.transaction_version(f"{writer}/{name}") or 0
        lost = [one for _, one in kept(root, writer, name) if one.seq > seen]
        for segment in lost:
            put_back(root, writer, segment)
            report.requeued.append(segment.key)
        if lost:
            fsync_folder(spool_folder(root, writer))


def _set_aside_bad_segments(root: Path, report: RecoveryReport) -> None:
    """A waiting segment that is not what was written cannot be merged and must not keep the others from it."""
    for writer in writers(root):
        for segment in pending(root, writer):
            if not is_sound(segment):
                folder = damaged_folder(root) / SPOOLS
                folder.mkdir(parents=True, exist_ok=True)
                move_durably(segment.path, _free_name(folder, f"{writer}-{segment.path.name}"))
                report.not_mended.append(f"segment {segment.key} of {writer} is damaged")


def _remove_strays(root: Path, name: str, table: DeltaTable, report: RecoveryReport) -> None:
    """Delete data files no commit names; what their segments hold is still in the queue."""
    folder = table_folder(root, name)
    live = set(live_files(table))
    for path in sorted(folder.glob("*.parquet")):
        if path.name not in live and _is_stray(root, name, table, path.name):
            path.unlink()
            report.strays.append(f"{name}/{path.name}")


def _tell_broken_files(root: Path, name: str, table: DeltaTable, report: RecoveryReport) -> None:
    """Report live data files that are missing or short though their commit is not the newest."""
    adds = table.get_add_actions()
    for path, size in zip(
        adds.column("path").to_pylist(), adds.column("size_bytes").to_pylist(), strict=True
    ):
        fault = file_fault(root, name, str(path), int(str(size)))
        if fault:
            report.not_mended.append(f"{name}: {fault}")


def _is_stray(root: Path, name: str, table: DeltaTable, file: str) -> bool:
    base = compacted_from(file)
    if base is not None:
        versions = log_versions(root, name)
        if versions[0] > base + 1:
            return False  # the log that could tell is cleaned up; if nobody needs the file, upkeep deletes it in time
        later: Sequence[int] = [version for version in versions if version > base]
        return not any(file in read_entry(root, name, version).added() for version in later)
    written = written_by(file)
    return written is not None and written[2] > (table.transaction_version(f"{written[0]}/{name}") or 0)
