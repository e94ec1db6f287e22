"""Dropped files: taken once, half-written ones waited for, bad rows counted; and JSON messages by their mapping."""

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest
from edge_house import LIMITS, NOW_US, Clock, buffer_config
from hypothesis import given, settings
from hypothesis import strategies as st

from jiqun.core.errors import InputError
from jiqun.edge.buffer import Buffer
from jiqun.edge.collector import Collector
from jiqun.edge.config import ConnectorConfig
from jiqun.edge.csv_drop import connector as dropping
from jiqun.edge.csv_drop.rows import column_of, rows_of
from jiqun.edge.instants import written
from jiqun.edge.mqtt_json.mapping import ABSENT, Mapping, found_at
from jiqun.edge.screen import Screen
from jiqun.factory.readings.manifests import manifest_of
from jiqun.factory.readings.model import Point, PointKind, Sample

HOT = Point("hot", "t#machine=F2", "摄氏度", PointKind.MEASUREMENT)
MADE = Point("made", "pieces", "件", PointKind.COUNTER)
AT = written(NOW_US)


def read(text: str | bytes) -> tuple[list[Sample], list[tuple[str, str, object]]]:
    data = text if isinstance(text, bytes) else text.encode()
    rows = list(rows_of(data, map(column_of, (HOT, MADE)), time_column="time", hours_east=8))
    return [one for samples, _ in rows for one in samples], [one for _, refused in rows for one in refused]


def test_rows_are_read_by_column_and_condition() -> None:
    samples, refused = read(f"time,machine,t,pieces\n{AT},F1,400,1\n{AT},F2,410,\n\n")
    assert samples == [Sample("made", 1.0, NOW_US), Sample("hot", 410.0, NOW_US)] and not refused


def test_bad_rows_are_refused_one_by_one() -> None:
    samples, refused = read(f"time,machine,t,pieces\nnoon,F2,1,1\n{AT},F2,warm,7\n{AT},F2\n{AT},F2,5,1_000\n")
    assert [one.key for one in samples] == ["made", "hot"]
    assert [one[1] for one in refused] == ["row 2 time", "hot row 3", "row 4", "made row 5"]
    assert {one[0] for one in refused} == {"bad_row"}


@pytest.mark.parametrize(
    "wrong", ["", "a,b\n1,2\n", "time,time\n1,2\n", b"\x81\xff\xff\xff", 'time,t\n"x,1\n']
)
def test_what_is_no_such_file_is_one_error(wrong: str | bytes) -> None:
    with pytest.raises(InputError, match=r"edge\.bad_message"):
        read(wrong)


def test_gbk_files_are_read() -> None:
    assert read(f"time,pieces,备注\n{AT},3,好\n".encode("gb18030"))[0] == [Sample("made", 3.0, NOW_US)]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    try:
        read(b"time,pieces\n" + data)
    except InputError as error:
        assert error.code == "edge.bad_message"


