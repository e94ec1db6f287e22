"""A list without codes: dropped, matched, its open rows decided with the keyboard, the result taken away; doubles merged."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from browser_house import Window, check, confirm, hand_in

from jiqun.core.uscc import check_character

pytestmark = pytest.mark.browser

Visit = Callable[..., Window]
OFFICER = "demo-county"
HEADER = ("企业名称", "统一社会信用代码", "地址")
FIRMS = tuple((f"新昌县键盘轴承{n}号有限公司", "", f"浙江省绍兴市新昌县键盘路{n}号") for n in (1, 2, 3))
UNSURE, STRANGER = "新昌县键盘轴承有限公司", "衢州从未有过之电子商务有限公司"
LIST = (("户号", "用户名称"), ("1", FIRMS[0][0]), ("2", UNSURE), ("3", STRANGER), ("4", FIRMS[2][0].replace("有限公司", "")),
        ("5", UNSURE.replace("新昌县", "")))  # fmt: skip


def as_csv(rows: tuple[tuple[str, ...], ...]) -> bytes:
    """A list as a spreadsheet on Windows writes it."""
    return "\r\n".join(",".join(row) for row in rows).encode("gbk")


def press(window: Window, key: str) -> None:
    """Press a key of the queue and wait until the queue was drawn anew."""
    window.page.eval_on_selector("#review", "queue => { queue.dataset.before = '1' }")
    window.page.keyboard.press(key)
    window.page.wait_for_selector("#review:not([data-before])")


def asked_now(window: Window) -> str:
    """The name the queue asks about."""
    return window.page.locator("#review h2").first.inner_text()


def decisions(window: Window, id: str) -> dict[int, str]:
    """Row to decision, as the interface tells."""
    rows = window.json(f"/api/matching/{id}")["rows"]
    return {row["asked"]["row"]: row["decision"] for row in rows}


def dropped(window: Window) -> str:
    """Drop the list on the page and see it done; gives its id."""
    window.go("/matching/")
    window.page.set_input_files(
        "input[name=file]", {"name": "用电户.csv", "mimeType": "text/csv", "buffer": as_csv(LIST)}
    )
    with window.page.expect_navigation(url=re.compile(r"/matching/m[^/]+/$")):
        window.page.click("form.hand-in button[type=submit]")
    window.page.wait_for_selector("#match-list table tbody tr")
    return window.page.url.rstrip("/").rpartition("/")[2]


def test_a_list_without_codes_by_keyboard(visit: Visit, tmp_path: Path) -> None:
    window = visit(OFFICER)
    page = window.page
    hand_in(window, "名录.csv", as_csv((HEADER, *FIRMS)), title="新昌县键盘名录")
    check(window)
    confirm(window)

    id = dropped(window)
    first = decisions(window, id)
    assert (first[2], first[4], first[5]) == ("match", "none", "match")
    open_rows = [row for row, decision in first.items() if decision == "review"]
    assert open_rows == [3, 6]
    page.click("a[href$='/review/']")
    page.wait_for_selector("#review form")
    assert asked_now(window) == UNSURE
    assert page.locator("#review form.choice").count() == 2
    press(window, "j")
    assert asked_now(window) == UNSURE.replace("新昌县", "")
    press(window, "k")
    assert asked_now(window) == UNSURE
    second = page.locator("#review form.choice").nth(1).locator("h2").inner_text()
    press(window, "2")
    assert decisions(window, id)[3] == "match"
    press(window, "u")  # a slip of the finger: taken back, asked again
    assert decisions(window, id)[3] == "review"
    assert asked_now(window) == UNSURE
    press(window, "2")
    press(window, "n")
    assert page.locator("#review form.choice").count() == 0
    assert decisions(window, id) == {2: "match", 3: "match", 4: "none", 5: "match", 6: "none"}

    page.click("#review a[href$='/matching/" + id + "/']")
    page.wait_for_selector("#match-list table")
    assert second in page.inner_text("#match-list")
    with page.expect_response(lambda answer: "decision=none" in answer.url):
        page.select_option("select[name=decision]", "none")
    page.wait_for_selector("#match-list tbody tr")
    with page.expect_download() as download:
        page.click("a[href$='/result.csv']")
    target = tmp_path / "result.csv"
    download.value.save_as(target)
    rows = list(csv.DictReader(io.StringIO(target.read_text(encoding="utf-8-sig"))))
    assert [(row["row"], row["decision"]) for row in rows] == [
        ("2", "match"),
        ("3", "match"),
        ("4", "none"),
        ("5", "match"),
        ("6", "none"),
    ]
    assert rows[1]["name"] == second
    assert rows[1]["decided_by"]

    again = dropped(window)  # nothing is asked twice
    assert "review" not in decisions(window, again).values()


def test_doubles_are_found_and_merged_on_the_page(visit: Visit) -> None:
    window = visit(OFFICER)
    page = window.page
    double = ("新昌县双胞轴承有限公司", "浙江省绍兴市新昌县双胞路1号")
    codes = ("91330624MA2DUUB015", "91330624MA2DUUB023")
    rows = tuple((double[0], code, double[1]) for code in codes)
    rows = tuple((name, body[:17] + check_character(body[:17]), place) for name, body, place in rows)
    hand_in(window, "双胞.csv", as_csv((HEADER, *rows)), title="新昌县双胞名录")
    check(window)
    confirm(window)
    window.go("/merges/")
    page.click("form[action$='/merges/find/'] button")
    row = page.locator("tbody tr", has_text=double[0]).first
    row.wait_for()
    with page.expect_navigation():
        row.locator("button[value=same]").click()
    old, new = (f"enterprise:{code}" for _, code, _ in rows)
    merged = {window.json(f"/api/subjects/{key}")["link"]["key"] for key in (old, new)}
    assert len(merged) == 1
    window.go(f"/subjects/{old}/")
    assert page.locator("#names li").count() == 2
    with page.expect_navigation():
        page.locator("#identity form[action$='/take-back/'] button").first.click()
    assert {window.json(f"/api/subjects/{key}")["link"]["key"] for key in (old, new)} == {old, new}
