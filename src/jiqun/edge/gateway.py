"""发送 gateway: carries batches to the gate, over HTTP or through a broker, over and over until each is acknowledged.

Two lanes after an outage: what is sealed from now on goes first, what waited follows in order, turn by turn, so that
catching up never starves live data and live data never stops the catching up.
"""

import asyncio
import http.client
import random
from collections import Counter
from collections.abc import Sequence

from jiqun.core.errors import InputError
from jiqun.edge.buffer import Buffer
from jiqun.edge.clocks import Clock
from jiqun.edge.config import GateConfig
from jiqun.edge.lines import Refused, line_to
from jiqun.edge.parcels import Batch
from jiqun.factory.readings.contract import Answer, encode

IDLE_S = 0.1
FIRST_WAIT_S, MOST_WAIT_S = 0.5, 30.0
BACKLOG = 20  # so many batches waiting make a second lane
TOO_MUCH, DENIED = 413, (401, 403)


class Gateway:
    """The sender of one box (发送)."""

    def __init__(self, site: str, config: GateConfig, buffer: Buffer, clock: Clock) -> None:
        self.site, self.config, self.buffer, self.clock = site, config, buffer, clock
        self.counts: Counter[str] = Counter()
        self.last_fault = ""
        self.last_success_us: int | None = None
        self.most = 50
        self._live_from = 0  # sequence at which the live lane begins; 0: one lane
        self._turn = 0
        self._failures = 0
        self._line = line_to(site, config, self.counts)

    async def run(self) -> None:
        """Send until cancelled."""
        try:
            while True:
                await asyncio.sleep(await self.step())
        finally:
            self._line.close()

    async def step(self) -> float:
        """Send one request of the lane whose turn it is; gives the seconds to wait before the next."""
        batches = await asyncio.to_thread(self._choose)
        if not batches:
            return IDLE_S
        try:
            body = await asyncio.to_thread(encode, self.site, [one.body for one in batches])
            answer = await asyncio.to_thread(self._line.post, body)
            await asyncio.to_thread(self._settle, batches, answer)
            return self._went_well(batches, answer)
        except Refused as error:
            return await self._refused(error, batches)
        except (OSError, http.client.HTTPException, InputError) as error:
            return self._failed(f"{type(error).__name__}: {error}"[:200])
        finally:
            self.buffer.in_flight = frozenset()

    def _choose(self) -> list[Batch]:
        """The batches of this turn: of the live lane and of the backlog by turns, while there is a backlog."""
        if self._live_from:
            self._turn += 1
            lanes = [{"after": self._live_from - 1}, {"before": self._live_from}]
            if self._turn % 2 == 0:
                lanes.reverse()
            for lane in lanes:
                found = self.buffer.next(most=self.most, hold=True, **lane)
                if not found and "before" in lane:
                    self._live_from = 0
                if found:
                    return found
        return self.buffer.next(most=self.most, hold=True)

    def _settle(self, batches: Sequence[Batch], answer: Answer) -> None:
        ours = {one.id: one for one in batches}
        for key, code in answer.refused.items():
            if key in ours and key not in answer.acknowledged:
                self.buffer.set_aside(ours[key], code)
                self.counts["refused_by_gate"] += 1
        self.buffer.done(ours[key].sequence for key in answer.acknowledged if key in ours)

    def _went_well(self, batches: Sequence[Batch], answer: Answer) -> float:
        moved = sum(one.id in answer.acknowledged or one.id in answer.refused for one in batches)
        self.counts["acknowledged"] += sum(one.id in answer.acknowledged for one in batches)
        if not moved:
            return self._failed("answer names no batch of ours")
        if self._failures:
            self._open_lanes()
        self._failures, self.last_fault, self.most = 0, "", min(50, self.most * 2)
        self.last_success_us = self.clock.wall_us()
        return 0.0 if self.buffer.level().batches else IDLE_S

    def _open_lanes(self) -> None:
        """The gate is back: what is sealed from now on is live."""
        if not self._live_from and self.buffer.level().batches >= BACKLOG:
            self._live_from = self.buffer.newest() + 1

    async def _refused(self, error: Refused, batches: Sequence[Batch]) -> float:
        self.counts[f"http_{error.status}"] += 1
        if error.status == TOO_MUCH and len(batches) > 1:
            self.most = max(1, len(batches) // 2)
            return 0.0
        if error.status == TOO_MUCH:
            await asyncio.to_thread(self.buffer.set_aside, batches[0], "http_413")
            return 0.0
        wait = self._failed(str(error))
        if error.status in DENIED:
            return MOST_WAIT_S
        return wait if error.wait_s is None else min(error.wait_s, 300.0)

    def _failed(self, fault: str) -> float:
        self.counts["failures"] += 1
        self._failures += 1
        self.last_fault = fault
        wait = min(MOST_WAIT_S, FIRST_WAIT_S * 2 ** min(self._failures - 1, 10))
        return wait * random.uniform(0.7, 1.3)  # noqa: S311 - spreads boxes, guards nothing
