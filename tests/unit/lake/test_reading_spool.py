"""The spool of readings: one segment for all tables, durable or not there at all."""

import os
import sys
from pathlib import Path

import duckdb
import pytest
from reading_rows import NOW_US, no_file_above, taken

from jiqun.core.errors import InputError, SourceDown, WrongState
from jiqun.factory.readings.contract import Gap
from jiqun.factory.readings.taken import HeldRow, ReadingColumns, TakenBatch
from jiqun.lake import spool as spools
from jiqun.lake.layout import writers
from jiqun.lake.readings.spool import ReadingSpool
from jiqun.lake.spool import Spool, is_sound


def rows(path: Path, table: str, columns: str) -> list[tuple[object, ...]]:
    sql = f"SELECT {columns} FROM read_parquet('{path}') WHERE row_of = '{table}'"
    return duckdb.connect().execute(sql).fetchall()


def test_one_segment_holds_the_rows_of_all_tables(tmp_path: Path) -> None:
    one = taken(
        "spring",
        {"a": [(NOW_US, 1.5), (NOW_US + 1, None, 2)], "b": [(NOW_US - 7, 2.5, 1)]},
        key="box-4",
        held=[HeldRow("c", "wrong_type", "x", "number", "℃", NOW_US - 3), HeldRow("d", "malformed", "y")],
        gaps=[Gap(NOW_US - 9, NOW_US - 5, 12, "overflow")],
    )
    two = taken("dye", {"a": [(NOW_US, 3.0)]}, key="vat-1")
    with ReadingSpool(tmp_path, "w") as spool:
        segment = spool.write([one, two])
        assert spool.pending() == [segment]
    assert segment.rows_of == {"readings": 4, "reading_batches": 2, "held_readings": 2, "reading_gaps": 1}
    assert (segment.seq, segment.rows) == (1, 9)
    assert is_sound(segment)
    found = rows(
        segment.path,
        "readings",
        "site, point, epoch_us(read_at), value, quality, flag, epoch_us(arrived_at)",
    )
    at, other = one.arrived_us, two.arrived_us
    assert sorted(found, key=str) == [
        ("dye", "a", NOW_US, 3.0, 0, "", other),
        ("spring", "a", NOW_US, 1.5, 0, "", at),
        ("spring", "a", NOW_US + 1, None, 2, "", at),
        ("spring", "b", NOW_US - 7, 2.5, 1, "", at),
    ]
    batches = "batch, site, stream, sequence, writer, readings, held, gaps, epoch_us(first_read_at), epoch_us(last_read_at)"
    assert rows(segment.path, "reading_batches", batches) == [
        ("box-4", "spring", "box", 4, "w", 3, 2, 1, NOW_US - 7, NOW_US + 1),
        ("vat-1", "dye", "vat", 1, "w", 1, 0, 0, NOW_US, NOW_US),
    ]
    held = "batch, site, point, code, seen, allowed, unit, epoch_us(read_at), epoch_us(arrived_at)"
    assert rows(segment.path, "held_readings", held) == [
        ("box-4", "spring", "c", "wrong_type", "x", "number", "℃", NOW_US - 3, at),
        ("box-4", "spring", "d", "malformed", "y", "", "", None, at),
    ]
    gaps = "batch, site, epoch_us(from_at), epoch_us(to_at), lost, reason, epoch_us(arrived_at)"
    assert rows(segment.path, "reading_gaps", gaps) == [
        ("box-4", "spring", NOW_US - 9, NOW_US - 5, 12, "overflow", at)
    ]


def test_flags_stand_at_their_rows(tmp_path: Path) -> None:
    plain = taken("spring", {"a": [(NOW_US, 1.0)]})
    columns = ReadingColumns([0, 0], [NOW_US + 1, NOW_US + 2], [2.0, 3.0], [0, 0], {1: "counter_back"})
    marked = TakenBatch("box-9", "spring", "box", 9, None, NOW_US, ("a",), columns)
    with ReadingSpool(tmp_path, "w") as spool:
        segment = spool.write([plain, marked])
    assert rows(segment.path, "readings", "value, flag") == [(1.0, ""), (2.0, ""), (3.0, "counter_back")]
    assert rows(segment.path, "reading_batches", "made_at")[1] == (None,)


