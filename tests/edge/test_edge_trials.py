"""Trials against real servers: what is found and watched, each way it can fail in a word, and nothing left behind."""

import asyncio
import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from edge_house import LIMITS, PACKS, Clock, Gate

from jiqun.core.units import UnitTable
from jiqun.edge.clocks import BoxClock
from jiqun.edge.config import EdgeConfig, read_config
from jiqun.edge.plant.broker import plant_broker
from jiqun.edge.plant.clockwork import Plant
from jiqun.edge.plant.commands import PlantOrder
from jiqun.edge.plant.modbus_server import address_of
from jiqun.edge.trials import run_trial
from jiqun.factory.readings.box_orders import Seen, TrialAnswer, TrialOrder
from jiqun.factory.readings.line_faults import FAULTS, fault_of
from jiqun.factory.readings.model import Point, PointKind

from test_edge_box import configured  # isort: skip
from test_edge_kill import free_port  # isort: skip
from test_edge_live import running_plant  # isort: skip

UNITS = UnitTable.load(PACKS / "units.toml")


class Heard:
    """Keeps what trials tell; looks at so many turns, or until so many rows were seen."""

    def __init__(self, turns: int = 1000, rows: int = 10_000) -> None:
        self.turns, self.rows, self.answers = turns, rows, list[TrialAnswer]()

    async def __call__(self, answer: TrialAnswer) -> bool:
        self.answers.append(answer)
        return len(self.answers) < self.turns and len(answer.seen) < self.rows

    @property
    def last(self) -> TrialAnswer:
        return self.answers[-1]

    def by_name(self) -> dict[str, Seen]:
        return {one.name.rpartition("/")[2]: one for one in self.last.seen}


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests wait less for a look and for a silent server."""
    monkeypatch.setattr("jiqun.edge.listening.SHOW_S", 0.2)
    monkeypatch.setattr("jiqun.edge.trials.TELL_S", 0.2)
    monkeypatch.setattr("jiqun.edge.opcua.security.TIMEOUT_S", 1)
    monkeypatch.setattr("jiqun.edge.opcua.browse.AGAIN_S", 0.1)


@pytest.fixture
def config(tmp_path: Path) -> EdgeConfig:
    return read_config(configured(tmp_path, "http://127.0.0.1:9/x"), packs=PACKS)


async def tried(config: EdgeConfig, protocol: str, options: dict[str, object], *, kind: str = "browse", turns: int = 1000,
                rows: int = 10_000, points: tuple[Point, ...] = (), seconds: float = 20) -> Heard:  # fmt: skip
    heard = Heard(turns, rows)
    order = TrialOrder("t1", kind, protocol, options, points, time.time_ns() // 1000 + int(seconds * 1e6))
    await run_trial(order, config, UNITS, BoxClock(), heard)
    return heard


def measured(key: str, address: str, unit: str, **more: Any) -> Point:
    return Point(key, address, unit, PointKind.MEASUREMENT, **more)


def test_the_spring_plant_is_browsed_and_watched_over_opc_ua_and_modbus(config: EdgeConfig) -> None:
    port, modbus_port = free_port(), free_port()
    tags = {tag.name: (n, tag) for n, tag in enumerate(Plant("spring").tags)}
    line = {"address": f"opc.tcp://127.0.0.1:{port}/jiqun/spring/", "interval_ms": 100}
    meters = {"address": f"127.0.0.1:{modbus_port}", "interval_ms": 100}

    async def story() -> None:
        async with running_plant(PlantOrder("spring", port, modbus_port=modbus_port, speed=60)) as plant:
            started = time.monotonic()
            found = await tried(config, "opcua", line, rows=len(plant.tags) + 1)
            assert found.last.state == "done" and time.monotonic() - started < 8
            seen = found.by_name()
            assert len(seen) == len(plant.tags) + 1, (
                "every tag and the command, and nothing of the server's own"
            )
            oven = seen["furnace.temperature"]
            assert oven.address == "ns=2;s=furnace.temperature" and oven.type == "Double" and oven.read_us
            assert isinstance(oven.value, float) and 300 < oven.value < 700 and oven.note == ""
            assert seen["command"].note == "no_number"
            wanted = (
                measured("f.t", "ns=2;s=furnace.temperature", "摄氏度", scale=10.0),
                measured("f.x", "ns=2;s=no", "摄氏度"),
            )
            live = await tried(config, "opcua", line, kind="watch", points=wanted, turns=3)
            first, second = live.last.seen
            assert isinstance(first.value, float) and first.value > 3000 and second.note == "unknown_point"
            register = address_of(*tags["furnace.temperature"])
            start = int(register.split("/")[2])
            look = {"look_first": start, "look_count": 2, "look_form": "f32", **meters}
            rows = (await tried(config, "modbus", look, turns=4)).last
            assert (
                rows.state == "done" and rows.seen[0].address == register and 300 < rows.seen[0].value < 700
            )  # type: ignore[operator]

    asyncio.run(story())


def test_the_dye_house_is_found_by_its_births_and_messages_by_their_parts(config: EdgeConfig) -> None:
    from paho.mqtt import publish

    port = free_port()
    options = {"address": f"127.0.0.1:{port}", "client": "box"}

    async def story() -> None:
        async with running_plant(PlantOrder("dye", port, speed=600)) as plant:
            found = await tried(config, "sparkplug", options, rows=len(plant.tags))
            seen = {one.address: one for one in found.last.seen}
            assert set(seen) == {f"dye/plant:{tag.name}" for tag in plant.tags}
            assert seen["dye/plant:vat1.temperature"].unit == "摄氏度"
        broker = plant_broker("127.0.0.1", port)
        await broker.start()
        looking = asyncio.create_task(
            tried(config, "mqtt_json", {**options, "look_topic": "works/#"}, rows=5)
        )
        await asyncio.sleep(0.7)
        bodies = (b'{"values": {"force": 7.5, "name": "m7", "on": true, "list": [1]}}', b"nonsense")
        await asyncio.to_thread(
            publish.multiple,
            [("works/press", one, 0, False) for one in bodies],
            hostname="127.0.0.1",
            port=port,
        )
        parts = {one.address: (one.value, one.note) for one in (await looking).last.seen}
        assert parts == {
            "works/press#/values/force": (7.5, ""), "works/press#/values/name": ("m7", "no_number"),
            "works/press#/values/on": (True, "no_number"), "works/press#/values/list/0": (1, ""),
            "works/press#/": ("b'nonsense'", "no_number"),
        }  # fmt: skip
        await broker.shutdown()

    asyncio.run(story())


def silent_server() -> tuple[socket.socket, int]:
    """Takes connections and says nothing."""
    opened = socket.create_server(("127.0.0.1", 0))
    return opened, opened.getsockname()[1]


@pytest.mark.parametrize(
    ("protocol", "address", "fault"),
    [
        ("opcua", "opc.tcp://127.0.0.1:{free}/", "refused"),
        ("opcua", "opc.tcp://8.8.8.8:4840/", "not_allowed"),
        ("opcua", "opc.tcp://no-such-host.invalid:4840/", "no_host"),
        ("opcua", "127.0.0.1", "bad_options"),
        ("modbus", "127.0.0.1:{free}", "refused"),
        ("sparkplug", "127.0.0.1:{free}", "refused"),
        ("http_in", "", "not_browsable"),
    ],
)
def test_every_failure_is_one_word(config: EdgeConfig, protocol: str, address: str, fault: str) -> None:
    options: dict[str, object] = {"address": address.format(free=free_port())}
    if protocol == "sparkplug":
        options["client"] = "x"
    if protocol == "http_in":
        options = {"port": 8000}
    last = asyncio.run(tried(config, protocol, options)).last
    assert (last.state, last.fault) == ("failed", fault), last.said
    assert not last.seen


def test_a_server_of_another_protocol_and_one_that_is_silent(config: EdgeConfig, gate_of_http: int) -> None:
    address = {"address": f"opc.tcp://127.0.0.1:{gate_of_http}/"}
    assert asyncio.run(tried(config, "opcua", address)).last.fault in ("wrong_protocol", "timeout")
    opened, port = silent_server()
    with opened:
        last = asyncio.run(
            tried(config, "opcua", {"address": f"opc.tcp://127.0.0.1:{port}/"}, seconds=2)
        ).last
    assert (last.state, last.fault) == ("failed", "timeout")


@pytest.fixture
def gate_of_http():
    opened = Gate()
    yield opened.port
    opened.stop()


def test_a_trial_whose_time_is_over_still_answers(config: EdgeConfig) -> None:
    opened, port = silent_server()
    with opened:
        order = TrialOrder(
            "t",
            "watch",
            "modbus",
            {"address": f"127.0.0.1:{port}"},
            (measured("a", "1/holding/0/u16", "个"),),
            0,
        )
        heard, started = Heard(), time.monotonic()
        asyncio.run(run_trial(order, config, UNITS, BoxClock(), heard))
    assert time.monotonic() - started < 4 and heard.last.state in ("done", "failed")
    assert all(one.value is None for one in heard.last.seen) and threading.active_count() < 50


def test_bad_looking_options_are_said(config: EdgeConfig) -> None:
    for look in (
        {"look_form": "f99"},
        {"look_table": "coil", "look_form": "u16", "look_count": 0},
        {"look_first": 65_535, "look_count": 9},
    ):
        last = asyncio.run(tried(config, "modbus", {"address": "127.0.0.1:9", **look})).last
        assert last.fault == "bad_options", look
    assert (
        asyncio.run(
            tried(config, "mqtt_json", {"address": "127.0.0.1:9", "client": "c", "look_topic": "x" * 300})
        ).last.fault
        == "bad_options"
    )


@pytest.mark.parametrize(
    ("said", "fault"),
    [("", ""), ("ConnectionRefusedError: [Errno 111] Connect call failed", "refused"), ("TimeoutError: ", "timeout"),
     ("BadSecurityPolicyRejected: no", "needs_certificate"), ("BadIdentityTokenRejected: x", "needs_login"),
     ("OSError: [Errno 113] No route to host", "unreachable"), ("gaierror: [Errno -2] Name or service not known", "no_host"),
     ("SourceDown: edge.buffer_full", "disk_full"), ("ValueError: something new", "other"),
     ("ConnectionError: refused by the broker: Not authorized", "needs_login"),
     ("ConnectionError: the connection to the server was lost", "wrong_protocol")],
)  # fmt: skip
def test_what_was_said_becomes_a_word(said: str, fault: str) -> None:
    assert fault_of(said) == fault and (not fault or fault in FAULTS)


def test_every_word_of_a_fault_has_its_sentence_and_remedy() -> None:
    import tomllib

    told = tomllib.loads((PACKS / "errors.toml").read_text(encoding="utf-8"))
    for word in FAULTS:
        assert all(told["line"][word].get(name) for name in ("zh", "en", "next_zh", "next_en")), word


def test_watching_shows_what_the_screen_would_make_of_it(config: EdgeConfig) -> None:
    from jiqun.edge.listening import Listener, _seen
    from jiqun.edge.screen import Screen
    from jiqun.factory.readings.model import Quality, Sample

    point = measured("a", "x", "摄氏度", deadband=5.0)
    listener = Listener(Screen((point,), LIMITS), clock := Clock())
    assert _seen("x", "a", "摄氏度", None).note == "nothing_yet"
    listener.add("c", [Sample("a", 10.0, None)])
    listener.add("c", [Sample("a", 12.0, None)])
    assert _seen("x", "a", "", listener.last["a"]).value == 10.0, (
        "within the deadband nothing new would arrive"
    )
    listener.add("c", [Sample("a", "hot", clock.us)])
    assert _seen("x", "a", "", listener.last["a"]) == Seen(
        "x", "a", "", "", "hot", "bad", clock.us, "wrong_type"
    )
    assert asyncio.run(listener.put("c", [Sample("a", None, clock.us, Quality.BAD)]))
    listener.refuse("c", "malformed", "zzz", b"\x00")
    assert listener.last["zzz"].reason == "malformed"  # type: ignore[union-attr]
