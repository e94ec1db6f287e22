"""会话 session of a host: births tell names and types, sequence numbers tell what was missed, deaths end it. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from jiqun.core.errors import InputError
from jiqun.edge.sparkplug.codec import QUALITY, UNIT, Metric, Payload, decode
from jiqun.edge.sparkplug.types import Value
from jiqun.factory.readings.model import Point, Quality, Sample
from jiqun.factory.readings.reasons import MALFORMED, UNKNOWN_POINT

NAMESPACE = "spBv1.0"
BIRTHS, DATA, DEATHS = ("NBIRTH", "DBIRTH"), ("NDATA", "DDATA"), ("NDEATH", "DDEATH")
GOOD, STALE = 192, 500
MOST_ALIASES = 100_000  # of one node


@dataclass(slots=True)
class Node:
    """What is known of one edge node (边缘节点). births: alias or name within a device → the metric as born."""

    seq: int | None = None
    bd_seq: Value = None
    born: bool = False
    births: dict[tuple[str, int | str], Metric] = field(default_factory=dict)


@dataclass(slots=True)
class Heard:
    """What one message gave (收到)."""

    samples: list[Sample] = field(default_factory=list)
    refused: list[tuple[str, str, object]] = field(default_factory=list)
    rebirth: str = ""  # group/node to be asked for a rebirth


@dataclass(frozen=True, slots=True)
class Place:
    """Who speaks (来处). path: group/node, or group/node/device."""

    node: str
    device: str
    path: str
    now_us: int


class Session:
    """All nodes of a host (主机会话)."""

    def __init__(self, points: tuple[Point, ...], counts: "Counter[str] | None" = None) -> None:
        self.keys: Mapping[str, str] = {point.address: point.key for point in points}
        self.nodes: dict[str, Node] = {}
        self.counts: Counter[str] = Counter() if counts is None else counts
        self.unmapped: set[str] = set()

    def connected(self) -> None:
        """A new connection may have missed anything: nodes are taken as unborn, so that what they send next asks them."""
        for node in self.nodes.values():
            node.born, node.seq = False, None

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
        try:
            payload = decode(data)
            self._take(kind, place, payload, heard)
        except InputError as error:
            heard.refused.append((MALFORMED, place.path, f"{error.facts['seen']}: {data[:40].hex(' ')}"))
            heard.rebirth = name
        if heard.rebirth:
            self.counts["rebirth_wanted"] += 1
        return heard

    def _take(self, kind: str, place: Place, payload: Payload, heard: Heard) -> None:
        node, name = self.nodes.setdefault(place.node, Node()), place.node
        if kind == "NDEATH":
            self._death(node, place, payload, heard)
            return
        if kind == "NBIRTH":
            node.births, node.born, node.seq = {}, True, None
            node.bd_seq = next((one.value for one in payload.metrics if one.name == "bdSeq"), None)
        elif not node.born:
            self.counts["before_birth"] += 1
            heard.rebirth = name
        if not self._in_sequence(node, payload):
            heard.rebirth = name
        if kind in BIRTHS:
            self._birth(node, place, payload)
        if kind == "DDEATH":
            self._gone(place.path + ":", heard, place.now_us)
            return
        for metric in payload.metrics:
            self._metric(place, metric, payload, heard)

    def _in_sequence(self, node: Node, payload: Payload) -> bool:
        """Follows the number the one before? A gap is counted, and the counting goes on from here."""
        expected, node.seq = node.seq, payload.seq
        if expected is None or payload.seq == (expected + 1) % 256:
            return True
        self.counts["sequence_gaps"] += 1
        return False

    def _birth(self, node: Node, place: Place, payload: Payload) -> None:
        self.counts["births"] += 1
        for metric in payload.metrics:
            if metric.name is None or len(node.births) >= MOST_ALIASES:
                continue
            node.births[place.device, metric.name] = metric
            if metric.alias is not None:
                node.births["", metric.alias] = metric  # an alias is one for the whole node
            address = f"{place.path}:{metric.name}"
            if address not in self.keys and len(self.unmapped) < 1000:
                self.unmapped.add(address)

    def _metric(self, place: Place, metric: Metric, payload: Payload, heard: Heard) -> None:
        births = self.nodes[place.node].births
        known = births.get(
            (place.device, metric.name) if metric.name is not None else ("", metric.alias or 0)
        )
        name = metric.name if metric.name is not None else known.name if known else None
        if name is None:
            heard.refused.append((UNKNOWN_POINT, f"{place.path}:alias {metric.alias}", metric.value))
            heard.rebirth = place.node
            return
        key = self.keys.get(f"{place.path}:{name}")
        if key is None:
            self.counts["not_mapped"] += 1
            return
        if known is not None and not metric.datatype:
            metric = metric.under(known.datatype)
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
        """The broker says a node is gone; a will of an earlier life is not heeded."""
        told = next((one.value for one in payload.metrics if one.name == "bdSeq"), None)
        if node.born and told != node.bd_seq:
            self.counts["stale_deaths"] += 1
            return
        node.born, node.seq = False, None
        self.counts["deaths"] += 1
        self._gone(place.node + ":", heard, place.now_us)
        self._gone(place.node + "/", heard, place.now_us)

    def _gone(self, prefix: str, heard: Heard, now_us: int) -> None:
        heard.samples += [
            Sample(key, None, now_us, Quality.BAD)
            for address, key in self.keys.items()
            if address.startswith(prefix)
        ]


def _quality(metric: Metric, properties: Mapping[str, Value]) -> Quality:
    told = properties.get(QUALITY, GOOD)
    if metric.value is None:
        return Quality.BAD
    if told == GOOD:
        return Quality.GOOD
    return Quality.UNCERTAIN if told == STALE else Quality.BAD
