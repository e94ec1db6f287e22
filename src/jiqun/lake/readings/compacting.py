"""合并读数 keeping the readings small: tiers joined as they fill, closed days made one file, rollups made of them.

Days are closed under the lock of compaction, with a database of their own that spills to the disk: however large the day,
the process stays small. Killed at any step, the next call goes on.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb

from jiqun.core.errors import WrongState
from jiqun.factory.instants import HOUR, MINUTE, day_of
from jiqun.lake.catalogue import TABLES
from jiqun.lake.compaction import Piles, by_day, full_tiers, join, join_tiers
from jiqun.lake.durable import write_durably
from jiqun.lake.layout import compacted_from, table_folder
from jiqun.lake.readings import rollups
from jiqun.lake.store import Lake

QUIET_US = 10 * MINUTE
"""A day is closed when it is over and nothing came for it so long: what comes late is not rewritten one by one."""
VACUUM_EVERY_US = HOUR
KEEP_HOURS = 2
MEMORY = "128MB"
STREAMS = tuple(table.name for table in TABLES.values() if table.day_by)


def keep_up(lake: Lake, now_us: int) -> int:
    """Everything that is due: full tiers, at most one closed day, its rollup, old files; gives the files replaced.

    Cheap when nothing is due. It may take ten seconds after midnight, so it does not belong in the thread that merges.
    """
    replaced = sum(_join_tiers(lake, name) for name in STREAMS)
    replaced += close_days(lake, now_us, most=1)
    make_rollups(lake, most=1)
    _vacuum_now_and_then(lake, now_us)
    return replaced


def _join_tiers(lake: Lake, name: str) -> int:
    if not full_tiers({Path(file).name: rows for file, rows in lake.snapshot(name).rows.items()}):
        return 0
    with closing_database(lake.root) as cursor:
        return join_tiers(lake.root, name, cursor, wait_s=0.0)


def close_days(lake: Lake, now_us: int, *, most: int | None = None, quiet_us: int = QUIET_US) -> int:
    """Make days that are over one file each, in every table by day; gives the number of files replaced.

    most  days of a table at most; quiet_us: how long nothing must have come for a day
    """
    return sum(_close_days(lake, name, _open_days(lake, name, now_us, quiet_us)[:most]) for name in STREAMS)


def _close_days(lake: Lake, name: str, waiting: list[date]) -> int:
    """The days of one table; 0 when another process is compacting it."""

    def choose(rows: Mapping[str, int]) -> Piles:
        return [(day, files) for day, files in by_day(rows) if day in waiting and _is_open(files)]

    if not waiting:
        return 0
    try:
        with closing_database(lake.root) as cursor:
            return join(lake.root, name, cursor, choose, wait_s=0.0)
    except WrongState as error:
        if error.code != "lake.locked":
            raise
        return 0


def make_rollups(lake: Lake, *, most: int | None = None) -> int:
    """Make the rollups that days in one file lack, and drop those that hold no longer; gives how many were made."""
    snapshot = lake.snapshot("readings")
    lacking = rollups.missing(lake.root, snapshot)[:most]
    if lacking:
        with closing_database(lake.root) as cursor:
            for file in lacking:
                rollups.make(lake.root, cursor, file)
        rollups.drop_old(lake.root, snapshot)
    return len(lacking)


@contextmanager
def closing_database(root: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in little memory that spills under the lake's folder."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": MEMORY,
        "temp_directory": str(root / "spill"),
        "threads": 2,
    }
    database = duckdb.connect(":memory:", config=config)
    database.execute("SET enable_progress_bar = false")
    try:
        yield database
    finally:
        database.close()


def _open_days(lake: Lake, table: str, now_us: int, quiet_us: int) -> list[date]:
    """Days before today that are not one compacted file and for which nothing came lately, the oldest first."""
    today, folder = day_of(now_us), table_folder(lake.root, table)
    names = [Path(file).name for file in lake.snapshot(table).files]
    return [
        day
        for day, files in by_day(names)
        if day is not None and day < today and _is_open(files) and _quiet(folder, files, now_us - quiet_us)
    ]


def _is_open(files: list[str]) -> bool:
    return len(files) > 1 or compacted_from(files[0]) is None


def _quiet(folder: Path, files: list[str], before_us: int) -> bool:
    """Is the newest file older than an instant?"""
    try:
        return max((folder / name).stat().st_mtime_ns for name in files) // 1000 <= before_us
    except FileNotFoundError:  # joined meanwhile
        return False


def _vacuum_now_and_then(lake: Lake, now_us: int) -> None:
    """Remove files that left the tables; the instant of the last time stands in a small file."""
    mark = lake.root / "tables" / "readings.vacuumed"
    last = int(mark.read_text()) if mark.exists() else 0
    if last and abs(now_us - last) < VACUUM_EVERY_US:
        return
    for name in STREAMS if last else ():
        lake.vacuum(name, keep_hours=KEEP_HOURS)
    write_durably(mark, str(now_us).encode())
