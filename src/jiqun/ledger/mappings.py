"""Saved mappings 表头对照: how a form's columns were matched the last time."""

from datetime import datetime
from typing import Any

from jiqun.ledger import models


def save(form: str, mapping: dict[str, Any], *, kind: str, office: str, by: str, at: datetime) -> None:
    """Remember the mapping confirmed for a form (fingerprint of its header) by an office."""
    values = {"mapping": mapping, "saved_by": by[:150], "saved_at": at}
    models.SavedMapping.objects.update_or_create(form=form, office=office, kind=kind, defaults=values)


def find(form: str, *, kind: str, office: str) -> dict[str, Any] | None:
    """The mapping this office last confirmed for the form; failing that, the one any office confirmed last."""
    rows = models.SavedMapping.objects.filter(form=form, kind=kind)
    own = rows.filter(office=office).values_list("mapping", flat=True).first()
    return own or rows.order_by("-saved_at").values_list("mapping", flat=True).first()
