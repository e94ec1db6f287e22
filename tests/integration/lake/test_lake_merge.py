"""Merging and compacting: once each, side by side, and nothing removed too early."""

import shutil
import threading
from pathlib import Path

import pytest
from deltalake import DeltaTable
from lake_rows import fact, registration, write

from jiqun.core.errors import InputError, WrongState
from jiqun.lake.commit import CHECKPOINT_EVERY
from jiqun.lake.durable import locked
from jiqun.lake.layout import log_folder, merge_lock, table_folder
from jiqun.lake.merge import merge
from jiqun.lake.recovery import recover
from jiqun.lake.spool import Spool, merged, pending
from jiqun.lake.store import Lake


def ids(lake: Lake) -> list[str]:
    return sorted(str(row[0]) for row in lake.run(f"SELECT id FROM {lake.table_sql('facts')}"))


def test_segments_of_one_table_become_one_commit(lake: Lake) -> None:
    spool = lake.spool("w")
    keys = []
    for number in range(3):
        keys.append(spool.publish(spool.stage("facts", [fact(number)], f"b{number}")).key)
    spool.publish(spool.stage("registrations", [registration(1)], "b9"))
    report = merge(lake, "w")
    assert [(one.table, one.segments, one.rows) for one in report.tables] == [
        ("facts", 3, 3),
        ("registrations", 1, 1),
    ]
    assert report.rows == 4
    assert report.tables[0].keys == tuple(keys)
    assert lake.snapshot("facts").version == 1
    assert len(lake.snapshot("facts").files) == 1


def test_merging_nothing_does_nothing(lake: Lake) -> None:
    assert merge(lake, "nobody").tables == ()
    write(lake, "facts", [fact(1)])
    assert merge(lake, "test").tables == ()
    assert lake.snapshot("facts").version == 1


def test_a_segment_that_is_merged_already_is_not_merged_again(lake: Lake) -> None:
    """As after a kill between the commit and the tidying up: the segment is still in the queue."""
    spool = lake.spool("w")
    published = spool.publish(spool.stage("facts", [fact(1)], "b1"))
    kept = published.path.with_suffix(".copy")
    shutil.copyfile(published.path, kept)
    merge(lake, "w")
    kept.rename(published.path)
    assert merge(lake, "w").rows == 0
    assert pending(lake.root, "w") == []
    assert ids(lake) == ["f1"]


def test_segments_are_kept_until_a_later_commit_is_on_the_disk(lake: Lake) -> None:
    write(lake, "facts", [fact(1)])
    assert [one.seq for one in merged(lake.root, "test")] == [1]
    write(lake, "registrations", [registration(1)])
    assert [one.seq for one in merged(lake.root, "test")] == [1, 2]
    write(lake, "facts", [fact(2)])
    assert [one.seq for one in merged(lake.root, "test")] == [2, 3]


def test_the_order_of_publication_decides_not_that_of_staging(lake: Lake) -> None:
    """A segment staged early and published late must not count as seen."""
    spool = lake.spool("w")
    early, late = spool.stage("facts", [fact(1)], "b1"), spool.stage("facts", [fact(2)], "b2")
    spool.publish(late)
    merge(lake, "w")
    spool.publish(early)
    merge(lake, "w")
    assert ids(lake) == ["f1", "f2"]


