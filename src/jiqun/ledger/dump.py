"""台账副本 dump: the whole ledger in a file — SQLite as it is, or any database as lines of JSON another can read.

Sessions are left out of both: whoever holds a copy must not be signed in by it. Passwords and tokens are hashes anyway.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

import orjson
from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from jiqun.ledger import search

APPS = ("ledger", "django_tasks_database")
PIECE = 2000


def is_sqlite() -> bool:
    """Is the ledger a SQLite file?"""
    return connection.vendor == "sqlite"


def is_empty() -> bool:
    """Has this database no tables yet, so that a copy can be put into it?"""
    return not connection.introspection.table_names()


def copy_sqlite(target: Path) -> None:
    """Write a consistent copy of the SQLite ledger, without sessions, while others go on working."""
    connection.ensure_connection()
    copy = sqlite3.connect(target)
    try:
        connection.connection.backup(copy)
        copy.execute("DELETE FROM django_session")
        copy.commit()
        copy.execute("PRAGMA journal_mode = DELETE")
        copy.execute("VACUUM")
    finally:
        copy.close()


def applied() -> dict[str, list[str]]:
    """Migrations this ledger has been through, by app."""
    done: dict[str, list[str]] = {}
    for app, name in MigrationRecorder(connection).applied_migrations():
        done.setdefault(app, []).append(name)
    return {app: sorted(names) for app, names in sorted(done.items())}


def unknown(migrations: dict[str, list[str]]) -> list[str]:
    """Those of `migrations` that this version does not have: they come from a newer one."""
    known = MigrationExecutor(connection).loader.disk_migrations
    return [
        f"{app}.{name}" for app, names in migrations.items() for name in names if (app, name) not in known
    ]


def write_tables(folder: Path) -> dict[str, int]:
    """Write every table as lines of JSON as of one moment; gives rows per table. The first line names the columns."""
    counts = {}
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for model in _models(apps):
            counts[model._meta.label_lower] = _write_table(folder / f"{model._meta.label_lower}.jsonl", model)
    return counts


def read_tables(folder: Path, migrations: dict[str, list[str]]) -> dict[str, int]:
    """Fill a ledger that stands at `migrations` from such files and make its search index; gives rows per table."""
    targets = [(app, names[-1]) for app, names in migrations.items() if app in APPS]
    then = MigrationExecutor(connection).loader.project_state(targets).apps
    found = list(_models(then))
    counts = {}
    with transaction.atomic():
        for model in found:
            path = folder / f"{model._meta.label_lower}.jsonl"
            counts[model._meta.label_lower] = _read_table(path, model) if path.is_file() else 0
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), found):
                cursor.execute(statement)
    search.rebuild()
    return counts


def _models(registry: object) -> Iterator[type[models.Model]]:
    for app in APPS:
        config = registry.get_app_config(app)  # type: ignore[attr-defined]
        yield from config.get_models()


def _write_table(path: Path, model: type[models.Model]) -> int:
    columns = [field.attname for field in model._meta.concrete_fields]
    count = 0
    with path.open("wb") as file:
        file.write(orjson.dumps(columns) + b"\n")
        for values in model._default_manager.order_by("pk").values_list(*columns).iterator(PIECE):
            file.write(orjson.dumps(values, default=str) + b"\n")
            count += 1
    return count


def _read_table(path: Path, model: type[models.Model]) -> int:
    count = 0
    with path.open("rb") as file:
        columns = orjson.loads(file.readline())
        fields = [model._meta.get_field(column.removesuffix("_id") if not _has(model, column) else column)
                  for column in columns]  # fmt: skip
        for piece in _pieces(file):
            made = [
                model(
                    **{c: f.to_python(v) for c, f, v in zip(columns, fields, orjson.loads(line), strict=True)}
                )
                for line in piece
            ]
            model._default_manager.bulk_create(made)
            count += len(made)
    return count


def _has(model: type[models.Model], name: str) -> bool:
    return any(field.name == name for field in model._meta.concrete_fields)


def _pieces(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    piece: list[bytes] = []
    for line in lines:
        piece.append(line)
        if len(piece) == PIECE:
            yield piece
            piece = []
    if piece:
        yield piece
