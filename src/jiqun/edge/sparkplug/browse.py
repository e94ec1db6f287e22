"""Sparkplug 浏览: the births of the nodes of a group tell every metric with its unit; nodes that speak are asked."""

from collections.abc import AsyncGenerator

import paho.mqtt.client as paho

from jiqun.core.errors import InputError
from jiqun.edge.collector import Collector
from jiqun.edge.config import ConnectorConfig, Limits
from jiqun.edge.listening import sessions
from jiqun.edge.mqtt import Gathered
from jiqun.edge.sparkplug.codec import UNIT, Metric, decode
from jiqun.edge.sparkplug.connector import SparkplugHost
from jiqun.edge.sparkplug.session import BIRTHS, NAMESPACE
from jiqun.edge.sparkplug.types import DataType
from jiqun.factory.readings.box_orders import MOST_SEEN, Seen

OWN = ("Node Control/", "Device Control/", "bdSeq")  # of the protocol, not of the machine


class Births(SparkplugHost):
    """Notes what is born (出生报文)."""

    def __init__(self, config: ConnectorConfig, collector: Collector, limits: Limits) -> None:
        super().__init__(config, collector, limits)
        self.found: dict[str, Seen] = {}

    def read(self, message: paho.MQTTMessage, gathered: Gathered) -> None:
        """Read one message as the host does, and note its metrics when it is a birth."""
        super().read(message, gathered)
        words = message.topic.split("/")
        if len(words) not in (4, 5) or words[0] != NAMESPACE or words[2] not in BIRTHS:
            return
        try:
            payload = decode(message.payload)
        except InputError:
            return
        path = "/".join((words[1], *words[3:]))
        for metric in payload.metrics:
            if metric.name and not metric.name.startswith(OWN) and len(self.found) < MOST_SEEN:
                at = metric.timestamp if metric.timestamp is not None else payload.timestamp
                self.found[f"{path}:{metric.name}"] = _seen(path, metric.name, metric, at)


def _seen(path: str, name: str, metric: Metric, at: int | None) -> Seen:
    value, unit = metric.value, metric.properties.get(UNIT)
    plain = value if isinstance(value, int | float) else None if value is None else str(value)[:100]
    note = "" if isinstance(plain, int | float) else "no_number"
    kind = DataType(metric.datatype).name if metric.datatype in set(DataType) else ""
    return Seen(f"{path}:{name}", name, kind, unit if isinstance(unit, str) else "", plain,
                read_us=at * 1000 if at is not None else None, note=note)  # fmt: skip


async def born(
    config: ConnectorConfig, collector: Collector, limits: Limits
) -> AsyncGenerator[list[Seen], None]:
    """What is born so far, once a second, until nobody looks any more."""
    made = Births(config, collector, limits)
    async for _ in sessions(made):
        yield sorted(made.found.values(), key=lambda one: one.address)
