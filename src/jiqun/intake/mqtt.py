"""接入消费者 consumers behind a broker: batches of a site from `jiqun/v1/<site>/batches`, acknowledged once durable.

The broker gets its acknowledgement only after the gate has the batch; a message delivered again is a duplicate the gate
knows. What is no batch is counted, kept in quarantine and acknowledged, so that it does not come back for ever. What
could not be taken just now (full disk, ledger away) is tried again and not acknowledged meanwhile; when too much of that
gathers, the session is dropped and the broker delivers it again. Several workers share the sites: each site has one.
"""

import ssl
import threading
import time
import zlib
from collections import Counter, deque
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import orjson

from jiqun.actions.taking import Ticket
from jiqun.core.errors import InputError, JiqunError, NotAllowed, NotFound
from jiqun.factory.readings.contract import topic_of
from jiqun.factory.readings.model import KEY
from jiqun.intake.mqtt_line import Line
from jiqun.intake.mqtt_packets import (
    CONNACK,
    CORRELATION,
    DISCONNECT,
    DISCONNECT_BYTES,
    MAXIMUM_PACKET,
    PUBLISH,
    REASON,
    RESPONSE_TOPIC,
    SERVER_KEEP_ALIVE,
    SUBACK,
    Malformed,
    Message,
    Opening,
    connect,
    puback,
    publish,
    read_answer,
    read_publish,
    subscribe,
)
from jiqun.intake.requests import Desk, Outcome, refusal

ANY = "+"
CONNECT_S = 10.0
KEEP_ALIVE_S = 30
FAILURE = 0x80  # codes from here on say no [2.4]
MOST_WAIT_S = 15.0
MOST_LATER = 32_000_000  # bytes of messages that wait to be tried again
SITES_S = 10.0
TURN_S = 0.05
CLOSE_S = 1.0
WORDS = {
    0x81: "malformed packet", 0x82: "protocol error", 0x86: "bad user name or password", 0x87: "not authorized",
    0x88: "server unavailable", 0x8B: "server shutting down", 0x8D: "keep alive timeout", 0x8E: "session taken over",
    0x93: "receive maximum exceeded", 0x95: "packet too large",
}  # fmt: skip
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
        self, desk: Desk, broker: Broker, share: Share, *, sites: Callable[[], Iterable[str]] = tuple
    ) -> None:
        self.desk, self.broker, self.share, self.sites = desk, broker, share, sites
        self.counts: Counter[str] = Counter()
        self.state, self.last_fault = "connecting", ""
        self.name = f"jiqun-{desk.gate.writer}"

    def run(self, stop: threading.Event) -> None:
        """Take messages until `stop`; a broker that is away is tried again and again."""
        wait = self.broker.first_wait_s
        while not stop.is_set():
            try:
                session = _Session(self)
                with closing(session):
                    session.run(stop)
                wait = self.broker.first_wait_s
            except (OSError, ValueError, JiqunError) as error:
                self.last_fault = f"{type(error).__name__}: {error}"[:200]
            self.state = "connecting"
            if not stop.is_set():
                self.counts["sessions_lost"] += 1
                stop.wait(wait)
                wait = min(MOST_WAIT_S, wait * 2)

    def status(self) -> dict[str, object]:
        """Health of the connection, and what came."""
        return {
            "broker": f"{self.broker.host}:{self.broker.port}", "state": self.state, "last_fault": self.last_fault,
            "counts": dict(self.counts),
        }  # fmt: skip


