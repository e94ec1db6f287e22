"""An analyst's morning: from a number to its evidence, to the other language, over the map, to an enterprise, to a brief."""

import io
import re
from collections.abc import Callable

import docx
import pypdf
import pytest
from browser_house import System, Window, log_in

pytestmark = pytest.mark.browser

Visit = Callable[..., Window]
ANALYST = "demo-analyst"


def switch_language(window: Window) -> None:
    """Press the language button of the frame."""
    with window.page.expect_navigation():
        window.page.click("form[action='/language/'] button")
    window.settle()


def download(window: Window, form: str) -> tuple[str, bytes]:
    """Take the brief of the page; gives its name and content."""
    window.page.click("details.pop > summary")
    with window.page.expect_download() as taken:
        window.page.click(f"a[href^='/briefs/'][href$='.{form}']")
    return taken.value.suggested_filename, taken.value.path().read_bytes()


def test_logging_in_leads_where_one_wanted_to_go(visit: Visit, system: System) -> None:
    window = visit("")
    window.go("/clusters/")
    assert "/login/" in window.page.url
    log_in(window.page, system, ANALYST)
    assert window.page.url.endswith("/clusters/")
    assert "分析人员" in window.page.inner_text(".who")
    with window.page.expect_navigation():
        window.page.click("form[action='/logout/'] button")
    window.go("/map/")
    assert "/login/" in window.page.url


def test_a_number_opens_its_evidence(visit: Visit) -> None:
    window = visit(ANALYST)
    window.go("/")
    page = window.page
    figure = page.locator("article.goal .goal-now a.fig").first
    address = figure.get_attribute("href")
    figure.click()
    page.wait_for_selector("#drawer[open] .why")
    said = page.inner_text("#drawer")
    why = window.json(address.replace("/why/", "/api/pages/why/"))
    fact = why["statement"]
    assert figure.locator(".fig-num").inner_text() in page.inner_text("#drawer .why-number")
    for label in ("界", "单位", "口径", "标题", "批次"):
        assert page.locator("#drawer dt", has_text=re.compile(f"^{label}$")).count() == 1, label
    assert fact["unit_label"]["zh"] in said
    assert fact["period_label"]["zh"] in said
    assert why["source"]["link"]["label"]["zh"] in said
    assert re.sub(r"\s", "", fact["quote"]) in re.sub(r"\s", "", said)
    assert fact["batch"] in said
    assert page.locator("#drawer mark").count() == 1  # the number stands out in the quoted words

    page.click("#drawer [data-close]")
    assert page.locator("#drawer[open]").count() == 0
    assert page.url == window.address + "/"


def test_a_count_of_ours_opens_how_it_was_counted(visit: Visit) -> None:
    window = visit(ANALYST)
    window.go("/")
    count = window.page.locator(".strip a.count").first
    shown = count.inner_text()
    count.click()
    window.page.wait_for_selector("#drawer[open] .why-number")
    assert window.page.inner_text("#drawer .why-number") == shown
    with window.page.expect_navigation():
        window.page.click("#drawer a.button")  # the list behind it
    assert window.heading()


def test_english_and_back(visit: Visit) -> None:
    window = visit(ANALYST)
    window.go("/indicators/revenue/?subject=cluster:415x")
    chinese, address = window.heading(), window.page.url
    switch_language(window)
    assert window.page.url == address
    assert window.page.locator("html").get_attribute("lang") == "en"
    assert not re.search("[\u4e00-\u9fff]", window.heading())
    switch_language(window)
    assert window.heading() == chinese
    assert window.page.locator("html").get_attribute("lang") == "zh-Hans"


