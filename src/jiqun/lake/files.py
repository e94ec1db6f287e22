"""来件 files: open what an office hands in (CSV, CSV.gz, XLSX) as one header and rows of text, within limits.

GBK files are read and said so; another delimiter is recognised and said so. Nothing is judged here: see `gate`.
"""

import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from jiqun.core.errors import InputError
from jiqun.lake.workbooks import OLE_MARK, ZIP_MARKS, sheet_rows

CHUNK = 1 << 20
DELIMITERS = ",\t;|，"
Rows = list[tuple[int, list[str]]]


@dataclass(frozen=True)
class Limits:
    """How large a file may be, packed and unpacked, in bytes."""

    packed: int
    unpacked: int


@dataclass(frozen=True)
class HandedIn:
    """One table as it was handed in.

    columns  header texts, stripped
    rows     (row number as a spreadsheet counts, cells as text) in file order
    notes    codes of what was noticed: gate.gbk_detected, gate.wrong_delimiter …
    """

    file: str
    sha256: str
    size: int
    columns: tuple[str, ...]
    rows: list[tuple[int, list[str]]]
    notes: tuple[tuple[str, str], ...] = ()
    sheet: str = ""
    encoding: str = "utf-8"
    delimiter: str = ","
    extra: dict[str, str] = field(default_factory=dict)


def sha256_of(path: Path) -> str:
    """Content hash of the file as it lies there."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(CHUNK):
            digest.update(block)
    return digest.hexdigest()


def open_table(path: Path, limits: Limits, *, name: str = "", sheet: str = "") -> HandedIn:
    """Read the file whole.

    name   what the person called the file, when `path` is a stored copy
    sheet  which sheet of a workbook; empty means the first visible one with a table
    InputError: gate.too_large, gate.zip_bomb, gate.empty_file, gate.not_a_table, gate.unreadable,
    gate.unclosed_quote
    """
    shown = name or path.name
    if not path.is_file():
        raise InputError("gate.no_such_file", file=str(path))
    size = path.stat().st_size
    if size > limits.packed:
        raise InputError(
            "gate.too_large",
            file=shown,
            seen=f"{size / 1e6:,.0f} MB",
            allowed=f"{limits.packed / 1e6:,.0f} MB",
        )
    if size == 0:
        raise InputError("gate.empty_file", file=shown)
    digest = sha256_of(path)
    with path.open("rb") as file:
        magic = file.read(4)
    if magic in (*ZIP_MARKS, OLE_MARK):
        title, lines = sheet_rows(path, shown, sheet=sheet, unpacked=limits.unpacked)
        columns, rows = _with_header(lines, shown)
        return HandedIn(shown, digest, size, columns, rows, (), title, "xlsx", "")
    raw = _unzipped(path, shown, limits) if magic[:2] == b"\x1f\x8b" else path.read_bytes()
    return _delimited(raw, shown, digest, size)


def _unzipped(path: Path, shown: str, limits: Limits) -> bytes:
    kept = io.BytesIO()
    try:
        with gzip.open(path, "rb") as file:
            while block := file.read(CHUNK):
                kept.write(block)
                if kept.tell() > limits.unpacked:
                    raise InputError("gate.zip_bomb", file=shown, allowed=f"{limits.unpacked / 1e6:,.0f} MB")
    except (OSError, EOFError, zlib.error) as error:
        raise InputError("gate.unreadable", file=shown, reason=str(error)) from None
    return kept.getvalue()


def decode(raw: bytes, shown: str) -> tuple[str, str]:
    """Text and encoding: UTF-8 (with or without mark), UTF-16 with mark, else GBK; gate.not_utf8 when none fits."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return raw.decode("utf-16"), "utf-16"
        except UnicodeDecodeError:
            raise InputError("gate.not_utf8", file=shown, allowed="UTF-8, GBK, UTF-16") from None
    try:
        return raw.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError:
        text = ""
    if not text or _is_damaged_utf8(raw):
        raise InputError("gate.not_utf8", file=shown, allowed="UTF-8, GBK, UTF-16")
    return text, "gb18030"


