"""Sources 来源: what a statement rests on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from jiqun.core.errors import NotFound
from jiqun.ledger import models


@dataclass(frozen=True, slots=True)
class Source:
    """A document, register, office sheet, generator or person; see the table for the fields."""

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

    @property
    def told_on(self) -> str:
        """The day of the source as ISO text, for the order of trust; empty when nobody knows it."""
        day = self.published_on or self.speaks_as_of
        return day.isoformat() if day else ""


FIELDS = tuple(Source.__dataclass_fields__)


def save(source: Source) -> bool:
    """Write a source under its key; say whether it is new."""
    values = {name: getattr(source, name) for name in FIELDS if name != "key"}
    _, created = models.Source.objects.update_or_create(key=source.key, defaults=values)
    return created


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
    return (Source(*values) for values in rows.values_list(*FIELDS))
