"""接入五步 what the five steps of connecting a machine show: what was said so far, what was seen, what a name suggests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from jiqun.actions import factory_policy as policy
from jiqun.actions.desk import Desk
from jiqun.actions.reading.connectors import SILENT_AFTER, FaultLine, connector_state, fault_line, instant
from jiqun.actions.reading.statements import Label
from jiqun.core.errors import WrongState
from jiqun.factory.readings.box_orders import BROWSE, WATCH, Seen, seen_of
from jiqun.factory.readings.connecting import Protocol, Role, key_for
from jiqun.factory.readings.line_faults import BOX_SILENT
from jiqun.factory.readings.manifests import Option, manifest_of
from jiqun.factory.readings.model import PointKind
from jiqun.lake.readings.cards import PointCard, cards_of
from jiqun.ledger import boxes, connections, factories
from jiqun.ledger.boxes import Trial
from jiqun.ledger.connections import Connection, Draft
from jiqun.ledger.factories import Factory, Line, Machine
from jiqun.ledger.permissions import Actor

ANSWER_AFTER = timedelta(seconds=20)  # so long a box may take to fetch its orders
ROWS_MOST = 150
BLANK_FROM = 900  # rows of the form for addresses that were not found
FIRST_BACK = timedelta(days=3)


@dataclass(frozen=True)
class BoxChoice:
    """A box one can choose; silent: it has not asked for orders for a minute."""

    box: str
    at: datetime
    silent: bool


@dataclass(frozen=True)
class Choice:
    """One word of a choice, as it is told."""

    key: str
    label: Label


@dataclass(frozen=True)
class Field:
    """One field of the form of step 3; kind: text | whole | choice. words or choices: of a choice."""

    name: str
    label: Label
    value: str
    kind: str
    words: tuple[str, ...] = ()
    needed: bool = False
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class TrialLine:
    """A trial as the page tells it. late: the box has not fetched it yet and should have."""

    id: str
    kind: str
    state: str
    is_open: bool
    late: bool
    fault: FaultLine | None
    found: int
    more: bool
    asked_at: datetime | None
    answered_at: datetime | None


@dataclass(frozen=True)
class PointRow:
    """One value the box saw, with what the form has or suggests for it.

    number   it can be recorded: it is a number, or was chosen before
    sure     the machine itself told the unit; otherwise a person confirms it
    trail    (seconds before the last, value) as they would arrive
    mark     names its cell on the page, whatever row it stands in
    """

    mark: str
    place: int
    address: str
    name: str
    type: str
    value: float | str | None
    quality: str
    note: str
    read_at: datetime | None
    chosen: bool
    number: bool
    key: str
    unit: str
    kind: str
    scale: float
    deadband: float
    role: str
    sure: bool
    said_unit: str
    trail: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class ConnectContext:
    """One step of connecting a machine; draft None before the first is said."""

    factory: Factory
    draft: Draft | None
    step: int
    boxes: tuple[BoxChoice, ...]
    machines: tuple[Machine, ...]
    lines: tuple[Line, ...]
    machine_name: str
    protocols: tuple[Protocol, ...]
    protocol: Protocol | None
    fields: tuple[Field, ...]
    more: tuple[Field, ...]
    more_open: bool
    looks: tuple[Field, ...]
    trial: TrialLine | None
    rows: tuple[PointRow, ...]
    hidden: int
    text: str
    units: tuple[str, ...]
    roles: tuple[Role, ...]
    kinds: tuple[str, ...]
    name: str
    by_hand: bool
    blank: tuple[int, ...]


@dataclass(frozen=True)
class ConnectionContext:
    """A saved connection: whether its box runs it, and when its first reading arrived (None: not yet)."""

    factory: Factory
    connection: Connection
    kind_label: Label
    state: str
    fault: FaultLine | None
    first_at: datetime | None
    arrived: int
    points: tuple[tuple[str | int, ...], ...]
    can_run: bool


def connect_page(
    desk: Desk, actor: Actor, key: str, *, id: str = "", step: int | None = None, text: str = ""
) -> ConnectContext:
    """One step, the furthest reached when none is named; WrongState connect.step for one whose step before is not done."""
    factory = factories.get(key)
    policy.check_run(actor, factory)
    draft = connections.draft(key, id) if id else None
    reached = draft.step if draft else 1
    step = reached if step is None else step
    if not 1 <= step <= reached:
        raise WrongState("connect.step", seen=reached)
    return _Step(desk, factory, draft, step, text.strip()[:80]).context()


def connection_page(desk: Desk, actor: Actor, key: str, name: str) -> ConnectionContext:
    """A saved connection."""
    factory = factories.get(key)
    policy.check_read(actor, factory)
    one, now = connections.get(key, name), desk.now()
    end_us = round((now + timedelta(hours=1)).timestamp() * 1e6)
    start = max(now - FIRST_BACK, one.saved_at or now - FIRST_BACK)
    cards = cards_of(desk.lake, key, start_us=round(start.timestamp() * 1e6), end_us=end_us)
    mine = [cards[str(row["key"])] for row in one.points if str(row["key"]) in cards]
    state, fault = connector_state(desk, key, one, now)
    points = tuple(
        (*(str(row[name]) for name in ("key", "address", "unit", "kind")), _readings(cards, str(row["key"])))
        for row in one.points
    )
    manifest = manifest_of(one.kind)
    first = min((card.first_us for card in mine), default=None)
    return ConnectionContext(
        factory, one, Label(manifest.zh, manifest.en), state, fault, instant(first), sum(card.readings for card in mine),
        points, policy.can_run(actor, factory),
    )  # fmt: skip


def _readings(cards: Mapping[str, PointCard], key: str) -> int:
    return cards[key].readings if key in cards else 0


class _Step:
    """Puts one step together."""

    def __init__(self, desk: Desk, factory: Factory, draft: Draft | None, step: int, text: str) -> None:
        self.desk, self.factory, self.draft, self.step, self.text = desk, factory, draft, step, text
        self.told = draft.told if draft else {}
        self.now = desk.now()

    def context(self) -> ConnectContext:
        words, draft = self.desk.connecting, self.draft
        machines = factories.machines(self.factory.key)
        protocol = words.protocols.get(draft.kind) if draft else None
        by_hand = protocol is not None and protocol.key in ("csv_drop", "http_in")
        trial = self._trial()
        more = self._fields(protocol, protocol.more) if protocol else ()
        rows = self._rows(trial, by_hand=by_hand) if self.step >= 3 and protocol else []
        named = next((one.name for one in machines if one.key == self.told.get("machine")), "")
        machine_name = str(self.told.get("new_name") or named)
        return ConnectContext(
            self.factory, draft, self.step, self._boxes(), machines, factories.lines(self.factory.key), machine_name,
            tuple(words.protocols.values()), protocol,
            self._fields(protocol, protocol.fields) if protocol else (), more, self._unfolded(more), self._looks(protocol),
            self._line(trial) if trial else None, tuple(rows[:ROWS_MOST]), max(0, len(rows) - ROWS_MOST), self.text,
            tuple(one.key for one in self.desk.units), tuple(words.roles.values()),
            tuple(str(one) for one in PointKind), str(self.told.get("name") or machine_name), by_hand,
            tuple(range(BLANK_FROM, BLANK_FROM + (8 if by_hand else 2))) if self.step == 4 else (),
        )  # fmt: skip

    def _boxes(self) -> tuple[BoxChoice, ...]:
        return tuple(
            BoxChoice(one.box, one.at, self.now - one.at > SILENT_AFTER)
            for one in boxes.reports(self.factory.key)
        )

    def _trial(self) -> Trial | None:
        """The trial this step looks at; asking for the open ones ends those whose time is over."""
        if self.draft is None or self.step < 3:
            return None
        boxes.open_trials(self.factory.key, at=self.now)
        return boxes.latest_trial(self.factory.key, self.draft.id, WATCH if self.step == 5 else BROWSE)

    def _line(self, trial: Trial) -> TrialLine:
        late = (
            trial.state == "waiting"
            and trial.asked_at is not None
            and self.now - trial.asked_at > ANSWER_AFTER
        )
        word = trial.fault or (BOX_SILENT if late else "")
        return TrialLine(
            trial.id, trial.kind, trial.state, trial.state in boxes.OPEN, late, fault_line(self.desk, word, trial.said),
            len(trial.seen), trial.more, trial.asked_at, trial.answered_at,
        )  # fmt: skip

    def _fields(self, protocol: Protocol, names: Sequence[str]) -> tuple[Field, ...]:
        manifest, said = manifest_of(protocol.key), self.told.get("options", {})
        return tuple(_field(manifest.options[name], said) for name in names if name in manifest.options)

    def _unfolded(self, more: Sequence[Field]) -> bool:
        """Are the folded fields to be seen: something was said in one, or encryption was chosen?"""
        said = self.told.get("options", {})
        manifest = manifest_of(self.draft.kind) if self.draft and self.draft.kind else None
        changed = manifest is not None and any(
            str(said.get(one.name) or "") not in ("", str(manifest.options[one.name].default)) for one in more
        )
        return bool(said.get("security")) or changed

    def _looks(self, protocol: Protocol | None) -> tuple[Field, ...]:
        said = self.told.get("look", {})
        fields = [self.desk.connecting.looks[name] for name in (protocol.look if protocol else ())]
        return tuple(
            Field(f"look_{one.key}", Label(one.label.zh, one.label.en), str(said.get(f"look_{one.key}", one.default)),
                  "choice" if one.words else "whole" if isinstance(one.default, int) else "text", one.words)
            for one in fields
        )  # fmt: skip

    def _rows(self, trial: Trial | None, *, by_hand: bool) -> list[PointRow]:
        """What was seen, chosen ones first; on the last step only these, with what they say as they would arrive."""
        chosen = {str(row["address"]): row for row in self.told.get("points", ())}
        seen = [seen_of(one) for one in trial.seen] if trial else []
        if self.step == 5 or by_hand:
            heard = {one.address: one for one in seen}
            return [
                self._row(n, heard.get(a, Seen(a)), row, trial) for n, (a, row) in enumerate(chosen.items())
            ]
        taken = {str(row["key"]) for row in chosen.values()}
        for one in connections.of_factory(self.factory.key):
            taken |= {
                str(row["key"])
                for row in one.points
                if self.draft is None or one.name != self.draft.connection
            }
        here = {one.address for one in seen}
        seen = [Seen(address) for address in chosen if address not in here] + seen
        wanted = [one for one in seen if self._wanted(one) or one.address in chosen]
        found = []
        for one in sorted(wanted, key=lambda one: (one.address not in chosen, one.note == "no_number")):
            row = chosen.get(one.address)
            found.append(self._row(len(found), one, row, trial, taken))
            taken.add(found[-1].key)
        return found

    def _wanted(self, one: Seen) -> bool:
        low = self.text.lower()
        return not low or low in one.name.lower() or low in one.address.lower()

    def _row(
        self,
        place: int,
        one: Seen,
        row: Mapping[str, object] | None,
        trial: Trial | None,
        taken: set[str] | None = None,
    ) -> PointRow:
        guess = self.desk.connecting.guess(one.name or one.address, one.unit, self.desk.units)
        machine = str(self.told.get("machine") or self.told.get("new_key") or "")
        told: Mapping[str, object] = row or {
            "key": key_for(machine, one.name or one.address, taken or ()), "unit": guess.unit, "kind": guess.kind,
            "scale": guess.scale, "deadband": 0.0, "role": guess.role, "name": one.name,
        }  # fmt: skip
        trail = _trail(trial, str(told["key"])) if self.step == 5 and trial else ()
        return PointRow(
            f"{crc32(one.address.encode()):08x}", place, one.address, str(told.get("name") or one.name), one.type,
            one.value, one.quality, one.note, instant(one.read_us), row is not None,
            one.note != "no_number" or row is not None, str(told["key"]), str(told["unit"]), str(told["kind"]),
            _number(told.get("scale"), 1.0), _number(told.get("deadband"), 0.0), str(told.get("role", "")), guess.sure,
            one.unit, trail,
        )  # fmt: skip


def _field(option: Option, said: Mapping[str, object]) -> Field:
    value = said.get(option.name, "" if option.default is None else option.default)
    kind = option.type if option.type in ("whole", "choice") else "text"
    choices = tuple(Choice(one.key, Label(one.zh, one.en)) for one in option.words)
    return Field(
        option.name, Label(option.zh, option.en), str(value if value is not None else ""), kind, (),
        option.default is None and option.name != "client", choices,
    )  # fmt: skip


def _trail(trial: Trial, key: str) -> tuple[tuple[float, float], ...]:
    rows = (trial.trail or {}).get(key, [])
    if not rows:
        return ()
    end = rows[-1][0]
    return tuple((round((at - end) / 1e6, 3), value) for at, value in rows)


def _number(value: object, default: float) -> float:
    return float(value) if isinstance(value, int | float) else default
