"""Sparkplug 3.0 statement by statement: what each test holds is named by its tck-id where the specification has one."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from edge_house import NOW_US
from hypothesis import given, settings
from hypothesis import strategies as st

from jiqun.edge.mqtt import Gathered
from jiqun.edge.plant.clockwork import Plant
from jiqun.edge.plant.sparkplug_node import BDSEQ, PlantNode
from jiqun.edge.sparkplug.codec import Metric, Payload, decode, encode
from jiqun.edge.sparkplug.connector import REBIRTH, SparkplugHost, says_offline, state_payload
from jiqun.edge.sparkplug.ordering import Order
from jiqun.edge.sparkplug.session import Heard, Session
from jiqun.edge.sparkplug.types import UNREAD, DataType
from jiqun.factory.readings.model import Point, PointKind, Quality

MS = NOW_US // 1000
WAIT_US = 2_000_000
POINTS = tuple(
    Point(key, address, "摄氏度", PointKind.MEASUREMENT)
    for key, address in (("t", "g/n:temp"), ("d", "g/n/dev:speed"), ("e", "g/n/other:speed"))
)


class Speaker:
    """Bytes on topics, as any edge node may send them, to a host that waits for what is missing."""

    def __init__(self, *, wait_us: int = 0) -> None:
        self.host = Session(POINTS, wait_us=wait_us)

    def say(
        self,
        kind: str,
        seq: int | None,
        *metrics: Metric,
        device: str = "",
        at_us: int = NOW_US,
        ms: int | None = MS,
    ) -> Heard:
        topic = f"spBv1.0/g/{kind}/n" + (f"/{device}" if device else "")
        return self.host.receive(topic, encode(Payload(ms, seq, metrics)), at_us)

    def birth(self, bd: int = 0, seq: int = 0) -> Heard:
        return self.say("NBIRTH", seq, bd_seq(bd), Metric("temp", 1, MS, DataType.INT16, 20))

    def device(self, seq: int, name: str = "dev", alias: int = 2) -> Heard:
        return self.say("DBIRTH", seq, Metric("speed", alias, MS, DataType.DOUBLE, 1.0), device=name)


def bd_seq(value: int) -> Metric:
    return Metric("bdSeq", None, MS, DataType.INT64, value)


def data(value: int = 5, alias: int = 1) -> Metric:
    return Metric(alias=alias, timestamp=MS, value=value)


# --- the order of messages (5.9) ---


def test_a_missing_message_that_comes_in_time_asks_for_nothing() -> None:
    """tck-id-operational-behavior-host-reordering-start, -success"""
    node = Speaker(wait_us=WAIT_US)
    node.birth()
    ahead = node.say("NDATA", 2, data(7))
    assert ahead.waits and not ahead.rebirth and ahead.samples[0].value == 7, "values are not held back"
    late = node.say("NDATA", 1, data(6), at_us=NOW_US + 500_000)
    assert not late.waits and not late.rebirth and late.samples[0].value == 6
    assert node.host.late(NOW_US + WAIT_US * 2) == []
    assert not node.say("NDATA", 3, data(8)).waits, "and the numbers go on"


def test_a_missing_message_that_does_not_come_asks_for_a_rebirth_once() -> None:
    """tck-id-operational-behavior-host-reordering-rebirth"""
    node = Speaker(wait_us=WAIT_US)
    node.birth()
    assert node.say("NDATA", 3, data()).waits
    assert node.host.late(NOW_US + WAIT_US - 1) == [] and node.host.late(NOW_US + WAIT_US) == ["g/n"]
    assert node.host.late(NOW_US + WAIT_US * 9) == [] and node.host.counts["rebirth_wanted"] == 1
    assert node.host.late(NOW_US) == []


def test_a_clock_set_back_does_not_stretch_the_wait() -> None:
    node = Speaker(wait_us=WAIT_US)
    node.birth()
    node.say("NDATA", 3, data())
    assert node.host.late(NOW_US - 1) == ["g/n"]


def test_a_birth_ends_the_wait_and_its_number_is_where_counting_begins() -> None:
    """tck-id-message-flow-edge-node-birth-publish-nbirth-payload-seq: any number from 0 to 255"""
    node = Speaker(wait_us=WAIT_US)
    node.birth()
    node.say("NDATA", 9, data())
    assert not node.birth(seq=254).waits and node.host.late(NOW_US + WAIT_US) == []
    assert [node.say("NDATA", seq, data()).waits for seq in (255, 0, 1)] == [False] * 3


@pytest.mark.parametrize("seq", [None, 256, 1 << 40])
def test_a_message_without_a_number_from_0_to_255_is_doubted(seq: int | None) -> None:
    """tck-id-payloads-sequence-num-always-included"""
    node = Speaker()
    node.birth()
    heard = node.say("NDATA", seq, data(7))
    assert heard.rebirth == "g/n" and heard.samples[0].value == 7 and node.host.counts["sequence_gaps"] == 1


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 255), st.integers(1, 100), st.data())
def test_any_order_of_arrival_within_the_wait_is_no_loss(first: int, count: int, draw: st.DataObject) -> None:
    order = Order()
    assert order.take(first, 0)
    for number in draw.draw(st.permutations(range(first + 1, first + 1 + count))):
        order.take(number % 256, 0)
    assert order.since_us is None and not order.missing and order.expected == (first + 1 + count) % 256


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 255), st.integers(2, 100), st.data())
def test_whatever_is_missing_is_found_out(first: int, count: int, draw: st.DataObject) -> None:
    order = Order()
    order.take(first, 0)
    lost = draw.draw(st.integers(1, count - 1))
    for step in range(1, count + 1):
        if step != lost:
            order.take((first + step) % 256, 0)
    assert order.missing == {(first + lost) % 256} and order.over(0, 0) and not order.over(0, 0)


def test_a_number_said_twice_is_amiss() -> None:
    order = Order()
    assert [order.take(number, 0) for number in (5, 6, 6)] == [True, True, False] and order.over(0, 0)


# --- births, deaths, devices ---


def test_a_will_said_after_the_nodes_own_death_is_one_death() -> None:
    """tck-id-payloads-ndeath-bdseq, -operational-behavior-edge-node-intentional-disconnect-ndeath"""
    node = Speaker()
    node.birth(bd=7)
    assert node.say("NDEATH", None, bd_seq(6)).samples == [], "the will of an earlier life"
    gone = node.say("NDEATH", None, bd_seq(7))
    assert {(one.key, one.value, one.quality) for one in gone.samples} == {
        (key, None, Quality.BAD) for key in "tde"
    }
    assert node.say("NDEATH", None, bd_seq(7)).samples == [] and node.host.counts["deaths"] == 1
    node.birth(bd=8)
    assert node.say("NDEATH", None, bd_seq(7)).samples == [] and node.host.counts["stale_deaths"] == 2
    assert node.say("NDEATH", None, bd_seq(8)).samples and node.host.counts["deaths"] == 2


def test_the_death_of_a_node_is_of_the_hosts_instant_that_of_a_device_of_its_own() -> None:
    """tck-id-operational-behavior-edge-node-termination-host-action-{ndeath,ddeath}-*"""
    node = Speaker()
    node.birth()
    node.device(1)
    gone = node.say("DDEATH", 2, device="dev", ms=MS - 400)
    assert [(one.key, one.read_us) for one in gone.samples] == [("d", (MS - 400) * 1000)]
    gone = node.say("NDEATH", None, bd_seq(0), ms=MS - 400)
    assert {one.read_us for one in gone.samples} == {NOW_US}


def test_what_a_device_says_before_its_birth_or_after_its_death_asks() -> None:
    """tck-id-payloads-ddata-order"""
    node = Speaker()
    node.birth()
    early = node.say("DDATA", 1, Metric("speed", None, MS, DataType.DOUBLE, 2.0), device="dev")
    assert early.rebirth == "g/n" and early.samples[0].value == 2.0
    node.device(2)
    assert not node.say("DDATA", 3, Metric(alias=2, timestamp=MS, value=3.0), device="dev").rebirth
    node.say("DDEATH", 4, device="dev")
    assert node.say("DDATA", 5, Metric(alias=2, timestamp=MS, value=3.0), device="dev").rebirth == "g/n"


def test_a_value_holds_while_its_node_and_its_device_live() -> None:
    node = Speaker()
    assert not node.host.living("g/n:temp")
    node.birth()
    node.device(1)
    assert [node.host.living(one.address) for one in POINTS] == [True, True, False]
    node.say("DDEATH", 2, device="dev")
    assert [node.host.living(one.address) for one in POINTS] == [True, False, False]
    node.say("NDEATH", None, bd_seq(0))
    assert not node.host.living("g/n:temp")


@pytest.mark.parametrize(
    ("kind", "device"), [("NDATA", "dev"), ("NBIRTH", "dev"), ("DDATA", ""), ("DDEATH", "")]
)
def test_topics_have_a_device_where_one_belongs(kind: str, device: str) -> None:
    """tck-id-topic-structure-namespace-device-id-associated-message-types, -non-associated-message-types"""
    heard = Speaker().say(kind, 0, data(), device=device)
    assert not heard.samples and heard.refused[0][0] == "malformed" and kind in str(heard.refused[0][2])


# --- aliases ---


def test_an_alias_of_two_metrics_is_nobodys() -> None:
    """tck-id-payloads-alias-uniqueness: whose value it is cannot be told, so it is nobody's"""
    node = Speaker()
    node.birth()
    born = node.device(1, alias=1)
    assert born.refused == [("malformed", "g/n/dev:speed", "alias 1 of two metrics")]
    heard = node.say("NDATA", 2, data())
    assert heard.samples == [] and heard.refused[0][0] == "unknown_point" and heard.rebirth == "g/n"


