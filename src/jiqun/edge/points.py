"""测点 points: what is measured where, one row of points.csv each."""

import csv
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from jiqun.core.errors import RowError
from jiqun.factory.readings.model import KEY, Point, PointKind

COLUMNS = ("key", "address", "unit", "kind", "scale", "deadband")


def read_points(
    path: Path, *, pattern: str, units: Iterable[str], errors: list[RowError]
) -> tuple[Point, ...]:
    """The points of a CSV; every mistake is added to `errors` with its row, and its row left out.

    pattern  regular expression of an address, from the connector's manifest
    units    units that may be named
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            missing = [name for name in COLUMNS[:4] if name not in (reader.fieldnames or ())]
            rows = list(reader)
    except (OSError, UnicodeDecodeError) as error:
        errors.append(RowError(str(path), None, "", "edge.no_points_file", str(error), "CSV, UTF-8"))
        return ()
    for name in missing:
        errors.append(RowError(str(path), 1, name, "edge.missing_column", name, " ".join(COLUMNS)))
    if missing:
        return ()
    judge = _Rows(path, re.compile(pattern), frozenset(units), errors)
    return tuple(point for number, row in enumerate(rows, start=2) if (point := judge.point(number, row)))


class _Rows:
    def __init__(
        self, path: Path, pattern: re.Pattern[str], units: frozenset[str], errors: list[RowError]
    ) -> None:
        self.path, self.pattern, self.units, self.errors = path, pattern, units, errors
        self.first: dict[str, int] = {}

    def point(self, number: int, row: Mapping[str, str | None]) -> Point | None:
        before = len(self.errors)
        text = {name: (row.get(name) or "").strip() for name in COLUMNS}
        self._need(KEY.fullmatch(text["key"]), number, "key", text["key"], "a-z 0-9 . _ -")
        if self.first.setdefault(text["key"], number) != number:
            self._need(None, number, "key", text["key"], f"≠ row {self.first[text['key']]}")
        self._need(
            self.pattern.fullmatch(text["address"]), number, "address", text["address"], self.pattern.pattern
        )
        self._need(text["unit"] in self.units or None, number, "unit", text["unit"], "packs/units.toml")
        kinds = [str(kind) for kind in PointKind]
        self._need(text["kind"] in kinds or None, number, "kind", text["kind"], " ".join(kinds))
        scale = self._number(number, "scale", text["scale"], 1.0)
        deadband = self._number(number, "deadband", text["deadband"], 0.0)
        self._need(scale != 0 or None, number, "scale", text["scale"], "≠ 0")
        self._need(deadband >= 0 or None, number, "deadband", text["deadband"], "≥ 0")
        if len(self.errors) > before:
            return None
        return Point(text["key"], text["address"], text["unit"], PointKind(text["kind"]), scale, deadband)

    def _number(self, number: int, column: str, text: str, default: float) -> float:
        if not text:
            return default
        sound = re.fullmatch(r"[+-]?\d{1,15}(\.\d{1,15})?(e[+-]?\d{1,2})?", text, re.I)
        self._need(sound, number, column, text, "0.001")
        return float(text) if sound else 1.0

    def _need(self, sound: object, number: int, column: str, seen: str, allowed: str) -> None:
        if sound is None:
            self.errors.append(RowError(str(self.path), number, column, "edge.bad_point", seen, allowed))
