"""消息包 packets of MQTT 5, as a consumer needs them: what it sends as bytes, what it hears taken apart. Pure.

Only what happens on the consumer's side of OASIS MQTT 5.0: CONNECT, SUBSCRIBE, PUBLISH, PUBACK, PINGREQ, DISCONNECT out;
CONNACK, SUBACK, PUBLISH of QoS 0 and 1, PINGRESP, DISCONNECT in. Numbers in [] are its clauses.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

CONNACK, PUBLISH, SUBACK, DISCONNECT = 2, 3, 9, 14
PINGREQ_BYTES, DISCONNECT_BYTES = b"\xc0\x00", b"\xe0\x00"

SESSION_EXPIRY, RECEIVE_MAXIMUM, MAXIMUM_PACKET, SERVER_KEEP_ALIVE, REASON = 0x11, 0x21, 0x27, 0x13, 0x1F
RESPONSE_TOPIC, CORRELATION = 0x08, 0x09
_BYTE, _TWO, _FOUR, _LENGTH, _BYTES, _PAIR = range(6)
_KIND: Mapping[int, int] = {
    **dict.fromkeys((0x01, 0x17, 0x19, 0x24, 0x25, 0x28, 0x29, 0x2A), _BYTE),
    **dict.fromkeys((SERVER_KEEP_ALIVE, RECEIVE_MAXIMUM, 0x22, 0x23), _TWO),
    **dict.fromkeys((0x02, SESSION_EXPIRY, 0x18, MAXIMUM_PACKET), _FOUR),
    0x0B: _LENGTH,
    **dict.fromkeys(
        (0x03, RESPONSE_TOPIC, CORRELATION, 0x12, 0x15, 0x16, 0x1A, 0x1C, REASON), _BYTES
    ),
    0x26: _PAIR,
}  # fmt: skip
"""How the value of each property is written [2.2.2.2]."""

Told = Mapping[int, int | bytes]
"""Properties by identifier; texts as bytes, user properties left out."""
_NOTHING: Told = {}


class Malformed(ValueError):  # noqa: N818 - as the standard calls it
    """Bytes that are no packet of MQTT 5; the connection they came by is of no further use."""


@dataclass(frozen=True, slots=True)
class Message:
    """One publication as it was delivered (投递); mid is 0 for QoS 0."""

    topic: str
    payload: bytes
    qos: int
    mid: int = 0
    told: Told = field(default_factory=dict[int, int | bytes])


@dataclass(frozen=True, slots=True)
class Opening:
    """How a session is asked for (建立会话): with what the broker kept of the one before. Seconds."""

    client: str
    user: str = ""
    password: str = ""
    keep_alive_s: int = 30
    session_s: int = 0
    ahead: int = 65_535


def connect(asked: Opening) -> bytes:
    """CONNECT [3.1]."""
    flags = (0x80 if asked.user else 0) | (0x40 if asked.user and asked.password else 0)
    given = struct.pack(">BIBH", SESSION_EXPIRY, asked.session_s, RECEIVE_MAXIMUM, asked.ahead)
    parts = [_text("MQTT"), struct.pack(">BBH", 5, flags, asked.keep_alive_s), length(len(given)), given]
    parts += [_text(asked.client)]
    parts += [_text(asked.user)] if asked.user else []
    parts += [_text(asked.password)] if asked.user and asked.password else []
    return packet(0x10, b"".join(parts))


def subscribe(mid: int, topics: list[str], *, qos: int = 1) -> bytes:
    """SUBSCRIBE [3.8]."""
    wanted = b"".join(_text(topic) + bytes([qos]) for topic in topics)
    return packet(0x82, struct.pack(">HB", mid, 0) + wanted)


def publish(message: Message) -> bytes:
    """PUBLISH [3.3]; of what is told, response topic and correlation data."""
    names = (one for one in (RESPONSE_TOPIC, CORRELATION) if one in message.told)
    given = b"".join(bytes([name]) + _long(message.told[name]) for name in names)
    number = struct.pack(">H", message.mid) if message.qos else b""
    head = _text(message.topic) + number + length(len(given)) + given
    return packet(0x30 | message.qos << 1, head + message.payload)


def puback(mid: int) -> bytes:
    """PUBACK, all well [3.4]."""
    return struct.pack(">BBH", 0x40, 2, mid)


def packet(first: int, body: bytes) -> bytes:
    """A packet of its first byte and its body."""
    return bytes([first]) + length(len(body)) + body


def length(number: int) -> bytes:
    """A whole number in as few bytes as it needs [1.5.5]."""
    found = bytearray()
    while True:
        number, low = number >> 7, number & 127
        found.append(low | (128 if number else 0))
        if not number:
            return bytes(found)


def read_length(buffer: bytes | bytearray, place: int) -> tuple[int, int] | None:
    """The whole number written at `place` and where it ends; None while it is not whole.

    Malformed when it takes more than four bytes.
    """
    number, shift, there = 0, 0, len(buffer)
    while place < there:
        byte = buffer[place]
        number |= (byte & 127) << shift
        place += 1
        if byte < 128:
            return number, place
        shift += 7
        if shift > 21:
            raise Malformed("a length of more than four bytes")
    return None


def read_publish(first: int, body: bytes) -> Message:
    """A PUBLISH of its first byte and its body; Malformed when it is none, or of QoS 2, which was not asked for."""
    qos, size = first >> 1 & 3, len(body)
    if qos > 1:
        raise Malformed(f"QoS {qos}")
    if size < 2:
        raise Malformed("PUBLISH cut short")
    after = 2 + (body[0] << 8 | body[1])
    mid, start = 0, after
    if qos:
        start = after + 2
        if start > size:
            raise Malformed("PUBLISH cut short")
        mid = body[after] << 8 | body[after + 1]
        if not mid:
            raise Malformed("a message of QoS 1 without a number")
    if start >= size:
        raise Malformed("PUBLISH cut short")
    if body[start]:
        told, start = read_properties(body, start)
    else:
        told, start = _NOTHING, start + 1
    topic = body[2:after].decode(
        "utf-8", "replace"
    )  # not every broker refuses what is no text; nobody has such a site
    return Message(topic, body[start:], qos, mid, told)


def read_answer(body: bytes, before: int) -> tuple[bytes, Told, bytes]:
    """CONNACK, SUBACK or DISCONNECT: the bytes before its properties, the properties, what follows them."""
    if len(body) <= before:
        return body, _NOTHING, b""
    told, start = read_properties(body, before)
    return body[:before], told, body[start:]


def read_properties(body: bytes, start: int) -> tuple[Told, int]:
    """Properties that begin at `start`, and where they end; Malformed when they are none."""
    found: dict[int, int | bytes] = {}
    try:
        size, place = _number(body, start)
        end = place + size
        if end > len(body):
            raise Malformed("properties cut short")
        while place < end:
            name = body[place]
            value, place = _value(_KIND[name], body, place + 1)
            if value is not None:
                found[name] = value
    except (KeyError, IndexError, struct.error) as error:
        raise Malformed(f"properties: {error}") from error
    if place != end:
        raise Malformed("properties that end in the middle of one")
    return found, end


def _value(kind: int, body: bytes, place: int) -> tuple[int | bytes | None, int]:
    if kind == _BYTE:
        return body[place], place + 1
    if kind == _TWO:
        return struct.unpack_from(">H", body, place)[0], place + 2
    if kind == _FOUR:
        return struct.unpack_from(">I", body, place)[0], place + 4
    if kind == _LENGTH:
        return _number(body, place)
    end = place + 2 + struct.unpack_from(">H", body, place)[0]
    if kind == _PAIR:
        end += 2 + struct.unpack_from(">H", body, end)[0]
    if end > len(body):
        raise Malformed("properties cut short")
    return (None if kind == _PAIR else body[place + 2 : end]), end


def _number(body: bytes, start: int) -> tuple[int, int]:
    found = read_length(body, start)
    if found is None:
        raise Malformed("a number cut short")
    return found


def _text(text: str) -> bytes:
    return _long(text.encode())


def _long(content: int | bytes) -> bytes:
    assert isinstance(content, bytes)
    return struct.pack(">H", len(content)) + content
