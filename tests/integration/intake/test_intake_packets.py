"""Packets of MQTT 5 and the line they go over: held against paho's, cut anywhere, and against any bytes at all."""

import socket
import struct
import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties, VariableByteIntegers

from jiqun.intake import mqtt_line
from jiqun.intake.mqtt_line import Line
from jiqun.intake.mqtt_packets import (
    CORRELATION,
    MAXIMUM_PACKET,
    PINGREQ_BYTES,
    REASON,
    RECEIVE_MAXIMUM,
    RESPONSE_TOPIC,
    SERVER_KEEP_ALIVE,
    Malformed,
    Message,
    Opening,
    connect,
    length,
    packet,
    puback,
    publish,
    read_answer,
    read_length,
    read_properties,
    read_publish,
    subscribe,
)

TOPICS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)


@given(st.integers(0, 268_435_455))
def test_lengths_are_written_as_paho_writes_them_and_read_back(number: int) -> None:
    written = length(number)
    assert written == VariableByteIntegers.encode(number)
    assert read_length(b"x" + written + b"rest", 1) == (number, 1 + len(written))
    assert all(read_length(written[:cut], 0) is None for cut in range(len(written)))


def test_a_length_of_five_bytes_is_none() -> None:
    with pytest.raises(Malformed):
        read_length(b"\xff\xff\xff\xff\x01", 0)


@given(
    TOPICS, st.binary(max_size=200), st.integers(0, 1), st.integers(1, 65_535), TOPICS, st.binary(max_size=30)
)
def test_a_message_comes_back_as_it_was_sent(
    topic: str, payload: bytes, qos: int, mid: int, answers: str, mark: bytes
) -> None:
    sent = Message(topic, payload, qos, mid * qos, {RESPONSE_TOPIC: answers.encode(), CORRELATION: mark})
    written = publish(sent)
    found = read_length(written, 1)
    assert found is not None and found[0] == len(written) - found[1]
    assert read_publish(written[0], written[found[1] :]) == sent


def test_properties_of_every_kind_are_read_as_paho_packs_them() -> None:
    given_ = Properties(PacketTypes.PUBLISH)
    given_.PayloadFormatIndicator, given_.MessageExpiryInterval, given_.TopicAlias = 1, 60, 3
    given_.ContentType, given_.ResponseTopic, given_.CorrelationData = "json", "a/回", b"\x00\xff"
    given_.UserProperty = [("a", "1"), ("b", "2")]
    packed = given_.pack()
    told, end = read_properties(packed, 0)
    assert end == len(packed)
    assert told == {
        1: 1,
        2: 60,
        0x23: 3,
        3: b"json",
        RESPONSE_TOPIC: "a/回".encode(),
        CORRELATION: b"\x00\xff",
    }
    opened = Properties(PacketTypes.CONNACK)
    opened.ReceiveMaximum, opened.MaximumPacketSize, opened.ServerKeepAlive, opened.ReasonString = (
        20,
        999,
        7,
        "no",
    )
    codes, told, rest = read_answer(b"\x00\x87" + opened.pack() + b"rest", 2)
    assert (codes, rest) == (b"\x00\x87", b"rest")
    assert told == {RECEIVE_MAXIMUM: 20, MAXIMUM_PACKET: 999, SERVER_KEEP_ALIVE: 7, REASON: b"no"}
    assert read_answer(b"\x00\x05", 2) == (b"\x00\x05", {}, b"")


@given(st.integers(0, 255), st.binary(max_size=60))
def test_whatever_bytes_come_nothing_but_malformed_is_raised(first: int, body: bytes) -> None:
    for read in (
        lambda: read_publish(first, body),
        lambda: read_answer(body, 2),
        lambda: read_properties(body, 0),
    ):
        try:
            read()
        except Malformed:
            continue


@pytest.mark.parametrize(
    ("first", "body"),
    [(0x34, b"\0\1a\0\1\0"), (0x32, b"\0\1a\0\0\0"), (0x32, b"\0\1a\0"), (0x30, b"\0"), (0x30, b"\0\5ab"), (0x30, b"\0\1a"),
     (0x30, b"\0\1a\5\x08\0\1b"), (0x30, b"\0\1a\2\x77\0"), (0x30, b"\0\1a\4\x08\0\2b")],
)  # fmt: skip
def test_what_is_no_message_is_malformed(first: int, body: bytes) -> None:
    with pytest.raises(Malformed):
        read_publish(first, body)


