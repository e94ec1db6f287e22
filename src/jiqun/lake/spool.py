"""Spool 暂存: Parquet segments that are durable before anything is acknowledged.

stage → (the ledger commits an outbox row naming the segment) → publish = acknowledged → merge. A segment's `key` names
it from stage to the end; its number `seq` is given at publication, so numbers follow the order of acknowledgement.
"""

import hashlib
import os
import re
import shutil
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from errno import EIO
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb

from jiqun.core.errors import InputError
from jiqun.lake.catalogue import TABLES, TAKEN, TAKEN_TABLES
from jiqun.lake.durable import FileLock, fsync_file, fsync_folder, locked, move_durably, write_durably
from jiqun.lake.encode import Columns, columns_of, row_count, write_parquet
from jiqun.lake.layout import SITES, log_versions, merge_lock, spool_folder
from jiqun.lake.snapshot import open_table

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_COUNTER = "last_seq"
_MERGED = "merged"
_STAGING = "staging"


WriteFile = Callable[[duckdb.DuckDBPyConnection, Path], object]
"""Writes the rows of a segment into the file it is given."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One Parquet file of rows of one table and batch; seq is 0 until it is published.

    table  a lake table, or the kind `taken` of a segment for all tables of readings; its `batch` is then the number of
           rows for each of them
    """

    path: Path
    table: str
    rows: int
    batch: str
    seq: int
    sha256: str

    @property
    def key(self) -> str:
        """The segment's name from stage to the end; an outbox row stores it."""
        return f"{self.table}.{self.batch}.{self.rows}.{self.sha256}"

    @property
    def rows_of(self) -> Mapping[str, int]:
        """Lake tables this segment has rows for, with their numbers."""
        if self.table != TAKEN:
            return {self.table: self.rows}
        numbers = zip(TAKEN_TABLES, map(int, self.batch.split("-")), strict=True)
        return {table.name: rows for table, rows in numbers if rows}


