"""OPC UA 浏览: every variable below Objects with its type, value and unit, found in chunks; nothing is written."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from typing import Any

from asyncua import Client, ua

from jiqun.edge.config import ConnectorConfig
from jiqun.edge.opcua.connector import CHUNK, hung_up
from jiqun.edge.opcua.security import connected
from jiqun.edge.opcua.values import sample_of
from jiqun.factory.readings.box_orders import MOST_SEEN, Seen

DEEP = 8
MOST_NODES = 20_000
UNIT = "EngineeringUnits"
AGAIN_S, MOST_AGAIN = 2.0, 500
AT_ONCE = 100  # nodes whose children are asked for in one call
Variable = tuple[Any, str, Any]  # node, path of names, node of its unit or None
PASSED_OVER = ua.NodeId(ua.ObjectIds.Server)


async def browsed(config: ConnectorConfig) -> AsyncGenerator[list[Seen], None]:
    """What is found so far, level by level; then what it says now, every two seconds."""
    client = await connected(config)
    try:
        found: list[Seen] = []
        variables: list[Variable] = []
        async for level in _levels(client):
            variables += level
            found += await _read(client, level)
            yield found
            if len(found) > MOST_SEEN:
                break
        while found:
            await asyncio.sleep(AGAIN_S)
            part = await _read(client, variables[:MOST_AGAIN])
            found = part + found[len(part) :]
            yield found
    finally:
        await hung_up(client)


async def _levels(client: Client) -> AsyncIterator[list[Variable]]:
    """Variables of one level after the other: node, name, node of its unit or None."""
    here: list[tuple[Any, str]] = [(client.nodes.objects, "")]
    known = {client.nodes.objects.nodeid, PASSED_OVER}
    for _ in range(DEEP):
        variables: list[Variable] = []
        below: list[tuple[Any, str]] = []
        for start in range(0, len(here), AT_ONCE):
            part = here[start : start + AT_ONCE]
            results = await client.browse_nodes([node for node, _ in part])
            for (node, path), (_, result) in zip(part, results, strict=True):
                told = result.References or ()
                unit = next((one for one in told if one.BrowseName.Name == UNIT), None)
                if path and _is_variable(node):
                    variables.append((node, path, client.get_node(unit.NodeId) if unit else None))
                below += _children(client, told, path, known)
        if variables:
            yield variables
        if not below or len(known) > MOST_NODES:
            return
        here = below


def _children(client: Client, told: Iterable[Any], path: str, known: set[Any]) -> list[tuple[Any, str]]:
    found: list[tuple[Any, str]] = []
    for one in told:
        wanted = one.NodeClass in (ua.NodeClass.Object, ua.NodeClass.Variable)
        part_of = one.ReferenceTypeId != ua.NodeId(ua.ObjectIds.HasProperty)
        if not one.IsForward or not wanted or not part_of or one.NodeId in known:
            continue
        known.add(one.NodeId)
        node = client.get_node(one.NodeId)
        node.is_variable = one.NodeClass == ua.NodeClass.Variable
        name = one.DisplayName.Text or one.BrowseName.Name or ""
        found.append((node, f"{path}/{name}" if path else name))
    return found


def _is_variable(node: Any) -> bool:
    return bool(getattr(node, "is_variable", False))


async def _read(client: Client, level: list[Variable]) -> list[Seen]:
    """Values of variables, and the display names of their units."""
    found: list[Seen] = []
    for start in range(0, len(level), CHUNK):
        part = level[start : start + CHUNK]
        values = await client.read_attributes([node for node, _, _ in part])
        asked = [unit for _, _, unit in part if unit is not None]
        told = await client.read_attributes(asked) if asked else []
        units = {node.nodeid: _unit(one) for node, one in zip(asked, told, strict=True)}
        found += [
            _seen(node, path, value, units.get(unit.nodeid, "") if unit is not None else "")
            for (node, path, unit), value in zip(part, values, strict=True)
        ]
    return found


def _seen(node: Any, path: str, told: Any, unit: str) -> Seen:
    sample = sample_of("", told)
    value = sample.value
    kind = told.Value.VariantType.name if told.Value is not None else ""
    plain = value if isinstance(value, int | float) else None if value is None else str(value)[:100]
    note = "" if isinstance(value, int | float) and not isinstance(plain, str) else "no_number"
    return Seen(node.nodeid.to_string(), path, kind, unit, plain, str(sample.quality), sample.read_us, note)


def _unit(told: Any) -> str:
    value = told.Value.Value if told.Value is not None else None
    return str(getattr(getattr(value, "DisplayName", None), "Text", "") or "")
