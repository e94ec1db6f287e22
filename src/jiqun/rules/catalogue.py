"""字段目录 the field catalogue: what can be known of a firm (`packs/tables/firm.csv`), its unit and paper."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jiqun.core.errors import PackError
from jiqun.core.packfiles import read_csv
from jiqun.core.units import UnitTable
from jiqun.rules.tree import Field, Label

KINDS = ("number", "flag", "date", "text")
PERIODS = ("year", "as_of")
COLUMNS = (
    "column", "type", "unit", "aliases", "meaning_zh", "meaning_en", "choices", "years", "period", "signed",
    "paper_zh", "paper_en", "indicator",
)  # fmt: skip
IDENTITY = ("uscc", "name", "region")
"""Columns that say who the firm is; they are no fields of a rule."""
REGISTER, CLUSTER = "@register", "@cluster"
NO_INDICATOR = (REGISTER, CLUSTER)
"""What stands for the indicator where there is none: the register says it; it is a cluster's and not a firm's."""


@dataclass(frozen=True, slots=True)
class FieldDef:
    """One field: number, flag, date or text; `years` earlier years are kept beside the last full one.

    yearly   it is of a year, not of the day judged
    choices  the words a text may be; aliases: other headers it may stand under; signed: it may be below 0
    paper    what it is read from, named when it is missing
    indicator  the indicator whose facts hold it in the ledger, or why there is none (NO_INDICATOR)
    """

    name: str
    label: Label
    unit: str
    kind: str
    years: int
    yearly: bool
    paper: Label
    choices: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    signed: bool = False
    indicator: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every field by name, and the units they are in."""

    fields: Mapping[str, FieldDef]
    units: UnitTable

    @classmethod
    def load(cls, packs: Path) -> "Catalogue":
        """Read `tables/firm.csv` and `units.toml`; PackError names file and row."""
        return _load(packs.resolve())

    def field(self, column: str) -> Field | None:
        """The field a column names, `rd_expense_wan` or `rd_expense_wan@-1`; None when there is none."""
        name, _, back = column.partition("@-")
        found = self.fields.get(name)
        if found is None or ("@" in column and not back.isdecimal()):
            return None
        year_back = int(back) if back else 0
        if year_back > found.years or (back and not year_back):
            return None
        return Field(name, year_back, found.yearly)

    def columns(self) -> tuple[str, ...]:
        """Every column a file of firms may have, identity first."""
        fields = (
            Field(one.name, back).column for one in self.fields.values() for back in range(one.years + 1)
        )
        return (*IDENTITY, *fields)


@lru_cache(maxsize=4)
def _load(packs: Path) -> Catalogue:
    units = UnitTable.load(packs / "units.toml")
    path = packs / "tables" / "firm.csv"
    fields: dict[str, FieldDef] = {}
    for row in read_csv(path, COLUMNS):
        name = row["column"]
        if name in IDENTITY:
            continue
        if name in fields:
            raise PackError("pack.duplicate_key", file=str(path), key=name)
        if row["unit"] and row["unit"] not in units:
            raise PackError("pack.unknown_unit", file=str(path), key=name, seen=row["unit"])
        for column, allowed in (("type", KINDS), ("period", PERIODS)):
            if row[column] not in allowed:
                raise PackError(
                    "pack.unknown_word", file=str(path), key=f"{name}.{column}", seen=row[column], allowed=" ".join(allowed)
                )  # fmt: skip
        fields[name] = FieldDef(
            name, Label(row["meaning_zh"], row["meaning_en"]), row["unit"], row["type"], int(row["years"] or 0),
            row["period"] == "year", Label(row["paper_zh"], row["paper_en"]),
            tuple(filter(None, row["choices"].split(";"))), tuple(filter(None, row["aliases"].split(";"))),
            row["signed"] == "yes", row["indicator"],
        )  # fmt: skip
    return Catalogue(fields, units)


def title_name(label: Label) -> Label:
    """What a title is called, out of the label of the field that holds its last day."""
    return Label(label.zh.removesuffix("有效期止"), label.en.removeprefix("Last day of validity: "))
