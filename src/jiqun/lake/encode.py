"""Encoding 编码: plain Python columns of one catalogue table, written as one Parquet file."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
from arro3.core import Array, DataType, Table

from jiqun.core.errors import InputError
from jiqun.lake.catalogue import DECIMAL_DIGITS, DECIMAL_PLACES, Column, ColumnType, TableDef

Columns = Mapping[str, object]
"""Column name to a list or tuple of values, or to one value that holds for every row."""

SQL_TYPE: Mapping[ColumnType, str] = {
    "text": "VARCHAR",
    "decimal": f"DECIMAL({DECIMAL_DIGITS},{DECIMAL_PLACES})",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "float": "DOUBLE",
    "bool": "BOOLEAN",
    "int": "BIGINT",
}

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_INPUT = "lake_input"


def columns_of(rows: Iterable[Mapping[str, object]], table: TableDef) -> dict[str, list[object]]:
    """Turn rows (name to value) into columns; a name a row lacks becomes None, an unknown name is refused."""
    kept = list(rows)
    known = set(table.column_names)
    for row in kept:
        _refuse_unknown(row.keys() - known, table)
    named = {name for row in kept for name in row}
    return {name: [row.get(name) for row in kept] for name in table.column_names if name in named}


def row_count(columns: Columns) -> int:
    """Number of rows the columns hold; they must agree, and at least one must be a sequence."""
    lengths = {len(values) for values in columns.values() if isinstance(values, list | tuple)}
    if len(lengths) != 1:
        raise InputError("lake.columns_uneven", lengths=sorted(lengths))
    return lengths.pop()


def write_parquet(cursor: duckdb.DuckDBPyConnection, path: Path, table: TableDef, columns: Columns) -> int:
    """Write the columns as a Parquet file in the catalogue's order and types; gives the number of rows.

    The file carries its own name as metadata, so two files of equal rows differ in their hash. Columns the mapping
    lacks are NULL. A value that does not fit its type raises InputError `lake.value_refused`.
    """
    _refuse_unknown(columns.keys() - set(table.column_names), table)
    rows = row_count(columns)
    lists = {name: values for name, values in columns.items() if isinstance(values, list | tuple)}
    arrow = Table.from_pydict({name: _array(table.column(name), values) for name, values in lists.items()})
    selected = ", ".join(_selected(column, columns, lists) for column in table.columns)
    cursor.register(_INPUT, arrow)
    try:
        options = f"{PARQUET_OPTIONS}, KV_METADATA {{written_as: '{quoted(path.name)}'}}"
        cursor.execute(f"COPY (SELECT {selected} FROM {_INPUT}) TO '{quoted(path)}' ({options})")
    except (duckdb.ConversionException, duckdb.InvalidInputException) as error:
        raise InputError("lake.value_refused", table=table.name, detail=str(error)[:300]) from error
    finally:
        cursor.unregister(_INPUT)
    return rows


def rewrite(cursor: duckdb.DuckDBPyConnection, files: Iterable[Path], target: Path) -> int:
    """Write the rows of several Parquet files into one, in the order they come; gives the number of rows."""
    return _copy(cursor, files, target, "", PARQUET_OPTIONS)


def rewrite_sorted(
    cursor: duckdb.DuckDBPyConnection, files: Iterable[Path], target: Path, table: TableDef
) -> int:
    """Write the rows of several files of a table into one, laid out as the catalogue says, in small row groups.

    A day of readings goes into large ones: the instants of one series come again in the next, and pack to almost nothing
    when both stand in one group.
    """
    order = [f"hash({table.dealt_by}) % {PILES}"] if table.dealt_by else []
    order += [f'"{column}" NULLS FIRST' for column in table.sort_by]
    options = DAY_OPTIONS if table.day_by else f"{PARQUET_OPTIONS}, ROW_GROUP_SIZE {ROW_GROUP_ROWS}"
    return _copy(cursor, files, target, ", ".join(order), options)


def _copy(
    cursor: duckdb.DuckDBPyConnection, files: Iterable[Path], target: Path, order: str, options: str
) -> int:
    listed = ", ".join(f"'{quoted(file)}'" for file in files)
    source = f"SELECT * FROM read_parquet([{listed}])" + (f" ORDER BY {order}" if order else "")
    found = cursor.execute(f"COPY ({source}) TO '{quoted(target)}' ({options})").fetchone()
    return int(found[0]) if found else 0


PILES = 8
ROW_GROUP_ROWS = 20_480
PARQUET_OPTIONS = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1"
DAY_OPTIONS = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 6, ROW_GROUP_SIZE 245760, DICTIONARY_SIZE_LIMIT 20000"
"""Measured on values of two decimals and counters (docs/adr/0030): 2.4 bytes a reading, any day of a series in 20 ms."""


def quoted(path: Path | str) -> str:
    """A path as it stands between single quotes in SQL."""
    return str(path).replace("'", "''")


def _refuse_unknown(names: Iterable[str], table: TableDef) -> None:
    unknown = sorted(names)
    if unknown:
        raise InputError("lake.unknown_column", table=table.name, seen=unknown, allowed=table.column_names)


def _selected(column: Column, columns: Columns, lists: Mapping[str, object]) -> str:
    name, sql_type = column.name, SQL_TYPE[column.type]
    if name in lists:
        value = f'make_timestamp("{name}")' if column.type == "timestamp" else f'"{name}"'
        return f'CAST({value} AS {sql_type}) AS "{name}"'
    return f'CAST({_literal(columns.get(name))} AS {sql_type}) AS "{name}"'


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, datetime):
        return f"make_timestamp({_micros(value)}::BIGINT)"
    return "'" + str(value).replace("'", "''") + "'"


def _micros(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, datetime):
        raise InputError("lake.value_refused", seen=repr(value), allowed="datetime")
    aware = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
    return (aware - _EPOCH) // _MICROSECOND


def _texts(values: Sequence[object]) -> list[str | None]:
    return [value if value is None or type(value) is str else str(value) for value in values]


def _days(values: Sequence[object]) -> list[str | None]:
    return [value.isoformat() if isinstance(value, date) else value for value in values]  # type: ignore[misc]


def _array(column: Column, values: Sequence[object]) -> Array:
    if column.type == "timestamp":
        return Array([_micros(value) for value in values], DataType.int64())
    if column.type in _PLAIN:
        return Array(list(values), _PLAIN[column.type]())
    return Array((_days if column.type == "date" else _texts)(values), DataType.string())


_PLAIN: Mapping[str, Callable[[], DataType]] = {
    "bool": DataType.bool,
    "int": DataType.int64,
    "float": DataType.float64,
}
