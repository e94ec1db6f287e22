"""模拟工厂命令的内容: what the verbs of `jiqun plant` do; the command tree calls them by name."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from jiqun.core.errors import SourceDown
from jiqun.edge.plant.clockwork import Plant

TICK_S = 0.5


@dataclass(frozen=True, slots=True)
class PlantOrder:
    """How a plant is to be run (开厂单).

    modbus_port 0: no Modbus; broker "": one of its own on `port`; secure: folder of an OPC UA server that serves encrypted
    and whom it trusts only
    """

    kind: str
    port: int
    host: str = "127.0.0.1"
    modbus_port: int = 0
    broker: str = ""
    speed: float = 1.0
    seed: int = 1
    faults: Sequence[str] = ()
    secure: Path | None = None


def start(order: PlantOrder, told: Callable[[list[str]], None]) -> None:
    """Run a plant until it is told to stop; `told` gets the addresses once it can be reached."""
    plant = Plant(order.kind, seed=order.seed, speed=order.speed)
    for command in order.faults:
        plant.order(command)

    async def run() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, stop.set)
        await run_plant(plant, order, stop, told)

    try:
        asyncio.run(run())
    except OSError as error:
        raise SourceDown("edge.port_in_use", seen=str(error)) from error


async def run_plant(
    plant: Plant,
    order: PlantOrder,
    stop: asyncio.Event,
    told: Callable[[list[str]], None],
    *,
    tick_s: float = TICK_S,
) -> None:
    """Run a plant on its servers until `stop`."""
    async with AsyncExitStack() as stack:
        serve = _spring if plant.kind == "spring" else _dye
        tell, addresses = await serve(plant, order, stack)
        told(addresses)
        while not stop.is_set():
            plant.advance(tick_s)
            await tell()
            try:
                await asyncio.wait_for(stop.wait(), tick_s)
            except TimeoutError:
                continue


async def _spring(
    plant: Plant, order: PlantOrder, stack: AsyncExitStack
) -> "tuple[Callable[..., object], list[str]]":
    from jiqun.edge.plant.modbus_server import PlantRegisters
    from jiqun.edge.plant.opcua_secure import PASSWORD, REJECTED, TRUSTED, USER
    from jiqun.edge.plant.opcua_server import PlantServer

    server = await stack.enter_async_context(PlantServer(plant, order.host, order.port, secure=order.secure))
    addresses = [server.endpoint]
    if order.secure is not None:
        addresses[0] += f"  {USER} {order.secure / PASSWORD}  {order.secure / REJECTED} → {TRUSTED}"
    if order.modbus_port:
        await stack.enter_async_context(PlantRegisters(plant, order.host, order.modbus_port))
        addresses.append(f"modbus://{order.host}:{order.modbus_port}")
    return server.tell, addresses


async def _dye(
    plant: Plant, order: PlantOrder, stack: AsyncExitStack
) -> "tuple[Callable[..., object], list[str]]":
    from jiqun.edge.plant.broker import plant_broker
    from jiqun.edge.plant.sparkplug_node import PlantNode

    host, port = order.host, order.port
    if order.broker:
        host, _, text = order.broker.rpartition(":")
        port = int(text)
    else:
        broker = plant_broker(host, port)
        await broker.start()
        stack.push_async_callback(broker.shutdown)
    node = PlantNode(plant, host, port)
    await asyncio.to_thread(node.start)
    stack.push_async_callback(asyncio.to_thread, node.stop)

    async def tell() -> None:
        await asyncio.to_thread(node.tell)

    return tell, [f"mqtt://{host}:{port}  {node.client._client_id.decode()}"]


def fault(kind: str, address: str, command: str, secure: Path | None = None) -> None:
    """Give a running plant a command about faults: spring over OPC UA, dye over MQTT.

    secure  the folder a secured spring plant was started with
    """
    if kind == "spring":
        from jiqun.edge.plant.opcua_server import command_plant

        asyncio.run(command_plant(f"opc.tcp://{address}/jiqun/spring/", command, secure))
        return
    from paho.mqtt import publish

    from jiqun.edge.plant.sparkplug_node import FAULT, NODE
    from jiqun.edge.sparkplug.codec import Metric, Payload, encode
    from jiqun.edge.sparkplug.session import NAMESPACE
    from jiqun.edge.sparkplug.types import DataType

    host, _, port = address.rpartition(":")
    payload = encode(Payload(metrics=(Metric(FAULT, datatype=DataType.STRING, value=command),)))
    publish.single(f"{NAMESPACE}/dye/NCMD/{NODE}", payload, qos=1, hostname=host, port=int(port))
