"""接入消费者 consumers behind a broker: batches of a site from `jiqun/v1/<site>/batches`, acknowledged once durable.

The broker gets its acknowledgement only after the gate has the batch; a message delivered again is a duplicate the gate
knows. What is no batch is counted, kept in quarantine and acknowledged, so that it does not come back for ever. What
could not be taken just now (full disk, ledger away) is tried again and not acknowledged meanwhile; when too much of that
gathers, the session is dropped and the broker delivers it again. Several workers share the sites: each site has one.
The talk of boxes (`jiqun/v1/<site>/box/#`) is heard beside and answered in a thread of its own.
"""

import threading
import zlib
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from jiqun.core.errors import JiqunError, SourceDown
from jiqun.factory.readings.contract import topic_of
from jiqun.factory.readings.line_faults import ENDED, fault_of
from jiqun.intake.broker_talk import Answer, Talks
from jiqun.intake.mqtt_session import Session, line_to
from jiqun.intake.requests import Desk

ANY = "+"
Told = Callable[[SourceDown | None], None]
MOST_WAIT_S = 15.0


def tell_nobody(fault: SourceDown | None) -> None:
    """Where nobody wants to be told of faults of the line."""
    del fault


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is (消息代理)."""

    host: str
    port: int = 1883
    user: str = ""
    password: str = ""
    ca_file: Path | None = None
    tls: bool = False
    certificate: Path | None = None
    key: Path | None = None
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
        talk: Answer | None = None, told: Told = tell_nobody,
    ) -> None:  # fmt: skip
        self.desk, self.broker, self.share, self.sites, self._told = desk, broker, share, sites, told
        self._complained = ""
        self.counts: Counter[str] = Counter()
        self.talks = Talks(talk, self.counts) if talk else None
        self.state, self.last_fault = "connecting", ""
        self.name = f"jiqun-{desk.gate.writer}"

    def run(self, stop: threading.Event) -> None:
        """Take messages until `stop`; a broker that is away is tried again and again."""
        wait = self.broker.first_wait_s
        while not stop.is_set():
            try:
                with closing(Session(self, line_to(self.broker))) as session:
                    session.run(stop)
                wait = self.broker.first_wait_s
            except (OSError, ValueError, JiqunError) as error:
                self.last_fault = f"{type(error).__name__}: {error}"[:200]
            self.state = "connecting"
            if not stop.is_set():
                self.complain(fault_of(self.last_fault) or ENDED)
                self.counts["sessions_lost"] += 1
                stop.wait(wait)
                wait = min(MOST_WAIT_S, wait * 2)
        if self.talks:
            self.talks.close()

    def complain(self, word: str) -> None:
        """Tell once what is wrong with the line to the broker, and with "" once that it works again."""
        if word != self._complained:
            self._complained = word
            self._told(SourceDown(f"line.{word}", seen=self.last_fault) if word else None)

    def status(self) -> dict[str, object]:
        """Health of the connection, and what came."""
        return {
            "broker": f"{self.broker.host}:{self.broker.port}", "state": self.state, "last_fault": self.last_fault,
            "counts": dict(self.counts), "talk_fault": self.talks.last_fault if self.talks else "",
        }  # fmt: skip
