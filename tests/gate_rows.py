"""Files and rows for tests of the gate: an office's list and a table of facts, changed where a test is about it."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from jiqun.core.indicators import IndicatorTable
from jiqun.core.regions import Regions
from jiqun.core.units import UnitTable
from jiqun.core.uscc import check_character
from jiqun.lake.files import HandedIn, Limits
from jiqun.lake.gate_enterprises import EnterpriseGate, Judged
from jiqun.lake.gate_facts import FactGate
from jiqun.lake.mapping import ColumnMap, propose, table_fields

PACKS = Path(__file__).resolve().parent.parent / "packs"
LIMITS = Limits(packed=2_000_000, unpacked=8_000_000)
NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
LIST_HEADER = ("企业名称", "统一社会信用代码", "地址", "成立日期")


def uscc(number: int, region: str = "330624") -> str:
    """A credit code that holds."""
    body = f"91{region}MA2{number:06d}"
    return body + check_character(body)


def as_csv(header: Sequence[str], rows: Sequence[Sequence[str]], *, delimiter: str = ",") -> str:
    """The text of a file an office hands in."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([header, *rows])
    return text.getvalue()


def handed_in(header: Sequence[str], rows: Sequence[Sequence[str]]) -> HandedIn:
    """A file as it was opened."""
    numbered = [(number, list(cells)) for number, cells in enumerate(rows, start=2)]
    return HandedIn("名单.csv", "0" * 64, 1, tuple(header), numbered)


def judge_list(
    regions: Regions,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    mapping: ColumnMap | None = None,
    **gate: object,
) -> Judged:
    """What the gate makes of a list of enterprises; columns are found by their header."""
    table = handed_in(header, rows)
    mapping = mapping or propose(table.columns, table_fields(PACKS, "enterprise"))
    return EnterpriseGate(regions, TODAY, mapping, table.columns, table.file, **gate).judge(table)  # type: ignore[arg-type]


def fact_row(**changed: str) -> dict[str, str]:
    """One good row of a fact table."""
    row = {
        "subject": "region:330624",
        "indicator": "revenue",
        "period": "2024",
        "value": "12.5",
        "unit": "亿元",
    }
    return row | changed


def fact_gate(
    indicators: IndicatorTable, units: UnitTable, *, known: Mapping[str, str] | None = None, **changed: object
) -> FactGate:
    """A gate that knows every subject (or those given) and speaks for the source `sheet`."""
    gate: dict[str, object] = {
        "subject_of": (lambda text: text) if known is None else known.get,
        "is_document": {"000"}.__contains__,
        "now": NOW, "batch": "b1", "file": "facts.csv", "source": "sheet",
    }  # fmt: skip
    return FactGate(indicators, units, **(gate | changed))  # type: ignore[arg-type]
