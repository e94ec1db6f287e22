"""Readings are kept small: tiers, closed days, rollups; while merges go on, and whoever is killed where."""

import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import date
from pathlib import Path, PurePath

import pytest
from reading_files import at, write_readings
from reading_rows import put_readings

from jiqun.factory.instants import DAY, MINUTE
from jiqun.lake import compaction
from jiqun.lake.compaction import TIER_FILES, TIER_MOST_ROWS, by_day, full_tiers
from jiqun.lake.durable import locked
from jiqun.lake.layout import compaction_lock, day_of_file, rollup_folder, table_folder
from jiqun.lake.readings import compacting, rollups
from jiqun.lake.readings.compacting import close_days, keep_up, make_rollups
from jiqun.lake.readings.reader import ReadingReader
from jiqun.lake.recovery import recover
from jiqun.lake.snapshot import Snapshot
from jiqun.lake.store import Lake

NOON = at("2020-11-22T12:00")
SECOND = 1_000_000


def files_of(lake: Lake) -> list[str]:
    return [PurePath(file).name for file in lake.snapshot("readings").files]


def all_rows(lake: Lake) -> Counter[tuple[object, ...]]:
    return Counter(lake.run(f"SELECT point, epoch_us(read_at), value FROM {lake.table_sql('readings')}"))


def one_more(lake: Lake, number: int, *, day: int = 0) -> None:
    write_readings(
        lake, [("s", f"p{number % 3}", NOON + day * DAY + number * SECOND, float(number), 0, number)]
    )


def test_a_tier_is_the_files_of_one_day_and_about_one_size() -> None:
    day, other = ".d20261122.parquet", ".d20261123.parquet"
    small = {f"w-{place:012d}-{place:012d}{day}": 5 for place in range(TIER_FILES - 1)}
    assert full_tiers(small) == []
    assert full_tiers(small | {f"x{other}": 5, f"y{day}": 64, f"z{day}": TIER_MOST_ROWS}) == []
    ((found, files),) = full_tiers(small | {f"y{day}": 7, f"z{day}": 4000})
    assert (found, len(files)) == (day_of_file(f"y{day}"), TIER_FILES)
    assert by_day(["b", "a", f"y{day}"]) == [(None, ["a", "b"]), (day_of_file(f"y{day}"), [f"y{day}"])]