def test_points_of_one_name_at_two_sites_are_two(tmp_path: Path) -> None:
    given = {"b": [(NOW_US, 1.0)], "a": [(NOW_US, 2.0)]}
    with ReadingSpool(tmp_path, "w") as spool:
        segment = spool.write(
            [taken("one", given), taken("two", given), taken("one", dict(reversed(given.items())))]
        )
    assert sorted(rows(segment.path, "readings", "site, point, value")) == [
        ("one", "a", 2.0), ("one", "a", 2.0), ("one", "b", 1.0), ("one", "b", 1.0), ("two", "a", 2.0), ("two", "b", 1.0),
    ]  # fmt: skip


def test_a_batch_without_readings_makes_a_segment(tmp_path: Path) -> None:
    with ReadingSpool(tmp_path, "w") as spool:
        assert spool.write([taken("spring", {})]).rows_of == {"reading_batches": 1}
        with pytest.raises(InputError):
            spool.write([])


def test_numbers_go_on_after_a_restart(tmp_path: Path) -> None:
    with ReadingSpool(tmp_path, "w") as spool:
        assert spool.write([taken("spring", {})]).seq == 1
    with ReadingSpool(tmp_path, "w") as spool:
        assert spool.write([taken("spring", {})]).seq == 2
        with pytest.raises(WrongState):
            ReadingSpool(tmp_path, "w")
    assert writers(tmp_path) == ["w"]
    with pytest.raises(InputError):
        Spool(tmp_path, "sites")


def left(root: Path) -> list[Path]:
    """Files of a writer that are neither lock nor counter."""
    return [path for path in (root / "spool").rglob("*") if path.suffix in (".parquet", ".tmp")]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no file sizes")
def test_a_full_disk_leaves_nothing_half_written_and_the_spool_goes_on(tmp_path: Path) -> None:
    many = taken("spring", {"a": [(NOW_US + place * 997, place**0.5) for place in range(20_000)]})
    few = taken("spring", {"a": [(NOW_US, 1.0)]})
    with ReadingSpool(tmp_path, "w") as spool:
        kept = spool.write([few])
        with no_file_above(20_000), pytest.raises(SourceDown) as told:
            spool.write([many])
        assert told.value.code == "readings.not_written"
        assert left(tmp_path) == [kept.path]
        again = spool.write([many])
        assert is_sound(again)
        assert spool.pending() == [kept, again]


@pytest.mark.parametrize("call", ["fsync_file", "move_durably"])
def test_a_disk_that_fails_at_any_step_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with ReadingSpool(tmp_path, "w") as spool:
        with monkeypatch.context() as patched:
            patched.setattr(spools, call, full)
            with pytest.raises(SourceDown):
                spool.write([taken("spring", {})])
        assert left(tmp_path) == []
        assert spool.write([taken("spring", {})]).path.exists()


def test_a_rename_that_may_not_be_durable_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The segment has its name, then the folder cannot be forced: it is not acknowledged, so it must not be merged."""

    def renamed_only(source: Path, target: Path) -> None:
        os.replace(source, target)
        raise OSError(5, "Input/output error")

    with ReadingSpool(tmp_path, "w") as spool:
        monkeypatch.setattr(spools, "move_durably", renamed_only)
        with pytest.raises(SourceDown):
            spool.write([taken("spring", {})])
        assert spool.pending() == []


def test_nothing_more_is_taken_while_a_segment_is_in_doubt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It can neither be called durable nor be taken back; a restart reads it as what it is: in the queue."""

    def renamed_only(source: Path, target: Path) -> None:
        os.replace(source, target)
        raise OSError(5, "Input/output error")

    def refused(path: Path, missing_ok: bool = False) -> None:
        if path.parent.name == "w":
            raise OSError(30, "Read-only file system")

    with ReadingSpool(tmp_path, "w") as spool:
        with monkeypatch.context() as patched:
            patched.setattr(spools, "move_durably", renamed_only)
            patched.setattr(Path, "unlink", refused)
            with pytest.raises(SourceDown):
                spool.write([taken("spring", {})])
        with pytest.raises(SourceDown) as told:
            spool.write([taken("spring", {})])
        assert "start again" in told.value.facts["detail"]  # type: ignore[operator]
    with ReadingSpool(tmp_path, "w") as spool:
        assert [one.seq for one in spool.pending()] == [1]
        assert spool.write([taken("spring", {})]).seq == 2
