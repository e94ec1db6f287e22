"""隐藏与合并 hidden and merged: what a sheet's own XML says that its values do not, read in one pass."""

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from jiqun.lake.percent_cells import column_number, part_of, unclosed

CHUNK = 1 << 20
_ROW = re.compile(rb"<(?:\w+:)?row\s[^<>]*\bhidden\s*=\s*[\"'](?:1|true)[\"'][^<>]*>")
_ROW_NUMBER = re.compile(rb"\br\s*=\s*[\"'](\d{1,7})[\"']")
_COL = re.compile(rb"<(?:\w+:)?col\s[^<>]*\bhidden\s*=\s*[\"'](?:1|true)[\"'][^<>]*>")
_MIN = re.compile(rb"\bmin\s*=\s*[\"'](\d{1,5})[\"']")
_MAX = re.compile(rb"\bmax\s*=\s*[\"'](\d{1,5})[\"']")
_MERGE = re.compile(
    rb"<(?:\w+:)?mergeCell\s[^<>]*\bref\s*=\s*[\"']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})[\"']"
)
WIDEST = 400


class Area(NamedTuple):
    """A rectangle of cells, all four counted from nought and included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Marks:
    """Rows and columns (from nought) a person does not see, and cells that are one."""

    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merges: tuple[Area, ...] = ()


def sheet_marks(path: Path, sheet: str) -> Marks:
    """What the workbook says of this sheet; nothing when it does not tell."""
    with zipfile.ZipFile(path) as archive:
        part = part_of(archive, sheet)
        return _marks_of(archive, part) if part else Marks()


def _marks_of(archive: zipfile.ZipFile, part: str) -> Marks:
    rows: set[int] = set()
    columns: set[int] = set()
    merges: list[Area] = []
    with archive.open(part) as sheet:
        rest = b""
        while block := sheet.read(CHUNK):
            text = rest + block
            if b"hidden" in text:
                rows.update(_hidden_rows(text))
                columns.update(_hidden_columns(text))
            if b"mergeCell" in text:
                merges.extend(_merges(text))
            rest = unclosed(text)
    return Marks(frozenset(rows), frozenset(columns), tuple(dict.fromkeys(merges)))


def _hidden_rows(text: bytes) -> set[int]:
    found = (_ROW_NUMBER.search(tag) for tag in _ROW.findall(text))
    return {int(number[1]) - 1 for number in found if number}


def _hidden_columns(text: bytes) -> set[int]:
    found: set[int] = set()
    for tag in _COL.findall(text):
        first, last = _MIN.search(tag), _MAX.search(tag)
        if first and last:
            found.update(range(int(first[1]) - 1, min(int(last[1]), WIDEST)))
    return found


def _merges(text: bytes) -> list[Area]:
    return [
        Area(int(top) - 1, column_number(left) - 1, int(bottom) - 1, column_number(right) - 1)
        for left, top, right, bottom in _MERGE.findall(text)
    ]
