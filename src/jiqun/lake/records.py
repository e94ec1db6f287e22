"""Records 登记与隔离: registrations and quarantined rows as plain rows; rows of an undone batch are left out.

Grain: registrations one row per accepted row of a list, quarantine one row per thing wrong with a row.
"""

from datetime import UTC, datetime

import ibis
import ibis.expr.types as ir

from jiqun.lake import known as on
from jiqun.lake.catalogue import BATCHES, QUARANTINE, REGISTRATIONS
from jiqun.lake.compile import compiled, param, table
from jiqun.lake.store import Lake

Row = dict[str, object]


class RecordReader:
    """Questions about registrations, quarantine and batch events."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake

    def registrations(self, *, limit: int | None = None, offset: int = 0, **equal: str) -> list[Row]:
        """Registrations that hold now, one per source and subject (the last recorded), by region and subject.

        equal  columns to match: subject, source, region, batch …
        """
        query = compiled(_registrations, tuple(sorted(equal)))
        rows = self._lake.ask(query, dict(equal), page=(limit, offset))
        return [_aware(dict(zip(query.columns, row, strict=True))) for row in rows]

    def row_hashes(self, source: str) -> dict[str, str]:
        """Subject to row hash of a source's registrations that hold now."""
        query = compiled(_row_hashes)
        return {str(subject): str(digest) for subject, digest in self._lake.ask(query, {"source": source})}

    def quarantined(self, *, limit: int | None = None, offset: int = 0, **equal: str) -> list[Row]:
        """Quarantined rows in the order of their file; `equal` as above (batch, code …)."""
        query = compiled(_quarantined, tuple(sorted(equal)))
        rows = self._lake.ask(query, dict(equal), page=(limit, offset))
        return [_aware(dict(zip(query.columns, row, strict=True))) for row in rows]

    def batch_events(self, *, limit: int | None = None, offset: int = 0, **equal: str) -> list[Row]:
        """Batch events, the last first."""
        query = compiled(_events, tuple(sorted(equal)))
        rows = self._lake.ask(query, dict(equal), page=(limit, offset))
        return [_aware(dict(zip(query.columns, row, strict=True))) for row in rows]


def standing(registrations: ir.Table, batches: ir.Table) -> ir.Table:
    """Registrations that hold: of each source and subject the last recorded whose batch is not undone.

    Those of a withdrawn source do not hold.
    """
    kept = registrations.anti_join(on.undone(batches), "batch").anti_join(on.withdrawn(batches), "source")
    order = [kept.recorded_at.desc(), kept.row_no.desc(), kept.batch.desc()]
    ranked = kept.mutate(turn=ibis.row_number().over(group_by=["source", "subject"], order_by=order))
    return ranked.filter(ranked.turn == 0).drop("turn")


def _matching(rows: ir.Table, names: tuple[str, ...]) -> ir.Table:
    return rows.filter([rows[name] == param(name) for name in names]) if names else rows


def _registrations(names: tuple[str, ...]) -> ir.Table:
    held = _matching(standing(table("registrations"), table("batches")), names)
    return held.select(*REGISTRATIONS.column_names).order_by(["region", "subject", "source"])


def _row_hashes() -> ir.Table:
    rows = table("registrations")
    held = standing(rows.filter(rows.source == param("source")), table("batches"))
    return held.select("subject", "row_hash")


def _quarantined(names: tuple[str, ...]) -> ir.Table:
    rows = _matching(table("quarantine"), names)
    return rows.select(*QUARANTINE.column_names).order_by(["batch", "file", "row_no", "column_name", "code"])


def _events(names: tuple[str, ...]) -> ir.Table:
    rows = _matching(table("batches"), names)
    order = [rows.recorded_at.desc(), rows.batch, rows.event, rows.table_name]
    return rows.select(*BATCHES.column_names).order_by(order)


def _aware(row: Row) -> Row:
    recorded_at = row["recorded_at"]
    return (
        row | {"recorded_at": recorded_at.replace(tzinfo=UTC)} if isinstance(recorded_at, datetime) else row
    )
