"""Batches 批次: one load of data, from received to visible, or undone.

received → staged → merged → visible → undone; a step on the way may be skipped
received, staged and merged may fail; a failed batch may be received again.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from jiqun.core.errors import NotFound, WrongState
from jiqun.ledger import models
from jiqun.ledger.conditions import LAST
from jiqun.ledger.grams import subtree_prefix
from jiqun.ledger.pages import Page, page_of
from jiqun.ledger.scopes import EVERYTHING, Scope

TRANSITIONS: dict[str, tuple[str, ...]] = {
    "received": ("staged", "merged", "visible", "failed"),
    "staged": ("merged", "visible", "failed"),
    "merged": ("visible", "failed"),
    "visible": ("undone",),
    "failed": ("received", "undone"),
    "undone": (),
}
UNFINISHED = ("received", "staged", "merged")
COUNTS = ("rows", "accepted", "created", "updated", "unchanged", "quarantined", "flagged")
LOCAL = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class BatchCounts:
    """How many rows went where."""

    rows: int = 0
    accepted: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    quarantined: int = 0
    flagged: int = 0


@dataclass(frozen=True, slots=True)
class NewBatch:
    """What is known when a batch is received."""

    kind: str
    by: str
    file_name: str = ""
    sha256: str = ""
    bytes: int = 0
    source: str = ""
    mapping: dict[str, Any] = field(default_factory=dict)
    scope: Scope = EVERYTHING
    note: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as the ledger holds it; `scope` is the part of the world its importer was allowed to write."""

    id: str
    kind: str
    file_name: str
    sha256: str
    bytes: int
    source: str
    mapping: dict[str, Any]
    scope: Scope
    state: str
    counts: BatchCounts
    by: str
    started_at: datetime
    finished_at: datetime | None
    undone_by: str
    undone_at: datetime | None
    note: str


def new_id(at: datetime) -> str:
    """An id that sorts by time: ``b20261121-213455-3f9a`` (clock of Zhejiang)."""
    return f"b{at.astimezone(LOCAL):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def open_batch(new: NewBatch, *, at: datetime, id: str = "", counts: BatchCounts | None = None) -> Batch:
    """Record a batch as received, with its counts where they are known; an id is made unless one is given."""
    values = {
        "kind": new.kind,
        "by": new.by[:150],
        "file_name": new.file_name[:300],
        "sha256": new.sha256,
        "bytes": new.bytes,
        "source": new.source,
        "mapping": new.mapping,
        "scope_kind": new.scope.kind,
        "scope_key": new.scope.key,
        "note": new.note,
        "started_at": at,
        **{name: getattr(counts or BatchCounts(), name) for name in COUNTS},
    }
    for last in (False, False, True):
        try:
            with transaction.atomic():
                row = models.Batch.objects.create(id=id or new_id(at), **values)
            return _batch(row)
        except IntegrityError:
            if last or id:
                raise
    raise AssertionError("unreachable")


def advance(
    id: str, state: str, *, at: datetime, counts: BatchCounts | None = None, note: str | None = None
) -> Batch:
    """Move a batch to its next state, with its counts; WrongState("batch.state") when it may not go there.

    Undoing has its own verb, `mark_undone`.  Reaching visible or failed sets the time it finished.
    """
    if state == "undone":
        raise WrongState("batch.state", batch=id, state="?", wanted=state)
    with transaction.atomic():
        row = _moved(id, state)
        if counts is not None:
            _set_counts(row, counts)
        if note is not None:
            row.note = note
        row.finished_at = at if state in ("visible", "failed") else None
        row.save()
    return _batch(row)


def set_counts(id: str, counts: BatchCounts) -> Batch:
    """Write the counts of a batch without moving it."""
    with transaction.atomic():
        row = _locked(id)
        _set_counts(row, counts)
        row.save()
    return _batch(row)


def mark_undone(id: str, *, by: str, at: datetime) -> Batch:
    """Move a visible or failed batch to undone."""
    with transaction.atomic():
        row = _moved(id, "undone")
        row.undone_by, row.undone_at = by[:150], at
        row.save()
    return _batch(row)


def get(id: str) -> Batch:
    """The batch under `id`; NotFound("batch.not_found") when there is none."""
    row = models.Batch.objects.filter(id=id).first()
    if row is None:
        raise NotFound("batch.not_found", batch=id)
    return _batch(row)


