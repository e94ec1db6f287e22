"""发件箱 outbox: rows reach the lake exactly once, whatever is killed between ledger and lake.

stage segments (durable) → ledger transaction with its outbox rows → publish = acknowledged → merge → visible.
`reconcile` finishes whatever an earlier process left half-way; it runs at every start and before every import and undo.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from jiqun.actions.desk import Desk
from jiqun.core.errors import WrongState
from jiqun.lake.durable import FileLock
from jiqun.lake.merge import merge
from jiqun.lake.recovery import recover
from jiqun.lake.spool import Segment, Spool
from jiqun.ledger import batches, outbox

WAIT_S = 120.0
TURN_S = 1800.0
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


@contextmanager
def turn(desk: Desk, *, at: datetime, waiting: Callable[[], None] | None = None) -> Iterator[datetime]:
    """Wait for one's turn: what is compared with the ledger must not change before it is written.

    One import or undo at a time in a home, whichever process it runs in. What an earlier run was killed over is
    finished first. Gives the instant of acting, which is later than `at` for one who had to wait; `waiting` is called
    when the wait begins, so that the person is told.
    """
    lock = FileLock(desk.home / "turn.lock")
    try:
        lock.acquire()
    except WrongState:
        if waiting is not None:
            waiting()
        lock.acquire(wait_s=TURN_S)
        at = max(at, desk.now())
    try:
        reconcile(desk, at=at)
        yield at
    finally:
        lock.release()


def note(spool: Spool, segments: Sequence[Segment], *, at: datetime) -> None:
    """Write the outbox rows of staged segments; call it inside the ledger transaction."""
    outbox.add(
        [
            outbox.NewSegment(one.batch, one.table, spool.writer, one.key, one.rows, one.sha256)
            for one in segments
        ],
        at=at,
    )


def deliver(desk: Desk, spool: Spool, segments: Sequence[Segment], *, at: datetime) -> None:
    """Publish the segments of a committed transaction (now they are acknowledged) and merge them."""
    for segment in segments:
        spool.publish(segment)
    outbox.mark(spool.writer, [segment.key for segment in segments], "published", at=at)
    _settle(desk, spool, at=at)
    batches.settle(at=at)


@dataclass(frozen=True)
class Reconciled:
    """What a reconciliation published, threw away, merged, and which batches it brought to their end."""

    published: int = 0
    dropped: int = 0
    merged_rows: int = 0
    batches: tuple[str, ...] = ()


def reconcile(desk: Desk, *, at: datetime) -> Reconciled:
    """Finish what earlier processes left half-way: publish what the ledger knows, drop what it does not.

    A writer whose spool another process holds right now is at work and needs no help.
    """
    recover(desk.lake.root)
    published = dropped = merged = 0
    for name in WRITERS:
        try:
            spool = Spool(desk.lake.root, name)
        except WrongState:
            continue
        with spool:
            promised = {row.key for row in outbox.unfinished(name)}
            dropped += len(spool.drop_unpublished(promised))
            for segment in spool.staged():
                spool.publish(segment)
                published += 1
            if (
                promised or spool.pending()
            ):  # most often neither: then there is nothing to merge and nothing to mark
                merged += _settle(desk, spool, at=at)
    return Reconciled(published, dropped, merged, batches.settle(at=at))


def _settle(desk: Desk, spool: Spool, *, at: datetime) -> int:
    """Merge what is acknowledged and mark it in the ledger; gives the rows merged."""
    report = merge(desk.lake, spool.writer)
    waiting = {segment.key for segment in (*spool.pending(), *spool.staged())}
    done = [row.key for row in outbox.unfinished(spool.writer) if row.key not in waiting]
    outbox.mark(spool.writer, done, "merged", at=at)
    return report.rows
