"""线格式 the wire format of protocol buffers, as much as Sparkplug needs: varints, fixed numbers, lengths.

Reading bytes from a stranger: whatever is wrong with them is one error, `edge.bad_payload`, nothing is read past the end.
"""

import struct
from collections.abc import Iterator

from jiqun.core.errors import InputError

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5
Raw = int | bytes


def bad(why: str) -> InputError:
    """The one error of payloads."""
    return InputError("edge.bad_payload", seen=why)


def fields(data: bytes) -> Iterator[tuple[int, int, Raw]]:
    """(number, wire type, value) of every field: whole numbers unsigned, fixed ones and lengths as bytes."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, form = key >> 3, key & 7
        if number == 0 or number >= 1 << 29:
            raise bad(f"field number {number}")
        if form == VARINT:
            value, at = _varint(data, at)
            yield number, form, value
            continue
        if form == LENGTH:
            size, at = _varint(data, at)
        elif form in (FIXED64, FIXED32):
            size = 8 if form == FIXED64 else 4
        else:
            raise bad(f"wire type {form}")
        if size > len(data) - at:
            raise bad(f"{size} bytes told, {len(data) - at} there")
        yield number, form, data[at : at + size]
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(10):
        if at >= len(data):
            raise bad("cut within a number")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            if value >= 1 << 64:
                raise bad("a number longer than 64 bits")
            return value, at
    raise bad("a number longer than 10 bytes")


def whole(value: Raw, form: int) -> int:
    """A field that must be a varint."""
    if form != VARINT or not isinstance(value, int):
        raise bad(f"wire type {form} where a number stands")
    return value


def blob(value: Raw, form: int) -> bytes:
    """A field that must have a length."""
    if form != LENGTH or not isinstance(value, bytes):
        raise bad(f"wire type {form} where bytes stand")
    return value


def text(value: Raw, form: int) -> str:
    """A field that must be a text."""
    try:
        return blob(value, form).decode("utf-8")
    except UnicodeDecodeError as error:
        raise bad("text that is not UTF-8") from error


def real(value: Raw, form: int, wanted: int) -> float:
    """A field that must be a float (FIXED32) or double (FIXED64)."""
    if form != wanted or not isinstance(value, bytes):
        raise bad(f"wire type {form} where a real number stands")
    return float(struct.unpack("<f" if wanted == FIXED32 else "<d", value)[0])


def varint(value: int) -> bytes:
    """An unsigned number of at most 64 bits."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def put_whole(number: int, value: int) -> bytes:
    """A varint field."""
    return varint(number << 3 | VARINT) + varint(value)


def put_bytes(number: int, value: bytes) -> bytes:
    """A field with a length."""
    return varint(number << 3 | LENGTH) + varint(len(value)) + value


def put_real(number: int, value: float, form: int) -> bytes:
    """A float or double field."""
    return varint(number << 3 | form) + struct.pack("<f" if form == FIXED32 else "<d", value)
