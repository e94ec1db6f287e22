"""Statements for tests of readings and pages: small, told apart by what a test is about."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import count

from jiqun.actions.reading.statements import Label, Link, Statement, period_label
from jiqun.core.periods import Period

_numbers = count(1)


def link(key: str, *, zh: str = "", en: str = "", synthetic: bool = False) -> Link:
    """A link to a subject, an indicator or a source."""
    kind, colon, name = key.partition(":")
    return Link(key, kind if colon else "indicator", Label.of(zh or name or key, en), synthetic)


def statement(period: str = "2024", value: str | None = "100", **changed: object) -> Statement:
    """One statement; only what a test is about needs to be named."""
    held = Period.parse(period)
    number = next(_numbers)
    amount = None if value is None else Decimal(value)
    fields: dict[str, object] = {
        "id": f"f{number:019d}",
        "subject": link("region:330000", zh="浙江省", en="Zhejiang Province"),
        "indicator": link("revenue", zh="营业收入", en="Revenue"),
        "period": period,
        "period_label": period_label(period),
        "inferred": False,
        "is_instant": held.is_instant,
        "starts": held.start,
        "ends": held.end,
        "year": held.year,
        "value": amount,
        "value_high": None,
        "base_value": amount,
        "bound": "=",
        "value_text": "",
        "unit": "亿元",
        "unit_label": Label("亿元", "100 million yuan"),
        "kind": "level",
        "scope": "",
        "breakdown": (),
        "status": "actual",
        "attributed_to": "",
        "source": Link("000", "source", Label.of("某报")),
        "locator": f"L{number}",
        "quote": "",
        "note": "",
        "recorded_at": datetime(2026, 1, 1, tzinfo=UTC),
        "batch": "b1",
        "file": "facts.csv",
        "row_no": number,
        "supersedes": "",
        "synthetic": False,
    }
    return Statement(**(fields | changed))  # type: ignore[arg-type]


def target(period: str, value: str | None, **changed: object) -> Statement:
    """A target."""
    return statement(period, value, status="target", **changed)
