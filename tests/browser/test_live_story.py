"""A reading arrives and the tile changes, without a reload; the page fits a phone."""

import time
from collections.abc import Callable

import pytest
from browser_house import System, Window
from reading_rows import Given, put_readings

from jiqun.lake.store import Lake

pytestmark = pytest.mark.browser

Visit = Callable[..., Window]
SITE, SECOND = "live-story", 1_000_000
SEND = """async ([method, address, told]) => {
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  return (await fetch(address, { method, headers, body: JSON.stringify(told) })).status;
}"""
MACHINE = {"key": "press", "name": "压机", "line": "l1", "ideal_cycle_s": "2"}
POINT = {"key": "press.running", "unit": "台", "kind": "measurement", "machine": "press", "role": "running"}


def said(running: float, seconds_ago: int) -> Given:
    """The press speaks."""
    return {"press.running": [(time.time_ns() // 1000 - seconds_ago * SECOND, running)]}


def works(window: Window) -> None:
    """A factory of some enterprise with one machine on one line, entered over the interface."""
    window.go("/factories/")
    subject = window.json("/api/subjects?kind=enterprise&size=1")["rows"][0]["key"]
    told = {"lines": [{"key": "l1", "name": "一线"}], "machines": [MACHINE], "points": [POINT]}
    for one in (
        ("POST", "/api/factories", {"key": SITE, "name": "压机车间", "subject": subject}),
        ("PUT", f"/api/factories/{SITE}/machines", told),
    ):
        assert window.page.evaluate(SEND, one) == 200


def test_a_reading_changes_the_tile(visit: Visit, system: System) -> None:
    window = visit("demo-admin", size="phone")
    works(window)
    lake = Lake(system.home / "lake", memory_limit="256MB", threads=1)
    try:
        put_readings(lake, SITE, said(1.0, 40), arrived_us=time.time_ns() // 1000, writer="story")
        window.go(f"/factories/{SITE}/")
        tile = window.page.locator("[data-part=tile-press]")
        tile.get_by_text("运行").wait_for()
        window.page.evaluate("window.same = true")
        put_readings(lake, SITE, said(0.0, 20), arrived_us=time.time_ns() // 1000, writer="story")
        tile.get_by_text("停机").wait_for()  # it came by itself
        assert window.page.evaluate("window.same") is True
        assert window.page.evaluate("document.documentElement.scrollWidth") <= 390
        tile.locator(".machine-state").click()
        window.page.locator("#drawer-body").get_by_text("press.running").wait_for()
    finally:
        lake.close()
