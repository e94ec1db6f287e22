"""An officer runs 亩均 on a dropped workbook and prints one firm's ruling; a firm answers on a phone and sees its way up."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from browser_house import Window
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

Visit = Callable[..., Window]
OFFICER = "demo-county"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADER = (
    "企业名称", "区划代码", "per_mu_tier", "land_own_mu", "land_leased_in_mu", "land_leased_out_mu", "tax_paid_wan",
    "industrial_value_added_wan", "energy_tce", "pollutant_t", "employees", "rd_expense_wan", "main_business_revenue_wan",
)  # fmt: skip
FIRMS = (
    ("黄岩模具甲有限公司", "黄岩区", "规上", 10, 2, 1, 300, 1500, 500, 0.3, 75, 37.5, 1500),
    ("黄岩模具乙有限公司", "黄岩区", "规上", 8, 0, 0, 90, 700, 400, None, 60, 12, 1100),
    ("黄岩模具丙有限公司", "黄岩区", "规上", 20, 0, 0, 150, 1600, 900, 0.9, 140, 0, 2600),
)  # fmt: skip


def workbook() -> bytes:
    """Last year's sheet as an office keeps it."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in (HEADER, *FIRMS):
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def changed_until(page: Page, selector: str, text: str) -> None:
    """Wait until an element says something."""
    page.wait_for_function(
        "([selector, text]) => document.querySelector(selector).textContent.includes(text)",
        arg=[selector, text],
    )


def tries_and_replays(window: Window, run: str) -> None:
    """Shares are tried on the per-mu page, kept as a draft, replayed; the letters are printed."""
    page = window.page
    window.go(f"/per-mu/?from={run}")
    for grade, share in (("a", "50"), ("b", "25"), ("c", "25")):
        page.fill(f"#n-quota_{grade}", share)
    changed_until(page, "#per-mu-counts", "A 1")
    page.locator("[data-slides=n-weight_tax_per_mu]").fill("60")
    changed_until(page, "#per-mu-counts", "130")
    assert page.input_value("#n-weight_tax_per_mu") == "60"
    page.evaluate("document.getElementById('trial').reset()")
    changed_until(page, "#per-mu-counts", "100")
    page.fill("#n-quota_a", "50")
    page.fill("#n-quota_b", "25")
    page.fill("#n-quota_c", "25")
    with page.expect_navigation(url=re.compile(r"/policies/drafts/d[^/]+/$")):
        page.click("#trial button[type=submit]")
    draft = page.url.rstrip("/").rpartition("/")[2]
    window.go(f"/policies/replay/?from={run}")
    page.select_option("#after", draft)
    with page.expect_navigation(url=re.compile(r"/policies/replays/r[^/]+/$")):
        page.click(".replay-form button[type=submit]")
    page.wait_for_selector("[data-chart=sankey] canvas")
    window.go(f"/policies/runs/{run}/letters/?days=5")
    printed = page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == page.locator(".letter").count() == len(FIRMS)


def test_an_officer_judges_a_workbook_and_prints_a_ruling(visit: Visit, tmp_path: Path) -> None:
    window = visit(OFFICER)
    page = window.page
    window.go("/policies/")
    page.click("a[href$='/policies/zhejiang/per_mu/'] >> nth=0")
    page.wait_for_selector("#run")
    page.fill("input[name=on]", "2023-09-01")
    page.set_input_files("input[name=file]", {"name": "亩均.xlsx", "mimeType": XLSX, "buffer": workbook()})
    with page.expect_navigation(url=re.compile(r"/policies/runs/p[^/]+/$")):
        page.click("#run button[type=submit]")
    page.wait_for_selector("#policy-run table tbody tr")
    id = page.url.rstrip("/").rpartition("/")[2]
    with page.expect_response(lambda answer: "verdict=unknown" in answer.url):
        page.click("nav.verdicts a[href*='verdict=unknown']")
    page.wait_for_function("document.querySelectorAll('#policy-run tbody tr').length === 1")
    page.click("#policy-run tbody a")
    page.wait_for_selector("table.ruling")
    assert window.heading() == FIRMS[1][0]
    printed = page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    verdicts = {
        row["line"]["row"]: row["line"]["verdict"] for row in window.json(f"/api/policy-runs/{id}")["rows"]
    }
    assert verdicts == {2: "met", 3: "unknown", 4: "met"}
    tries_and_replays(window, id)

    phone = visit(OFFICER, size="phone")
    address = f"/policies/runs/{id}/3/questions/"
    phone.go(address)
    asked = phone.json(f"/api/policy-runs/{id}/firms/3/questions")["questions"]
    assert phone.page.locator(".ask").count() == len(asked) == 5
    for one in asked[:2]:
        field = phone.page.locator(f"[name='field-{one['column']}']").first
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(index=1)
        else:
            field.fill("2020-01-02" if one["kind"] == "date" else "9")
    with phone.page.expect_navigation():
        phone.page.click("button.is-big")
    assert "已保存并重新评价" in phone.page.inner_text("main")
    left = phone.json(f"/api/policy-runs/{id}/firms/3/questions")
    assert left["answered"] == 2
    assert not {one["column"] for one in asked[:2]} & {one["column"] for one in left["questions"]}
    assert phone.too_wide() == 0

    own = visit("demo-firm", size="phone")
    own.go("/ladders/")
    key = own.page.locator("[data-own]").get_attribute("href").partition("/firms/")[2].strip("/")
    own.go(f"/ladders/firms/{key}/questions/")
    asked = own.json(f"/api/pages/ladders/firms/{key}/questions/")["questions"]
    assert own.page.locator(".ask").count() == len(asked) == 5
    for one in asked:
        field = own.page.locator(f"[name='field-{one['column']}']").first
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(index=1)
        else:
            field.fill("2020-01-02" if one["kind"] == "date" else "9")
    with own.page.expect_navigation():
        own.page.click("button.is-big")
    own.settle()
    assert "5 项回答已入账" in own.page.inner_text("main")
    way = own.json(f"/api/pages/ladders/firms/{key}/")
    assert len(way["answers"]) == 5 and any(line["climb"] for line in way["ladders"])
    assert own.page.locator(".one-ladder .next-rung").count() and own.page.locator(".way li").count()
    assert own.too_wide() == 0
