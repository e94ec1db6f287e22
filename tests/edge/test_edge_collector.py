"""The collector is stopped at any moment, also the very one at which it is woken, and seals what it has."""

import asyncio
from pathlib import Path

import pytest
from edge_house import LIMITS, NOW_US, Clock, buffer_config

from jiqun.edge import crew
from jiqun.edge.buffer import Buffer
from jiqun.edge.collector import MOST_ROWS, Collector
from jiqun.edge.screen import Screen
from jiqun.factory.readings.model import Point, PointKind, Sample


@pytest.mark.parametrize("steps", range(4))
def test_a_stop_that_comes_with_a_full_pile_is_obeyed(tmp_path: Path, steps: int) -> None:
    point = Point("p", "a", "件", PointKind.COUNTER)

    async def run() -> int:
        buffer = Buffer(buffer_config(tmp_path))
        collector = Collector(Screen([point], LIMITS), buffer, Clock())
        sealing = asyncio.create_task(collector.run())
        await asyncio.sleep(0.05)
        collector.add("line", [Sample("p", n, NOW_US + n) for n in range(MOST_ROWS)])
        for _ in range(steps):
            await asyncio.sleep(0)
        sealing.cancel()
        done, _ = await asyncio.wait([sealing], timeout=5)
        assert done, "the stop was lost"
        rows = buffer.level().rows
        buffer.close()
        return rows

    assert asyncio.run(run()) == MOST_ROWS


def test_a_connector_whose_library_loses_a_cancel_is_stopped_all_the_same(tmp_path: Path) -> None:
    lost: list[int] = []

    async def stubborn() -> None:
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                lost.append(1)
                if len(lost) > 2:
                    raise

    async def run() -> bool:
        crew.CANCEL_AGAIN_S, before = 0.01, crew.CANCEL_AGAIN_S
        task = asyncio.create_task(stubborn())
        await asyncio.sleep(0)
        await asyncio.wait_for(crew._ended([task]), 5)
        crew.CANCEL_AGAIN_S = before
        return task.cancelled()

    assert asyncio.run(run())
    assert len(lost) == 3
