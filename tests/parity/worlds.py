"""A small lake with everything in it that an engine could get wrong."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from lake_rows import RECORDED, fact, undone, write

from jiqun.core.indicators import Adds, Indicator, IndicatorTable, Nature
from jiqun.core.units import Kind
from jiqun.lake.store import Lake
from jiqun.lake.trust import TrustRow

DAY = timedelta(days=1)


def indicators() -> IndicatorTable:
    """Stated and derived indicators of the small world."""

    def one(key: str, unit: str, *, adds: Adds = Adds.SUM, expression: str | None = None) -> Indicator:
        return Indicator(key, {}, unit, Kind.LEVEL, {}, Nature.FLOW, adds, expression)

    return IndicatorTable(
        [
            one("revenue", "亿元"),
            one("rd_expense", "亿元"),
            one("rank", "位", adds=Adds.NONE),
            one("never_stated", "个"),
            one("rd_intensity", "%", adds=Adds.NONE, expression="rd_intensity"),
            one("revenue_growth", "%", adds=Adds.NONE, expression="growth:revenue"),
        ]
    )


def build(root: Path) -> Lake:
    """Facts of three counties and three years, with corrections, a batch taken back, synthetic rows and unknown values."""
    lake = Lake(root, threads=1)
    rows, number = [], 0
    for place in ("330603", "330624", "330102", "330600"):
        for year in (2020, 2021, 2022):
            for indicator in ("revenue", "rd_expense", "rank"):
                number += 1
                value = Decimal(number * 7919 % 1000) + Decimal("0.000001") * number
                rows.append(
                    fact(
                        number, subject=f"region:{place}", indicator=indicator, base_value=value, value=value,
                        period_start=date(year, 1, 1), period_end=date(year + 1, 1, 1), synthetic=number % 11 == 0,
                        scope="规上" if number % 7 == 0 else "", bound=">" if number % 5 == 0 else "=",
                    )
                )  # fmt: skip
    rows.append(fact(900, base_value=None, value=None, value_text="七成"))
    rows.append(fact(901, subject="cluster:415x", breakdown="industry=轴承"))
    rows.append(fact(902, period_start=date(2022, 12, 31), period_end=date(2023, 1, 1)))
    write(lake, "facts", rows)
    later = {"recorded_at": RECORDED + DAY}
    corrections = [{**rows[0], "id": "f950", "supersedes": "f1", "base_value": Decimal("0.5"), **later}]
    corrections.append({**rows[3], "id": "f951", "supersedes": "f4", "base_value": Decimal("-2"), **later})
    write(lake, "facts", corrections)
    write(lake, "facts", [{**rows[6], "id": "f952", "supersedes": "f7", "batch": "b9", **later}], batch="b9")
    rivals = [
        {**rows[n], "id": f"f96{n}", "source": source, "base_value": Decimal(n + 7), "bound": "=", **more}
        for n, source, more in (
            (1, "tax", {}), (2, "tax", later), (6, "power", later), (6, "tax", {}), (12, "gone", later), (15, "back", later),
        )
    ]  # fmt: skip
    write(lake, "facts", rivals)
    write(lake, "batches", [undone("b9", RECORDED + 2 * DAY), *_withdrawn()])
    lake.trusted = lambda: TRUST
    return lake


TRUST = (
    TrustRow("000", "", 1, "2023-01-01"),
    TrustRow("tax", "", 1, "2023-06-30"),
    TrustRow("tax", "rd_expense", 0, "2023-06-30"),
    TrustRow("power", "", 0),
    TrustRow("gone", "", 0),
    TrustRow("back", "", 0),
)


def _withdrawn() -> list[dict[str, object]]:
    """One source is withdrawn, one was and came back."""
    told = (("gone", "withdrawn", 3), ("back", "withdrawn", 3), ("back", "brought_back", 4))
    return [{**undone(f"source:{key}", RECORDED + days * DAY), "event": event} for key, event, days in told]
