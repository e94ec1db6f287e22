"""Record what our plants and our connectors say to each other on the wire, into tests/edge/captured.

    .venv/bin/python tools/capture.py            all of them
    .venv/bin/python tools/capture.py modbus     one: modbus, opcua, sparkplug

Run it again only on purpose: a difference is a change of what goes over the wire, or of the plants.
"""

import asyncio
import json
import socket
import sys
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "edge"))

import paho.mqtt.client as paho  # noqa: E402 (the path is set just above)
from conversations import (  # noqa: E402
    FOLDER,
    NOW_US,
    Listener,
    Recorder,
    config_of,
    heard,
    points_of,
    shown,
)
from paho.mqtt.enums import CallbackAPIVersion  # noqa: E402

from jiqun.edge.config import Limits  # noqa: E402
from jiqun.edge.modbus.connector import Modbus  # noqa: E402
from jiqun.edge.opcua.connector import OpcUa  # noqa: E402
from jiqun.edge.plant.clockwork import Plant  # noqa: E402
from jiqun.edge.plant.commands import PlantOrder, run_plant  # noqa: E402
from jiqun.edge.plant.modbus_server import address_of  # noqa: E402
from jiqun.edge.sparkplug.codec import Metric, Payload, encode  # noqa: E402
from jiqun.edge.sparkplug.session import Session  # noqa: E402
from jiqun.edge.sparkplug.types import DataType  # noqa: E402

LIMITS = Limits(366 * 86_400_000_000, 600_000_000, 1_000_000)
ENOUGH = 24
SPARKPLUG_POINTS = {f"vat1.{name}": f"dye/plant:vat1.{name}" for name in ("temperature", "level", "batches")}


def free_port() -> int:
    """A port nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def write(name: str, about: str, told: dict[str, object]) -> None:
    """Keep a conversation; what was said stands a line each."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}.json"
    path.write_text(
        json.dumps({"about": about} | told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    print(path.relative_to(ROOT), path.stat().st_size, "bytes")


async def on_the_line(kind: str) -> None:
    """Modbus or OPC UA: the connector speaks to the spring plant through a recorder."""
    stop, up, plant = asyncio.Event(), asyncio.Event(), Plant("spring", seed=7, speed=60)
    order = PlantOrder("spring", free_port(), modbus_port=free_port(), speed=60, seed=7)
    task = asyncio.create_task(run_plant(plant, order, stop, lambda _: up.set(), tick_s=0.1))
    await up.wait()
    tags = {tag.name: (place, tag) for place, tag in enumerate(plant.tags)}
    names = ("furnace.temperature", "furnace.power", "coiling.pieces", "plant.energy")
    if kind == "modbus":
        points = {name: address_of(*tags[name]) for name in names} | {"beyond": "1/holding/9000/u16"}
    else:
        points = {name: f"ns=2;s={name}" for name in names} | {"nowhere": "ns=2;s=nowhere"}
    recorder = Recorder(kind, "127.0.0.1", order.modbus_port if kind == "modbus" else order.port)
    server = await recorder.serve()
    listener, build = Listener(), Modbus if kind == "modbus" else OpcUa
    config = config_of(kind, server.sockets[0].getsockname()[1], points_of(points), interval_ms=200)
    samples = await heard(build(config, listener, LIMITS), listener, ENOUGH)  # type: ignore[arg-type]
    server.close()
    stop.set()
    await task
    library = "pymodbus" if kind == "modbus" else "asyncua"
    write(kind, f"spring plant, seed 7, server and client of {library} {version(library)}; values synthetic", {
        "points": points, "said": [{"asked": a.hex(), "answered": b.hex()} for a, b in recorder.pairs],
        "heard": shown(samples),
    })  # fmt: skip


async def sparkplug() -> None:
    """A birth, data, a rebirth asked for, and the death, as the broker passed them on."""
    stop, up, plant = asyncio.Event(), asyncio.Event(), Plant("dye", seed=7, speed=60)
    order, messages = PlantOrder("dye", free_port(), speed=60, seed=7), list[tuple[str, bytes]]()
    task = asyncio.create_task(run_plant(plant, order, stop, lambda _: up.set(), tick_s=0.1))
    await up.wait()
    client = paho.Client(CallbackAPIVersion.VERSION2)

    def passed_on(_client: paho.Client, _data: object, one: paho.MQTTMessage) -> None:
        if (
            messages or "NDATA" in one.topic
        ):  # a host that comes late hears data of a node it knows no birth of
            messages.append((one.topic, one.payload))

    client.on_message = passed_on
    client.connect("127.0.0.1", order.port)
    client.loop_start()
    client.subscribe("spBv1.0/dye/#", 1)
    ask = encode(Payload(metrics=(Metric("Node Control/Rebirth", datatype=DataType.BOOLEAN, value=True),)))
    for count in (4, 9):  # data before any birth, then the birth that was asked for, then data
        async with asyncio.timeout(30):
            while len(messages) < count:
                await asyncio.sleep(0.02)
        client.publish("spBv1.0/dye/NCMD/plant", ask, qos=1)
    await asyncio.sleep(0.6)
    stop.set()
    await task
    client.loop_stop()
    session, samples = Session(points_of(SPARKPLUG_POINTS)), []
    for topic, data in messages:
        samples += session.receive(topic, data, NOW_US).samples
    write("sparkplug", f"dye plant, seed 7, by paho {version('paho-mqtt')} through a broker; values synthetic", {
        "points": SPARKPLUG_POINTS, "messages": [{"topic": topic, "payload": data.hex()} for topic, data in messages],
        "heard": shown(samples), "counts": dict(session.counts),
    })  # fmt: skip


async def main() -> None:
    """Record what is named, or all."""
    for kind in sys.argv[1:] or ["modbus", "opcua", "sparkplug"]:
        await (sparkplug() if kind == "sparkplug" else on_the_line(kind))


if __name__ == "__main__":
    asyncio.run(main())
