"""The whole box: graceful stop, a connector that throws anything, status, clock jumps, an outage caught up, redelivery."""

import asyncio
import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from edge_house import LIMITS, NOW_US, PACKS, ROOT, Clock, Gate, buffer_config

from jiqun.core.errors import InputError, RowErrors, SourceDown
from jiqun.core.units import UnitTable
from jiqun.edge import commands
from jiqun.edge.buffer import Buffer
from jiqun.edge.collector import Collector
from jiqun.edge.config import ConnectorConfig, read_config
from jiqun.edge.connection import Connector
from jiqun.edge.gateway import Gateway
from jiqun.edge.mqtt import MqttConnector
from jiqun.edge.mqtt_json.connector import MqttJson
from jiqun.edge.opcua.values import quality_of_code, sample_of
from jiqun.edge.plant.commands import PlantOrder, start
from jiqun.edge.running import Box
from jiqun.edge.screen import Screen
from jiqun.factory.readings.manifests import manifest_of
from jiqun.factory.readings.model import Point, PointKind, Quality, Sample

from test_edge_kill import free_port  # isort: skip

UNITS = UnitTable.load(PACKS / "units.toml")
FORCE = Point("force", "works/press#/force", "千牛", PointKind.MEASUREMENT)


def configured(folder: Path, gate: str, *, status_port: int = 0, limits: str = "") -> Path:
    (folder / "points.csv").write_text(
        "key,address,unit,kind\nforce,force,千牛,measurement\n", encoding="utf-8"
    )
    (folder / "edge.toml").write_text(
        f'site = "works"\nstatus_port = {status_port}\n[gate]\naddress = "{gate}"\n[buffer]\npath = "edge.sqlite3"\n'
        f'{limits}[[connector]]\nname = "in"\nkind = "http_in"\nport = 0\npoints = "points.csv"\n',
        encoding="utf-8",
    )
    return folder / "edge.toml"


