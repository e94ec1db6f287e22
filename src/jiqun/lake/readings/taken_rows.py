"""段内各表的行 rows of a segment: batches that were taken, written as one Parquet file for all tables of readings.

Readings are handed over as plain columns of numbers without copying; the database puts site and point to them.
"""

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
from arro3.core import Array, DataType, Table

from jiqun.factory.readings.taken import TakenBatch
from jiqun.lake.catalogue import HELD_READINGS, READING_BATCHES, READING_GAPS, READINGS
from jiqun.lake.encode import PARQUET_OPTIONS, quoted

_SQL = f"""
SELECT '{READINGS.name}' AS row_of, p.site, p.point, make_timestamp(r.read_us) AS read_at,
  CASE WHEN isnan(r.value) THEN NULL ELSE r.value END AS value, CAST(r.quality AS BIGINT) AS quality, {{flag}} AS flag,
  make_timestamp(r.arrived_us) AS arrived_at
FROM taken_readings AS r JOIN taken_points AS p ON p.code = r.code
UNION ALL BY NAME
SELECT '{READING_BATCHES.name}' AS row_of, batch, site, stream, sequence, make_timestamp(arrived_us) AS arrived_at,
  make_timestamp(made_us) AS made_at, writer, readings, held, gaps, make_timestamp(first_us) AS first_read_at,
  make_timestamp(last_us) AS last_read_at
FROM taken_batches
UNION ALL BY NAME
SELECT '{HELD_READINGS.name}' AS row_of, batch, site, point, code, seen, allowed, unit, make_timestamp(read_us) AS read_at,
  make_timestamp(arrived_us) AS arrived_at
FROM taken_held
UNION ALL BY NAME
SELECT '{READING_GAPS.name}' AS row_of, batch, site, make_timestamp(from_us) AS from_at, make_timestamp(to_us) AS to_at,
  lost, reason, make_timestamp(arrived_us) AS arrived_at
FROM taken_gaps
"""
_TYPES: Mapping[str, Callable[[], DataType]] = {
    "b": DataType.int8, "i": DataType.int32, "q": DataType.int64, "d": DataType.float64,
}  # fmt: skip
_INT, _TEXT = DataType.int64(), DataType.string()


def write_taken(
    cursor: duckdb.DuckDBPyConnection, path: Path, taken: Sequence[TakenBatch], writer: str
) -> None:
    """Write batches as one Parquet file with a column `row_of` that names the table of each row."""
    readings, points = _readings(taken)
    given = {
        "taken_readings": readings,
        "taken_points": points,
        "taken_batches": _batches(taken, writer),
        "taken_held": _held(taken),
        "taken_gaps": _gaps(taken),
    }
    for name, rows in given.items():
        cursor.register(name, rows)
    flag = "r.flag" if "flag" in readings.column_names else "''"
    options = f"{PARQUET_OPTIONS}, KV_METADATA {{written_as: '{quoted(path.name)}'}}"
    try:
        cursor.execute(f"COPY ({_SQL.format(flag=flag)}) TO '{quoted(path)}' ({options})")
    finally:
        for name in given:
            cursor.unregister(name)


def rows_for_tables(taken: Sequence[TakenBatch]) -> tuple[int, int, int, int]:
    """Number of rows batches make in readings, reading_batches, held_readings and reading_gaps."""
    return (
        sum(one.readings for one in taken),
        len(taken),
        sum(len(one.held) for one in taken),
        sum(len(one.gaps) for one in taken),
    )


@dataclass(slots=True)
class _Codes:
    """A number for each point of each site; batches that list the same points are translated alike."""

    sites: list[str] = field(default_factory=list[str])
    points: list[str] = field(default_factory=list[str])
    _numbers: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    _lists: dict[tuple[str, tuple[str, ...]], list[int]] = field(
        default_factory=dict[tuple[str, tuple[str, ...]], list[int]]
    )

    def of(self, one: TakenBatch) -> list[int]:
        """The number of each point the batch lists, in its order."""
        key = (one.site, one.points)
        if key not in self._lists:
            self._lists[key] = [self._number(one.site, point) for point in one.points]
        return self._lists[key]

    def _number(self, site: str, point: str) -> int:
        number = self._numbers.setdefault((site, point), len(self.points))
        if number == len(self.points):
            self.sites.append(site)
            self.points.append(point)
        return number


