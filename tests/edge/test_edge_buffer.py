"""The buffer: order, keys that stay, overflow told as a gap, a full disk, a damaged file, two processes."""

import os
import resource
import sqlite3
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from edge_house import NOW_US, buffer_config, parcel
from hypothesis import given, settings
from hypothesis import strategies as st

from jiqun.core.errors import SourceDown
from jiqun.edge.buffer import Buffer


@pytest.fixture
def buffer(tmp_path: Path):
    opened = Buffer(buffer_config(tmp_path))
    yield opened
    opened.close()


def test_batches_come_out_in_order_and_stay_until_done(buffer: Buffer) -> None:
    keys = [buffer.put(parcel(n)) for n in range(5)]
    assert [one.id for one in buffer.next()] == keys == [one.id for one in buffer.next()]
    buffer.done([one.sequence for one in buffer.next(most=2)])
    assert [one.id for one in buffer.next()] == keys[2:]
    assert [one.id for one in buffer.next(after=3, before=5)] == [keys[3]]
    assert buffer.level().batches == 3 and buffer.level().rows == 3 and buffer.newest() == 5


def test_sizes_bound_a_request_but_one_batch_always_goes(buffer: Buffer) -> None:
    for _ in range(3):
        buffer.put(parcel("x" * 1000))
    assert len(buffer.next(most_bytes=2500)) == 2
    assert len(buffer.next(most_bytes=1)) == 1


def test_opened_again_the_same_batch_has_the_same_key_and_content(tmp_path: Path) -> None:
    first = Buffer(buffer_config(tmp_path))
    first.put(parcel(1))
    before = first.next()
    first.close()
    second = Buffer(buffer_config(tmp_path))
    assert second.next() == before
    key = second.put(parcel(2))
    assert key.split("-")[0] != before[0].id.split("-")[0] and key.endswith("-2")
    second.done([one.sequence for one in second.next()])
    assert second.put(parcel(3)).endswith("-3"), "a number is never given again"
    second.close()


def test_dropping_the_oldest_is_told_as_one_gap(tmp_path: Path) -> None:
    buffer = Buffer(buffer_config(tmp_path, most_mb=1))
    for n in range(12):
        buffer.put(parcel("x" * 200_000, at=NOW_US + n * 1000))
    batches = [orjson.loads(one.body) for one in buffer.next(most_bytes=10**9)]
    told = [gap for batch in batches for gap in batch["gaps"]]
    assert buffer.level().bytes <= 1_000_000 and len(batches) == 4
    assert sum(gap["count"] for gap in told) + len(buffer.untold()) == 8, (
        "every lost row is told by a batch that is there"
    )
    assert (
        min(gap["from_us"] for gap in told) == NOW_US and max(gap["to_us"] for gap in told) == NOW_US + 7000
    )
    assert {gap["reason"] for gap in told} == {"overflow"}
    buffer.close()


def test_what_is_being_sent_is_not_dropped(tmp_path: Path) -> None:
    buffer = Buffer(buffer_config(tmp_path, most_mb=1))
    for _ in range(4):
        buffer.put(parcel("x" * 200_000))
    buffer.in_flight = frozenset({1, 2})
    buffer.put(parcel("x" * 200_000))
    assert [one.sequence for one in buffer.next(most_bytes=10**9)] == [1, 2, 4, 5]
    buffer.close()


def test_refusing_the_newest_counts_it_unless_the_source_waits(tmp_path: Path) -> None:
    buffer = Buffer(buffer_config(tmp_path, most_mb=1, overflow="refuse_new"))
    for _ in range(4):
        buffer.put(parcel("x" * 200_000))
    for waits in (False, True, False):
        with pytest.raises(SourceDown, match=r"edge\.buffer_full"):
            buffer.put(parcel("x" * 200_000, at=NOW_US + 5, waits=waits))
    (gap,) = buffer.untold()
    assert (gap.count, gap.from_us, gap.reason) == (2, NOW_US + 5, "overflow")
    buffer.done([1])
    buffer.put(parcel("x"))
    assert orjson.loads(buffer.next(after=4)[0].body)["gaps"][0]["count"] == 2 and not buffer.untold()
    buffer.close()


