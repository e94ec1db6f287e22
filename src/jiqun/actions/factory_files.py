"""工厂登记表 a factory out of files: machines with their lines, points with what they tell, the calendar of shifts.

CSV or workbook, the tables the boxes use included: nothing is asked twice. A whole file, or nothing of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from django.db import transaction

from jiqun.actions import factories as acts
from jiqun.actions.desk import Desk
from jiqun.core.errors import RowError, RowErrors
from jiqun.factory.columns import CellReader
from jiqun.factory.instants import MINUTE
from jiqun.factory.oee.model import Shift
from jiqun.factory.oee.shift_sheet import shifts_of
from jiqun.factory.readings.model import KEY, PointKind
from jiqun.lake.files import open_table
from jiqun.ledger.factories import FactoryPoint, Line, Machine, ShiftRow
from jiqun.ledger.permissions import Actor

YES_NO: Mapping[str, bool] = {"是": True, "yes": True, "1": True, "否": False, "no": False, "0": False}
Rows = Sequence[tuple[int, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class FactoryFiles:
    """Which files describe a factory; None leaves that part as it is."""

    machines: Path | None = None
    points: tuple[Path, ...] = ()
    shifts: Path | None = None


@dataclass(frozen=True, slots=True)
class Described:
    """How much the files told."""

    lines: int
    machines: int
    points: int
    shifts: int


def describe(desk: Desk, key: str, files: FactoryFiles, *, by: Actor, at: datetime) -> Described:
    """Enter what the files say of a factory; RowErrors `factory.refused` with every bad cell of all of them."""
    errors: list[RowError] = []
    lines, machines = _machines(desk, files.machines, errors) if files.machines else ((), ())
    points = [point for path in files.points for point in _points(desk, path, errors)]
    shifts = _shifts(desk, files.shifts, errors) if files.shifts else ()
    if errors:
        raise RowErrors(errors, code="factory.refused")
    with transaction.atomic():
        acts.describe(desk, key, by=by, at=at, lines=lines, machines=machines, points=points)
        if files.shifts:
            acts.set_shifts(desk, key, shifts, by=by, at=at)
    return Described(len(lines), len(machines), len(points), len(shifts))


def _machines(desk: Desk, path: Path, errors: list[RowError]) -> tuple[tuple[Line, ...], tuple[Machine, ...]]:
    reader = CellReader.of(desk.packs / "tables" / "factory_machine.csv", path.name)
    names: dict[str, str] = {}
    found: dict[str, Machine] = {}
    for cells in reader.rows(_rows(desk, path)):
        key, line = cells.get("machine", ""), cells.get("line", "")
        if not acts.KEY.fullmatch(key) or (line and not acts.KEY.fullmatch(line)):
            reader.wrong("machine", "factory.bad_key", seen=f"{key} {line}".strip(), allowed=acts.KEY.pattern)
        if key in found:
            reader.wrong("machine", "factory.row_twice", seen=key)
        if line:
            names[line] = names.get(line) or cells.get("line_name", "") or line
        cycle, place = reader.number(cells, "ideal_cycle_s", above_zero=True), reader.number(cells, "place")
        production, digital = (_yes(reader, cells, name) for name in ("production", "digital"))
        found[key] = Machine(
            key, cells.get("name", ""), line, int(place or 0), cells.get("kind", ""), cells.get("product", ""),
            None if cycle is None else Decimal(cycle.numerator) / Decimal(cycle.denominator),
            production is not False, digital,
        )  # fmt: skip
    errors += reader.errors
    return tuple(Line(k, name, place) for place, (k, name) in enumerate(names.items())), tuple(found.values())


def _points(desk: Desk, path: Path, errors: list[RowError]) -> list[FactoryPoint]:
    reader = CellReader.of(desk.packs / "tables" / "factory_point.csv", path.name)
    found: dict[str, FactoryPoint] = {}
    kinds = [str(kind) for kind in PointKind]
    for cells in reader.rows(_rows(desk, path)):
        key, unit, kind = (cells.get(name, "") for name in ("key", "unit", "kind"))
        if not KEY.fullmatch(key):
            reader.wrong("key", "factory.bad_key", seen=key, allowed="a-z 0-9 . _ -")
        if key in found:
            reader.wrong("key", "factory.row_twice", seen=key)
        if unit not in desk.units:
            reader.wrong("unit", "factory.bad_unit", seen=unit, allowed="packs/units.toml")
        if kind not in kinds:
            reader.wrong("kind", "factory.bad_kind", seen=kind, allowed=" ".join(kinds))
        found[key] = FactoryPoint(
            key, unit, kind, cells.get("name", ""), cells.get("machine", ""), cells.get("role", "")
        )
    errors += reader.errors
    return list(found.values())


def _shifts(desk: Desk, path: Path, errors: list[RowError]) -> tuple[ShiftRow, ...]:
    try:
        return tuple(map(_row, shifts_of(_rows(desk, path), packs=desk.packs, file=path.name)))
    except RowErrors as error:
        errors += error.errors
        return ()


def _row(shift: Shift) -> ShiftRow:
    """A shift as the ledger keeps it; a row of one day holds from that day to that day."""
    breaks = tuple((a // MINUTE, b // MINUTE) for a, b in shift.breaks)
    return ShiftRow(
        shift.name, shift.start // MINUTE, shift.end // MINUTE, breaks, tuple(sorted(shift.weekdays)), shift.line,
        shift.machine, shift.day or shift.first, shift.day or shift.last,
    )  # fmt: skip


def _yes(reader: CellReader, cells: Mapping[str, str], name: str) -> bool | None:
    word = cells.get(name, "").lower()
    if word and word not in YES_NO:
        reader.wrong(name, "factory.bad_yes_no", seen=word, allowed="是 否")
    return YES_NO.get(word)


def _rows(desk: Desk, path: Path) -> Rows:
    table = open_table(path, desk.limits)
    return [(1, table.columns), *table.rows]
