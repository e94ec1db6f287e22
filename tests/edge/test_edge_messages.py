"""Instants as sources write them, batches posted over HTTP, the collector that seals them, and the box's own door."""

import asyncio
import gzip
import http.client
import json
import socket
from pathlib import Path
from typing import Any

import orjson
import paho.mqtt.client as paho
import pytest
from edge_house import LIMITS, NOW_US, Clock, buffer_config
from hypothesis import given, settings
from hypothesis import strategies as st

from jiqun.core.errors import InputError, SourceDown
from jiqun.edge.buffer import Buffer
from jiqun.edge.collector import Collector
from jiqun.edge.doors import Door, Reply, Request
from jiqun.edge.http_in.messages import read_posted, unpack
from jiqun.edge.instants import from_text, read_instant, written
from jiqun.edge.mqtt import with_text_topic
from jiqun.edge.screen import Screen
from jiqun.factory.readings.model import Point, PointKind, Quality, Sample

NAMES = st.sampled_from(["id", "readings", "key", "value", "read_at", "unit", "quality"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
NO_BATCH = [
    b"",
    b"[]",
    b"nonsense",
    b'{"id": ""}',
    b'{"id": 3, "readings": []}',
    b'{"id": "a", "readings": {}}',
    b"{" * 5000,
]
PIECES = Point("pieces", "a", "件", PointKind.COUNTER, deadband=0.5)


@pytest.mark.parametrize(
    ("value", "form", "us"),
    [
        (1, "s", 1_000_000), (1.5, "s", 1_500_000), (1500, "ms", 1_500_000), (7, "us", 7), (True, "s", None),
        ("1", "s", None), (float("nan"), "ms", None), (float("inf"), "ms", None), (1e300, "s", None),
        ("1970-01-01T00:00:01Z", "iso", 1_000_000), ("1970-01-01T08:00:01+08:00", "iso", 1_000_000),
        ("1970-01-01 00:00:01", "iso", 1_000_000), ("yesterday", "iso", None), (3, "iso", None), (None, "ms", None),
    ],
)  # fmt: skip
def test_instants_are_read_as_they_are_written(value: object, form: str, us: int | None) -> None:
    assert read_instant(value, form) == us


def test_a_time_without_a_zone_is_of_the_place_told() -> None:
    assert from_text("2026/11/22 08:00:00", hours_east=8) == from_text("2026-11-22T00:00:00Z")
    assert from_text(written(NOW_US)) == NOW_US


@given(st.text(max_size=30))
def test_no_text_of_a_time_raises(text: str) -> None:
    assert from_text(text, hours_east=8) is None or isinstance(from_text(text, hours_east=8), int)


def body(*rows: object, key: object = "b1") -> bytes:
    return json.dumps({"id": key, "readings": list(rows)}).encode()


def test_a_posted_batch_is_read() -> None:
    whole = {"key": "a", "value": 1, "read_us": 5, "unit": "件", "quality": "bad"}
    posted = read_posted(body(whole, {"key": "b", "value": 2}))
    assert posted.id == "b1" and posted.samples == (
        Sample("a", 1, 5, Quality.BAD, "件"),
        Sample("b", 2, None),
    )
    assert (
        read_posted(body({"key": "a", "value": 1, "read_at": "1970-01-01T00:00:00.000007Z"}))
        .samples[0]
        .read_us
        == 7
    )


@pytest.mark.parametrize(
    "row",
    [
        3, None, [], {"value": 1}, {"key": 1, "value": 1}, {"key": "a", "value": 1, "read_at": "noon"},
        {"key": "a", "value": 1, "read_us": "x"}, {"key": "a", "value": 1, "quality": "superb"},
        {"key": "a", "value": 1, "unit": 7}, {"key": "a", "value": 1, "quality": []},
    ],
)  # fmt: skip
def test_a_row_that_is_none_is_refused_and_the_others_stand(row: object) -> None:
    posted = read_posted(body(row, {"key": "b", "value": 2}))
    assert [one.key for one in posted.samples] == ["b"]
    assert [one[0] for one in posted.refused] == ["malformed"]


@pytest.mark.parametrize("wrong", NO_BATCH)
def test_what_is_no_batch_is_one_error(wrong: bytes) -> None:
    with pytest.raises(InputError, match=r"edge\.bad_message"):
        read_posted(wrong)


@settings(max_examples=60, deadline=None)
@given(JSON)
def test_no_json_raises_anything_else(value: Any) -> None:
    try:
        read_posted(orjson.dumps(value))
    except InputError as error:
        assert error.code == "edge.bad_message"


def test_a_topic_that_is_no_text_is_nobodys_and_breaks_no_session() -> None:
    assert with_text_topic(paho.MQTTMessage(1, b"line/\xff")).topic == "line/\N{REPLACEMENT CHARACTER}"
    assert with_text_topic(paho.MQTTMessage(1, "线/1".encode())).topic == "线/1"


def test_gzip_unpacks_within_its_limit() -> None:
    assert unpack(gzip.compress(b"abc"), encoding="gzip", most_bytes=3) == b"abc"
    assert unpack(b"abc", encoding="", most_bytes=3) == b"abc"
    with pytest.raises(InputError, match=r"edge\.message_too_long"):
        unpack(gzip.compress(b"x" * 5_000_000), encoding="gzip", most_bytes=1000)
    with pytest.raises(InputError, match=r"edge\.bad_message"):
        unpack(b"not gzip", encoding="gzip", most_bytes=1000)


def collector(folder: Path, **words: Any) -> Collector:
    return Collector(Screen((PIECES,), LIMITS), Buffer(buffer_config(folder, **words)), Clock())


def sealed(gathers: Collector) -> list[dict[str, Any]]:
    return [orjson.loads(one.body) for one in gathers.buffer.next(most_bytes=10**9)]


def test_waiting_samples_are_answered_when_sealed_and_marks_keep_them_single(tmp_path: Path) -> None:
    gathers = collector(tmp_path)

    async def story() -> list[bool]:
        running = asyncio.create_task(gathers.run())
        first = await asyncio.gather(
            *(gathers.put("c", [Sample("pieces", n, NOW_US + n)], marks=[bytes([n])]) for n in range(5))
        )
        again = await gathers.put("c", [Sample("pieces", 3, NOW_US + 3)], marks=[b"\x03"])
        gathers.add("c", [Sample("pieces", 9, NOW_US + 9), Sample("nobody", 1, NOW_US)])
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return [*first, again]

    assert asyncio.run(story()) == [True] * 5 + [False]
    batches = sealed(gathers)
    values = [value for one in batches for value in one["readings"]["value"]]
    assert sorted(values) == [0, 1, 2, 3, 4, 9], "what was gathered at the end is sealed too"
    assert [one["reason"] for batch in batches for one in batch["refused"]] == ["unknown_point"]
    assert len(batches) <= 3, "those who wait at one moment share a batch"
    assert gathers.screen.counts["delivered_again"] == 1


def test_a_refused_put_is_told_and_the_same_value_is_new_when_it_comes_again(tmp_path: Path) -> None:
    gathers = collector(tmp_path, most_mb=1, overflow="refuse_new")
    gathers.buffer.most = 10

    async def story() -> None:
        running = asyncio.create_task(gathers.run())
        with pytest.raises(SourceDown, match=r"edge\.buffer_full"):
            await gathers.put("c", [Sample("pieces", 5, NOW_US)], marks=[b"m"])
        gathers.buffer.most = 10**6
        assert await gathers.put("c", [Sample("pieces", 5, NOW_US)], marks=[b"m"])
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(story())
    (batch,) = sealed(gathers)
    assert batch["readings"]["value"] == [5] and batch["gaps"] == [], "its source kept it: nothing is lost"


def test_the_door_answers_one_request_after_the_other() -> None:
    seen: list[Request] = []

    def answer(request: Request) -> Reply:
        seen.append(request)
        return 200, {"size": request.size, "method": request.method}

    door = Door("127.0.0.1", 0, answer, most_bytes=10)
    line = http.client.HTTPConnection("127.0.0.1", door.port, timeout=5)
    for method, sent in (("POST", b"12345"), ("GET", None), ("POST", b"")):
        line.request(method, "/x?y", sent)
        assert orjson.loads(line.getresponse().read()) == {"size": len(sent or b""), "method": method}
    line.request("POST", "/x", b"x" * 50)
    assert orjson.loads(line.getresponse().read())["size"] == 50 and seen[-1].body is None
    line.close()
    for head in (b"Content-Length: soon", b"Transfer-Encoding: chunked"):
        with socket.create_connection(("127.0.0.1", door.port), timeout=5) as raw:
            raw.sendall(b"POST / HTTP/1.1\r\n" + head + b"\r\n\r\n")
            assert b"411" in raw.recv(100)
    door.close()
