"""百分比格 percent cells: which cells of a sheet a person sees as 75% though the workbook holds 0.75.

Read from the workbook's own parts: the number formats of styles.xml, and the style each cell of the sheet names.
"""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

Cell = tuple[int, int]
CHUNK = 1 << 20
LONGEST_TAG = 1 << 16
BUILT_IN = frozenset({"9", "10"})
_QUOTED = re.compile(r'"[^"]*"|\\.')
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def percent_cells(path: Path, sheet: str) -> frozenset[Cell]:
    """Places (row, column), counted from nought, of the cells of a sheet that are shown as a percentage."""
    with zipfile.ZipFile(path) as archive:
        styles = _percent_styles(archive)
        part = part_of(archive, sheet) if styles else ""
        return frozenset(_cells_of(archive, part, styles)) if part else frozenset()


def column_number(letters: bytes) -> int:
    """Number of a column: A is 1, Z 26, AA 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def unclosed(text: bytes) -> bytes:
    """The tag begun at the end of a block that goes on in the next; one longer than any cell's is let go."""
    begun = text.rfind(b"<")
    rest = text[begun:] if begun >= 0 else b""
    return b"" if b">" in rest or len(rest) > LONGEST_TAG else rest


def _percent_styles(archive: zipfile.ZipFile) -> tuple[int, ...]:
    """Numbers of the cell styles whose number format is a percentage."""
    if "xl/styles.xml" not in archive.namelist():
        return ()
    root = ElementTree.fromstring(archive.read("xl/styles.xml"))  # noqa: S314 - expat refuses entity bombs
    formats = set(BUILT_IN)
    for told in root.iter(f"{_MAIN}numFmt"):
        if "%" in _QUOTED.sub("", told.get("formatCode", "")):
            formats.add(told.get("numFmtId", ""))
    styles = root.find(f"{_MAIN}cellXfs")
    return tuple(
        n for n, style in enumerate(styles if styles is not None else ()) if style.get("numFmtId") in formats
    )


def part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    """The part of the archive that holds a sheet; empty when the workbook does not tell."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - as above
    link = next((one.get(_LINK) for one in book.iter(f"{_MAIN}sheet") if one.get("name") == sheet), None)
    rels = "xl/_rels/workbook.xml.rels"
    if link is None or rels not in archive.namelist():
        return ""
    told = ElementTree.fromstring(archive.read(rels))  # noqa: S314 - as above
    target = next((one.get("Target", "") for one in told if one.get("Id") == link), "")
    name = str(PurePosixPath("/xl") / target).lstrip("/")
    return name if name in archive.namelist() else ""


def _cells_of(archive: zipfile.ZipFile, part: str, styles: tuple[int, ...]) -> Iterator[Cell]:
    told = "|".join(map(str, styles)).encode()
    cell = re.compile(
        rb"<(?:\w+:)?c\s(?=[^<>]*\bs\s*=\s*[\"'](?:"
        + told
        + rb")[\"'])[^<>]*?\br\s*=\s*[\"']([A-Za-z]{1,3})(\d{1,7})[\"']"
    )
    with archive.open(part) as sheet:
        rest = b""
        while block := sheet.read(CHUNK):
            text = rest + block
            for letters, row in cell.findall(text):
                yield int(row) - 1, column_number(letters) - 1
            rest = unclosed(text)
