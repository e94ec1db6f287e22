"""Collections 报送: what is asked of whom by when, and the forms offices made themselves."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from jiqun.core.errors import NotFound, WrongState
from jiqun.core.periods import SHANGHAI
from jiqun.ledger import models
from jiqun.ledger.bulk import chunks
from jiqun.ledger.pages import Page, page_of
from jiqun.ledger.scopes import Scope


@dataclass(frozen=True, slots=True)
class Collection:
    """One collection; see the table for the fields."""

    id: str
    title: str
    form: str
    respondents: str
    cells: tuple[dict[str, Any], ...]
    period: str
    deadline: datetime
    scope: Scope
    narrowing: dict[str, Any]
    synthetic: bool
    note: str
    state: str
    opened_by: str
    opened_at: datetime
    closed_by: str = ""
    closed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """May it still be answered?"""
        return self.state == "open"


@dataclass(frozen=True, slots=True)
class Respondent:
    """Who must answer: key of the subject, its name, place and trade when the collection was opened."""

    key: str
    label: str
    region: str = ""
    industry: str = ""


@dataclass(frozen=True, slots=True)
class OwnForm:
    """A form an office made itself."""

    key: str
    label_zh: str
    label_en: str
    respondents: str
    cells: tuple[dict[str, Any], ...]
    scope: Scope
    saved_by: str = ""
    saved_at: datetime | None = field(default=None)


def new_id(at: datetime) -> str:
    """An id that sorts by time: ``c20261121-3f9a`` (clock of Zhejiang)."""
    return f"c{at.astimezone(SHANGHAI):%Y%m%d}-{secrets.token_hex(3)}"


def create(made: Collection, respondents: Iterable[Respondent]) -> int:
    """Enter a collection with its respondents, all waiting; gives how many there are."""
    values = {
        name: getattr(made, name)
        for name in Collection.__dataclass_fields__
        if name not in ("scope", "cells")
    }
    rows = [
        models.CollectionAnswer(
            collection=made.id, respondent=one.key, label=one.label[:300], region=one.region, industry=one.industry,
            updated_at=made.opened_at,
        )
        for one in respondents
    ]  # fmt: skip
    with transaction.atomic():
        models.Collection.objects.create(
            **values, cells=list(made.cells), scope_kind=made.scope.kind, scope_key=made.scope.key
        )
        models.CollectionAnswer.objects.bulk_create(rows, batch_size=500)
    return len(rows)


def get(id: str) -> Collection:
    """The collection under `id`; NotFound("collect.not_found") when there is none."""
    for row in _read(models.Collection.objects.filter(id=id)):
        return row
    raise NotFound("collect.not_found", seen=id)


def get_many(ids: Iterable[str]) -> dict[str, Collection]:
    """The collections that exist under `ids`."""
    kept = list(ids)
    rows = (
        row for piece in chunks(kept, 500) for row in _read(models.Collection.objects.filter(id__in=piece))
    )
    return {row.id: row for row in rows}


def list_page(
    *,
    ids: Iterable[str] | None = None,
    scopes: Iterable[Scope] = (),
    state: str = "",
    page: int = 1,
    size: int = 50,
) -> Page[Collection]:
    """One page of collections, the latest first.

    ids     those among which to look, together with those bound to one of `scopes`; None means all
    """
    rows = models.Collection.objects.order_by("-opened_at", "-id")
    if ids is not None:
        wanted = Q(id__in=list(ids))
        for scope in scopes:
            wanted |= Q(scope_kind=scope.kind, scope_key=scope.key)
        rows = rows.filter(wanted)
    return page_of(rows.filter(state=state) if state else rows, _read, page=page, size=size)


def close(id: str, *, by: str, at: datetime) -> Collection:
    """Take no more answers; WrongState("collect.closed") when it is closed already."""
    with transaction.atomic():
        row = models.Collection.objects.select_for_update().filter(id=id).first()
        if row is None:
            raise NotFound("collect.not_found", seen=id)
        if row.state != "open":
            raise WrongState("collect.closed", seen=id)
        row.state, row.closed_by, row.closed_at = "closed", by[:150], at
        row.save()
    return get(id)


def save_form(form: OwnForm, *, by: str, at: datetime) -> None:
    """Keep a form under its key."""
    values = {
        "label_zh": form.label_zh[:200], "label_en": form.label_en[:200], "respondents": form.respondents,
        "cells": list(form.cells), "scope_kind": form.scope.kind, "scope_key": form.scope.key, "saved_by": by[:150],
        "saved_at": at,
    }  # fmt: skip
    models.CollectionForm.objects.update_or_create(key=form.key, defaults=values)


def own_forms() -> tuple[OwnForm, ...]:
    """Every form offices made, in order of key."""
    return tuple(
        OwnForm(
            row.key, row.label_zh, row.label_en, row.respondents, tuple(row.cells), Scope(row.scope_kind, row.scope_key),
            row.saved_by, row.saved_at,
        )
        for row in models.CollectionForm.objects.order_by("key")
    )  # fmt: skip


def _read(rows: QuerySet[models.Collection]) -> Iterable[Collection]:
    for row in rows:
        yield Collection(
            row.id, row.title, row.form, row.respondents, tuple(row.cells), row.period, row.deadline,
            Scope(row.scope_kind, row.scope_key), row.narrowing, row.synthetic, row.note, row.state, row.opened_by,
            row.opened_at, row.closed_by, row.closed_at,
        )  # fmt: skip
