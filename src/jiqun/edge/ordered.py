"""已下发的连接 ordered: connections saved on the page, as the box keeps them in a file; what it takes and what not.

The box's own configuration wins. Nothing the page sends can name a file outside two folders beside the configuration
(`secrets/` for passwords and certificates, `drop/` for CSV), nor an address outside the networks it allows.
"""

import os
import re
import socket
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import orjson

from jiqun.core.errors import InputError, JiqunError
from jiqun.core.units import UnitTable
from jiqun.edge.config import LOGIN, SECRETS, ConnectorConfig, OrdersConfig, shown
from jiqun.factory.readings.box_orders import VERSION, ConnectionOrder, OrderFault, Orders, read_orders
from jiqun.factory.readings.manifests import Manifest, Option, connector_keys, manifest_of
from jiqun.factory.readings.model import Point

DROP = "drop"
BARE = re.compile(r"[\w][\w.\-]{0,79}")


@dataclass(frozen=True, slots=True)
class Taken:
    """What the box makes of its orders (采用): connectors it runs, connections it cannot take and why."""

    version: int = 0
    connectors: tuple[ConnectorConfig, ...] = ()
    faults: tuple[OrderFault, ...] = ()


def kept(config: OrdersConfig) -> Orders:
    """The connections in the box's file; none when there is no file, and a damaged one is set aside."""
    try:
        found = tomllib.loads(config.file.read_text(encoding="utf-8"))
        told = {
            "talk": VERSION,
            "config_version": found["config_version"],
            "connections": found.get("connector", []),
        }
        return read_orders(orjson.dumps(told))
    except FileNotFoundError:
        return Orders(0, (), ())
    except (OSError, ValueError, KeyError, TypeError, JiqunError):
        config.file.replace(config.file.with_suffix(".damaged"))
        return Orders(0, (), ())


