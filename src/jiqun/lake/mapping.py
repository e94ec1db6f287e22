"""对应 mapping: which column of a file fills which field of a table, proposed from the header or read from MAP.toml.

A map file names columns, constants and quantities:

    [columns]                       # field = "column in the file"
    name = "单位全称"
    [constants]                     # field = value for every row
    synthetic = "1"
    [[facts]]                       # a column that is a quantity of the enterprise
    column = "营业收入（万元）"
    indicator = "revenue"
    unit = "万元"
    period = "2023"
    scope = ""
"""

import csv
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from jiqun.core.errors import InputError, PackError
from jiqun.lake.cell_words import control_character

PARTS = ("columns", "constants", "facts")


@dataclass(frozen=True)
class FieldDef:
    """One field of a table that is handed in (packs/tables/<table>.csv)."""

    name: str
    type: str
    unit: str
    required: bool
    aliases: tuple[str, ...]
    meaning: Mapping[str, str]


@dataclass(frozen=True)
class QuantityColumn:
    """A column whose cells are facts of the row's subject."""

    column: str
    indicator: str
    unit: str
    period: str
    scope: str = ""
    status: str = "actual"


@dataclass(frozen=True)
class ColumnMap:
    """The mapping of one form: field → column, constants, quantities."""

    columns: Mapping[str, str]
    constants: Mapping[str, str] = field(default_factory=dict)
    facts: tuple[QuantityColumn, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The mapping as it is kept with its batch."""
        return {
            "columns": dict(self.columns),
            "constants": dict(self.constants),
            "facts": [vars(item) for item in self.facts],
        }


@lru_cache(maxsize=16)
def table_fields(folder: Path, table: str) -> tuple[FieldDef, ...]:
    """Fields of a table that can be handed in; PackError when the pack has no such table."""
    path = folder / "tables" / f"{table}.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return tuple(
                FieldDef(
                    row["column"],
                    row["type"],
                    row["unit"],
                    row["required"] == "yes",
                    tuple(filter(None, row["aliases"].split(";"))),
                    {"zh": row["meaning_zh"], "en": row["meaning_en"]},
                )
                for row in csv.DictReader(file)
            )
    except OSError as error:
        raise PackError("pack.unreadable", file=str(path), reason=str(error)) from None


def plain_header(text: str) -> str:
    """A header text without spaces, full-width brackets and case, for comparing."""
    kept = text.translate(_HEADER_FORMS)
    return "".join(kept.split()).lower()


_HEADER_FORMS = str.maketrans("（）：／＿", "():/_")


def propose(columns: Sequence[str], fields: Sequence[FieldDef]) -> ColumnMap:
    """Mapping by exact header names: the field's own name first, then its aliases."""
    by_plain: dict[str, str] = {}
    for column in columns:
        by_plain.setdefault(plain_header(column), column)
    chosen: dict[str, str] = {}
    for item in fields:
        for name in (item.name, *item.aliases):
            column = by_plain.get(plain_header(name))
            if column is not None and column not in chosen.values():
                chosen[item.name] = column
                break
    return ColumnMap(chosen)


def read_map(path: Path, columns: Sequence[str], fields: Sequence[FieldDef]) -> ColumnMap:
    """Read MAP.toml over the proposed mapping; every column and field it names must exist."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError("gate.bad_map", file=str(path), reason=str(error)) from None
    return apply_map(told, columns, fields, file=path.name)


def apply_map(
    told: Mapping[str, object], columns: Sequence[str], fields: Sequence[FieldDef], *, file: str
) -> ColumnMap:
    """The proposed mapping with what a person or MAP.toml says on top."""
    unknown = [name for name in told if name not in PARTS]
    if unknown:
        raise InputError("gate.bad_map", file=file, reason=f"{unknown[0]}: {' '.join(PARTS)}")
    known = {item.name for item in fields}
    wanted = _texts(told.get("columns", {}), file)
    constants = _texts(told.get("constants", {}), file)
    for name in (*wanted, *constants):
        if name not in known:
            raise InputError("gate.unknown_field", file=file, seen=name, allowed=" ".join(sorted(known)))
    for column in wanted.values():
        if column and column not in columns:
            raise InputError("gate.unknown_column", file=file, seen=column, allowed=" ".join(columns))
    chosen = {
        name: column
        for name, column in propose(columns, fields).columns.items()
        if column not in wanted.values()
    }
    chosen.update(wanted)
    quantities = tuple(_quantity(item, columns, file) for item in _tables(told.get("facts", []), file))
    return ColumnMap({name: column for name, column in chosen.items() if column}, constants, quantities)


def _texts(table: object, file: str) -> dict[str, str]:
    if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
        raise InputError("gate.bad_map", file=file, reason="[columns] and [constants] hold text only")
    if stray := control_character(table.values()):
        raise InputError("gate.bad_map", file=file, reason=stray)
    return {str(key): str(value) for key, value in table.items()}


def _tables(value: object, file: str) -> list[dict[str, object]]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise InputError("gate.bad_map", file=file, reason="[[facts]] is a list of tables")
    return value


def _quantity(item: Mapping[str, object], columns: Sequence[str], file: str) -> QuantityColumn:
    missing = [name for name in ("column", "indicator", "unit", "period") if not item.get(name)]
    unknown = [name for name in item if name not in QuantityColumn.__dataclass_fields__]
    if unknown:
        raise InputError("gate.bad_map", file=file, reason=f"[[facts]] {unknown[0]}")
    if stray := control_character(map(str, item.values())):
        raise InputError("gate.bad_map", file=file, reason=stray)
    if missing:
        raise InputError("gate.bad_map", file=file, reason=f"[[facts]] lacks {', '.join(missing)}")
    quantity = QuantityColumn(
        **{name: str(item.get(name, "")) for name in ("column", "indicator", "unit", "period", "scope")},
        status=str(item.get("status") or "actual"),
    )
    if quantity.column not in columns:
        raise InputError("gate.unknown_column", file=file, seen=quantity.column, allowed=" ".join(columns))
    return quantity


def check_required(
    mapping: ColumnMap, columns: Sequence[str], fields: Sequence[FieldDef], *, file: str
) -> None:
    """Refuse a file without the columns its table needs; says which it has."""
    for item in fields:
        if item.required and item.name not in mapping.columns and item.name not in mapping.constants:
            also = "、".join((item.name, *item.aliases[:4]))
            raise InputError(
                "gate.missing_column",
                file=file,
                column=item.meaning["zh"],
                allowed=also,
                seen="、".join(columns[:20]),
            )
