"""What a disk gives back, as bytes: log files of the lake, kept segments, the buffer of a box, each damaged at will."""

import shutil
from functools import cache
from pathlib import Path

import orjson
from fuzzers.fuzz_box import NOW_US
from fuzzers.ram import folder
from reading_rows import Taker, taken

from jiqun.core.errors import SourceDown
from jiqun.edge.buffer import Buffer
from jiqun.edge.config import BufferConfig
from jiqun.edge.parcels import Parcel
from jiqun.lake.faults import file_fault, read_entry
from jiqun.lake.layout import log_file
from jiqun.lake.readings.known import KnownBatches
from jiqun.lake.recovery import _points_somewhere
from jiqun.lake.snapshot import open_table
from jiqun.lake.spool import kept
from jiqun.lake.store import Lake

TABLE = "readings"
BATCHES = 3


def damaged(sound: bytes, data: bytes) -> bytes:
    """Bytes with damages: each of four bytes, three for the place and one for what stands there; a rest cuts the end off."""
    out = bytearray(sound)
    for at in range(0, len(data) - 3, 4):
        out[int.from_bytes(data[at : at + 3]) % len(out)] = data[at + 3]
    rest = data[len(data) - len(data) % 4 :]
    return bytes(out[: len(out) - int.from_bytes(rest) % len(out)])


@cache
def lake_root() -> Path:
    root = folder("lake")
    gate = Taker(root, "w", ["spring"])
    for number in range(1, BATCHES + 1):
        gate.take([taken("spring", {"a": [(NOW_US + n, 1.0) for n in range(number)]}, key=f"box-{number}")])
        gate.merge()
    gate.close()
    return root


def log_entry(data: bytes) -> None:
    """A log file of a commit: read, or a fault in words; one that is whole is opened, or the lake says what is damaged."""
    root = lake_root()
    path = log_file(root, TABLE, BATCHES + 1)
    try:
        path.write_bytes(data)
        entry = read_entry(root, TABLE, BATCHES + 1)
        assert (entry.actions is None) == (entry.fault is not None)
        for name, size in entry.added().items():
            file_fault(root, TABLE, name, size)
        assert isinstance(entry.rows(), int) and isinstance(entry.removed(), set)
        if entry.fault is None:
            try:
                open_table(root, TABLE)
            except SourceDown as error:
                assert error.code == "lake.table_damaged"
        _points_somewhere(path)
    finally:
        path.unlink()


@cache
def _kept() -> tuple[Path, bytes]:
    path = kept(lake_root(), "w", "reading_batches")[-1][1].path
    return path, path.read_bytes()


@cache
def _lake() -> Lake:
    return Lake(lake_root(), threads=1)


def kept_segment(data: bytes) -> None:
    """A segment that is merged and still kept, damaged: what is in the lake stays known, nothing else becomes known."""
    path, sound = _kept()
    known = KnownBatches(_lake())
    try:
        path.write_bytes(damaged(sound, data))
        known.load("spring")
    finally:
        path.write_bytes(sound)
    assert [known.has("spring", f"box-{number}") for number in range(6)] == [
        False,
        True,
        True,
        True,
        False,
        False,
    ]


@cache
def _buffer_file() -> tuple[bytes, frozenset[bytes]]:
    """A buffer as a box leaves it: batches that wait, a gap to be told, marks, one set aside; and what it had sealed."""
    config = _config("sound", overflow="drop_oldest")
    buffer = Buffer(config)
    for number in range(8):
        rows = {"readings": {"value": [float(number)] * 40}, "refused": []}
        buffer.put(Parcel(rows, 40, NOW_US + number, NOW_US + number, (bytes([number]) * 16,)))
    buffer.set_aside(buffer.next()[0], "readings.not_a_batch")
    sealed = frozenset(one.body for one in buffer.next(most_bytes=10**9))
    buffer.close()
    return config.path.read_bytes(), sealed


def _config(name: str, overflow: str) -> BufferConfig:
    return BufferConfig(
        folder(name) / "edge.sqlite3", most_mb=1, overflow=overflow, durability="process_kill"
    )


def box_buffer(data: bytes) -> None:
    """The file of a buffer, damaged: it opens, or is set aside, or says what is wrong; only what was sealed goes out."""
    sound, sealed = _buffer_file()
    config = _config("box", "drop_oldest")
    shutil.rmtree(config.path.parent)
    config.path.parent.mkdir()
    config.path.write_bytes(damaged(sound, data))
    try:
        buffer = Buffer(config)
    except SourceDown as error:
        assert error.code == "edge.buffer_in_use"
        return
    try:
        _used(buffer, sealed)
    except SourceDown as error:
        assert error.code == "edge.buffer_full"
    finally:
        buffer.close()


def _used(buffer: Buffer, sealed: frozenset[bytes]) -> None:
    buffer.level(), buffer.untold(), buffer.taken(b"\1" * 16)
    for one in buffer.next(most_bytes=10**9):
        assert one.body in sealed, "a damaged batch is not sent as a sound one"
        buffer.done([one.sequence])
    buffer.put(Parcel({"readings": []}, 1, NOW_US, NOW_US))
    last = buffer.next(most_bytes=10**9)[-1]
    assert orjson.loads(last.body)["id"] == last.id
    buffer.most = 10
    buffer.put(Parcel({"readings": []}, 1, NOW_US, NOW_US))
