"""Without a mouse, without motion, on the wall, and in front of the closed door."""

import re
from collections.abc import Callable

import pytest
from browser_house import System, Window, log_in

pytestmark = pytest.mark.browser

Visit = Callable[..., Window]


def focused(window: Window) -> str:
    """What has the focus, in a few words."""
    return window.page.evaluate(
        "(e => e.tagName + ' ' + (e.name || e.getAttribute('href') || e.textContent.trim().slice(0, 20)))"
        "(document.activeElement)"
    )


def tabs(window: Window, times: int) -> list[str]:
    """What the Tab key goes through."""
    seen = []
    for _ in range(times):
        window.page.keyboard.press("Tab")
        seen.append(focused(window))
    return seen


def test_slash_goes_to_the_search(visit: Visit) -> None:
    window = visit("demo-analyst")
    window.go("/")
    window.page.keyboard.press("/")
    assert focused(window) == "INPUT q"
    window.page.keyboard.type("/舜宇")  # once there it is a letter like any other
    assert window.page.input_value("[data-seek]") == "/舜宇"


def test_tab_goes_through_the_page_in_reading_order(visit: Visit) -> None:
    window = visit("demo-analyst")
    window.go("/")
    seen = tabs(window, 24)
    assert seen[0] == "A #content"  # past the navigation
    assert seen[1] == "A /"
    places = [window.page.locator("nav.rail li a").nth(n).get_attribute("href") for n in range(8)]
    assert [line.split()[1] for line in seen[2:10]] == places
    outline = window.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"
    assert "INPUT q" in seen


def test_skipping_to_the_content(visit: Visit) -> None:
    window = visit("demo-analyst")
    window.go("/")
    window.page.keyboard.press("Tab")
    window.page.keyboard.press("Enter")
    window.page.keyboard.press("Tab")
    assert window.page.evaluate("document.querySelector('#content').contains(document.activeElement)")


def test_the_drawer_with_the_keyboard_alone(visit: Visit) -> None:
    window = visit("demo-analyst")
    window.go("/")
    page = window.page
    figure = page.locator("a.fig").first
    figure.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#drawer[open] .why")
    inside = "document.querySelector('#drawer').contains(document.activeElement)"
    assert page.evaluate(inside)
    for _ in range(30):
        page.keyboard.press("Tab")
        assert page.evaluate(
            f"{inside} || document.activeElement === document.body"
        )  # what lies behind is out of reach
    page.keyboard.press("Escape")
    assert page.locator("#drawer[open]").count() == 0
    assert page.evaluate("document.activeElement.matches('a.fig')")  # back where one was


def test_menus_close_with_escape(visit: Visit) -> None:
    window = visit("demo-analyst")
    window.go("/")
    page = window.page
    page.focus("details.pop > summary")
    page.keyboard.press("Enter")
    assert page.locator("details.pop[open]").count() == 1
    page.keyboard.press("Escape")
    assert page.locator("details.pop[open]").count() == 0
    assert page.evaluate("document.activeElement.matches('summary')")


def test_the_map_with_the_keyboard(visit: Visit) -> None:
    window = visit("demo-analyst")
    window.go("/map/")
    page = window.page
    page.locator("svg.cartogram a").first.focus()
    assert page.locator(".tip").is_visible()
    assert page.text_content(".tip") == page.locator("svg.cartogram a").first.get_attribute("data-say")


def test_nothing_moves_for_who_does_not_want_it(visit: Visit) -> None:
    window = visit("demo-analyst", reduced_motion="reduce")
    window.go("/indicators/revenue/?subject=cluster:415x")
    longest = window.page.evaluate(
        "Math.max(...[...document.querySelectorAll('*')].flatMap(e => { const s = getComputedStyle(e); return"
        " (s.animationName === 'none' ? '0s' : s.animationDuration).split(',').concat(s.transitionDuration.split(','))"
        ".map(parseFloat); }))"
    )
    assert longest <= 0.001
    window.page.locator("a.fig").first.click()
    window.page.wait_for_selector("#drawer[open] .why")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_wall(visit: Visit, lang: str) -> None:
    window = visit("demo-analyst", lang, "wall")
    window.go("/bigscreen/")
    page = window.page
    assert window.too_wide() <= 0
    assert page.evaluate("document.documentElement.scrollHeight") <= 1080  # a wall has nobody who scrolls
    assert page.locator("svg.cartogram a").count() == 90
    assert page.locator(".wall-goal a.fig").count() >= 4
    assert re.search(r"\d\d:\d\d|\d:\d\d", page.inner_text("[data-clock]"))
    cut = page.evaluate(
        "[...document.querySelectorAll('.wall-head, .wall-goal, .wall-panel > h2')]"
        ".filter(e => e.getBoundingClientRect().bottom > innerHeight || e.scrollWidth > e.clientWidth + 1).length"
    )
    assert cut == 0
    page.locator("a.fig").first.click()
    page.wait_for_selector("#drawer[open] .why")


def test_the_phone_has_its_menu(visit: Visit) -> None:
    window = visit("demo-analyst", "zh", "phone")
    window.go("/")
    page = window.page
    assert not page.locator("nav.rail").is_visible()
    page.click("details.menu > summary")
    with page.expect_navigation(url=re.compile("/map/")):
        page.locator("nav.menu-sheet a", has_text="地图").click()
    assert "地图" in page.title()
    page.locator("svg.cartogram a[hx-get]").first.click()
    page.wait_for_selector("#drawer[open] .why")
    box = page.locator("#drawer").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390


def test_five_wrong_passwords_close_the_door(visit: Visit, system: System) -> None:
    window = visit("")
    window.refusals = True
    page = window.page
    for _ in range(5):
        log_in(page, system, "demo-firm", "wrong")
        assert "账号或密码不对" in page.inner_text("[role=alert]")
    with page.expect_response(re.compile("/login/$")) as answer:
        log_in(page, system, "demo-firm")  # the right one comes too late
    assert answer.value.status == 429
    assert "登录尝试过多" in page.inner_text("[role=alert]")
    assert re.search(r"1[45] 分钟", page.inner_text("[role=alert]"))
    assert page.input_value("input[name=username]") == "demo-firm"
    assert page.input_value("input[name=password]") == ""
    other = visit("")
    log_in(other.page, system, "demo-cluster")  # another account is not kept waiting
    assert "/login/" not in other.page.url
