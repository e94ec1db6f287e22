"""Sources 来源: what a statement rests on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from jiqun.core.errors import NotFound
from jiqun.ledger import models
from jiqun.ledger.scopes import EVERYTHING, Scope


@dataclass(frozen=True, slots=True)
class Source:
    """A document, register, office sheet, generator or person; see the table for the fields.

    owner  scope of the office it belongs to
    """

    key: str
    kind: str
    title: str
    publisher: str = ""
    published_on: date | None = None
    published_inferred: bool = False
    speaks_as_of: date | None = None
    speaks_inferred: bool = False
    licence: str = ""
    url: str = ""
    note: str = ""
    synthetic: bool = False
    owner: Scope = EVERYTHING
    withdrawn_by: str = ""
    withdrawn_at: datetime | None = None
    withdrawn_why: str = ""

    @property
    def is_withdrawn(self) -> bool:
        """Did its office withdraw it?"""
        return self.withdrawn_at is not None

    @property
    def told_on(self) -> str:
        """The day of the source as ISO text, for the order of trust; empty when nobody knows it."""
        day = self.published_on or self.speaks_as_of
        return day.isoformat() if day else ""


OWN = ("owner", "withdrawn_by", "withdrawn_at", "withdrawn_why")
FIELDS = tuple(name for name in Source.__dataclass_fields__ if name not in OWN)
COLUMNS = (*FIELDS, "owner_kind", "owner_key", *OWN[1:])


def save(source: Source) -> bool:
    """Write what a source is under its key; say whether it is new. Whose it is and whether it stands is kept as it was."""
    values = {name: getattr(source, name) for name in FIELDS if name != "key"}
    owner = {"owner_kind": source.owner.kind, "owner_key": source.owner.key}
    _, created = models.Source.objects.update_or_create(
        key=source.key, defaults=values, create_defaults={**values, **owner}
    )
    return created


def mark_withdrawn(key: str, *, by: str, at: datetime, why: str) -> None:
    """Note that a source was withdrawn by its office."""
    rows = models.Source.objects.filter(key=key)
    rows.update(withdrawn_by=by[:150], withdrawn_at=at, withdrawn_why=why[:300])


def mark_brought_back(key: str) -> None:
    """Note that a withdrawn source stands again."""
    models.Source.objects.filter(key=key).update(withdrawn_by="", withdrawn_at=None, withdrawn_why="")


def get(key: str) -> Source:
    """The source under `key`; NotFound("source.not_found") when there is none."""
    for source in _read(models.Source.objects.filter(key=key)):
        return source
    raise NotFound("source.not_found", key=key)


def get_many(keys: Iterable[str]) -> dict[str, Source]:
    """The sources that exist under `keys`."""
    return {source.key: source for source in _read(models.Source.objects.filter(key__in=list(keys)))}


def all_sources(*, kind: str = "") -> tuple[Source, ...]:
    """Every source, or those of one kind, in order of key."""
    rows = models.Source.objects.order_by("key")
    return tuple(_read(rows.filter(kind=kind) if kind else rows))


def _read(rows: QuerySet[models.Source]) -> Iterable[Source]:
    at = len(FIELDS)
    for *values, kind, key, by, when, why in rows.values_list(*COLUMNS):
        yield Source(*values[:at], Scope(kind, key), by, when, why)
