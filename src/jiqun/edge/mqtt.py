"""MQTT: messages from a broker, acknowledged to it only when they are in the buffer.

The library's own thread reads the socket; at most `AHEAD` messages are taken before they are dealt with, then it stops
reading, and the broker keeps the rest. A message delivered again (DUP) that was sealed before is acknowledged and left.
"""

import asyncio
import hashlib
import threading
from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from jiqun.core.errors import JiqunError
from jiqun.edge.connection import CONNECTING, UP, Connector, secret
from jiqun.edge.tls import trust
from jiqun.factory.readings.line_faults import broker_refusal, hung_up
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
        self._heard = ""  # why this session ends
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
                raise ConnectionError(self._heard or "the broker closed the connection")

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
        if self._tls():
            files = (self._file(name) for name in ("ca_file", "certificate_file", "key_file"))
            client.tls_set_context(trust(*files, name=self.config.host))
        client.on_log = self._said
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_disconnect = self._disconnected
        client.on_message = self._arrived
        return client

    def _connected(
        self, client: paho.Client, _data: object, _flags: object, code: object, _props: object
    ) -> None:
        if getattr(code, "is_failure", False):
            login = bool(self.config.text("user") or self.config.text("certificate_file"))
            self.last_fault = self._heard = broker_refusal(code, login=login)
            return
        self.state, self.last_fault = UP, ""
        client.subscribe([(topic, 1) for topic in self.topics()])
        self._loop.call_soon_threadsafe(self.on_up)

    def _subscribed(
        self, _client: paho.Client, _data: object, _mid: int, codes: object, _props: object
    ) -> None:
        """A topic the broker does not give us would stay silent for ever: that is a fault."""
        refused = (
            [one for one in codes if getattr(one, "is_failure", False)] if isinstance(codes, list) else []
        )
        if refused:
            self._heard = f"subscription refused by the broker: {refused[0]}"
            self.state, self.last_fault = CONNECTING, self._heard
            self._loop.call_soon_threadsafe(self._queue.put_nowait, None)

    def _said(self, _client: paho.Client, _data: object, level: int, text: str) -> None:
        """The library tells why a connection broke here alone."""
        if level == paho.MQTT_LOG_ERR:
            self._heard = self._heard or text[:160]

    def _tls(self) -> bool:
        return bool(self.config.text("security") or self.config.text("ca_file"))

    def _file(self, name: str) -> Path | None:
        return self.config.path(name) if self.config.text(name) else None

    def on_up(self) -> None:
        """Called in the loop when the broker has taken us."""

    def _disconnected(
        self, _client: paho.Client, _data: object, _flags: object, code: object, _props: object
    ) -> None:
        self._heard = self._heard or f"the broker closed the connection: {code}"
        if self.state != UP and self._tls():
            self._heard = hung_up(self._heard, certificate=bool(self.config.text("certificate_file")))
        self.last_fault = self._heard
        self._loop.call_soon_threadsafe(self._queue.put_nowait, None)

    def _arrived(self, _client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        while not self._room.acquire(timeout=0.2):
            if self._ended.is_set():
                return
        self._loop.call_soon_threadsafe(self._queue.put_nowait, message)
