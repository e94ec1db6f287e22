"""接入页 what the page of connections shows: each box with its health, connectors, buffer, gaps and quality."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from jiqun.actions import factory_policy as policy
from jiqun.actions.desk import ZONE, Desk
from jiqun.actions.reading.statements import Label
from jiqun.factory.readings import reasons
from jiqun.factory.readings.box_orders import BoxState, ConnectorState, state_of
from jiqun.factory.readings.line_faults import BOX_SILENT, fault_of, said_plainly
from jiqun.factory.readings.manifests import Mark, connector_keys, manifest_of, quality_of
from jiqun.lake.readings.cards import PointCard, cards_of, held_reasons
from jiqun.lake.readings.reader import ReadingReader
from jiqun.ledger import boxes, connections, factories
from jiqun.ledger.boxes import Change, Report
from jiqun.ledger.connections import Connection, Draft
from jiqun.ledger.factories import Factory
from jiqun.ledger.permissions import Actor

SILENT_AFTER = timedelta(seconds=60)
DAY = timedelta(hours=24)
GAPS_MOST, GAPS_BACK = 20, timedelta(days=7)


@dataclass(frozen=True)
class FaultLine:
    """A fault in words: its word, what it means, what to do, and what was said."""

    word: str
    what: Label
    next_step: Label
    said: str = ""


@dataclass(frozen=True)
class Card:
    """Quality of the last 24 hours, in readings; share_good None where nothing came."""

    readings: int
    good: int
    uncertain: int
    bad: int
    late: int
    again: int
    share_good: float | None
    last_at: datetime | None


@dataclass(frozen=True)
class ConnectorLine:
    """One connector of a box, or a saved connection its box does not run yet (state `waiting`).

    saved      its points, address and machine stand in the ledger and can be changed on the page
    heard_at   when it last heard anything; card: of its points, None for one of the box's own file
    """

    name: str
    kind: str
    kind_label: Label
    state: str
    points: int
    address: str
    machine: str
    heard_at: datetime | None
    fault: FaultLine | None
    counts: Mapping[str, int]
    saved: bool
    card: Card | None
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class BoxLine:
    """One box. lag_s: age of the oldest reading it has not sent; share: how full its buffer is, 0 to 1."""

    box: str
    version: str
    at: datetime
    silent: bool
    lag_s: float
    waiting: int
    oldest_at: datetime | None
    share: float
    overflow: str
    refusals: int
    set_aside: int
    taken: bool
    refused: Mapping[str, int]
    gate_fault: FaultLine | None
    connectors: tuple[ConnectorLine, ...]


@dataclass(frozen=True)
class GapLine:
    """A stretch of which something is lost, as the box told it; `told` False while it has not reached the lake."""

    start: datetime
    end: datetime
    lost: int
    reason: str
    told: bool = True


@dataclass(frozen=True)
class ConnectorsContext:
    """The page: boxes, connections without a box, quality of all that came in 24 hours, what was held and lost."""

    factory: Factory
    boxes: tuple[BoxLine, ...]
    homeless: tuple[ConnectorLine, ...]
    card: Card
    held: Mapping[str, int]
    gaps: tuple[GapLine, ...]
    changes: tuple[Change, ...]
    drafts: tuple[Draft, ...]
    can_run: bool
    now: datetime


def connectors_page(desk: Desk, actor: Actor, key: str) -> ConnectorsContext:
    """Connections of a factory."""
    factory = factories.get(key)
    policy.check_read(actor, factory)
    now = desk.now()
    start_us, end_us = _us(now - DAY), _us(now + timedelta(minutes=15))
    cards = cards_of(desk.lake, key, start_us=start_us, end_us=end_us)
    saved = {one.name: one for one in connections.of_factory(key)}
    told = boxes.reports(key)
    maker = _Lines(desk, saved, cards, now)
    shown = tuple(maker.box(one, connections.version_for(key, one.box)) for one in told)
    known = {one.box for one in told}
    homeless = tuple(maker.waiting(one) for one in saved.values() if one.box not in known)
    runs = policy.can_run(actor, factory)
    return ConnectorsContext(
        factory, shown, homeless, _card(cards.values()), held_reasons(desk.lake, key, start_us=start_us, end_us=end_us),
        _gaps(desk, key, told, now), boxes.changes(key), connections.drafts(key) if runs else (), runs, now,
    )  # fmt: skip


def connector_state(desk: Desk, key: str, one: Connection, now: datetime) -> tuple[str, FaultLine | None]:
    """How a saved connection stands at its box: its state, and its fault in words."""
    told = next((report for report in boxes.reports(key) if report.box == one.box), None)
    if told is None:
        return "waiting", fault_line(desk, BOX_SILENT)
    line = _Lines(desk, {one.name: one}, {}, now).box(told, 0)
    found = next((c for c in line.connectors if c.name == one.name and c.saved), None)
    fault = fault_line(desk, BOX_SILENT) if line.silent else found.fault if found else None
    return (found.state if found else "waiting"), fault


def fault_line(desk: Desk, word: str, said: str = "") -> FaultLine | None:
    """A fault in words; None for none."""
    if not word:
        return None
    code, sentences = f"line.{word}", desk.messages
    return FaultLine(
        word, Label(sentences.what(code, "zh"), sentences.what(code, "en")),
        Label(sentences.next_step(code, "zh"), sentences.next_step(code, "en")), said_plainly(said),
    )  # fmt: skip


def instant(us: int | None) -> datetime | None:
    """Microseconds since 1970 as an instant of Shanghai; None stays None, and so does what is no instant."""
    if us is None or not 0 < us < 2**52:
        return None
    return datetime.fromtimestamp(us / 1e6, ZONE)


class _Lines:
    """Makes the lines of boxes and connectors."""

    def __init__(
        self, desk: Desk, saved: Mapping[str, Connection], cards: Mapping[str, PointCard], now: datetime
    ) -> None:
        self.desk, self.saved, self.cards, self.now = desk, saved, cards, now

    def box(self, report: Report, wanted: int) -> BoxLine:
        state = state_of(report.state)
        silent = self.now - report.at > SILENT_AFTER
        buffer = state.buffer
        lines = [self._connector(one, silent) for one in state.connectors]
        running = {one.name for one in state.connectors if one.ordered}
        lines += [
            self.waiting(one, state)
            for one in self.saved.values()
            if one.box == report.box and one.name not in running
        ]
        word = BOX_SILENT if silent else fault_of(state.gate_fault)
        return BoxLine(
            report.box, state.version, report.at, silent, state.lag_s, buffer.rows, instant(buffer.oldest_us),
            min(1.0, buffer.bytes / buffer.most_bytes) if buffer.most_bytes else 0.0, buffer.overflow, buffer.refusals,
            buffer.set_aside, state.config_version >= wanted, _refused(state.counts),
            fault_line(self.desk, word, state.gate_fault), tuple(lines),
        )  # fmt: skip

    def waiting(self, one: Connection, state: BoxState | None = None) -> ConnectorLine:
        """A saved connection that its box has not taken, or cannot take."""
        refused = next((f for f in state.faults if f.name == one.name), None) if state else None
        fault = (
            fault_line(self.desk, fault_of(refused.code) or "other", f"{refused.code} {refused.said}")
            if refused
            else None
        )
        state_word = "refused" if refused else "waiting"
        return self._line(one.name, one.kind, state_word, points=len(one.points), saved=one, fault=fault)

    def _connector(self, told: ConnectorState, silent: bool) -> ConnectorLine:
        saved = self.saved.get(told.name) if told.ordered else None
        word = "" if told.state == "up" else fault_of(told.last_fault)
        fault = fault_line(self.desk, word, told.last_fault)
        state = "unknown" if silent else told.state
        line = self._line(told.name, told.kind, state, points=told.points, saved=saved, fault=fault)
        return replace(line, heard_at=instant(told.heard_us), counts=told.counts)

    def _line(
        self,
        name: str,
        kind: str,
        state: str,
        *,
        points: int,
        saved: Connection | None,
        fault: FaultLine | None,
    ) -> ConnectorLine:
        sound = kind in connector_keys()
        label = Label(manifest_of(kind).zh, manifest_of(kind).en) if sound else Label.of(kind)
        keys = [str(row["key"]) for row in saved.points] if saved else []
        card = _card([self.cards[key] for key in keys if key in self.cards]) if saved else None
        options: Mapping[str, Any] = saved.options if saved else {}
        address = str(options.get("address") or options.get("folder") or options.get("port") or "")
        return ConnectorLine(
            name, kind, label, state, points, address, saved.machine if saved else "", None, fault, {}, saved is not None,
            card, quality_of(kind) if sound else (),
        )  # fmt: skip


def _card(cards: Any) -> Card:
    rows: Sequence[PointCard] = tuple(cards)
    count = sum(one.readings for one in rows)
    good = sum(one.good for one in rows)
    return Card(
        count, good, sum(one.uncertain for one in rows), sum(one.bad for one in rows), sum(one.late for one in rows),
        sum(one.again for one in rows), good / count if count else None,
        instant(max((one.last_us for one in rows), default=None)),
    )  # fmt: skip


def _refused(counts: Mapping[str, int]) -> dict[str, int]:
    """What the box itself refused since it started, by reason."""
    return {name: counts[name] for name in reasons.REASONS if counts.get(name)}


def _gaps(desk: Desk, key: str, told: Sequence[Report], now: datetime) -> tuple[GapLine, ...]:
    """Gaps in the lake of the last week, and those boxes still have to tell; the latest first."""
    rows = ReadingReader(desk.lake).gaps(key, _us(now - GAPS_BACK), _us(now + DAY))
    found = [
        GapLine(start, end, int(str(row["lost"])), str(row["reason"]))
        for row in rows
        if (start := instant(_whole(row["from_us"]))) and (end := instant(_whole(row["to_us"])))
    ]
    found += [
        GapLine(start, end, gap.count, gap.reason, told=False)
        for one in told
        for gap in state_of(one.state).gaps
        if (start := instant(gap.from_us)) and (end := instant(gap.to_us))
    ]
    return tuple(sorted(found, key=lambda one: one.end, reverse=True)[:GAPS_MOST])


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _us(at: datetime) -> int:
    return round(at.timestamp() * 1e6)