def test_marks_are_sealed_with_their_batch(buffer: Buffer) -> None:
    buffer.put(parcel(1, marks=(b"a", b"b")))
    buffer.done([1])
    assert buffer.taken(b"a") and buffer.taken(b"b") and not buffer.taken(b"c")


def test_a_refused_batch_is_kept_aside(buffer: Buffer) -> None:
    buffer.put(parcel(1))
    buffer.put(parcel(2))
    buffer.set_aside(buffer.next()[0], "gate.unknown_site")
    assert [one.sequence for one in buffer.next()] == [2] and buffer.level().set_aside == 1


@pytest.mark.parametrize("harm", [b"not a database at all" * 100, b"", None])
def test_a_damaged_file_is_set_aside_and_told(tmp_path: Path, harm: bytes | None) -> None:
    first = Buffer(buffer_config(tmp_path))
    for n in range(50):
        first.put(parcel("x" * 500, n))
    first.close()
    path = first.config.path
    if harm is None:
        whole = bytearray(path.read_bytes())
        whole[4096 : 4096 * 6] = os.urandom(4096 * 5)
        path.write_bytes(whole)
    else:
        path.write_bytes(harm)
    second = Buffer(buffer_config(tmp_path))
    assert (second.damaged is not None and second.damaged.exists()) or harm == b""
    second.put(parcel(1))
    assert len(second.next()) == 1
    second.close()


@pytest.mark.parametrize(
    "harm", ["body = replace(body, x'37', x'38')", "rows = 'x'", "id = x'ff'", "from_us = 9", "size = 1"]
)
def test_a_batch_that_is_not_what_was_sealed_is_kept_aside_and_told_as_a_gap(
    tmp_path: Path, harm: str
) -> None:
    first = Buffer(buffer_config(tmp_path))
    for n in (6, 7, 8):
        first.put(parcel(n, at=NOW_US + n))
    first.close()
    with sqlite3.connect(first.config.path) as db:
        db.execute(f"UPDATE batches SET {harm} WHERE sequence = 2")
    db.close()
    second = Buffer(buffer_config(tmp_path))
    assert second.damaged is None and [one.sequence for one in second.next()] == [1, 3]
    assert second.level().set_aside == 1 and second.level().rows == 2
    (gap,) = second.untold()
    assert gap.reason == "damaged" and gap.count == (0 if "rows" in harm else 1)
    assert gap.to_us == NOW_US + 7, "as far as its row can be believed"
    second.put(parcel(9))
    assert orjson.loads(second.next()[-1].body)["gaps"][0]["reason"] == "damaged" and not second.untold()
    second.close()


def test_a_buffer_of_an_earlier_version_is_read_and_carries_sums_from_then_on(tmp_path: Path) -> None:
    first = Buffer(buffer_config(tmp_path))
    first.put(parcel(1))
    before = first.next()
    first.close()
    with sqlite3.connect(first.config.path) as db:
        db.execute("ALTER TABLE batches DROP COLUMN summed")
    db.close()
    second = Buffer(buffer_config(tmp_path))
    assert second.next() == before and second.put(parcel(2)).endswith("-2")
    second.close()
    with sqlite3.connect(first.config.path) as db:
        assert [row[0] is None for row in db.execute("SELECT summed FROM batches")] == [True, False]
    db.close()


def test_a_database_that_is_no_buffer_is_set_aside(tmp_path: Path) -> None:
    path = buffer_config(tmp_path).path
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE batches (something TEXT)")
    db.close()
    opened = Buffer(buffer_config(tmp_path))
    assert opened.damaged is not None and opened.damaged.exists() and opened.put(parcel(1)).endswith("-1")
    opened.close()


