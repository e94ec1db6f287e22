"""旁听 listening: a connector works as it will when saved, but what it hears is shown and not kept.

The same connector, the same judgement of values: what the page shows is what would arrive.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence

from jiqun.core.units import UnitTable
from jiqun.edge.clocks import Clock
from jiqun.edge.collector import Collector
from jiqun.edge.config import ConnectorConfig, Limits
from jiqun.edge.connection import Connector
from jiqun.edge.crew import connector_made
from jiqun.edge.parcels import Parcel
from jiqun.edge.screen import Screen
from jiqun.factory.readings.box_orders import Seen
from jiqun.factory.readings.model import Reading, Refusal, Sample

SHOW_S = 1.0


class _NoBuffer:
    """Stands where a buffer would: nothing was taken before, and nothing is kept."""

    def taken(self, mark: bytes) -> bool:
        del mark
        return False

    def put(self, parcel: Parcel) -> None:
        del parcel


class Listener(Collector):
    """Keeps the last of each point and seals nothing (旁听)."""

    def __init__(self, screen: Screen, clock: Clock) -> None:
        super().__init__(screen, _NoBuffer(), clock)
        self.last: dict[str, Reading | Refusal] = {}
        self.heard = asyncio.Event()

    def add(self, connector: str, samples: Iterable[Sample]) -> None:
        """Look at samples."""
        now = self.clock.wall_us()
        for sample in samples:
            found = self.screen.judge(sample, now)
            if found is not None:
                self.last[sample.key] = found
        self.heard.set()

    async def put(
        self,
        connector: str,
        samples: Sequence[Sample],
        *,
        marks: Sequence[bytes] = (),
        refused: Sequence[tuple[str, str, object]] = (),
        once: bool = True,
    ) -> bool:
        """Look at samples; there is nothing to wait for."""
        self.add(connector, samples)
        return True

    def refuse(self, connector: str, reason: str, key: str, seen: object) -> None:
        """Look at a refusal."""
        self.last[key] = self.screen.refuse(reason, key, seen, self.clock.wall_us())
        self.heard.set()


async def watched(
    config: ConnectorConfig, limits: Limits, units: UnitTable, clock: Clock
) -> AsyncGenerator[list[Seen], None]:
    """What the points of a connector say, once a second; ends with whatever ends the connection."""
    listener = Listener(Screen(config.points, limits, units), clock)
    made = connector_made(config, listener, limits)
    async for _ in sessions(made):
        yield [_seen(one.address, one.key, one.unit, listener.last.get(one.key)) for one in config.points]


async def sessions(made: Connector) -> AsyncIterator[None]:
    """One session of a connector, which keeps nothing at a broker; a turn a second, and its fault at the end."""
    made.passing = True
    task = asyncio.create_task(made.session())
    try:
        while True:
            done, _ = await asyncio.wait({task}, timeout=SHOW_S)
            if done:
                task.result()
                return
            if made.last_fault and made.state != "up":
                raise ConnectionError(made.last_fault)
            yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _seen(address: str, key: str, unit: str, last: Reading | Refusal | None) -> Seen:
    if last is None:
        return Seen(address, key, unit=unit, quality="", note="nothing_yet")
    if isinstance(last, Refusal):
        return Seen(
            address, key, unit=unit, value=last.seen, quality="bad", read_us=last.read_us, note=last.reason
        )
    return Seen(
        address,
        key,
        unit=unit,
        value=last.value,
        quality=str(last.quality),
        read_us=last.read_us,
        note=last.flag,
    )