def test_writers_commit_side_by_side(lake: Lake) -> None:
    def work(writer: str, first: int) -> None:
        with Spool(lake.root, writer) as spool:
            for number in range(first, first + 5):
                spool.publish(spool.stage("facts", [fact(number)], "b1"))
                merge(lake, writer)

    threads = [threading.Thread(target=work, args=(f"w{one}", one * 100)) for one in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ids(lake) == sorted(f"f{one * 100 + number}" for one in range(3) for number in range(5))


def test_two_mergers_of_one_writer_take_turns(lake: Lake) -> None:
    with locked(merge_lock(lake.root, "w")), pytest.raises(WrongState):
        merge(lake, "w", wait_s=0.05)


def test_a_checkpoint_is_written_now_and_then(lake: Lake) -> None:
    for number in range(CHECKPOINT_EVERY + 2):
        write(lake, "facts", [fact(number)])
    found = [path.name for path in log_folder(lake.root, "facts").glob("*.checkpoint.parquet")]
    assert found == [f"{CHECKPOINT_EVERY:020d}.checkpoint.parquet"]
    assert (
        DeltaTable(table_folder(lake.root, "facts")).transaction_version("test/facts") == CHECKPOINT_EVERY + 2
    )
    assert not recover(lake.root).set_aside


def test_compacting_keeps_rows_transactions_and_sorts(lake: Lake) -> None:
    for number in (3, 1, 2):
        write(lake, "facts", [fact(number, subject=f"region:33060{number}")])
    assert lake.compact("facts") == 3
    assert len(lake.snapshot("facts").files) == 1
    rows = lake.run(f"SELECT subject FROM {lake.table_sql('facts')}")
    assert rows == [("region:330601",), ("region:330602",), ("region:330603",)]
    assert DeltaTable(table_folder(lake.root, "facts")).transaction_version("test/facts") == 3
    assert lake.compact("facts") == 0
    write(lake, "facts", [fact(4)])
    assert len(ids(lake)) == 4


def test_compacting_while_others_append_loses_nothing(lake: Lake) -> None:
    for number in range(4):
        write(lake, "facts", [fact(number)])
    failures: list[BaseException] = []

    def compact() -> None:
        try:
            for _ in range(5):
                lake.compact("facts")
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=compact) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(4, 12):
        write(lake, "facts", [fact(number)])
    for thread in threads:
        thread.join()
    assert not failures
    assert ids(lake) == sorted(f"f{number}" for number in range(12))


def test_compaction_waits_for_enough_files(lake: Lake) -> None:
    for number in range(3):
        write(lake, "facts", [fact(number)])
    assert lake.compact_if_many("facts", most=4) == 0
    assert lake.compact_if_many("facts", most=3) == 3


def test_a_merge_compacts_a_table_that_has_come_to_many_files(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = lake.compact_if_many
    monkeypatch.setattr(lake, "compact_if_many", lambda name: few(name, most=3))
    for number in range(4):
        write(lake, "facts", [fact(number)])
    assert len(lake.snapshot("facts").files) == 2
    assert ids(lake) == ["f0", "f1", "f2", "f3"]


def test_vacuum_keeps_an_hour_and_removes_what_is_older(lake: Lake) -> None:
    import os
    import time

    for number in range(2):
        write(lake, "facts", [fact(number)])
    lake.compact("facts")
    folder = table_folder(lake.root, "facts")
    assert len(list(folder.glob("*.parquet"))) == 3
    with pytest.raises(InputError):
        lake.vacuum("facts", keep_hours=0)
    lake.vacuum("facts", keep_hours=1)
    assert len(list(folder.glob("*.parquet"))) == 3
    stray = folder / "stray.parquet"
    stray.write_bytes(b"PAR1")
    os.utime(stray, (time.time() - 7300, time.time() - 7300))
    assert lake.vacuum("facts", keep_hours=2) == 1
    assert not stray.exists()
    assert len(ids(lake)) == 2
    assert not recover(lake.root).set_aside


def test_two_lakes_on_one_folder_see_each_others_commits(lake: Lake, tmp_path: Path) -> None:
    other = Lake(lake.root, threads=1)
    assert other.snapshot("facts").version == 0
    write(lake, "facts", [fact(1)])
    assert ids(other) == ["f1"]
    lake.compact("facts")
    write(lake, "facts", [fact(2)])
    assert ids(other) == ["f1", "f2"]
    other.close()


def test_threads_of_one_lake_have_their_own_cursor(lake: Lake) -> None:
    write(lake, "facts", [fact(number) for number in range(100)])
    seen: list[object] = []

    def ask() -> None:
        seen.extend(lake.run(f"SELECT count(*) FROM {lake.table_sql('facts')}") for _ in range(10))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [[(100,)]] * 40


def test_no_extension_is_fetched(lake: Lake) -> None:
    wanted = "SELECT name, value FROM duckdb_settings() WHERE name LIKE 'auto%known_extensions'"
    assert {value for _, value in lake.run(wanted)} == {"false"}
