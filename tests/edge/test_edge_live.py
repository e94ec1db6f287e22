"""The box against real servers: the spring plant by OPC UA and Modbus, the dye house by Sparkplug B, in one loop."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import orjson
import pytest
from edge_house import PACKS, Gate

from jiqun.core.units import UnitTable
from jiqun.edge.config import EdgeConfig, read_config
from jiqun.edge.plant.broker import plant_broker
from jiqun.edge.plant.clockwork import Plant
from jiqun.edge.plant.commands import PlantOrder, fault, run_plant
from jiqun.edge.running import Box
from jiqun.edge.sparkplug.connector import SparkplugHost

from test_edge_kill import free_port  # isort: skip

UNITS = UnitTable.load(PACKS / "units.toml")


def config_of(folder: Path, gate: Gate, kind: str, points: str, options: str) -> EdgeConfig:
    (folder / "points.csv").write_text("key,address,unit,kind,scale,deadband\n" + points, encoding="utf-8")
    (folder / "edge.toml").write_text(
        f'site = "works"\n[gate]\naddress = "{gate.address}"\n[buffer]\npath = "edge.sqlite3"\ndurability = "process_kill"\n'
        f'[[connector]]\nname = "line"\nkind = "{kind}"\npoints = "points.csv"\n{options}\n',
        encoding="utf-8",
    )
    return read_config(folder / "edge.toml", packs=PACKS)


@asynccontextmanager
async def running_box(config: EdgeConfig) -> AsyncIterator[Box]:
    stop, box = asyncio.Event(), Box(config, units=UNITS)
    task = asyncio.create_task(box.run(stop))
    try:
        yield box
    finally:
        stop.set()
        await asyncio.wait_for(task, 60)


@asynccontextmanager
async def running_plant(order: PlantOrder) -> AsyncIterator[Plant]:
    stop, up, plant = asyncio.Event(), asyncio.Event(), Plant(order.kind, speed=order.speed)
    task = asyncio.create_task(run_plant(plant, order, stop, lambda _: up.set(), tick_s=0.1))
    waits = asyncio.create_task(up.wait())
    await asyncio.wait({task, waits}, timeout=90, return_when=asyncio.FIRST_COMPLETED)
    assert up.is_set(), task.exception() if task.done() else "the plant did not start"
    try:
        yield plant
    finally:
        stop.set()
        await asyncio.wait_for(task, 60)


async def until(true: Callable[[], object], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.05)


@pytest.fixture(autouse=True)
def sealed_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests do not wait half a second for each batch."""
    monkeypatch.setattr("jiqun.edge.collector.SEAL_S", 0.05)


@pytest.fixture
def gate():
    opened = Gate()
    yield opened
    opened.stop()


def of(gate: Gate, key: str) -> list[dict]:
    return [one for one in gate.readings() if one["key"] == key]


def test_opc_ua_and_modbus_arrive_and_a_plant_that_comes_and_goes_is_survived(
    tmp_path: Path, gate: Gate
) -> None:
    from jiqun.edge.plant.modbus_server import COUNTER_SCALE, address_of

    tags = {tag.name: (n, tag) for n, tag in enumerate(Plant("spring").tags)}
    port, modbus_port = free_port(), free_port()
    points = (
        "furnace.temperature,ns=2;s=furnace.temperature,摄氏度,measurement,1,0.01\n"
        "coiling.pieces,ns=2;s=coiling.pieces,件,counter,,\nnowhere,ns=2;s=nowhere,件,counter,,\n"
    )
    (tmp_path / "modbus.csv").write_text(
        "key,address,unit,kind,scale\nbeyond,1/holding/9000/u16,件,measurement,1\n"
        f"m.temperature,{address_of(*tags['furnace.temperature'])},摄氏度,measurement,1\n"
        f"m.energy,{address_of(*tags['plant.energy'])},千瓦时,counter,{1 / COUNTER_SCALE}\n",
        encoding="utf-8",
    )
    options = (
        f'address = "opc.tcp://127.0.0.1:{port}/jiqun/spring/"\ninterval_ms = 100\n'
        f'[[connector]]\nname = "meters"\nkind = "modbus"\npoints = "modbus.csv"\n'
        f'address = "127.0.0.1:{modbus_port}"\ninterval_ms = 200'
    )
    config = config_of(tmp_path, gate, "opcua", points, options)

    async def story() -> None:
        async with running_box(config) as box:
            await until(lambda: all(one.counts["faults"] > 0 for one in box.connectors))
            assert {one.state for one in box.connectors} == {"down"} and box.connectors[0].last_fault
            order = PlantOrder("spring", port, modbus_port=modbus_port, speed=60)
            async with running_plant(order) as plant:
                await until(lambda: sum(one["value"] is not None for one in of(gate, "coiling.pieces")) > 5)
                await until(lambda: sum(one["value"] is not None for one in of(gate, "m.energy")) > 2)
                assert {one.state for one in box.connectors} == {"up"}
                assert abs(of(gate, "m.temperature")[-1]["value"] - plant.said["furnace.temperature"]) < 60
                assert (
                    of(gate, "beyond")[-1]["quality"] == "bad"
                    and box.connectors[1].counts["refused_requests"]
                )
                await asyncio.to_thread(fault, "spring", f"127.0.0.1:{port}", "stuck furnace.temperature")
                await until(lambda: plant.faults == ["stuck furnace.temperature"])
            await until(lambda: of(gate, "coiling.pieces")[-1]["quality"] == "bad")

    asyncio.run(story())
    assert [(one["key"], one["reason"]) for one in gate.refused()] == [("nowhere", "unknown_point")]
    energy = [one["value"] for one in of(gate, "m.energy") if one["value"] is not None]
    assert energy == sorted(energy) and energy[-1] < 100
    pieces = [one for one in of(gate, "coiling.pieces") if one["value"] is not None]
    assert {one["flag"] for one in pieces} == {""}, "every value has the source's instant"


