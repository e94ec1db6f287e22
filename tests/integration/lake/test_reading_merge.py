"""Merging readings: four tables from one segment, a file a day, exactly once; and what is known afterwards."""

import json
import os
import sys
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
from deltalake.exceptions import DeltaError
from hypothesis import given
from hypothesis import strategies as st
from reading_rows import DAY_US, NOW_US, Taker, in_tables, no_file_above, put_batches, put_readings, taken

from jiqun.factory.readings.contract import Gap
from jiqun.factory.readings.taken import HeldRow
from jiqun.lake import merge as merging
from jiqun.lake import spool as spools
from jiqun.lake.layout import data_file_name, day_of_file, log_file, log_versions, site_lock, written_by
from jiqun.lake.merge import merge
from jiqun.lake.readings.day_files import day_start_us
from jiqun.lake.readings.known import Intervals, KnownBatches
from jiqun.lake.readings.merging import merge_readings
from jiqun.lake.readings.spool import ReadingSpool
from jiqun.lake.recovery import recover
from jiqun.lake.spool import kept, pending
from jiqun.lake.store import Lake

MIDNIGHT_US = day_start_us(date(2026, 9, 22))


def full(key: str, site: str = "spring", at: int = NOW_US) -> object:
    return taken(
        site, {"a": [(at, 1.0), (at + 1, 2.0)]}, key=key, held=[HeldRow("b", "bad_key", "x")],
        gaps=[Gap(at, at + 5, 3, "overflow")],
    )  # fmt: skip


def stats(root: Path, table: str, version: int) -> list[dict[str, object]]:
    lines = [json.loads(line) for line in log_file(root, table, version).read_text().splitlines()]
    return [json.loads(line["add"]["stats"]) for line in lines if "add" in line]


def files(lake: Lake, table: str) -> list[str]:
    return [Path(file).name for file in lake.snapshot(table).files]


def test_one_segment_becomes_rows_of_four_tables(lake: Lake) -> None:
    with ReadingSpool(lake.root, "w") as spool:
        spool.write([full("box-1"), full("box-2", "dye")])  # type: ignore[list-item]
    report = merge_readings(lake, "w")
    assert {one.table: one.rows for one in report.tables} == {
        "readings": 4, "reading_batches": 2, "held_readings": 2, "reading_gaps": 2,
    }  # fmt: skip
    assert not pending(lake.root, "w")
    assert merge_readings(lake, "w").tables == ()
    found = in_tables(lake)
    assert found.pop("readings") == {"box-1": 2, "box-2": 2}
    assert all(counts == {"box-1": 1, "box-2": 1} for counts in found.values())


def test_a_table_without_rows_gets_no_commit(lake: Lake) -> None:
    put_readings(lake, "spring", {"a": [(NOW_US, 1.0)]})
    assert log_versions(lake.root, "held_readings") == [0]
    assert log_versions(lake.root, "readings") == [0, 1]


def test_readings_lie_in_files_of_one_day_in_shanghai(lake: Lake) -> None:
    around = [(MIDNIGHT_US - 1, 1.0), (MIDNIGHT_US, 2.0), (MIDNIGHT_US + DAY_US - 1, 3.0)]
    put_readings(lake, "spring", {"a": around}, arrived_us=MIDNIGHT_US + 1)
    assert files(lake, "readings") == [
        "test-000000000001-000000000001.d20260921.parquet",
        "test-000000000001-000000000001.d20260922.parquet",
    ]
    assert files(lake, "reading_batches") == ["test-000000000001-000000000001.d20260922.parquet"]
    first, second = stats(lake.root, "readings", 1)
    assert (first["numRecords"], second["numRecords"]) == (1, 2)
    arrived = "2026-09-21T16:00:00.000001"
    assert second["minValues"] == {"read_at": "2026-09-21T16:00:00.000000", "arrived_at": arrived}
    assert second["maxValues"] == {"read_at": "2026-09-22T15:59:59.999999", "arrived_at": arrived}
    sql = f"SELECT read_at, value FROM {lake.table_sql('readings')} ORDER BY read_at"
    assert lake.run(sql) == [(_instant(us), value) for us, value in around]


def _instant(us: int) -> datetime:
    return datetime.fromisoformat("1970-01-01") + timedelta(microseconds=us)


