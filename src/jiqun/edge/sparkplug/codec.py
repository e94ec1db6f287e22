"""编解码 codec of Sparkplug B payloads: bytes to dataclasses and back.

Anything malformed is `edge.bad_payload` and nothing else; unknown fields are passed over, as the format asks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from jiqun.core.errors import InputError
from jiqun.edge.sparkplug.types import BITS, BLOBS, LONG, TEXTS, DataType, Value, as_float32, meant
from jiqun.edge.sparkplug.wire import (
    FIXED32,
    FIXED64,
    Raw,
    bad,
    blob,
    fields,
    put_bytes,
    put_real,
    put_whole,
    real,
    text,
    whole,
)

QUALITY, UNIT = "Quality", "engUnit"
MOST_METRICS = (
    100_000  # of one payload: two bytes make a metric, and each of them costs a hundred times that here
)
PROPERTY_TYPES: Mapping[type, DataType] = {
    bool: DataType.BOOLEAN, int: DataType.INT64, float: DataType.DOUBLE, str: DataType.STRING,
    bytes: DataType.BYTES, type(None): DataType.STRING,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric (指标). Instants are ms since 1970 UTC; `value` as its type means it, raw while the type is unknown (0)."""

    name: str | None = None
    alias: int | None = None
    timestamp: int | None = None
    datatype: int = 0
    value: Value = None
    historical: bool = False
    transient: bool = False  # of interest now, not to be kept
    properties: Mapping[str, Value] = field(default_factory=dict)

    def under(self, datatype: int) -> "Metric":
        """The same metric under the type its birth told."""
        return replace(self, datatype=datatype, value=meant(self.value, datatype))


@dataclass(frozen=True, slots=True)
class Payload:
    """One payload (载荷)."""

    timestamp: int | None = None
    seq: int | None = None
    metrics: tuple[Metric, ...] = ()


def decode(data: bytes) -> Payload:
    """Bytes as a payload; InputError `edge.bad_payload` when they are none."""
    timestamp = seq = None
    metrics: list[Metric] = []
    for number, form, value in fields(data):
        if number == 1:
            timestamp = whole(value, form)
        elif number == 2:
            if len(metrics) == MOST_METRICS:
                raise bad(f"more than {MOST_METRICS} metrics")
            metrics.append(_metric(blob(value, form)))
        elif number == 3:
            seq = whole(value, form)
    return Payload(timestamp, seq, tuple(metrics))


def encode(payload: Payload) -> bytes:
    """A payload as bytes."""
    out = b"" if payload.timestamp is None else put_whole(1, payload.timestamp)
    out += b"".join(put_bytes(2, _put_metric(one)) for one in payload.metrics)
    return out + (b"" if payload.seq is None else put_whole(3, payload.seq))


def _metric(data: bytes) -> Metric:
    found: dict[str, object] = {}
    value: Value = None
    null = False
    for number, form, raw in fields(data):
        if number == 1:
            found["name"] = text(raw, form)
        elif number in (2, 3, 4):
            found[("alias", "timestamp", "datatype")[number - 2]] = whole(raw, form)
        elif number in (5, 6):
            found["historical" if number == 5 else "transient"] = bool(whole(raw, form))
        elif number == 7:
            null = bool(whole(raw, form))
        elif number == 9:
            found["properties"] = _properties(blob(raw, form))
        elif 10 <= number <= 19:
            value = _value(number - 10, form, raw)
    metric = Metric(value=None if null else value, **found)  # type: ignore[arg-type]
    return metric.under(metric.datatype) if metric.datatype else metric


def _value(place: int, form: int, raw: Raw) -> Value:
    """A value by its place in the list of the specification: int, long, float, double, boolean, string, bytes, others."""
    if place in (0, 1):
        return whole(raw, form)
    if place in (2, 3):
        return real(raw, form, FIXED32 if place == 2 else FIXED64)
    if place == 4:
        return bool(whole(raw, form))
    return text(raw, form) if place == 5 else blob(raw, form)


def _properties(data: bytes) -> dict[str, Value]:
    """Names and simple values; sets within sets are passed over."""
    names: list[str] = []
    values: list[Value] = []
    for number, form, raw in fields(data):
        if number == 1:
            names.append(text(raw, form))
        elif number == 2:
            values.append(_property(blob(raw, form)))
    if len(names) != len(values):
        raise InputError("edge.bad_payload", seen=f"{len(names)} property names, {len(values)} values")
    return dict(zip(names, values, strict=True))


def _property(data: bytes) -> Value:
    datatype, value, null = 0, None, False
    for number, form, raw in fields(data):
        if number == 1:
            datatype = whole(raw, form)
        elif number == 2:
            null = bool(whole(raw, form))
        elif 3 <= number <= 8:
            value = _value(number - 3, form, raw)
    return None if null else meant(value, datatype)


def _put_metric(metric: Metric) -> bytes:
    out = b"" if metric.name is None else put_bytes(1, metric.name.encode())
    for number, told in ((2, metric.alias), (3, metric.timestamp), (4, metric.datatype or None)):
        out += b"" if told is None else put_whole(number, told)
    out += put_whole(5, 1) if metric.historical else b""
    out += put_whole(6, 1) if metric.transient else b""
    if metric.properties:
        out += put_bytes(9, _put_properties(metric.properties))
    return out + (put_whole(7, 1) if metric.value is None else _put_value(metric.value, metric.datatype, 10))


def _put_value(value: Value, datatype: int, first: int) -> bytes:
    if datatype == DataType.BOOLEAN or (isinstance(value, bool) and datatype not in BITS):
        return put_whole(first + 4, int(bool(value)))
    if datatype in (DataType.FLOAT, DataType.DOUBLE) and isinstance(value, int):
        value = float(value)
    if isinstance(value, int):
        long = datatype in LONG or (value >= 1 << 32 and datatype not in BITS)
        return put_whole(first + long, value & ((1 << (64 if long else 32)) - 1))
    if isinstance(value, float):
        if datatype == DataType.FLOAT:
            return put_real(first + 2, as_float32(value), FIXED32)
        return put_real(first + 3, value, FIXED64)
    if datatype in TEXTS or isinstance(value, str):
        return put_bytes(first + 5, str(value).encode())
    assert isinstance(value, bytes), datatype
    return put_bytes(first + (6 if datatype in BLOBS else 7), value)


def _put_properties(properties: Mapping[str, Value]) -> bytes:
    out = b"".join(put_bytes(1, name.encode()) for name in properties)
    for value in properties.values():
        datatype = PROPERTY_TYPES[type(value)]
        if isinstance(value, int) and value >= 1 << 63:
            datatype = DataType.UINT64
        told = put_whole(2, 1) if value is None else _put_value(value, datatype, 3)
        out += put_bytes(2, put_whole(1, datatype) + told)
    return out
