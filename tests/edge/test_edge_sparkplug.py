"""Sparkplug B: our bytes are those of protobuf, round trips, malformed bytes, births, gaps, deaths, aliases, history."""

import math
from typing import Any

import pytest
from edge_house import NOW_US
from hypothesis import given, settings
from hypothesis import strategies as st

from jiqun.core.errors import InputError
from jiqun.edge.sparkplug.codec import MOST_METRICS, Metric, Payload, decode, encode
from jiqun.edge.sparkplug.session import Session
from jiqun.edge.sparkplug.types import BITS, SIGNED, DataType, as_float32
from jiqun.factory.readings.model import Point, PointKind, Quality

MS = NOW_US // 1000
POINTS = tuple(
    Point(key, address, "摄氏度", PointKind.MEASUREMENT)
    for key, address in (("t", "g/n:temp"), ("p", "g/n:pump"), ("d", "g/n/dev:speed"))
)
WHOLE = [kind for kind in BITS if kind is not DataType.DATETIME]


@st.composite
def metrics(draw: st.DrawFn) -> Metric:
    kind = draw(
        st.sampled_from(
            [*WHOLE, DataType.FLOAT, DataType.DOUBLE, DataType.BOOLEAN, DataType.STRING, DataType.BYTES]
        )
    )
    value: Any
    if kind in BITS:
        bits = BITS[kind]
        value = draw(
            st.integers(-(1 << bits - 1), (1 << bits - 1) - 1)
            if kind in SIGNED
            else st.integers(0, (1 << bits) - 1)
        )
    elif kind in (DataType.FLOAT, DataType.DOUBLE):
        value = draw(st.floats(allow_nan=False, width=32 if kind is DataType.FLOAT else 64))
    else:
        value = draw(
            {
                DataType.BOOLEAN: st.booleans(),
                DataType.STRING: st.text("ab中", max_size=9),
                DataType.BYTES: st.binary(max_size=9),
            }[kind]
        )
    small = st.none() | st.integers(0, 2**40)
    words = st.dictionaries(
        st.text("ab中", max_size=5),
        st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text("ab中", max_size=5),
        max_size=3,
    )
    return Metric(
        draw(st.none() | st.text("ab中", max_size=9)), draw(small), draw(small), kind, draw(st.sampled_from([value, None])),
        draw(st.booleans()), draw(st.booleans()), draw(words),
    )  # fmt: skip


payloads = st.builds(
    Payload,
    st.none() | st.integers(0, 2**63),
    st.none() | st.integers(0, 255),
    st.lists(metrics(), max_size=5).map(tuple),
)


@settings(max_examples=40, deadline=None)
@given(payloads)
def test_what_is_written_is_read_again(payload: Payload) -> None:
    assert decode(encode(payload)) == payload


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_a_payload_or_the_one_error(data: bytes) -> None:
    try:
        decode(data)
    except InputError as error:
        assert error.code == "edge.bad_payload"


@settings(max_examples=40, deadline=None)
@given(payloads, st.data())
def test_damaged_bytes_are_a_payload_or_the_one_error(payload: Payload, data: st.DataObject) -> None:
    whole = bytearray(encode(payload))
    for _ in range(data.draw(st.integers(1, 3))):
        if whole:
            whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    try:
        decode(cut)
    except InputError as error:
        assert error.code == "edge.bad_payload"
    heard = Session(POINTS).receive("spBv1.0/g/NDATA/n", cut, NOW_US)
    assert heard.rebirth == "g/n"


@pytest.mark.fuzz
@settings(max_examples=2_000, deadline=None)
@given(st.binary(max_size=200))
def test_many_bytes(data: bytes) -> None:
    test_any_bytes_are_a_payload_or_the_one_error.hypothesis.inner_test(data)  # type: ignore[attr-defined]


