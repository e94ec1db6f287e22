"""MQTT: messages from a broker, acknowledged to it only when they are in the buffer.

The library's own thread reads the socket; at most `AHEAD` messages are taken before they are dealt with, then it stops
reading, and the broker keeps the rest. A message delivered again (DUP) that was sealed before is acknowledged and left.
"""

import asyncio
import hashlib
import threading
from abc import abstractmethod
from dataclasses import dataclass

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from jiqun.core.errors import JiqunError
from jiqun.edge.connection import CONNECTING, UP, Connector, secret
from jiqun.factory.readings.model import Sample
from jiqun.factory.readings.reasons import TOO_LONG

AHEAD = 2_000
TOGETHER = 500  # messages sealed at once
CONNECT_S = 10
FULL_WAIT_S = 1.0


@dataclass(slots=True)
class Gathered:
    """What some messages gave (一组报文)."""

    samples: list[Sample]
    refused: list[tuple[str, str, object]]
    marks: list[bytes]


class MqttConnector(Connector):
    """What both MQTT connectors share (MQTT 连接)."""

    client: paho.Client

    @abstractmethod
    def topics(self) -> list[str]:
        """What to subscribe to, at QoS 1."""

    @abstractmethod
    def read(self, message: paho.MQTTMessage, gathered: Gathered) -> None:
        """Read one message into what is gathered; never raises for what a stranger sent."""

    async def session(self) -> None:
        """Connect, subscribe, and take messages until the connection ends."""
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[paho.MQTTMessage | None] = asyncio.Queue()
        self._room = threading.BoundedSemaphore(AHEAD)
        self._ended = threading.Event()
        self.client = self._made()
        host, _, port = self.config.text("address").rpartition(":")
        try:
            await asyncio.to_thread(self.client.connect, host, int(port), 30)
            self.client.loop_start()
            await self._take()
        finally:
            self._ended.set()
            self.state = CONNECTING if self.state != UP else self.state
            self.client.disconnect()
            await asyncio.to_thread(self.client.loop_stop)

    async def _take(self) -> None:
        while True:
            async with asyncio.timeout(None if self.state == UP else CONNECT_S):
                first = await self._queue.get()
            batch = [first]
            while len(batch) < TOGETHER and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            messages = [one for one in batch if one is not None]
            await self._deal(messages)
            if None in batch:
                raise ConnectionError(self.last_fault or "the broker closed the connection")

    async def _deal(self, messages: list[paho.MQTTMessage]) -> None:
        gathered = Gathered([], [], [])
        for message in messages:
            self.counts["messages"] += 1
            mark = hashlib.blake2b(message.topic.encode() + b"\0" + message.payload, digest_size=16).digest()
            if message.dup and self.collector.buffer.taken(mark):
                self.counts["delivered_again"] += 1
                continue
            if message.qos:
                gathered.marks.append(mark)
            if len(message.payload) > self.limits.message_bytes:
                gathered.refused.append((TOO_LONG, message.topic, message.payload))
            else:
                self.read(message, gathered)
        await self._sealed(gathered)
        for message in messages:
            if message.qos:
                self.client.ack(message.mid, message.qos)
            self._room.release()

    async def _sealed(self, gathered: Gathered) -> None:
        """Seal, and while the buffer takes nothing try again: unacknowledged, the broker keeps them."""
        while gathered.samples or gathered.refused:
            try:
                await self.collector.put(
                    self.name, gathered.samples, marks=gathered.marks, refused=gathered.refused, once=False
                )
                return
            except JiqunError as error:
                self.last_fault = str(error)[:200]
                await asyncio.sleep(FULL_WAIT_S)

    def _made(self) -> paho.Client:
        name = self.config.text("client")
        client = paho.Client(
            CallbackAPIVersion.VERSION2, f"{name}-trial" if self.passing else name, clean_session=self.passing,
            manual_ack=True, reconnect_on_failure=False,
        )  # fmt: skip
        if self.config.text("user"):
            client.username_pw_set(self.config.text("user"), secret(self.config, "password_file"))
        if self.config.text("ca_file"):
            client.tls_set(self.config.text("ca_file"))
        client.on_connect = self._connected
        client.on_disconnect = self._disconnected
        client.on_message = self._arrived
        return client

    def _connected(
        self, client: paho.Client, _data: object, _flags: object, code: object, _props: object
    ) -> None:
        if getattr(code, "is_failure", False):
            self.last_fault = f"refused by the broker: {code}"
            return
        self.state, self.last_fault = UP, ""
        client.subscribe([(topic, 1) for topic in self.topics()])
        self._loop.call_soon_threadsafe(self.on_up)

    def on_up(self) -> None:
        """Called in the loop when the broker has taken us."""

    def _disconnected(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._queue.put_nowait, None)

    def _arrived(self, _client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        while not self._room.acquire(timeout=0.2):
            if self._ended.is_set():
                return
        self._loop.call_soon_threadsafe(self._queue.put_nowait, with_text_topic(message))


def with_text_topic(message: paho.MQTTMessage) -> paho.MQTTMessage:
    """The message; a topic that is no text, which not every broker refuses, becomes one that is nobody's."""
    try:
        message.topic.encode()
    except UnicodeDecodeError as error:
        message.topic = error.object.decode("utf-8", "replace").encode()  # type: ignore[assignment]  # its setter takes bytes
    return message
