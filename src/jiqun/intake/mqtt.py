"""接入消费者 consumers behind a broker: batches of a site from `jiqun/v1/<site>/batches`, acknowledged once durable.

The broker gets its acknowledgement only after the gate has the batch; a message delivered again is a duplicate the gate
knows. What is no batch is counted, kept in quarantine and acknowledged, so that it does not come back for ever. What
could not be taken just now (full disk, ledger away) is tried again and not acknowledged meanwhile; when too much of that
gathers, the session is dropped and the broker delivers it again. Several workers share the sites: each site has one.
The talk of boxes (`jiqun/v1/<site>/box/#`) is heard beside and answered in a thread of its own.
"""

import threading
import time
import zlib
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import orjson
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from jiqun.actions.taking import Ticket
from jiqun.core.errors import InputError, JiqunError, NotAllowed, NotFound
from jiqun.factory.readings.contract import topic_of
from jiqun.factory.readings.model import KEY
from jiqun.intake.broker_talk import Answer, Talks, is_talk, talk_topic
from jiqun.intake.requests import Desk, Outcome, refusal

ANY = "+"
CONNECT_S = 10.0
MOST_WAIT_S = 15.0
MOST_LATER = 32_000_000  # bytes of messages that wait to be tried again
SITES_S = 10.0
SESSION_S = 7 * 86_400  # so long a broker keeps what a dead worker has not acknowledged


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is (消息代理)."""

    host: str
    port: int = 1883
    user: str = ""
    password: str = ""
    ca_file: Path | None = None
    tls: bool = False
    ahead: int = 5_000  # messages it may deliver before the first is acknowledged
    first_wait_s: float = 0.5  # before a lost session is taken up again, and before a message is tried again


@dataclass(frozen=True, slots=True)
class Share:
    """Which sites a worker takes (分担): those listed, or the k-th of n parts of all there are."""

    k: int = 1
    n: int = 1
    sites: tuple[str, ...] = ()

    def has(self, site: str) -> bool:
        """Is this site this worker's?"""
        if self.sites:
            return site in self.sites
        return zlib.crc32(site.encode()) % self.n == self.k - 1

    def topics(self, there_are: Callable[[], Iterable[str]]) -> list[str]:
        """What to subscribe to: everything when there is one worker, else each site of its share."""
        if not self.sites and self.n == 1:
            return [topic_of(ANY)]
        found = self.sites or tuple(site for site in there_are() if self.has(site))
        return [topic_of(site) for site in found]


class Worker:
    """One consumer (接入消费者): its sessions with the broker, one after the other until it is stopped."""

    def __init__(
        self, desk: Desk, broker: Broker, share: Share, *, sites: Callable[[], Iterable[str]] = tuple,
        talk: Answer | None = None,
    ) -> None:  # fmt: skip
        self.desk, self.broker, self.share, self.sites = desk, broker, share, sites
        self.counts: Counter[str] = Counter()
        self.talks = Talks(talk, self.counts) if talk else None
        self.state, self.last_fault = "connecting", ""
        self.name = f"jiqun-{desk.gate.writer}"

    def run(self, stop: threading.Event) -> None:
        """Take messages until `stop`; a broker that is away is tried again and again."""
        wait = self.broker.first_wait_s
        while not stop.is_set():
            session = _Session(self)
            try:
                session.run(stop)
                wait = self.broker.first_wait_s
            except (OSError, ValueError, JiqunError) as error:
                self.last_fault = f"{type(error).__name__}: {error}"[:200]
            finally:
                session.close()
            self.state = "connecting"
            if not stop.is_set():
                self.counts["sessions_lost"] += 1
                stop.wait(wait)
                wait = min(MOST_WAIT_S, wait * 2)
        if self.talks:
            self.talks.close()

    def status(self) -> dict[str, object]:
        """Health of the connection, and what came."""
        return {
            "broker": f"{self.broker.host}:{self.broker.port}", "state": self.state, "last_fault": self.last_fault,
            "counts": dict(self.counts), "talk_fault": self.talks.last_fault if self.talks else "",
        }  # fmt: skip


