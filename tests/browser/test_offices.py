"""A county office's list from the file to the ledger and back; what others see of it."""

from collections.abc import Callable

import pytest
from browser_house import Window, check, confirm, enter_new, hand_in

pytestmark = pytest.mark.browser

Visit = Callable[..., Window]
OFFICER, XINCHANG = "demo-county", "330624"
HEADER = ("企业名称", "统一社会信用代码", "地址", "营业收入（万元）")
ROWS = (
    ("新昌县浏览轴承甲有限公司", "", "浙江省绍兴市新昌县人民路1号", "1200"),
    ("新昌县浏览轴承乙有限公司", "", "浙江省绍兴市新昌县人民路2号", "3400.5"),
    ("新昌县浏览轴承丙有限公司", "91330624X", "浙江省绍兴市新昌县人民路3号", "一千"),
)


def as_csv(rows: tuple[tuple[str, ...], ...]) -> bytes:
    """A list as a spreadsheet on Windows writes it."""
    return "\r\n".join(",".join(row) for row in (HEADER, *rows)).encode("gbk")


def enterprises(window: Window) -> int:
    """How many enterprises of the county the register holds, as the page of subjects says."""
    return window.json(f"/api/subjects?kind=enterprise&region={XINCHANG}&size=1")["total"]


def chip(window: Window) -> str:
    """The state of the batch or row shown."""
    return window.page.locator(".kicker .chip").last.inner_text()


def name_revenue(window: Window) -> None:
    """Say that the fourth column is last year's revenue."""
    for part, text in (("indicator", "revenue"), ("unit", "万元"), ("period", "2025")):
        window.page.fill(f"input[name=quantity-3-{part}]", text)


def undo(window: Window, batch: str) -> None:
    """Take a batch back on its page."""
    window.go(f"/batches/{batch}/")
    window.page.click("details.pop > summary")
    with window.page.expect_navigation():
        window.page.click("form[action$='/undo/'] button")


def the_trail_tells_all_of_it(auditor: Window, batch: str) -> None:
    """The auditor reads what the officer did, and changes nothing."""
    page = auditor.page
    auditor.go("/audit/")
    page.fill("input[name=by]", OFFICER)
    with page.expect_navigation():
        page.click("form.filters button")
    said = page.inner_text("table")
    did = ("收到来件", "对照各列", "核对来件", "导入来件", "导入企业", "修复隔离行", "撤销批次")
    assert [action for action in did if action not in said] == []
    assert batch in said
    assert "demo-admin" not in said
    auditor.go(f"/audit/?by={OFFICER}&action=session.open")  # long before: on a later page of the trail
    assert "登录" in page.inner_text("tbody")
    page.fill("input[name=by]", "")
    page.select_option("select[name=action]", "batch.undo")
    with page.expect_navigation():
        page.click("form.filters button")
    assert set(page.locator("tbody td[data-label=动作]").all_inner_texts()) <= {"撤销批次"}
    assert page.locator("tbody tr").count() >= 2
    auditor.refusals = True
    assert auditor.go("/imports/").status == 403


