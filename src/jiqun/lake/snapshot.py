"""Snapshot 快照: the list of files a Delta table consists of at one version, kept and refreshed cheaply."""

import threading
from dataclasses import dataclass
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
    """One version of a table: its live data files as absolute paths, sorted, and how large they are together."""

    table: str
    version: int
    files: tuple[str, ...]
    size_bytes: int


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
        folder, delta_schema(table), mode="ignore", name=table.name, description=table.meaning_en
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
        files = tuple(str(folder / name) for name in live_files(table))
        self._mark = self._mark_of(table.version())
        return Snapshot(self._table.name, table.version(), files, sum(_size(file) for file in files))


def _size(file: str) -> int:
    path = Path(file)
    return path.stat().st_size if path.exists() else 0
