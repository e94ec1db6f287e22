"""导出文件 export files: rows written as CSV, workbook or Parquet so that no cell of theirs can act as a formula.

A text that begins with a formula mark gets an apostrophe in front in CSV; a workbook holds it as text. Numbers stay
numbers: only text is touched. The first row names the columns; CSV begins with the UTF-8 mark, so Excel reads Chinese.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path

from jiqun.core.errors import InputError, RowError
from jiqun.core.facts import plain
from jiqun.lake.catalogue import Column, TableDef
from jiqun.lake.handed_out import write_parquet_file

FORMATS = ("csv", "xlsx", "parquet")
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}
FORMULA_MARKS = "=+-@\t\r＝＋－＠"
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
CHUNK = 20_000
EXACT_DIGITS = 15
CELL_LIMIT = 32_767
SHEET_ROWS = 1_048_575
ERROR_FIELDS = ("file", "row", "column", "code", "seen", "allowed")
Row = Sequence[object]


@dataclass(frozen=True)
class Sheet:
    """What is written: the columns with their types, and the rows in the columns' order."""

    name: str
    columns: tuple[Column, ...]
    rows: Iterable[Row]


def write_file(sheet: Sheet, path: Path, form: str) -> int:
    """Write the rows under `path` in one of FORMATS; gives how many there were."""
    writers: dict[str, Callable[[Sheet, Path], int]] = {
        "csv": _write_csv, "xlsx": _write_workbook, "parquet": _write_parquet,
    }  # fmt: skip
    if form not in writers:
        raise InputError("export.unknown_format", seen=form, allowed=" ".join(FORMATS))
    return writers[form](sheet, path)


def write_errors(path: Path, errors: Iterable[RowError]) -> None:
    """Every bad cell as CSV: file, row, column, code, what was seen, what is allowed."""
    columns = tuple(Column(name, "text", "", "") for name in ERROR_FIELDS)
    rows = ([getattr(error, name) for name in ERROR_FIELDS] for error in errors)
    write_file(Sheet("errors", columns, rows), path, "csv")


def defused(text: str) -> str:
    """A text that no spreadsheet takes for a formula; a text that is wholly a number stays as it is."""
    if text[:1] and text[0] in FORMULA_MARKS and not NUMBER.fullmatch(text):
        return "'" + text
    return text


def cell_text(value: object) -> str:
    """A value as a cell of a CSV file; None (not known) is empty, never zero."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return defused(str(value))


def _write_csv(sheet: Sheet, path: Path) -> int:
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow([column.name for column in sheet.columns])
        for row in sheet.rows:
            out.writerow([cell_text(value) for value in row])
            count += 1
    return count


def _write_workbook(sheet: Sheet, path: Path) -> int:
    import xlsxwriter

    options = {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    }  # fmt: skip
    count = 0
    with xlsxwriter.Workbook(str(path), options) as book:
        page = book.add_worksheet(sheet.name[:31])
        page.freeze_panes(1, 0)
        heading = book.add_format({"bold": True})
        for place, column in enumerate(sheet.columns):
            page.write_string(0, place, column.name, heading)
        for row in sheet.rows:
            count += 1
            if count > SHEET_ROWS:
                raise InputError("export.too_many_rows", seen=f"> {SHEET_ROWS}", allowed=str(SHEET_ROWS))
            for place, value in enumerate(row):
                _put(page, count, place, value)
    return count


def _put(page: object, row: int, place: int, value: object) -> None:
    """One cell: an exact number as a number, everything else as text."""
    if value is None:
        return
    number = value if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else None
    if number is not None and len(plain(Decimal(str(number))).strip("-").replace(".", "")) <= EXACT_DIGITS:
        page.write_number(row, place, float(number))  # type: ignore[attr-defined]
        return
    shown = cell_text(value) if number is not None or not isinstance(value, str) else value
    page.write_string(row, place, shown[:CELL_LIMIT])  # type: ignore[attr-defined]


def _write_parquet(sheet: Sheet, path: Path) -> int:
    return write_parquet_file(path, TableDef(sheet.name, "", "", sheet.columns, ()), chunks(sheet.rows))


def chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Rows in pieces that fit into memory."""
    source = iter(rows)
    while piece := list(islice(source, CHUNK)):
        yield piece
