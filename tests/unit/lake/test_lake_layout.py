"""Names of files say who wrote them and what is in them."""

from pathlib import Path

import pytest

from jiqun.lake.faults import read_entry
from jiqun.lake.layout import (
    compacted_from,
    compacted_name,
    data_file_name,
    log_file,
    log_versions,
    writers,
    written_by,
)


@pytest.mark.parametrize("writer", ["cli", "server-2", "a_b-000000000001"])
def test_a_data_file_tells_its_writer_and_segments(writer: str) -> None:
    assert written_by(data_file_name(writer, 3, 17)) == (writer, 3, 17)


@pytest.mark.parametrize(
    "name", ["part-0.parquet", "cli-1-2.parquet", compacted_name(3, "0badcafe"), "x.json"]
)
def test_other_names_tell_no_writer(name: str) -> None:
    assert written_by(name) is None


def test_a_compacted_file_tells_its_version() -> None:
    assert compacted_from(compacted_name(0, "0badcafe")) == 0
    assert compacted_from(compacted_name(41, "0badcafe")) == 41
    assert compacted_from(data_file_name("cli", 1, 2)) is None


def test_folders_that_are_not_there_hold_nothing(tmp_path: Path) -> None:
    assert log_versions(tmp_path, "facts") == []
    assert writers(tmp_path) == []


def test_only_commits_count_as_versions(tmp_path: Path) -> None:
    folder = log_file(tmp_path, "facts", 0).parent
    folder.mkdir(parents=True)
    for name in ("00000000000000000010.json", "00000000000000000002.json", "_last_checkpoint", "x.json.tmp"):
        (folder / name).write_text("{}")
    assert log_versions(tmp_path, "facts") == [2, 10]


WHOLE = (
    b'{"commitInfo":{"operation":"WRITE","actionCount":2}}\n'
    b'{"add":{"path":"a.parquet","size":10,"stats":"{\\"numRecords\\": 4}"}}\n'
    b'{"txn":{"appId":"w/facts","version":3}}'
)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (WHOLE, None),
        (WHOLE + b"\n", None),
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"\0\0\0\0", "zeros"),
        (WHOLE[:-3], "cut or not JSON"),
        (WHOLE[:40] + b"\0" * 60, "cut or not JSON"),
        (b"\xff\xfe\x00", "cut or not JSON"),
        (b"\n".join(WHOLE.split(b"\n")[:2]), "cut between two lines"),
        (b"\n".join(WHOLE.split(b"\n")[1:]), "cut between two lines"),
        (b"[]", "cut between two lines"),
        (b'{"commitInfo":{"operation":"CREATE TABLE"}}', "cut between two lines"),
        (b'{"commitInfo":{"operation":"VACUUM END"}}', None),
        (b'{"commitInfo":7}', "cut between two lines"),
    ],
)
def test_a_log_file_is_whole_or_its_fault_is_named(tmp_path: Path, data: bytes, fault: str | None) -> None:
    path = log_file(tmp_path, "facts", 0)
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    entry = read_entry(tmp_path, "facts", 0)
    assert entry.fault == fault
    if data.strip() == WHOLE:
        assert (entry.added(), entry.removed(), entry.rows()) == ({"a.parquet": 10}, set(), 4)
