"""汇集 collector: samples of all connectors, judged, gathered for a moment and sealed into the buffer together.

`put` answers when the samples are sealed, for sources that can wait for it (MQTT, HTTP, files); `add` does not wait.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from jiqun.core.errors import SourceDown
from jiqun.edge.clocks import Clock
from jiqun.edge.parcels import Parcel
from jiqun.edge.screen import Screen
from jiqun.factory.readings.contract import batch_body
from jiqun.factory.readings.model import Reading, Refusal, Sample

SEAL_S = 0.5  # plain samples wait at most this long
GATHER_S = 0.02  # those somebody waits for
MOST_ROWS = 5_000  # in one batch


class Store(Protocol):
    """Where parcels go (存处): the buffer, or what stands for it while one only listens."""

    def taken(self, mark: bytes) -> bool:
        """Was this mark taken before?"""
        ...

    def put(self, parcel: Parcel) -> object:
        """Seal a parcel; SourceDown when there is no room."""
        ...


@dataclass(slots=True)
class _Pile:
    readings: list[Reading] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    marks: list[bytes] = field(default_factory=list)
    waiting: list["asyncio.Future[None]"] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return len(self.readings) + len(self.refused)


class Collector:
    """Between connectors and buffer (汇集)."""

    def __init__(self, screen: Screen, buffer: "Store", clock: Clock) -> None:
        self.screen, self.buffer, self.clock = screen, buffer, clock
        self.refusals = 0  # parcels the buffer would not take
        self.heard_us: dict[str, int] = {}
        self._plain, self._waited = _Pile(), _Pile()
        self._wake = asyncio.Event()
        self._sealing = asyncio.Lock()  # once `seal` is through, everything gathered before it is sealed

    def add(self, connector: str, samples: Iterable[Sample]) -> None:
        """Take samples; they are sealed within half a second."""
        self._judge(connector, samples, self._plain)
        if self._plain.rows >= MOST_ROWS:
            self._wake.set()

    async def put(
        self,
        connector: str,
        samples: Sequence[Sample],
        *,
        marks: Sequence[bytes] = (),
        refused: Sequence[tuple[str, str, object]] = (),
        once: bool = True,
    ) -> bool:
        """Take samples and answer when they are sealed; False when one of the marks was taken before.

        refused  (reason, key, seen) of what was not even a sample
        once     look whether a mark was taken before; without it the marks are only remembered
        SourceDown `edge.buffer_full` when the buffer takes nothing: the source must keep them.
        """
        if once and any([await asyncio.to_thread(self.buffer.taken, mark) for mark in marks]):
            self.screen.counts["delivered_again"] += 1
            return False
        now = self.clock.wall_us()
        self._waited.refused += [self.screen.refuse(reason, key, seen, now) for reason, key, seen in refused]
        self._judge(connector, samples, self._waited)
        self._waited.marks += marks
        sealed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waited.waiting.append(sealed)
        self._wake.set()
        await sealed
        return True

    def repeat(self, keys: Iterable[str]) -> None:
        """Say again what holds unchanged; for connectors that stand and whose sources speak only of changes."""
        self._plain.readings += self.screen.again(keys, self.clock.wall_us())

    def refuse(self, connector: str, reason: str, key: str, seen: object) -> None:
        """Refuse something that was not even a sample; it travels like the others."""
        now = self.clock.wall_us()
        self.heard_us[connector] = now
        self._plain.refused.append(self.screen.refuse(reason, key, seen, now))

    async def run(self) -> None:
        """Seal until cancelled; what is gathered then is sealed still."""
        try:
            while True:
                try:
                    async with asyncio.timeout(
                        SEAL_S
                    ):  # wait_for would lose a cancel that comes with the waking
                        await self._wake.wait()
                    await asyncio.sleep(GATHER_S)
                except TimeoutError:
                    pass
                self._wake.clear()
                await self.seal()
        finally:
            await self.seal()

    async def seal(self) -> None:
        """Seal what is gathered now."""
        async with self._sealing:
            plain, self._plain = self._plain, _Pile()
            waited, self._waited = self._waited, _Pile()
            for pile in (waited, plain):
                if pile.rows or pile.marks:
                    await asyncio.shield(asyncio.create_task(self._seal(pile)))
                for one in pile.waiting:
                    if not one.done():
                        one.set_result(None)

    async def _seal(self, pile: _Pile) -> None:
        now = self.clock.wall_us()
        times = [one.read_us for one in pile.readings] or [now]
        body = batch_body(pile.readings, pile.refused, points=self.screen.points, made_us=now)
        parcel = Parcel(body, pile.rows, min(times), max(times), pile.marks, bool(pile.waiting))
        try:
            await asyncio.to_thread(self.buffer.put, parcel)
        except SourceDown as error:
            self.refusals += 1
            self.screen.forget(one.key for one in pile.readings)
            for one in pile.waiting:
                if not one.done():
                    one.set_exception(SourceDown(error.code, **error.facts))

    def _judge(self, connector: str, samples: Iterable[Sample], pile: _Pile) -> None:
        now = self.clock.wall_us()
        self.heard_us[connector] = now
        for sample in samples:
            found = self.screen.judge(sample, now)
            if isinstance(found, Reading):
                pile.readings.append(found)
            elif found is not None:
                pile.refused.append(found)