def list_page(
    *,
    kind: str = "",
    state: str = "",
    source: str = "",
    scope: Scope = EVERYTHING,
    page: int = 1,
    size: int = 50,
) -> Page[Batch]:
    """One page of batches, latest first; `scope` shows only those bound to it or to a place within it."""
    exact = {"kind": kind, "state": state, "source": source}
    rows = models.Batch.objects.filter(**{name: value for name, value in exact.items() if value})
    rows = rows.filter(bound_to(scope))
    return page_of(rows.order_by("-id"), _read, page=page, size=size)


def bound_to(scope: Scope) -> Q:
    """Condition on batches: bound to `scope`, or to a place within it."""
    if scope == EVERYTHING:
        return Q()
    if scope.kind != "region":
        return Q(scope_kind=scope.kind, scope_key=scope.key)
    prefix = subtree_prefix(scope.key)
    return Q(scope_kind="region", scope_key__gte=prefix, scope_key__lt=prefix + LAST)


def unfinished() -> tuple[Batch, ...]:
    """Batches that were begun and not brought to an end, oldest first; a reconciler takes them up at start."""
    return tuple(_read(models.Batch.objects.filter(state__in=UNFINISHED).order_by("id")))


def settle(*, at: datetime) -> tuple[str, ...]:
    """Make visible every unfinished batch whose segments are all in the lake; give their ids."""
    waiting = models.OutboxSegment.objects.exclude(state="merged").values("batch")
    with transaction.atomic():
        rows = models.Batch.objects.filter(state__in=UNFINISHED).exclude(id__in=waiting)
        ids = tuple(rows.order_by("id").values_list("id", flat=True))
        models.Batch.objects.filter(id__in=ids).update(state="visible", finished_at=at)
    return ids


def same_file(sha256: str, *, kind: str, source: str) -> Batch | None:
    """The latest visible batch of this kind and source whose file had this content."""
    rows = models.Batch.objects.filter(sha256=sha256, kind=kind, source=source, state="visible").order_by(
        "-id"
    )
    return next(iter(_read(rows[:1])), None)


def resumable(sha256: str, *, kind: str, source: str) -> Batch | None:
    """The latest unfinished batch of this content, for a rerun to finish."""
    rows = models.Batch.objects.filter(sha256=sha256, kind=kind, source=source, state__in=UNFINISHED)
    return next(iter(_read(rows.order_by("-id")[:1])), None)


def standing_of(source: str) -> tuple[Batch, ...]:
    """The batches imported from a source that were not undone, latest first."""
    rows = models.Batch.objects.filter(source=source, state__in=("visible", "failed"))
    return tuple(_read(rows.order_by("-id")))


def times(ids: Iterable[str]) -> dict[str, datetime]:
    """When each of these batches was received."""
    return dict(models.Batch.objects.filter(id__in=list(ids)).values_list("id", "started_at"))


def _moved(id: str, state: str) -> models.Batch:
    row = _locked(id)
    if state not in TRANSITIONS[row.state]:
        raise WrongState("batch.state", batch=id, state=row.state, wanted=state)
    row.state = state
    return row


def _locked(id: str) -> models.Batch:
    row = models.Batch.objects.select_for_update().filter(id=id).first()
    if row is None:
        raise NotFound("batch.not_found", batch=id)
    return row


def _set_counts(row: models.Batch, counts: BatchCounts) -> None:
    for name in COUNTS:
        setattr(row, name, getattr(counts, name))


def _read(rows: QuerySet[models.Batch]) -> Iterable[Batch]:
    return map(_batch, rows)


def _batch(row: models.Batch) -> Batch:
    return Batch(
        id=row.id,
        kind=row.kind,
        file_name=row.file_name,
        sha256=row.sha256,
        bytes=row.bytes,
        source=row.source,
        mapping=row.mapping,
        scope=Scope(row.scope_kind, row.scope_key),
        state=row.state,
        counts=BatchCounts(*(getattr(row, name) for name in COUNTS)),
        by=row.by,
        started_at=row.started_at,
        finished_at=row.finished_at,
        undone_by=row.undone_by,
        undone_at=row.undone_at,
        note=row.note,
    )