def test_rows_are_rewritten_a_few_times_only(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each joined file is of a higher tier than those it was made of, so a row moves up at most once a tier."""
    monkeypatch.setattr(compaction, "TIER_FILES", 3)
    monkeypatch.setattr(compaction, "TIER_BITS", 1)
    rewritten = 0
    for number in range(9):
        one_more(lake, number)
        before = lake.snapshot("readings").rows
        if lake.compact_if_many("readings"):
            rewritten += sum(
                rows for file, rows in before.items() if file not in lake.snapshot("readings").files
            )
    assert sum(all_rows(lake).values()) == 9
    assert rewritten <= 9 * 4
    assert len(files_of(lake)) <= 2 * 4
    spans = lake.snapshot("readings").arrived
    assert set(spans) == set(lake.snapshot("readings").files)
    assert max(span[1] for span in spans.values()) == 8


def test_days_are_never_joined_with_each_other(lake: Lake) -> None:
    for number in range(4):
        one_more(lake, number, day=number % 2)
    before = all_rows(lake)
    assert lake.compact("readings") == 4
    assert sorted(str(day_of_file(name)) for name in files_of(lake)) == ["2020-11-22", "2020-11-23"]
    assert all_rows(lake) == before
    assert lake.compact("readings") == 0


def test_a_day_is_closed_when_it_is_over_and_quiet(lake: Lake) -> None:
    now = time.time_ns() // 1000
    for number in range(3):
        one_more(lake, number)
        write_readings(lake, [("s", "a", now, 1.0, 0, number)])  # today's
    now += MINUTE
    assert close_days(lake, now) == 0  # files came just now
    assert close_days(lake, now, quiet_us=0) == 3
    assert len([name for name in files_of(lake) if ".d20201122." in name]) == 1
    assert close_days(lake, now + MINUTE, quiet_us=0) == 0
    assert make_rollups(lake) == 1
    assert make_rollups(lake) == 0
    assert make_rollups(lake, most=0) == 0
    one_more(lake, 7)  # late: the day stands in two files
    snapshot = lake.snapshot("readings")
    assert rollups.standing(lake.root, snapshot) == {}
    assert rollups.missing(lake.root, snapshot) == []
    assert close_days(lake, now + MINUTE, quiet_us=0) == 2
    assert make_rollups(lake) == 1
    assert len(list(rollup_folder(lake.root, "readings").iterdir())) == 1  # the old one went
    found = ReadingReader(lake).count("s")
    assert (found.readings, found.repeated) == (5, 2)


def test_latest_values_of_points_that_fell_silent(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of closed days only the one a point was last seen in is read for it."""
    for day in range(3):
        write_readings(lake, [("s", "a", NOON + day * DAY, float(day), 0, day)])
    write_readings(lake, [("s", "old", NOON, 5.0, 2, 9), ("s", "old", NOON - SECOND, 4.0, 0, 9)])
    by_rows = ReadingReader(lake).latest("s")
    lake.compact("readings")
    close_days(lake, time.time_ns() // 1000, quiet_us=-DAY)
    assert make_rollups(lake) == 3
    opened: list[str] = []
    true = lake.run
    monkeypatch.setattr(lake, "run", lambda sql, params=(): opened.append(sql) or true(sql, params))
    assert ReadingReader(lake).latest("s") == by_rows
    assert (by_rows["old"].value, by_rows["old"].quality, by_rows["a"].value) == (5.0, 2, 2.0)
    read = [sql for sql in opened if "/tables/readings/" in sql]
    assert len(read) == 2
    assert not any(".d20201123." in sql for sql in read)


def test_keep_up_does_what_is_due_and_nothing_else(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(lake, "vacuum", lambda name, keep_hours: seen.append(name) or 0)
    monkeypatch.setattr(compaction, "TIER_FILES", 3)
    for number in range(3):
        us = NOON + number * SECOND
        put_readings(lake, "s", {"a": [(us, float(number))]}, arrived_us=us)
    now = time.time_ns() // 1000
    assert keep_up(lake, now) == 3 * 2  # the readings and their batches
    assert keep_up(lake, now) == 0
    assert seen == []
    keep_up(lake, now + 61 * MINUTE)
    assert seen == [*compacting.STREAMS]
    assert ReadingReader(lake).count("s").readings == 3
    assert len(ReadingReader(lake).batches("s")) == 3


def test_another_that_compacts_is_not_waited_for(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "TIER_FILES", 3)
    for number in range(3):
        one_more(lake, number)
    with locked(compaction_lock(lake.root, "readings")):
        assert lake.compact_if_many("readings") == 0
        assert close_days(lake, time.time_ns() // 1000, quiet_us=0) == 0
    assert lake.compact_if_many("readings") == 3


def test_followers_see_each_row_once_while_merges_and_compactions_go_on(lake: Lake) -> None:
    """One writes, one joins, one follows: every row is seen exactly once, and the latest value is the last written."""
    stop = threading.Event()

    def join_all() -> None:
        while not stop.wait(0.02):
            lake.compact("readings")

    joiner = threading.Thread(target=join_all)
    joiner.start()
    reader, position, seen = ReadingReader(lake), 0, []
    try:
        for number in range(1, 11):
            one_more(lake, number)
            rows = reader.since("s", position)
            seen += [row[2] for row in rows]
            position = rows[-1][5] if rows else position
            assert reader.latest("s")[f"p{number % 3}"].value == float(number)
    finally:
        stop.set()
        joiner.join()
    assert seen == [float(number) for number in range(1, 11)]
    assert set(all_rows(lake).values()) == {1}


KILLED = """
import os, signal, sys
from pathlib import Path
from jiqun.lake import compaction
from jiqun.lake.store import Lake
true = getattr(compaction, sys.argv[2])
def killed(*given, **named):
    true(*given, **named)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(compaction, sys.argv[2], killed)
Lake(Path(sys.argv[1]), threads=1).compact("readings")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no SIGKILL")
@pytest.mark.parametrize("step", ["rewrite_sorted", "commit"])
def test_a_compaction_killed_at_any_step_loses_and_doubles_nothing(tmp_path: Path, step: str) -> None:
    root = tmp_path / "lake"
    lake = Lake(root, threads=1)
    for number in range(3):
        one_more(lake, number)
    before = all_rows(lake)
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(root), step],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    report = recover(root)
    assert report.set_aside == report.not_mended == []
    assert len(report.strays) == (step != "commit")
    assert all_rows(lake) == before
    assert lake.compact("readings") == (0 if step == "commit" else 3)
    assert all_rows(lake) == before
    assert make_rollups(lake) == 1


def test_a_compaction_whose_log_file_is_damaged_is_set_aside(lake: Lake) -> None:
    for number in range(4):
        one_more(lake, number)
    before = all_rows(lake)
    lake.compact("readings")
    make_rollups(lake)
    newest = max((table_folder(lake.root, "readings") / "_delta_log").glob("*.json"))
    newest.write_bytes(b"")
    assert len(recover(lake.root).set_aside) == 1
    assert all_rows(lake) == before
    assert rollups.standing(lake.root, lake.snapshot("readings")) == {}
    assert lake.compact("readings") == 4
    assert all_rows(lake) == before


def test_a_rollup_that_is_gone_or_half_written_is_made_anew(lake: Lake) -> None:
    for number in range(4):
        one_more(lake, number)
    lake.compact("readings")
    make_rollups(lake)
    (path,) = rollup_folder(lake.root, "readings").iterdir()
    path.unlink()
    (path.parent / "left.tmp").write_bytes(b"half")
    assert ReadingReader(lake).count("s").readings == 4
    assert make_rollups(lake) == 1
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_a_rollup_replaced_while_it_is_asked_is_asked_for_again(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process closes the day anew between the choice of the rollup and its opening."""
    for number in range(3):
        one_more(lake, number)
    close_days(lake, time.time_ns() // 1000, quiet_us=-DAY)
    assert make_rollups(lake) == 1
    true, gone = rollups.standing, list[str]()

    def replaced(root: Path, snapshot: Snapshot) -> dict[date, str]:
        found = true(root, snapshot)
        if not gone:
            for path in rollup_folder(root, "readings").iterdir():
                path.unlink()
                gone.append(path.name)
        return found

    monkeypatch.setattr(rollups, "standing", replaced)
    reader = ReadingReader(lake)
    assert reader.count("s").readings == 3
    assert len(gone) == 1
    make_rollups(lake)
    gone.clear()
    assert set(reader.latest("s")) == {"p0", "p1", "p2"}