class Spool:
    """One writer's segments; one process at a time may hold a writer's spool."""

    def __init__(self, root: Path, writer: str, *, wait_s: float = 0.0) -> None:
        if not _NAME.fullmatch(writer) or writer == SITES:
            raise InputError("lake.bad_name", seen=writer, allowed=_NAME.pattern)
        self.root = root
        self.writer = writer
        self.folder = spool_folder(root, writer)
        self.staging = self.folder / _STAGING
        self.staging.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(self.folder / "writer.lock")
        self._lock.acquire(wait_s=wait_s)
        self._turn = threading.Lock()
        try:
            self._last_seq = last_seq(root, writer, remember=True)
        except BaseException:
            self._lock.release()
            raise
        self._doubtful: Path | None = None

    def close(self) -> None:
        """Let another process write as this writer."""
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def stage(self, table: str, columns: Columns | Iterable[Mapping[str, object]], batch: str) -> Segment:
        """Write rows durably, not yet acknowledged.

        columns  name to list of values (or one value for all rows), or an iterable of rows (name to value);
                 the column `batch` is filled in where it is not given
        """
        if not _NAME.fullmatch(batch):
            raise InputError("lake.bad_name", seen=batch, allowed=_NAME.pattern)
        definition = TABLES[table]
        given = columns if isinstance(columns, Mapping) else columns_of(columns, definition)
        given = {"batch": batch, **given}
        rows = row_count(given)
        with self._written(lambda cursor, file: write_parquet(cursor, file, definition, given)) as temporary:
            digest = _digest(temporary)
            path = self.staging / f"{table}.{batch}.{rows}.{digest}.parquet"
            move_durably(temporary, path)
        return Segment(path, table, rows, batch, 0, digest)

    def take(self, batch: str, rows: int, write: WriteFile) -> Segment:
        """Write a segment of readings and acknowledge it in one step: numbered, in the spool, on the disk.

        batch  number of rows for each of `TAKEN_TABLES`, joined by "-"
        Whatever is raised, nothing of it will be merged; OSError says the disk failed.
        """
        with self._written(write) as temporary:
            digest = _digest(temporary)
            with self._turn:
                if self._doubtful:
                    raise OSError(EIO, "not known to be on the disk, start again", str(self._doubtful))
                self._last_seq += 1
                segment = Segment(temporary, TAKEN, rows, batch, self._last_seq, digest)
                path = self.folder / f"{segment.seq:012d}.{segment.key}.parquet"
                segment = replace(segment, path=path)
                try:
                    move_durably(temporary, path)
                except OSError:
                    if self._taken_back(segment):
                        raise
                return segment

    def _taken_back(self, segment: Segment) -> bool:
        """Take a segment that may not be durable out of the queue; False when a merge has made it durable meanwhile.

        While that fails nothing more is taken: the rows might be merged, and sent again by who was told they are not in.
        """
        self._doubtful = segment.path
        with locked(merge_lock(self.root, self.writer), wait_s=60.0):
            is_merged = any(
                (open_table(self.root, table).transaction_version(f"{self.writer}/{table}") or 0)
                >= segment.seq
                for table in segment.rows_of
                if log_versions(self.root, table)
            )
            if not is_merged:
                segment.path.unlink(missing_ok=True)
        self._doubtful = None
        return not is_merged

    @contextmanager
    def _written(self, write: WriteFile) -> Iterator[Path]:
        """A file under a passing name that is on the disk; it is gone afterwards, unless it was renamed."""
        temporary = self.staging / f"{uuid.uuid4().hex}.tmp"
        try:
            write(_database().cursor(), temporary)
            fsync_file(temporary)
            yield temporary
        finally:
            temporary.unlink(missing_ok=True)

    def publish(self, segment: Segment) -> Segment:
        """Acknowledge a staged segment: numbered, in the spool, on the disk. Doing it twice is harmless.

        A segment that was published before and is merged already comes back with the path it had.
        """
        with self._turn:
            if not segment.path.exists():
                return next((known for known in self.pending() if known.key == segment.key), segment)
            self._last_seq += 1
            path = self.folder / f"{self._last_seq:012d}.{segment.key}.parquet"
            move_durably(segment.path, path)
            return replace(segment, path=path, seq=self._last_seq)

    def staged(self) -> list[Segment]:
        """Segments that are durable and not yet acknowledged."""
        return [_segment(path, 0, path.name) for path in sorted(self.staging.glob("*.parquet"))]

    def find_staged(self, key: str) -> Segment:
        """The staged segment of that key, as the outbox remembers it (its file may be published already)."""
        path = self.staging / f"{key}.parquet"
        return _segment(path, 0, path.name)

    def pending(self) -> list[Segment]:
        """Acknowledged segments that wait for a merge, in order."""
        return pending(self.root, self.writer)

    def drop_unpublished(self, keep: set[str]) -> list[str]:
        """Delete staged segments whose key is not in `keep` and half-written files; gives the keys dropped."""
        for path in self.staging.glob("*.tmp"):
            path.unlink(missing_ok=True)
        dropped = [segment for segment in self.staged() if segment.key not in keep]
        for segment in dropped:
            segment.path.unlink(missing_ok=True)
        fsync_folder(self.staging)
        return [segment.key for segment in dropped]


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """What writes segments: empty, so one serves every spool of the process; opening one takes longer than writing."""
    return duckdb.connect(config={"autoinstall_known_extensions": "false", "threads": 2})


def pending(root: Path, writer: str) -> list[Segment]:
    """Acknowledged segments of a writer that wait for a merge, in order of their numbers."""
    return _numbered(spool_folder(root, writer))


def merged_folder(root: Path, writer: str) -> Path:
    """Folder of segments whose commit is the newest of its table, kept in case its log file is damaged."""
    return spool_folder(root, writer) / _MERGED


def merged(root: Path, writer: str) -> list[Segment]:
    """Segments already merged and still kept, each in a folder named by its table's version after the merge."""
    folder = merged_folder(root, writer)
    return [one for kept in sorted(folder.glob("*")) for one in _numbered(kept)] if folder.is_dir() else []