class Drop:
    """A folder, a box's collector and a clock by hand."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock = folder / "in", Clock()
        self.buffer = Buffer(buffer_config(folder))
        options: dict[str, Any] = {
            "folder": self.folder, "time_column": "time", "time_zone_hours": 8, "settled_s": 2, "keep": True,
        }  # fmt: skip
        config = ConnectorConfig("files", manifest_of("csv_drop"), options, (MADE,))
        self.screen = Screen((MADE,), LIMITS)
        self.connector = dropping.CsvDrop(config, Collector(self.screen, self.buffer, self.clock), LIMITS)

    async def look(self, seconds: float) -> None:
        """Let it look some times while the clock goes on."""
        collector = self.connector.collector
        tasks = [asyncio.create_task(self.connector.run()), asyncio.create_task(collector.run())]
        for _ in range(8):
            await asyncio.sleep(0.03)
            self.clock.go(seconds / 8)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def rows(self) -> int:
        return self.buffer.level().rows


def test_a_file_is_taken_once_when_it_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dropping, "LOOK_S", 0.01)
    drop = Drop(tmp_path)
    drop.folder.mkdir()
    path = drop.folder / "a.csv"
    whole = f"time,pieces\n{AT},1\n{AT},2\nbad,3\n"

    async def story() -> None:
        path.write_text(whole[:30])
        await drop.look(1.5)
        assert drop.rows() == 0 and path.exists(), "it may still grow"
        path.write_text(whole)
        await drop.look(1.5)
        assert drop.rows() == 0
        await drop.look(4)
        assert drop.rows() == 3 and (drop.folder / "taken" / "a.csv").exists() and not path.exists()
        path.write_text(whole)
        os.utime(path, (1, 1))
        await drop.look(4)
        assert drop.rows() == 3 and (drop.folder / "taken" / "a.1.csv").exists(), (
            "put again it is not taken again"
        )
        (drop.folder / "odd.CSV").write_text("nothing of the kind")
        await drop.look(4)
        assert (drop.folder / "refused" / "odd.CSV").exists()

    asyncio.run(story())
    assert drop.connector.counts["files"] == 2 and drop.connector.counts["taken_before"] == 1
    assert drop.screen.counts["bad_row"] == 1 and drop.screen.counts["malformed"] == 1
    drop.buffer.close()


def test_a_long_file_is_handed_over_part_by_part_and_one_that_breaks_off_not_at_all(tmp_path: Path) -> None:
    drop = Drop(tmp_path)
    rows = dropping.AT_ONCE * 2 + 5
    whole = b"time,pieces\n" + f"{AT},1\n".encode() * rows
    parts = drop.connector._parts(whole)
    assert not isinstance(parts, list) and [len(one.samples) for one in parts] == [2000, 2000, 5]
    drop.folder.mkdir()
    broken = drop.folder / "broken.csv"
    broken.write_bytes(whole + b'"open')
    asyncio.run(drop.connector._take(broken))
    assert drop.rows() == 0 and (drop.folder / "refused" / "broken.csv").exists()
    assert drop.connector.counts["bad_rows"] == 0
    drop.buffer.close()


PRESS = Point("force", "works/press#/values/force", "千牛", PointKind.MEASUREMENT)
LIST = Point("second", "works/press#/list/1/a~1b", "件", PointKind.MEASUREMENT)


def test_a_mapping_finds_values_by_pointer() -> None:
    mapping = Mapping((PRESS, LIST), time="/ts", form="ms")
    assert mapping.topics == ["works/press"]
    samples, refused = mapping.read(
        "works/press", b'{"ts": 5, "values": {"force": 1.5}, "list": [0, {"a/b": 7}]}'
    )
    assert samples == [Sample("force", 1.5, 5000), Sample("second", 7, 5000)] and not refused
    assert mapping.read("works/press", b'{"ts": 5, "values": {}}') == ([], [])
    assert mapping.read("works/other", b'{"ts": 5}') == ([], [])
    assert mapping.read("works/press", b'{"values": {"force": 1}}')[0] == [Sample("force", 1, None)]


@pytest.mark.parametrize(
    "wrong", [b"", b"{", b"\xff", b'{"ts": "noon", "values": {"force": 1}}', b'{"ts": null}', b'{"v": NaN}']
)
def test_messages_that_cannot_be_read_are_refused(wrong: bytes) -> None:
    samples, refused = Mapping((PRESS,), time="/ts", form="ms").read("works/press", wrong)
    assert not samples and refused[0][0] == "malformed"


JSON = st.recursive(
    st.none() | st.integers() | st.text("a/~0", max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("a/~0", max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(JSON, st.text("a/~01", max_size=8))
def test_any_pointer_into_anything_finds_something_or_nothing(value: object, pointer: str) -> None:
    found_at(value, pointer)
    assert found_at({"a": value}, "/a") == value and found_at(value, "/a/9999999/x") in (
        ABSENT,
        found_at(value, "/a/9999999/x"),
    )


def test_a_time_form_nobody_knows_is_refused() -> None:
    with pytest.raises(InputError):
        Mapping((PRESS,), time="/ts", form="fortnights")
