"""企业清单 a file of firms to be judged: one row each, columns of the field catalogue; read whole or refused whole."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from jiqun.core.errors import RowError, RowErrors
from jiqun.core.uscc import Grade, grade
from jiqun.rules.catalogue import Catalogue, FieldDef
from jiqun.rules.firm import Firm, Value
from jiqun.rules.formulas import land_used
from jiqun.rules.ranges import EXACT
from jiqun.rules.tree import Field
from jiqun.rules.values import BadValue, value_of

IDENTITY = {
    "uscc": ("uscc", "统一社会信用代码", "社会信用代码", "信用代码"),
    "name": ("name", "企业全称", "企业名称", "单位名称", "名称"),
    "region": ("region", "区划代码", "县级行政区划代码或名称", "县(市、区)", "所在县"),
}
LAND = ("land_own_mu", "land_leased_in_mu", "land_leased_out_mu")
PLACES = 6
"""Digits behind the point a number of a firm is judged with."""
STEP = Decimal(1).scaleb(-PLACES)
LONGEST = Decimal(10) ** 20
"""From here on a number is left as it is; whoever judges refuses it."""
REVENUE = ("operating_revenue_wan", "main_business_revenue_wan", "sales_revenue_wan")


@dataclass(frozen=True, slots=True)
class Firms:
    """The firms of a file, and what is worth a look though it keeps nobody from being judged."""

    firms: tuple[Firm, ...]
    remarks: tuple[RowError, ...]


Also: TypeAlias = Callable[[int, Firm], Iterable[RowError]]
"""What else is wrong with the firm in a row, for what a rule cannot know: which counties there are."""


def firms_of(
    rows: Sequence[Sequence[str]], catalogue: Catalogue, *, file: str, on: date, also: Also | None = None
) -> Firms:
    """The firms of a table whose first row is its header; RowErrors with every bad cell, and then none is taken.

    on    the day judged: a firm founded later is refused
    """
    reader = _FirmReader(catalogue, file, on)
    columns = reader.header(rows[0] if rows else ())
    firms: list[Firm] = []
    for number, row in enumerate(rows[1:], start=2):
        if any(cell.strip() for cell in row):
            firms.append(reader.firm(row, columns, number))
            reader.errors.extend(also(number, firms[-1]) if also else ())
    if not firms:
        reader.wrong(None, "", "firm.empty_file")
    if reader.errors:
        raise RowErrors(reader.errors, code="firm.refused")
    return Firms(tuple(firms), tuple(reader.remarks))


class _FirmReader:
    def __init__(self, catalogue: Catalogue, file: str, on: date) -> None:
        self.catalogue = catalogue
        self.file = file
        self.on = on
        self.errors: list[RowError] = []
        self.remarks: list[RowError] = []
        self.seen: dict[str, int] = {}
        self.rounded: set[str] = set()
        self._names = _headers(catalogue)

    def wrong(self, row: int | None, column: str, code: str, *, seen: str = "", allowed: str = "") -> None:
        self.errors.append(RowError(self.file, row, column, code, seen[:80], allowed))

    def header(self, cells: Sequence[str]) -> list[str]:
        columns: list[str] = []
        for cell in cells:
            column = self._names.get(_plain(cell), "")
            if not column and cell.strip():
                self.wrong(
                    1, cell.strip(), "firm.unknown_column", seen=cell.strip(), allowed="packs/tables/firm.csv"
                )
            elif column and column in columns:
                self.wrong(1, cell.strip(), "firm.column_twice", seen=column)
            columns.append(column)
        if "uscc" not in columns and "name" not in columns:
            self.wrong(1, "uscc", "firm.no_identity", seen=" ".join(cells), allowed="uscc name")
        return columns

    def firm(self, row: Sequence[str], columns: Sequence[str], number: int) -> Firm:
        if len(row) > len(columns):
            self.wrong(number, "", "firm.ragged_row", seen=str(len(row)), allowed=str(len(columns)))
        cells = {column: cell.strip() for column, cell in zip(columns, row, strict=False) if column}
        values = {
            column: self._value(cell, column, number)
            for column, cell in cells.items()
            if column not in IDENTITY
        }
        self._identity(cells, number)
        self._sense(values, number)
        return Firm(cells.get("uscc", ""), cells.get("name", ""), cells.get("region", ""), values)

    def _value(self, cell: str, column: str, number: int) -> Value:
        try:
            value = value_of(cell, self._field(column))
        except BadValue as error:
            self.wrong(number, column, error.code, seen=cell, allowed=error.allowed)
            return None
        return self._rounded(value, column, number) if isinstance(value, Decimal) else value

    def _rounded(self, value: Decimal, column: str, number: int) -> Decimal:
        """A number as long as it is judged; what a spreadsheet reckoned may be longer. Told once for a column."""
        exponent = value.as_tuple().exponent
        if (isinstance(exponent, int) and exponent >= -PLACES) or abs(value) >= LONGEST:
            return value
        kept = value.quantize(STEP, context=EXACT)
        if kept != value and column not in self.rounded:
            self.rounded.add(column)
            self._remark(number, column, "firm.rounded", value)
        return kept

    def _field(self, column: str) -> FieldDef:
        return self.catalogue.fields[column.partition("@")[0]]

    def _identity(self, cells: Mapping[str, str], number: int) -> None:
        code = cells.get("uscc", "")
        if code and grade(code) is Grade.MALFORMED:
            self._remark(number, "uscc", "firm.bad_code", code)
        key = code or cells.get("name", "")
        if not key:
            self.wrong(number, "uscc", "firm.no_identity", allowed="uscc name")
        elif key in self.seen:
            self.wrong(
                number, "uscc" if code else "name", "firm.twice", seen=key, allowed=str(self.seen[key])
            )
        self.seen.setdefault(key, number)

    def _sense(self, values: Mapping[str, Value], number: int) -> None:
        """What cannot be (refused), and what leaves a ratio without meaning (a remark; the clause is unknown)."""
        founded = values.get("established_on")
        if isinstance(founded, date) and founded > self.on:
            self.wrong(
                number, "established_on", "firm.founded_later", seen=str(founded), allowed=f"≤ {self.on}"
            )
        land = [_decimal(values.get(name)) for name in LAND]
        used = None if None in land else land_used(*(one or Decimal(0) for one in land))
        if used is not None and used <= 0:
            self._remark(number, "land_own_mu", "firm.zero_land", used)
        for name in REVENUE:
            if _decimal(values.get(name)) == 0:
                self._remark(number, name, "firm.zero_revenue", Decimal(0))

    def _remark(self, number: int, column: str, code: str, seen: object) -> None:
        self.remarks.append(RowError(self.file, number, column, code, str(seen), ""))


def _decimal(value: Value) -> Decimal | None:
    return value if isinstance(value, Decimal) else None


def _headers(catalogue: Catalogue) -> dict[str, str]:
    """Columns by every header they may stand under: their own name first, then aliases, with the years before marked."""
    names = {_plain(name): key for key, known in IDENTITY.items() for name in known}
    for one in catalogue.fields.values():
        for back in range(one.years + 1):
            column = Field(one.name, back).column
            names[_plain(column)] = column
            for alias in one.aliases:
                names.setdefault(_plain(alias + earlier(back)), column)
    return names


def earlier(back: int) -> str:
    """What follows the name of a field for an earlier year in a Chinese header."""
    return f"（前{back}年）" if back else ""


def _plain(text: str) -> str:
    kept = text.translate(str.maketrans("（）：／", "():/"))
    return "".join(kept.split()).lower()
