"""连接 connection: what every connector is to the box, its health, and the watch that starts it again when it fails."""

import asyncio
import random
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable

from jiqun.edge.collector import Collector
from jiqun.edge.config import ConnectorConfig, Limits
from jiqun.factory.readings.line_faults import BAD_OPTIONS, LineFault

FIRST_WAIT_S, MOST_WAIT_S = 0.5, 30.0
CONNECTING, UP, DOWN = "connecting", "up", "down"


class Connector(ABC):
    """One connection to machines (连接).

    `session` connects, sets `state` to UP and hands over samples until it fails or is cancelled; whatever it raises, the
    watch writes it down, waits longer each time and starts it again.
    """

    def __init__(self, config: ConnectorConfig, collector: Collector, limits: Limits) -> None:
        self.config, self.collector, self.limits = config, collector, limits
        self.name = config.name
        self.state = CONNECTING
        self.last_fault = ""
        self.counts: Counter[str] = Counter()
        self.wait_s = FIRST_WAIT_S
        self.ordered = False
        self.passing = False  # a trial: leave nothing behind at a broker
        self.looked_at: Callable[[], ConnectorConfig] | None = (
            None  # asked before each session: may it go there?
        )

    def holding(self) -> Iterable[str]:
        """Keys of points whose last value holds while nothing is heard, for sources that speak only of changes."""
        return ()

    @abstractmethod
    async def session(self) -> None:
        """Connect and deliver until the connection ends."""

    async def run(self) -> None:
        """Keep a session going until cancelled."""
        while True:
            self.counts["sessions"] += 1
            try:
                if self.looked_at is not None:
                    self.config = await asyncio.to_thread(self.looked_at)
                await self.session()
                self.last_fault = "the connection ended"
            except Exception as error:  # noqa: BLE001 - no device, library or network may take the box down
                self.last_fault = f"{type(error).__name__}: {error}"[:200]
            if self.state == UP:
                self.wait_s = FIRST_WAIT_S
            self.state = DOWN
            self.counts["faults"] += 1
            await asyncio.sleep(self.wait_s * random.uniform(0.7, 1.3))  # noqa: S311 - spreads boxes, guards nothing
            self.wait_s = min(MOST_WAIT_S, self.wait_s * 2)

    def as_json(self) -> dict[str, object]:
        """Its line of the status."""
        return {
            "name": self.name, "kind": self.config.manifest.key, "promise": self.config.manifest.promise,
            "state": self.state, "points": len(self.config.points), "last_fault": self.last_fault,
            "heard_us": self.collector.heard_us.get(self.name), "ordered": self.ordered, "counts": dict(self.counts),
        }  # fmt: skip


def secret(config: ConnectorConfig, name: str) -> str | None:
    """What stands in a file of a secret; None when the option is empty. LineFault for a key: it is nobody's password."""
    if not config.text(name):
        return None
    told = config.path(name).read_text(encoding="utf-8").strip()
    if (
        "-----BEGIN" in told
    ):  # whoever may name files on the page must not have the box tell its keys to a machine
        raise LineFault(BAD_OPTIONS, f"{name}: {config.path(name).name}")
    return told