def oracle() -> Any:
    """The payload of the specification as protobuf's own library builds it, as much as we carry."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    file = descriptor_pb2.FileDescriptorProto(name="t.proto", package="t", syntax="proto2")
    whole = {"Metric": [("name", 1, 9), ("alias", 2, 4), ("timestamp", 3, 4), ("datatype", 4, 13), ("is_historical", 5, 8),
                        ("is_transient", 6, 8), ("is_null", 7, 8), ("int_value", 10, 13), ("long_value", 11, 4),
                        ("float_value", 12, 2), ("double_value", 13, 1), ("boolean_value", 14, 8), ("string_value", 15, 9)],
             "Payload": [("timestamp", 1, 4), ("metrics", 2, 11), ("seq", 3, 4)]}  # fmt: skip
    for name, fields in whole.items():
        message = file.message_type.add(name=name)
        for field, number, kind in fields:
            one = message.field.add(
                name=field, number=number, type=kind, label=3 if field == "metrics" else 1
            )
            if field == "metrics":
                one.type_name = ".t.Metric"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("t.Payload"))


def test_our_bytes_are_those_of_protobuf() -> None:
    theirs = oracle()()
    theirs.timestamp, theirs.seq = MS, 7
    for name, kind, field, value in (
        ("a", DataType.INT32, "int_value", (1 << 32) - 5), ("b", DataType.INT64, "long_value", (1 << 64) - 5),
        ("c", DataType.DOUBLE, "double_value", 1.5), ("d", DataType.FLOAT, "float_value", 0.5),
        ("温度", DataType.STRING, "string_value", "好"), ("f", DataType.BOOLEAN, "boolean_value", True),
        ("u", DataType.UINT32, "int_value", (1 << 32) - 1), ("w", DataType.UINT64, "long_value", (1 << 64) - 1),
    ):  # fmt: skip
        one = theirs.metrics.add(name=name, alias=300, timestamp=MS, datatype=int(kind))
        one.is_historical = one.is_transient = True
        setattr(one, field, value)
    ours = decode(theirs.SerializeToString())
    assert [metric.value for metric in ours.metrics] == [
        -5, -5, 1.5, 0.5, "好", True, (1 << 32) - 1, (1 << 64) - 1,
    ] and ours.seq == 7  # fmt: skip
    back = type(theirs)()
    back.ParseFromString(encode(ours))
    assert back == theirs


@pytest.mark.parametrize(
    ("value", "kind", "meant"),
    [(0xFF, DataType.INT8, -1), (0xFFFFFFFF, DataType.INT8, -1), (300, DataType.UINT8, 44), (5, 0, 5)],
)
def test_numbers_mean_what_their_type_says(value: int, kind: int, meant: int) -> None:
    assert Metric("a", datatype=0, value=value).under(kind).value == meant


def test_floats_beyond_four_bytes_are_infinite_and_nan_stays() -> None:
    assert as_float32(1e300) == math.inf and as_float32(-1e300) == -math.inf
    (metric,) = decode(
        encode(Payload(metrics=(Metric("a", datatype=DataType.DOUBLE, value=math.nan),)))
    ).metrics
    assert isinstance(metric.value, float) and math.isnan(metric.value)


@pytest.mark.parametrize(
    "metric",
    [
        Metric("a", value=1 << 40), Metric("a", datatype=100, value=True), Metric("a", datatype=16, value=1 << 63),
        Metric("a", value=b"x"), Metric("a", value="x"), Metric("a", properties={"p": (1 << 64) - 1, "q": -1, "r": 0.1}),
    ],
)  # fmt: skip
def test_values_of_types_we_do_not_read_are_written_as_they_came(metric: Metric) -> None:
    (again,) = decode(encode(Payload(metrics=(metric,)))).metrics
    assert repr(again) == repr(metric), "1 is not True here"


def test_a_float_sent_as_a_double_means_the_four_bytes_of_its_type() -> None:
    value = Metric("a", datatype=0, value=1e300).under(DataType.FLOAT).value
    assert value == math.inf and Metric("a", value=0.1).under(DataType.FLOAT).value == as_float32(0.1)


def test_a_payload_of_nothing_but_metrics_is_bounded() -> None:
    assert len(decode(b"\x12\0" * MOST_METRICS).metrics) == MOST_METRICS
    with pytest.raises(InputError, match=r"edge\.bad_payload"):
        decode(b"\x12\0" * (MOST_METRICS + 1))


class Node:
    """An edge node that speaks as the specification says."""

    def __init__(self) -> None:
        self.seq, self.host = 0, Session(POINTS)

    def say(self, kind: str, *metrics: Metric, device: str = "", seq: int | None = None) -> Any:
        if seq is not None:
            self.seq = seq
        body = encode(Payload(MS, None if kind == "NDEATH" else self.seq, metrics))
        self.seq = (self.seq + 1) % 256 if kind != "NDEATH" else self.seq
        return self.host.receive(f"spBv1.0/g/{kind}/n" + (f"/{device}" if device else ""), body, NOW_US)

    def birth(self, bd: int = 1) -> Any:
        return self.say(
            "NBIRTH", Metric("bdSeq", datatype=DataType.INT64, value=bd),
            Metric("temp", 1, datatype=DataType.INT16, value=20, properties={"engUnit": "℃", "Quality": 192}),
            Metric("other", 2, datatype=DataType.DOUBLE, value=1.0), seq=0,
        )  # fmt: skip


def test_births_tell_aliases_types_units_and_what_is_not_mapped() -> None:
    node = Node()
    born = node.birth()
    assert [(one.key, one.value, one.unit, one.read_us) for one in born.samples] == [
        ("t", 20, "℃", MS * 1000)
    ]
    assert not born.rebirth and node.host.unmapped == {"g/n:bdSeq", "g/n:other"}
    heard = node.say("NDATA", Metric(alias=1, value=0xFFFF), Metric(alias=2, value=2.0))
    assert [(one.key, one.value, one.unit) for one in heard.samples] == [("t", -1, "℃")], "typed by its birth"
    assert (
        node.say("NDATA", Metric(alias=1, value=5, properties={"Quality": 500})).samples[0].quality
        is Quality.UNCERTAIN
    )
    assert (
        node.say("NDATA", Metric(alias=1, value=5, properties={"Quality": 0})).samples[0].quality
        is Quality.BAD
    )
    assert node.say("NDATA", Metric(alias=1, value=None)).samples[0].quality is Quality.BAD


def test_devices_have_births_and_deaths_of_their_own() -> None:
    node = Node()
    node.birth()
    node.say("DBIRTH", Metric("speed", 9, datatype=DataType.FLOAT, value=1.5), device="dev")
    assert node.say("DDATA", Metric(alias=9, value=2.5), device="dev").samples[0].key == "d"
    gone = node.say("DDEATH", device="dev")
    assert [(one.key, one.value, one.quality) for one in gone.samples] == [("d", None, Quality.BAD)]


def test_a_missing_number_asks_for_a_rebirth_and_loses_no_value() -> None:
    node = Node()
    node.birth()
    heard = node.say("NDATA", Metric(alias=1, value=7), seq=3)
    assert heard.rebirth == "g/n" and heard.samples[0].value == 7 and node.host.counts["sequence_gaps"] == 1
    assert not node.say("NDATA", Metric(alias=1, value=8)).rebirth, "counted on from here"
    for _ in range(300):
        assert not node.say("NDATA", Metric(alias=1, value=8)).rebirth, "255 is followed by 0"


def test_data_before_a_birth_asks_and_an_unknown_alias_is_refused() -> None:
    node = Node()
    heard = node.say("NDATA", Metric(alias=1, value=7))
    assert heard.rebirth == "g/n" and heard.refused == [("unknown_point", "g/n:alias 1", 7)]
    named = node.say("NDATA", Metric("temp", datatype=DataType.INT16, value=7))
    assert named.samples[0].value == 7 and named.rebirth
    node.birth()
    assert node.say("NDATA", Metric(alias=77, value=7)).refused and node.host.counts["births"] == 1
    node.host.connected()
    assert node.say("NDATA", Metric(alias=1, value=7)).rebirth, (
        "after a new connection everything may have changed"
    )


def test_a_death_makes_points_bad_unless_it_is_of_an_earlier_life() -> None:
    node = Node()
    node.birth(bd=2)
    assert not node.say("NDEATH", Metric("bdSeq", datatype=DataType.INT64, value=1)).samples
    assert node.host.counts["stale_deaths"] == 1
    gone = node.say("NDEATH", Metric("bdSeq", datatype=DataType.INT64, value=2))
    assert sorted(one.key for one in gone.samples) == ["d", "p", "t"] and node.host.counts["deaths"] == 1


def test_history_is_counted_and_kept() -> None:
    node = Node()
    node.birth()
    heard = node.say("NDATA", Metric(alias=1, value=7, timestamp=MS - 9000, historical=True))
    assert heard.samples[0].read_us == (MS - 9000) * 1000 and node.host.counts["historical"] == 1


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "spBv1.0",
        "spBv1.0/STATE/host",
        "other/g/NDATA/n",
        "spBv1.0/g/NDATA/n/d/x",
        "spBv1.0//NDATA/n",
        "spBv1.0/g/NCMD/n",
    ],
)
def test_topics_of_others_are_passed_over(topic: str) -> None:
    heard = Session(POINTS).receive(topic, b"\xff", NOW_US)
    assert not heard.samples and not heard.refused and not heard.rebirth
