"""Many rows at once: one executemany on SQLite, COPY on PostgreSQL.

The ORM's own bulk path takes several times as long for a province's register.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

USUAL_CACHE_KIB, ROOMY_CACHE_KIB = 20_000, 100_000


@dataclass(frozen=True, slots=True)
class Target:
    """Where rows go and what happens to a row that is there already.

    conflict  columns of the unique key; empty when every row is new
    kept      columns an update leaves as they are
    """

    table: str
    columns: tuple[str, ...]
    conflict: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


def write_rows(target: Target, rows: Iterable[Sequence[Any]]) -> None:
    """Insert `rows`, or overwrite those with the same key; must run inside a transaction."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("write_rows needs a transaction around it")
    if connection.vendor == "postgresql":
        _copy(target, rows)
    else:
        _executemany(target, rows)


def delete_rows(table: str, column: str, values: Sequence[Any]) -> None:
    """Delete the rows whose `column` holds one of `values`."""
    with connection.cursor() as cursor:
        for chunk in chunks(values, 500):
            places = ", ".join(["%s"] * len(chunk))
            cursor.execute(f"DELETE FROM {table} WHERE {column} IN ({places})", list(chunk))  # noqa: S608 - own names


def chunks(values: Sequence[Any], size: int) -> Iterable[Sequence[Any]]:
    """Cut a sequence into pieces of at most `size`."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def reserved_ids(table: str, count: int) -> Iterable[int]:
    """Fresh row numbers for `count` new rows; no other writer may be at work on the table (see `alone_on`)."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sequence = f"pg_get_serial_sequence('{table}', 'id')"
            cursor.execute(f"SELECT nextval({sequence}) FROM generate_series(1, %s)", [count])  # noqa: S608 - own name
            return [id for (id,) in cursor.fetchall()]
        cursor.execute("SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = %s", [table])
        (last,) = cursor.fetchone()
    return range(last + 1, last + 1 + count)


def alone_on(table: str) -> None:
    """Keep other writers off `table` until the transaction ends; SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")


@contextmanager
def roomy() -> Iterator[None]:
    """Let SQLite hold a large write's pages in memory, a quarter sooner; PostgreSQL has a cache of its own."""
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            yield
            return
        cursor.execute(f"PRAGMA cache_size = -{ROOMY_CACHE_KIB}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA cache_size = -{USUAL_CACHE_KIB}")


def take_stock(*tables: str) -> None:
    """Let the database look at its tables anew after a large write, so that its plans fit them."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA analysis_limit = 1000")
        for table in tables:
            cursor.execute(f"ANALYZE {table}")


def stored(at: datetime) -> Any:
    """An instant as the database at hand keeps it."""
    return connection.ops.adapt_datetimefield_value(at)


def _on_conflict(target: Target) -> str:
    if not target.conflict:
        return ""
    settled = {*target.conflict, *target.kept}
    updates = ", ".join(f'"{name}" = excluded."{name}"' for name in target.columns if name not in settled)
    return f" ON CONFLICT ({_names(target.conflict)}) DO UPDATE SET {updates}"


def _names(columns: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _executemany(target: Target, rows: Iterable[Sequence[Any]]) -> None:
    places = ", ".join(["%s"] * len(target.columns))
    insert = f"INSERT INTO {target.table} ({_names(target.columns)}) VALUES ({places})"  # noqa: S608 - own names
    with connection.cursor() as cursor:
        cursor.executemany(insert + _on_conflict(target), rows)


def _copy(target: Target, rows: Iterable[Sequence[Any]]) -> None:
    names = _names(target.columns)
    landing = "landing_" + target.table
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE {landing} AS SELECT {names} FROM {target.table} WITH NO DATA")  # noqa: S608
        with cursor.copy(f"COPY {landing} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        insert = f"INSERT INTO {target.table} ({names}) SELECT {names} FROM {landing}"  # noqa: S608 - own names
        cursor.execute(insert + _on_conflict(target))
        cursor.execute(f"DROP TABLE {landing}")
