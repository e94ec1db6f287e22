"""Connections 连接 of a factory as the ledger keeps them, and drafts of such as are being made."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max

from jiqun.core.errors import NotFound
from jiqun.ledger import models
from jiqun.ledger.factories import row_of

DRAFT_DAYS, DRAFTS_MOST = 7, 50


@dataclass(frozen=True, slots=True)
class Connection:
    """A saved connection; `points` as the box is told them."""

    name: str
    box: str
    kind: str
    options: Mapping[str, Any]
    points: Sequence[Mapping[str, Any]]
    machine: str = ""
    version: int = 0
    saved_by: str = ""
    saved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A connection being made; told: everything said so far, step: the furthest reached."""

    id: str
    factory: str
    box: str
    kind: str = ""
    connection: str = ""
    step: int = 1
    told: Mapping[str, Any] = field(default_factory=dict)
    made_by: str = ""
    made_at: datetime | None = None


def of_factory(factory: str) -> tuple[Connection, ...]:
    """Connections of a factory that stand, by name."""
    rows = models.FactoryConnection.objects.filter(factory__key=factory, removed_at=None).order_by("name")
    return tuple(map(_connection, rows))


def get(factory: str, name: str) -> Connection:
    """The connection of that name; NotFound connect.unknown."""
    row = models.FactoryConnection.objects.filter(factory__key=factory, name=name, removed_at=None).first()
    if row is None:
        raise NotFound("connect.unknown", seen=name)
    return _connection(row)


def version_for(factory: str, box: str) -> int:
    """The version a box should have: the newest of its connections, removed ones among them."""
    rows = models.FactoryConnection.objects.filter(factory__key=factory, box=box)
    return int(rows.aggregate(newest=Max("version"))["newest"] or 0)


def save(factory: str, one: Connection, *, by: str, at: datetime) -> Connection:
    """Enter or change a connection under the next version; where it moves to another box, the old one is told too."""
    owner, version = row_of(factory), _next(factory)
    before = models.FactoryConnection.objects.filter(factory=owner, name=one.name).first()
    if before is not None and before.box != one.box:
        _mark(owner, before.box, version, by=by, at=at)
    values = {
        "box": one.box, "kind": one.kind, "options": dict(one.options), "points": [dict(p) for p in one.points],
        "machine": one.machine, "version": version, "saved_by": by[:150], "saved_at": at, "removed_by": "",
        "removed_at": None,
    }  # fmt: skip
    row, _ = models.FactoryConnection.objects.update_or_create(factory=owner, name=one.name, defaults=values)
    return _connection(row)


def remove(factory: str, name: str, *, by: str, at: datetime) -> Connection:
    """Take a connection out; it stays in the record. NotFound connect.unknown."""
    found = get(factory, name)
    models.FactoryConnection.objects.filter(factory__key=factory, name=name).update(
        removed_by=by[:150], removed_at=at, version=_next(factory)
    )
    return found


def rename(factory: str, name: str, new: str, *, by: str, at: datetime) -> Connection:
    """Give a connection another name; a removed one of that name gives way."""
    get(factory, name)
    models.FactoryConnection.objects.filter(factory__key=factory, name=new).exclude(removed_at=None).delete()
    models.FactoryConnection.objects.filter(factory__key=factory, name=name).update(
        name=new, version=_next(factory), saved_by=by[:150], saved_at=at
    )
    return get(factory, new)


def begin(draft: Draft, *, by: str, at: datetime) -> Draft:
    """A new draft; drafts older than a week, and all but the newest fifty of the factory, go."""
    owner = row_of(draft.factory)
    old = models.ConnectDraft.objects.filter(factory=owner).order_by("-made_at")
    old.filter(made_at__lt=at - timedelta(days=DRAFT_DAYS)).delete()
    for row in old[DRAFTS_MOST - 1 :]:
        row.delete()
    row = models.ConnectDraft.objects.create(
        id=secrets.token_hex(8), factory=owner, box=draft.box, kind=draft.kind, connection=draft.connection,
        step=draft.step, told=dict(draft.told), made_by=by[:150], made_at=at,
    )  # fmt: skip
    return _draft(row)


def draft(factory: str, id: str) -> Draft:
    """A draft of a factory; NotFound connect.no_draft."""
    row = models.ConnectDraft.objects.select_related("factory").filter(factory__key=factory, id=id).first()
    if row is None:
        raise NotFound("connect.no_draft", seen=id)
    return _draft(row)


def drafts(factory: str) -> tuple[Draft, ...]:
    """Drafts of a factory, the newest first."""
    rows = models.ConnectDraft.objects.select_related("factory").filter(factory__key=factory)
    return tuple(map(_draft, rows.order_by("-made_at")))


def keep_draft(one: Draft) -> None:
    """Keep what was said."""
    models.ConnectDraft.objects.filter(id=one.id).update(
        box=one.box, kind=one.kind, step=one.step, told=dict(one.told)
    )


def drop_draft(factory: str, id: str) -> None:
    """Give a draft up."""
    models.ConnectDraft.objects.filter(factory__key=factory, id=id).delete()


def _mark(owner: models.Factory, box: str, version: int, *, by: str, at: datetime) -> None:
    """A removed row under no name tells a box that one of its connections went to another."""
    models.FactoryConnection.objects.create(
        factory=owner, name=f"→ {version}", box=box, kind="", version=version, saved_by=by[:150], saved_at=at,
        removed_by=by[:150], removed_at=at,
    )  # fmt: skip


def _next(factory: str) -> int:
    rows = models.FactoryConnection.objects.filter(factory__key=factory)
    return int(rows.aggregate(newest=Max("version"))["newest"] or 0) + 1


def _connection(row: models.FactoryConnection) -> Connection:
    return Connection(**{name: getattr(row, name) for name in Connection.__dataclass_fields__})


def _draft(row: models.ConnectDraft) -> Draft:
    names = [name for name in Draft.__dataclass_fields__ if name != "factory"]
    return Draft(factory=row.factory.key, **{name: getattr(row, name) for name in names})