class _Session:
    """One connection (会话). Acknowledgements go to the connection a message came by, never to a later one."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.broken = threading.Event()
        self._up = threading.Event()
        self._topics: set[str] = set()
        self._talk: int | None = -1
        self._later: deque[tuple[float, paho.MQTTMessage]] = deque()
        self.client = self._made()

    def run(self, stop: threading.Event) -> None:
        """Connect, subscribe, and stay until it breaks or is told to stop."""
        broker = self.worker.broker
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = SESSION_S
        properties.ReceiveMaximum = broker.ahead
        self.client.connect(broker.host, broker.port, keepalive=30, clean_start=False, properties=properties)
        self.client.loop_start()
        until = time.monotonic() + CONNECT_S
        look = 0.0
        while not stop.is_set() and not self.broken.is_set():
            if not self._up.is_set() and time.monotonic() > until:
                raise OSError(self.worker.last_fault or "no answer to CONNECT")
            if self._up.is_set() and time.monotonic() > look:
                self._subscribe()
                look = time.monotonic() + SITES_S
            self._try_again()
            self.broken.wait(0.05)

    def close(self) -> None:
        """Hang up; what is not acknowledged comes again."""
        self.broken.set()
        self.client.disconnect()
        self.client.loop_stop()

    def _subscribe(self) -> None:
        new = set(self.worker.share.topics(self.worker.sites)) - self._topics
        if new:
            if (
                self.worker.talks
            ):  # first, so that a worker that is up hears both; nothing of it waits at the broker
                _, self._talk = self.client.subscribe([(talk_topic(topic), 0) for topic in sorted(new)])
            self.client.subscribe([(topic, 1) for topic in sorted(new)])
            self._topics |= new
        elif not self._topics:
            self.worker.state = "no_sites"

    def _made(self) -> paho.Client:
        worker, broker = self.worker, self.worker.broker
        client = paho.Client(
            CallbackAPIVersion.VERSION2, worker.name, protocol=paho.MQTTv5, manual_ack=True, reconnect_on_failure=False
        )  # fmt: skip
        if broker.user:
            client.username_pw_set(broker.user, broker.password)
        if broker.tls:
            client.tls_set(str(broker.ca_file) if broker.ca_file else None)
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_disconnect = self._disconnected
        client.on_message = self._arrived
        return client

    def _connected(
        self, _c: paho.Client, _data: object, _flags: object, code: object, _props: object
    ) -> None:
        if getattr(code, "is_failure", False):
            self.worker.last_fault = f"refused by the broker: {code}"
            self.broken.set()
            return
        self._up.set()

    def _subscribed(self, _c: paho.Client, _data: object, mid: int, codes: object, _props: object) -> None:
        """What is published from now on is kept for this worker; a broker that allows no talk still gives batches."""
        refused = (
            [one for one in codes if getattr(one, "is_failure", False)] if isinstance(codes, list) else []
        )
        if mid == self._talk and self.worker.talks:
            self.worker.talks.last_fault = (
                f"subscription refused by the broker: {refused[0]}" if refused else ""
            )
            return
        if refused:
            self.worker.last_fault = f"subscription refused by the broker: {refused[0]}"
            self.broken.set()
            return
        self.worker.state, self.worker.last_fault = "up", ""

    def _disconnected(self, *_: object) -> None:
        self.broken.set()

    def _arrived(self, _client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        """Hand one message to the gate; called in the library's thread, which stands still while the gate is busy."""
        try:
            if self.worker.talks and is_talk(message.topic):
                self.worker.talks.take(self.client, message)
                return
            self.worker.counts["messages"] += 1
            self._handed_over(message)
        except Exception as error:  # noqa: BLE001 - a defect of ours: told, and the library's thread lives on
            self.worker.counts["defects"] += 1
            self.worker.last_fault = f"{type(error).__name__}: {error}"[:200]
            self.broken.set()

    def _handed_over(self, message: paho.MQTTMessage) -> None:
        while not self.broken.is_set():
            try:
                ticket = self._taken(message)
            except JiqunError as error:
                if error.code == "intake.busy":
                    self.broken.wait(0.02)
                    continue
                self._failed(message, error)
                return
            ticket.when_done(partial(self._done, message, ticket))
            return

    def _try_again(self) -> None:
        """Messages that could not be taken a moment ago."""
        now = time.monotonic()
        while self._later and self._later[0][0] <= now:
            self._handed_over(self._later.popleft()[1])

    def _taken(self, message: paho.MQTTMessage) -> Ticket:
        """The ticket of a message; what is no batch of this site is quarantined under its reason."""
        site = message.topic.split("/")[2]
        if not KEY.fullmatch(site):
            raise NotFound("factory.unknown", seen=site[:80])
        try:
            return self.worker.desk.submit(site, message.payload)
        except (InputError, NotAllowed) as error:
            if isinstance(error, NotFound):
                raise
            self.worker.counts[error.code] += 1
            ticket = self.worker.desk.gate.quarantine(site, error.code, message.payload)
            ticket.fault = error
            return ticket

    def _done(self, message: paho.MQTTMessage, ticket: Ticket) -> None:
        """Everything of a message has ended: acknowledged to the broker if it ended well."""
        try:
            answer = ticket.answer(0.0)
        except JiqunError as error:
            self._failed(message, error)
            return
        outcome = refusal(ticket.fault, self.worker.desk.messages) if ticket.fault else Outcome(200, answer)
        self._acknowledge(message, outcome)

    def _failed(self, message: paho.MQTTMessage, error: JiqunError) -> None:
        """Strangers are answered and left; what may go better later is not acknowledged and comes again."""
        self.worker.counts[error.code] += 1
        outcome = refusal(error, self.worker.desk.messages)
        if isinstance(error, NotFound):
            self._acknowledge(message, outcome)
            return
        self.worker.last_fault = str(error)[:200]
        self._later.append((time.monotonic() + self.worker.broker.first_wait_s, message))
        if sum(len(one.payload) for _, one in tuple(self._later)) > MOST_LATER:
            self.broken.set()

    def _acknowledge(self, message: paho.MQTTMessage, outcome: Outcome) -> None:
        self._answer(message, outcome)
        if message.qos:
            self.client.ack(message.mid, message.qos)
        self.worker.counts["acknowledged"] += 1

    def _answer(self, message: paho.MQTTMessage, outcome: Outcome) -> None:
        """Tell who asked to be told, on the topic of its own site whatever it named."""
        asked = message.properties
        if asked is None or getattr(asked, "ResponseTopic", None) is None:
            return
        properties = Properties(PacketTypes.PUBLISH)
        mark = getattr(asked, "CorrelationData", None)
        if mark:
            properties.CorrelationData = mark
        told = {**outcome.told, "status": outcome.status, "retry_after_s": outcome.retry_after_s}
        site = message.topic.split("/")[2]
        self.client.publish(topic_of(site, "answers"), orjson.dumps(told), qos=0, properties=properties)
