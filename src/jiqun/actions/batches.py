"""批次动作 batches: undo one — an append, never a deletion.

An undone batch stays in the lake; a row saying so hides its facts from that moment on, and what was known before it
can still be replayed. The ledger's subjects go back to the row that stood before the batch.
"""

from dataclasses import dataclass
from datetime import datetime

import orjson
from django.db import transaction

from jiqun.actions import merging, outbox
from jiqun.actions.before import before_batch
from jiqun.actions.desk import Desk
from jiqun.core.errors import WrongState
from jiqun.lake.held_rows import count_facts
from jiqun.ledger import audit, batches, collection_answers, permissions, quarantine, relations, subjects
from jiqun.ledger.permissions import Actor, Permission


@dataclass(frozen=True)
class Undoing:
    """What undoing a batch did: subjects removed and restored, relations and facts hidden."""

    batch: str
    removed: int
    restored: int
    relations: int
    facts: int

    def as_json(self) -> dict[str, object]:
        """The object `--json` prints."""
        return {"ok": True, "batch_id": self.batch, "removed": self.removed, "restored": self.restored,
                "relations": self.relations, "facts": self.facts}  # fmt: skip


def check_undoable(batch: batches.Batch) -> None:
    """WrongState unless the batch's rows are visible."""
    if batch.state == "undone":
        raise WrongState("batch.already_undone", batch=batch.id, seen=f"{batch.undone_at:%Y-%m-%d %H:%M}")
    if batch.state not in ("visible", "failed"):
        raise WrongState("batch.not_undoable", batch=batch.id, seen=batch.state, allowed="visible")


def undo(desk: Desk, batch_id: str, *, by: Actor, at: datetime) -> Undoing:
    """Take a batch back with everything that came from it."""
    permissions.check(by, Permission.UNDO_BATCH, target_scope=batches.get(batch_id).scope)
    return undo_judged(desk, batch_id, by=by, at=at)


def undo_judged(desk: Desk, batch_id: str, *, by: Actor, at: datetime) -> Undoing:
    """The same for an action that has judged by a rule of its own whether `by` may."""
    with outbox.turn(desk, at=at) as now:
        return _undone(desk, batch_id, by=by, at=now)


def _undone(desk: Desk, batch_id: str, *, by: Actor, at: datetime) -> Undoing:
    batch = batches.get(batch_id)
    check_undoable(batch)
    facts = count_facts(desk.lake, batch_id)
    before = before_batch(desk, batch_id)
    event = {"batch": [batch_id], "event": ["undone"], "recorded_at": [at], "table_name": [batch.kind],
             "rows": [batch.counts.accepted], "detail": [orjson.dumps({"by": by.label}).decode()]}  # fmt: skip
    with outbox.held_spool(desk) as spool:
        segment = spool.stage("batches", event, f"{batch_id}-undo")
        with transaction.atomic():
            gone = relations.undo_relations(batch_id, before.relations)
            done = subjects.apply_undo(batch_id, before.subjects, at=at)
            merging.take_back_without_ends(by=by, at=at)
            quarantine.undo_of(batch_id, by=by.label, at=at)
            collection_answers.undo_of(batch_id, by=by.label, at=at)
            batches.mark_undone(batch_id, by=by.label, at=at)
            outbox.note(spool, [segment], at=at)
            detail = {
                "removed": done.removed,
                "restored": done.restored,
                "relations": gone,
                "facts": facts,
            }
            audit.record(by, "batch.undo", f"batch:{batch_id}", detail, at=at, batch=batch_id)
        outbox.deliver(desk, spool, [segment], at=at)
    return Undoing(batch_id, done.removed, done.restored, gone, facts)
