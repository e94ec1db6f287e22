"""数据类型 data types of Sparkplug B and what the numbers on the wire mean under each."""

import math
import struct
from enum import IntEnum

from jiqun.edge.sparkplug.wire import bad

Value = bool | int | float | str | bytes | None


class DataType(IntEnum):
    """The codes of the specification, 6.4.16 (数据类型); what is in UNREAD is carried as bytes and told as not read."""

    UNKNOWN = 0
    INT8 = 1
    INT16 = 2
    INT32 = 3
    INT64 = 4
    UINT8 = 5
    UINT16 = 6
    UINT32 = 7
    UINT64 = 8
    FLOAT = 9
    DOUBLE = 10
    BOOLEAN = 11
    STRING = 12
    DATETIME = 13
    TEXT = 14
    UUID = 15
    DATASET = 16
    BYTES = 17
    FILE = 18
    TEMPLATE = 19
    PROPERTY_SET = 20
    PROPERTY_SET_LIST = 21
    INT8_ARRAY = 22
    INT16_ARRAY = 23
    INT32_ARRAY = 24
    INT64_ARRAY = 25
    UINT8_ARRAY = 26
    UINT16_ARRAY = 27
    UINT32_ARRAY = 28
    UINT64_ARRAY = 29
    FLOAT_ARRAY = 30
    DOUBLE_ARRAY = 31
    BOOLEAN_ARRAY = 32
    STRING_ARRAY = 33
    DATETIME_ARRAY = 34


BITS = {
    DataType.INT8: 8, DataType.INT16: 16, DataType.INT32: 32, DataType.INT64: 64,
    DataType.UINT8: 8, DataType.UINT16: 16, DataType.UINT32: 32, DataType.UINT64: 64, DataType.DATETIME: 64,
}  # fmt: skip
SIGNED = (DataType.INT8, DataType.INT16, DataType.INT32, DataType.INT64)
LONG = (
    DataType.INT64,
    DataType.UINT64,
    DataType.DATETIME,
)  # carried in long_value, all smaller ones in int_value
TEXTS = (DataType.STRING, DataType.TEXT, DataType.UUID)
BLOBS = (DataType.BYTES, DataType.FILE)
UNREAD = frozenset(DataType) - {
    DataType.UNKNOWN,
    *BITS,
    DataType.FLOAT,
    DataType.DOUBLE,
    DataType.BOOLEAN,
    *TEXTS,
}
"""Types no single value can be read from: sets, templates, files, arrays."""


def meant(value: Value, datatype: int) -> Value:
    """What a value from the wire means under its type: two's complement for signed numbers; a bad payload otherwise.

    A type that is not known or not read (arrays, sets, templates) leaves the value as it is.
    """
    if value is None or datatype not in BITS:
        _check(value, datatype)
        return as_float32(value) if datatype == DataType.FLOAT and isinstance(value, float) else value
    if isinstance(value, bool) or not isinstance(value, int):
        raise bad(f"{type(value).__name__} where type {datatype} stands")
    kind = DataType(datatype)
    cut = value & ((1 << BITS[kind]) - 1)
    return cut - (1 << BITS[kind]) if kind in SIGNED and cut >> (BITS[kind] - 1) else cut


def _check(value: Value, datatype: int) -> None:
    wanted: tuple[type, ...] = ()
    if datatype in (DataType.FLOAT, DataType.DOUBLE):
        wanted = (float,)
    elif datatype == DataType.BOOLEAN:
        wanted = (bool,)
    elif datatype in TEXTS:
        wanted = (str,)
    elif datatype in BLOBS:
        wanted = (bytes,)
    if wanted and value is not None and not isinstance(value, wanted):
        raise bad(f"{type(value).__name__} where type {datatype} stands")


def as_float32(value: float) -> float:
    """The float nearest to a number, as four bytes hold it; beyond their range infinite."""
    try:
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)
