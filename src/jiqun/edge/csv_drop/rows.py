"""CSV 行 rows of a dropped file as samples; bad rows are refused one by one. Pure."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jiqun.core.errors import InputError
from jiqun.edge.instants import from_text
from jiqun.factory.readings.model import Point, Sample
from jiqun.factory.readings.reasons import BAD_ROW

Refused = tuple[str, str, object]


@dataclass(frozen=True, slots=True)
class Column:
    """Where a point stands (列): its column, and where told, the value another column must have."""

    key: str
    name: str
    where: str = ""
    equals: str = ""


def column_of(point: Point) -> Column:
    """The column an address tells: `temperature`, or `temperature#machine=F2`."""
    name, _, condition = point.address.partition("#")
    where, _, equals = condition.partition("=")
    return Column(point.key, name, where, equals)


def text_of(data: bytes) -> str:
    """The text of a file: UTF-8, else GB18030; InputError `edge.bad_message` for neither."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError("edge.bad_message", seen=data[:40].hex(" "), allowed="UTF-8, GB18030")


def rows_of(
    data: bytes, columns: Iterable[Column], *, time_column: str, hours_east: int
) -> Iterator[tuple[list[Sample], list[Refused]]]:
    """Samples and refusals of each row; InputError `edge.bad_message` for what is no such file."""
    reader = csv.reader(io.StringIO(text_of(data), newline=""), strict=True)
    wanted = tuple(columns)
    try:
        head = [cell.strip() for cell in next(reader, [])]
        if time_column not in head or len(set(head)) != len(head):
            raise InputError("edge.bad_message", seen=",".join(head)[:80], allowed=time_column)
        for number, cells in enumerate(reader, start=2):
            if any(cell.strip() for cell in cells):
                yield _row(cells, head, number, (wanted, time_column, hours_east))
    except csv.Error as error:
        raise InputError("edge.bad_message", seen=str(error)) from error


def _row(
    cells: list[str], head: list[str], number: int, how: tuple[tuple[Column, ...], str, int]
) -> tuple[list[Sample], list[Refused]]:
    wanted, time_column, hours_east = how
    place = f"row {number}"
    if len(cells) != len(head):
        return [], [(BAD_ROW, place, ",".join(cells))]
    row = {name: cell.strip() for name, cell in zip(head, cells, strict=True)}
    read_us = from_text(row[time_column], hours_east=hours_east)
    if read_us is None:
        return [], [(BAD_ROW, f"{place} {time_column}", row[time_column])]
    samples: list[Sample] = []
    refused: list[Refused] = []
    for column in wanted:
        told = row.get(column.name, "")
        if not told or (column.where and row.get(column.where) != column.equals):
            continue
        value = _number(told)
        if value is None:
            refused.append((BAD_ROW, f"{column.key} {place}", told))
        else:
            samples.append(Sample(column.key, value, read_us))
    return samples, refused


def _number(text: str) -> float | None:
    """A number; NaN and infinities are numbers here and are refused by the screen under their own reasons."""
    try:
        return float(text) if len(text) < 60 and "_" not in text else None
    except ValueError:
        return None