def test_an_outage_of_many_days_is_one_commit(lake: Lake) -> None:
    given_rows = [
        (NOW_US - day * DAY_US - minute * 60_000_000, float(day)) for day in range(40) for minute in (0, 9)
    ]
    put_readings(lake, "spring", {"a": given_rows})
    assert log_versions(lake.root, "readings") == [0, 1]
    assert len(files(lake, "readings")) == 40
    sql = f"SELECT value, count(*) FROM {lake.table_sql('readings')} GROUP BY value"
    assert sorted(lake.run(sql)) == [(float(day), 2) for day in range(40)]
    assert not list(lake.root.rglob("*.tmp"))


def test_much_that_waits_is_merged_in_portions(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "MOST_ROWS", 7)
    with ReadingSpool(lake.root, "w") as spool:
        for number in range(1, 6):
            spool.write([full(f"box-{number}")])  # type: ignore[list-item]
    report = merge_readings(lake, "w")
    assert [one.segments for one in report.tables if one.table == "readings"] == [1, 1, 1, 1, 1]
    assert in_tables(lake)["readings"] == {f"box-{number}": 2 for number in range(1, 6)}


def test_imports_and_readings_of_one_writer_go_side_by_side(lake: Lake) -> None:
    from lake_rows import fact

    spool = lake.spool("w")
    spool.publish(spool.stage("facts", [fact(1)], "b1"))
    spool.close()
    put_batches(lake, [full("box-1")], writer="w")  # type: ignore[list-item]
    assert lake.run(f"SELECT count(*) FROM {lake.table_sql('facts')}") == [(1,)]
    assert in_tables(lake)["readings"] == {"box-1": 2}


def test_a_segment_is_kept_for_each_table_until_a_later_commit_of_it(lake: Lake) -> None:
    put_batches(lake, [full("box-1")])  # type: ignore[list-item]
    put_readings(lake, "spring", {"a": [(NOW_US, 1.0)]})
    assert [one.seq for _, one in kept(lake.root, "test", "readings")] == [2]
    assert [one.seq for _, one in kept(lake.root, "test", "held_readings")] == [1]
    put_batches(lake, [full("box-2")])  # type: ignore[list-item]
    for table in ("readings", "reading_batches", "held_readings", "reading_gaps"):
        assert [one.seq for _, one in kept(lake.root, "test", table)] == [3]
    assert len({path.stat().st_ino for path in (lake.root / "spool").rglob("*.parquet")}) == 1


