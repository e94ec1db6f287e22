"""Rows for tests of the lake: plain, small, each told apart by its id."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from jiqun.lake.merge import MergeReport, merge
from jiqun.lake.store import Lake

RECORDED = datetime(2026, 1, 1, tzinfo=UTC)


def fact(number: int, **changed: object) -> dict[str, object]:
    """One fact row; only what a test is about needs to be named."""
    row: dict[str, object] = {
        "id": f"f{number}",
        "subject": "region:330624",
        "indicator": "gdp",
        "period": "2020",
        "period_start": date(2020, 1, 1),
        "period_end": date(2021, 1, 1),
        "is_instant": False,
        "period_inferred": False,
        "value": Decimal("12.5"),
        "value_high": None,
        "base_value": Decimal("12.5"),
        "base_value_high": None,
        "bound": "=",
        "value_text": "",
        "unit": "亿元",
        "kind": "level",
        "scope": "",
        "breakdown": "",
        "status": "actual",
        "attributed_to": "",
        "source": "000",
        "locator": f"L{number}",
        "quote": "",
        "note": "",
        "recorded_at": RECORDED,
        "batch": "b1",
        "row_no": number,
        "file": "facts.csv",
        "natural_key": f"k\x1f{number}",
        "content_hash": f"h{number}",
        "supersedes": None,
        "synthetic": False,
    }
    return row | changed


def registration(number: int, **changed: object) -> dict[str, object]:
    """One registration row."""
    row: dict[str, object] = {
        "subject": f"enterprise:{number}",
        "uscc": f"9133{number:014d}",
        "name": f"试样{number}号",
        "uscc_grade": "valid",
        "region": "region:330603",
        "region_how": "code",
        "established_on": date(1999, 12, 31),
        "capital_wan": Decimal("50.5"),
        "row_hash": f"hash{number}",
        "source": "register",
        "file": "list.csv",
        "row_no": number,
        "batch": "b1",
        "recorded_at": RECORDED,
        "synthetic": False,
    }
    return row | changed


def undone(batch: str, at: datetime) -> dict[str, object]:
    """The event that takes a batch back."""
    return {
        "batch": batch,
        "event": "undone",
        "recorded_at": at,
        "table_name": "facts",
        "rows": 0,
        "detail": "{}",
    }


def write(lake: Lake, table: str, rows: Sequence[Mapping[str, object]], *, batch: str = "b1") -> MergeReport:
    """Stage, publish and merge rows as the writer `test`."""
    spool = lake.spool("test")
    spool.publish(spool.stage(table, [dict(row) for row in rows], batch))
    return merge(lake, "test")
