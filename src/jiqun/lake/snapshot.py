"""Snapshot 快照: the list of files a Delta table consists of at one version, kept and refreshed cheaply."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from deltalake import DeltaTable, Field, Schema
from deltalake.exceptions import DeltaError
from deltalake.schema import PrimitiveType

from jiqun.core.errors import SourceDown
from jiqun.lake.catalogue import DECIMAL_DIGITS, DECIMAL_PLACES, TableDef
from jiqun.lake.durable import fsync_file, fsync_folder
from jiqun.lake.layout import log_file, log_folder, log_versions, table_folder

_DELTA_TYPE = {
    "text": "string",
    "decimal": f"decimal({DECIMAL_DIGITS},{DECIMAL_PLACES})",
    "date": "date",
    "timestamp": "timestamp_ntz",
    "float": "double",
    "bool": "boolean",
    "int": "long",
}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One version of a table: its live data files as absolute paths, sorted, and how large they are together.

    arrived  of files whose commit tells it: earliest and latest instant of arrival, microseconds since 1970
    rows     rows by file
    """

    table: str
    version: int
    files: tuple[str, ...]
    size_bytes: int
    arrived: Mapping[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]], compare=False)
    rows: Mapping[str, int] = field(default_factory=dict[str, int], compare=False)


def delta_schema(table: TableDef) -> Schema:
    """The table's columns in Delta's own words."""
    return Schema([Field(column.name, PrimitiveType(_DELTA_TYPE[column.type])) for column in table.columns])


def ensure_table(root: Path, table: TableDef) -> None:
    """Create the table when it is not there yet; two processes doing so at once is harmless."""
    if log_versions(root, table.name):
        return
    folder = table_folder(root, table.name)
    folder.mkdir(parents=True, exist_ok=True)
    DeltaTable.create(
        folder,
        delta_schema(table),
        mode="ignore",
        name=table.name,
        description=table.meaning_en,
        configuration={"delta.logRetentionDuration": "interval 1 days"} if table.day_by else None,
    )
    for version in log_versions(root, table.name):
        fsync_file(log_file(root, table.name, version))
    fsync_folder(log_folder(root, table.name))
    fsync_folder(folder)


def open_table(root: Path, name: str) -> DeltaTable:
    """The table at its newest version; SourceDown `lake.table_damaged` when its log cannot be read."""
    try:
        return DeltaTable(table_folder(root, name))
    except (DeltaError, OSError) as error:
        raise SourceDown("lake.table_damaged", table=name, detail=str(error).splitlines()[0][:300]) from error


def live_files(table: DeltaTable) -> list[str]:
    """Names of the table's live data files, sorted (its own addresses are percent-encoded; our names are plain)."""
    return sorted(uri.rsplit("/", 1)[-1] for uri in table.file_uris())


class SnapshotCache:
    """The newest snapshot of one table; looking again costs two file status calls."""

    def __init__(self, root: Path, table: TableDef) -> None:
        self._root = root
        self._table = table
        self._turn = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._mark: tuple[int, int] = (0, 0)

    def newest(self) -> Snapshot:
        """The table as of its newest commit; SourceDown `lake.table_damaged` when its log cannot be read."""
        with self._turn:
            if self._snapshot is None or not self._is_newest(self._snapshot):
                self._snapshot = self._read()
            return self._snapshot

    def _is_newest(self, snapshot: Snapshot) -> bool:
        if log_file(self._root, self._table.name, snapshot.version + 1).exists():
            return False
        return self._mark == self._mark_of(snapshot.version)

    def _mark_of(self, version: int) -> tuple[int, int]:
        try:
            status = log_file(self._root, self._table.name, version).stat()
        except FileNotFoundError:
            return (0, 0)
        return (status.st_mtime_ns, status.st_size)

    def _read(self) -> Snapshot:
        table = open_table(self._root, self._table.name)
        folder = table_folder(self._root, self._table.name)
        told = told_of(table)
        self._mark = self._mark_of(table.version())
        return Snapshot(
            self._table.name,
            table.version(),
            tuple(str(folder / name) for name in sorted(told)),
            sum(one.size for one in told.values()),
            {str(folder / name): one.arrived for name, one in told.items() if one.arrived},
            {str(folder / name): one.rows for name, one in told.items()},
        )


@dataclass(frozen=True, slots=True)
class Told:
    """What the log tells of a live file: bytes, rows, span of arrival (microseconds since 1970) where it does."""

    size: int
    rows: int
    arrived: tuple[int, int] | None


def told_of(table: DeltaTable) -> dict[str, Told]:
    """Live files by name with what the log tells of each."""
    adds = table.get_add_actions(flatten=True)
    columns = {
        name: adds.column(name).to_pylist() if name in adds.schema.names else [None] * adds.num_rows
        for name in ("path", "size_bytes", "num_records", "min.arrived_at", "max.arrived_at")
    }
    return {
        str(path): Told(int(str(size)), int(str(rows or 0)), _span(least, greatest))
        for path, size, rows, least, greatest in zip(*columns.values(), strict=True)
    }


def _span(least: object, greatest: object) -> tuple[int, int] | None:
    if not isinstance(least, datetime) or not isinstance(greatest, datetime):
        return None
    return micros(least), micros(greatest)


def micros(at: datetime) -> int:
    """Microseconds since 1970; without a zone it is UTC, as the lake keeps it."""
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return (aware - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
