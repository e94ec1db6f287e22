"""时间序列文件 a file of readings, read row by row: a year of seconds does not fit into memory as text."""

import codecs
import csv
import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from jiqun.core.errors import InputError
from jiqun.lake.files import CHUNK, Limits, delimiter_of, look_at

Line = tuple[int, list[str]]


@contextmanager
def open_series(path: Path, limits: Limits) -> Iterator[tuple[Iterator[Line], str]]:
    """Rows (with their numbers, the header is 1) and the delimiter of a CSV or CSV.gz in UTF-8 or GBK.

    InputError: gate.no_such_file, gate.too_large, gate.empty_file, gate.not_a_table, gate.not_utf8, gate.unreadable
    """
    seen = look_at(path, limits)
    if seen.is_workbook:
        raise InputError("gate.not_a_table", file=seen.file, allowed="CSV, CSV.gz")
    zipped = seen.magic[:2] == b"\x1f\x8b"
    try:
        encoding = _encoding(path, limits, zipped=zipped, shown=seen.file)
        with _opened(path, encoding, zipped=zipped) as file:
            head = file.read(CHUNK >> 4)
        delimiter = delimiter_of(head)
        with _opened(path, encoding, zipped=zipped) as file:
            yield _lines(file, delimiter, seen.file), delimiter
    except UnicodeDecodeError:
        raise InputError("gate.not_utf8", file=seen.file, allowed="UTF-8, GBK") from None
    except (OSError, EOFError) as error:
        raise InputError("gate.unreadable", file=seen.file, reason=str(error)) from None


def _opened(path: Path, encoding: str, *, zipped: bool) -> IO[str]:
    if zipped:
        return gzip.open(path, "rt", encoding=encoding, newline="")
    return path.open(encoding=encoding, newline="")


def _encoding(path: Path, limits: Limits, *, zipped: bool, shown: str) -> str:
    """UTF-8 if all of it is, else GBK; what unpacks to more than the limit is refused."""
    with gzip.open(path, "rb") if zipped else path.open("rb") as file:
        decoder, size = codecs.getincrementaldecoder("utf-8")(), 0
        try:
            while block := file.read(CHUNK):
                size += len(block)
                if size > limits.unpacked:
                    raise InputError("gate.zip_bomb", file=shown, allowed=f"{limits.unpacked / 1e6:,.0f} MB")
                if "\x00" in decoder.decode(block):
                    raise InputError("gate.not_a_table", file=shown, allowed="CSV, CSV.gz")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "gb18030"
    return "utf-8-sig"


def _lines(file: IO[str], delimiter: str, shown: str) -> Iterator[Line]:
    number = 0
    try:
        for number, cells in enumerate(csv.reader(file, delimiter=delimiter), start=1):
            yield number, cells
    except csv.Error as error:
        raise InputError("gate.unreadable", file=shown, reason=f"row {number + 1}: {error}") from None
