"""入账 entering: the one way rows get in — staged, entered in one ledger transaction, delivered to the lake."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from jiqun.actions import batching, outbox
from jiqun.actions.desk import Desk
from jiqun.actions.imports import ImportReport, Opened, Order, quarantine_columns
from jiqun.core.errors import WrongState
from jiqun.ledger import audit, sources
from jiqun.ledger.permissions import Actor
from jiqun.ledger.scopes import Scope
from jiqun.ledger.sources import Source


@dataclass
class Entry:
    """What one import is about to write.

    tables  lake table to its columns (without quarantine and batch events, which follow from the report)
    held    raw rows that wait in quarantine, by row number
    scope   what the batch is bound to; None: the first scope of who imports
    """

    order: Order
    opened: Opened
    report: ImportReport
    tables: Mapping[str, Mapping[str, Sequence[object]]]
    held: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    batch: str = ""
    scope: Scope | None = None


def enter(desk: Desk, entry: Entry, write: Callable[[], object], *, by: Actor, at: datetime) -> None:
    """Write an import: everything or nothing.

    write  what the ledger itself takes in (subjects, relations); runs inside the transaction
    """
    report, batch = entry.report, entry.batch
    with outbox.held_spool(desk) as spool:
        segments = [spool.stage(table, columns, batch) for table, columns in entry.tables.items()]
        if entry.held:
            columns = quarantine_columns(report.errors, entry.held, at=at)
            segments.append(
                spool.stage("quarantine", {**columns, "batch": [batch] * len(report.errors)}, batch)
            )
        segments.append(
            spool.stage("batches", batching.event_columns(batch, "received", report, at=at), batch)
        )
        with transaction.atomic():
            batching.open_batch(
                entry.order, entry.opened, report, batch=batch, by=by, at=at, scope=entry.scope
            )
            ensure_source(entry.order, entry.opened, by=by)
            write()
            batching.hold_rows(report.errors, entry.held, batch=batch)
            outbox.note(spool, segments, at=at)
            audit.record(
                by,
                f"import.{report.kind}",
                f"batch:{batch}",
                batching.audit_detail(report),
                at=at,
                batch=batch,
            )
        outbox.deliver(desk, spool, segments, at=desk.now())
    report.batch_id = batch


def ensure_source(order: Order, opened: Opened, *, by: Actor) -> None:
    """A source nobody has described yet is entered as an office's sheet under the file's name: never without a source.

    What an office's sheet says about an enterprise is not public; a document or register is entered beforehand.
    It belongs to the office that hands it in. WrongState `source.withdrawn` for one its office has withdrawn.
    """
    known = sources.get_many([order.source]).get(order.source)
    if known is None:
        kind = "synthetic" if order.synthetic else "office_sheet"
        title, owner = opened.table.file, batching.scope_of(by)
        sources.save(Source(order.source, kind, title, synthetic=order.synthetic, owner=owner))
    elif known.is_withdrawn:
        raise WrongState("source.withdrawn", seen=order.source)
