"""The story of connecting: a factory hand connects an OPC UA machine by the five steps, sees it live, and it stays."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from browser_house import System, Window, screens

pytestmark = pytest.mark.browser

SITE = "connect-works"
HERE = Path(__file__).resolve().parent


@dataclass
class Works:
    """A factory with a plant and a box, each a process of its own."""

    plant: int
    token: str


@contextmanager
def process(*words: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    child = subprocess.Popen(
        [sys.executable, *words], cwd=screens.ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONPATH": "src"} | environment,
    )  # fmt: skip
    try:
        yield child
    finally:
        child.terminate()
        child.wait(60)


@pytest.fixture(scope="module")
def works(system: System, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Works]:
    """The plant, the gate, and the box that asks it for orders."""
    folder, port = tmp_path_factory.mktemp("box"), screens.free_port()
    with ExitStack() as stack:
        stack.enter_context(process("-m", "jiqun", "plant", "start", "spring", "--port", str(port)))
        home = str(system.home)
        gate = stack.enter_context(
            process(str(HERE / "small_gate.py"), SITE, "demo-factory", JIQUN_HOME=home)
        )
        assert gate.stdout is not None
        told = json.loads(gate.stdout.readline())
        (folder / "token").write_text(told["token"], encoding="utf-8")
        (folder / "edge.toml").write_text(
            f'site = "{SITE}"\n[gate]\naddress = "http://127.0.0.1:{told["port"]}/api/readings"\ntoken_file = "token"\n'
            '[buffer]\npath = "edge.sqlite3"\n[orders]\nbox = "old-laptop"\nevery_s = 1\n',
            encoding="utf-8",
        )
        stack.enter_context(process("-m", "jiqun", "edge", "run", str(folder / "edge.toml")))
        yield Works(port, told["token"])


def next_step(window: Window, step: int) -> None:
    """Send the form and wait for the step."""
    with window.page.expect_navigation(url=re.compile(rf"/connect/\w+/{step}/$")):
        window.page.click("main form.panel button.is-primary")
    window.settle()
    assert window.too_wide() <= 0


def tried(window: Window) -> None:
    """Try the address until values are seen; a machine under load may answer too late, and a person presses again."""
    for _ in range(4):
        next_step(window, 3)
        window.page.wait_for_selector("#tried .seen-list li, #tried .notice.is-error", timeout=60_000)
        if window.page.locator("#tried .seen-list li").count():
            return
    raise AssertionError(window.page.locator("#tried").inner_text())


def test_an_opc_ua_machine_is_connected_in_five_steps(visit: Callable[..., Window], works: Works) -> None:
    window = visit("demo-factory")
    page = window.page
    window.go(f"/factories/{SITE}/connectors/")
    page.wait_for_selector("text=old-laptop", timeout=30_000)
    page.click("text=接入设备")
    page.fill("#new_name", "回火炉 1 号")
    next_step(window, 2)
    page.check("input[value=opcua]")
    next_step(window, 3)

    page.fill("#f-address", f"opc.tcp://127.0.0.1:{screens.free_port()}/")
    next_step(window, 3)
    page.wait_for_selector("#tried .notice.is-error:has-text('没有开这个端口')", timeout=30_000)
    page.fill("#f-address", f"opc.tcp://127.0.0.1:{works.plant}/jiqun/spring/")
    tried(window)
    page.click("#tried a.is-primary")

    oven = page.locator("tr:has(input[value='ns=2;s=furnace.temperature'])")
    pieces = page.locator("tr:has(input[value='ns=2;s=coiling.pieces'])")
    for row, unit, role in ((oven, "摄氏度", "temperature"), (pieces, "件", "produced")):
        assert row.locator("input[list=units]").input_value() == unit
        assert row.locator("select[name^=role]").input_value() == role
        row.locator("input[type=checkbox]").check()
    shown = oven.locator("[id^=v-]")
    before = shown.inner_text()
    page.wait_for_function("([id, before]) => document.getElementById(id).textContent !== before",
                           arg=[shown.get_attribute("id"), before])  # fmt: skip
    assert oven.locator("input[type=checkbox]").is_checked(), "live values leave the form alone"
    window.resize("phone")
    assert window.too_wide() <= 0
    next_step(window, 5)

    page.wait_for_selector(".spark polyline", state="attached", timeout=30_000)
    assert float(page.locator(".live-value").first.inner_text()) > 100
    window.resize("desktop")
    page.click("text=保存并接入")
    page.wait_for_selector("#first-reading", timeout=40_000)
    twin = window.json(f"/api/pages/factories/{SITE}/connectors/")
    (line,) = twin["boxes"][0]["connectors"]
    assert (line["name"], line["state"], line["points"]) == ("回火炉 1 号", "up", 2)
    assert line["card"]["share_good"] > 0
