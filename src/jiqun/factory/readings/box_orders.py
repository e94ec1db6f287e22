"""边缘盒通话 the talk of the box: it reports its state and asks for its orders, for it only ever calls out.

    POST <gate origin>/api/box                     Content-Type: application/json
    Authorization: Bearer <token of the site>
    {"talk": 1, "site", "box", "version", "config_version": n, "sent_us", "started_us", "lag_s",
     "buffer": {"batches", "rows", "bytes", "most_bytes", "oldest_us" | null, "overflow", "set_aside", "refusals"},
     "gaps": [{"from_us", "to_us", "count", "reason"}], "counts": {reason or flag: n}, "gate_fault",
     "connectors": [{"name", "kind", "state", "points", "last_fault", "heard_us" | null, "ordered", "counts": {…}}],
     "faults": [{"name", "code", "said"}]}                       connections it was sent and cannot take
  → 200 {"talk": 1, "config_version": n, "trials": [{"id", "kind": "browse" | "watch", "protocol", "options": {…},
         "points": [POINT], "until_us"}],
         "connections": [{"name", "kind", "options": {…}, "points": [POINT], "version"}]}   only when the box's are older
    POINT = {"key", "address", "unit", "kind", "scale", "deadband"}

    POST <gate origin>/api/box/trials/<id>
    {"talk": 1, "site", "box", "state": "running" | "done" | "failed", "more": the rest was cut,
     "seen": [{"address", "name", "type", "unit", "value": number | text | null, "quality", "read_us" | null, "note"}],
     "fault", "said"}
  → 200 {"talk": 1, "go_on": whether somebody still looks}
401, 403: the token is wrong or not this site's; 404: no such trial of this box; 413: too long; 400: not readable.

Over a broker the same objects go by topics named like the paths: `jiqun/v1/<site>/box`, `jiqun/v1/<site>/box/trials/<id>`,
answered on `jiqun/v1/<site>/answers` with "status" in them. Nothing is retained or queued there: a question nobody answers
in time is forgotten, and asked again. No secret is ever in an order: it names files in the box's own `secrets/`.

A trial is sent with every answer until its end or `until_us`; the box runs each id once. `seen` is the latest state, not
a difference. What is longer than the limits below is cut where it is only shown, and refused where it would be obeyed.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import cast

import orjson

from jiqun.core.errors import InputError
from jiqun.factory.readings.contract import Gap
from jiqun.factory.readings.line_faults import FAULTS
from jiqun.factory.readings.model import KEY, Point, PointKind
from jiqun.factory.readings.reasons import told as shown

VERSION = 1
MOST_BYTES = 1_000_000
MOST_SEEN, MOST_POINTS, MOST_TRIALS = 2_000, 5_000, 20
MOST_CONNECTORS, MOST_GAPS, MOST_COUNTS = 200, 50, 60
TEXT, NAME = 200, 80
BROWSE, WATCH = "browse", "watch"
KINDS = (BROWSE, WATCH)
STATES = ("running", "done", "failed")
NAMED = re.compile(r"[\w][\w.\- ]{0,79}")  # connections are called what people call them
ADDRESS_MOST = 500
Told = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class TrialOrder:
    """Look, and change nothing (试连指令).

    kind     browse: what is there; watch: what these points say, as they would arrive
    options  of the connector; with `look_` before its name, of the looking only
    """

    id: str
    kind: str
    protocol: str
    options: Told
    points: tuple[Point, ...]
    until_us: int


@dataclass(frozen=True, slots=True)
class ConnectionOrder:
    """One connection as it was saved on the page (连接指令)."""

    name: str
    kind: str
    options: Told
    points: tuple[Point, ...]
    version: int


@dataclass(frozen=True, slots=True)
class Orders:
    """What the box is answered (指令); connections None: the box has them."""

    config_version: int
    trials: tuple[TrialOrder, ...] = ()
    connections: tuple[ConnectionOrder, ...] | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """One node or point as it was seen (所见); value None: it has none, `note` may say why."""

    address: str
    name: str = ""
    type: str = ""
    unit: str = ""
    value: float | str | None = None
    quality: str = "good"
    read_us: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class TrialAnswer:
    """What a trial gave so far (试连结果)."""

    box: str
    state: str
    seen: tuple[Seen, ...] = ()
    more: bool = False
    fault: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class BufferState:
    """How full the buffer is (缓存状态). Bytes; oldest_us None: nothing waits."""

    batches: int = 0
    rows: int = 0
    bytes: int = 0
    most_bytes: int = 0
    oldest_us: int | None = None
    overflow: str = ""
    set_aside: int = 0
    refusals: int = 0


@dataclass(frozen=True, slots=True)
class ConnectorState:
    """One connector of a box (连接状态); ordered: it was sent to the box, not written in its own file."""

    name: str
    kind: str
    state: str
    points: int = 0
    last_fault: str = ""
    heard_us: int | None = None
    ordered: bool = False
    counts: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, slots=True)
class OrderFault:
    """A connection the box cannot take (未采用的连接)."""

    name: str
    code: str
    said: str


@dataclass(frozen=True, slots=True)
class BoxState:
    """What a box says of itself (边缘盒状态)."""

    site: str
    box: str
    version: str = ""
    config_version: int = 0
    sent_us: int = 0
    started_us: int = 0
    lag_s: float = 0.0
    buffer: BufferState = BufferState()
    gaps: tuple[Gap, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict[str, int])
    gate_fault: str = ""
    connectors: tuple[ConnectorState, ...] = ()
    faults: tuple[OrderFault, ...] = ()


def report_body(state: BoxState) -> bytes:
    """A report as it is posted."""
    return orjson.dumps({"talk": VERSION, **asdict(state)})


def answer_body(site: str, answer: TrialAnswer) -> bytes:
    """What a trial gave, as it is posted; rows are cut until it fits."""
    body = orjson.dumps({"talk": VERSION, "site": site, **asdict(answer)})
    if len(body) <= MOST_BYTES or not answer.seen:
        return body
    return answer_body(site, replace(answer, seen=answer.seen[: len(answer.seen) // 2], more=True))


def orders_told(orders: Orders) -> dict[str, object]:
    """Orders as they are answered."""
    told: dict[str, object] = {
        "talk": VERSION, "config_version": orders.config_version, "trials": [asdict(one) for one in orders.trials],
    }  # fmt: skip
    if orders.connections is not None:
        told["connections"] = [asdict(one) for one in orders.connections]
    return told


def read_told(body: bytes | Told) -> Told:
    """What was posted, as a table of this version; InputError `box.bad_talk`, `box.talk_too_long`."""
    found: object = body
    if isinstance(body, bytes):
        if len(body) > MOST_BYTES:
            raise InputError("box.talk_too_long", seen=len(body), allowed=MOST_BYTES)
        try:
            found = orjson.loads(body)
        except ValueError as error:
            raise _bad(str(error), "JSON") from error
    told: Told = cast(Told, found) if isinstance(found, Mapping) else {}
    if told.get("talk") != VERSION:
        raise _bad(f"talk {shown(told.get('talk'))}", f"talk {VERSION}")
    return told


def read_report(body: bytes | Told) -> BoxState:
    """A report; InputError `box.bad_talk` when it is none."""
    told = read_told(body)
    state = state_of(told)
    if not KEY.fullmatch(state.site) or not KEY.fullmatch(state.box):
        raise _bad(f"{state.site} {state.box}", "site box: a-z 0-9 . _ -")
    return state


def state_of(told: Told) -> BoxState:
    """The state of a box from what was kept or posted of it; what is missing or of another type is empty."""
    return BoxState(
        _text(told, "site", 128), _text(told, "box", 128), _text(told, "version", 40), _whole(told, "config_version"),
        _whole(told, "sent_us"), _whole(told, "started_us"), _number(told.get("lag_s")) or 0.0,
        _buffer(_table(told, "buffer")),
        tuple(
            Gap(_whole(one, "from_us"), _whole(one, "to_us"), _whole(one, "count"), _text(one, "reason", 40))
            for one in _rows(told, "gaps", MOST_GAPS)
        ),
        _counts(told), _text(told, "gate_fault", TEXT),
        tuple(map(_connector, _rows(told, "connectors", MOST_CONNECTORS))),
        tuple(
            OrderFault(_text(one, "name", NAME), _text(one, "code", 60), _text(one, "said", TEXT))
            for one in _rows(told, "faults", MOST_CONNECTORS)
        ),
    )  # fmt: skip


def read_trial_answer(body: bytes | Told) -> TrialAnswer:
    """What a trial gave; InputError `box.bad_talk` when it is none."""
    told = read_told(body)
    state, fault = _text(told, "state", 20), _text(told, "fault", 40)
    if state not in STATES:
        raise _bad(state, " ".join(STATES))
    rows = told.get("seen")
    more = bool(told.get("more")) or (isinstance(rows, list) and len(cast(list[object], rows)) > MOST_SEEN)
    return TrialAnswer(
        _text(told, "box", 128), state, tuple(map(seen_of, _rows(told, "seen", MOST_SEEN))), more,
        fault if fault in FAULTS else "other" if fault or state == "failed" else "", _text(told, "said", TEXT),
    )  # fmt: skip


def seen_of(told: Told) -> Seen:
    """One row of what was seen."""
    value = told.get("value")
    shown = _shown(value) if isinstance(value, str) else _number(value)
    at = told.get("read_us")
    return Seen(
        _text(told, "address", ADDRESS_MOST), _text(told, "name", TEXT), _text(told, "type", 40), _text(told, "unit", 40),
        shown, _text(told, "quality", 20) or "good", _whole(told, "read_us") if at is not None else None,
        _text(told, "note", TEXT),
    )  # fmt: skip


def read_orders(body: bytes) -> Orders:
    """Orders as the box reads them; InputError `box.bad_talk` when they are none or longer than allowed."""
    told = read_told(body)
    trials = _rows(told, "trials", MOST_TRIALS, cut=False)
    sent = told.get("connections")
    connections = None
    if sent is not None:
        connections = tuple(map(_connection, _rows(told, "connections", MOST_CONNECTORS, cut=False)))
    return Orders(_whole(told, "config_version"), tuple(map(_trial, trials)), connections)


def points_of(rows: Iterable[Told]) -> tuple[Point, ...]:
    """Points as they are told; InputError `box.bad_talk` names the first that is none."""
    found = tuple(map(_point, rows))
    if len(found) > MOST_POINTS:
        raise _bad(str(len(found)), f"≤ {MOST_POINTS}")
    return found


def _trial(told: Told) -> TrialOrder:
    kind, id_ = _text(told, "kind", 20), _text(told, "id", 60)
    if kind not in KINDS or not re.fullmatch(r"[A-Za-z0-9-]{1,60}", id_):
        raise _bad(f"{kind} {id_}", " ".join(KINDS))
    return TrialOrder(
        id_, kind, _text(told, "protocol", 40), _options(told), points_of(_rows(told, "points", MOST_POINTS, cut=False)),
        _whole(told, "until_us"),
    )  # fmt: skip


def _connection(told: Told) -> ConnectionOrder:
    name = _text(told, "name", NAME + 1)
    if not NAMED.fullmatch(name):
        raise _bad(name, "name")
    points = points_of(_rows(told, "points", MOST_POINTS, cut=False))
    return ConnectionOrder(name, _text(told, "kind", 40), _options(told), points, _whole(told, "version"))


def _point(told: Told) -> Point:
    key, unit, kind = _text(told, "key", 129), _text(told, "unit", 40), _text(told, "kind", 20)
    scale, deadband = _number(told.get("scale", 1.0)), _number(told.get("deadband", 0.0))
    address = _text(told, "address", ADDRESS_MOST + 1)
    sound = KEY.fullmatch(key) and unit and kind in set(PointKind) and 0 < len(address) <= ADDRESS_MOST
    if not sound or not scale or deadband is None or deadband < 0:
        raise _bad(f"{key} {address}"[:TEXT], "key address unit kind scale deadband")
    return Point(key, address, unit, PointKind(kind), scale, deadband)


def _connector(told: Told) -> ConnectorState:
    heard = told.get("heard_us")
    return ConnectorState(
        _text(told, "name", NAME), _text(told, "kind", 40), _text(told, "state", 20), _whole(told, "points"),
        _text(told, "last_fault", TEXT), _whole(told, "heard_us") if heard is not None else None,
        told.get("ordered") is True, _counts(told),
    )  # fmt: skip


def _buffer(told: Told) -> BufferState:
    oldest = told.get("oldest_us")
    return BufferState(
        _whole(told, "batches"), _whole(told, "rows"), _whole(told, "bytes"), _whole(told, "most_bytes"),
        _whole(told, "oldest_us") if oldest is not None else None, _text(told, "overflow", 20),
        _whole(told, "set_aside"), _whole(told, "refusals"),
    )  # fmt: skip


def _rows(told: Told, name: str, most: int, *, cut: bool = True) -> Sequence[Told]:
    value = told.get(name)
    rows = cast(list[object], value) if isinstance(value, list) else []
    if len(rows) > most and not cut:
        raise _bad(f"{name}: {len(rows)}", f"≤ {most}")
    return [cast(Told, one) for one in rows[:most] if isinstance(one, dict)]


def _table(told: Told, name: str) -> Told:
    value = told.get(name)
    return cast(Told, value) if isinstance(value, dict) else {}


def _options(told: Told) -> Told:
    """Options are few, and plain: text, whole number, yes or no."""
    found = {
        str(name)[:40]: value[:ADDRESS_MOST] if isinstance(value, str) else value
        for name, value in _table(told, "options").items()
        if isinstance(value, str | int)
    }
    return dict(list(found.items())[:40])


def _counts(told: Told) -> dict[str, int]:
    rows = list(_table(told, "counts").items())[:MOST_COUNTS]
    return {str(name)[:40]: value for name, value in rows if isinstance(value, int) and 0 <= value < 2**53}


def _text(told: Told, name: str, most: int) -> str:
    value = told.get(name)
    return _shown(value, most) if isinstance(value, str) else ""


def _shown(text: str, most: int = TEXT) -> str:
    """A text cut, without what a page or a database cannot hold."""
    return "".join(one for one in text[:most] if one.isprintable())


def _whole(told: Told, name: str) -> int:
    value = told.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**62 else 0


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def _bad(seen: str, allowed: str) -> InputError:
    return InputError("box.bad_talk", seen=seen[:TEXT], allowed=allowed)
