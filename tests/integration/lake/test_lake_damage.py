"""The newest log file damaged in every way a power cut or a hand can: nothing acknowledged is lost, nothing doubled."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from lake_rows import fact, write

from jiqun.core.errors import SourceDown
from jiqun.lake import recovery, snapshot
from jiqun.lake.faults import read_entry
from jiqun.lake.layout import log_file, log_folder, log_versions, table_folder
from jiqun.lake.recovery import recover
from jiqun.lake.spool import Spool
from jiqun.lake.store import Lake

Damage = Callable[[Path, Path], None]


def empty(log: Path, folder: Path) -> None:
    log.write_bytes(b"")


def zeros(log: Path, folder: Path) -> None:
    log.write_bytes(b"\0" * log.stat().st_size)


def half_zeros(log: Path, folder: Path) -> None:
    data = log.read_bytes()
    log.write_bytes(data[: len(data) // 2] + b"\0" * (len(data) - len(data) // 2))


def cut_in_a_line(log: Path, folder: Path) -> None:
    log.write_bytes(log.read_bytes()[:-20])


def cut_between_lines(log: Path, folder: Path) -> None:
    """The transaction's line is last; without it the rows would be merged a second time."""
    log.write_bytes(b"\n".join(log.read_bytes().splitlines()[:-1]) + b"\n")


def only_commit_info(log: Path, folder: Path) -> None:
    log.write_bytes(log.read_bytes().splitlines()[0])


def not_an_object(log: Path, folder: Path) -> None:
    log.write_bytes(b"[1, 2]")


def file_of(log: Path, folder: Path) -> Path:
    added = [json.loads(line)["add"] for line in log.read_bytes().splitlines() if b'"add"' in line]
    return folder / added[0]["path"]


def file_missing(log: Path, folder: Path) -> None:
    file_of(log, folder).unlink()


def file_short(log: Path, folder: Path) -> None:
    path = file_of(log, folder)
    path.write_bytes(path.read_bytes()[:-100])


def file_empty(log: Path, folder: Path) -> None:
    file_of(log, folder).write_bytes(b"")


def file_of_zeros(log: Path, folder: Path) -> None:
    path = file_of(log, folder)
    path.write_bytes(b"\0" * path.stat().st_size)


def no_commit_any_more(log: Path, folder: Path) -> None:
    log.write_bytes(b'{"commitInfo": {"actionCount": 1}}\n{"add": 5}\n')


DAMAGES: list[Damage] = [
    empty, zeros, half_zeros, cut_in_a_line, cut_between_lines, only_commit_info, not_an_object,
    file_missing, file_short, file_empty, file_of_zeros, no_commit_any_more,
]  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [b'{"add": 5}', b'{"add": {"path": "a"}}', b'{"add": {"path": "a", "size": "much"}}', b'{"remove": []}', b"[" * 5000,
     b'{"add": {"path": "../a", "size": 1}}', b'{"add": {"path": "a\\u0000", "size": 1}}',
     b'{"remove": {"path": "\\ud800"}}',
     b'{"add": {"path": "' + b"a" * 300 + b'", "size": 1}}'],
)  # fmt: skip
def test_json_that_is_no_commit_is_a_fault_in_words(tmp_path: Path, line: bytes) -> None:
    """Found by fuzzing: a start after such damage ended in a traceback instead of a recovery."""
    log_folder(tmp_path, "facts").mkdir(parents=True)
    log_file(tmp_path, "facts", 1).write_bytes(b'{"commitInfo": {"actionCount": 1}}\n' + line)
    entry = read_entry(tmp_path, "facts", 1)
    assert entry.actions is None and entry.fault and not entry.added() and not entry.removed()


def test_a_count_that_is_no_number_and_rows_that_are_not_told(tmp_path: Path) -> None:
    log_folder(tmp_path, "facts").mkdir(parents=True)
    path = log_file(tmp_path, "facts", 1)
    path.write_bytes(b'{"commitInfo": {"actionCount": "two"}}\n')
    assert read_entry(tmp_path, "facts", 1).fault == "cut between two lines"
    path.write_bytes(b'{"commitInfo": {"actionCount": 1}}\n{"add": {"path": "a", "size": 1, "stats": "{"}}')
    entry = read_entry(tmp_path, "facts", 1)
    assert entry.fault is None and entry.rows() == -1, (
        "other writers tell no rows; it counts, but cannot be made again"
    )


