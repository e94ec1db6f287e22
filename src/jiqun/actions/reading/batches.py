"""批次页 what the batch pages show: every load of data with what became of its rows, and one of them in full."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jiqun.actions.desk import Desk
from jiqun.actions.reading.archive import Archive, Ask, StatementTable
from jiqun.actions.reading.audit_words import action_label, told_of
from jiqun.actions.reading.scope_labels import ScopeLabel, scope_labels, visible_scopes
from jiqun.core.errors import NotAllowed
from jiqun.lake.listing import Wanted
from jiqun.ledger import audit, batches, quarantine, sources
from jiqun.ledger.batches import Batch, BatchCounts
from jiqun.ledger.permissions import ANYWHERE, Actor, can
from jiqun.ledger.roles import Permission
from jiqun.ledger.scopes import EVERYTHING

KINDS = ("enterprises", "facts", "subjects", "relations")
STATES = ("received", "staged", "merged", "visible", "undone", "failed")
LIST_LIMIT = 1000


@dataclass(frozen=True)
class BatchLine:
    """One batch in a list.

    scope     part of the world its importer was allowed to write
    waiting   rows of it that wait in quarantine
    can_undo  may this reader undo it now?
    """

    id: str
    kind: str
    file_name: str
    source: str
    source_label: str
    synthetic: bool
    scope: ScopeLabel
    state: str
    counts: BatchCounts
    by: str
    started_at: datetime
    finished_at: datetime | None
    waiting: int
    can_undo: bool


@dataclass(frozen=True)
class BatchesContext:
    """The list of batches, latest first, as far as this reader's scopes reach.

    total, number, pages   how many there are and which page this is
    kind, state, source    what the list is narrowed to; empty means not
    """

    rows: tuple[BatchLine, ...]
    total: int
    number: int
    pages: int
    size: int
    kind: str
    state: str
    source: str
    kinds: tuple[str, ...]
    states: tuple[str, ...]


@dataclass(frozen=True)
class Reason:
    """Why rows are in quarantine, and how many."""

    code: str
    sentence: str
    rows: int


@dataclass(frozen=True)
class Happening:
    """One line of the audit trail about the batch."""

    at: datetime
    by: str
    action: str
    action_label: str
    told: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class BatchContext:
    """One batch.

    sha256, bytes   the file as it came
    mapping         field → column, constants and quantities it was read with
    reasons         why rows of it are in quarantine
    history         what was done with it, by whom
    table           the facts it brought that hold now, as far as this reader may see them
    """

    batch: BatchLine
    sha256: str
    bytes: int
    mapping: Mapping[str, Any]
    note: str
    undone_by: str
    undone_at: datetime | None
    reasons: tuple[Reason, ...]
    history: tuple[Happening, ...]
    can_repair: bool
    table: StatementTable


def batches_page(
    desk: Desk,
    actor: Actor,
    *,
    lang: str,
    kind: str = "",
    state: str = "",
    source: str = "",
    page: int = 1,
    size: int = 50,
) -> BatchesContext:
    """The list; NotAllowed for whom batches are nobody's business."""
    found = _visible(desk, actor, kind=kind, state=state, source=source, page=page, size=size)
    rows, total, number, size = found
    return BatchesContext(
        _lines(desk, actor, rows, lang),
        total,
        number,
        max(1, -(-total // size)),
        size,
        kind,
        state,
        source,
        KINDS,
        STATES,
    )


def batch_page(desk: Desk, actor: Actor, id: str, *, lang: str, ask: Ask | None = None) -> BatchContext:
    """One batch; NotAllowed when it belongs to another scope."""
    held = readable(actor, id)
    reasons = quarantine.codes_of(id)
    happened = audit.list_page(batch=id, size=50).rows
    about = happened or audit.of_target(f"batch:{id}")
    return BatchContext(
        _lines(desk, actor, [held], lang)[0],
        held.sha256,
        held.bytes,
        held.mapping,
        held.note,
        held.undone_by,
        held.undone_at,
        tuple(Reason(code, desk.messages.what(code, lang), rows) for code, rows in reasons.items()),
        tuple(
            Happening(
                event.at,
                event.by,
                event.action,
                action_label(event.action, lang),
                told_of(event.detail, lang),
            )
            for event in about
        ),
        can(actor, Permission.REPAIR_QUARANTINE, target_scope=held.scope),
        Archive(desk, actor).table(Wanted(batch=id), ask or Ask()),
    )


def readable(actor: Actor, id: str) -> Batch:
    """The batch, when its scope or the audit role lets this actor see it."""
    held = batches.get(id)
    if can(actor, Permission.IMPORT_DATA, target_scope=held.scope) or can(
        actor, Permission.READ_AUDIT, target_scope=ANYWHERE
    ):
        return held
    code = "auth.scope" if can(actor, Permission.IMPORT_DATA, target_scope=ANYWHERE) else "auth.role"
    raise NotAllowed(code, by=actor.label, target=f"batch:{id}")


def _visible(
    desk: Desk, actor: Actor, *, kind: str, state: str, source: str, page: int, size: int
) -> tuple[list[Batch], int, int, int]:
    """Batches of every scope the actor sees: rows of the page, how many there are, number and size of the page."""
    scopes = visible_scopes(desk, actor, Permission.IMPORT_DATA)
    if can(actor, Permission.READ_AUDIT, target_scope=ANYWHERE):
        scopes = (EVERYTHING,)
    if not scopes:
        raise NotAllowed("auth.role", by=actor.label, permission=Permission.IMPORT_DATA.value)
    asked = {"kind": kind, "state": state, "source": source}
    if scopes == (EVERYTHING,):
        found = batches.list_page(**asked, page=page, size=size)
        return list(found.rows), found.total, found.number, found.size
    parts = [batches.list_page(**asked, scope=scope, page=1, size=LIST_LIMIT) for scope in scopes]
    rows = sorted((row for part in parts for row in part.rows), key=lambda row: row.id, reverse=True)
    total = sum(part.total for part in parts)
    number = max(1, min(page, -(-total // size)))
    return rows[(number - 1) * size : number * size], total, number, size


def _lines(desk: Desk, actor: Actor, rows: list[Batch], lang: str) -> tuple[BatchLine, ...]:
    scopes = scope_labels(desk, [row.scope for row in rows], lang)
    known = sources.get_many({row.source for row in rows})
    waiting = quarantine.waiting_by_batch()
    lines = []
    for row in rows:
        source = known.get(row.source)
        undo = row.state in ("visible", "failed") and can(
            actor, Permission.UNDO_BATCH, target_scope=row.scope
        )
        lines.append(
            BatchLine(
                row.id, row.kind, row.file_name, row.source, source.title if source else row.source,
                bool(source and source.synthetic), scopes[row.scope], row.state, row.counts, row.by, row.started_at,
                row.finished_at, waiting.get(row.id, 0), undo,
            )
        )  # fmt: skip
    return tuple(lines)
