"""会话 session of a host: births tell names and types, sequence numbers tell what was missed, deaths end it. Pure.

Which statement of the specification (3.0) is held where: docs/explanation/standards-read.md.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from jiqun.core.errors import InputError
from jiqun.edge.sparkplug.codec import QUALITY, UNIT, Metric, Payload, decode
from jiqun.edge.sparkplug.ordering import Order
from jiqun.edge.sparkplug.types import UNREAD, DataType, Value
from jiqun.factory.readings.model import Point, Quality, Sample
from jiqun.factory.readings.reasons import MALFORMED, UNKNOWN_POINT, WRONG_TYPE

NAMESPACE = "spBv1.0"
BIRTHS, DATA, DEATHS = ("NBIRTH", "DBIRTH"), ("NDATA", "DDATA"), ("NDEATH", "DDEATH")
GOOD, STALE = 192, 500
MOST_ALIASES = 100_000  # of one node


@dataclass(slots=True)
class Node:
    """What is known of one edge node (边缘节点).

    births   device ("" the node itself) and name → the metric as born
    aliases  alias → device and name; None where two metrics claim it
    devices  those born and not dead
    dead     its death was heard, and nothing since
    """

    order: Order = field(default_factory=Order)
    bd_seq: Value = None
    born: bool = False
    dead: bool = False
    births: dict[tuple[str, str], Metric] = field(default_factory=dict)
    aliases: dict[int, tuple[str, str] | None] = field(default_factory=dict)
    devices: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Heard:
    """What one message gave (收到). waits: a message is missing that may still come; ask `late` after the wait."""

    samples: list[Sample] = field(default_factory=list)
    refused: list[tuple[str, str, object]] = field(default_factory=list)
    rebirth: str = ""  # group/node to be asked for a rebirth
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Who speaks (来处). path: group/node, or group/node/device."""

    node: str
    device: str
    path: str
    now_us: int