def ids(root: Path) -> list[str]:
    lake = Lake(root, threads=1)
    found = sorted(str(row[0]) for row in lake.run(f"SELECT id FROM {lake.table_sql('facts')}"))
    lake.close()
    return found


def damage_last(root: Path, damage: Damage, table: str = "facts") -> int:
    version = log_versions(root, table)[-1]
    damage(log_file(root, table, version), table_folder(root, table))
    return version


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda one: one.__name__)
def test_a_damaged_merge_is_made_again(lake: Lake, damage: Damage) -> None:
    for number in (1, 2, 3):
        write(lake, "facts", [fact(number)])
    lake.close()
    version = damage_last(lake.root, damage)
    report = recover(lake.root)
    assert [(one.table, one.version) for one in report.set_aside] == [("facts", version)]
    assert len(report.requeued) == 1
    assert [one.rows for one in report.merges] == [1]
    assert ids(lake.root) == ["f1", "f2", "f3"]
    note = next((lake.root / "damaged" / "facts").glob("*.note"))
    assert json.loads(note.read_text())["reason"] == report.set_aside[0].reason
    again = recover(lake.root)
    assert not again.set_aside
    assert not again.merges


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda one: one.__name__)
def test_a_damaged_compaction_is_undone(lake: Lake, damage: Damage) -> None:
    for number in (1, 2, 3):
        write(lake, "facts", [fact(number)])
    lake.compact("facts")
    lake.close()
    damage_last(lake.root, damage)
    report = recover(lake.root)
    assert len(report.set_aside) == 1
    assert ids(lake.root) == ["f1", "f2", "f3"]
    assert not list(table_folder(lake.root, "facts").glob("compacted-*"))


@pytest.mark.parametrize("damage", DAMAGES[:6], ids=lambda one: one.__name__)
def test_a_damaged_creation_is_made_again(lake: Lake, damage: Damage) -> None:
    lake.close()
    damage_last(lake.root, damage)
    assert [one.version for one in recover(lake.root).set_aside] == [0]
    assert ids(lake.root) == []


def test_many_rows_of_several_segments_come_back(lake: Lake) -> None:
    spool = lake.spool("test")
    for number in range(5):
        spool.publish(spool.stage("facts", [fact(number * 10 + one) for one in range(10)], f"b{number}"))
    lake.close()
    recover(lake.root)
    damage_last(lake.root, zeros)
    assert len(recover(lake.root).requeued) == 5
    assert ids(lake.root) == sorted(f"f{number}" for number in range(50))


def test_two_writers_in_flight_when_the_power_went(lake: Lake) -> None:
    """The earlier of two unforced log files is zeros, the later whole: both commits are made again."""
    for writer, number in (("one", 1), ("two", 2)):
        with Spool(lake.root, writer) as spool:
            spool.publish(spool.stage("facts", [fact(number)], "b1"))
        recover(lake.root)
    lake.close()
    zeros(log_file(lake.root, "facts", 1), table_folder(lake.root, "facts"))
    report = recover(lake.root)
    assert [one.version for one in report.set_aside] == [2, 1]
    assert report.set_aside[0].reason == "stands on version 1"
    assert ids(lake.root) == ["f1", "f2"]


def test_damage_that_cannot_be_mended_is_told_and_left_alone(lake: Lake) -> None:
    """A log file far down: later commits' segments are gone, so setting them aside would lose their rows."""
    for number in range(1, 5):
        write(lake, "facts", [fact(number)])
    lake.close()
    zeros(log_file(lake.root, "facts", 2), table_folder(lake.root, "facts"))
    before = log_versions(lake.root, "facts")
    with pytest.raises(SourceDown) as told:
        recover(lake.root)
    assert told.value.code == "lake.table_damaged"
    assert log_versions(lake.root, "facts") == before


def test_an_older_data_file_that_is_gone_does_not_undo_later_commits(lake: Lake) -> None:
    for number in range(1, 4):
        write(lake, "facts", [fact(number)])
    lake.close()
    file_missing(log_file(lake.root, "facts", 1), table_folder(lake.root, "facts"))
    report = recover(lake.root)
    assert not report.set_aside
    assert report.not_mended == ["facts: test-000000000001-000000000001.parquet is missing"]