def _is_damaged_utf8(raw: bytes) -> bool:
    """Is it UTF-8 but for a few bytes? Read as GBK it would be nonsense from end to end, and nobody would be told."""
    tried = raw.decode("utf-8", errors="replace")
    lost = tried.count("\ufffd")
    return sum(not char.isascii() for char in tried) - lost > 4 * lost


def _delimited(raw: bytes, shown: str, digest: str, size: int) -> HandedIn:
    text, encoding = decode(raw, shown)
    if "\x00" in text:
        raise InputError("gate.not_a_table", file=shown, allowed="CSV, CSV.gz, XLSX")
    notes = [("gate.gbk_detected", encoding)] if encoding == "gb18030" else []
    head = next((line for line in io.StringIO(text) if line.strip()), "")
    counts = {mark: head.count(mark) for mark in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda mark: (counts[mark], mark == ","))
    if delimiter != "," and counts[delimiter]:
        notes.append(("gate.wrong_delimiter", {"\t": "TAB"}.get(delimiter, delimiter)))
    csv.field_size_limit(1 << 20)
    columns, rows = _with_header(_numbered(text, delimiter, shown), shown)
    return HandedIn(shown, digest, size, columns, rows, tuple(notes), "", encoding, delimiter)


def _numbered(text: str, delimiter: str, shown: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    number = first_line = last_line = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            raise InputError("gate.unreadable", file=shown, reason=f"row {number + 1}: {error}") from None
        number, first_line, last_line = number + 1, last_line, reader.line_num
        yield number, cells
    if _is_open(text, first_line, delimiter):
        raise InputError("gate.unclosed_quote", file=shown, row=number)


def _is_open(text: str, first_line: int, delimiter: str) -> bool:
    """Does the last row, which begins after `first_line` lines, lack a closing quote?

    The reader would take all that follows for one cell, and the rows in it would be lost without a word.
    """
    tail = islice(io.StringIO(text, newline=""), first_line, None)
    try:
        for _ in csv.reader(tail, delimiter=delimiter, strict=True):
            pass
    except csv.Error as error:
        return "end of data" in str(error)
    return False


def _with_header(lines: Iterator[tuple[int, list[str]]], shown: str) -> tuple[tuple[str, ...], Rows]:
    filled = ((number, cells) for number, cells in lines if any(map(str.strip, cells)))
    first = next(filled, None)
    rows = list(filled)
    if first is None or not rows:
        raise InputError("gate.empty_file", file=shown)
    return _told_apart([cell.strip() for cell in first[1]], rows), rows


def _told_apart(names: list[str], rows: Rows) -> tuple[str, ...]:
    """Header texts, each once: a second 备注 is 备注 (2), and a column without a name that holds something is its letter.

    Two columns under one name would be one cell of a held row, and the other would be lost.
    """
    if len(set(names)) == len(names) and "" not in names:
        return tuple(names)
    taken: set[str] = set()
    for place, name in enumerate(names):
        filled = name or any(len(cells) > place and cells[place].strip() for _, cells in rows)
        told = name or (f"({_letter(place)})" if filled else "")
        names[place], number = told, 2
        while told and names[place] in taken:
            names[place], number = f"{told} ({number})", number + 1
        taken.add(names[place])
    return tuple(names)


def _letter(place: int) -> str:
    """Letter of a column as a spreadsheet shows it: 0 is A, 26 is AA."""
    letters = ""
    number = place + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def beyond(cells: list[str], width: int) -> dict[str, str]:
    """Cells that stand to the right of the last column and are not empty, under names of their own: +1, +2 …"""
    if len(cells) <= width:
        return {}
    return {f"+{n}": cell for n, cell in enumerate(cells[width:], start=1) if cell.strip()}


def copy_within(source: BinaryIO, target: Path, limits: Limits, *, name: str) -> int:
    """Store a handed-in stream under `target`, stopping at the limit; gives its size in bytes."""
    total = 0
    with target.open("wb") as file:
        while block := source.read(CHUNK):
            total += len(block)
            if total > limits.packed:
                file.close()
                target.unlink(missing_ok=True)
                raise InputError(
                    "gate.too_large", file=name, seen="more", allowed=f"{limits.packed / 1e6:,.0f} MB"
                )
            file.write(block)
    return total
