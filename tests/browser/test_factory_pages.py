"""Every page of a factory: who may see it sees it in both languages, on a desk and on a narrow phone, and its console is
silent; times on its charts are those of Shanghai wherever the browser stands.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser_house import System, Window, screens

from test_every_page import FOREIGN, LANGUAGE_OF, TEXTS  # isort: skip

pytestmark = pytest.mark.browser

SITE = "every-page"
HERE = Path(__file__).resolve().parent
NARROW = {"width": 360, "height": 740}
FOR_ALL = ("read", "alarms", "journal", "limits", "warnings", "warning", "shifts", "shift", "months", "machine", "live",
           "why", "why-oee", "connectors", "connection", "held")  # fmt: skip
FOR_RUNNERS = ("limit", "connect", *(f"connect-{step}" for step in (1, 2, 3, 4, 5)))
PAGES = (*FOR_ALL, *FOR_RUNNERS)
WHO = {"demo-admin": PAGES, "demo-factory": PAGES, "demo-workshop": FOR_ALL}
SEEN = (("demo-factory", "zh"), ("demo-factory", "en"), ("demo-admin", "en"), ("demo-workshop", "zh"))
AXIS = """
(box) => {
  const chart = window.echarts.getInstanceByDom(box);
  const told = chart.getModel().getComponent("xAxis").axis.getViewLabels().map((one) => one.formattedLabel);
  return told.filter((one) => /^\\d\\d:\\d\\d$/.test(one)); // the ends are the moment the page was asked for
}
"""


@pytest.fixture(scope="module")
def works(system: System) -> dict[str, str]:
    """A works of the account demo-factory in which every page has something to show; gives the addresses of its pages."""
    done = subprocess.run(
        [sys.executable, str(HERE / "small_works.py"), SITE, "demo-factory"], cwd=screens.ROOT, capture_output=True,
        text=True, env=os.environ | {"JIQUN_HOME": str(system.home), "PYTHONPATH": "src"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    at, draft = f"/factories/{SITE}/", f"/factories/{SITE}/connect/{told['draft']}/"
    return {
        "read": "/factories/", "live": at, "machine": f"{at}machines/furnace/", "alarms": f"{at}alarms/",
        "journal": f"{at}alarms/journal/", "limits": f"{at}alarms/limits/", "limit": f"{at}alarms/limit/?limit=furnace.hot",
        "warnings": f"{at}warnings/", "warning": f"{at}warnings/{told['warning']}/", "shifts": f"{at}shifts/",
        "shift": f"{at}shifts/{told['day']}/白班/", "months": f"{at}months/",
        "why": f"{at}months/{told['month']}/factory_readings/", "why-oee": f"{at}why/?what=state&machine=furnace",
        "connectors": f"{at}connectors/", "connection": f"{at}connections/炉温/", "held": f"{at}held/",
        "connect": f"{at}connect/", **{f"connect-{step}": f"{draft}{step}/" for step in (1, 2, 3, 4, 5)},
    }  # fmt: skip


@pytest.fixture(scope="module", params=SEEN, ids="-".join)
def window(
    request: pytest.FixtureRequest, opener: Callable[..., Window]
) -> Iterator[tuple[Window, str, str]]:
    """A window of each account: of the factory in both languages, of the others in one."""
    who, lang = request.param
    opened = opener(who, lang, "desktop", reduced_motion="reduce")
    yield opened, who, lang
    opened.page.context.close()


@pytest.mark.parametrize("name", PAGES)
def test_factory_page(name: str, window: tuple[Window, str, str], works: dict[str, str]) -> None:
    opened, who, lang = window
    page = opened.page
    if name not in WHO[who]:
        assert page.request.get(opened.address + works[name]).status == 403
        return
    opened.resize("desktop")
    assert opened.go(works[name]).status == 200
    assert page.locator("html").get_attribute("lang") == LANGUAGE_OF[lang]
    assert [text for text in page.evaluate(TEXTS) if FOREIGN[lang].fullmatch(text)] == []
    twin = page.locator("link[rel=alternate][type='application/json']").get_attribute("href")
    assert page.request.get(opened.address + twin).status == 200
    wide = opened.too_wide()
    page.set_viewport_size(NARROW)
    opened.settle()
    assert (wide, opened.too_wide()) == (0, 0)
    assert opened.take_troubles() == []


def drawn(window: Window, path: str, box: str) -> list[str]:
    """The times under the chart of a page."""
    window.go(path)
    window.page.wait_for_selector(f"{box} canvas")
    return window.page.eval_on_selector(box, AXIS)


@pytest.mark.parametrize("name", ["warning", "limit"])
def test_charts_speak_the_time_of_shanghai_wherever_the_browser_stands(
    name: str, works: dict[str, str], opener: Callable[..., Window]
) -> None:
    told: dict[str, list[str]] = {}
    for place in ("Asia/Shanghai", "America/New_York"):
        window = opener("demo-factory", timezone_id=place)
        told[place] = drawn(window, works[name], "[data-trace]")
        assert window.take_troubles() == []
        window.page.context.close()
    here, there = told.values()
    assert here and here == there


def test_the_chart_of_a_point_speaks_the_time_of_shanghai(
    works: dict[str, str], opener: Callable[..., Window]
) -> None:
    told: list[Any] = []
    for place in ("Asia/Shanghai", "America/New_York"):
        window = opener("demo-factory", timezone_id=place)
        window.go(works["machine"])
        window.page.locator(".point-open").first.click()
        window.page.wait_for_selector("#point-chart canvas")
        told.append(window.page.eval_on_selector("#point-chart", AXIS))
        window.page.context.close()
    assert told[0] and told[0] == told[1]