def test_a_running_reader_sees_the_mended_table(lake: Lake) -> None:
    write(lake, "facts", [fact(1)])
    assert lake.snapshot("facts").version == 1
    damage_last(lake.root, zeros)
    recover(lake.root)
    assert lake.run(f"SELECT count(*) FROM {lake.table_sql('facts')}") == [(1,)]


def test_a_reader_of_a_damaged_table_says_so(lake: Lake) -> None:
    write(lake, "facts", [fact(1)])
    damage_last(lake.root, half_zeros)
    fresh = Lake(lake.root, threads=1)
    with pytest.raises(SourceDown) as told:
        fresh.table_sql("facts")
    assert told.value.code == "lake.table_damaged"
    fresh.close()


@pytest.mark.parametrize("content", [b"", b"\0" * 40, b'{"version": 999, "size": 1}'])
def test_a_torn_checkpoint_hint_is_dropped(lake: Lake, content: bytes) -> None:
    write(lake, "facts", [fact(1)])
    lake.close()
    (log_folder(lake.root, "facts") / "_last_checkpoint").write_bytes(content)
    recover(lake.root)
    assert ids(lake.root) == ["f1"]


def test_a_torn_checkpoint_is_dropped_and_the_log_read_instead(lake: Lake) -> None:
    for number in range(25):
        write(lake, "facts", [fact(number)])
    lake.close()
    checkpoint = next(log_folder(lake.root, "facts").glob("*.checkpoint*.parquet"))
    checkpoint.write_bytes(checkpoint.read_bytes()[:-30])
    recover(lake.root)
    assert not checkpoint.exists()
    assert len(ids(lake.root)) == 25


def test_the_newest_commit_damaged_after_its_checkpoint(lake: Lake) -> None:
    """A checkpoint of the damaged version goes with it: it holds the same commit."""
    from deltalake import DeltaTable

    for number in (1, 2):
        write(lake, "facts", [fact(number)])
    lake.close()
    DeltaTable(table_folder(lake.root, "facts")).create_checkpoint()
    damage_last(lake.root, cut_in_a_line)
    recover(lake.root)
    assert ids(lake.root) == ["f1", "f2"]
    assert not list(log_folder(lake.root, "facts").glob("*.checkpoint*"))


def test_stray_files_of_uncommitted_writes_are_removed(lake: Lake) -> None:
    write(lake, "facts", [fact(1)])
    folder = table_folder(lake.root, "facts")
    (folder / "test-000000000007-000000000009.parquet").write_bytes(b"PAR1 half")
    (folder / "compacted-00000000000000000001-0badcafe.parquet").write_bytes(b"PAR1 half")
    lake.close()
    assert sorted(recover(lake.root).strays) == [
        "facts/compacted-00000000000000000001-0badcafe.parquet",
        "facts/test-000000000007-000000000009.parquet",
    ]
    assert ids(lake.root) == ["f1"]


def test_files_that_left_the_table_stay_for_readers_of_older_snapshots(lake: Lake) -> None:
    for number in (1, 2):
        write(lake, "facts", [fact(number)])
    lake.compact("facts")
    write(lake, "facts", [fact(3)])
    lake.compact("facts")
    lake.close()
    before = sorted(path.name for path in table_folder(lake.root, "facts").glob("*.parquet"))
    assert recover(lake.root).strays == []
    assert sorted(path.name for path in table_folder(lake.root, "facts").glob("*.parquet")) == before


def test_recovery_of_an_empty_folder_makes_the_tables(tmp_path: Path) -> None:
    recover(tmp_path / "new")
    assert ids(tmp_path / "new") == []


def test_tables_never_written_to_are_not_opened(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    write(lake, "facts", [fact(1)])
    opened: list[str] = []
    monkeypatch.setattr(
        recovery, "open_table", lambda root, name: opened.append(name) or snapshot.open_table(root, name)
    )
    recover(lake.root)
    assert opened == ["facts"]
    stray = table_folder(lake.root, "batches") / "w-000000000001-000000000001.parquet"
    stray.write_bytes(b"PAR1 never committed PAR1")
    assert recover(lake.root).strays == [f"batches/{stray.name}"]
    assert sorted(opened[1:]) == ["batches", "facts"]