def test_an_alias_belongs_to_its_device_and_a_metric_needs_a_name_or_an_alias() -> None:
    """tck-id-payloads-name-requirement"""
    node = Speaker()
    node.birth()
    node.device(1)
    node.device(2, "other", alias=3)
    assert node.say("DDATA", 3, data(alias=2), device="other").samples == [], "another device's alias"
    (refused,) = node.say("NDATA", 4, Metric(timestamp=MS, value=1)).refused
    assert refused[:2] == ("unknown_point", "g/n:neither name nor alias")


def test_after_a_new_connection_aliases_hold_only_while_the_numbers_follow() -> None:
    node = Speaker()
    node.birth()
    node.host.connected()
    kept = node.say("NDATA", 1, data(7))
    assert kept.samples[0].value == 7 and kept.rebirth, "the broker kept it for us"
    node.host.connected()
    lost = node.say("NDATA", 5, data(7))
    assert lost.samples == [] and lost.refused and lost.rebirth


def test_a_metric_that_was_never_born_asks() -> None:
    """5.15: a metric in NDATA that was not in the birth"""
    node = Speaker()
    node.host.receive("spBv1.0/g/NBIRTH/n", encode(Payload(MS, 0, (bd_seq(0),))), NOW_US)
    heard = node.say("NDATA", 1, Metric("temp", None, MS, DataType.INT16, 3))
    assert heard.samples[0].value == 3 and heard.rebirth == "g/n"
    unsure = node.say("NDATA", 2, Metric("temp", None, MS, 0, 0xFFFF))
    assert unsure.samples == [] and unsure.refused[0][::2] == (
        "wrong_type",
        "a whole number whose type no birth told",
    )