@pytest.fixture(autouse=True)
def sealed_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests do not wait half a second for each batch."""
    monkeypatch.setattr("jiqun.edge.collector.SEAL_S", 0.05)


@pytest.fixture
def gate():
    opened = Gate()
    yield opened
    opened.stop()


async def until(true: Callable[[], object], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.02)


def run_story(box: Box, story: Callable[[Box], Awaitable[None]]) -> None:
    """Run a box while a story is told, then stop it."""

    async def both() -> None:
        stop = asyncio.Event()
        task = asyncio.create_task(box.run(stop))
        try:
            await story(box)
        finally:
            stop.set()
            await asyncio.wait_for(task, 30)

    asyncio.run(both())


class Wild(Connector):
    """A connector whose library throws whatever it likes."""

    throws: tuple[BaseException, ...] = (
        ValueError("odd"),
        KeyError("x"),
        OSError(5, "io"),
        RecursionError(),
        MemoryError(),
    )
    at = 0

    async def session(self) -> None:
        self.wait_s = 0.01
        self.at += 1
        if self.at <= len(self.throws):
            raise self.throws[self.at - 1]
        self.state = "up"
        self.collector.add(self.name, [Sample("force", 1.0, None)])
        await asyncio.sleep(60)


def test_whatever_a_connector_throws_it_is_started_again_and_the_others_run(
    tmp_path: Path, gate: Gate
) -> None:
    box = Box(read_config(configured(tmp_path, gate.address), packs=PACKS), units=UNITS)
    wild = Wild(ConnectorConfig("wild", manifest_of("opcua"), {}, ()), box.collector, LIMITS)
    box.crew.members = (*box.connectors, wild)

    async def story(box: Box) -> None:
        await until(gate.readings)
        assert wild.counts["faults"] == len(Wild.throws) and wild.state == "up"
        assert box.connectors[0].state == "up" and box.connectors[0].counts["faults"] == 0

    run_story(box, story)


def test_what_was_heard_before_the_stop_is_sealed_and_waits_for_the_gate(tmp_path: Path) -> None:
    box = Box(read_config(configured(tmp_path, "http://127.0.0.1:9/x"), packs=PACKS), units=UNITS)

    async def story(box: Box) -> None:
        await until(lambda: box.connectors[0].state == "up")
        box.collector.add("in", [Sample("force", 42.0, None)])

    run_story(box, story)
    again = Buffer(box.config.buffer)
    assert [json.loads(one.body)["readings"]["value"] for one in again.next()] == [[42.0]]
    again.close()


def test_the_status_tells_health_lag_gaps_and_reasons_in_file_and_over_http(tmp_path: Path) -> None:
    port = free_port()
    path = configured(tmp_path, "http://127.0.0.1:9/x", status_port=port)
    box = Box(read_config(path, packs=PACKS), units=UNITS, clock=(clock := Clock()))

    async def story(box: Box) -> None:
        await until(lambda: box.connectors[0].state == "up")
        box.collector.add(
            "in", [Sample("force", 1.0, NOW_US), Sample("force", "x", NOW_US), Sample("who", 1, None)]
        )
        await until(lambda: box.buffer.level().batches)
        clock.go(90)
        address = f"http://127.0.0.1:{port}/status"
        told = json.loads(await asyncio.to_thread(lambda: urllib.request.urlopen(address, timeout=10).read()))
        assert told["running"] and told["lag_s"] == pytest.approx(90, abs=1)
        assert (
            told["counts"] | {"wrong_type": 1, "unknown_point": 1, "readings": 1, "refused": 2}
            == told["counts"]
        )
        assert told["connectors"][0]["heard_us"] == NOW_US and told["buffer"]["rows"] == 3
        with pytest.raises(urllib.error.HTTPError, match="404"):
            await asyncio.to_thread(urllib.request.urlopen, address + "x", None, 10)

    run_story(box, story)
    last = commands.status(path, PACKS)
    assert last["running"] is False and last["site"] == "works"


def test_a_jump_of_the_wall_clock_loses_nothing_and_is_counted(tmp_path: Path, gate: Gate) -> None:
    clock = Clock()
    box = Box(read_config(configured(tmp_path, gate.address), packs=PACKS), units=UNITS, clock=clock)

    async def story(box: Box) -> None:
        for number, seconds in enumerate((0, 7200, -7200, -86_400)):
            clock.jump(seconds)
            box.jumps.look()
            box.collector.add("in", [Sample("force", float(number), None)])
            await until(lambda n=number: len(gate.readings()) == n + 1)

    run_story(box, story)
    assert [one["value"] for one in gate.readings()] == [0, 1, 2, 3], "order is by sequence, not by clock"
    assert box.jumps.count == 3 and round(box.jumps.last_s) == -86_400


def test_an_hour_of_outage_is_caught_up_in_order(tmp_path: Path, gate: Gate) -> None:
    """Simulated time: an hour at 5 batches a minute waits, then all of it goes out, in order, each once."""
    clock, buffer = Clock(), Buffer(buffer_config(tmp_path))
    screen = Screen((FORCE,), LIMITS)
    gathers = Collector(screen, buffer, clock)
    from jiqun.edge.config import GateConfig

    sender = Gateway("works", GateConfig(gate.address, None, None, 5), buffer, clock)

    async def story() -> None:
        gate.answer = lambda ids: (503, b"")
        for minute in range(60):
            for part in range(5):
                clock.go(12)
                gathers.add("c", [Sample("force", float(minute * 5 + part), clock.wall_us())])
                await gathers.seal()
            if minute % 20 == 0:
                await sender.step()
        assert buffer.level().rows == 300
        gate.answer = lambda ids: None
        for _ in range(40):
            if await sender.step() and not buffer.level().batches:
                break

    asyncio.run(story())
    assert [one["value"] for one in gate.readings()] == [float(n) for n in range(300)]
    assert set(gate.times.values()) == {1} and buffer.level().batches == 0
    buffer.close()


@dataclass
class Message:
    """What paho hands over."""

    topic: str
    payload: bytes
    dup: bool = False
    qos: int = 1
    mid: int = 7


class Acks:
    def __init__(self) -> None:
        self.acked: list[int] = []

    def ack(self, mid: int, qos: int) -> None:
        self.acked.append(mid)


def listener(folder: Path, **words: Any) -> MqttJson:
    options = {
        "address": "x:1",
        "client": "c",
        "time": "",
        "time_form": "ms",
        "user": "",
        "password_file": "",
        "ca_file": "",
    }
    config = ConnectorConfig("mqtt", manifest_of("mqtt_json"), options, (FORCE,))
    collector = Collector(Screen((FORCE,), LIMITS), Buffer(buffer_config(folder, **words)), Clock())
    made = MqttJson(config, collector, LIMITS)
    made.client = Acks()  # type: ignore[assignment]
    made._room = asyncio.Semaphore(0)  # type: ignore[assignment]
    return made


def dealt(mqtt: MqttConnector, *batches: list[Message]) -> None:
    async def story() -> None:
        sealing = asyncio.create_task(mqtt.collector.run())
        for batch in batches:
            await mqtt._deal(batch)  # type: ignore[arg-type]
        sealing.cancel()
        await asyncio.gather(sealing, return_exceptions=True)

    asyncio.run(story())


def values(buffer: Buffer) -> list[float]:
    return [
        value for one in buffer.next(most_bytes=10**9) for value in json.loads(one.body)["readings"]["value"]
    ]


def test_a_message_delivered_again_is_acknowledged_and_not_taken_twice(tmp_path: Path) -> None:
    mqtt = listener(tmp_path)
    first, second = (
        Message("works/press", b'{"force": 1}', mid=1),
        Message("works/press", b'{"force": 2}', mid=2),
    )
    again = [Message(one.topic, one.payload, dup=True, mid=one.mid) for one in (first, second)]
    dealt(mqtt, [first, second], again, [Message("works/press", b'{"force": 1}', mid=3)])
    assert values(mqtt.collector.buffer) == [1, 2, 1], (
        "the same value said anew is a reading, the redelivery is none"
    )
    assert mqtt.client.acked == [1, 2, 1, 2, 3] and mqtt.counts["delivered_again"] == 2  # type: ignore[attr-defined]


def test_an_unsealed_message_is_not_acknowledged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jiqun.edge.mqtt.FULL_WAIT_S", 0.01)
    mqtt = listener(tmp_path)
    tries: list[int] = []
    put = mqtt.collector.buffer.put

    def refusing(parcel: Any) -> str:
        tries.append(1)
        assert not mqtt.client.acked  # type: ignore[attr-defined]
        if len(tries) < 4:
            raise SourceDown("edge.buffer_full", seen="test")
        return put(parcel)

    monkeypatch.setattr(mqtt.collector.buffer, "put", refusing)
    dealt(mqtt, [Message("works/press", b'{"force": 5}', mid=9)])
    assert values(mqtt.collector.buffer) == [5] and mqtt.client.acked == [9] and len(tries) == 4  # type: ignore[attr-defined]


def test_a_message_of_ten_megabytes_is_refused_unread(tmp_path: Path) -> None:
    mqtt = listener(tmp_path)
    dealt(mqtt, [Message("works/press", b"[" * 10_000_000), Message("works/press", b'{"force": 1}')])
    refused = [one for batch in mqtt.collector.buffer.next() for one in json.loads(batch.body)["refused"]]
    assert [one["reason"] for one in refused] == ["message_too_long"] and refused[0]["seen"].startswith(
        "10000000 B"
    )
    assert values(mqtt.collector.buffer) == [1]


def test_opc_ua_values_become_samples_with_quality_and_source_time() -> None:
    from asyncua import ua

    at = datetime(2026, 9, 21, 12, 0, 0, 250_000, tzinfo=UTC)
    us = int(at.timestamp() * 1e6)
    good = ua.DataValue(ua.Variant(1.5, ua.VariantType.Double), SourceTimestamp=at)
    assert sample_of("a", good) == Sample("a", 1.5, us)
    assert sample_of("a", ua.DataValue(ua.Variant(True), ServerTimestamp=at)) == Sample("a", 1, us)
    assert sample_of("a", ua.DataValue(ua.Variant("run"))).value == "run", (
        "the screen refuses it as wrong_type"
    )
    uncertain = ua.DataValue(
        ua.Variant(2.0), ua.StatusCode(ua.StatusCodes.UncertainLastUsableValue), SourceTimestamp=at
    )
    assert sample_of("a", uncertain).quality is Quality.UNCERTAIN
    bad = ua.DataValue(ua.Variant(None), ua.StatusCode(ua.StatusCodes.BadSensorFailure))
    assert (sample_of("a", bad).quality, sample_of("a", bad).value) == (Quality.BAD, None)
    assert sample_of("a", ua.DataValue(ua.Variant(None))).quality is Quality.BAD


@pytest.mark.parametrize(
    ("code", "quality"), [(0, "good"), (0x40900000, "uncertain"), (0x80310000, "bad"), (0xC0000000, "bad")]
)
def test_status_codes_are_read_by_severity(code: int, quality: str) -> None:
    assert quality_of_code(code) == quality


def test_the_verbs_tell_what_there_is_and_what_is_wrong(tmp_path: Path) -> None:
    path = configured(tmp_path, "http://127.0.0.1:9/x")
    assert commands.check(path, PACKS)["connectors"][0]["points"] == 1  # type: ignore[index]
    with pytest.raises(InputError, match=r"edge\.no_status"):
        commands.status(path, PACKS)
    path.write_text(path.read_text().replace("[gate]", "[gait]"))
    with pytest.raises(RowErrors) as caught:
        commands.check(path, PACKS)
    assert {one.code for one in caught.value.errors} == {"rule.unknown_key", "rule.missing_key"}
    for lang in ("zh", "en"):
        told = commands.connectors(lang)
        assert len(told) == 6 and all(one["quality"] and one["options"] for one in told)


def test_the_edge_imports_without_django_lake_or_their_libraries() -> None:
    code = """
