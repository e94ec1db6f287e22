"""The newest commit of each table of readings damaged in every way: nothing is lost, nothing doubled."""

import json
from pathlib import Path

import pytest
from reading_rows import NOW_US, Taker, in_tables, taken
from test_lake_damage import DAMAGES, Damage, damage_last

from jiqun.factory.readings.contract import Gap
from jiqun.factory.readings.taken import HeldRow, TakenBatch
from jiqun.lake.catalogue import TAKEN_TABLES
from jiqun.lake.layout import log_file, table_folder
from jiqun.lake.readings.spool import ReadingSpool
from jiqun.lake.recovery import recover
from jiqun.lake.store import Lake

TABLES = tuple(table.name for table in TAKEN_TABLES)


def full(number: int) -> TakenBatch:
    given = {"a": [(NOW_US + row, 1.0) for row in range(number)]}
    held = [HeldRow("b", "bad_key", "x")] if number % 2 else []
    gaps = [Gap(NOW_US, NOW_US + 5, 3, "overflow")] if number % 2 else []
    return taken("spring", given, key=f"box-{number}", held=held, gaps=gaps)


def fill(root: Path, *, last: int) -> None:
    """Batches 1 to last in a round each; odd ones have rows for all four tables, even ones for two."""
    gate = Taker(root, "w", ["spring"])
    for number in range(1, last + 1):
        gate.take([full(number)])
        gate.merge()
    gate.close()


def check(root: Path, *, last: int) -> None:
    lake = Lake(root, threads=1)
    found = in_tables(lake)
    lake.close()
    assert found["readings"] == {f"box-{number}": number for number in range(1, last + 1)}
    assert found["reading_batches"] == {f"box-{number}": 1 for number in range(1, last + 1)}
    for table in ("held_readings", "reading_gaps"):
        assert found[table] == {f"box-{number}": 1 for number in range(1, last + 1, 2)}


@pytest.mark.parametrize("damage", DAMAGES[1::6], ids=lambda one: one.__name__)
def test_every_table_damaged_at_once(tmp_path: Path, damage: Damage) -> None:
    """held_readings and reading_gaps have had no commit since the third batch; their segments are still there."""
    fill(tmp_path, last=4)
    versions = {table: damage_last(tmp_path, damage, table) for table in TABLES}
    report = recover(tmp_path)
    assert {one.table: one.version for one in report.set_aside} == versions
    check(tmp_path, last=4)
    again = recover(tmp_path)
    assert not again.set_aside
    assert not again.merges
    gate = Taker(tmp_path, "w", ["spring"])
    assert gate.known.has("spring", "box-4")
    gate.take([full(4), full(5)])
    gate.merge()
    gate.close()
    check(tmp_path, last=5)


@pytest.mark.fuzz  # every way at every table; the common run has two ways at all tables at once
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda one: one.__name__)
def test_one_table_damaged(tmp_path: Path, damage: Damage, table: str) -> None:
    fill(tmp_path, last=4)
    damage_last(tmp_path, damage, table)
    assert len(recover(tmp_path).set_aside) == 1
    check(tmp_path, last=4)


def test_what_was_merged_again_is_still_kept_for_the_next_damage(tmp_path: Path) -> None:
    fill(tmp_path, last=3)
    for damage in DAMAGES[:2]:
        damage_last(tmp_path, damage, "reading_batches")
        recover(tmp_path)
        damage_last(tmp_path, damage, "readings")
        recover(tmp_path)
        check(tmp_path, last=3)


def test_one_of_many_day_files_is_missing(tmp_path: Path) -> None:
    day = 86_400_000_000
    with ReadingSpool(tmp_path, "w") as spool:
        spool.write([taken("spring", {"a": [(NOW_US - n * day, 1.0) for n in range(3)]}, key="box-1")])
    recover(tmp_path)
    added = [
        json.loads(line)["add"]["path"]
        for line in log_file(tmp_path, "readings", 1).read_text().splitlines()
        if '"add"' in line
    ]
    assert len(added) == 3
    (table_folder(tmp_path, "readings") / added[1]).unlink()
    assert [one.reason for one in recover(tmp_path).set_aside] == [f"{added[1]} is missing"]
    lake = Lake(tmp_path, threads=1)
    assert in_tables(lake)["readings"] == {"box-1": 3}
    lake.close()


def test_two_writers_in_flight_when_the_power_went(tmp_path: Path) -> None:
    for number, writer in ((1, "one"), (3, "two")):
        gate = Taker(tmp_path, writer, ["spring"])
        gate.take([full(number)])
        gate.merge()
        gate.close()
    for table in TABLES:
        DAMAGES[1](log_file(tmp_path, table, 1), table_folder(tmp_path, table))
    report = recover(tmp_path)
    assert {(one.table, one.version) for one in report.set_aside} == {(t, v) for t in TABLES for v in (1, 2)}
    lake = Lake(tmp_path, threads=1)
    assert in_tables(lake)["readings"] == {"box-1": 1, "box-3": 3}
    assert in_tables(lake)["held_readings"] == {"box-1": 1, "box-3": 1}
    lake.close()


def test_an_uncommitted_day_file_is_a_stray(tmp_path: Path) -> None:
    fill(tmp_path, last=1)
    stray = table_folder(tmp_path, "readings") / "w-000000000007-000000000009.d20260922.parquet"
    stray.write_bytes(b"PAR1 half")
    assert recover(tmp_path).strays == [f"readings/{stray.name}"]
    check(tmp_path, last=1)
