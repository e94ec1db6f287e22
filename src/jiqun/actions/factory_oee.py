"""设备综合效率文件 OEE out of files: events with counts, the calendar of shifts, planned run times; nothing is recorded."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from jiqun import settings
from jiqun.actions.file_limits import file_limits
from jiqun.factory.oee.practice import Practice
from jiqun.factory.oee.report import Report, report
from jiqun.factory.oee.sheet import Rows, cycles_of, events_of
from jiqun.factory.oee.shift_sheet import shifts_of
from jiqun.lake.files import open_table


@dataclass(frozen=True, slots=True)
class OeeOrder:
    """Which files, and the threshold of minor stops in seconds (None: as packs/factory/oee.toml says)."""

    events: Path
    shifts: Path
    products: Path | None = None
    minor_below_s: int | None = None


@dataclass(frozen=True, slots=True)
class OeeAnswer:
    """The report, the practice it was made by, and what was noticed about the files."""

    report: Report
    practice: Practice
    minor_below: int
    notes: tuple[tuple[str, str], ...]


def oee_of_files(order: OeeOrder) -> OeeAnswer:
    """Reckon OEE and losses.

    RowErrors factory.refused with every bad cell of a file; InputError oee.shifts_overlap and what `open_table` refuses
    """
    packs = settings.PACKS_DIR
    practice = Practice.load(packs / "factory" / "oee.toml")
    minor = practice.minor_below if order.minor_below_s is None else order.minor_below_s * 1_000_000
    notes: list[tuple[str, str]] = []
    cycles = {}
    if order.products is not None:
        cycles = cycles_of(_rows(order.products, notes), packs=packs, file=order.products.name)
    shifts = shifts_of(_rows(order.shifts, notes), packs=packs, file=order.shifts.name)
    sheet = events_of(
        _rows(order.events, notes), practice, packs=packs, file=order.events.name, cycles=cycles
    )
    found = report(sheet.events, sheet.counts, shifts, minor_below=minor)
    found = replace(found, remarks=(*sheet.remarks, *found.remarks))
    return OeeAnswer(found, practice, minor, tuple(dict.fromkeys(notes)))


def _rows(path: Path, notes: list[tuple[str, str]]) -> Rows:
    table = open_table(path, file_limits())
    notes += table.notes
    header: Sequence[str] = table.columns
    return [(1, header), *table.rows]