def kept(root: Path, writer: str, table: str) -> list[tuple[int, Segment]]:
    """Kept segments with rows of one table, each with the table's version after its merge."""
    return kept_by_table(root, writer).get(table, [])


def kept_by_table(root: Path, writer: str) -> dict[str, list[tuple[int, Segment]]]:
    """Kept segments of every table that has any, looked for once."""
    folder, found = merged_folder(root, writer), dict[str, list[tuple[int, Segment]]]()
    for one in sorted(folder.glob("*")) if folder.is_dir() else ():
        version, _, only = one.name.partition(".")
        for segment in _numbered(one):
            found.setdefault(only or segment.table, []).append((int(version), segment))
    return found


def keep_merged(root: Path, writer: str, table: str, segments: Sequence[Segment], version: int) -> None:
    """Keep segments whose commit in a table is durable: a plain one leaves the queue, one for several tables stays."""
    already = {segment.seq for _, segment in kept(root, writer, table) if segment.table != table}
    for segment in segments:
        if segment.seq in already:
            continue
        plain = segment.table == table
        folder = merged_folder(root, writer) / f"{version:020d}{'' if plain else f'.{table}'}"
        folder.mkdir(parents=True, exist_ok=True)
        if plain:
            os.replace(segment.path, folder / segment.path.name)
        else:
            _also_at(segment.path, folder / segment.path.name)
    for folder in merged_folder(root, writer).glob(f"{version:020d}*"):
        fsync_folder(folder)
    fsync_folder(spool_folder(root, writer))


def put_back(root: Path, writer: str, segment: Segment) -> None:
    """Put a kept segment into the queue again."""
    os.replace(segment.path, spool_folder(root, writer) / segment.path.name)


def leave_queue(root: Path, writer: str, segments: Iterable[Segment]) -> None:
    """Segments for several tables, kept for each of them by now, leave the queue."""
    for segment in segments:
        segment.path.unlink(missing_ok=True)
    fsync_folder(spool_folder(root, writer))


def is_sound(segment: Segment) -> bool:
    """Is the file of a segment what it was when it was written?"""
    return _digest(segment.path) == segment.sha256


def _also_at(path: Path, other: Path) -> None:
    """The same file under a second name; a copy where the file system knows no second names."""
    try:
        os.link(path, other)
    except OSError:
        temporary = other.with_suffix(".tmp")
        shutil.copyfile(path, temporary)
        fsync_file(temporary)
        os.replace(temporary, other)


def last_seq(root: Path, writer: str, *, remember: bool = False) -> int:
    """Highest number this writer has ever given.

    Read names first, then the counter: a merge writes the counter before it deletes a name. Where both are gone
    (a restored copy without its spool) the tables' own transactions tell; a table that was created and never written
    to has none. Opening tables takes longer than all the rest, so who holds the spool lets the answer be remembered.
    """
    known = [segment.seq for segment in pending(root, writer) + merged(root, writer)]
    counter = spool_folder(root, writer) / _COUNTER
    if counter.exists():
        return max([*known, int(counter.read_text())])
    committed = [
        open_table(root, table).transaction_version(f"{writer}/{table}") or 0
        for table in TABLES
        if any(log_versions(root, table))
    ]
    found = max([0, *known, *committed])
    if committed and remember:
        remember_seq(root, writer, found)
    return found


def remember_seq(root: Path, writer: str, seq: int) -> None:
    """Put on the disk that this writer has given `seq`, before the file that shows it is deleted."""
    counter = spool_folder(root, writer) / _COUNTER
    if not counter.exists() or int(counter.read_text()) < seq:
        write_durably(counter, str(seq).encode())


def _numbered(folder: Path) -> list[Segment]:
    found = []
    for path in folder.glob("*.parquet"):
        number, _, key = path.name.partition(".")
        if number.isdigit():
            found.append(_segment(path, int(number), key))
    return sorted(found, key=lambda segment: segment.seq)


def _segment(path: Path, seq: int, name: str) -> Segment:
    table, batch, rows, digest = name.removesuffix(".parquet").split(".")
    return Segment(path, table, int(rows), batch, seq, digest)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
