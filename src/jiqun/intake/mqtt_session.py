"""接入会话 session of a consumer with a broker: one connection, from CONNECT until it breaks.

Acknowledgements go to the connection a message came by, never to a later one; what is not acknowledged comes again.
"""

import ssl
import threading
import time
from collections import deque
from functools import partial
from typing import TYPE_CHECKING

import orjson

from jiqun.actions.taking import Ticket
from jiqun.core.errors import InputError, JiqunError, NotAllowed, NotFound
from jiqun.factory.readings.contract import topic_of
from jiqun.factory.readings.line_faults import BAD_PEM, NO_TLS, LineFault, broker_refusal, hung_up
from jiqun.factory.readings.model import KEY
from jiqun.intake.broker_talk import is_talk, talk_topic
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
from jiqun.intake.requests import Outcome, refusal

if TYPE_CHECKING:
    from jiqun.intake.mqtt import Broker, Worker

CONNECT_S = 10.0
KEEP_ALIVE_S = 30
FAILURE = 0x80  # codes from here on say no [2.4]
MOST_DEFECTS = (
    100  # of one session: a message we stumble over stays with the broker and keeps nobody else's waiting
)
MOST_LATER = 32_000_000  # bytes of messages that wait to be tried again
SITES_S = 10.0
TURN_S = 0.05
CLOSE_S = 1.0
SESSION_S = 7 * 86_400  # so long a broker keeps what a dead worker has not acknowledged
WORDS = {
    0x81: "malformed packet", 0x82: "protocol error", 0x86: "bad user name or password", 0x87: "not authorized",
    0x88: "server unavailable", 0x8B: "server shutting down", 0x8D: "keep alive timeout", 0x8E: "session taken over",
    0x93: "receive maximum exceeded", 0x95: "packet too large",
}  # fmt: skip
BATCHES, TALK = "batches", "talk"


