"""班次表 the calendar out of the rows of a file: shifts by weekday or by day, across midnight, with breaks."""

import re
from collections.abc import Mapping
from pathlib import Path

from jiqun.factory.columns import CellReader
from jiqun.factory.instants import DAY, HOUR, clock, day_of, instant, midnight
from jiqun.factory.oee.model import Shift, Span
from jiqun.factory.oee.sheet import Rows

_WEEKDAYS = re.compile(r"([1-7])(?:[-–~至]([1-7]))?")
_BREAK = re.compile(r"\s*([0-9:：]+)\s*[-–~至]\s*([0-9:：]+)\s*")


def shifts_of(rows: Rows, *, packs: Path, file: str) -> tuple[Shift, ...]:
    """The calendar of a file; RowErrors `factory.refused` with every bad cell."""
    reader = CellReader.of(packs / "tables" / "oee_shift.csv", file)
    found = [shift for cells in reader.rows(rows) if (shift := _shift(reader, cells)) is not None]
    if not found and not reader.errors:
        reader.wrong("", "factory.empty_file")
    reader.finish()
    return tuple(found)


def _shift(reader: CellReader, cells: Mapping[str, str]) -> Shift | None:
    day = reader.day(cells, "date")
    start, end = cells.get("start", ""), cells.get("end", "")
    begin, finish = instant(start), instant(end)
    span: Span | None
    if begin is not None and finish is not None:
        day = day_of(begin)
        span = begin - midnight(day), finish - midnight(day)
        if not 0 < span[1] - span[0] <= 36 * HOUR:
            reader.wrong("end", "oee.ends_before", seen=end, allowed=f"> {start}")
    else:
        span = _times(reader, cells, has_day=day is not None)
    first, last = reader.day(cells, "valid_from"), reader.day(cells, "valid_to")
    if span is None:
        return None
    return Shift(
        cells.get("shift", ""), *span, _breaks(reader, cells, span), day, _weekdays(reader, cells), cells.get("line", ""),
        cells.get("machine", ""), first, last,
    )  # fmt: skip


def _times(reader: CellReader, cells: Mapping[str, str], *, has_day: bool) -> Span | None:
    """Start and end as times of day; both empty on a day of its own: no shift then."""
    if not cells.get("start") and not cells.get("end") and has_day:
        return 0, 0
    start, end = reader.clock(cells, "start"), reader.clock(cells, "end")
    for name, value in (("start", start), ("end", end)):
        if value is None and not cells.get(name):
            reader.wrong(name, "factory.empty_cell")
    if start is None or end is None:
        return None
    return start, end if end > start else end + DAY


def _weekdays(reader: CellReader, cells: Mapping[str, str]) -> frozenset[int]:
    text = cells.get("weekdays", "")
    days: set[int] = set()
    for part in filter(None, re.split(r"[,，;；、\s]+", text)):
        found = _WEEKDAYS.fullmatch(part)
        if not found or int(found[2] or found[1]) < int(found[1]):
            reader.wrong("weekdays", "oee.bad_weekdays", seen=text, allowed="1-5 6,7")
            break
        days.update(range(int(found[1]), int(found[2] or found[1]) + 1))
    return frozenset(days or range(1, 8))


def _breaks(reader: CellReader, cells: Mapping[str, str], span: Span) -> tuple[Span, ...]:
    """Breaks as times of day; one before the start of the shift is on the next day. Each lies within the shift."""
    text = cells.get("breaks", "")
    breaks: list[Span] = []
    for part in filter(str.strip, re.split(r"[;；,，]", text)):
        found = _BREAK.fullmatch(part)
        start, end = (clock(found[1]), clock(found[2])) if found else (None, None)
        if start is None or end is None:
            reader.wrong("breaks", "oee.bad_breaks", seen=part, allowed="12:00-12:30;17:00-17:30")
            continue
        start = start if start >= span[0] else start + DAY
        end = end if end >= start else end + DAY
        if end > span[1] or end == start:
            reader.wrong("breaks", "oee.break_outside", seen=part, allowed=f"{cells['start']}–{cells['end']}")
            continue
        breaks.append((start, end))
    return tuple(breaks)
