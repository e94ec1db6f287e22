"""工作簿 workbooks: the rows of one sheet of a workbook as text, opened only after it is known that it fits into memory."""

import re
import zipfile
import zlib
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from jiqun.core.errors import InputError
from jiqun.lake.percent_cells import column_number, unclosed

CHUNK = 1 << 20
PARTS = 10_000
CELLS = 10_000_000
ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06")
OLE_MARK = b"\xd0\xcf\x11\xe0"
_FILLED = re.compile(rb"<(?:\w+:)?c\s[^<>]*?\br\s*=\s*[\"']([A-Za-z]{1,3})(\d{1,7})[\"'][^<>]*(?<!/)>")
_FAR = re.compile(rb'r="(?:[A-Za-z]{2,3}\d|[A-Za-z](?:\d{7}|[4-9]\d{5}|3[89]\d{4})")')
_ODD = (b"= ", b" =", b"='", b"=\n", b"\n=", b"=\t", b"\t=")
NEAR = 380_000, 26


@dataclass
class Workbook:
    """An opened workbook that fits into memory: titles of its sheets, which of them a person sees."""

    file: str
    titles: tuple[str, ...]
    visible: tuple[str, ...]
    is_zip: bool
    book: Any

    def grid(self, title: str) -> list[list[object]]:
        """The cells of a sheet from its first row and column on; empty cells are empty texts."""
        return self.book.get_sheet_by_name(title).to_python(skip_empty_area=False)

    def refuse_sheet(self, asked: str) -> None:
        """InputError gate.no_such_sheet."""
        raise InputError("gate.no_such_sheet", file=self.file, seen=asked, allowed=" ".join(self.visible))


def checked_workbook(path: Path, shown: str, *, unpacked: int) -> Workbook:
    """Open a workbook once it is known to fit.

    unpacked  most bytes the parts may unpack to
    InputError: gate.zip_bomb, gate.not_a_table, gate.unreadable
    """
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    with path.open("rb") as file:
        is_zip = file.read(4) in ZIP_MARKS
    if is_zip:
        _check_parts(path, shown, unpacked)
    book = CalamineWorkbook.from_path(str(path))
    visible = tuple(m.name for m in book.sheets_metadata if m.visible == SheetVisibleEnum.Visible)
    return Workbook(shown, tuple(book.sheet_names), visible, is_zip, book)


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
    """Rows and columns of the rectangle that holds every filled cell of a part; one cell far out makes it huge.

    A part without a cell beyond column Z and row NEAR is not measured further: it fits.
    """
    if not _has_far_cell(archive, item):
        return NEAR
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


def _has_far_cell(archive: zipfile.ZipFile, item: zipfile.ZipInfo) -> bool:
    with archive.open(item) as part:
        rest = b""
        while block := part.read(CHUNK):
            text = rest + block
            if any(odd in text for odd in _ODD) or _FAR.search(text):
                return True
            rest = unclosed(text)
    return False


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
