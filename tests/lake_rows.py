"""Rows for tests of the lake: plain, small, each told apart by its id."""

from datetime import UTC, date, datetime
from decimal import Decimal

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
