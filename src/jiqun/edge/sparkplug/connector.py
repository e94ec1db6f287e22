"""Sparkplug 主机: takes what edge nodes publish and asks for a rebirth where a number is missing."""

import time
from collections.abc import Iterable

import paho.mqtt.client as paho

from jiqun.edge.collector import Collector
from jiqun.edge.config import ConnectorConfig, Limits
from jiqun.edge.connection import UP
from jiqun.edge.mqtt import Gathered, MqttConnector
from jiqun.edge.sparkplug.codec import Metric, Payload, encode
from jiqun.edge.sparkplug.session import NAMESPACE, Session
from jiqun.edge.sparkplug.types import DataType

REBIRTH = "Node Control/Rebirth"


class SparkplugHost(MqttConnector):
    """One host application (Sparkplug 主机)."""

    def __init__(self, config: ConnectorConfig, collector: Collector, limits: Limits) -> None:
        super().__init__(config, collector, limits)
        self.spoken = Session(config.points, self.counts)
        self.asked: dict[str, float] = {}

    def topics(self) -> list[str]:
        """Everything of the groups it listens to; commands of other hosts are passed over."""
        return [f"{NAMESPACE}/{self.config.text('group')}/#"]

    def holding(self) -> Iterable[str]:
        """Points of nodes that were born and did not die since."""
        born = {name for name, node in self.spoken.nodes.items() if node.born}
        keys = [p.key for p in self.config.points if "/".join(p.address.split(":")[0].split("/")[:2]) in born]
        return keys if self.state == UP else ()

    def on_up(self) -> None:
        """Called when the broker has taken us."""
        self.spoken.connected()
        self.asked.clear()

    def read(self, message: paho.MQTTMessage, gathered: Gathered) -> None:
        """Read one message."""
        heard = self.spoken.receive(message.topic, message.payload, self.collector.clock.wall_us())
        gathered.samples += heard.samples
        gathered.refused += heard.refused
        if heard.rebirth:
            self._ask(heard.rebirth)

    def _ask(self, node: str) -> None:
        """Ask a node for its births, not more often than told."""
        now = time.monotonic()
        if now - self.asked.get(node, -1e9) < self.config.whole("rebirth_s"):
            return
        self.asked[node] = now
        self.counts["rebirths_asked"] += 1
        group, _, name = node.partition("/")
        command = Payload(
            timestamp=self.collector.clock.wall_us() // 1000,
            metrics=(Metric(REBIRTH, datatype=DataType.BOOLEAN, value=True),),
        )
        self.client.publish(f"{NAMESPACE}/{group}/NCMD/{name}", encode(command), qos=0)