class _Session:
    """One connection (会话). Acknowledgements go to the connection a message came by, never to a later one."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.broken = threading.Event()
        self._up = False
        self._topics: set[str] = set()
        self._asked = 0  # subscriptions asked for so far: their numbers
        self._most_bytes = 0  # largest packet the broker takes; 0 for any
        self._later: deque[tuple[float, Message]] = deque()
        broker = worker.broker
        tls = ssl.create_default_context(cafile=broker.ca_file) if broker.tls else None
        self.line = Line(broker.host, broker.port, tls=tls, timeout_s=CONNECT_S)

    def run(self, stop: threading.Event) -> None:
        """Connect, subscribe, and stay until it breaks or is told to stop."""
        broker = self.worker.broker
        asked = Opening(self.worker.name, broker.user, broker.password, KEEP_ALIVE_S, SESSION_S, broker.ahead)
        self.line.put(connect(asked))
        until = time.monotonic() + CONNECT_S
        look = 0.0
        while not stop.is_set() and not self.broken.is_set():
            if not self._up and time.monotonic() > until:
                raise OSError(self.worker.last_fault or "no answer to CONNECT")
            if self._up and time.monotonic() > look:
                self._subscribe()
                look = time.monotonic() + SITES_S
            for first, body in self.line.turn(TURN_S):
                self._heard(first, body)
            self._try_again()

    def close(self) -> None:
        """Hang up; what is not acknowledged comes again."""
        self.broken.set()
        self.line.close(DISCONNECT_BYTES, wait_s=CLOSE_S)

    def _subscribe(self) -> None:
        new = set(self.worker.share.topics(self.worker.sites)) - self._topics
        if new:
            self._asked += 1
            self.line.put(subscribe(self._asked, sorted(new)))
            self._topics |= new
        elif not self._topics:
            self.worker.state = "no_sites"

    def _heard(self, first: int, body: bytes) -> None:
        """One packet of the broker."""
        kind = first >> 4
        if kind == PUBLISH:
            self._arrived(read_publish(first, body))
        elif kind == CONNACK:
            self._connected(body)
        elif kind == SUBACK:
            self._subscribed(body)
        elif kind == DISCONNECT:
            self._refused("disconnected", body[0] if body else 0, read_answer(body, 1)[1].get(REASON, b""))

    def _connected(self, body: bytes) -> None:
        codes, told, _ = read_answer(body, 2)
        if len(codes) < 2:
            raise Malformed("CONNACK cut short")
        if codes[1] >= FAILURE:
            self._refused("refused", codes[1], told.get(REASON, b""))
            return
        self._most_bytes = int(told.get(MAXIMUM_PACKET, 0))
        self.line.keep_alive_s = float(told.get(SERVER_KEEP_ALIVE, KEEP_ALIVE_S))
        self._up = True

    def _subscribed(self, body: bytes) -> None:
        """What is published from now on is kept for this worker."""
        _, told, codes = read_answer(body, 2)
        refused = [code for code in codes if code >= FAILURE]
        if refused:
            self._refused("subscription refused", refused[0], told.get(REASON, b""))
            return
        self.worker.state, self.worker.last_fault = "up", ""

    def _refused(self, what: str, code: int, reason: int | bytes) -> None:
        said = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else ""
        words = said or WORDS.get(code, "")
        self.worker.last_fault = f"{what} by the broker: {code:#04x} {words}".strip()[:200]
        self.broken.set()

    def _arrived(self, message: Message) -> None:
        """Hand one message to the gate; the thread of the line stands still while the gate is busy."""
        self.worker.counts["messages"] += 1
        try:
            self._handed_over(message)
        except Exception as error:  # noqa: BLE001 - a defect of ours: told, and the worker lives on
            self.worker.counts["defects"] += 1
            self.worker.last_fault = f"{type(error).__name__}: {error}"[:200]
            self.broken.set()

    def _handed_over(self, message: Message) -> None:
        while not self.broken.is_set():
            try:
                ticket = self._taken(message)
            except JiqunError as error:
                if error.code == "intake.busy":
                    self.line.flush()
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

    def _taken(self, message: Message) -> Ticket:
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

    def _done(self, message: Message, ticket: Ticket) -> None:
        """Everything of a message has ended: acknowledged to the broker if it ended well."""
        try:
            answer = ticket.answer(0.0)
        except JiqunError as error:
            self._failed(message, error)
            return
        outcome = refusal(ticket.fault, self.worker.desk.messages) if ticket.fault else Outcome(200, answer)
        self._acknowledge(message, outcome)

    def _failed(self, message: Message, error: JiqunError) -> None:
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

    def _acknowledge(self, message: Message, outcome: Outcome) -> None:
        self.worker.counts["acknowledged"] += 1
        said = self._answer(message, outcome) if RESPONSE_TOPIC in message.told else b""
        if said or message.qos:
            self.line.put(said + puback(message.mid) if message.qos else said)

    def _answer(self, message: Message, outcome: Outcome) -> bytes:
        """What is told who asked to be told, on the topic of its own site whatever it named."""
        told = {**outcome.told, "status": outcome.status, "retry_after_s": outcome.retry_after_s}
        mark = message.told.get(CORRELATION)
        site = message.topic.split("/")[2]
        said = Message(
            topic_of(site, "answers"), orjson.dumps(told), 0, told={CORRELATION: mark} if mark else {}
        )
        found = publish(said)
        if 0 < self._most_bytes < len(found):
            self.worker.counts["answers_too_large"] += 1
            return b""
        return found