def test_a_number_is_never_given_again_though_the_counter_is_damaged(tmp_path: Path) -> None:
    first = Buffer(buffer_config(tmp_path))
    first.put(parcel(1))
    first.put(parcel(2))
    first.close()
    with sqlite3.connect(first.config.path) as db:
        db.execute("UPDATE sqlite_sequence SET seq = 'x'")
    db.close()
    second = Buffer(buffer_config(tmp_path))
    assert second.put(parcel(3)).endswith("-3")
    second.close()


def test_two_processes_cannot_hold_one_buffer(tmp_path: Path, buffer: Buffer) -> None:
    del buffer
    code = (
        "import sys; sys.path[:0] = ['tests/edge', 'src']\n"
        "from pathlib import Path\nfrom edge_house import buffer_config\nfrom jiqun.edge.buffer import Buffer\n"
        f"Buffer(buffer_config(Path({str(tmp_path)!r})))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "edge.buffer_in_use" in done.stderr


def test_a_disk_that_takes_nothing_loses_nothing_that_was_sealed(tmp_path: Path) -> None:
    """RLIMIT_FSIZE in a process of its own: sealed batches stay, the refused ones are counted and told later."""
    code = (
        "import resource, signal, sys; sys.path[:0] = ['tests/edge', 'src']\n"
        "from pathlib import Path\nfrom edge_house import buffer_config, parcel\n"
        "from jiqun.core.errors import SourceDown\nfrom jiqun.edge.buffer import Buffer\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"buffer = Buffer(buffer_config(Path({str(tmp_path)!r}), durability='power_cut'))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))\n"
        "sealed = refused = 0\n"
        "for n in range(40):\n"
        "    try:\n        buffer.put(parcel('x' * 20_000)); sealed += 1\n"
        "    except SourceDown:\n        refused += 1\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))\n"
        "buffer.put(parcel('the last'))\n"
        "print(sealed, refused, buffer.level().batches, len(buffer.next(most_bytes=10**9)[-1].body) > 100)\n"
        "import json; print(json.loads(buffer.next(most_bytes=10**9)[-1].body)['gaps'][0]['count'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    sealed, refused, kept, _, told = done.stdout.split()
    assert int(refused) > 0 and int(kept) == int(sealed) + 1 and int(told) == int(refused)
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 300_000


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.one_of(st.integers(1, 60), st.just(0)), min_size=1, max_size=40),
    st.sampled_from(["drop_oldest", "refuse_new"]),
)
def test_every_row_is_there_done_or_told(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int], overflow: str
) -> None:
    """Whatever is put and done in whatever order: rows put = rows that came out + rows told as lost."""
    buffer = Buffer(buffer_config(tmp_path_factory.mktemp("b"), most_mb=1, overflow=overflow))
    put, out, told = 0, 0, 0

    def take(most: int) -> None:
        nonlocal out, told
        for one in buffer.next(most=most, most_bytes=10**9):
            body = orjson.loads(one.body)
            out += len(body["readings"])
            told += sum(gap["count"] for gap in body["gaps"])
            buffer.done([one.sequence])

    for step in steps:
        if step == 0:
            take(3)
            continue
        put += step
        try:
            buffer.put(parcel(*["x" * 9000] * step))
        except SourceDown:
            assert overflow == "refuse_new"
    take(100)
    assert put == out + told + sum(gap.count for gap in buffer.untold()) and buffer.level().bytes == 0
    buffer.close()


def test_sqlite_is_asked_to_sync_as_configured(tmp_path: Path) -> None:
    for durability, code in (("power_cut", 2), ("process_kill", 1)):
        buffer = Buffer(buffer_config(tmp_path, durability=durability))
        assert buffer._db.execute("PRAGMA synchronous").fetchone()[0] == code
        assert buffer._db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        buffer.close()
    assert sqlite3.sqlite_version_info > (3, 30)