class Session:
    """All nodes of a host (主机会话). wait_us: how long a missing message may still come (reorder timeout)."""

    def __init__(
        self, points: tuple[Point, ...], counts: "Counter[str] | None" = None, *, wait_us: int = 0
    ) -> None:
        self.keys: Mapping[str, str] = {point.address: point.key for point in points}
        self.nodes: dict[str, Node] = {}
        self.counts: Counter[str] = Counter() if counts is None else counts
        self.unmapped: set[str] = set()
        self.wait_us = wait_us

    def connected(self) -> None:
        """A new connection may have missed anything: nodes are taken as unborn, so that what they send next asks them.

        What the broker kept for us follows on and is still understood; after a gap old aliases are nobody's.
        """
        for node in self.nodes.values():
            node.born, node.dead, node.order = False, False, Order(node.order.expected)
            node.devices.clear()

    def living(self, address: str) -> bool:
        """Does the value of an address hold: is its node born, and its device too?"""
        group, name, *device = address.split(":", maxsplit=1)[0].split("/")
        node = self.nodes.get(f"{group}/{name}")
        return node is not None and node.born and (not device or device[0] in node.devices)

    def late(self, now_us: int) -> list[str]:
        """Nodes of which a message has been missing for too long, each told once."""
        found = [name for name, node in self.nodes.items() if node.order.over(now_us, self.wait_us)]
        if found:
            self.counts["rebirth_wanted"] += len(found)
        return found

    def receive(self, topic: str, data: bytes, now_us: int) -> Heard:
        """One message; never raises."""
        heard = Heard()
        parts = topic.split("/")
        if len(parts) not in (4, 5) or parts[0] != NAMESPACE or not all(parts):
            return heard  # STATE and other people's topics
        kind = parts[2]
        if kind not in (*BIRTHS, *DATA, *DEATHS):
            return heard
        name = f"{parts[1]}/{parts[3]}"
        place = Place(name, parts[4] if len(parts) == 5 else "", "/".join((parts[1], *parts[3:])), now_us)
        if (kind[0] == "D") != bool(place.device):
            heard.refused.append(
                (MALFORMED, place.path, f"{kind} {'without a' if kind[0] == 'D' else 'with a'} device")
            )
            return heard
        try:
            self._take(kind, place, decode(data), heard)
        except InputError as error:
            heard.refused.append((MALFORMED, place.path, f"{error.facts['seen']}: {data[:40].hex(' ')}"))
            heard.rebirth = name
        if heard.rebirth:
            self.counts["rebirth_wanted"] += 1
        return heard

    def _take(self, kind: str, place: Place, payload: Payload, heard: Heard) -> None:
        node = self.nodes.setdefault(place.node, Node())
        if kind == "NDEATH":
            self._death(node, place, payload, heard)
            return
        if kind == "NBIRTH":
            bd_seq = next((one.value for one in payload.metrics if one.name == "bdSeq"), None)
            node = self.nodes[place.node] = Node(bd_seq=bd_seq, born=True)
        if not node.order.take(payload.seq, place.now_us):
            self.counts["sequence_gaps"] += 1
            self._doubt(node, place, heard)
            if not node.born:
                node.births, node.aliases = {}, {}
        node.dead = False
        if kind in BIRTHS:
            self._birth(node, place, payload, heard)
        if not node.born or (place.device and place.device not in node.devices):
            self.counts["before_birth"] += 1
            self._doubt(node, place, heard)
        if kind == "DDEATH":
            node.devices.discard(place.device)
            at = place.now_us if payload.timestamp is None else payload.timestamp * 1000
            self._gone(place.path + ":", heard, at)
            return
        for metric in payload.metrics:
            self._metric(node, place, metric, payload, heard)

    def _doubt(self, node: Node, place: Place, heard: Heard) -> None:
        """Something was missed: wait for it where it may still come, ask for a rebirth where it cannot."""
        if self.wait_us and node.born and node.order.since_us is not None:
            heard.waits = True
        else:
            node.order.over(place.now_us, 0)
            heard.rebirth = place.node

    def _birth(self, node: Node, place: Place, payload: Payload, heard: Heard) -> None:
        self.counts["births"] += 1
        if place.device:
            node.devices.add(place.device)
        for metric in payload.metrics:
            if metric.name is None:
                continue
            if len(node.births) >= MOST_ALIASES:
                self.counts["metrics_beyond_limit"] += 1
                continue
            own = place.device, metric.name
            node.births[own] = metric
            if metric.alias is not None and node.aliases.setdefault(metric.alias, own) != own:
                node.aliases[metric.alias] = None  # whose values they are cannot be told any more
                heard.refused.append(
                    (MALFORMED, f"{place.path}:{metric.name}", f"alias {metric.alias} of two metrics")
                )
            address = f"{place.path}:{metric.name}"
            if address not in self.keys and len(self.unmapped) < 1000:
                self.unmapped.add(address)

    def _metric(self, node: Node, place: Place, metric: Metric, payload: Payload, heard: Heard) -> None:
        known = _born(node, place.device, metric)
        name = metric.name if metric.name is not None else known.name if known else None
        if name is None:
            told = "neither name nor alias" if metric.alias is None else f"alias {metric.alias}"
            heard.refused.append((UNKNOWN_POINT, f"{place.path}:{told}", metric.value))
            self._doubt(node, place, heard)
            return
        key = self.keys.get(f"{place.path}:{name}")
        if key is None:
            self.counts["not_mapped"] += 1
            return
        if known is None and node.born:
            self._doubt(node, place, heard)
        self._sample(key, metric, known, payload, heard)

    def _sample(self, key: str, metric: Metric, known: Metric | None, payload: Payload, heard: Heard) -> None:
        if metric.transient:
            self.counts["transient"] += 1
            return
        try:
            metric = metric.under(known.datatype) if known is not None and not metric.datatype else metric
        except InputError as error:
            heard.refused.append((WRONG_TYPE, key, error.facts["seen"]))
            return
        unread = _unread(metric)
        if unread:
            heard.refused.append((WRONG_TYPE, key, unread))
            return
        told = metric.timestamp if metric.timestamp is not None else payload.timestamp
        properties = {**(known.properties if known else {}), **metric.properties}
        unit = properties.get(UNIT)
        if metric.historical:
            self.counts["historical"] += 1
        heard.samples.append(
            Sample(key, metric.value, None if told is None else told * 1000, _quality(metric, properties),
                   unit if isinstance(unit, str) else "")
        )  # fmt: skip

    def _death(self, node: Node, place: Place, payload: Payload, heard: Heard) -> None:
        """The broker says a node is gone; a will of an earlier life is not heeded, nor is a second word of one death."""
        told = next((one.value for one in payload.metrics if one.name == "bdSeq"), None)
        if told != node.bd_seq and (node.born or node.dead):
            self.counts["stale_deaths"] += 1
            return
        if node.dead:
            return
        node.born, node.dead, node.order, node.bd_seq = False, True, Order(), told
        node.devices.clear()
        self.counts["deaths"] += 1
        self._gone(place.node + ":", heard, place.now_us)
        self._gone(place.node + "/", heard, place.now_us)

    def _gone(self, prefix: str, heard: Heard, at_us: int) -> None:
        heard.samples += [
            Sample(key, None, at_us, Quality.BAD)
            for address, key in self.keys.items()
            if address.startswith(prefix)
        ]


def _born(node: Node, device: str, metric: Metric) -> Metric | None:
    """The birth of a metric, by its name or its alias; None when there is none, or the alias is another device's."""
    if metric.name is not None:
        return node.births.get((device, metric.name))
    own = None if metric.alias is None else node.aliases.get(metric.alias)
    return node.births.get(own) if own is not None and own[0] == device else None


def _unread(metric: Metric) -> str:
    """Why no value can be read from a metric; "" when one can."""
    if metric.datatype in UNREAD:
        return f"{DataType(metric.datatype).name} is not read"
    if metric.datatype not in set(DataType):
        return f"type {metric.datatype} is none of the specification"
    whole = isinstance(metric.value, int) and not isinstance(metric.value, bool)
    return "a whole number whose type no birth told" if whole and not metric.datatype else ""


def _quality(metric: Metric, properties: Mapping[str, Value]) -> Quality:
    told = properties.get(QUALITY, GOOD)
    if metric.value is None:
        return Quality.BAD
    if told == GOOD:
        return Quality.GOOD
    return Quality.UNCERTAIN if told == STALE else Quality.BAD
