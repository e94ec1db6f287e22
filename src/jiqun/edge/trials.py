"""试连 trials: look at a machine for the page that connects it, within a time and the allowed networks, changing nothing."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable

from jiqun.core.errors import InputError, JiqunError
from jiqun.core.units import UnitTable
from jiqun.edge.clocks import Clock
from jiqun.edge.config import ConnectorConfig, EdgeConfig
from jiqun.edge.listening import Listener, watched
from jiqun.edge.ordered import connector_of, pinned
from jiqun.edge.screen import Screen
from jiqun.factory.readings.box_orders import (
    BROWSE,
    MOST_SEEN,
    ConnectionOrder,
    Seen,
    TrialAnswer,
    TrialOrder,
)
from jiqun.factory.readings.line_faults import NOT_BROWSABLE, NOTHING_FOUND, TIMEOUT, fault_of

LOOK_S, CONNECT_S, NOTHING_S = 900.0, 12.0, 25.0
TELL_S = 1.0
LOOK = "look_"
Tell = Callable[[TrialAnswer], Awaitable[bool]]


async def run_trial(
    order: TrialOrder, config: EdgeConfig, units: UnitTable, clock: Clock, tell: Tell
) -> None:
    """Do one trial and tell what it gives, at the latest when its time is over; `tell` answers whether to go on."""
    box = config.orders.box
    left = min(LOOK_S, (order.until_us - clock.wall_us()) / 1e6)
    looks = _Looks(box, tell)
    try:
        async with asyncio.timeout(max(1.0, left)):
            made = await asyncio.to_thread(_made, order, config, units)
            await looks.at(_looking(order, made, config, units, clock))
    except TimeoutError:
        await looks.end("" if looks.seen else TIMEOUT, "")
    except Exception as error:  # noqa: BLE001 - no device and no library may take the box down
        said = f"{type(error).__name__}: {error}"[:200]
        await looks.end(fault_of(said), said)
    else:
        await looks.end("" if looks.seen else NOTHING_FOUND, "")


class _Looks:
    """Tells what is seen, not oftener than once a second, for as long as somebody looks."""

    def __init__(self, box: str, tell: Tell) -> None:
        self.box, self.tell = box, tell
        self.seen: list[Seen] = []
        self.told_at = -TELL_S

    async def at(self, turns: AsyncGenerator[list[Seen], None]) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            first = True
            while True:
                try:
                    async with asyncio.timeout(CONNECT_S if first else None):
                        self.seen = await anext(turns)
                except StopAsyncIteration:
                    return
                first = False
                if not self.seen and loop.time() - began > NOTHING_S:
                    return
                if loop.time() - self.told_at >= TELL_S * 0.9:
                    self.told_at = loop.time()
                    if not await self.tell(self._answer("running", "", "")):
                        return
        finally:
            await turns.aclose()

    async def end(self, fault: str, said: str) -> None:
        await self.tell(self._answer("failed" if fault else "done", fault, said))

    def _answer(self, state: str, fault: str, said: str) -> TrialAnswer:
        return TrialAnswer(
            self.box, state, tuple(self.seen[:MOST_SEEN]), len(self.seen) > MOST_SEEN, fault, said
        )


def _made(order: TrialOrder, config: EdgeConfig, units: UnitTable) -> ConnectorConfig:
    """The connector to be tried, its host resolved and allowed; blocks while names are resolved."""
    options = {name: value for name, value in order.options.items() if not name.startswith(LOOK)}
    told = ConnectionOrder("trial", order.protocol, options, order.points, 0)
    return pinned(connector_of(told, config.orders, units), config.orders)


async def _looking(
    order: TrialOrder, made: ConnectorConfig, config: EdgeConfig, units: UnitTable, clock: Clock
) -> AsyncGenerator[list[Seen], None]:
    """What is seen, turn by turn."""
    look = {name.removeprefix(LOOK): value for name, value in order.options.items() if name.startswith(LOOK)}
    kind, listener = made.manifest.key, Listener(Screen((), config.limits, units), clock)
    if kind in ("csv_drop", "http_in"):
        raise JiqunError(f"box.{NOT_BROWSABLE}", seen=kind)
    if order.kind != BROWSE:
        turns = watched(made, config.limits, units, clock)
    elif kind == "opcua":
        from jiqun.edge.opcua.browse import browsed

        turns = browsed(made)
    elif kind == "modbus":
        turns = _registers(made, look, config, units, clock)
    elif kind == "sparkplug":
        from jiqun.edge.sparkplug.browse import born

        turns = born(made, listener, config.limits)
    else:
        from jiqun.edge.mqtt_json.browse import overheard

        topic = str(look.get("topic") or "#")
        if len(topic) > 200 or "\0" in topic:
            raise InputError("box.bad_connection", seen=topic[:80], allowed="#")
        turns = overheard(made, listener, config.limits, topic=topic)
    async for seen in turns:
        yield seen


async def _registers(
    made: ConnectorConfig, look: dict[str, object], config: EdgeConfig, units: UnitTable, clock: Clock
) -> AsyncGenerator[list[Seen], None]:
    """A stretch of registers, read again and again."""
    from jiqun.edge.modbus.browse import with_registers

    async for seen in watched(with_registers(made, look), config.limits, units, clock):
        yield [
            Seen(one.address, one.address, value=one.value, quality=one.quality, note=one.note)
            for one in seen
        ]
