"""A made-up enterprise objects to a number on its phone, and sees it corrected once its county has answered."""

from collections.abc import Callable

import pytest
from browser_house import Window

pytestmark = pytest.mark.browser

Visit = Callable[..., Window]
REASON = "年报多记了一笔，附审计报告"
PDF = {"name": "审计报告.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 made up"}


def revenue(window: Window, subject: str) -> dict[str, str]:
    """The enterprise's revenue of 2024 as it is shown now."""
    rows = window.json(f"/api/facts?subject={subject}&indicator=revenue&status=actual&size=50")["rows"]
    (found,) = [row for row in rows if row["period"] == "2024"]
    return found


def test_an_enterprise_objects_on_its_phone_and_sees_its_number_corrected(visit: Visit) -> None:
    firm = visit("demo-firm", size="phone")
    page = firm.page
    firm.go("/")
    own = page.locator("#own a").first.get_attribute("href").removeprefix("/subjects/").rstrip("/")
    before = revenue(firm, own)

    firm.go(f"/subjects/{own}/?text=&status=actual")
    page.locator(f"a[href='/why/fact/{before['id']}/']").first.click()  # one
    page.wait_for_selector("#drawer-body a[href^='/objections/new/']")
    with page.expect_navigation():
        page.click("#drawer-body a[href^='/objections/new/']")  # two
    firm.settle()
    assert firm.too_wide() <= 1
    page.fill("#value", "5000")
    page.fill("#reason", REASON)
    page.set_input_files("#files", PDF)
    with page.expect_navigation():
        page.click("form[enctype] button[type=submit]")  # three
    assert "待答复" in page.inner_text(".kicker")
    address = page.url.removeprefix(firm.address)
    assert firm.too_wide() <= 1
    firm.go("/")
    assert "未办结 1 件" in page.inner_text("#tasks")

    office = visit("demo-county")
    office.go("/")
    assert office.page.locator(".badge").first.inner_text() == "1"
    with office.page.expect_navigation():
        office.page.click("#tasks li a")
    assert REASON in office.page.inner_text("main") and "审计报告.pdf" in office.page.inner_text("main")
    office.page.fill("#text", "核对属实")
    with office.page.expect_navigation():
        office.page.click("button[name=move][value=accept]")
    changed = office.page.inner_text("#changes")
    assert "合成示范县" in changed and "合成示范市" in changed and "营业收入增速" in changed

    firm.go(address)
    said = page.inner_text("main")
    assert "已采纳" in page.inner_text(".kicker") and "核对属实" in said and "更正带来的变动" in said
    assert firm.too_wide() <= 1
    after = revenue(firm, own)
    assert (after["value"], after["unit"], after["supersedes"]) == ("5000", before["unit"], before["id"])
    firm.go(f"/why/fact/{after['id']}/")
    assert "5,000" in page.inner_text(".why-number") and "更正" in page.inner_text(".why")
    office.go("/objections/?state=accepted")
    assert office.page.locator("tbody tr").count() == 1
