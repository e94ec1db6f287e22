"""OPC UA 服务器 of a plant: one variable a tag with source timestamps, and one that takes commands about faults."""

import asyncio
import logging
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asyncua import Client, Server, ua
from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256
from asyncua.crypto.uacrypto import CertProperties

from jiqun.core.errors import InputError
from jiqun.edge.opcua.certificates import read_certificate, uri_of
from jiqun.edge.opcua.security import SecureClient
from jiqun.edge.plant.clockwork import Plant
from jiqun.edge.plant.opcua_secure import CERTIFICATE, KEY, TRUSTED, USER, SecureFolder, secured

logging.getLogger("asyncua").setLevel(logging.ERROR)  # it warns that a synthetic plant encrypts nothing

NAMESPACE = "urn:jiqun:plant"
COMMAND = "command"


class PlantServer:
    """One plant as an OPC UA server (OPC UA 服务器); nodes are ns=2;s=<tag> and ns=2;s=command."""

    def __init__(self, plant: Plant, host: str, port: int, *, secure: Path | None = None) -> None:
        self.plant, self.port = plant, port
        self.secure = SecureFolder(secure) if secure is not None else None
        self.endpoint = f"opc.tcp://{host}:{port}/jiqun/{plant.kind}/"
        self._nodes: dict[str, Any] = {}
        self._told = ""

    async def __aenter__(self) -> "PlantServer":
        self.server = Server()
        await self.server.init()
        self.server.set_endpoint(self.endpoint)
        self.server.set_server_name(f"jiqun {self.plant.kind} plant (synthetic)")
        if self.secure is not None:
            name = f"urn:{socket.gethostname()}:jiqun:plant:{self.plant.kind}"
            await secured(self.server, await asyncio.to_thread(self.secure.filled, name))
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


async def command_plant(endpoint: str, command: str, secure: Path | None = None) -> None:
    """Write a command to a running plant (故障命令); to a secured one with its own pair, which it then trusts."""
    client = Client(endpoint) if secure is None else await _trusted_client(endpoint, SecureFolder(secure))
    async with asyncio.timeout(10), client:
        node = client.get_node(ua.NodeId(COMMAND, 2))
        await node.write_value("")
        await node.write_value(command)


async def _trusted_client(endpoint: str, folder: SecureFolder) -> Client:
    """A client of whoever may read the folder of a secured plant."""
    own = (folder.root / CERTIFICATE).read_bytes()
    (folder.root / TRUSTED / CERTIFICATE).write_bytes(own)
    client = SecureClient(endpoint)
    client.application_uri = uri_of(read_certificate(own))
    client.set_user(USER)
    client.set_password(folder.password())
    await client.set_security(
        SecurityPolicyBasic256Sha256,
        folder.root / CERTIFICATE,
        CertProperties(folder.root / KEY, "pem"),
        server_certificate=CertProperties(own, "der"),
    )
    return client
