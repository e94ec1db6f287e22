"""Faults 损坏: does a commit count? Its log file must be whole and its data files there in full."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jiqun.lake.commit import ACTION_COUNT
from jiqun.lake.layout import log_file, table_folder

Action = Mapping[str, Mapping[str, object]]

_MARK = b"PAR1"
_NAME = 255


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One log file as read: its actions (None when it is not whole, with the fault in words)."""

    version: int
    actions: tuple[Action, ...] | None
    fault: str | None

    def added(self) -> dict[str, int]:
        """Data files it added, with their size in bytes."""
        return {str(add["path"]): int(str(add["size"])) for add in self._of("add")}

    def removed(self) -> set[str]:
        """Data files it removed."""
        return {str(remove["path"]) for remove in self._of("remove")}

    def rows(self) -> int:
        """Rows of the files it added; -1 where it does not tell."""
        try:
            return sum(int(json.loads(str(add["stats"]))["numRecords"]) for add in self._of("add"))
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            return -1

    def _of(self, kind: str) -> list[Mapping[str, object]]:
        return [action[kind] for action in self.actions or () if kind in action]


def read_entry(root: Path, table: str, version: int) -> LogEntry:
    """Read one log file; nothing it holds can make this fail."""
    data = log_file(root, table, version).read_bytes()
    if not data.strip():
        return LogEntry(version, None, "empty")
    if not data.strip(b"\0 \r\n"):
        return LogEntry(version, None, "zeros")
    try:
        lines = [json.loads(line) for line in data.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        return LogEntry(version, None, "cut or not JSON")
    if not all(isinstance(line, dict) for line in lines) or not _is_complete(lines):
        return LogEntry(version, None, "cut between two lines")
    return _whole(LogEntry(version, tuple(lines), None))


def _whole(entry: LogEntry) -> LogEntry:
    """The entry, if what it tells of files can be read; damage may leave JSON that is no commit."""
    try:
        names = {*entry.added(), *entry.removed()}
        odd = [
            name for name in names if Path(name).name != name or "\0" in name or len(name.encode()) > _NAME
        ]
    except (ValueError, KeyError, TypeError, RecursionError):
        return LogEntry(entry.version, None, "not a commit")
    return LogEntry(entry.version, None, f"names the file {odd[0][:80]!r}") if odd else entry


def file_fault(root: Path, table: str, name: str, size: int) -> str | None:
    """What is wrong with a data file, or None: missing, short, or without its end mark."""
    path = table_folder(root, table) / name
    try:
        seen = path.stat().st_size
    except FileNotFoundError:
        return f"{name} is missing"
    if seen != size:
        return f"{name} has {seen} of {size} bytes"
    return None if has_marks(path) else f"{name} is not whole"


def has_marks(path: Path) -> bool:
    """Does a Parquet file begin and end as one?"""
    with path.open("rb") as file:
        head = file.read(4)
        if file.seek(0, 2) < 2 * len(_MARK):
            return False
        file.seek(-4, 2)
        return head == _MARK == file.read(4)


def _is_complete(lines: list[Action]) -> bool:
    told = next((line["commitInfo"] for line in lines if "commitInfo" in line), None)
    if not isinstance(told, dict):
        return False
    if told.get("operation") == "CREATE TABLE":
        return any("metaData" in line for line in lines) and any("protocol" in line for line in lines)
    expected = told.get(ACTION_COUNT)
    return expected is None or str(expected) == str(len(lines) - 1)