def test_the_map_answers_for_an_indicator_and_a_year_and_leads_to_a_county(visit: Visit) -> None:
    window = visit(ANALYST)
    window.go("/map/")
    page = window.page
    assert page.locator("svg.cartogram a").count() == 90
    stated = page.locator("#m-indicator optgroup").nth(1).locator("option").first.get_attribute("value")
    page.select_option("#m-indicator", stated)
    page.wait_for_selector("#m-year")
    year = page.locator("#m-year option").last.inner_text()
    page.select_option("#m-year", year)
    page.wait_for_url(re.compile(rf"year={year}"))
    page.wait_for_function(f"document.querySelector('#m-year').value === '{year}'")
    told = window.json(f"/api/pages/map/?indicator={stated}&year={year}")
    assert (told["year"], told["known"] > 0) == (int(year), True)
    assert f"indicator={stated}" in page.url  # the way back and a copied address show the same map
    known = [cell for cell in told["cells"] if cell["value"] is not None]
    coloured = page.locator("svg.cartogram rect[class^=q]").count()
    assert coloured == len(known)

    row = page.locator(".map-side .list li").first
    row.locator("a.fig, a.count").first.click()
    page.wait_for_selector("#drawer[open] .why")
    page.keyboard.press("Escape")
    name = row.locator("a").first.inner_text()
    with page.expect_navigation():
        row.locator("a").first.click()
    assert window.heading() in name


def test_a_grey_tile_leads_to_its_county(visit: Visit) -> None:
    window = visit(ANALYST)
    window.go("/map/?indicator=revenue")
    tile = window.page.locator("svg.cartogram a:not([hx-get])").first
    with window.page.expect_navigation(url=re.compile("/subjects/region:")):
        tile.click()
    assert window.heading()


def test_an_enterprise_is_found_by_a_part_of_its_name(visit: Visit) -> None:
    window = visit(ANALYST)
    window.go("/")
    page = window.page
    page.fill("[data-seek]", "舜宇")
    with page.expect_navigation(url=re.compile("/subjects/")):
        page.press("[data-seek]", "Enter")
    page.fill(".big-seek input[name=q]", "舜宇集团")  # narrows while one types
    page.wait_for_function("!document.querySelector('#hits').innerText.includes('舜宇集团') === false")
    with page.expect_navigation(url=re.compile("/subjects/enterprise:")):
        page.locator("#hits a.hit", has_text="舜宇集团有限公司").first.click()
    assert window.heading() == "舜宇集团有限公司"
    assert page.locator("#statements a.fig").count() >= 1
    assert page.locator("#statements td.quote a").first.get_attribute("href").startswith("/sources/")


def test_statements_sort_filter_and_go_out(visit: Visit) -> None:
    window = visit(ANALYST)
    window.go("/clusters/415x/")
    page = window.page
    before = page.locator("#statements tbody tr").count()
    page.select_option("#statements select[name=status]", "target")
    page.wait_for_url(re.compile("status=target"))
    page.wait_for_function("!document.querySelector('.htmx-request')")
    chips = page.locator("#statements tbody tr .chip.is-target").count()
    assert 0 < chips == page.locator("#statements tbody tr").count() < before
    page.click("#statements thead th a >> nth=0")
    page.wait_for_selector("#statements th[aria-sort]")
    with page.expect_download() as taken:
        page.evaluate("document.querySelector('#statements a[href*=\"format=csv\"], #statements a[href$=\".csv\"],"
                      " #statements a[href*=\".csv?\"]').click()")  # fmt: skip
    text = taken.value.path().read_text(encoding="utf-8-sig")
    assert len(text.splitlines()) > 1


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_brief_in_word_names_its_sources(visit: Visit, lang: str) -> None:
    window = visit(ANALYST, lang)
    window.go("/clusters/modern_textile/")
    name, body = download(window, "docx")
    assert name.endswith(".docx")
    document = docx.Document(io.BytesIO(body))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    cells = " ".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    assert window.heading() in text
    keys = {
        fact["source"]["key"] for fact in window.json("/api/pages/clusters/modern_textile/")["table"]["rows"]
    }
    titles = {
        source["link"]["key"]: source["link"]["label"][lang]
        for source in window.json("/api/pages/sources/")["rows"]
    }
    assert keys
    assert [titles[key] for key in keys if titles[key] not in text + cells] == []


def test_a_brief_as_pdf_can_be_read(visit: Visit) -> None:
    window = visit(ANALYST)
    window.go("/subjects/region:330603/")
    name, body = download(window, "pdf")
    assert name.endswith(".pdf")
    reader = pypdf.PdfReader(io.BytesIO(body))
    assert len(reader.pages) >= 1
    first = re.sub(r"\s", "", reader.pages[0].extract_text())
    assert re.sub(r"\s", "", window.heading()) in first
    assert "简报" in first
