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
    reads = "fraction"              # for a percentage: "fraction" when 0.35 means 35 %, "percent" when 35 does
    ignored = ["序号"]              # at the top of the file: columns that say nothing and are not kept
    [rows]
    without_code = "match"          # "match" finds the enterprise by its name, "enter" takes it in under its name,
                                    # "region": every row is about a county, a city or the province
    hidden = "take"                 # take hidden rows too; they are left out otherwise
"""

import csv
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from jiqun.core.errors import InputError, PackError
from jiqun.lake.cell_words import control_character

SERIALS = frozenset(["序号", "序", "no", "no.", "№", "行次", "编次", "#"])
"""Headers of columns of running numbers."""
PARTS = ("columns", "constants", "facts", "ignored", "rows")
REGION_ROWS = "region"
WITHOUT_CODE = ("enter", "match", REGION_ROWS)
HIDDEN = ("leave", "take")
READS = ("", "percent", "fraction")


@dataclass(frozen=True)
class FieldDef:
    """One field of a table that is handed in (packs/tables/<table>.csv).

    example  what may stand in it; choices: what one can choose from, or @regions @cities @indicators @units
    """

    name: str
    type: str
    unit: str
    required: bool
    aliases: tuple[str, ...]
    meaning: Mapping[str, str]
    example: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class QuantityColumn:
    """A column whose cells are facts of the row's subject.

    reads        how a bare number in a column of percent is meant: percent (35) or fraction (0.35); empty is percent
    period_from  where the period was read, so that next month's form is not given this month's: header | title:…;
                 empty when a person stated it
    """

    column: str
    indicator: str
    unit: str
    period: str
    scope: str = ""
    status: str = "actual"
    reads: str = ""
    period_from: str = ""


@dataclass(frozen=True)
class ColumnMap:
    """The mapping of one form: field → column, constants, quantities.

    ignored       columns that say nothing (running numbers) and are not kept with the row
    without_code  a row without a code: `enter` it under its name, or `match` it with an enterprise of the ledger;
                  `region`: no row is about an enterprise, each names a region
    hidden        hidden rows: `leave` them out or `take` them
    """

    columns: Mapping[str, str]
    constants: Mapping[str, str] = field(default_factory=dict)
    facts: tuple[QuantityColumn, ...] = ()
    ignored: tuple[str, ...] = ()
    without_code: str = "enter"
    hidden: str = "leave"

    def as_json(self) -> dict[str, object]:
        """The mapping as it is kept with its batch."""
        told: dict[str, object] = {
            "columns": dict(self.columns),
            "constants": dict(self.constants),
            "facts": [{k: v for k, v in vars(item).items() if v or k in SAID} for item in self.facts],
        }
        if self.ignored:
            told["ignored"] = list(self.ignored)
        if (self.without_code, self.hidden) != ("enter", "leave"):
            told["rows"] = {"without_code": self.without_code, "hidden": self.hidden}
        return told


SAID = ("column", "indicator", "unit", "period", "scope", "status")


@lru_cache(maxsize=16)
def table_fields(folder: Path, table: str) -> tuple[FieldDef, ...]:
    """Fields of a table that can be handed in; PackError when the pack has no such table."""
    path = folder / "tables" / f"{table}.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return tuple(_field(row, back) for row in csv.DictReader(file) for back in range(_years(row) + 1))
    except OSError as error:
        raise PackError("pack.unreadable", file=str(path), reason=str(error)) from None


def _years(row: Mapping[str, str]) -> int:
    """How many earlier years a field has a column of its own for (packs/tables/firm.csv)."""
    return int(row.get("years") or 0)


def _field(row: Mapping[str, str], back: int) -> FieldDef:
    """The field of a row, or that of so many years before: rd_expense_wan@-1."""
    zh, en = (f"（前{back}年）", f", {back} year{'s' if back > 1 else ''} before") if back else ("", "")
    return FieldDef(
        row["column"] + (f"@-{back}" if back else ""),
        row["type"],
        row["unit"],
        row["required"] == "yes",
        tuple(alias + zh for alias in filter(None, row["aliases"].split(";"))),
        {"zh": row["meaning_zh"] + zh, "en": row["meaning_en"] + en},
        row.get("example") or "",
        tuple(filter(None, (row.get("choices") or "").split(";"))),
    )


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
    return ColumnMap(chosen, ignored=tuple(column for column in columns if plain_header(column) in SERIALS))


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
    rows = _texts(told.get("rows", {}), file)
    return ColumnMap(
        {name: column for name, column in chosen.items() if column},
        constants,
        quantities,
        _ignored(told.get("ignored", propose(columns, fields).ignored), file),
        _one_of(rows, "without_code", WITHOUT_CODE, file),
        _one_of(rows, "hidden", HIDDEN, file),
    )


def _ignored(value: object, file: str) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) for item in value):
        raise InputError("gate.bad_map", file=file, reason="ignored is a list of columns")
    return tuple(value)


def _one_of(rows: Mapping[str, str], name: str, allowed: Sequence[str], file: str) -> str:
    said = rows.get(name) or allowed[0]
    if said not in allowed:
        raise InputError("gate.bad_map", file=file, reason=f"[rows] {name} = {said}: {' '.join(allowed)}")
    return said


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
        reads=str(item.get("reads") or ""),
        period_from=str(item.get("period_from") or ""),
    )
    if quantity.reads not in READS:
        raise InputError(
            "gate.bad_map", file=file, reason=f"[[facts]] reads: {' '.join(filter(None, READS))}"
        )
    if quantity.column not in columns:
        raise InputError("gate.unknown_column", file=file, seen=quantity.column, allowed=" ".join(columns))
    return quantity


def check_required(
    mapping: ColumnMap, columns: Sequence[str], fields: Sequence[FieldDef], *, file: str
) -> None:
    """Refuse a file without the columns its table needs; says which it has. Rows about regions may name them in either."""
    in_place_of_name = mapping.without_code == REGION_ROWS and "region" in mapping.columns
    for item in fields:
        if item.name == "name" and in_place_of_name:
            continue
        if item.required and item.name not in mapping.columns and item.name not in mapping.constants:
            also = "、".join((item.name, *item.aliases[:4]))
            raise InputError(
                "gate.missing_column",
                file=file,
                column=item.meaning["zh"],
                allowed=also,
                seen="、".join(columns[:20]),
            )