def keep(config: OrdersConfig, orders: Orders) -> None:
    """Write connections so that they are there after a power cut; OSError when the disk takes nothing."""
    beside = config.file.with_suffix(".tmp")
    with beside.open("w", encoding="utf-8") as stream:
        stream.write(_written(orders))
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(config.file)
    if os.name == "posix":
        folder = os.open(config.file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def taken(orders: Orders, config: OrdersConfig, own: Iterable[ConnectorConfig], units: UnitTable) -> Taken:
    """Connectors from orders; those the box's own configuration names, or that cannot be, become faults."""
    mine = tuple(own)
    names, keys = {one.name for one in mine}, {point.key: one.name for one in mine for point in one.points}
    found: list[ConnectorConfig] = []
    faults: list[OrderFault] = []
    for order in orders.connections or ():
        try:
            made = connector_of(order, config, units)
            _apart(made, names, keys)
        except JiqunError as error:
            faults.append(OrderFault(order.name, error.code, str(error.facts.get("seen", ""))[:200]))
            continue
        names.add(made.name)
        keys |= {point.key: made.name for point in made.points}
        found.append(made)
    return Taken(orders.config_version, tuple(found), tuple(faults))


def connector_of(order: ConnectionOrder, config: OrdersConfig, units: UnitTable) -> ConnectorConfig:
    """A connector as ordered; InputError `box.bad_connection` names what cannot be."""
    if order.kind not in connector_keys():
        raise _bad(order.kind, " ".join(connector_keys()))
    manifest = manifest_of(order.kind)
    strange = [name for name in order.options if name not in manifest.options]
    if strange:
        raise _bad(strange[0], " ".join(manifest.options))
    options = {name: _value(option, order.options, config.base) for name, option in manifest.options.items()}
    for point in order.points:
        _sound(point, manifest, units)
    return ConnectorConfig(order.name, manifest, options, order.points)


def pinned(made: ConnectorConfig, config: OrdersConfig) -> ConnectorConfig:
    """The connector with its name of a host as an address the box may call; InputError `box.address_not_allowed`.

    Resolves names, so it may block. OSError when there is no such host.
    """
    if "folder" in made.options:
        return made
    if "host" in made.options:
        _allowed(str(made.options["host"]), config)
        return made
    told = str(made.options.get("address", ""))
    if LOGIN.match(told.rpartition("://")[2]):
        raise _bad(shown(told), "user, password_file")
    url = urlsplit(told if "://" in told else f"//{told}")
    try:
        host, port = url.hostname or "", url.port
    except ValueError as error:
        raise _bad(told, made.manifest.options["address"].en) from error
    if not host or (port is None and made.manifest.key != "opcua"):
        raise _bad(told, made.manifest.options["address"].en)
    if made.manifest.key == "opcua" and url.scheme != "opc.tcp":
        raise _bad(told, "opc.tcp://host:4840/")
    at = _allowed(host, config)
    place = f"[{at}]" if ":" in at else at
    near = f"{place}:{port}" if port is not None else place
    pinned_to = url._replace(netloc=near).geturl() if "://" in told else f"{at}:{port}"
    return replace(made, options={**made.options, "address": pinned_to}, host=host)


def _allowed(host: str, config: OrdersConfig) -> str:
    found = {
        str(one[4][0]).partition("%")[0] for one in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    }
    for one in found:
        if not any(ip_address(one) in network for network in config.allow):
            raise InputError(
                "box.address_not_allowed", seen=f"{host} {one}", allowed=" ".join(map(str, config.allow))
            )
    return sorted(found, key=lambda one: (":" in one, one))[0]


def _value(option: Option, told: Mapping[str, object], base: Path) -> object:
    value = told.get(option.name, option.default)
    if value is None:
        raise _bad(option.name, option.en)
    if option.type == "whole":
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**31:
            raise _bad(f"{option.name} = {value}", "0, 1, 2 …")
        return value
    if option.type == "yes":
        return bool(value)
    text = str(value).strip()
    if option.type == "choice" and not option.has(text):
        raise _bad(f"{option.name} = {text}", " ".join(one.key for one in option.words))
    if not text and option.default is None:
        raise _bad(option.name, option.en)
    if option.type != "file" or not text:
        return text
    if not BARE.fullmatch(text):
        raise _bad(f"{option.name} = {text}", f"{SECRETS}/name, {DROP}/name")
    return base / (DROP if option.name == "folder" else SECRETS) / text


def _sound(point: Point, manifest: Manifest, units: UnitTable) -> None:
    if not re.fullmatch(manifest.pattern, point.address):
        raise _bad(f"{point.key}: {point.address}", manifest.example)
    if point.unit not in units:
        raise _bad(f"{point.key}: {point.unit}", "packs/units.toml")


def _apart(made: ConnectorConfig, names: set[str], keys: Mapping[str, str]) -> None:
    if made.name in names:
        raise InputError("edge.named_twice", seen=made.name)
    for point in made.points:
        if point.key in keys:
            raise InputError("edge.named_twice", seen=f"{point.key}: {keys[point.key]}, {made.name}")


def _written(orders: Orders) -> str:
    """Orders as TOML: JSON strings are TOML strings but for one character."""
    lines = ["# 由页面下发的连接 · Connections saved on the page; the box writes this file.",
             f"config_version = {orders.config_version}"]  # fmt: skip
    for one in orders.connections or ():
        lines += ["", "[[connector]]", f"name = {_quoted(one.name)}", f"kind = {_quoted(one.kind)}",
                  f"version = {one.version}", f"options = {_table(one.options)}", "points = ["]  # fmt: skip
        lines += [f"  {_table(_columns(point))}," for point in one.points]
        lines.append("]")
    return "\n".join(lines) + "\n"


def _columns(point: Point) -> dict[str, object]:
    return {"key": point.key, "address": point.address, "unit": point.unit, "kind": str(point.kind),
            "scale": point.scale, "deadband": point.deadband}  # fmt: skip


def _table(values: Mapping[str, object]) -> str:
    return "{ " + ", ".join(f"{_quoted(name)} = {_plain(value)}" for name, value in values.items()) + " }"


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, int | float) else _quoted(str(value))


def _quoted(text: str) -> str:
    return orjson.dumps(text).decode().replace("\x7f", "\\u007f")


def _bad(seen: str, allowed: str) -> InputError:
    return InputError("box.bad_connection", seen=seen, allowed=allowed)
