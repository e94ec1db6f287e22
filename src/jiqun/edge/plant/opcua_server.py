"""OPC UA 服务器 of a plant: one variable a tag with source timestamps, and one that takes commands about faults."""

import asyncio
import logging
from datetime import UTC, datetime
from typing import Any

from asyncua import Server, ua

from jiqun.core.errors import InputError
from jiqun.edge.plant.clockwork import Plant

logging.getLogger("asyncua").setLevel(logging.ERROR)  # it warns that a synthetic plant encrypts nothing

NAMESPACE = "urn:jiqun:plant"
COMMAND = "command"


class PlantServer:
    """One plant as an OPC UA server (OPC UA 服务器); nodes are ns=2;s=<tag> and ns=2;s=command."""

    def __init__(self, plant: Plant, host: str, port: int) -> None:
        self.plant, self.port = plant, port
        self.endpoint = f"opc.tcp://{host}:{port}/jiqun/{plant.kind}/"
        self._nodes: dict[str, Any] = {}
        self._told = ""

    async def __aenter__(self) -> "PlantServer":
        self.server = Server()
        await self.server.init()
        self.server.set_endpoint(self.endpoint)
        self.server.set_server_name(f"jiqun {self.plant.kind} plant (synthetic)")
        index = await self.server.register_namespace(NAMESPACE)
        folder = await self.server.nodes.objects.add_folder(
            ua.NodeId(self.plant.kind, index), self.plant.kind
        )
        for tag in self.plant.tags:
            first = ua.Variant(self.plant.said[tag.name], ua.VariantType.Double)
            self._nodes[tag.name] = await folder.add_variable(ua.NodeId(tag.name, index), tag.name, first)
        self._command = await folder.add_variable(ua.NodeId(COMMAND, index), COMMAND, "")
        await self._command.set_writable()
        await self.server.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.server.stop()

    async def tell(self) -> None:
        """Obey what was written, then publish what the sensors say now."""
        await self._obey()
        now = datetime.now(UTC)
        for name, value in self.plant.said.items():
            told = ua.DataValue(
                ua.Variant(value, ua.VariantType.Double), SourceTimestamp=now, ServerTimestamp=now
            )
            await self.server.write_attribute_value(self._nodes[name].nodeid, told)

    async def _obey(self) -> None:
        command = str(await self._command.read_value() or "").strip()
        if command == self._told:
            return
        self._told = command
        if command:
            try:
                self.plant.order(command)
            except InputError as error:
                self._told = f"? {error.facts['allowed']}"
                await self._command.write_value(self._told)


async def command_plant(endpoint: str, command: str) -> None:
    """Write a command to a running plant (故障命令)."""
    from asyncua import Client

    async with asyncio.timeout(10), Client(endpoint) as client:
        node = client.get_node(ua.NodeId(COMMAND, 2))
        await node.write_value("")
        await node.write_value(command)
