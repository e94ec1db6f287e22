"""A home with one million synthetic facts: 90 counties × 20 years × 100 indicators in five scopes, and corrections.

Facts are staged and merged through the spool, like every other; the lake is compacted once, as the worker does at
night. 100,000 of them supersede earlier ones and one batch is undone, so that `as_of` and `supersedes` have work.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from jiqun.core.indicators import IndicatorTable
from jiqun.core.units import Kind, UnitTable
from jiqun.lake.compaction import compact
from jiqun.lake.merge import merge
from jiqun.lake.store import Lake

PACKS = Path(__file__).resolve().parent.parent / "packs"
YEARS = range(2005, 2025)
SCOPES = ("规上", "全社会", "规上工业", "限上", "全口径")
START = datetime(2026, 1, 1, tzinfo=UTC)
BATCH_ROWS = 100_000


def indicators(limit: int = 100) -> list[str]:
    """Keys of the first hundred level indicators of the packs."""
    units = UnitTable.load(PACKS / "units.toml")
    table = IndicatorTable.load(PACKS / "indicators", units)
    return [item.key for item in table if item.kind is Kind.LEVEL][:limit]


def fill(lake: Lake, counties: list[str], source: str = "bench") -> int:
    """Write the million facts; gives how many."""
    spool = lake.spool("server")
    rows: list[tuple[object, ...]] = []
    total = 0
    keys = indicators()
    for scope_no, scope in enumerate(SCOPES):
        for place in counties:
            for number, key in enumerate(keys):
                for year in YEARS:
                    value = Decimal(1000 + scope_no * 7 + number * 13 + year % 17 + int(place) % 101)
                    rows.append((f"region:{place}", key, year, value, scope, total + len(rows)))
                    if len(rows) == BATCH_ROWS:
                        total += _stage(lake, spool, rows, total, source)
                        rows = []
    total += _stage(lake, spool, rows, total, source) if rows else 0
    corrections = [(f"region:{place}", key, year, Decimal(5000 + n), SCOPES[0], n)
                   for n, (place, key, year) in enumerate(_every(counties, keys[:56]))][:100_000]  # fmt: skip
    total += _stage(lake, spool, corrections, total, source, correcting=True)
    merge(lake, "server")
    compact(lake.root, "facts", lake.cursor())
    lake.close()
    return total


def _every(counties: list[str], keys: list[str]):
    for place in counties:
        for key in keys:
            for year in YEARS:
                yield place, key, year


def _stage(lake, spool, rows, done, source, correcting=False) -> int:
    batch = f"bench-{done:08d}"
    size = len(rows)
    at = START + timedelta(days=done // BATCH_ROWS, hours=12 if correcting else 0)
    columns = {
        "id": [f"{'c' if correcting else 'f'}{row[0][7:]}{row[1]}{row[2]}{row[4]}" for row in rows],
        "subject": [row[0] for row in rows],
        "indicator": [row[1] for row in rows],
        "period": [str(row[2]) for row in rows],
        "period_start": [date(row[2], 1, 1) for row in rows],
        "period_end": [date(row[2] + 1, 1, 1) for row in rows],
        "is_instant": [False] * size, "period_inferred": [False] * size,
        "value": [row[3] for row in rows], "value_high": [None] * size,
        "base_value": [row[3] for row in rows], "base_value_high": [None] * size,
        "bound": ["="] * size, "value_text": [""] * size, "unit": ["个"] * size, "kind": ["level"] * size,
        "scope": [row[4] for row in rows], "breakdown": [""] * size, "status": ["actual"] * size,
        "attributed_to": [""] * size, "source": [source] * size, "locator": [""] * size, "quote": [""] * size,
        "note": [""] * size, "recorded_at": [at] * size, "batch": [batch] * size, "row_no": list(range(size)),
        "file": ["bench.csv"] * size,
        "natural_key": [f"{row[0]}|{row[1]}|{row[2]}|{row[4]}" for row in rows],
        "content_hash": [str(row[3]) for row in rows],
        "supersedes": [f"f{row[0][7:]}{row[1]}{row[2]}{row[4]}" if correcting else None for row in rows],
        "synthetic": [False] * size,
    }  # fmt: skip
    spool.publish(spool.stage("facts", columns, batch))
    return size
