"""班组 crew: the connectors of a box while it runs; those of saved connections may come, change and go, one by one."""

import asyncio
import importlib
from collections.abc import Callable, Iterable
from functools import partial

from jiqun.edge.collector import Collector
from jiqun.edge.config import ConnectorConfig, Limits, OrdersConfig
from jiqun.edge.connection import Connector
from jiqun.edge.ordered import pinned

CANCEL_AGAIN_S = 1.0
CLASSES = {
    "opcua": "jiqun.edge.opcua.connector:OpcUa",
    "modbus": "jiqun.edge.modbus.connector:Modbus",
    "sparkplug": "jiqun.edge.sparkplug.connector:SparkplugHost",
    "mqtt_json": "jiqun.edge.mqtt_json.connector:MqttJson",
    "csv_drop": "jiqun.edge.csv_drop.connector:CsvDrop",
    "http_in": "jiqun.edge.http_in.connector:HttpIn",
}


def connector_made(config: ConnectorConfig, collector: Collector, limits: Limits) -> Connector:
    """The connector of a configuration, of the class its kind names."""
    module, _, name = CLASSES[config.manifest.key].partition(":")
    made: Callable[..., Connector] = getattr(importlib.import_module(module), name)
    return made(config, collector, limits)


async def _ended(tasks: Iterable["asyncio.Task[None]"]) -> None:
    """Cancel until they have ended: a protocol library may lose a cancel that comes with its own time-out."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=CANCEL_AGAIN_S)


class Crew:
    """The connectors of one box (班组)."""

    def __init__(self, collector: Collector, limits: Limits, orders: OrdersConfig) -> None:
        self.collector, self.limits, self.orders = collector, limits, orders
        self.members: tuple[Connector, ...] = ()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._group: asyncio.TaskGroup | None = None

    def hire(self, configs: Iterable[ConnectorConfig], *, ordered: bool = False) -> None:
        """Add connectors; they start with the others."""
        for config in configs:
            made = connector_made(config, self.collector, self.limits)
            if ordered:
                made.ordered, made.looked_at = True, partial(pinned, config, self.orders)
            self.members = (*self.members, made)
            self._start(made)

    def start(self, group: asyncio.TaskGroup) -> None:
        """Set all of them to work."""
        self._group = group
        for one in self.members:
            self._start(one)

    async def stop(self) -> None:
        """Hang up everywhere."""
        self._group = None
        await _ended(self._tasks.values())

    async def take(self, wanted: Iterable[ConnectorConfig]) -> None:
        """The ordered connectors are now these: what is the same goes on, the rest ends or begins; nothing heard is lost."""
        told = {one.name: one for one in wanted}
        ordered = {one.name: self._asked(one) for one in self.members if one.ordered}
        ends = [name for name, config in ordered.items() if told.get(name) != config]
        for name in ends:
            await self._end(name)
        await self.collector.seal()  # under the points as they were
        comes = [config for name, config in told.items() if ordered.get(name) != config]
        gone = [point for name in ends for point in ordered[name].points]
        self.collector.screen.exchange(gone, (point for one in comes for point in one.points))
        self.hire(comes, ordered=True)

    def _asked(self, one: Connector) -> ConnectorConfig:
        """The configuration it was hired with; its own may hold a resolved address."""
        return one.looked_at.args[0] if isinstance(one.looked_at, partial) else one.config

    def _start(self, one: Connector) -> None:
        if self._group is not None:
            self._tasks[one.name] = self._group.create_task(one.run(), name=one.name)

    async def _end(self, name: str) -> None:
        task = self._tasks.pop(name, None)
        if task is not None:
            await _ended([task])
        self.members = tuple(one for one in self.members if one.name != name)