import importlib, pkgutil, sys
class Wall:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("django", "ninja", "duckdb", "ibis", "deltalake", "pydantic", "google", "aiomqtt"):
            raise ImportError("the box carries no " + name)
sys.meta_path.insert(0, Wall())
import jiqun.edge
names = [one.name for one in pkgutil.walk_packages(jiqun.edge.__path__, "jiqun.edge.")]
for name in names:
    importlib.import_module(name)
from jiqun.cli.main import main
sys.exit(main(["--lang", "en", "edge", "check", "example/edge/spring.toml"]) if len(names) > 40 else 9)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT,
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "The configuration is sound" in done.stdout and "34 points" in done.stdout


def test_a_port_or_a_folder_that_cannot_be_had_is_an_error_with_a_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    async def taken_port(*_: object) -> None:
        raise OSError(98, "Address already in use")

    monkeypatch.setattr("jiqun.edge.plant.commands._spring", taken_port)

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        box = Box(
            read_config(configured(tmp_path, "http://127.0.0.1:9/x", status_port=port), packs=PACKS),
            units=UNITS,
        )
        with pytest.raises(SourceDown, match=r"edge\.port_in_use"):
            asyncio.run(box.run(asyncio.Event()))
        box.buffer.close()
        with pytest.raises(SourceDown, match=r"edge\.port_in_use"):
            start(PlantOrder("spring", port), print)
    (tmp_path / "var").write_text("")
    with pytest.raises(SourceDown, match=r"edge\.buffer_in_use"):
        Buffer(buffer_config(tmp_path / "var"))


