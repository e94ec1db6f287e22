"""设备事件表 events, counts, shifts and products out of the rows of files; every bad cell told at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import TypeAlias

from jiqun.core.errors import RowError
from jiqun.factory.columns import CellReader
from jiqun.factory.instants import SECOND, moment
from jiqun.factory.oee.model import Count, Event
from jiqun.factory.oee.practice import Practice, folded
from jiqun.factory.oee.quantities import counted

Rows: TypeAlias = Sequence[tuple[int, Sequence[str]]]
"""The header first; each with its number as a spreadsheet counts."""
Cycles: TypeAlias = Mapping[tuple[str, str], Fraction]
"""PRI in microseconds by product and machine ("" for any)."""
NUMBERS = ("produced", "good", "scrap", "counter_start", "counter_end")


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a file of events holds, and what is worth a look though it keeps nothing from being reckoned."""

    events: tuple[Event, ...]
    counts: tuple[Count, ...]
    remarks: tuple[RowError, ...] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    """A row that was read: its number, its event (an open end still 0), its numbers, PRI in seconds."""

    number: int
    event: Event
    numbers: Mapping[str, Fraction | None]
    cycle: Fraction | None


def events_of(rows: Rows, practice: Practice, *, packs: Path, file: str, cycles: Cycles) -> Sheet:
    """Events and counts of a file of events; RowErrors `factory.refused` with every bad cell, and then nothing is taken."""
    reader = CellReader.of(packs / "tables" / "oee_event.csv", file)
    lines: list[_Line] = []
    for cells in reader.rows(rows):
        numbers = {name: reader.number(cells, name) for name in NUMBERS}
        cycle = reader.number(cells, "ideal_cycle_s", above_zero=True)
        if (event := _event(reader, cells, practice)) is not None:
            lines.append(_Line(reader.row, event, numbers, cycle))
    lines.sort(key=lambda one: (one.event.machine, one.event.start))
    events: list[Event] = []
    counts: list[Count] = []
    for _, group in groupby(lines, key=lambda one: one.event.machine):
        own = _closed(reader, list(group))
        events += [one.event for one in own]
        counts += _counts(reader, own, cycles)
    if not lines and not reader.errors:
        reader.wrong("", "factory.empty_file")
    reader.finish()
    return Sheet(tuple(events), tuple(counts), tuple(reader.remarks))


def cycles_of(rows: Rows, *, packs: Path, file: str) -> dict[tuple[str, str], Fraction]:
    """Planned run times per item of a file of products."""
    reader = CellReader.of(packs / "tables" / "oee_product.csv", file)
    found: dict[tuple[str, str], Fraction] = {}
    for cells in reader.rows(rows):
        seconds = reader.number(cells, "ideal_cycle_s", above_zero=True)
        key = cells.get("product", ""), cells.get("machine", "")
        if key in found:
            reader.wrong("product", "factory.row_twice", seen=" ".join(key).strip())
        if seconds is not None:
            found[key] = seconds * SECOND
    reader.finish()
    return found


def _event(reader: CellReader, cells: Mapping[str, str], practice: Practice) -> Event | None:
    start, end = reader.instant(cells, "from"), reader.instant(cells, "to")
    word = cells.get("state", "")
    kind = practice.words.get(folded(word))
    if word and kind is None:
        reader.wrong("state", "oee.unknown_state", seen=word, allowed=" ".join(practice.words))
    if start is not None and end is not None and end <= start:
        reader.wrong("to", "oee.ends_before", seen=cells["to"], allowed=f"> {cells['from']}")
        return None
    if start is None or kind is None or not cells.get("machine") or (cells.get("to") and end is None):
        return None
    return Event(
        cells["machine"], cells.get("line", ""), start, end or 0, kind, cells.get("reason", ""), cells.get("product", "")
    )  # fmt: skip


def _closed(reader: CellReader, lines: list[_Line]) -> list[_Line]:
    """The rows of one machine with open ends closed by the next row; overlaps and a second line are told."""
    closed: list[_Line] = []
    line = next((one.event.line for one in lines if one.event.line), "")
    for at, one in enumerate(lines):
        reader.row = one.number
        event = replace(one.event, line=line)
        following = lines[at + 1] if at + 1 < len(lines) else None
        if one.event.line not in ("", line):
            reader.wrong("line", "oee.two_lines", seen=one.event.line, allowed=line)
        if not event.end:
            if following is None:
                reader.wrong("to", "oee.open_end", seen="")
                continue
            event = replace(event, end=following.event.start)
        if (following is not None and following.event.start < event.end) or event.end <= event.start:
            other = following.number if following else one.number
            reader.wrong(
                "to", "oee.overlap", seen=f"{moment(event.end):%m-%d %H:%M:%S}", allowed=f"→ {other}"
            )
            continue
        closed.append(replace(one, event=event))
    return closed


def _counts(reader: CellReader, lines: Sequence[_Line], cycles: Cycles) -> list[Count]:
    """Pieces of the rows of one machine; a counter goes on from the row before."""
    counts: list[Count] = []
    before: Fraction | None = None
    for one in lines:
        reader.row = one.number
        event = one.event
        produced, good, scrap, begin, end = (one.numbers[name] for name in NUMBERS)
        reset = False
        if end is not None and produced is None:
            produced, reset = counted(before if begin is None else begin, end)
        before = end if end is not None else before
        if produced is None and good is not None and scrap is not None:
            produced = good + scrap
        if (produced, good, scrap, end) == (None, None, None, None):
            continue
        cycle = one.cycle * SECOND if one.cycle is not None else _cycle(cycles, event)
        judged = _judged(reader, produced, good, scrap)
        counts.append(
            Count(event.machine, event.start, event.end, produced, *judged, event.product, cycle, int(reset))
        )
    return counts


def _judged(
    reader: CellReader, produced: Fraction | None, good: Fraction | None, scrap: Fraction | None
) -> tuple[Fraction | None, Fraction | None]:
    """Good and scrap, the one from the other where only one is given; more than was made cannot be."""
    if produced is None:
        return good, scrap
    if (good or 0) + (scrap or 0) > produced:
        reader.wrong(
            "good", "oee.more_than_made", seen=f"{good or 0} + {scrap or 0}", allowed=f"≤ {produced}"
        )
    if good is None and scrap is not None:
        return produced - scrap, scrap
    return good, produced - good if scrap is None and good is not None else scrap


def _cycle(cycles: Cycles, event: Event) -> Fraction | None:
    return cycles.get((event.product, event.machine)) or cycles.get((event.product, ""))
