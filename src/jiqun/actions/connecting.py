"""接入机器 connecting a machine: a draft in five steps, trials asked of the box, the connection saved, renamed, taken out.

Nothing but the draft is kept before it is saved. Every write needs the right to run the factory.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from pypinyin import lazy_pinyin

from jiqun.actions import factory_policy as policy
from jiqun.actions.connect_points import ChosenPoint, check_points, told_point
from jiqun.actions.desk import Desk
from jiqun.core.errors import InputError, WrongState
from jiqun.factory.readings.box_orders import BROWSE, NAMED, WATCH
from jiqun.factory.readings.manifests import Option, manifest_of
from jiqun.factory.readings.model import KEY
from jiqun.ledger import audit, boxes, connections, factories
from jiqun.ledger.boxes import Trial
from jiqun.ledger.connections import Connection, Draft
from jiqun.ledger.factories import Factory, FactoryPoint, Machine
from jiqun.ledger.permissions import Actor

TRIALS_OPEN = 6  # at once in a factory
LOOK_FOR = timedelta(minutes=10)
TEXT = 500
STEPS = (1, 2, 3, 4, 5)
LOGIN = re.compile(r"[^/\s]*@")  # a user, perhaps a password, where the host begins


@dataclass(frozen=True, slots=True)
class Place:
    """Which box and machine a connection is for: a machine there is, or the name and line of a new one (接入对象)."""

    box: str
    machine: str = ""
    new_name: str = ""
    line: str = ""


def begin(desk: Desk, key: str, place: Place, *, by: Actor, at: datetime) -> Draft:
    """A new draft for a machine of a factory; InputError connect.no_machine, connect.no_box."""
    del desk
    factory = _mine(key, by)
    told = _placed(factory, place)
    return connections.begin(Draft("", key, place.box, step=2, told=told), by=by.label, at=at)


def change(desk: Desk, key: str, name: str, *, by: Actor, at: datetime) -> Draft:
    """A draft of a connection there is, to change it; what is saved takes its place."""
    del desk
    _mine(key, by)
    one = connections.get(key, name)
    told = {
        "machine": one.machine,
        "options": dict(one.options),
        "points": _points_of(key, one),
        "name": name,
    }
    made = Draft("", key, one.box, one.kind, name, 3, told)
    return connections.begin(made, by=by.label, at=at)


def place(desk: Desk, key: str, id: str, told: Place, *, by: Actor) -> Draft:
    """Step 1 said again."""
    del desk
    factory, draft = _mine(key, by), connections.draft(key, id)
    return _kept(replace(draft, box=told.box, told={**draft.told, **_placed(factory, told)}), 2)


def protocol(desk: Desk, key: str, id: str, kind: str, *, by: Actor) -> Draft:
    """Step 2: the protocol; another one than before drops what was said of the first."""
    _mine(key, by)
    draft = connections.draft(key, id)
    if kind not in desk.connecting.protocols:
        raise InputError("connect.no_protocol", seen=kind, allowed=" ".join(desk.connecting.protocols))
    told = dict(draft.told)
    if kind != draft.kind:
        told = {
            name: value for name, value in told.items() if name in ("machine", "new_name", "new_key", "line")
        }
    return _kept(replace(draft, kind=kind, told=told), 3)


def look(desk: Desk, key: str, id: str, form: Mapping[str, str], *, by: Actor, at: datetime) -> Trial | None:
    """Step 3: address and options kept, and the box asked to look; None where there is nothing to look at.

    InputError connect.bad_option; WrongState connect.too_many_trials
    """
    factory, draft = _mine(key, by), connections.draft(key, id)
    if not draft.kind:
        raise WrongState("connect.step", seen=2)
    manifest, words = manifest_of(draft.kind), desk.connecting.protocols[draft.kind]
    options = {name: _option(one, form.get(name, ""), draft) for name, one in manifest.options.items()}
    looks = {f"look_{name}": _look(desk, name, form.get(f"look_{name}", "")) for name in words.look}
    draft = _kept(replace(draft, told={**draft.told, "options": options, "look": looks}), 4)
    if draft.kind in ("csv_drop", "http_in"):
        return None
    return _asked(factory, draft, BROWSE, {**options, **looks}, (), by=by, at=at)


def choose(
    desk: Desk, key: str, id: str, rows: Sequence[ChosenPoint], *, by: Actor, at: datetime
) -> Trial | None:
    """Step 4: the points kept, and the box asked to watch them; RowErrors connect.points_refused with every mistake."""
    factory, draft = _mine(key, by), connections.draft(key, id)
    if "options" not in draft.told:
        raise WrongState("connect.step", seen=3)
    check_points(desk, factory, draft, rows)
    points = [told_point(one) | {"name": one.name, "role": one.role} for one in rows]
    draft = _kept(replace(draft, told={**draft.told, "points": points}), 5)
    return watch(desk, key, id, by=by, at=at)


def watch(desk: Desk, key: str, id: str, *, by: Actor, at: datetime) -> Trial | None:
    """Ask the box to watch the chosen points once more, for ten minutes."""
    del desk
    factory, draft = _mine(key, by), connections.draft(key, id)
    if draft.kind in ("csv_drop", "http_in"):
        return None
    return _asked(factory, draft, WATCH, draft.told["options"], _bare(draft.told["points"]), by=by, at=at)


def save(desk: Desk, key: str, id: str, name: str, *, by: Actor, at: datetime) -> Connection:
    """Step 5: the connection stands; its machine is entered when it is new, and its points say what they tell about it."""
    factory, draft = _mine(key, by), connections.draft(key, id)
    rows = [_chosen(row) for row in draft.told.get("points", ())]
    if not rows:
        raise WrongState("connect.step", seen=4)
    check_points(desk, factory, draft, rows)
    name = _name(key, name, but=draft.connection)
    with transaction.atomic():
        machine = _machine(factory, draft)
        if draft.connection and draft.connection != name:
            connections.rename(key, draft.connection, name, by=by.label, at=at)
        _describe(key, machine, rows, at=at)
        points = [told_point(one) for one in rows]
        made = Connection(name, draft.box, draft.kind, draft.told["options"], points, machine)
        saved = connections.save(key, made, by=by.label, at=at)
        boxes.stop(key, draft=id, at=at)
        connections.drop_draft(key, id)
        told = {"name": name, "box": draft.box, "kind": draft.kind, "machine": machine, "points": len(rows),
                "address": str(draft.told["options"].get("address", ""))[:200]}  # fmt: skip
        audit.record(by, "connect.save", f"factory:{key}", told, at=at, target_label=factory.name)
    return saved


def drop(desk: Desk, key: str, id: str, *, by: Actor, at: datetime) -> None:
    """Give a draft up; the box stops looking."""
    del desk
    _mine(key, by)
    with transaction.atomic():
        boxes.stop(key, draft=id, at=at)
        connections.drop_draft(key, id)


def remove(desk: Desk, key: str, name: str, *, by: Actor, at: datetime) -> None:
    """Take a connection out; the box hangs up when it next asks, and the readings stay."""
    del desk
    factory = _mine(key, by)
    with transaction.atomic():
        gone = connections.remove(key, name, by=by.label, at=at)
        told = {"name": name, "box": gone.box, "kind": gone.kind, "points": len(gone.points)}
        audit.record(by, "connect.remove", f"factory:{key}", told, at=at, target_label=factory.name)


def rename(desk: Desk, key: str, name: str, new: str, *, by: Actor, at: datetime) -> Connection:
    """Give a connection another name."""
    del desk
    factory = _mine(key, by)
    new = _name(key, new, but=name)
    with transaction.atomic():
        done = connections.rename(key, name, new, by=by.label, at=at)
        audit.record(
            by,
            "connect.rename",
            f"factory:{key}",
            {"name": name, "new": new},
            at=at,
            target_label=factory.name,
        )
    return done


def _mine(key: str, by: Actor) -> Factory:
    factory = factories.get(key)
    policy.check_run(by, factory)
    return factory


def _kept(draft: Draft, step: int) -> Draft:
    kept = replace(draft, step=max(step, draft.step))
    connections.keep_draft(kept)
    return kept


def _asked(
    factory: Factory, draft: Draft, kind: str, options: Mapping[str, Any], points: Sequence[Mapping[str, Any]], *,
    by: Actor, at: datetime,
) -> Trial:  # fmt: skip
    """Ask a trial of the draft's box, with its audit line."""
    with transaction.atomic():
        boxes.stop(factory.key, draft=draft.id, at=at)
        if len(boxes.open_trials(factory.key, at=at)) >= TRIALS_OPEN:
            raise WrongState("connect.too_many_trials", seen=TRIALS_OPEN)
        until = at + LOOK_FOR
        made = Trial("", factory.key, draft.box, draft.id, kind, draft.kind, options, points, until)
        asked = boxes.ask(made, by=by.label, at=at)
        told = {"box": draft.box, "kind": kind, "protocol": draft.kind, "points": len(points),
                "address": str(options.get("address", ""))[:200]}  # fmt: skip
        audit.record(by, "connect.try", f"factory:{factory.key}", told, at=at, target_label=factory.name)
    return asked


