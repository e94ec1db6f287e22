"""交出 handed out: rows of any shape written as one Parquet file for somebody else's tools."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import duckdb

from jiqun.lake.catalogue import TableDef
from jiqun.lake.encode import PARQUET_OPTIONS, quoted, write_parquet


def write_parquet_file(path: Path, table: TableDef, chunks: Iterable[Sequence[Sequence[object]]]) -> int:
    """Write rows (in the order of the table's columns) chunk by chunk into one file; gives how many there were."""
    names = table.column_names
    parts: list[Path] = []
    count = 0
    with duckdb.connect(config={"autoinstall_known_extensions": "false", "threads": 2}) as database:
        cursor = database.cursor()
        try:
            for chunk in _never_none(chunks):
                part = path.with_name(f"{path.name}.{len(parts)}.part")
                parts.append(part)
                columns = {name: [row[place] for row in chunk] for place, name in enumerate(names)}
                count += write_parquet(cursor, part, table, columns)
            listed = ", ".join(f"'{quoted(part)}'" for part in parts)
            copy = f"COPY (SELECT * FROM read_parquet([{listed}])) TO '{quoted(path)}'"
            cursor.execute(f"{copy} ({PARQUET_OPTIONS})")
        finally:
            for part in parts:
                part.unlink(missing_ok=True)
    return count


def _never_none(chunks: Iterable[Sequence[Sequence[object]]]) -> Iterator[Sequence[Sequence[object]]]:
    """The chunks, or one without rows, so that a file without rows still has its columns."""
    empty = True
    for chunk in chunks:
        empty = False
        yield chunk
    if empty:
        yield []
