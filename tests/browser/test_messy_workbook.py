"""An officer drops a messy workbook without codes, on a phone, and ends with facts on the right enterprises."""

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from browser_house import Window, check, confirm, enter_new, hand_in
from forms_register import HEADER, code_of, name_of, register_rows

pytestmark = pytest.mark.browser

Visit = Callable[..., Window]
OFFICER = "demo-county"
FORMS = Path(__file__).resolve().parents[1] / "fixtures" / "forms"


def facts_of(window: Window, short: str, batch: str) -> set[tuple[str, str, str]]:
    """What the ledger says of a firm from this batch: indicator, value, unit."""
    rows = window.json(f"/api/subjects/enterprise:{code_of(short)}/facts?batch={batch}")["rows"]
    return {(row["indicator"]["key"], row["value"], row["unit"]) for row in rows if row["batch"] == batch}


def register(window: Window) -> None:
    """The firms the workbook speaks of, handed in as a list with their codes."""
    body = "\r\n".join(",".join(row) for row in (HEADER, *register_rows())).encode("gbk")
    hand_in(window, "名录.csv", body, title="浏览名录")
    enter_new(window)
    check(window)
    confirm(window)


def test_a_messy_workbook_without_codes_ends_as_facts_on_the_right_enterprises(
    visit: Visit, tmp_path: Path
) -> None:
    register(visit(OFFICER))
    window = visit(OFFICER, size="phone")
    page = window.page
    hand_in(window, "亩均.xlsx", (FORMS / "02-亩均评价.xlsx").read_bytes(), title="浏览亩均")
    assert "2023年度工业企业亩均效益综合评价表" in page.inner_text(".titles")
    land = page.locator(".proposal tbody tr", has_text="用地面积/亩")
    assert land.locator("input[name$=-indicator]").input_value() == "land_area_mu"
    assert land.locator("input[name$=-period]").input_value() == "@2023"
    assert page.is_checked("input[name=rows-without_code][value=match]")
    assert window.too_wide() <= 0
    check(window)
    assert "6 个合计与各行相符" in page.inner_text("#upload")
    found = page.inner_text("#matched")
    assert all(name_of(short) in found for short in ("云岭", "沃洲", "十九峰"))
    assert window.too_wide() <= 0
    batch = confirm(window)
    assert facts_of(window, "云岭", batch) == {
        ("land_area_mu", "12.5", "亩"), ("tax", "250", "万元"), ("tax_per_mu", "20", "万元/亩"),
    }  # fmt: skip
    assert facts_of(window, "十九峰", batch) >= {("tax", "450", "万元")}

    book = openpyxl.load_workbook(FORMS / "14-两家都像.xlsx")
    book.active["C3"] = "二千二"
    book.save(tmp_path / "a.xlsx")
    hand_in(window, "营收.xlsx", (tmp_path / "a.xlsx").read_bytes(), title="浏览营收")
    check(window)
    with page.expect_download() as taken:
        page.click("a[href$='/returned.xlsx']")
    taken.value.save_as(tmp_path / "back.xlsx")
    back = openpyxl.load_workbook(tmp_path / "back.xlsx")
    assert back.sheetnames[0] == "导入问题"
    assert "二千二" in {cell.value for row in back["导入问题"].iter_rows(min_row=5) for cell in row}
    second = confirm(window)
    assert facts_of(window, "云岭", second) == {("revenue", "1400", "万元")}
    window.go(f"/quarantine/?batch={second}")
    with page.expect_navigation():
        page.locator("tbody tr", has_text="鼎晟").locator("a[href^='/quarantine/']").first.click()
    with page.expect_navigation():
        page.click(f"button.pick:has-text('{name_of('鼎晟轴承')}')")
    page.wait_for_selector(".kicker .chip.is-met")
    told = window.json(f"/api/subjects/enterprise:{code_of('鼎晟轴承')}/facts")["rows"]
    assert ("revenue", "10") in {(row["indicator"]["key"], row["value"]) for row in told}
