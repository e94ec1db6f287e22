"""Layout 目录结构: where the lake keeps what under its root folder."""

import re
from datetime import date
from pathlib import Path

LOG_FOLDER = "_delta_log"
SITES = "sites"
"""Folder of the locks of sites, beside the writers' spools; no writer may be named so."""


def table_folder(root: Path, table: str) -> Path:
    """Folder of one Delta table."""
    return root / "tables" / table


def log_folder(root: Path, table: str) -> Path:
    """Folder of a table's commit log."""
    return table_folder(root, table) / LOG_FOLDER


def log_file(root: Path, table: str, version: int) -> Path:
    """The log file of one commit."""
    return log_folder(root, table) / f"{version:020d}.json"


def log_versions(root: Path, table: str) -> list[int]:
    """Versions that have a log file, ascending."""
    folder = log_folder(root, table)
    if not folder.is_dir():
        return []
    return sorted(int(path.stem) for path in folder.glob("*.json") if path.stem.isdigit())


def data_file_name(writer: str, first_seq: int, last_seq: int, day: date | None = None) -> str:
    """Name of a merged data file: which segments of which writer are in it, and the one day it holds, if only one."""
    return f"{writer}-{first_seq:012d}-{last_seq:012d}{_day_part(day)}.parquet"


def written_by(name: str) -> tuple[str, int, int] | None:
    """Writer, first and last segment of a merged data file; None for any other name."""
    found = _DATA_FILE.fullmatch(name)
    return (found[1], int(found[2]), int(found[3])) if found else None


def compacted_name(base_version: int, mark: str, day: date | None = None) -> str:
    """Name of a compacted data file; it tells the version that was compacted, and the day it holds, if only one."""
    return f"compacted-{base_version:020d}-{mark}{_day_part(day)}.parquet"


def compacted_from(name: str) -> int | None:
    """The version a compacted data file was made from; None for any other name."""
    found = _COMPACTED.fullmatch(name)
    return int(found[1]) if found else None


def day_of_file(name: str) -> date | None:
    """The day (Asia/Shanghai) whose rows a data file holds; None where it may hold any."""
    found = _DAY.search(name)
    return date(int(found[1]), int(found[2]), int(found[3])) if found else None


def _day_part(day: date | None) -> str:
    return f".d{day.year:04d}{day.month:02d}{day.day:02d}" if day else ""


_DATA_FILE = re.compile(r"([A-Za-z0-9_-]+)-(\d{12})-(\d{12})(?:\.d\d{8})?\.parquet")
_COMPACTED = re.compile(r"compacted-(\d{20})-[0-9a-f]+(?:\.d\d{8})?\.parquet")
_DAY = re.compile(r"\.d(\d{4})(\d{2})(\d{2})\.parquet$")


def spool_folder(root: Path, writer: str) -> Path:
    """Folder of one writer's segments."""
    return root / "spool" / writer


def writers(root: Path) -> list[str]:
    """Writers that have a spool."""
    folder = root / "spool"
    if not folder.is_dir():
        return []
    return sorted(path.name for path in folder.iterdir() if path.is_dir() and path.name != SITES)


def site_lock(root: Path, site: str) -> Path:
    """Lock of the one process that takes a site's readings."""
    return root / "spool" / SITES / f"{site}.lock"


def damaged_folder(root: Path) -> Path:
    """Where recovery puts what it sets aside."""
    return root / "damaged"


def commit_lock(root: Path) -> Path:
    """Lock held shared by every commit and alone by recovery."""
    return root / "commit.lock"


def kept_lock(root: Path) -> Path:
    """Lock held shared by whoever still reads files that may leave the tables, and alone by who deletes such files."""
    return root / "kept.lock"


def compaction_lock(root: Path, table: str) -> Path:
    """Lock that lets one process at a time compact a table."""
    return root / "tables" / f"{table}.compaction.lock"


def merge_lock(root: Path, writer: str) -> Path:
    """Lock that lets one process at a time merge a writer's segments."""
    return spool_folder(root, writer) / "merge.lock"


ROLLUP_FORM = 2
"""Counts up when the columns of rollups change: those of an earlier form are made anew."""


def rollup_folder(root: Path, table: str, *, form: int = ROLLUP_FORM) -> Path:
    """Where what is derived of a table's days is kept: outside the table, made anew at will."""
    return root / "rollups" / (f"{table}-{form}" if form > 1 else table)
