"""边缘配置 configuration of one factory box: site, gate, buffer, limits, connectors; all mistakes told at once.

Paths in the file are relative to the file.
"""

import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from jiqun.core.errors import RowErrors
from jiqun.core.packfiles import tables_of
from jiqun.edge.points import read_points
from jiqun.factory.readings.manifests import Manifest, Option, connector_keys, manifest_of
from jiqun.factory.readings.model import KEY, Point
from jiqun.rules.sheet import Sheet, View

OVERFLOW = ("drop_oldest", "refuse_new")
DURABILITY = ("power_cut", "process_kill")
GATE = re.compile(r"https?://[^\s/@]+(/\S*)?|mqtts?://[^\s/:@]+(:\d{1,5})?")
LOGIN = re.compile(r"[^/\s]*@")  # after the scheme: a user, perhaps a password
SECRETS = "secrets"
ALLOW = (
    "127.0.0.0/8",
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "::1/128",
    "fc00::/7",
)

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class GateConfig:
    """Where batches go (去处): a gate over HTTP, or a broker in front of gates (mqtt://, mqtts://).

    token_file        holds the site's token; at a broker the password of the user named like the site
    ca_file           trusts a certificate of one's own
    certificate_file  shown by this box, with its key; its common name is the site
    """

    address: str
    token_file: Path | None
    ca_file: Path | None
    timeout_s: int
    certificate_file: Path | None = None
    key_file: Path | None = None

    @property
    def through_broker(self) -> bool:
        """Does a broker stand between box and gate?"""
        return self.address.startswith("mqtt")


@dataclass(frozen=True, slots=True)
class BufferConfig:
    """The buffer on the disk (缓存).

    overflow    drop_oldest: the newest is worth most; refuse_new: the oldest is, and sources that can wait do
    durability  power_cut: each batch is on the disk (fsync) before it counts; process_kill: faster, and a power cut
                may cost the last seconds
    """

    path: Path
    most_mb: int
    overflow: str
    durability: str


@dataclass(frozen=True, slots=True)
class OrdersConfig:
    """Whether and how the box asks for its orders (指令).

    allow    networks whose addresses it may try and connect to; names are resolved first
    every_s  seconds between two questions
    file     where saved connections are kept; secrets and drop folders they name lie beside the configuration, in `base`
    """

    on: bool = False
    box: str = "box"
    allow: tuple[Network, ...] = ()
    every_s: int = 3
    base: Path = Path()
    file: Path = Path()


@dataclass(frozen=True, slots=True)
class Limits:
    """What a value may be (界限). Microseconds, bytes."""

    oldest_us: int
    newest_us: int
    message_bytes: int


@dataclass(frozen=True, slots=True)
class ConnectorConfig:
    """One connector of the box (连接). host: the name it was told, where the address holds what it resolved to."""

    name: str
    manifest: Manifest
    options: Mapping[str, object]
    points: tuple[Point, ...]
    host: str = ""

    def text(self, name: str) -> str:
        """A text option."""
        return str(self.options[name])

    def whole(self, name: str) -> int:
        """A whole-number option."""
        return int(str(self.options[name]))

    def path(self, name: str) -> Path:
        """A file option."""
        return Path(str(self.options[name]))


@dataclass(frozen=True, slots=True)
class EdgeConfig:
    """One factory box (边缘盒). status_port 0: no page of its own, only the status file beside the buffer."""

    site: str
    gate: GateConfig
    buffer: BufferConfig
    limits: Limits
    status_port: int
    connectors: tuple[ConnectorConfig, ...]
    orders: OrdersConfig = OrdersConfig()


def read_config(path: Path, *, packs: Path) -> EdgeConfig:
    """Read a configuration; RowErrors `edge.config_refused` with file and line of everything that is wrong."""
    sheet = Sheet(path, [])
    units = {key for key, _ in tables_of(packs / "units.toml")}
    root = sheet.root
    root.only(("site", "gate", "buffer", "limits", "orders", "status_port", "connector"))
    site = root.text("site")
    if site and not KEY.fullmatch(site):
        root.wrong("site", "rule.bad_value", seen=site, allowed="a-z 0-9 . _ -")
    buffer = _buffer(_table(root, "buffer"), path.parent)
    config = EdgeConfig(
        site, _gate(_table(root, "gate"), path.parent), buffer,
        _limits(_table(root, "limits")), root.whole("status_port", 0),
        tuple(found for one in root.views("connector") if (found := _connector(one, path.parent, units))),
        _orders(_table(root, "gate"), _table(root, "orders"), path.parent, buffer.path),
    )  # fmt: skip
    _told_apart(config, root)
    if sheet.errors:
        raise RowErrors(sheet.errors, code="edge.config_refused")
    return config


def _table(root: View, name: str) -> View:
    return root.view(name) or View(root.sheet, {}, (name,))


