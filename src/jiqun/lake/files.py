"""来件 files: open what an office hands in (CSV, CSV.gz, XLSX) as one header and rows of text, within limits.

GBK files are read and said so; another delimiter is recognised and said so. Nothing is judged here: see `gate`.
"""

import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from jiqun.core.errors import InputError
from jiqun.lake.workbooks import OLE_MARK, ZIP_MARKS

if TYPE_CHECKING:
    from jiqun.lake.forms.tables import FormTable

CHUNK = 1 << 20
DELIMITERS = ",\t;|，"


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
    form     the table as it was found on its sheet, with totals and what was left out
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
    form: "FormTable | None" = None


def sha256_of(path: Path) -> str:
    """Content hash of the file as it lies there."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(CHUNK):
            digest.update(block)
    return digest.hexdigest()


@dataclass(frozen=True)
class Unread:
    """A file that was looked at from outside: its name, size, content hash, and what kind of file its first bytes say."""

    file: str
    size: int
    sha256: str
    magic: bytes

    @property
    def is_workbook(self) -> bool:
        """Is it an XLSX or XLS?"""
        return self.magic in (*ZIP_MARKS, OLE_MARK)


def look_at(path: Path, limits: Limits, *, name: str = "") -> Unread:
    """Size, hash and kind of a file; InputError gate.no_such_file, gate.too_large, gate.empty_file."""
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
    with path.open("rb") as file:
        magic = file.read(4)
    return Unread(shown, size, sha256_of(path), magic)


def open_table(path: Path, limits: Limits, **more: Any) -> HandedIn:
    """One table of a file, see `forms.opening.open_table`."""
    from jiqun.lake.forms import opening

    return opening.open_table(path, limits, **more)


def text_lines(
    path: Path, seen: Unread, limits: Limits
) -> tuple[Iterator[tuple[int, list[str]]], str, str, list[tuple[str, str]]]:
    """Rows of a text file (CSV, CSV.gz) with their numbers, its encoding, its delimiter, and what was noticed."""
    raw = _unzipped(path, seen.file, limits) if seen.magic[:2] == b"\x1f\x8b" else path.read_bytes()
    return _delimited(raw, seen.file)


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


def _delimited(
    raw: bytes, shown: str
) -> tuple[Iterator[tuple[int, list[str]]], str, str, list[tuple[str, str]]]:
    text, encoding = decode(raw, shown)
    if "\x00" in text:
        raise InputError("gate.not_a_table", file=shown, allowed="CSV, CSV.gz, XLSX")
    notes = [("gate.gbk_detected", encoding)] if encoding == "gb18030" else []
    delimiter = delimiter_of(text)
    if delimiter != ",":
        notes.append(("gate.wrong_delimiter", {"\t": "TAB"}.get(delimiter, delimiter)))
    csv.field_size_limit(1 << 20)
    return _numbered(text, delimiter, shown), encoding, delimiter, notes


def delimiter_of(text: str) -> str:
    """What parts the cells: the mark the first lines have most of, whatever titles stand above."""
    heads = list(islice((line for line in io.StringIO(text) if line.strip()), 6))
    first = {mark: heads[0].count(mark) if heads else 0 for mark in DELIMITERS}
    counts = (
        first
        if any(first.values())
        else {mark: max((h.count(mark) for h in heads), default=0) for mark in DELIMITERS}
    )
    delimiter = max(DELIMITERS, key=lambda mark: (counts[mark], mark == ","))
    return delimiter if counts[delimiter] else ","


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


def told_apart(
    names: list[str], rows: Sequence[tuple[int, Sequence[object]]], *, first: int = 0
) -> tuple[str, ...]:
    """Header texts, each once: a second 备注 is 备注 (2), and a column without a name that holds something is its letter.

    Two columns under one name would be one cell of a held row, and the other would be lost.
    first  place of the first column on the sheet
    """
    if len(set(names)) == len(names) and "" not in names:
        return tuple(names)
    taken: set[str] = set()
    for place, name in enumerate(names):
        filled = name or any(len(cells) > place and str(cells[place]).strip() for _, cells in rows)
        told = name or (f"({letter_of(first + place)})" if filled else "")
        names[place], number = told, 2
        while told and names[place] in taken:
            names[place], number = f"{told} ({number})", number + 1
        taken.add(names[place])
    return tuple(names)


def letter_of(place: int) -> str:
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
