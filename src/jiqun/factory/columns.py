"""列与单元格 columns and cells of a factory's file: headers by name or alias, every bad cell kept with what is allowed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

from jiqun.core.errors import RowError, RowErrors
from jiqun.core.packfiles import read_csv
from jiqun.factory.instants import clock, day_of, instant

LARGEST = Fraction(10**12)
Value = TypeVar("Value")


@dataclass
class CellReader:
    """Reads the cells of one file; what it cannot read it keeps in `errors` and gives as None.

    Columns nobody knows are left out and told in `remarks`.

    names     column by every header it may stand under
    required  columns that must be there and be filled
    """

    file: str
    names: Mapping[str, str]
    required: tuple[str, ...]
    errors: list[RowError] = field(default_factory=list[RowError])
    remarks: list[RowError] = field(default_factory=list[RowError])
    row: int = 1

    @classmethod
    def of(cls, table: Path, file: str) -> "CellReader":
        """For the columns of a `packs/tables/*.csv`."""
        names: dict[str, str] = {}
        required: list[str] = []
        for line in read_csv(table, ("column", "required", "aliases")):
            for header in (line["column"], *line["aliases"].split(";")):
                names.setdefault(_plain(header), line["column"])
            required += [line["column"]] if line["required"] == "yes" else []
        names.pop("", None)
        return cls(file, names, tuple(required))

    def wrong(self, column: str, code: str, *, seen: str = "", allowed: str = "") -> None:
        """Keep what is wrong with a cell of the row at hand."""
        self.errors.append(RowError(self.file, self.row, column, code, seen[:80], allowed))

    def rows(self, table: Sequence[tuple[int, Sequence[str]]]) -> Iterator[Mapping[str, str]]:
        """The rows behind a header as cells by column, empty rows left out; `self.row` is the number of the row."""
        header = table[0][1] if table else ()
        columns = [self.names.get(_plain(cell), "") for cell in header]
        for column in self.required:
            if column not in columns:
                self.wrong(
                    column, "factory.column_missing", seen=" ".join(header), allowed=" ".join(self.names)
                )
        for cell, column in zip(header, columns, strict=True):
            if not column and cell.strip():
                self.remarks.append(
                    RowError(self.file, 1, cell.strip(), "factory.column_unknown", cell.strip(), "")
                )
            elif column and columns.count(column) > 1:
                self.wrong(cell.strip(), "factory.column_twice", seen=column)
        if self.errors:
            return
        for number, cells in table[1:]:
            if any(cell.strip() for cell in cells):
                self.row = number
                yield self._row(cells, columns)

    def finish(self) -> None:
        """RowErrors factory.refused with everything that was wrong."""
        if self.errors:
            raise RowErrors(self.errors, code="factory.refused")

    def instant(self, cells: Mapping[str, str], column: str) -> int | None:
        """Microseconds of an instant."""
        return self._read(
            cells, column, instant, "factory.bad_instant", "2026-11-02 08:00 2026-11-02T08:00:00+08:00"
        )

    def clock(self, cells: Mapping[str, str], column: str) -> int | None:
        """Microseconds after midnight."""
        return self._read(cells, column, clock, "factory.bad_clock", "08:00 20:30 24:00")

    def day(self, cells: Mapping[str, str], column: str) -> date | None:
        """A day."""
        found = self._read(cells, column, instant, "factory.bad_day", "2026-11-02")
        return None if found is None else day_of(found)

    def number(self, cells: Mapping[str, str], column: str, *, above_zero: bool = False) -> Fraction | None:
        """A number of 0 or more, exactly as it is written."""
        found = self._read(cells, column, _number, "factory.bad_number", "0 12 3.5")
        if found is not None and (found < 0 or (above_zero and not found) or found > LARGEST):
            self.wrong(
                column, "factory.bad_number", seen=cells[column], allowed="> 0" if above_zero else "≥ 0"
            )
            return None
        return found

    def _read(
        self,
        cells: Mapping[str, str],
        column: str,
        how: Callable[[str], Value | None],
        code: str,
        allowed: str,
    ) -> Value | None:
        text = cells.get(column, "")
        found = how(text) if text else None
        if text and found is None:
            self.wrong(column, code, seen=text, allowed=allowed)
        return found

    def _row(self, cells: Sequence[str], columns: Sequence[str]) -> Mapping[str, str]:
        if any(cell.strip() for cell in cells[len(columns) :]):
            self.wrong("", "factory.ragged_row", seen=str(len(cells)), allowed=str(len(columns)))
        found = {column: cell.strip() for column, cell in zip(columns, cells, strict=False) if column}
        for column in self.required:
            if not found.get(column):
                self.wrong(column, "factory.empty_cell")
        return found


def _number(text: str) -> Fraction | None:
    try:
        found = Decimal(text.replace(",", "").replace("，", ""))
    except InvalidOperation:
        return None
    return Fraction(found) if found.is_finite() and abs(found.adjusted()) < 30 else None


def _plain(text: str) -> str:
    return "".join(text.translate(str.maketrans("（）：", "():")).split()).lower()
