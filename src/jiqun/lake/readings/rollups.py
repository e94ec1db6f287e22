"""汇总 rollups: the pieces of a closed day at 15 minutes, one Parquet file a day, derived and made anew at will.

A rollup carries the name of the one compacted file it was made from and holds only while the day stands in exactly that
file. It is no part of the table: days without one are read from their rows, and the answers are the same.
"""

import shutil
import uuid
from collections.abc import Callable, Iterator
from datetime import date
from functools import wraps
from pathlib import Path, PurePath
from typing import ParamSpec, TypeVar

import duckdb

from jiqun.lake.durable import fsync_file, move_durably
from jiqun.lake.encode import quoted
from jiqun.lake.layout import ROLLUP_FORM, compacted_from, rollup_folder
from jiqun.lake.readings.files import by_day, source
from jiqun.lake.readings.pieces import GRAIN, from_rows
from jiqun.lake.snapshot import Snapshot

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")
OPTIONS = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 3, ROW_GROUP_SIZE 12288"
POINTS_AT_ONCE = 100


def once_more(ask: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
    """Ask again when a rollup was replaced between choosing it and opening it: another process may close a day any time."""

    @wraps(ask)
    def asked(*told: Asked.args, **named: Asked.kwargs) -> Answer:
        try:
            return ask(*told, **named)
        except duckdb.IOException:
            return ask(*told, **named)

    return asked


def standing(root: Path, snapshot: Snapshot) -> dict[date, str]:
    """Days whose rollup holds, with its file."""
    folder = rollup_folder(root, "readings")
    there = {path.name for path in folder.iterdir()} if folder.is_dir() else set[str]()
    return {
        day: str(folder / PurePath(files[0]).name)
        for day, files in by_day(snapshot).items()
        if len(files) == 1 and PurePath(files[0]).name in there
    }


def missing(root: Path, snapshot: Snapshot) -> list[str]:
    """Compacted files that are their whole day and have no rollup."""
    held = standing(root, snapshot)
    return [
        files[0]
        for day, files in by_day(snapshot).items()
        if len(files) == 1 and day not in held and compacted_from(PurePath(files[0]).name) is not None
    ]


def make(root: Path, cursor: duckdb.DuckDBPyConnection, file: str) -> Path:
    """Make the rollup of one compacted file, some points at a time so that memory stays small."""
    folder = rollup_folder(root, "readings")
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / PurePath(file).name
    temporary, name = folder / f"{uuid.uuid4().hex}.tmp", f"rollup_{uuid.uuid4().hex}"
    try:
        for number, told in enumerate(_portions(cursor, file)):
            verb = f"INSERT INTO {name}" if number else f"CREATE TEMP TABLE {name} AS"
            where = "site = $site AND point BETWEEN $first AND $last"
            cursor.execute(f"{verb} {from_rows([file], where, GRAIN)}", told)
        cursor.execute(
            f"COPY (SELECT * FROM {name} ORDER BY site, point, t_us) TO '{quoted(temporary)}' ({OPTIONS})"
        )
        fsync_file(temporary)
        move_durably(temporary, target)
    finally:
        cursor.execute(f"DROP TABLE IF EXISTS {name}")
        temporary.unlink(missing_ok=True)
    return target


def _portions(cursor: duckdb.DuckDBPyConnection, file: str) -> Iterator[dict[str, str]]:
    """A site's points, some at a time: the site, the first and the last point."""
    sql = f"SELECT DISTINCT site, point FROM {source([file])} ORDER BY site, point"
    found: dict[str, list[str]] = {}
    for site, point in cursor.execute(sql).fetchall():
        found.setdefault(site, []).append(point)
    for site, points in found.items():
        for start in range(0, len(points), POINTS_AT_ONCE):
            some = points[start : start + POINTS_AT_ONCE]
            yield {"site": site, "first": some[0], "last": some[-1]}


def drop_old(root: Path, snapshot: Snapshot) -> int:
    """Delete rollups whose file left the table or of an earlier form, and what a kill left; gives their number."""
    for form in range(1, ROLLUP_FORM):
        shutil.rmtree(rollup_folder(root, "readings", form=form), ignore_errors=True)
    folder = rollup_folder(root, "readings")
    live = {PurePath(file).name for file in snapshot.files}
    gone = [path for path in folder.iterdir() if path.name not in live] if folder.is_dir() else []
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)
