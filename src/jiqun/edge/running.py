"""运行 running: the whole box in one process — connectors, collector, gateway, status — until it is told to stop."""

import asyncio
import os
import signal
from pathlib import Path

import orjson

from jiqun.core.errors import SourceDown
from jiqun.core.units import UnitTable
from jiqun.edge.buffer import Buffer
from jiqun.edge.clocks import BoxClock, Clock, Jumps
from jiqun.edge.collector import Collector
from jiqun.edge.config import EdgeConfig
from jiqun.edge.connection import Connector
from jiqun.edge.crew import Crew
from jiqun.edge.doors import Door, Reply, Request
from jiqun.edge.gateway import Gateway
from jiqun.edge.ordered import keep, kept, taken
from jiqun.edge.orders import Agent
from jiqun.edge.screen import Screen
from jiqun.factory.readings.box_orders import Orders

STATUS_S = 2.0
REPEAT_S = 5.0


class Box:
    """One factory box at work (边缘盒运行)."""

    def __init__(self, config: EdgeConfig, *, units: UnitTable, clock: Clock | None = None) -> None:
        self.config = config
        self.clock = clock or BoxClock()
        self.started_us = self.clock.wall_us()
        self.jumps = Jumps(self.clock)
        self.buffer = Buffer(config.buffer)
        self.units = units
        self.ordered = taken(kept(config.orders), config.orders, config.connectors, units)
        connectors = (*config.connectors, *self.ordered.connectors)
        points = [point for one in connectors for point in one.points]
        self.screen = Screen(points, config.limits, units)
        self.collector = Collector(self.screen, self.buffer, self.clock)
        self.gateway = Gateway(config.site, config.gate, self.buffer, self.clock)
        self.crew = Crew(self.collector, config.limits, config.orders)
        self.crew.hire(config.connectors)
        self.crew.hire(self.ordered.connectors, ordered=True)
        self.agent = Agent(self)

    @property
    def connectors(self) -> tuple[Connector, ...]:
        """Its connectors: its own, then those of saved connections."""
        return self.crew.members

    async def obey(self, orders: Orders) -> None:
        """Take saved connections: written to the disk first, then only what differs is started anew."""
        await asyncio.to_thread(keep, self.config.orders, orders)
        self.ordered = taken(orders, self.config.orders, self.config.connectors, self.units)
        await self.crew.take(self.ordered.connectors)

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop`; then connectors are hung up first, what they gave is sealed, and the buffer is closed."""
        door = self._door(asyncio.get_running_loop())
        sealing = asyncio.create_task(self.collector.run())
        sending = asyncio.create_task(self.gateway.run())
        showing = asyncio.create_task(self._show())
        asking = asyncio.create_task(self.agent.run())
        repeating = asyncio.create_task(self._repeat())
        try:
            async with asyncio.TaskGroup() as group:
                self.crew.start(group)
                await stop.wait()
                asking.cancel()  # first, so that nobody is hired any more
                await asyncio.gather(asking, return_exceptions=True)
                await self.crew.stop()
        finally:
            beside = (asking, repeating, sealing, sending, showing)
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            if door is not None:
                await asyncio.to_thread(door.close)
            self._write(running=False)
            self.buffer.close()

    def status(self, *, running: bool = True) -> dict[str, object]:
        """Everything there is to know of the box: health, lag, gaps, buffer, what was refused and why."""
        level, now = self.buffer.level(), self.clock.wall_us()
        return {
            "site": self.config.site, "running": running, "pid": os.getpid(), "now_us": now, "started_us": self.started_us,
            "lag_s": 0.0 if level.oldest_us is None else max(0.0, (now - level.oldest_us) / 1e6),
            "buffer": {
                "batches": level.batches, "rows": level.rows, "bytes": level.bytes, "most_bytes": self.buffer.most,
                "overflow": self.config.buffer.overflow, "set_aside": level.set_aside,
                "damaged": str(self.buffer.damaged or ""), "refusals": self.collector.refusals,
            },
            "gaps": [{"from_us": g.from_us, "to_us": g.to_us, "count": g.count, "reason": g.reason}
                     for g in self.buffer.untold()],
            "gate": {
                "address": self.config.gate.address, "last_success_us": self.gateway.last_success_us,
                "last_fault": self.gateway.last_fault, "counts": dict(self.gateway.counts),
            },
            "clock": {"jumps": self.jumps.count, "last_jump_s": round(self.jumps.last_s, 3)},
            "counts": dict(self.screen.counts),
            "connectors": [one.as_json() for one in self.connectors],
            "orders": self.agent.as_json(),
        }  # fmt: skip

    @property
    def status_file(self) -> Path:
        """Where the status is written every two seconds."""
        return self.config.buffer.path.with_suffix(".status.json")

    async def _repeat(self) -> None:
        while True:
            await asyncio.sleep(REPEAT_S)
            for one in self.connectors:
                self.collector.repeat(one.holding())

    async def _show(self) -> None:
        while True:
            self.jumps.look()
            await asyncio.to_thread(self._write)
            await asyncio.sleep(STATUS_S)

    def _write(self, *, running: bool = True) -> None:
        beside = self.status_file.with_suffix(".tmp")
        try:
            beside.write_bytes(orjson.dumps(self.status(running=running), option=orjson.OPT_INDENT_2))
            beside.replace(self.status_file)
        except OSError as error:  # a full disk stops no box
            self.gateway.counts["status_not_written"] += 1
            self.gateway.last_fault = str(error)

    def _door(self, loop: asyncio.AbstractEventLoop) -> Door | None:
        if not self.config.status_port:
            return None

        async def told() -> dict[str, object]:
            return self.status()

        def answer(request: Request) -> Reply:
            if request.path != "/status":
                return 404, {"error": "/status"}
            return 200, asyncio.run_coroutine_threadsafe(told(), loop).result(10)

        try:
            return Door("127.0.0.1", self.config.status_port, answer, most_bytes=1000)
        except OSError as error:
            raise SourceDown(
                "edge.port_in_use", seen=f"status_port {self.config.status_port}: {error}"
            ) from error


async def run_box(box: Box) -> None:
    """Run a box until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(name, stop.set)
        except NotImplementedError:  # Windows
            signal.signal(name, lambda *_: loop.call_soon_threadsafe(stop.set))
    await box.run(stop)
