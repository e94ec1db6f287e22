"""经代理 through a broker: batches are published with QoS 1, and leave the buffer only when the gate itself has answered.

The broker's acknowledgement (counted as `at_broker`) says that the broker has a batch, not that it is safe: a broker may
lose what it holds. So the gate's answer comes back on a topic of the site's own; without it the batch is sent again, and
the copy before has expired at the broker by then.
"""

import os
import threading
from collections import Counter
from urllib.parse import urlsplit

import orjson
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from jiqun.edge.config import GateConfig
from jiqun.edge.line import Refused, error_code
from jiqun.edge.tls import trust
from jiqun.factory.readings.contract import Answer, read_answer, topic_of
from jiqun.factory.readings.line_faults import broker_refusal, hung_up


class BrokerLine:
    """One connection to a broker (经代理), opened when needed and thrown away after any fault."""

    def __init__(self, site: str, config: GateConfig, counts: Counter[str]) -> None:
        self.site, self.config, self.counts = site, config, counts
        self._open: paho.Client | None = None
        self._ready = threading.Event()
        self._came = threading.Event()
        self._mark, self._answer = b"", b""
        self._fault = ""

    def post(self, body: bytes) -> Answer:
        """Publish one request and wait for the gate's answer; Refused for any status but 200."""
        try:
            return self._post(body)
        except (OSError, ValueError):
            self.close()
            raise

    def close(self) -> None:
        """Hang up."""
        if self._open is not None:
            self._open.disconnect()
            self._open.loop_stop()
        self._open = None

    def _post(self, body: bytes) -> Answer:
        if self._open is None:
            self._open = self._connect()
        if not self._open.is_connected():
            raise ConnectionError(self._fault or "the broker closed the connection")
        self._came.clear()
        self._mark, self._fault = os.urandom(8), ""
        properties = Properties(PacketTypes.PUBLISH)
        properties.ResponseTopic = topic_of(self.site, "answers")
        properties.CorrelationData = self._mark
        properties.MessageExpiryInterval = max(1, self.config.timeout_s)
        self._open.publish(topic_of(self.site), body, qos=1, properties=properties)
        if not self._came.wait(self.config.timeout_s):
            raise TimeoutError("no answer of the gate; the broker may have the batch, it is sent again")
        if self._fault:
            raise ConnectionError(self._fault)
        answer, told = read_answer(self._answer), orjson.loads(self._answer)
        status, wait = told.get("status", 200), told.get("retry_after_s")
        if status != 200:
            raise Refused(
                status if isinstance(status, int) else 0,
                wait if isinstance(wait, int) else None,
                error_code(self._answer),
            )
        return answer

    def _connect(self) -> paho.Client:
        url = urlsplit(self.config.address)
        client = paho.Client(
            CallbackAPIVersion.VERSION2, f"jiqun-edge-{self.site}", protocol=paho.MQTTv5, reconnect_on_failure=False
        )  # fmt: skip
        if self.config.token_file is not None:
            client.username_pw_set(self.site, self.config.token_file.read_text(encoding="utf-8").strip())
        if url.scheme == "mqtts":
            client.tls_set_context(
                trust(self.config.ca_file, self.config.certificate_file, self.config.key_file)
            )
        client.on_log = self._said
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_publish = self._published
        client.on_message = self._arrived
        client.on_disconnect = self._disconnected
        self._ready.clear()
        self._fault = ""
        client.connect(
            url.hostname or "", url.port or (8883 if url.scheme == "mqtts" else 1883), keepalive=30
        )
        client.loop_start()
        if not self._ready.wait(self.config.timeout_s) or self._fault:
            client.disconnect()
            client.loop_stop()
            raise ConnectionError(self._fault or "no answer of the broker")
        return client

    def _connected(
        self, client: paho.Client, _data: object, _flags: object, code: object, _props: object
    ) -> None:
        if getattr(code, "is_failure", False):
            login = self.config.token_file is not None or self.config.certificate_file is not None
            self._end(broker_refusal(code, login=login))
            return
        client.subscribe(topic_of(self.site, "answers"), qos=0)

    def _subscribed(
        self, _client: paho.Client, _data: object, _mid: int, codes: object, _props: object
    ) -> None:
        refused = (
            [one for one in codes if getattr(one, "is_failure", False)] if isinstance(codes, list) else []
        )
        if refused:
            self._end(f"subscription refused by the broker: {refused[0]}")
        self._ready.set()

    def _published(
        self, _client: paho.Client, _data: object, _mid: int, code: object, _props: object
    ) -> None:
        if getattr(code, "is_failure", False):
            self._end(f"publication refused by the broker: {code}")
            return
        self.counts["at_broker"] += 1

    def _arrived(self, _client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        if getattr(message.properties, "CorrelationData", None) == self._mark:
            self._answer = message.payload
            self._came.set()

    def _said(self, _client: paho.Client, _data: object, level: int, text: str) -> None:
        """The library tells why a connection broke here alone."""
        if level == paho.MQTT_LOG_ERR:
            self._fault = self._fault or text[:200]

    def _disconnected(
        self, _client: paho.Client, _data: object, _flags: object, code: object, _props: object
    ) -> None:
        said = self._fault or f"the broker closed the connection: {code}"
        if not self._ready.is_set() and self.config.address.startswith("mqtts"):
            self._fault = hung_up(said, certificate=self.config.certificate_file is not None)
        self._end(said)

    def _end(self, fault: str) -> None:
        self._fault = self._fault or fault  # the first says why
        self._ready.set()
        self._came.set()
