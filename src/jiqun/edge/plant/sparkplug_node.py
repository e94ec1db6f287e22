"""Sparkplug 节点 of a plant: births with names, aliases and units, data by change, deaths by the broker's will.

One deviation from the specification: it publishes with QoS 1 where QoS 0 is asked for, so that a box that is away for a
moment misses nothing (ADR 0036).
"""

import queue
import time

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from jiqun.core.errors import InputError
from jiqun.edge.plant.clockwork import Plant
from jiqun.edge.sparkplug.codec import UNIT, Metric, Payload, decode, encode
from jiqun.edge.sparkplug.connector import REBIRTH
from jiqun.edge.sparkplug.session import NAMESPACE
from jiqun.edge.sparkplug.types import DataType

NODE, FAULT, BDSEQ = "plant", "Node Control/Fault", "bdSeq"
COUNTED = DataType.DOUBLE


class PlantNode:
    """One plant as a Sparkplug edge node (Sparkplug 节点): group <kind>, node `plant`."""

    def __init__(self, plant: Plant, host: str, port: int) -> None:
        self.plant = plant
        self._topic = f"{NAMESPACE}/{plant.kind}/{{}}/{NODE}"
        self._bd_seq, self._seq = 255, 0  # the first connection makes it 0
        self._told: dict[str, float] = {}
        self._commands: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._aliases = {tag.name: number for number, tag in enumerate(plant.tags, start=1)}
        self.client = paho.Client(CallbackAPIVersion.VERSION2, f"jiqun-plant-{plant.kind}")
        self.client.on_pre_connect = self._connecting
        self.client.on_connect = self._connected
        self.client.on_disconnect = self._lost
        self.client.on_message = lambda _client, _data, message: self._commands.put(message.payload)
        self._host, self._port = host, port
        self._born = False

    def start(self) -> None:
        """Connect; the births follow."""
        self.client.connect(self._host, self._port, 30)
        self.client.loop_start()

    def stop(self) -> None:
        """Say the death oneself, as a clean end asks, and hang up."""
        self.client.publish(self._topic.format("NDEATH"), self._death(), qos=1).wait_for_publish(2)
        self.client.disconnect()
        self.client.loop_stop()

    def tell(self) -> None:
        """Obey commands, then publish what changed."""
        while not self._commands.empty():
            self._obey(self._commands.get())
        if not self._born:
            return
        changed = {name: v for name, v in self.plant.said.items() if v != self._told.get(name)}
        if changed:
            self._publish("NDATA", tuple(
                Metric(alias=self._aliases[name], timestamp=_now_ms(), value=value)  # its type was told by the birth
                for name, value in changed.items()
            ))  # fmt: skip
            self._told |= changed

    def birth(self) -> None:
        """Say who one is: every name with its alias, unit and value."""
        self._seq = 0
        now = _now_ms()
        born = [Metric(BDSEQ, None, now, DataType.INT64, self._bd_seq),
                Metric(REBIRTH, None, now, DataType.BOOLEAN, False),
                Metric(FAULT, None, now, DataType.STRING, "")]  # fmt: skip
        born += [
            Metric(tag.name, self._aliases[tag.name], now, COUNTED, self.plant.said[tag.name],
                   properties={UNIT: tag.unit})
            for tag in self.plant.tags
        ]  # fmt: skip
        self._told = dict(self.plant.said)
        self._publish("NBIRTH", tuple(born))
        self._born = True

    def _publish(self, kind: str, metrics: tuple[Metric, ...]) -> None:
        self.client.publish(self._topic.format(kind), encode(Payload(_now_ms(), self._seq, metrics)), qos=1)
        self._seq = (self._seq + 1) % 256

    def _death(self) -> bytes:
        return encode(Payload(metrics=(Metric(BDSEQ, datatype=DataType.INT64, value=self._bd_seq),)))

    def _connecting(self, client: paho.Client, _data: object) -> None:
        """Every connection is a life of its own: its will tells the number its births will tell."""
        self._bd_seq = (self._bd_seq + 1) % 256
        client.will_set(self._topic.format("NDEATH"), self._death(), qos=1)

    def _lost(self, *_: object) -> None:
        """Nothing is said before the births of the next connection."""
        self._born = False

    def _connected(self, client: paho.Client, *_: object) -> None:
        client.subscribe(self._topic.format("NCMD"), 1)
        self._commands.put(encode(Payload(metrics=(Metric(REBIRTH, datatype=DataType.BOOLEAN, value=True),))))

    def _obey(self, data: bytes) -> None:
        try:
            for metric in decode(data).metrics:
                if metric.name == REBIRTH and metric.value is True:
                    self.birth()
                elif metric.name == FAULT and isinstance(metric.value, str):
                    self.plant.order(metric.value)
        except InputError:
            return  # what a stranger sends stops no plant


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
