"""A month's figures of ten enterprises: asked, answered on a phone and in Excel, one of them late, chased and added up."""

import io
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pytest
from browser_house import System, Window

pytestmark = pytest.mark.browser

Visit = Callable[..., Window]
OFFICER, FIRM, COUNTY = "demo-county", "demo-firm", "339901"


def time_passes(system: System, collection: str) -> None:
    """The deadline is now: who has answered was in time, who has not is late."""
    with closing(sqlite3.connect(system.home / "ledger.sqlite3", timeout=30)) as ledger, ledger:
        now = datetime.now(UTC).replace(tzinfo=None).isoformat(" ")
        ledger.execute("UPDATE ledger_collection SET deadline = ? WHERE id = ?", [now, collection])


def open_collection(office: Window, keys: list[str]) -> str:
    """Ask ten enterprises on the page; gives the collection."""
    office.go("/collections/")
    page = office.page
    page.select_option("#form", "enterprise_monthly")
    page.fill("#period", "2025-10")
    page.fill("#deadline", "2099-01-10")
    page.fill("#region", COUNTY)
    page.fill("#only", " ".join(key.partition(":")[2] for key in keys))
    page.fill("#title", "十月月报")
    with page.expect_navigation():
        page.click("form.open-form button[type=submit]")
    office.settle()
    assert "应报 10 家" in page.inner_text("[role=status].notice")
    return page.url.rstrip("/").rpartition("/")[2]


def answer_on_the_phone(phone: Window, collection: str) -> None:
    """From the task on the first page to the answer sent."""
    page = phone.page
    phone.go("/")
    with page.expect_navigation():
        page.click(f"#collecting a[href^='/collections/{collection}/']")
    phone.settle()
    assert phone.too_wide() <= 1
    field = page.locator("#cell-revenue")
    assert field.get_attribute("inputmode") == "decimal"
    assert field.bounding_box()["height"] >= 44
    with page.expect_response(lambda answer: answer.url.endswith("/save/")):
        field.fill("一千")
        field.blur()
    page.wait_for_selector("#checks .finding.is-error:has-text('一千')")
    for cell, text in (("revenue", "1180"), ("profit", "64.5"), ("employee_count", "55")):
        with page.expect_response(lambda answer: answer.url.endswith("/save/")):
            page.fill(f"#cell-{cell}", text)
            page.locator(f"#cell-{cell}").blur()
    page.wait_for_selector("#checks .all-clear")
    phone.go(page.url.removeprefix(phone.address))
    assert page.input_value("#cell-profit") == "64.5"  # the draft was kept
    with page.expect_navigation():
        page.click("#answer button[type=submit]")
    phone.settle()
    assert page.inner_text(".kicker .chip") == "已报送"
    assert page.locator("#cell-revenue").is_disabled()
    phone.go("/")
    assert page.locator(f"#collecting a[href^='/collections/{collection}/']").count() == 0


def filled(book: bytes, count: int) -> bytes:
    """The workbook with the first `count` rows filled in."""
    opened = openpyxl.load_workbook(io.BytesIO(book))
    sheet: Any = opened.active
    assert sheet.max_row == 10
    for number in range(2, 2 + count):
        for column, value in ((3, 900 + number), (5, 40), (6, 30 + number)):
            sheet.cell(number, column).value = value
    out = io.BytesIO()
    opened.save(out)
    return out.getvalue()


def answer_for_many(office: Window, collection: str) -> None:
    """The office answers for eight more in Excel."""
    page = office.page
    office.go(f"/collections/{collection}/")
    with page.expect_download() as taken:
        page.click("a[href$='/workbook.xlsx']")
    body = filled(taken.value.path().read_bytes(), 8)
    page.set_input_files("input[type=file]", {"name": "代填.xlsx", "mimeType": "", "buffer": body})
    page.uncheck("input[name=send]")
    page.check("input[name=send]")
    with page.expect_navigation():
        page.click("form[action$='/upload/'] button")
    office.settle()
    said = " ".join(page.locator("[role=status].notice").all_inner_texts())
    assert "已报送 8 家" in said


def chase(office: Window) -> None:
    """One is late: listed, reminded, taken away as a list."""
    page = office.page
    assert (page.inner_text("#answered"), page.inner_text("#late")) == ("9", "1")
    with page.expect_navigation():
        page.click("nav.tabs a:has-text('逾期')")
    office.settle()
    assert page.locator("#respondents tbody tr").count() == 1
    assert "十月月报" in page.input_value("#remind-text")
    page.fill("#remind-text", "十月月报已逾期，请今天补报。")
    with page.expect_navigation():
        page.click("#remind button[type=submit]")
    office.settle()
    assert "已催报 1 家" in page.inner_text("[role=status].notice")
    page.click("summary:has-text('导出')")
    with page.expect_download() as taken:
        page.click("a[href$='/chasing.xlsx']")
    sheet: Any = openpyxl.load_workbook(io.BytesIO(taken.value.path().read_bytes())).active
    assert sheet.max_row == 2
    assert [sheet.cell(2, column).value for column in (6, 8)] == ["是", "1"]


def sums_lead_to_their_facts(office: Window, collection: str) -> None:
    """The sum says how many of how many are in it, and opens to each answer and its evidence."""
    page = office.page
    told = office.json(f"/api/collections/{collection}")
    county = next(place for place in told["places"] if place["level"] == "county")
    revenue = next(one for one in county["sums"] if one["cell"] == "revenue")
    assert (revenue["known"], revenue["asked"], revenue["value"]) == (9, 10, str(1180 + sum(range(902, 910))))
    row = page.locator("#sums tr.level-county")
    assert "9／10" in row.inner_text()
    row.locator("a.count").first.click()
    page.wait_for_selector("#drawer[open] .why")
    assert page.locator("#drawer .list li").count() == 10
    assert page.locator("#drawer .list .muted").count() == 1
    with page.expect_response(lambda answer: "/why/fact/" in answer.url):
        page.locator("#drawer .list a.fig").first.click()
    page.wait_for_selector("#drawer .why .chip.is-synthetic")
    page.keyboard.press("Escape")


def test_a_month_of_ten_enterprises_one_of_them_late(visit: Visit, system: System) -> None:
    office, phone = visit(OFFICER), visit(FIRM, size="phone")
    keys = [one["key"] for one in office.json("/api/collections/hecheng-yuebao")["respondents"]]
    assert len(keys) == 10
    collection = open_collection(office, keys)
    answer_on_the_phone(phone, collection)
    answer_for_many(office, collection)
    time_passes(system, collection)
    office.go(f"/collections/{collection}/")
    chase(office)
    sums_lead_to_their_facts(office, collection)