# --- values ---


@pytest.mark.parametrize("kind", sorted(UNREAD))
def test_sets_templates_files_and_arrays_are_told_as_not_read(kind: DataType) -> None:
    """6.4.16, 6.4.17"""
    node = Speaker()
    node.host.receive(
        "spBv1.0/g/NBIRTH/n", encode(Payload(MS, 0, (bd_seq(0), Metric("temp", 1, MS, kind, None)))), NOW_US
    )
    heard = node.say("NDATA", 1, Metric(alias=1, timestamp=MS, datatype=kind, value=b"\x01"))
    assert heard.samples == [] and heard.refused == [("wrong_type", "t", f"{kind.name} is not read")]
    assert not node.say("NDATA", 2).rebirth, "the node did nothing wrong"


def test_a_type_that_is_none_is_told() -> None:
    """tck-id-payloads-metric-datatype-value"""
    node = Speaker()
    node.birth()
    heard = node.say("NDATA", 1, Metric(alias=1, timestamp=MS, datatype=99, value=b""))
    assert heard.refused == [("wrong_type", "t", "type 99 is none of the specification")]


def test_one_value_of_a_wrong_type_does_not_take_the_others_along() -> None:
    node = Speaker()
    node.birth()
    node.device(1)
    heard = node.say("NDATA", 2, Metric(alias=1, timestamp=MS, value=1.5), Metric("temp", None, MS, 0, 9))
    assert [one.value for one in heard.samples] == [9] and heard.refused[0][:2] == ("wrong_type", "t")


def test_null_is_no_value_and_transient_values_are_not_kept() -> None:
    """6.4.6 is_null, is_transient, is_historical"""
    node = Speaker()
    node.birth()
    null = node.say("NDATA", 1, Metric(alias=1, timestamp=MS, value=None)).samples[0]
    assert (null.value, null.quality, null.read_us) == (None, Quality.BAD, MS * 1000)
    assert node.say("NDATA", 2, Metric(alias=1, timestamp=MS, value=1, transient=True)).samples == []
    old = node.say("NDATA", 3, Metric(alias=1, timestamp=MS - 60_000, value=1, historical=True)).samples[0]
    assert old.read_us == (MS - 60_000) * 1000
    assert node.host.counts["transient"] == node.host.counts["historical"] == 1


