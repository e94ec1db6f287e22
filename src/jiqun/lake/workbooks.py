"""工作簿 workbooks: the rows of one sheet of a workbook as text, opened only after it is known that it fits into memory."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path

from jiqun.core.errors import InputError
from jiqun.lake.percent_cells import column_number, percent_cells, unclosed

CHUNK = 1 << 20
PARTS = 10_000
CELLS = 10_000_000
ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06")
OLE_MARK = b"\xd0\xcf\x11\xe0"
_FILLED = re.compile(rb"<(?:\w+:)?c\s[^<>]*?\br\s*=\s*[\"']([A-Za-z]{1,3})(\d{1,7})[\"'][^<>]*(?<!/)>")
Numbered = Iterator[tuple[int, list[str]]]


def sheet_rows(path: Path, shown: str, *, sheet: str, unpacked: int) -> tuple[str, Numbered]:
    """Title of the sheet and its rows: (row number as the spreadsheet shows it, cells as text).

    sheet     which sheet; empty means the first visible one with a header and a row
    unpacked  most bytes the parts may unpack to
    InputError: gate.zip_bomb, gate.not_a_table, gate.unreadable, gate.no_such_sheet, gate.empty_file
    """
    with path.open("rb") as file:
        is_zip = file.read(4) in ZIP_MARKS
    if is_zip:
        _check_parts(path, shown, unpacked)
    try:
        return _chosen(path, shown, sheet, is_zip=is_zip)
    except InputError:
        raise
    except BaseException as error:
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise InputError("gate.unreadable", file=shown, reason=str(error)) from None
        raise


def _check_parts(path: Path, shown: str, unpacked: int) -> None:
    """Refuse a workbook whose parts, or whose cells laid out as a rectangle, would not fit."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            size = sum(item.file_size for item in parts)
            if size > unpacked or len(parts) > PARTS:
                _refuse(shown, f"{size / 1e6:,.0f} MB", f"{unpacked / 1e6:,.0f} MB")
            if "xl/workbook.xml" not in archive.namelist():
                raise InputError("gate.not_a_table", file=shown, allowed="CSV, CSV.gz, XLSX")
            for item in parts:
                rows, columns = _extent(archive, item)
                if rows * columns > CELLS:
                    _refuse(shown, f"{rows:,} × {columns:,}", f"{CELLS:,}")
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ) as error:
        raise InputError("gate.unreadable", file=shown, reason=str(error)) from None


def _refuse(shown: str, seen: str, allowed: str) -> None:
    raise InputError("gate.zip_bomb", file=shown, seen=seen, allowed=allowed)


def _extent(archive: zipfile.ZipFile, item: zipfile.ZipInfo) -> tuple[int, int]:
    """Rows and columns of the rectangle that holds every filled cell of a part; one cell far out makes it huge."""
    rows = columns = 0
    with archive.open(item) as part:
        rest = b""
        while block := part.read(CHUNK):
            text = rest + block
            found = _FILLED.findall(text)
            if found:
                rows = max(rows, *(int(row) for _, row in found))
                columns = max(
                    columns, *(column_number(letters) for letters in {letters for letters, _ in found})
                )
            rest = unclosed(text)
    return rows, columns


def _chosen(path: Path, shown: str, sheet: str, *, is_zip: bool) -> tuple[str, Numbered]:
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    book = CalamineWorkbook.from_path(str(path))
    visible = [meta.name for meta in book.sheets_metadata if meta.visible == SheetVisibleEnum.Visible]
    if sheet and sheet not in book.sheet_names:
        raise InputError("gate.no_such_sheet", file=shown, seen=sheet, allowed=" ".join(visible))
    for title in [sheet] if sheet else visible:
        grid = book.get_sheet_by_name(title).to_python(skip_empty_area=False)
        filled = (row for row in grid if any(map(_text, row)))
        if len(list(islice(filled, 2))) == 2:
            shares = percent_cells(path, title) if is_zip else frozenset()
            for row, column in shares:
                _as_percent(grid, row, column)
            return title, ((n, [cell_text(cell) for cell in row]) for n, row in enumerate(grid, start=1))
    raise InputError("gate.empty_file", file=shown)


def _as_percent(grid: list[list[object]], row: int, column: int) -> None:
    """Make 0.75 the 75% a person sees."""
    cell = grid[row][column] if row < len(grid) and column < len(grid[row]) else None
    if isinstance(cell, float):
        grid[row][column] = f"{cell * 100:.13g}%"


def _text(cell: object) -> str:
    return cell.strip() if isinstance(cell, str) else cell_text(cell)


def cell_text(cell: object) -> str:
    """A cell of a workbook as the text a person would type: 3.0 is 3, 0.1 + 0.2 is 0.3, a date is 2024-03-01."""
    if cell is None or cell == "":
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else format(cell, ".15g")
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)
