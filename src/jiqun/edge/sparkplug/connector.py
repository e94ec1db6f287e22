"""Sparkplug 主机: says that it is online, takes what edge nodes publish, asks for a rebirth where something is missing."""

import json
import time
from collections.abc import Iterable
from typing import cast

import paho.mqtt.client as paho

from jiqun.edge.collector import Collector
from jiqun.edge.config import ConnectorConfig, Limits
from jiqun.edge.connection import UP
from jiqun.edge.mqtt import Gathered, MqttConnector
from jiqun.edge.sparkplug.codec import Metric, Payload, encode
from jiqun.edge.sparkplug.session import NAMESPACE, Session
from jiqun.edge.sparkplug.types import DataType

REBIRTH = "Node Control/Rebirth"
SILENT = "-"  # a host that says no STATE


class SparkplugHost(MqttConnector):
    """One host application (Sparkplug 主机)."""

    def __init__(self, config: ConnectorConfig, collector: Collector, limits: Limits) -> None:
        super().__init__(config, collector, limits)
        self.spoken = Session(config.points, self.counts, wait_us=config.whole("reorder_ms") * 1000)
        self.asked: dict[str, float] = {}
        self._connect_ms = 0

    @property
    def host(self) -> str:
        """The name it is online under; "" when it says nothing: as told, or because it only looks."""
        told = self.config.text("host_id") or self.config.text("client")
        return "" if told == SILENT or self.passing else told

    @property
    def state_topic(self) -> str:
        """Where its STATE stands."""
        return f"{NAMESPACE}/STATE/{self.host}"

    def topics(self) -> list[str]:
        """Everything of the groups it listens to, commands of other hosts are passed over; and its own STATE."""
        own = [self.state_topic] if self.host else []
        return [f"{NAMESPACE}/{self.config.text('group')}/#", *own]

    def holding(self) -> Iterable[str]:
        """Points of nodes and devices that were born and did not die since."""
        return (
            [p.key for p in self.config.points if self.spoken.living(p.address)] if self.state == UP else ()
        )

    def on_up(self) -> None:
        """Called when the broker has taken us, behind our subscriptions."""
        self.spoken.connected()
        self.asked.clear()
        self._say(online=True, at_ms=self._connect_ms)

    def on_leaving(self) -> None:
        """The will is not sent after a clean end, so its words are."""
        self._say(online=False, at_ms=self._now_ms())

    def read(self, message: paho.MQTTMessage, gathered: Gathered) -> None:
        """Read one message."""
        if self.host and message.topic == self.state_topic:
            if says_offline(bytes(message.payload)):
                self._say(online=True, at_ms=self._connect_ms)  # another's word, or a late will of our own
            return
        heard = self.spoken.receive(message.topic, bytes(message.payload), self.collector.clock.wall_us())
        gathered.samples += heard.samples
        gathered.refused += heard.refused
        if heard.rebirth:
            self._ask(heard.rebirth)
        if heard.waits:
            self._loop.call_later(self.config.whole("reorder_ms") / 1000 + 0.01, self._look)

    def _look(self) -> None:
        """A wait is over: who did not send what was missing?"""
        if self.state != UP:
            return
        for node in self.spoken.late(self.collector.clock.wall_us()):
            self._ask(node)

    def _made(self) -> paho.Client:
        client = super()._made()
        self._connect_ms = self._now_ms()
        if self.host:
            client.will_set(
                self.state_topic, state_payload(online=False, at_ms=self._connect_ms), qos=1, retain=True
            )
        return client

    def _say(self, *, online: bool, at_ms: int) -> None:
        if self.host:
            self.client.publish(
                self.state_topic, state_payload(online=online, at_ms=at_ms), qos=1, retain=True
            )

    def _ask(self, node: str) -> None:
        """Ask a node for its births, not more often than told."""
        now = time.monotonic()
        if now - self.asked.get(node, -1e9) < self.config.whole("rebirth_s"):
            return
        self.asked[node] = now
        self.counts["rebirths_asked"] += 1
        group, _, name = node.partition("/")
        command = Payload(
            timestamp=self._now_ms(),
            metrics=(Metric(REBIRTH, timestamp=self._now_ms(), datatype=DataType.BOOLEAN, value=True),),
        )
        self.client.publish(f"{NAMESPACE}/{group}/NCMD/{name}", encode(command), qos=0)

    def _now_ms(self) -> int:
        return self.collector.clock.wall_us() // 1000


def state_payload(*, online: bool, at_ms: int) -> bytes:
    """A STATE message: JSON with `online` and `timestamp` (ms since 1970 UTC)."""
    return json.dumps({"online": online, "timestamp": at_ms}).encode()


def says_offline(payload: bytes) -> bool:
    """Does a STATE message say that its host is offline? What is no such message says nothing."""
    try:
        told: object = json.loads(payload)
    except (ValueError, RecursionError):  # bytes that are no UTF-8 are a ValueError too
        return False
    return isinstance(told, dict) and cast(dict[str, object], told).get("online") is False