def test_the_instant_of_a_metric_goes_before_that_of_its_payload_both_in_milliseconds() -> None:
    """tck-id-payloads_timestamp_in_UTC, -payloads-name-birth-data-requirement"""
    node = Speaker()
    node.birth()
    own = node.say("NDATA", 1, Metric(alias=1, timestamp=MS - 5, value=1)).samples[0]
    of_payload = node.say("NDATA", 2, Metric(alias=1, value=1)).samples[0]
    none = node.say("NDATA", 3, Metric(alias=1, value=1), ms=None).samples[0]
    assert [own.read_us, of_payload.read_us, none.read_us] == [(MS - 5) * 1000, MS * 1000, None]


# --- the host's own STATE ---


class Broker:
    """Remembers what a client publishes and which will it was given."""

    def __init__(self) -> None:
        self.said: list[tuple[str, bytes, int, bool]] = []
        self.will: tuple[str, bytes, int, bool] | None = None

    def publish(self, topic: str, payload: bytes, qos: int = 0, retain: bool = False) -> None:
        self.said.append((topic, payload, qos, retain))


def host_with(broker: Broker, **told: object) -> SparkplugHost:
    options = {"client": "box-1", "host_id": "", "group": "g", "rebirth_s": 5, "reorder_ms": 0} | told
    config = SimpleNamespace(
        name="s",
        points=POINTS,
        text=lambda name: str(options.get(name, "")),
        whole=lambda name: int(str(options[name])),
    )
    made: Any = SparkplugHost(
        config,
        SimpleNamespace(clock=SimpleNamespace(wall_us=lambda: NOW_US)),
        SimpleNamespace(),  # type: ignore[arg-type]
    )
    made.client, made._connect_ms = broker, MS - 9
    return made


def test_a_host_says_that_it_is_online_with_the_instant_of_its_will_retained() -> None:
    """tck-id-host-topic-phid-birth-{topic,qos,retain,payload,payload-timestamp,sub-required}"""
    broker = Broker()
    host = host_with(broker)
    assert host.topics() == ["spBv1.0/g/#", "spBv1.0/STATE/box-1"]
    host.on_up()
    (topic, payload, qos, retain) = broker.said[0]
    assert (topic, qos, retain) == ("spBv1.0/STATE/box-1", 1, True)
    assert json.loads(payload) == {"online": True, "timestamp": MS - 9}


def test_a_clean_end_says_offline_at_its_own_instant() -> None:
    """tck-id-operational-behavior-host-application-disconnect-intentional, -host-topic-phid-death-payload-*"""
    broker = Broker()
    host_with(broker, host_id="plant-host").on_leaving()
    assert broker.said == [("spBv1.0/STATE/plant-host", state_payload(online=False, at_ms=MS), 1, True)]


def test_a_host_that_hears_it_is_offline_says_again_that_it_is_online() -> None:
    """tck-id-message-flow-hid-sparkplug-state-message-delivered"""
    broker = Broker()
    host, gathered = host_with(broker), Gathered([], [], [])
    for told in (
        state_payload(online=False, at_ms=1),
        state_payload(online=True, at_ms=1),
        b"OFFLINE",
        b"[" * 9_999,
    ):
        host.read(SimpleNamespace(topic="spBv1.0/STATE/box-1", payload=told), gathered)  # type: ignore[arg-type]
    host.read(
        SimpleNamespace(topic="spBv1.0/STATE/other", payload=state_payload(online=False, at_ms=1)), gathered
    )  # type: ignore[arg-type]
    assert [json.loads(one[1])["online"] for one in broker.said] == [True]
    assert gathered.samples == [] and gathered.refused == []
    assert not says_offline(b"\xff") and not says_offline(b"5")


@pytest.mark.parametrize("passing", [True, False])
def test_a_trial_and_a_silent_host_say_nothing(*, passing: bool) -> None:
    broker = Broker()
    host = host_with(broker, host_id="" if passing else "-")
    host.passing = passing
    host.on_up()
    host.on_leaving()
    assert broker.said == [] and host.topics() == ["spBv1.0/g/#"]


def test_the_will_of_a_host_is_its_death_of_the_instant_it_connects() -> None:
    """tck-id-operational-behavior-host-application-connect-will-{topic,payload,qos,retained}"""
    host = host_with(Broker(), user="", ca_file="")
    client = host._made()
    assert client._will_topic == b"spBv1.0/STATE/box-1" and client._will_qos == 1 and client._will_retain
    assert json.loads(client._will_payload) == {"online": False, "timestamp": MS}


