"""MQTT JSON 浏览: listens to a topic filter and shows every part of every message that has a plain value."""

from collections.abc import AsyncGenerator, Iterator

import orjson
import paho.mqtt.client as paho

from jiqun.edge.collector import Collector
from jiqun.edge.config import ConnectorConfig, Limits
from jiqun.edge.listening import sessions
from jiqun.edge.mqtt import Gathered, MqttConnector
from jiqun.factory.readings.box_orders import MOST_SEEN, Seen

DEEP = 6


class Overhears(MqttConnector):
    """Listens to everything under a filter (旁听主题)."""

    def __init__(self, config: ConnectorConfig, collector: Collector, limits: Limits, *, topic: str) -> None:
        super().__init__(config, collector, limits)
        self.topic = topic
        self.found: dict[str, Seen] = {}

    def topics(self) -> list[str]:
        """The filter."""
        return [self.topic]

    def read(self, message: paho.MQTTMessage, gathered: Gathered) -> None:
        """Take one message apart."""
        now = self.collector.clock.wall_us()
        try:
            told = orjson.loads(message.payload)
        except ValueError:
            self._note(
                Seen(
                    f"{message.topic}#/", message.topic, "", value=str(message.payload[:40]), note="no_number"
                )
            )
            return
        for pointer, value in parts(told):
            plain = value if isinstance(value, int | float | str) else None
            note = "" if isinstance(value, int | float) and not isinstance(value, bool) else "no_number"
            address = f"{message.topic}#{pointer or '/'}"
            self._note(
                Seen(
                    address,
                    pointer.rpartition("/")[2],
                    type(value).__name__,
                    value=plain,
                    read_us=now,
                    note=note,
                )
            )

    def _note(self, seen: Seen) -> None:
        if seen.address in self.found or len(self.found) < MOST_SEEN:
            self.found[seen.address] = seen


def parts(message: object, pointer: str = "", deep: int = 0) -> Iterator[tuple[str, object]]:
    """Every part of a message that is no table and no list, with its pointer (RFC 6901)."""
    if deep > DEEP:
        return
    if isinstance(message, dict):
        for name, value in list(message.items())[:200]:
            yield from parts(value, f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}", deep + 1)
    elif isinstance(message, list):
        for place, value in enumerate(message[:50]):
            yield from parts(value, f"{pointer}/{place}", deep + 1)
    else:
        yield pointer, message


async def overheard(
    config: ConnectorConfig, collector: Collector, limits: Limits, *, topic: str
) -> AsyncGenerator[list[Seen], None]:
    """What was heard so far, once a second, until nobody looks any more."""
    made = Overhears(config, collector, limits, topic=topic)
    async for _ in sessions(made):
        yield sorted(made.found.values(), key=lambda one: one.address)
