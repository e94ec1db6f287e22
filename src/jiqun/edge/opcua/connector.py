"""OPC UA 连接器: subscribes to every point in chunks, watches the connection, begins anew when it is lost."""

import asyncio
from collections.abc import Iterable
from typing import Any

from asyncua import Client, ua
from asyncua.common.subscription import DataChangeNotif
from asyncua.ua.uaerrors import UaError

from jiqun.edge.connection import UP, Connector
from jiqun.edge.opcua.security import TIMEOUT_S, connected
from jiqun.edge.opcua.values import sample_of
from jiqun.factory.readings.model import Point, Quality, Sample

CHUNK = 500  # one call with thousands of items makes servers hang up
QUEUE = 50  # values the server keeps for us between two reports
WATCH_S = 2.0
PATIENCE_S = (
    10  # a server or a box that is busy for some seconds still has its values: hanging up would lose them
)


async def hung_up(client: Client) -> None:
    """Hang up, whatever the server makes of it."""
    try:
        async with asyncio.timeout(TIMEOUT_S):
            await client.disconnect()
    except (UaError, OSError, TimeoutError, RuntimeError):
        client.disconnect_socket()


class OpcUa(Connector):
    """Subscribes at one server (OPC UA 连接器)."""

    def holding(self) -> Iterable[str]:
        """All points, as long as the connection stands: it is asked every two seconds."""
        return [point.key for point in self.config.points] if self.state == UP else ()

    async def session(self) -> None:
        """Connect, subscribe in chunks, and watch until the connection is lost."""
        client = await connected(self.config, timeout_s=PATIENCE_S)
        lost = asyncio.Event()

        async def on_lost(_: Exception) -> None:
            lost.set()

        client.connection_lost_callback = on_lost
        try:
            await self._subscribe(client, lost)
            self.state, self.last_fault = UP, ""
            await self._watch(client, lost)
        finally:
            await hung_up(client)
            self._say_gone()

    async def _subscribe(self, client: Client, lost: asyncio.Event) -> None:
        handler = _Handler(self, lost)
        interval = max(50, self.config.whole("interval_ms"))
        subscription = await client.create_subscription(interval, handler)
        self.counts["refused_points"] = 0
        points = self.config.points
        for start in range(0, len(points), CHUNK):
            await self._chunk(client, subscription, handler, points[start : start + CHUNK])

    async def _chunk(
        self, client: Client, subscription: Any, handler: "_Handler", points: tuple[Point, ...]
    ) -> None:
        nodes = [client.get_node(ua.NodeId.from_string(point.address)) for point in points]
        handler.keys |= {node.nodeid: point.key for node, point in zip(nodes, points, strict=True)}
        handles = await subscription.subscribe_data_change(
            nodes, queuesize=QUEUE, sampling_interval=float(self.config.whole("interval_ms"))
        )
        for point, handle in zip(points, handles, strict=True):
            if isinstance(handle, ua.StatusCode):  # the server knows no such node, or gives it to nobody
                self.counts["refused_points"] += 1
                self.collector.refuse(
                    self.name, "unknown_point", point.key, f"{point.address}: {handle.name}"
                )

    async def _watch(self, client: Client, lost: asyncio.Event) -> None:
        """Ask the server for its state now and then; a subscription alone may be silent for good reasons."""
        while True:
            try:
                async with asyncio.timeout(WATCH_S):
                    await lost.wait()
                raise ConnectionError("the connection to the server was lost")
            except TimeoutError:
                await client.check_connection()
                await client.nodes.server_state.read_value()

    def _say_gone(self) -> None:
        """Nobody knows the points any more: that is a reading too."""
        now = self.collector.clock.wall_us()
        self.collector.add(self.name, [Sample(p.key, None, now, Quality.BAD) for p in self.config.points])


class _Handler:
    """What the library calls for every report."""

    def __init__(self, connector: OpcUa, lost: asyncio.Event) -> None:
        self.connector, self.lost = connector, lost
        self.keys: dict[ua.NodeId, str] = {}

    def datachange_notification(self, node: Any, _value: object, data: DataChangeNotif) -> None:
        """One value of one node."""
        self.connector.counts["notifications"] += 1
        key = self.keys.get(node.nodeid, str(node.nodeid))
        self.connector.collector.add(self.connector.name, [sample_of(key, data.monitored_item.Value)])

    def status_change_notification(self, status: Any) -> None:
        """The server ends the subscription: begin anew."""
        del status
        self.lost.set()
