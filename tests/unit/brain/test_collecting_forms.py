"""Forms: those of the packs, and what makes a cell unusable."""

from decimal import Decimal
from pathlib import Path

import pytest

from jiqun.brain.collecting.forms import (
    Cell,
    cell_from,
    checked_cells,
    earlier_periods,
    pack_forms,
    period_of,
)
from jiqun.core.errors import InputError, JiqunError, PackError
from jiqun.core.indicators import IndicatorTable, Nature
from jiqun.core.periods import Period
from jiqun.core.units import UnitTable

PACKS = Path(__file__).resolve().parents[3] / "packs"
UNITS = UnitTable.load(PACKS / "units.toml")
INDICATORS = IndicatorTable.load(PACKS / "indicators", UNITS)


def test_forms_of_the_packs() -> None:
    forms = pack_forms(PACKS, INDICATORS, UNITS)
    assert {"enterprise_monthly", "county_monthly"} <= set(forms)
    assert {form.respondents for form in forms.values()} == {"enterprise", "region"}
    for form in forms.values():
        assert [cell_from(cell.as_json()) for cell in form.cells] == list(form.cells)


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"indicator": "revenue"},
        {"indicator": "revenue", "unit": "万元", "span": "week"},
        {"indicator": "revenue", "unit": "万元", "colour": "red"},
        {"indicator": "revenue", "unit": "万元", "least": "none"},
    ],
)
def test_a_cell_that_cannot_be_read(told: dict[str, object]) -> None:
    with pytest.raises(InputError) as raised:
        cell_from(told)
    assert raised.value.code == "collect.bad_cell"


@pytest.mark.parametrize(
    "cells",
    [
        (),
        (Cell("a", "no_such", "万元"),),
        (Cell("a", "revenue", "人"),),
        (Cell("a", "revenue", "万元"), Cell("b", "revenue", "亿元")),
        (Cell("a", "revenue", "万元"), Cell("a", "profit", "万元")),
        (Cell("a", "revenue", "万元", part_of="b"),),
        (Cell("a", "revenue", "万元", part_of="b"), Cell("b", "profit", "亿元")),
        (Cell("a", "revenue", "万元", sum_of=("a",)),),
        (Cell("a", "revenue", "万元", jump=Decimal(1)),),
        (Cell("a", "employee_count", "人"), Cell("b", "employee_count", "人", span="to_date")),
    ],
)
def test_cells_that_cannot_be_asked(cells: tuple[Cell, ...]) -> None:
    with pytest.raises(JiqunError):
        checked_cells(cells, INDICATORS, UNITS)


def test_one_indicator_twice_over_different_spans() -> None:
    cells = (Cell("a", "revenue", "万元"), Cell("b", "revenue", "万元", span="to_date"))
    assert checked_cells(cells, INDICATORS, UNITS) == cells


def test_a_bad_pack_names_its_file(tmp_path: Path) -> None:
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "x.toml").write_text(
        '[f]\nlabel = { zh = "表", en = "form" }\n[[f.cells]]\nindicator = "nothing"\nunit = "万元"\n'
    )
    with pytest.raises(PackError) as raised:
        pack_forms(tmp_path, INDICATORS, UNITS)
    assert str(raised.value.facts["file"]).endswith("x.toml")


def test_which_period_a_cell_speaks_of() -> None:
    month, january = Period.parse("2026-10"), Period.parse("2026-01")
    flow, total, stock = (
        Cell("a", "revenue", "万元"),
        Cell("b", "revenue", "万元", span="to_date"),
        Cell("c", "x", "人"),
    )
    assert period_of(flow, month, Nature.FLOW).text == "2026-10"
    assert period_of(total, month, Nature.FLOW).text == "2026-01..2026-10"
    assert period_of(stock, month, Nature.STOCK).text == "@2026-10"
    assert [one.text for one in earlier_periods(flow, month, Nature.FLOW)] == ["2026-09", "2025-10"]
    assert [one.text for one in earlier_periods(total, month, Nature.FLOW)] == [
        "2026-01..2026-09",
        "2025-01..2025-10",
    ]
    assert [one.text for one in earlier_periods(total, january, Nature.FLOW)] == ["2025-01"]
    assert [one.text for one in earlier_periods(stock, january, Nature.STOCK)] == ["@2025-12", "@2025-01"]