def test_a_folder_of_files_with_a_name_of_its_own_is_said_in_status(tmp_path: Path, gate: Gate) -> None:
    """Several connectors in one box: each has its line, its kind and its promise."""
    path = configured(tmp_path, gate.address)
    (tmp_path / "files.csv").write_text("key,address,unit,kind\nmade,pieces,件,counter\n", encoding="utf-8")
    more = '[[connector]]\nname = "files"\nkind = "csv_drop"\nfolder = "in"\nsettled_s = 0\npoints = "files.csv"\n'
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    box = Box(read_config(path, packs=PACKS), units=UNITS)

    async def story(box: Box) -> None:
        await until(lambda: box.connectors[1].state == "up")
        rows = "time,pieces\n" + "".join(f"{datetime.now(UTC).isoformat()},{n}\n" for n in range(5))
        (tmp_path / "in" / "shift.csv").write_text(rows + "noon,7\n")
        await until(lambda: len(gate.readings()) == 5 and len(gate.refused()) == 1)
        lines = [(one["name"], one["kind"], one["promise"]) for one in box.status()["connectors"]]  # type: ignore[attr-defined]
        assert lines == [("in", "http_in", "acknowledged"), ("files", "csv_drop", "acknowledged")]

    run_story(box, story)
    assert (tmp_path / "in" / "taken" / "shift.csv").exists() and gate.refused()[0]["reason"] == "bad_row"
