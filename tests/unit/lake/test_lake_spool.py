"""The spool: durable before acknowledged, numbered in the order of acknowledgement, one process per writer."""

import shutil
from pathlib import Path

import pytest
from deltalake import DeltaTable
from lake_rows import fact

from jiqun.core.errors import InputError, WrongState
from jiqun.lake import spool as spools
from jiqun.lake.layout import spool_folder
from jiqun.lake.merge import merge
from jiqun.lake.snapshot import open_table
from jiqun.lake.spool import Spool, last_seq, merged, pending
from jiqun.lake.store import Lake


def test_a_staged_segment_is_on_the_disk_and_not_acknowledged(tmp_path: Path) -> None:
    with Spool(tmp_path, "w") as spool:
        segment = spool.stage("facts", [fact(1), fact(2)], "b1")
        assert segment.path.exists()
        assert (segment.rows, segment.batch, segment.table, segment.seq) == (2, "b1", "facts", 0)
        assert len(segment.sha256) == 64
        assert spool.staged() == [segment]
        assert spool.pending() == []
        assert not list(spool.staging.glob("*.tmp"))


def test_publishing_numbers_in_order_and_twice_is_harmless(tmp_path: Path) -> None:
    with Spool(tmp_path, "w") as spool:
        first, second = spool.stage("facts", [fact(1)], "b1"), spool.stage("facts", [fact(2)], "b1")
        late = spool.publish(second)
        early = spool.publish(first)
        assert (late.seq, early.seq) == (1, 2)
        assert spool.publish(first) == early
        assert spool.pending() == [late, early]
        assert spool.staged() == []


def test_equal_rows_make_different_segments(tmp_path: Path) -> None:
    with Spool(tmp_path, "w") as spool:
        assert spool.stage("facts", [fact(1)], "b1").key != spool.stage("facts", [fact(1)], "b1").key


def test_the_outbox_finds_its_segment_by_key(tmp_path: Path) -> None:
    with Spool(tmp_path, "w") as spool:
        key = spool.stage("facts", [fact(1)], "b1").key
    with Spool(tmp_path, "w") as spool:
        published = spool.publish(spool.find_staged(key))
        assert published.seq == 1
        assert spool.publish(spool.find_staged(key)) == published


def test_what_the_ledger_does_not_know_is_dropped(tmp_path: Path) -> None:
    with Spool(tmp_path, "w") as spool:
        kept, dropped = spool.stage("facts", [fact(1)], "b1"), spool.stage("facts", [fact(2)], "b2")
        (spool.staging / "half.tmp").write_bytes(b"PAR1")
        assert spool.drop_unpublished({kept.key}) == [dropped.key]
        assert spool.staged() == [kept]
        assert not list(spool.staging.glob("*.tmp"))


def test_one_process_at_a_time_writes_as_a_writer(tmp_path: Path) -> None:
    with Spool(tmp_path, "w"):
        with pytest.raises(WrongState):
            Spool(tmp_path, "w")
        with Spool(tmp_path, "other"):
            pass
    Spool(tmp_path, "w").close()


@pytest.mark.parametrize("name", ["", "a b", "../x", "上虞", "x" * 65])
def test_names_that_would_not_do_as_file_names_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError):
        Spool(tmp_path, name)
    with Spool(tmp_path, "w") as spool, pytest.raises(InputError):
        spool.stage("facts", [fact(1)], name)


def test_a_refused_row_leaves_nothing_behind(tmp_path: Path) -> None:
    with Spool(tmp_path, "w") as spool:
        with pytest.raises(InputError):
            spool.stage("facts", [fact(1, value="many")], "b1")
        assert not list(spool.staging.iterdir())


def test_the_batch_is_filled_in_where_it_is_not_given(lake: Lake) -> None:
    spool = lake.spool("w")
    row = fact(1)
    del row["batch"]
    spool.publish(spool.stage("facts", [row], "b7"))
    merge(lake, "w")
    assert lake.run(f"SELECT batch FROM {lake.table_sql('facts')}") == [("b7",)]


def test_numbers_are_never_given_twice(lake: Lake) -> None:
    for number in range(1, 4):
        with Spool(lake.root, "w") as spool:
            assert spool.publish(spool.stage("facts", [fact(number)], "b1")).seq == number
        merge(lake, "w")
    assert pending(lake.root, "w") == []
    assert [segment.seq for segment in merged(lake.root, "w")] == [3]


def test_a_lost_spool_does_not_start_counting_anew(lake: Lake) -> None:
    """A restored copy may lack the spool; numbers already merged would be taken for done."""
    with Spool(lake.root, "w") as spool:
        for number in (1, 2):
            spool.publish(spool.stage("facts", [fact(number)], "b1"))
    merge(lake, "w")
    for path in sorted((lake.root / "spool").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    assert last_seq(lake.root, "w") == 2
    with Spool(lake.root, "w") as spool:
        spool.publish(spool.stage("facts", [fact(3)], "b1"))
    assert merge(lake, "w").rows == 1


def test_a_lost_count_is_asked_of_the_tables_once(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def counted(root: Path, name: str) -> DeltaTable:
        opened.append(name)
        return open_table(root, name)

    monkeypatch.setattr(spools, "open_table", counted)
    with Spool(lake.root, "w") as spool:
        assert opened == []  # tables never written to have nothing to tell
        spool.publish(spool.stage("facts", [fact(1)], "b1"))
    merge(lake, "w")
    shutil.rmtree(spool_folder(lake.root, "w"))
    for number in (2, 3):
        with Spool(lake.root, "w") as spool:
            assert spool.publish(spool.stage("facts", [fact(number)], f"b{number}")).seq == number
    assert opened == ["facts"]
