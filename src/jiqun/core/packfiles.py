"""Pack files 规则包文件: read TOML and CSV with every complaint naming file and key."""

import csv
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias, cast

from jiqun.core.errors import PackError

Table: TypeAlias = Mapping[str, object]


def read_toml(path: Path) -> Table:
    """A TOML file as a mapping; PackError when it is absent or not TOML."""
    try:
        with path.open("rb") as stream:
            return cast(Table, tomllib.load(stream))
    except OSError as error:
        raise PackError("pack.unreadable", file=str(path), reason=error.strerror or str(error)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PackError("pack.not_toml", file=str(path), reason=str(error)) from error


def tables_of(path: Path) -> Iterator[tuple[str, Table]]:
    """Every `[key]` table of a TOML file, in file order."""
    for key, value in read_toml(path).items():
        yield key, as_table(value, file=path, key=key)


def as_table(value: object, *, file: Path, key: str) -> Table:
    """The value as a table, or PackError."""
    if not isinstance(value, dict):
        raise PackError("pack.not_a_table", file=str(file), key=key, seen=repr(value))
    return cast(Table, value)


def text_in(table: Table, name: str, *, file: Path, key: str) -> str:
    """A text that must be there and not be empty."""
    value = table.get(name)
    if not isinstance(value, str) or not value.strip():
        raise PackError("pack.missing_text", file=str(file), key=f"{key}.{name}", seen=repr(value))
    return value


def labels_in(table: Table, name: str, *, file: Path, key: str) -> dict[str, str]:
    """A `{zh, en}` label with both languages present."""
    label = as_table(table.get(name), file=file, key=f"{key}.{name}")
    return {lang: text_in(label, lang, file=file, key=f"{key}.{name}") for lang in ("zh", "en")}


def texts_in(table: Table, name: str, *, file: Path, key: str) -> tuple[str, ...]:
    """A list of texts; an absent name is an empty list."""
    value = table.get(name, [])
    if not isinstance(value, list):
        raise PackError("pack.not_texts", file=str(file), key=f"{key}.{name}", seen=repr(value))
    items = cast(list[object], value)
    if not all(isinstance(item, str) for item in items):
        raise PackError("pack.not_texts", file=str(file), key=f"{key}.{name}", seen=repr(items))
    return tuple(cast(list[str], items))


def read_csv(path: Path, columns: Iterable[str]) -> list[dict[str, str]]:
    """Rows of a UTF-8 CSV as text; PackError when a named column is absent or a row is short or long."""
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream)
            present = set(reader.fieldnames or ())
            for column in columns:
                if column not in present:
                    raise PackError("pack.missing_column", file=str(path), key=column)
            rows = cast(list[dict[str | None, str | None]], list(reader))
    except (OSError, UnicodeDecodeError) as error:
        raise PackError("pack.unreadable", file=str(path), reason=str(error)) from error
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise PackError("pack.ragged_row", file=str(path), key=f"row {number}")
    return cast(list[dict[str, str]], rows)
