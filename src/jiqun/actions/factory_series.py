"""传感器序列 a file of sensors as columns of numbers: which columns are sensors, and what was taken as missing."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from math import isfinite, nan
from pathlib import Path

from jiqun.actions.file_limits import file_limits
from jiqun.core.errors import InputError, RowError, RowErrors
from jiqun.factory.instants import instant
from jiqun.lake.series import Line, open_series

TIMES = (
    "timestamp",
    "datetime",
    "date_time",
    "time",
    "ts",
    "date",
    "read_at",
    "时间",
    "时间戳",
    "日期时间",
    "采集时间",
    "日期",
)
LABELS = frozenset((
    "anomaly", "anomalies", "changepoint", "change_point", "label", "labels", "is_anomaly", "outlier", "fault", "target",
    "class",     "异常", "变点", "标签", "故障", "是否异常",
))  # fmt: skip
MISSING = frozenset(("", "nan", "null", "none", "na", "n/a", "#n/a", "-", "--", "无", "缺失"))
SAMPLE, MOST_ERRORS = 500, 1000


@dataclass
class Series:
    """Timestamps as written, sensors by name, their values row after row (NaN: missing), remarks."""

    file: str
    names: tuple[str, ...]
    stamps: list[str]
    values: "array[float]"
    remarks: list[RowError] = field(default_factory=list[RowError])


def read_series(path: Path) -> Series:
    """Read a file of sensors.

    InputError detect.no_time, detect.no_sensor; RowErrors factory.refused with every timestamp that is none
    """
    with open_series(path, file_limits()) as (lines, delimiter):
        header = next(lines, (1, []))[1]
        sample = list(islice((one for one in lines if any(one[1])), SAMPLE))
        places = _Places(path.name, [cell.strip() for cell in header], sample, delimiter == ";")
        return places.read(chain(sample, lines))


class _Places:
    """Where the timestamp and the sensors stand."""

    def __init__(self, file: str, header: list[str], sample: list[Line], comma: bool) -> None:
        self.file, self.header, self.comma = file, header, comma
        self.remarks: list[RowError] = []
        self.time = self._time(sample)
        self.sensors = [at for at in range(len(header)) if at != self.time and self._is_sensor(at, sample)]
        if not self.sensors:
            raise InputError("detect.no_sensor", file=file, seen=" ".join(header), allowed="0-9 . -")

    def _time(self, sample: list[Line]) -> int:
        named = [at for at, name in enumerate(self.header) if name.lower() in TIMES]
        for at in (*named, *range(len(self.header))):
            cells = [cells[at].strip() for _, cells in sample[:20] if len(cells) > at]
            if cells and sum(_is_time(cell, numeric=at in named) for cell in cells) > len(cells) / 2:
                return at
        raise InputError(
            "detect.no_time", file=self.file, seen=" ".join(self.header), allowed=" ".join(TIMES)
        )

    def _is_sensor(self, at: int, sample: list[Line]) -> bool:
        name = self.header[at]
        if name.lower() in LABELS:
            self._remark("detect.label_left_out", name, "")
            return False
        cells = [cells[at].strip() for _, cells in sample if len(cells) > at]
        filled = [cell for cell in cells if cell.lower() not in MISSING]
        numbers = sum(self._number(cell) is not None for cell in filled)
        if filled and numbers >= len(filled) / 2:
            return True
        if name or filled:
            self._remark("detect.not_a_sensor", name, filled[0] if filled else "")
        return False

    def _remark(self, code: str, column: str, seen: str) -> None:
        self.remarks.append(RowError(self.file, None, column, code, seen, ""))

    def _number(self, text: str) -> float | None:
        try:
            return float(text)
        except ValueError:
            pass
        try:
            return float(text.replace(",", ".")) if self.comma else None
        except ValueError:
            return None

    def read(self, lines: Iterator[Line]) -> Series:
        """Every row; a cell of a sensor that is no number is missing, and said to be."""
        stamps: list[str] = []
        values = array("d")
        errors: list[RowError] = []
        lost: dict[int, tuple[int, int, str]] = {}
        last, disordered = None, 0
        for number, cells in lines:
            if not any(cells):
                continue
            stamp = cells[self.time].strip() if len(cells) > self.time else ""
            at = _moment(stamp)
            if at is None and len(errors) < MOST_ERRORS:
                name = self.header[self.time]
                errors.append(
                    RowError(self.file, number, name, "factory.bad_instant", stamp, "2026-11-02 08:00:00")
                )
            disordered += at is not None and last is not None and at <= last
            last = at if at is not None else last
            stamps.append(stamp)
            values.extend(self._values(cells, number, lost))
        if errors:
            raise RowErrors(errors, code="factory.refused")
        for sensor, (count, row, seen) in lost.items():
            self.remarks.append(
                RowError(self.file, row, self.header[sensor], "detect.cells_missing", f"{seen} ×{count}", "")
            )
        if disordered:
            self._remark("detect.out_of_order", self.header[self.time], str(disordered))
        return Series(self.file, tuple(self._names()), stamps, values, self.remarks)

    def _values(
        self, cells: Sequence[str], number: int, lost: dict[int, tuple[int, int, str]]
    ) -> Iterator[float]:
        for sensor in self.sensors:
            cell = cells[sensor] if sensor < len(cells) else ""
            try:
                value = float(cell)
            except ValueError:
                found = self._number(cell.strip())
                value = nan if found is None else found
                if found is None and cell.strip().lower() not in MISSING:
                    count, row, seen = lost.get(sensor, (0, number, cell.strip()))
                    lost[sensor] = count + 1, row, seen
            yield value if isfinite(value) else nan

    def _names(self) -> Iterator[str]:
        """Names of the sensors; one without a header is called by its place, a second of one name is numbered."""
        taken: dict[str, int] = {}
        for at in self.sensors:
            name = self.header[at] or f"#{at + 1}"
            taken[name] = taken.get(name, 0) + 1
            yield name if taken[name] == 1 else f"{name} ({taken[name]})"


def _is_time(text: str, *, numeric: bool) -> bool:
    return instant(text) is not None or (numeric and _moment(text) is not None)


def _moment(text: str) -> float | None:
    """When it was, for comparing: an instant, or a number as it stands (seconds of some clock)."""
    found = instant(text)
    if found is not None:
        return found
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) else None
