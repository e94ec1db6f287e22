"""月度入账 rows of months' figures through the one gate: tried, then entered with their evidence at once."""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from jiqun.actions.desk import Desk
from jiqun.actions.imports import ImportReport, Order, run_import
from jiqun.core.errors import RowErrors
from jiqun.core.facts import Fact
from jiqun.ledger import sources
from jiqun.ledger.permissions import Actor
from jiqun.ledger.sources import Source

COLUMNS = (
    "subject", "indicator", "period", "value", "value_high", "bound", "value_text", "unit", "scope", "status", "synthetic",
    "note",
)  # fmt: skip


@dataclass(frozen=True)
class MonthRows:
    """Rows of one source (in COLUMNS) under the name of a file.

    beside   what the ledger records of the facts that come in, in the transaction of their batch
    changed  called once it is known that there is something to enter, before it is entered
    """

    source: Source
    name: str
    rows: Sequence[Mapping[str, str]]
    beside: Callable[[Sequence[Fact]], object]
    changed: Callable[[], object] = lambda: None


def enter_month(desk: Desk, month: MonthRows, *, by: Actor, at: datetime) -> ImportReport | None:
    """Enter them; None where all of it stands already. RowErrors with what the gate refuses."""
    source = month.source
    if source.key not in sources.get_many([source.key]):
        sources.save(source)
    path = desk.uploads / f"{source.key}{at:%Y%m%d%H%M%S%f}.csv"
    order = Order("facts", path, source.key, name=month.name, synthetic=source.synthetic, beside=month.beside)
    try:
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, COLUMNS)
            writer.writeheader()
            writer.writerows(month.rows)
        tried = run_import(desk, replace(order, dry_run=True), by=by, at=at)
        if tried.errors:
            raise RowErrors(tried.errors, code="firm.refused")
        if not tried.created + tried.updated:
            return None
        month.changed()
        return run_import(desk, order, by=by, at=at)
    finally:
        path.unlink(missing_ok=True)
