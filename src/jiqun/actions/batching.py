"""批次登记 batching: the ledger's record of one import — opened, closed, its held rows, its audit words."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import orjson

from jiqun.core.errors import RowError
from jiqun.ledger import batches, quarantine
from jiqun.ledger.batches import BatchCounts
from jiqun.ledger.permissions import Actor, Permission, scopes_for
from jiqun.ledger.scopes import EVERYTHING, Scope

if TYPE_CHECKING:
    from jiqun.actions.imports import ImportReport, Opened, Order


def open_batch(
    order: "Order",
    opened: "Opened",
    report: "ImportReport",
    *,
    batch: str,
    by: Actor,
    at: datetime,
    scope: Scope | None = None,
) -> None:
    """Enter the batch with its counts; call it inside the ledger transaction.

    scope  what it is bound to; None: the first scope of who imports
    """
    table = opened.table
    new = batches.NewBatch(
        kind=order.kind, by=by.label, file_name=table.file, sha256=table.sha256, bytes=table.size, source=order.source,
        mapping=opened.mapping.as_json(), scope=scope or scope_of(by),
    )  # fmt: skip
    batches.open_batch(new, at=at, id=batch, counts=BatchCounts(**counts(report)))


def scope_of(by: Actor) -> Scope:
    """For which part of the world this actor imports: its first scope, all where it has all."""
    held = scopes_for(by, Permission.IMPORT_DATA)
    return held[0] if held else EVERYTHING


def counts(report: "ImportReport") -> dict[str, int]:
    """The counts of a report, as the batch keeps them."""
    names = ("rows", "accepted", "created", "updated", "unchanged", "quarantined", "flagged")
    return {name: getattr(report, name) for name in names}


def hold_rows(faults: Sequence[RowError], held: Mapping[int, Mapping[str, str]], *, batch: str) -> None:
    """Enter the held rows of a batch as waiting; their content is in the lake."""
    by_row: dict[int, list[RowError]] = {}
    for fault in faults:
        by_row.setdefault(fault.row or 0, []).append(fault)
    quarantine.add(
        batch,
        [
            quarantine.NewItem(
                found[0].file, number, tuple(f.column for f in found), tuple(f.code for f in found),
                _summary(held.get(number, {})),
            )
            for number, found in sorted(by_row.items())
        ],
    )  # fmt: skip


def _summary(row: Mapping[str, str]) -> str:
    return " · ".join(text for text in list(row.values())[:6] if text)[:200]


def event_columns(
    batch: str, event: str, report: "ImportReport", *, at: datetime
) -> dict[str, Sequence[object]]:
    """One row for the lake's table of batch events."""
    detail = orjson.dumps({"kind": report.kind, "file": report.file, **counts(report)}).decode()
    return {"batch": [batch], "event": [event], "recorded_at": [at], "table_name": [report.kind],
            "rows": [report.accepted], "detail": [detail]}  # fmt: skip


def audit_detail(report: "ImportReport") -> dict[str, object]:
    """What the audit row says of an import."""
    return {"file": report.file, **counts(report)}