def test_a_topic_that_is_no_text_is_read_all_the_same() -> None:
    """Not every broker refuses it; a message that could not be read would come again for ever."""
    assert read_publish(0x30, b"\0\1\xff\0") == Message("\ufffd", b"", 0)


def test_what_a_consumer_sends() -> None:
    plain = connect(Opening("w", ahead=9, session_s=60))
    assert plain[:12] == b"\x10\x16\x00\x04MQTT\x05\x00\x00\x1e" and plain.endswith(b"\x00\x01w")
    assert plain[12:21] == b"\x08\x11" + struct.pack(">I", 60) + b"\x21\x00\x09"
    named = connect(Opening("w", "me", "secret"))
    assert named[9] == 0xC0 and named.endswith(b"\x00\x02me\x00\x06secret")
    assert connect(Opening("w", password="secret"))[9] == 0, "a password goes with a name"
    assert subscribe(7, ["a/b", "c"]) == b"\x82\x0d\x00\x07\x00\x00\x03a/b\x01\x00\x01c\x01"
    assert puback(258) == b"\x40\x02\x01\x02"


@pytest.fixture
def two() -> Iterator[tuple[Line, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        line = Line("127.0.0.1", server.getsockname()[1])
        other, _ = server.accept()
        yield line, other
        line.close()
        other.close()


def heard(line: Line, count: int) -> list[tuple[int, bytes]]:
    found: list[tuple[int, bytes]] = []
    until = time.monotonic() + 5
    while len(found) < count and time.monotonic() < until:
        found += line.turn(0.02)
    return found


def test_packets_cut_anywhere_come_whole_and_in_order(two: tuple[Line, socket.socket]) -> None:
    line, other = two
    packets = [packet(0x30, bytes([n]) * size) for n, size in enumerate((0, 1, 127, 128, 20_000, 3))]
    stream = b"".join(packets)
    sending = threading.Thread(
        target=lambda: [other.sendall(stream[n : n + 997]) for n in range(0, len(stream), 997)]
    )
    sending.start()
    found = heard(line, len(packets))
    sending.join()
    other.sendall(packets[3][:2])
    assert line.turn(0.05) == [] and [packet(first, body) for first, body in found] == packets
    other.sendall(packets[3][2:])
    assert heard(line, 1) == [(0x30, bytes([3]) * 128)]


def test_what_many_threads_say_arrives_even_when_nobody_reads_for_a_while(
    two: tuple[Line, socket.socket],
) -> None:
    line, other = two
    said = [bytes([n]) * 1_000_000 for n in range(1, 7)]
    threads = [threading.Thread(target=line.put, args=(one,)) for one in said]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    for _ in range(3):
        assert line.turn(0.01) == []
    came = bytearray()
    fetching = threading.Thread(
        target=lambda: [came.extend(other.recv(1 << 20)) for _ in iter(lambda: len(came) < 6_000_000, False)]
    )
    fetching.start()
    until = time.monotonic() + 10
    while fetching.is_alive() and time.monotonic() < until:
        line.turn(0.01)
    fetching.join(1)
    assert len(came) == 6_000_000 and sorted({came[n * 1_000_000] for n in range(6)}) == [1, 2, 3, 4, 5, 6]
    line.put(b"again")
    line.turn(0.01)
    assert other.recv(10) == b"again"


def test_a_line_that_ended_is_told_and_talking_to_it_harms_nobody(two: tuple[Line, socket.socket]) -> None:
    line, other = two
    other.close()
    with pytest.raises(OSError, match="hung up"):
        heard(line, 1)
    line.close()
    line.put(b"to nobody")
    line.put(b"to nobody")


def test_a_silent_broker_is_asked_and_then_left(
    two: tuple[Line, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    line, other = two
    now = [time.monotonic()]
    monkeypatch.setattr(mqtt_line.time, "monotonic", lambda: now[0])
    now[0] += 16
    line.turn(0.0)
    line.turn(0.0)
    assert other.recv(10) == PINGREQ_BYTES
    other.sendall(b"\xd0\x00")
    real = threading.Event()
    real.wait(0.05)
    assert line.turn(0.5) == [(0xD0, b"")]
    now[0] += 16
    line.turn(0.0)
    now[0] += 31
    with pytest.raises(OSError, match="silent"):
        line.turn(0.0)