def test_a_list_from_the_file_to_the_ledger_and_back_and_what_the_trail_says(visit: Visit) -> None:
    window = visit(OFFICER)
    page = window.page
    before = enterprises(window)
    hand_in(window, "规上企业.csv", as_csv(ROWS), title="新昌县浏览名单")
    assert "GB18030" in page.inner_text("#upload").upper()  # it says which encoding it found
    assert page.locator(".preview tbody tr").count() == 3
    assert "新昌县浏览轴承甲有限公司" in page.inner_text(".preview")
    for field, column in (("name", HEADER[0]), ("uscc", HEADER[1]), ("address", HEADER[2])):
        assert page.input_value(f"select[name=field-{field}]") == column  # proposed from the header

    name_revenue(window)
    enter_new(window)
    check(window)
    errors = page.locator("#upload table tbody tr", has_text="gate.")
    said = [errors.nth(n).inner_text() for n in range(errors.count())]
    assert {"gate.malformed_uscc", "gate.bad_number"} <= {
        word for line in said for word in line.split() if "gate." in word
    }
    assert all("4" in line.split()[0] for line in said)  # the row as a spreadsheet counts
    assert "91330624X" in " ".join(said)
    assert enterprises(window) == before  # nothing is written yet

    batch = confirm(window)
    assert enterprises(window) == before + 2
    window.go(f"/batches/{batch}/")
    assert "规上企业.csv" in page.inner_text(".head")
    assert chip(window) == "已生效"
    told = window.json(f"/api/batches/{batch}")["batch"]
    assert (told["counts"]["created"], told["counts"]["quarantined"], told["waiting"]) == (2, 1, 1)
    revenue = window.json(f"/api/facts?batch={batch}")["rows"]
    assert sorted(fact["value"] for fact in revenue) == ["1200", "3400.5"]

    window.go(f"/quarantine/?batch={batch}")
    with page.expect_navigation():
        page.locator("tbody a[href^='/quarantine/']").first.click()
    faulty = page.locator("[aria-invalid=true]")
    assert faulty.count() == 2
    with page.expect_response(lambda answer: "/resubmit/" in answer.url) as still:
        page.click("form[action$='/resubmit/'] button")  # as it is: said again, nothing lost
    assert still.value.status == 422
    window.refusals = True
    assert page.locator(".notice.is-error").count() >= 1
    page.fill(f"input[name='cell-{HEADER[1]}']", "")
    page.fill(f"input[name='cell-{HEADER[3]}']", "1000")
    page.click("form[action$='/resubmit/'] button")
    page.wait_for_selector(".kicker .chip.is-met")
    assert chip(window) == "已修复"
    assert enterprises(window) == before + 3
    repaired = page.locator("a[href^='/batches/']").last.get_attribute("href").strip("/").rpartition("/")[2]
    assert repaired != batch

    for one in (batch, repaired):
        undo(window, one)
        assert chip(window) == "已撤销"
        assert page.locator("[role=status].notice").count() == 1
    assert enterprises(window) == before
    assert window.json(f"/api/facts?batch={batch}")["total"] == 0
    assert page.locator("form[action$='/undo/']").count() == 0  # nothing is left to undo
    the_trail_tells_all_of_it(visit("demo-auditor"), batch)


def test_who_keeps_one_county_sees_her_own_work_only(visit: Visit) -> None:
    province = visit("demo-province")
    row = ("嵊州市浏览电机有限公司", "", "浙江省绍兴市嵊州市人民路1号", "880")
    hand_in(province, "外县.csv", as_csv((row, ("某厂", "12345", "不详", "一"))), title="嵊州浏览名单")
    name_revenue(province)
    enter_new(province)
    check(province)
    foreign = confirm(province)
    assert province.json(f"/api/batches/{foreign}")["batch"]["waiting"] == 1
    held = province.json(f"/api/quarantine?batch={foreign}")["rows"][0]["id"]

    window = visit(OFFICER)
    window.refusals = True
    listed = window.json("/api/batches?size=100")["rows"]
    assert foreign not in {batch["id"] for batch in listed}
    assert all("新昌" in batch["scope"]["label"] or "合成" in batch["scope"]["label"] for batch in listed)
    assert window.json(f"/api/quarantine?batch={foreign}")["status"] in (403, 404)
    for path in (f"/batches/{foreign}/", f"/quarantine/{held}/", "/audit/", "/accounts/"):
        answer = window.go(path)
        assert answer.status == 403, path
        assert "不" in window.page.inner_text(".error-say")
        assert window.page.locator(".error-say + p").inner_text()  # what to do next
    window.go("/")
    rail = window.page.inner_text("nav.rail")
    assert "导入" in rail
    assert "审计" not in rail
    assert window.json(f"/api/facts?batch={foreign}").get("rows", []) == []  # the neighbour's private figures
    found = province.json("/api/subjects?q=嵊州市浏览电机")["rows"][0]["key"]
    assert province.go(f"/subjects/{found}/").status == 200
    assert province.page.locator("#statements a.fig").count() >= 1
    window.go(f"/subjects/{found}/")
    assert window.page.locator("#statements a.fig").count() == 0
    undo(province, foreign)
