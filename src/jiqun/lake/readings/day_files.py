"""按日文件 files by day: what segments hold for one table, written as one data file for each day of Asia/Shanghai."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb

from jiqun.lake.catalogue import ARRIVED, TableDef
from jiqun.lake.commit import NewFile, Span, seal
from jiqun.lake.encode import PARQUET_OPTIONS, ROW_GROUP_ROWS, quoted
from jiqun.lake.layout import data_file_name, spool_folder, table_folder
from jiqun.lake.spool import Segment

EAST_H = 8
"""Hours Asia/Shanghai is ahead of UTC; instants before 1992, when summers had nine, are counted so too."""
FEW_DAYS = 4
"""Up to so many days are filtered out of the segments one by one; for more the rows are sorted by day first."""

DAY_US = 86_400_000_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Day:
    """One day's share of the rows to be written; spans: of the column that tells the day, and of arrival."""

    day: date
    rows: int
    spans: tuple[Span, ...]


def day_start_us(day: date) -> int:
    """The instant a day of Asia/Shanghai begins, microseconds since 1970 UTC."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=EAST_H)
    return (start - _EPOCH) // timedelta(microseconds=1)


def write_days(
    root: Path, cursor: duckdb.DuckDBPyConnection, writer: str, table: TableDef, segments: Sequence[Segment]
) -> tuple[NewFile, ...]:
    """Write the rows segments hold for a table into its folder, a file a day; on the disk, not committed yet."""
    listed = ", ".join(f"'{quoted(segment.path)}'" for segment in segments)
    columns = ", ".join(f'"{name}"' for name in table.column_names)
    rows = f"SELECT {columns} FROM read_parquet([{listed}]) WHERE row_of = '{table.name}'"
    days = _days(cursor, table.day_by, rows)
    sorted_rows = spool_folder(root, writer) / "by_day.tmp"
    sorted_rows.unlink(missing_ok=True)  # of a merge that was killed
    new: list[NewFile] = []
    try:
        if len(days) > FEW_DAYS:
            options = f"{PARQUET_OPTIONS}, ROW_GROUP_SIZE {ROW_GROUP_ROWS}"
            cursor.execute(f"COPY ({rows} ORDER BY {table.day_by}) TO '{quoted(sorted_rows)}' ({options})")
            rows = f"SELECT {columns} FROM read_parquet('{quoted(sorted_rows)}')"
        for day in days:
            name = data_file_name(writer, segments[0].seq, segments[-1].seq, day.day)
            _write_day(cursor, rows, (day.day, table.day_by), table_folder(root, table.name) / name)
            new.append(seal(root, table.name, name, day.rows, spans=day.spans))
    finally:
        sorted_rows.unlink(missing_ok=True)
    return tuple(new)


def _days(cursor: duckdb.DuckDBPyConnection, column: str, rows: str) -> list[Day]:
    """The days rows fall on, ascending."""
    columns = dict.fromkeys((column, ARRIVED))
    ends = ", ".join(f"epoch_us({end}({one}))" for one in columns for end in ("min", "max"))
    found = cursor.execute(
        f"SELECT CAST({column} + INTERVAL {EAST_H} HOUR AS DATE) AS d, count(*), {ends} FROM ({rows}) GROUP BY d ORDER BY d"
    ).fetchall()
    return [
        Day(day, count, tuple(Span(one, *told[2 * n : 2 * n + 2]) for n, one in enumerate(columns)))
        for day, count, *told in found
    ]


def _write_day(cursor: duckdb.DuckDBPyConnection, rows: str, day: tuple[date, str], target: Path) -> None:
    start, column = day_start_us(day[0]), day[1]
    bounds = f"{column} >= make_timestamp({start}) AND {column} < make_timestamp({start + DAY_US})"
    cursor.execute(f"COPY (SELECT * FROM ({rows}) WHERE {bounds}) TO '{quoted(target)}' ({PARQUET_OPTIONS})")
