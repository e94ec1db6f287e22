"""Readings written as files of the lake, for tests that are about reading them: one commit of one file a day."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

from deltalake import Transaction

from jiqun.factory.instants import EPOCH, day_of
from jiqun.lake.catalogue import READINGS, TABLES
from jiqun.lake.commit import Change, Span, commit, seal
from jiqun.lake.encode import columns_of, write_parquet
from jiqun.lake.layout import data_file_name, table_folder
from jiqun.lake.snapshot import micros, open_table
from jiqun.lake.store import Lake

_numbers = count(1)
Written = tuple[str, str, int, float | None, int, int]
"""site, point, read_us, value, quality, arrived_us."""


def write_readings(lake: Lake, rows: Sequence[Written], *, told: bool = True) -> None:
    """Bring rows into the table as a merge would: each day a file of its own, all in one commit."""
    files, number = [], 0
    for day in sorted({day_of(row[2]) for row in rows}):
        of_day = [row for row in rows if day_of(row[2]) == day]
        number = next(_numbers)
        name = data_file_name("test", number, number, day)
        columns = columns_of([_row(row) for row in of_day], READINGS)
        write_parquet(lake.cursor(), table_folder(lake.root, "readings") / name, READINGS, columns)
        spans = _span("read_at", [row[2] for row in of_day]), _span("arrived_at", [row[5] for row in of_day])
        files.append(seal(lake.root, "readings", name, len(of_day), spans=spans if told else ()))
    if files:
        seen = Transaction("test/readings", number)
        commit(lake.root, READINGS, open_table(lake.root, "readings"), Change(tuple(files), transaction=seen))


def write_beside(lake: Lake, table: str, rows: Sequence[dict[str, object]]) -> None:
    """Bring rows into one of the tables beside the readings; instants are given as microseconds."""
    number = next(_numbers)
    name = data_file_name("test", number, number, day_of(0))
    plain = [
        {key: _at(value) if key.endswith("_at") else value for key, value in row.items()} for row in rows
    ]
    write_parquet(
        lake.cursor(), table_folder(lake.root, table) / name, TABLES[table], columns_of(plain, TABLES[table])
    )
    new = seal(lake.root, table, name, len(rows))
    commit(lake.root, TABLES[table], open_table(lake.root, table), Change((new,)))


def at(text: str) -> int:
    """Microseconds of an instant written as in 2026-11-22T08:00 of Shanghai."""
    return micros(datetime.fromisoformat(text).replace(tzinfo=None) - timedelta(hours=8))


def _row(row: Written) -> dict[str, object]:
    site, point, read_us, value, quality, arrived_us = row
    return {"site": site, "point": point, "read_at": _at(read_us), "value": value, "quality": quality, "flag": "",
            "arrived_at": _at(arrived_us)}  # fmt: skip


def _span(column: str, instants: Sequence[int]) -> Span:
    return Span(column, min(instants), max(instants))


def _at(us: object) -> object:
    return None if us is None else (EPOCH + timedelta(microseconds=int(str(us)))).astimezone(UTC)