class Session:
    """One connection (会话). OSError or ValueError when it breaks."""

    def __init__(self, worker: "Worker", line: Line) -> None:
        self.worker, self.line = worker, line
        self.broken = threading.Event()
        self._up = False
        self._topics: set[str] = set()
        self._asked: list[str] = []  # what was subscribed to: the place of each, from 1, is its number
        self._most_bytes = 0  # largest packet the broker takes; 0 for any
        self._defects = 0
        self._later: deque[tuple[float, Message]] = deque()

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
            for first, body in self._turn():
                self._heard(first, body)
            self._try_again()

    def _turn(self) -> list[tuple[int, bytes]]:
        """Packets that came. Who hangs up right after the handshake of TLS mostly does not like our certificate."""
        try:
            return self.line.turn(TURN_S)
        except OSError as error:
            broker = self.worker.broker
            if not broker.tls or self._up:
                raise
            said = f"{type(error).__name__}: {error}"[:160]
            raise ConnectionError(hung_up(said, certificate=broker.certificate is not None)) from error

    def close(self) -> None:
        """Hang up; what is not acknowledged comes again."""
        self.broken.set()
        self.line.close(DISCONNECT_BYTES, wait_s=CLOSE_S)

    def _subscribe(self) -> None:
        new = sorted(set(self.worker.share.topics(self.worker.sites)) - self._topics)
        if new:
            if self.worker.talks:  # first: a worker that is up hears both; nothing of it waits at the broker
                self._ask(TALK, [talk_topic(topic) for topic in new], qos=0)
            self._ask(BATCHES, new, qos=1)
            self._topics |= set(new)
        elif not self._topics:
            self.worker.state = "no_sites"

    def _ask(self, what: str, topics: list[str], *, qos: int) -> None:
        self._asked.append(what)
        self.line.put(subscribe(len(self._asked), topics, qos=qos))

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
            told = read_answer(body, 1)[1]
            words = _words(body[0] if body else 0, told.get(REASON, b""))
            self._break(f"disconnected by the broker: {words}")

    def _connected(self, body: bytes) -> None:
        codes, told, _ = read_answer(body, 2)
        if len(codes) < 2:
            raise Malformed("CONNACK cut short")
        if codes[1] >= FAILURE:
            broker = self.worker.broker
            login = bool(broker.user or broker.certificate)
            self._break(broker_refusal(_words(codes[1], told.get(REASON, b"")), login=login))
            return
        self._most_bytes = int(told.get(MAXIMUM_PACKET, 0))
        self.line.keep_alive_s = float(told.get(SERVER_KEEP_ALIVE, KEEP_ALIVE_S))
        self._up = True

    def _subscribed(self, body: bytes) -> None:
        """What is published from now on is kept for this worker; a broker that allows no talk still gives batches."""
        number, told, codes = read_answer(body, 2)
        refused = next((code for code in codes if code >= FAILURE), None)
        words = "" if refused is None else _words(refused, told.get(REASON, b""))
        said = words and f"subscription refused by the broker: {words}"
        place = int.from_bytes(number) - 1
        if self.worker.talks and 0 <= place < len(self._asked) and self._asked[place] == TALK:
            self.worker.talks.last_fault = said
        elif said:
            self._break(said)
        else:
            self.worker.state, self.worker.last_fault = "up", ""
            self.worker.complain("")

    def _break(self, said: str) -> None:
        self.worker.last_fault = said[:200]
        self.broken.set()

    def _arrived(self, message: Message) -> None:
        """Hand one message to the gate; the thread of the line stands still while the gate is busy."""
        try:
            if self.worker.talks and is_talk(message.topic):
                self.worker.talks.take(self._reply, message)
                return
            self.worker.counts["messages"] += 1
            self._handed_over(message)
        except Exception as error:  # noqa: BLE001 - a defect of ours: told, and the worker lives on
            self.worker.counts["defects"] += 1
            self.worker.last_fault = f"{type(error).__name__}: {error}"[:200]
            self._defects += 1
            if self._defects > MOST_DEFECTS:
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
        site = _site_of(message)
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
        said = b""
        if RESPONSE_TOPIC in message.told:
            told = {**outcome.told, "status": outcome.status, "retry_after_s": outcome.retry_after_s}
            said = self._answer(message, orjson.dumps(told))
        if said or message.qos:
            self.line.put(said + puback(message.mid) if message.qos else said)

    def _reply(self, message: Message, body: bytes) -> None:
        """Answer a question; from any thread."""
        self.line.put(self._answer(message, body))

    def _answer(self, message: Message, body: bytes) -> bytes:
        """The packet for who asked to be told, on the topic of its own site whatever it named; b"" for who did not."""
        site = _site_of(message)
        if RESPONSE_TOPIC not in message.told or not KEY.fullmatch(site):
            return b""
        mark = message.told.get(CORRELATION)
        found = publish(Message(topic_of(site, "answers"), body, 0, told={CORRELATION: mark} if mark else {}))
        if 0 < self._most_bytes < len(found):
            self.worker.counts["answers_too_large"] += 1
            return b""
        return found


def line_to(broker: "Broker") -> Line:
    """A connection to the broker, with TLS where asked; LineFault no_tls, bad_pem, OSError for the rest."""
    try:
        return Line(broker.host, broker.port, tls=_tls(broker), timeout_s=CONNECT_S)
    except (ConnectionResetError, ssl.SSLEOFError) as error:  # it hangs up on our hello
        raise LineFault(NO_TLS, str(error)) if broker.tls else error from error


def _tls(broker: "Broker") -> ssl.SSLContext | None:
    if not broker.tls:
        return None
    try:
        context = ssl.create_default_context(cafile=str(broker.ca_file) if broker.ca_file else None)
        if broker.certificate is not None:
            context.load_cert_chain(broker.certificate, broker.key, password=lambda: b"")
    except ssl.SSLError as error:
        raise LineFault(BAD_PEM, str(error)[:160]) from error
    return context


def _words(code: int, reason: int | bytes) -> str:
    """A broker's refusal: in words where there are any, else its own, else the number."""
    said = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else ""
    return WORDS.get(code, "") or said or f"{code:#04x}"


def _site_of(message: Message) -> str:
    """The site a topic names; "" where it names none."""
    parts = message.topic.split("/")
    return parts[2] if len(parts) > 2 else ""