def _placed(factory: Factory, told: Place) -> dict[str, str]:
    if not KEY.fullmatch(told.box):
        raise InputError("connect.no_box", seen=told.box, allowed="a-z 0-9 . _ -")
    known = {one.key for one in factories.machines(factory.key)}
    new = " ".join(told.new_name.split())[:120]
    if told.machine not in known and not new:
        raise InputError("connect.no_machine", seen=told.machine, allowed=" ".join(sorted(known))[:200])
    if told.line and told.line not in {one.key for one in factories.lines(factory.key)}:
        raise InputError("factory.no_such_line", seen=told.line)
    new_key = _machine_key(factory, new) if new else ""
    return {
        "machine": "" if new else told.machine,
        "new_name": new,
        "new_key": new_key,
        "line": told.line if new else "",
    }


def _machine_key(factory: Factory, name: str) -> str:
    """A key for a new machine from how its name is read, unlike those there are."""
    known = {one.key for one in factories.machines(factory.key, retired=True)}
    base = re.sub(r"[^a-z0-9_-]+", "-", "".join(lazy_pinyin(name)).lower()).strip("-_")[:50] or "machine"
    key, number = base, 2
    while key in known:
        key, number = f"{base}-{number}", number + 1
    return key


def _option(option: Option, text: str, draft: Draft) -> object:
    """A field of the form as the option of the connector; empty where its own default stands."""
    text = text.strip()[:TEXT]
    if option.type == "yes":
        return text in ("1", "on", "true", "yes")
    if not text and option.name == "client":
        return f"jiqun-{draft.factory}-{draft.id[:6]}"
    if not text and option.default is None:
        raise InputError("connect.bad_option", seen=option.name, allowed=f"{option.zh} · {option.en}")
    if option.type == "choice" and not option.has(text):
        raise InputError(
            "connect.bad_option", seen=f"{option.name}: {text}", allowed=" ".join(w.key for w in option.words)
        )
    if option.name == "address" and LOGIN.match(text.rpartition("://")[2]):
        raise InputError(
            "connect.bad_option", seen=option.name, allowed="host:port"
        )  # nothing of a password is repeated
    if option.type == "whole":
        if not text:
            return option.default
        if not re.fullmatch(r"\d{1,9}", text):
            raise InputError("connect.bad_option", seen=f"{option.name}: {text}", allowed="0, 1, 2 …")
        return int(text)
    return text or option.default


