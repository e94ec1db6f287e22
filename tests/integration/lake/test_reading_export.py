"""Readings in a file stand in order of point and time, however many points and days they come from."""

import csv
from pathlib import Path

import duckdb
from reading_rows import DAY_US, NOW_US, put_readings

from jiqun.lake.readings.exporting import Told, export
from jiqun.lake.readings.rows import Span
from jiqun.lake.store import Lake

POINTS = [f"vat{number}.temperature" for number in range(1, 6)]
MORE = 3_000
"""Rows a point and day: enough that two threads have work."""


def test_in_order_of_point_and_time(lake: Lake, tmp_path: Path) -> None:
    first = NOW_US - NOW_US % DAY_US
    expected = list[tuple[str, int, float]]()
    for day in range(4):
        rows = [(first + day * DAY_US + place * 1_000_000, place / 8) for place in range(MORE)]
        put_readings(lake, "dye", dict.fromkeys(POINTS, rows))
        expected += [(point, at, value) for point in POINTS for at, value in rows]
    expected.sort()
    told = Told(
        {point: "摄氏度" if place % 2 else "" for place, point in enumerate(POINTS[:-1])}, synthetic=True
    )
    for form in ("csv", "parquet"):
        path = tmp_path / f"all.{form}"
        assert export(lake, Span("dye", tuple(POINTS)), told, path) == len(expected)
    with (tmp_path / "all.csv").open(encoding="utf-8-sig", newline="") as file:
        written = list(csv.DictReader(file))
    assert [(row["point"], float(row["value"])) for row in written] == [
        (point, value) for point, _, value in expected
    ]
    assert [row["read_at"] for row in written[:MORE]] == sorted({row["read_at"] for row in written[:MORE]})
    assert {(row["point"], row["unit"]) for row in written} == {
        (point, told.units.get(point, "")) for point in POINTS
    }
    kept = duckdb.sql(f"SELECT point, epoch_us(read_at), value FROM '{tmp_path}/all.parquet'").fetchall()
    assert kept == expected