def _gate(view: View, base: Path) -> GateConfig:
    files = ("token_file", "ca_file", "certificate_file", "key_file")
    view.only(("address", *files, "timeout_s", "orders"))
    address = view.text("address")
    if address and not GATE.fullmatch(address):
        allowed = "https://host:port/api/readings, mqtts://host:port"
        view.wrong("address", "rule.bad_value", seen=shown(address), allowed=allowed)
    told = (view.text(name, needed=False) for name in files)
    token, ca, certificate, key = (base / name if name else None for name in told)
    return GateConfig(
        address, token, ca, max(1, view.whole("timeout_s", 30)), certificate, key or certificate
    )


def shown(address: str) -> str:
    """An address as it may be told: a user and a password in it are left out."""
    scheme, mark, rest = address.rpartition("://")
    return f"{scheme}{mark}{LOGIN.sub('…@', rest, count=1)}"


def _orders(gate: View, view: View, base: Path, buffer: Path) -> OrdersConfig:
    view.only(("box", "allow", "every_s"))
    box = view.text("box", needed=False) or _own_name()
    if not KEY.fullmatch(box):
        view.wrong("box", "rule.bad_value", seen=box, allowed="a-z 0-9 . _ -")
    told = view.data.get("allow", ALLOW)
    allow: list[Network] = []
    for one in told if isinstance(told, list | tuple) else [told]:
        try:
            allow.append(ip_network(str(one), strict=False))
        except ValueError:
            view.wrong("allow", "rule.bad_value", seen=one, allowed='["192.168.0.0/16"]')
    every = min(60, max(1, view.whole("every_s", 3)))
    file = buffer.with_suffix(".connections.toml")
    return OrdersConfig(
        gate.yes("orders", gate.text("address").startswith("http")), box, tuple(allow), every, base, file
    )


def _own_name() -> str:
    """The name of this machine, as far as it can be a key."""
    return re.sub(r"[^a-z0-9_-]+", "-", socket.gethostname().lower()).strip("-_")[:60] or "box"


def _buffer(view: View, base: Path) -> BufferConfig:
    view.only(("path", "most_mb", "overflow", "durability"))
    return BufferConfig(
        base / view.text("path"), max(1, view.whole("most_mb", 512)),
        view.choice("overflow", OVERFLOW, "drop_oldest"), view.choice("durability", DURABILITY, "power_cut"),
    )  # fmt: skip


def _limits(view: View) -> Limits:
    view.only(("oldest_days", "newest_minutes", "message_kb"))
    return Limits(
        view.whole("oldest_days", 366) * 86_400_000_000, view.whole("newest_minutes", 10) * 60_000_000,
        max(1, view.whole("message_kb", 1024)) * 1024,
    )  # fmt: skip


def _connector(view: View, base: Path, units: set[str]) -> ConnectorConfig | None:
    name, kind = view.text("name"), view.choice("kind", connector_keys())
    if kind != view.data.get("kind"):
        return None
    manifest = manifest_of(kind)
    view.only(("name", "kind", "points", *manifest.options))
    options = {option.name: _value(view, option, base) for option in manifest.options.values()}
    file = view.text("points")
    points = (
        read_points(base / file, pattern=manifest.pattern, units=units, errors=view.sheet.errors)
        if file
        else ()
    )
    return ConnectorConfig(name, manifest, options, points)


def _value(view: View, option: Option, base: Path) -> object:
    if option.type == "whole":
        return view.whole(option.name, option.default if isinstance(option.default, int) else 0)
    if option.type == "yes":
        return view.yes(option.name, bool(option.default))
    if option.type == "choice":
        told = str(view.data.get(option.name, option.default))
        if not option.has(told):
            view.wrong(
                option.name, "rule.bad_value", seen=told, allowed=[one.key for one in option.words if one.key]
            )
        return told
    text = view.text(option.name, needed=option.default is None)
    if option.name == "address" and LOGIN.match(text.rpartition("://")[2]):
        view.wrong("address", "rule.bad_value", seen=shown(text), allowed="user, password_file")
    if option.type != "file":
        return text or str(option.default or "")
    default = base / SECRETS / str(option.default) if option.default else ""
    return base / text if text else default


def _told_apart(config: EdgeConfig, root: View) -> None:
    """Names of connectors and keys of points stand for one thing each."""
    names: set[str] = set()
    owner: dict[str, str] = {}
    for number, one in enumerate(config.connectors):
        place = ("connector", number, "name")
        if one.name in names:
            root.sheet.wrong(place, "edge.named_twice", seen=one.name)
        names.add(one.name)
        for point in one.points:
            if owner.setdefault(point.key, one.name) != one.name:
                root.sheet.wrong(
                    place, "edge.named_twice", seen=f"{point.key}: {owner[point.key]}, {one.name}"
                )