def _readings(taken: Sequence[TakenBatch]) -> tuple[Table, Table]:
    codes = _Codes()
    code, quality = array("i"), array("b")
    read_us, arrived_us, value = array("q"), array("q"), array("d")
    for one in taken:
        numbers, columns = codes.of(one), one.columns
        code.extend([numbers[place] for place in columns.point])
        read_us.extend(columns.read_us)
        value.extend(columns.value)
        quality.extend(columns.quality)
        arrived_us.extend(array("q", [one.arrived_us]) * one.readings)
    found = {"code": code, "read_us": read_us, "value": value, "quality": quality, "arrived_us": arrived_us}
    arrays = {name: _shared(column) for name, column in found.items()}
    if any(one.columns.flags for one in taken):
        arrays["flag"] = Array(_flags(taken), _TEXT)
    points = {
        "code": Array(list(range(len(codes.points))), DataType.int32()),
        "site": Array(codes.sites, _TEXT),
        "point": Array(codes.points, _TEXT),
    }
    return Table.from_pydict(arrays), Table.from_pydict(points)


def _shared(column: "array[int] | array[float]") -> Array:
    """The column as it lies in memory; an empty one has no memory to share."""
    return Array.from_buffer(column) if column else Array([], _TYPES[column.typecode]())


def _flags(taken: Sequence[TakenBatch]) -> list[str]:
    flags: list[str] = []
    for one in taken:
        start = len(flags)
        flags += [""] * one.readings
        for row, flag in one.columns.flags.items():
            flags[start + row] = flag
    return flags


def _batches(taken: Sequence[TakenBatch], writer: str) -> Table:
    texts = {
        "batch": [one.id for one in taken],
        "site": [one.site for one in taken],
        "stream": [one.stream for one in taken],
        "writer": [writer] * len(taken),
    }
    numbers = {
        "sequence": [one.sequence for one in taken],
        "arrived_us": [one.arrived_us for one in taken],
        "made_us": [one.made_us for one in taken],
        "readings": [one.readings for one in taken],
        "held": [len(one.held) for one in taken],
        "gaps": [len(one.gaps) for one in taken],
        "first_us": [min(one.columns.read_us, default=None) for one in taken],
        "last_us": [max(one.columns.read_us, default=None) for one in taken],
    }
    return _table(texts, numbers)


def _held(taken: Sequence[TakenBatch]) -> Table:
    rows = [(one, held) for one in taken for held in one.held]
    texts = {
        "batch": [one.id for one, _ in rows],
        "site": [one.site for one, _ in rows],
        "point": [held.point for _, held in rows],
        "code": [held.code for _, held in rows],
        "seen": [held.seen for _, held in rows],
        "allowed": [held.allowed for _, held in rows],
        "unit": [held.unit for _, held in rows],
    }
    numbers = {
        "read_us": [held.read_us for _, held in rows],
        "arrived_us": [one.arrived_us for one, _ in rows],
    }
    return _table(texts, numbers)


def _gaps(taken: Sequence[TakenBatch]) -> Table:
    rows = [(one, gap) for one in taken for gap in one.gaps]
    texts = {
        "batch": [one.id for one, _ in rows],
        "site": [one.site for one, _ in rows],
        "reason": [gap.reason for _, gap in rows],
    }
    numbers = {
        "from_us": [gap.from_us for _, gap in rows],
        "to_us": [gap.to_us for _, gap in rows],
        "lost": [gap.count for _, gap in rows],
        "arrived_us": [one.arrived_us for one, _ in rows],
    }
    return _table(texts, numbers)


def _table(texts: dict[str, list[str]], numbers: dict[str, list[int | None] | list[int]]) -> Table:
    columns = {name: Array(values, _TEXT) for name, values in texts.items()}
    return Table.from_pydict(columns | {name: Array(values, _INT) for name, values in numbers.items()})