def state(port: int) -> dict[str, object]:
    """The retained STATE of the box, as an edge node would read it."""
    from paho.mqtt import subscribe

    told = subscribe.simple("spBv1.0/STATE/box-1", qos=1, hostname="127.0.0.1", port=port)
    return dict(orjson.loads(told.payload))


def test_sparkplug_births_data_rebirth_and_death_arrive(tmp_path: Path, gate: Gate) -> None:
    port = free_port()
    points = (
        "vat1.temperature,dye/plant:vat1.temperature,摄氏度,measurement,,\n"
        "steam.total,dye/plant:steam.total,千克,counter,,\n"
        "wrong.unit,dye/plant:water.total,升,counter,,\n"
    )
    config = config_of(
        tmp_path, gate, "sparkplug", points, f'address = "127.0.0.1:{port}"\nclient = "box-1"\nrebirth_s = 1'
    )

    async def story() -> None:
        async with running_plant(PlantOrder("dye", port, speed=600)) as plant:
            async with running_box(config) as box:
                await until(lambda: len(of(gate, "steam.total")) > 5)
                host = box.connectors[0]
                assert isinstance(host, SparkplugHost)
                births = host.counts["births"]
                host.spoken.connected()  # as after a new connection: the next data asks for the births
                await until(lambda: host.counts["births"] > births and host.counts["rebirths_asked"] >= 1)
                await asyncio.to_thread(fault, "dye", f"127.0.0.1:{port}", "drift vat1.temperature 1")
                await until(lambda: plant.faults == ["drift vat1.temperature"])
                await until(lambda: of(gate, "vat1.temperature")[-1]["value"] > 150)
                assert host.counts["sequence_gaps"] == 0
                assert (await asyncio.to_thread(state, port))["online"] is True
            assert (await asyncio.to_thread(state, port))["online"] is False, "said before the box hung up"

    asyncio.run(story())
    reasons = {one["reason"] for one in gate.refused()}  # an alias before its birth is nobody's
    assert "unit_changed" in reasons <= {"unit_changed", "unknown_point"}
    assert {one["unit"] for one in of(gate, "vat1.temperature")} == {"摄氏度"}


def test_json_messages_arrive_and_the_broker_keeps_what_is_not_acknowledged(
    tmp_path: Path, gate: Gate
) -> None:
    from paho.mqtt import publish

    port = free_port()
    options = f'address = "127.0.0.1:{port}"\nclient = "box-2"\ntime = "/ts"\n[limits]\nmessage_kb = 1'
    config = config_of(tmp_path, gate, "mqtt_json", "force,works/press#/force,千牛,measurement,,\n", options)

    def send(*bodies: bytes) -> None:
        messages = [("works/press", body, 1, False) for body in bodies]
        publish.multiple(messages, hostname="127.0.0.1", port=port)

    async def story() -> None:
        broker = plant_broker("127.0.0.1", port)
        await broker.start()
        now = time.time_ns() // 1_000_000
        async with running_box(config) as box:
            await until(lambda: box.connectors[0].state == "up")
            await asyncio.to_thread(send, *(b'{"ts": %d, "force": %d}' % (now + n, n) for n in range(5)))
            await asyncio.to_thread(send, b"nonsense", b"x" * 5000, b'{"ts": 0, "force": 1}')
            await until(lambda: len(of(gate, "force")) == 5 and len(gate.refused()) == 3)
        await broker.shutdown()

    asyncio.run(story())
    assert sorted(one["value"] for one in of(gate, "force")) == [0, 1, 2, 3, 4]
    assert sorted(one["reason"] for one in gate.refused()) == ["malformed", "message_too_long", "too_old"]
