"""Saved mappings 表头对照: how a form's columns were matched the last time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jiqun.ledger import models

LOOKED_AT = 200


@dataclass(frozen=True)
class Saved:
    """A mapping as it was confirmed: by whom, when, for which office, over which header."""

    mapping: dict[str, Any]
    header: tuple[str, ...]
    office: str
    saved_by: str
    saved_at: datetime


def save(
    form: str,
    mapping: dict[str, Any],
    *,
    kind: str,
    office: str,
    by: str,
    at: datetime,
    header: Sequence[str] = (),
) -> None:
    """Remember the mapping confirmed for a form (fingerprint of its header) by an office."""
    values = {"mapping": mapping, "saved_by": by[:150], "saved_at": at, "header": list(header)}
    models.SavedMapping.objects.update_or_create(form=form, office=office, kind=kind, defaults=values)


def find(form: str, *, kind: str, office: str) -> Saved | None:
    """The mapping this office last confirmed for the form; failing that, the one any office confirmed last."""
    rows = models.SavedMapping.objects.filter(form=form, kind=kind)
    row = rows.filter(office=office).first() or rows.order_by("-saved_at").first()
    return _saved(row) if row else None


def of_office(office: str, *, kind: str) -> list[Saved]:
    """What this office has confirmed for forms of a kind, latest first; those whose header is known."""
    rows = models.SavedMapping.objects.filter(office=office, kind=kind).order_by("-saved_at", "id")[
        :LOOKED_AT
    ]
    return [_saved(row) for row in rows if row.header]


def _saved(row: models.SavedMapping) -> Saved:
    return Saved(row.mapping, tuple(row.header), row.office, row.saved_by, row.saved_at)