def test_without_second_names_for_files_copies_are_kept(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(os, "link", refuse)
    put_batches(lake, [full("box-1")])  # type: ignore[list-item]
    assert len(list((lake.root / "spool").rglob("*.parquet"))) == 4
    assert in_tables(lake)["readings"] == {"box-1": 2}


def test_what_a_merge_took_before_the_folder_could_be_forced_counts(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def merged_meanwhile(source: Path, target: Path) -> None:
        os.replace(source, target)
        with monkeypatch.context() as real:
            real.undo()
            merge(lake, "w")
        raise OSError(5, "Input/output error")

    with ReadingSpool(lake.root, "w") as spool:
        monkeypatch.setattr(spools, "move_durably", merged_meanwhile)
        assert spool.write([full("box-1")]).seq == 1  # type: ignore[list-item]
    assert in_tables(lake)["readings"] == {"box-1": 2}


def test_a_damaged_segment_is_set_aside_and_told(lake: Lake) -> None:
    with ReadingSpool(lake.root, "w") as spool:
        bad, good = spool.write([full("box-1")]), spool.write([full("box-2")])  # type: ignore[list-item]
    bad.path.write_bytes(b"\0" * bad.path.stat().st_size)
    report = recover(lake.root)
    assert report.not_mended == [f"segment {bad.key} of w is damaged"]
    assert in_tables(lake)["readings"] == {"box-2": 2}
    assert good.seq == 2


def test_known_are_the_batches_that_wait_and_those_in_the_table(tmp_path: Path) -> None:
    gate = Taker(tmp_path, "w", ["spring", "dye"])
    ids = ["box-1", "box-2", "box-5", "odd", "vat-07", "box-900"]
    gate.take(
        [taken("spring", {}, key=one if one[-1].isdigit() and one[-2] == "-" else None) for one in ids[:3]]
    )
    gate.merge()
    gate.take([taken("spring", {"a": [(NOW_US, 1.0)]}, key="box-900", arrived_us=NOW_US + DAY_US)])
    other = KnownBatches(gate.lake)
    other.load("spring")
    other.load("dye")
    assert [number for number in range(1000) if other.has("spring", f"box-{number}")] == [1, 2, 5, 900]
    assert not other.has("dye", "box-1")
    assert other.last_arrived_us("spring") == NOW_US + DAY_US
    assert other.last_arrived_us("dye") == 0
    other.forget("dye")
    with pytest.raises(KeyError):
        other.has("dye", "box-1")
    gate.close()


@pytest.mark.parametrize("harm", ["cut", "byte"])
def test_a_kept_segment_that_is_damaged_keeps_nobody_from_taking_the_site(tmp_path: Path, harm: str) -> None:
    """Found by fuzzing: its rows are in the table, but the gate could not open the site any more."""
    gate = Taker(tmp_path, "w", ["spring"])
    gate.take([taken("spring", {"a": [(NOW_US, 1.0)]}, key="box-1")])
    gate.merge()
    gate.close()
    path = kept(tmp_path, "w", "reading_batches")[-1][1].path
    whole = bytearray(path.read_bytes())
    whole[300] ^= 0xFF
    path.write_bytes(whole if harm == "byte" else whole[:-20])
    again = Taker(tmp_path, "w", ["spring"])
    assert again.known.has("spring", "box-1") and not again.known.has("spring", "box-2")
    again.close()


@pytest.mark.parametrize("key", ["odd", "box-07", "-7", "box-", "盒-7", f"box-{2**61}", "box-7-"])
def test_ids_of_any_form_are_known_again_after_a_restart(tmp_path: Path, key: str) -> None:
    from dataclasses import replace

    from jiqun.factory.readings.taken import split_id

    one = replace(taken("spring", {}), id=key, stream=split_id(key, 7), sequence=7)
    if key == f"box-{2**61}":
        one = replace(one, stream="box", sequence=2**61)
    gate = Taker(tmp_path, "w", ["spring"])
    assert not gate.known.has("spring", key)
    gate.take([one])
    assert gate.known.has("spring", key)
    for _ in range(2):
        again = KnownBatches(gate.lake)
        again.load("spring")
        assert again.has("spring", key)
        assert not again.has("spring", "box-8")
        gate.merge()
    gate.close()


def test_one_process_at_a_time_takes_a_site(tmp_path: Path) -> None:
    from jiqun.core.errors import WrongState
    from jiqun.lake.durable import FileLock

    gate = Taker(tmp_path, "one", ["spring"])
    with pytest.raises(WrongState):
        FileLock(site_lock(tmp_path, "spring")).acquire()
    gate.close()
    second = Taker(tmp_path, "two", ["spring"])
    second.close()


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 6)), max_size=25))
def test_intervals_hold_what_was_put_in(told: list[tuple[int, int]]) -> None:
    intervals, all_in = Intervals(), set[int]()
    for first, more in told:
        intervals.add(first, first + more)
        all_in |= set(range(first, first + more + 1))
    assert {number for number in range(-1, 70) if number in intervals} == all_in
    pairs = list(zip(intervals.starts, intervals.ends, strict=True))
    assert all(a <= b for a, b in pairs)
    assert all(b + 1 < c for (_, b), (c, _) in pairwise(pairs))


def test_names_of_data_files_tell_their_day() -> None:
    name = data_file_name("w-1", 3, 12, date(2026, 1, 2))
    assert (written_by(name), day_of_file(name)) == (("w-1", 3, 12), date(2026, 1, 2))
    assert day_of_file(data_file_name("w", 1, 2)) is None
    assert day_start_us(date(1970, 1, 1)) == -8 * 3_600_000_000


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no file sizes")
@pytest.mark.parametrize(
    "size", [100, 6_000]
)  # too little for a data file; enough for those, too little for the log
def test_a_merge_on_a_full_disk_is_made_later(lake: Lake, size: int) -> None:
    days = [(NOW_US - day * DAY_US, 1.0) for day in range(40)]
    with ReadingSpool(lake.root, "w") as spool:
        spool.write([taken("spring", {"a": days}, key="box-1")])
        with no_file_above(size), pytest.raises((OSError, duckdb.IOException, DeltaError)):
            merge_readings(lake, "w")
        spool.write([taken("spring", {"a": days[:2]}, key="box-2")])
    merge_readings(lake, "w")
    assert in_tables(lake)["readings"] == {"box-1": 40, "box-2": 2}
    assert in_tables(lake)["reading_batches"] == {"box-1": 1, "box-2": 1}