def _look(desk: Desk, name: str, text: str) -> object:
    field = desk.connecting.looks[name]
    text = text.strip()[:200]
    if not text:
        return field.default
    if isinstance(field.default, int):
        if not re.fullmatch(r"\d{1,5}", text):
            raise InputError("connect.bad_option", seen=f"{name}: {text}", allowed="0, 1, 2 …")
        return int(text)
    if field.words and text not in field.words:
        raise InputError("connect.bad_option", seen=f"{name}: {text}", allowed=" ".join(field.words))
    return text


def _name(key: str, name: str, *, but: str) -> str:
    """A name for a connection, which no other of the factory has."""
    told = " ".join(name.split())
    if not NAMED.fullmatch(told):
        raise InputError("connect.bad_name", seen=told[:80], allowed="1–80")
    if told != but and any(one.name == told for one in connections.of_factory(key)):
        raise WrongState("connect.name_taken", seen=told)
    return told


def _machine(factory: Factory, draft: Draft) -> str:
    """The key of the draft's machine, entered when it is new."""
    name = str(draft.told.get("new_name") or "")
    if not name:
        return str(draft.told.get("machine") or "")
    key = _machine_key(factory, name)
    line = str(draft.told.get("line") or "")
    place = 1 + max((one.place for one in factories.machines(factory.key) if one.line == line), default=-1)
    factories.put_machines(factory.key, [Machine(key, name, line, place)])
    return key


def _describe(key: str, machine: str, rows: Sequence[ChosenPoint], *, at: datetime) -> None:
    told = [FactoryPoint(one.key, one.unit, one.kind, one.name, machine, one.role) for one in rows]
    factories.put_points(key, told, at=at)


def _points_of(key: str, one: Connection) -> list[dict[str, Any]]:
    """Points of a connection with what the ledger says of them."""
    known = {point.key: point for point in factories.points(key, retired=True)}
    return [
        {**row, "name": known[row["key"]].name, "role": known[row["key"]].role}
        if row["key"] in known
        else dict(row)
        for row in one.points
    ]


def _bare(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [told_point(_chosen(row)) for row in rows]


def _chosen(row: Mapping[str, Any]) -> ChosenPoint:
    return ChosenPoint(**{name: row[name] for name in ChosenPoint.__dataclass_fields__ if name in row})
