"""批次登记 batching: the ledger's record of one import — opened, closed, its held rows, its audit words."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import orjson

from jiqun.actions.desk import ZONE
from jiqun.core.errors import RowError
from jiqun.ledger import batches, quarantine
from jiqun.ledger.permissions import Actor, Permission, scopes_for
from jiqun.ledger.scopes import EVERYTHING, Scope

if TYPE_CHECKING:
    from jiqun.actions.imports import ImportReport, Opened, Order


def new_id(at: datetime) -> str:
    """A sortable batch id that says when: b20261121-213455-3f9a1c."""
    return f"b{at.astimezone(ZONE):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


def open_batch(
    order: "Order", opened: "Opened", report: "ImportReport", *, batch: str, by: Actor, at: datetime
) -> None:
    """Enter the batch with its counts; call it inside the ledger transaction."""
    scope = scope_of(by)
    batches.open_batch(
        batches.NewBatch(
            id=batch, kind=order.kind, file_name=opened.table.file, sha256=opened.table.sha256, bytes=opened.table.size,
            source=order.source, mapping=opened.mapping.as_json(), scope=scope, by=by.label, started_at=at,
        ),
        counts(report),
    )  # fmt: skip


def scope_of(by: Actor) -> Scope:
    """For which part of the world this actor imports: its first scope, all where it has all."""
    held = scopes_for(by, Permission.IMPORT_DATA)
    return held[0] if held else EVERYTHING


def counts(report: "ImportReport") -> dict[str, int]:
    """The counts of a report, as the batch keeps them."""
    names = ("rows", "accepted", "created", "updated", "unchanged", "quarantined", "flagged")
    return {name: getattr(report, name) for name in names}


def close_batch(batch: str, *, state: str, at: datetime) -> None:
    """Mark what has become of the batch."""
    batches.set_state(batch, state, at=at)


def hold_rows(
    faults: Sequence[RowError], held: Mapping[int, Mapping[str, str]], *, batch: str, at: datetime
) -> None:
    """Enter the held rows of a batch as waiting; their content is in the lake."""
    by_row: dict[int, list[RowError]] = {}
    for fault in faults:
        by_row.setdefault(fault.row or 0, []).append(fault)
    quarantine.hold(
        [
            quarantine.Held(
                batch=batch, file=found[0].file, row_no=number, columns=tuple(f.column for f in found),
                codes=tuple(f.code for f in found), summary=_summary(held.get(number, {})),
            )
            for number, found in sorted(by_row.items())
        ]
    )  # fmt: skip


def _summary(row: Mapping[str, str]) -> str:
    return " · ".join(text for text in list(row.values())[:6] if text)[:200]


def event_columns(batch: str, event: str, report: "ImportReport", *, at: datetime) -> dict[str, Sequence[object]]:
    """One row for the lake's table of batch events."""
    detail = orjson.dumps({"kind": report.kind, "file": report.file, **counts(report)}).decode()
    return {"batch": [batch], "event": [event], "recorded_at": [at], "table_name": [report.kind],
            "rows": [report.accepted], "detail": [detail]}  # fmt: skip


def audit_detail(report: "ImportReport") -> dict[str, object]:
    """What the audit row says of an import."""
    return {"file": report.file, **counts(report)}
