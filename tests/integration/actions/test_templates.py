"""Templates: drop-downs, units, notes, an example that is ignored when it comes back; in both languages."""

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from forms_register import code_of, name_of
from web_house import SYSTEM, House

from jiqun.actions.forms import knowledge, read_form
from jiqun.actions.imports import Order, run_import
from jiqun.actions.templates import TABLES, Asked, template
from jiqun.core.errors import InputError, NotAllowed, NotFound
from jiqun.lake.forms.proposal import propose_columns

FIGURES = Asked("enterprise", ("revenue", "employee_count", "electricity_use:千瓦时"), "2024")


def made(house: House, asked: Asked, lang: str = "zh") -> Any:
    return openpyxl.load_workbook(io.BytesIO(template(house.desk, asked, by=SYSTEM, lang=lang)))


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_table_has_its_template_and_comes_back_empty(
    house: House, tmp_path: Path, table: str, lang: str
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(template(house.desk, Asked(table), by=SYSTEM, lang=lang))
    with pytest.raises(InputError) as caught:  # an example and explanations are no data
        read_form(house.desk, path)
    assert caught.value.code == "gate.empty_file"


def test_it_has_drop_downs_notes_and_an_example(house: House) -> None:
    book = made(house, Asked("enterprise"))
    page = book.worksheets[0]
    heads = [cell.value for cell in page[1]]
    assert heads[:3] == ["企业名称", "统一社会信用代码", "区划代码"]
    assert page["A2"].value.startswith("示例：")
    assert "18" in page["B1"].comment.text
    checks = {str(check.sqref): check.formula1 for check in page.data_validations.dataValidation}
    assert checks["C2:C2001"].startswith("'_lists'!")
    assert "存续" in checks["L2:L2001"]
    assert [sheet.sheet_state for sheet in book.worksheets] == ["visible", "hidden", "visible"]
    assert "新昌县" in {cell.value for cell in book["_lists"]["A"]}


def test_figures_carry_their_unit_and_period_and_are_recognised_when_they_come_back(
    house: House, tmp_path: Path
) -> None:
    book = made(house, FIGURES)
    page = book.worksheets[0]
    heads = [cell.value for cell in page[1]]
    assert heads[-3:] == [
        "2024年营业收入（万元）",
        "截至2024年末期末从业人员数（人）",
        "2024年用电量（千瓦时）",
    ]
    row = {
        "企业名称": name_of("云岭"),
        "统一社会信用代码": code_of("云岭"),
        heads[-3]: 1400,
        heads[-2]: 85,
        heads[-1]: 35000,
    }
    for name, value in row.items():
        page.cell(3, heads.index(name) + 1, value)
    book.save(tmp_path / "b.xlsx")
    form = read_form(house.desk, tmp_path / "b.xlsx")
    assert [item.kind for item in form.tables[0].left_out] == ["example"]
    proposal = propose_columns(form.tables[0], knowledge(house.desk, "enterprises"))
    told = [(one.indicator, one.unit, one.period) for one in proposal.columns[-3:]]
    assert told == [
        ("revenue", "万元", "2024"),
        ("employee_count", "人", "@2024"),
        ("electricity_use", "千瓦时", "2024"),
    ]
    order = Order("enterprises", tmp_path / "b.xlsx", "back", mapping=proposal.mapping().as_json())
    report = run_import(house.desk, order, by=SYSTEM, at=house.desk.now())
    assert (report.rows, report.created, report.quarantined) == (1, 1, 0)


def test_what_nobody_knows_is_refused(house: House) -> None:
    for asked, kind in (
        (Asked("planet"), NotFound), (Asked("enterprise", ("no_such",), "2024"), NotFound),
        (Asked("enterprise", ("revenue:斗",), "2024"), InputError), (Asked("enterprise", ("revenue",), "去年"), InputError),
        (Asked("fact", ("revenue",), "2024"), InputError),
    ):  # fmt: skip
        with pytest.raises(kind):
            template(house.desk, asked, by=SYSTEM, lang="zh")
    with pytest.raises(NotAllowed):
        template(house.desk, Asked("fact"), by=house.actor("analyst"), lang="zh")