def test_a_rebirth_request_is_a_command_without_a_number() -> None:
    """tck-id-operational-behavior-data-commands-ncmd-rebirth-{verb,name,value}, -topics-ncmd-*, -payloads-ncmd-seq"""
    broker = Broker()
    host_with(broker)._ask("g/n")
    ((topic, payload, qos, retain),) = broker.said
    told = decode(payload)
    assert (topic, qos, retain, told.timestamp, told.seq) == ("spBv1.0/g/NCMD/n", 0, False, MS, None)
    assert [(one.name, one.value, one.datatype) for one in told.metrics] == [
        (REBIRTH, True, DataType.BOOLEAN)
    ]


# --- the plant as an edge node ---


class Line(Broker):
    def will_set(self, topic: str, payload: bytes, qos: int = 0, retain: bool = False) -> None:
        self.will = (topic, payload, qos, retain)

    def subscribe(self, topic: str, qos: int) -> None:
        self.said.append((topic, b"", qos, False))


def connected_plant() -> tuple[PlantNode, Any]:
    made, line = PlantNode(Plant("dye", speed=60), "127.0.0.1", 1), Line()
    made.client = line  # type: ignore[assignment]
    made._connecting(line, None)  # type: ignore[arg-type]
    made._connected(line)  # type: ignore[arg-type]
    made.tell()
    return made, line


def test_each_connection_is_a_life_whose_births_tell_the_number_of_its_will() -> None:
    """tck-id-topics-nbirth-bdseq-{included,matching,increment}, -message-flow-edge-node-birth-publish-will-message-*"""
    made, line = connected_plant()
    for life in (0, 1, 2):
        topic, will, qos, retain = line.will
        assert (topic, qos, retain) == ("spBv1.0/dye/NDEATH/plant", 1, False)
        assert decode(will) == Payload(metrics=(Metric(BDSEQ, datatype=DataType.INT64, value=life),)), (
            "one metric, no number"
        )
        born = {one.name: one.value for one in decode(line.said[-1][1]).metrics}
        assert born[BDSEQ] == life
        made._lost()
        made._connecting(line, None)  # type: ignore[arg-type]
        made._connected(line)  # type: ignore[arg-type]
        made.tell()
    made._bd_seq = 255
    made._connecting(line, None)  # type: ignore[arg-type]
    assert decode(line.will[1]).metrics[0].value == 0


def test_births_say_everything_with_its_instant_and_data_only_alias_and_value() -> None:
    """tck-id-payloads-name-birth-data-requirement, -metric-datatype-{req,not-req}, -alias-{birth,data-cmd}-requirement"""
    made, line = connected_plant()
    assert line.said[0][::2] == ("spBv1.0/dye/NCMD/plant", 1), "commands are listened to before the birth"
    born = decode(line.said[-1][1])
    assert born.timestamp and born.seq == 0
    assert all(one.name and one.timestamp and one.datatype and not one.historical for one in born.metrics)
    (rebirth,) = (one for one in born.metrics if one.name == REBIRTH)
    assert (rebirth.value, rebirth.datatype, rebirth.alias) == (False, DataType.BOOLEAN, None)
    made.plant.advance(1)
    made.tell()
    told = decode(line.said[-1][1])
    assert told.seq == 1 and told.timestamp
    assert all(one.name is None and one.alias and one.timestamp and not one.datatype for one in told.metrics)


def test_a_node_that_lost_its_broker_says_its_births_before_anything_else() -> None:
    """tck-id-principles-birth-certificates-order"""
    made, line = connected_plant()
    made._lost()
    before = len(line.said)
    made.plant.advance(1)
    made.tell()
    assert len(line.said) == before
    made._connecting(line, None)  # type: ignore[arg-type]
    made._connected(line)  # type: ignore[arg-type]
    made.tell()
    assert [one[0].split("/")[2] for one in line.said[before:]] == ["NCMD", "NBIRTH"]


def test_a_rebirth_is_of_the_same_life() -> None:
    """tck-id-operational-behavior-data-commands-rebirth-action-{2,3}"""
    made, line = connected_plant()
    made._commands.put(encode(Payload(MS, metrics=(Metric(REBIRTH, datatype=DataType.BOOLEAN, value=True),))))
    made.tell()
    births = [decode(one[1]) for one in line.said if "/NBIRTH/" in one[0]]
    assert len(births) == 2 and {one.metrics[0].value for one in births} == {0} and births[-1].seq == 0
