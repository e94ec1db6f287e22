"""发件箱 outbox: rows reach the lake exactly once, whatever is killed between ledger and lake.

stage segments (durable) → ledger transaction with its outbox rows → publish = acknowledged → merge → visible.
`reconcile` finishes whatever an earlier process left half-way; it runs at every start and before every import.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from jiqun.actions.desk import Desk
from jiqun.lake.merge import merge
from jiqun.lake.recovery import recover
from jiqun.lake.spool import Segment, Spool
from jiqun.ledger import batches, outbox

WAIT_S = 120.0
WRITERS = ("cli", "server", "worker")


def writer_name() -> str:
    """The spool this process writes to: one per kind of process."""
    role = os.environ.get("JIQUN_PROCESS", "cli")
    return role if role in WRITERS else "cli"


@contextmanager
def held_spool(desk: Desk) -> Iterator[Spool]:
    """Hold this process kind's spool, waiting for another command that holds it."""
    with Spool(desk.lake.root, writer_name(), wait_s=WAIT_S) as spool:
        yield spool


def note(spool: Spool, segments: Sequence[Segment]) -> None:
    """Write the outbox rows of staged segments; call it inside the ledger transaction."""
    for segment in segments:
        outbox.add(batch=segment.batch, table=segment.table, writer=spool.writer, key=segment.key,
                   sha256=segment.sha256, rows=segment.rows)  # fmt: skip


def deliver(desk: Desk, spool: Spool, segments: Sequence[Segment]) -> None:
    """Publish the segments of a committed transaction, merge them, and mark what is visible."""
    for segment in segments:
        spool.publish(segment)
        outbox.mark(segment.key, "published")
    _merge(desk, spool)


@dataclass(frozen=True)
class Reconciled:
    """What a reconciliation finished or threw away."""

    published: int
    dropped: int
    merged_rows: int


def reconcile(desk: Desk, *, at: datetime) -> Reconciled:
    """Finish what was left half-way by this process kind: publish what the ledger knows, drop what it does not."""
    recover(desk.lake.root)
    with held_spool(desk) as spool:
        known = {row.key: row for row in outbox.unfinished(spool.writer)}
        dropped = spool.drop_unpublished(set(known))
        staged = {segment.key: segment for segment in spool.staged()}
        for key in known:
            segment = staged.get(key)
            if segment is not None:
                spool.publish(segment)
        rows = _merge(desk, spool)
    batches.close_abandoned(at=at)
    return Reconciled(len(staged), len(dropped), rows)


def _merge(desk: Desk, spool: Spool) -> int:
    report = merge(desk.lake, spool.writer)
    waiting = {segment.key for segment in spool.pending()}
    for row in outbox.unfinished(spool.writer):
        if row.key not in waiting:
            outbox.mark(row.key, "merged")
    return report.rows
