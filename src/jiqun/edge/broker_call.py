"""经代理问答 a question through a broker: published on a topic of the site, answered on another of the site's own topics.

The broker's acknowledgement says that the broker has a question, not that anybody answers. A question has expired at the
broker by the time its asker gives it up, so that nothing old is answered.
"""

import secrets
import threading
import zlib
from collections import Counter
from urllib.parse import urlsplit

import orjson
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from jiqun.core.errors import InputError
from jiqun.edge.config import GateConfig
from jiqun.edge.line import MOST_ANSWER, Refused, error_code
from jiqun.edge.tls import trust
from jiqun.factory.readings.contract import GZIP, topic_of, unpacked
from jiqun.factory.readings.line_faults import broker_refusal, hung_up

NOBODY = "No matching subscribers"


class BrokerCall:
    """One connection to a broker (经代理), opened when needed and thrown away after any fault.

    counts   `at_broker`: questions the broker acknowledged
    purpose  of a second line, which says at once when nobody listens; batches are waited for as long as it takes
    """

    def __init__(self, site: str, config: GateConfig, counts: Counter[str], *, purpose: str = "") -> None:
        self.site, self.config, self.counts, self.purpose = site, config, counts, purpose
        mark = secrets.token_hex(4)  # two boxes of a site must not push one another out of the broker
        self.name = "-".join(("jiqun-edge", site, *([purpose] if purpose else []), mark))
        self._open: paho.Client | None = None
        self._ready = threading.Event()
        self._came = threading.Event()
        self._mark, self._answer = b"", b""
        self._fault = ""

    def ask(self, what: str, body: bytes) -> bytes:
        """Publish one question under a topic of the site and wait for its answer; Refused for any status but 200.

        OSError when nobody answers; InputError edge.bad_answer when what came is no answer. Not for two threads at once.
        """
        try:
            return self._ask(what, body)
        except (OSError, ValueError, InputError):
            self.close()
            raise

    def close(self) -> None:
        """Hang up."""
        if self._open is not None:
            self._open.disconnect()
            self._open.loop_stop()
        self._open = None

    def _ask(self, what: str, body: bytes) -> bytes:
        if self._open is None:
            self._open = self._connect()
        if not self._open.is_connected():
            raise ConnectionError(self._fault or "the broker closed the connection")
        self._came.clear()
        self._mark, self._fault = secrets.token_bytes(8), ""
        properties = Properties(PacketTypes.PUBLISH)
        properties.ResponseTopic = topic_of(self.site, "answers")
        properties.CorrelationData = self._mark
        properties.MessageExpiryInterval = max(1, self.config.timeout_s)
        self._open.publish(topic_of(self.site, what), body, qos=1, properties=properties)
        if not self._came.wait(self.config.timeout_s):
            raise TimeoutError("no answer of the gate; the broker may have the question, it is sent again")
        if self._fault:
            raise ConnectionError(self._fault)
        return self._told(self._answer)

    def _told(self, answer: bytes) -> bytes:
        """The answer unpacked; Refused when its status is not 200."""
        try:
            answer = unpacked(answer, MOST_ANSWER) if answer[:2] == GZIP else answer
            told = orjson.loads(answer)
        except (zlib.error, ValueError) as error:
            raise InputError("edge.bad_answer", seen=answer[:80].decode("utf-8", "replace")) from error
        if not isinstance(told, dict):
            raise InputError("edge.bad_answer", seen=str(told)[:80])
        status, wait = told.get("status", 200), told.get("retry_after_s")
        if status != 200:
            whole = isinstance(status, int), isinstance(wait, int)
            raise Refused(status if whole[0] else 0, wait if whole[1] else None, error_code(answer))
        return answer

    def _connect(self) -> paho.Client:
        url = urlsplit(self.config.address)
        client = paho.Client(
            CallbackAPIVersion.VERSION2, self.name, protocol=paho.MQTTv5, reconnect_on_failure=False
        )
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
        if self.purpose and str(code) == NOBODY:
            self._end("nobody behind the broker takes this: is jiqun intake --only mqtt running?")
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
