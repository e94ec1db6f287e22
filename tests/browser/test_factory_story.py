"""The story of a factory: the plant pages live, the furnace breaks, its alarm is acknowledged and the drift is named; the
shift ends and its report is read; the figures of a month stand in the enterprise's ledger with their evidence.

The plant, its box and the gate are the real ones, each a process of its own. (A machine is connected in test_connect_story.)
"""

import csv
import os
import re
import subprocess
import sys
import time
import tomllib
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
import pytest
from browser_house import System, Window, screens

from jiqun.factory.readings.contract import encode

pytestmark = pytest.mark.browser
SHANGHAI = ZoneInfo("Asia/Shanghai")
Visit = Callable[..., Window]
DETECTOR = """
[[drift]]
key = "story"
name = "炉温漂移（试）"
points = ["furnace.temperature"]
every_s = 0.5
training_s = 20
"""


@contextmanager
def process(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    child = subprocess.Popen(
        [sys.executable, "-m", "jiqun", *words], cwd=screens.ROOT, stdout=subprocess.DEVNULL
    )
    try:
        yield child
    finally:
        child.terminate()
        child.wait(30)


def command(system: System, *words: object) -> str:
    told = os.environ | {"JIQUN_HOME": str(system.home)}
    done = subprocess.run(
        [sys.executable, "-m", "jiqun", *map(str, words)],
        cwd=screens.ROOT,
        env=told,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def box(system: System) -> Iterator[dict[str, str]]:
    """The spring plant twenty times as fast, and the example's own box with its token."""
    file = system.home / "edge" / "spring" / "box.toml"
    told = tomllib.loads(file.read_text(encoding="utf-8"))
    opcua, modbus = (
        re.search(r":(\d+)", one["address"].removeprefix("opc.tcp"))[1] for one in told["connector"]
    )  # type: ignore[index]
    with ExitStack() as stack:
        ports = ("--port", opcua, "--modbus-port", modbus)
        stack.enter_context(process("plant", "start", "spring", *ports, "--speed", "20"))
        stack.enter_context(process("edge", "run", str(file)))
        yield {
            "gate": told["gate"]["address"],
            "token": (file.parent / "token").read_text().strip(),
            "opcua": opcua,
        }


def last_month() -> datetime:
    """Noon of the third day of last month."""
    first = datetime.now(SHANGHAI).replace(day=1, hour=12, minute=0, second=0, microsecond=0)
    return (first - timedelta(days=1)).replace(day=3)


def told_of_last_month(box: dict[str, str]) -> None:
    """Readings of four days of last month arrive late, through the gate like all others."""
    keys = [("coiling.running", "台", "measurement"), ("furnace.running", "台", "measurement")]
    at = [last_month() + timedelta(days=day, minutes=minute) for day in range(4) for minute in range(3)]
    us = [int(one.timestamp()) * 1_000_000 for one in at]
    batch = {
        "id": "story-1", "sequence": 1, "made_us": us[-1],
        "points": [{"key": k, "unit": u, "kind": kind} for k, u, kind in keys],
        "readings": {
            "point": [0] * 12 + [1] * 12, "read_us": us * 2, "arrived_us": us * 2, "value": [1.0] * 24,
            "quality": ["good"] * 24, "flag": [""] * 24,
        },
        "refused": [], "gaps": [],
    }  # fmt: skip
    headers = {
        "Authorization": f"Bearer {box['token']}",
        "Content-Encoding": "gzip",
        "Content-Type": "application/json",
    }
    asked = urllib.request.Request(box["gate"], encode("spring", [orjson.dumps(batch)]), headers)
    assert orjson.loads(urllib.request.urlopen(asked, timeout=20).read())["acknowledged"] == ["story-1"]


def test_the_day_of_a_factory(visit: Visit, system: System, box: dict[str, str], tmp_path: Path) -> None:
    detectors, shifts = tmp_path / "detectors.toml", tmp_path / "班次.csv"
    detectors.write_text(DETECTOR, encoding="utf-8")
    window = visit("demo-factory")
    page = window.page
    window.go("/factories/spring/")
    page.wait_for_selector("text=实时", timeout=60_000)
    page.wait_for_selector("text=运行", timeout=60_000)

    end = datetime.now(SHANGHAI).replace(second=0) + timedelta(minutes=1)
    start = end - timedelta(hours=1)
    with shifts.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([("班次", "开始", "结束"), ("试班", f"{start:%H:%M}", f"{end:%H:%M}")])
    command(system, "factory", "describe", "--site", "spring", "--shifts", shifts)
    window.go("/factories/spring/alarms/")  # the furnace warms up; what that raised is put right by and by
    page.wait_for_function(
        "() => !document.querySelector(\".alarm[data-key='furnace.cold'][data-waits]\")", timeout=60_000
    )
    command(system, "alarms", "load", detectors, "--site", "spring")
    until = time.monotonic() + 90
    while is_learning(system):
        assert time.monotonic() < until, "the detector never learnt"
        time.sleep(1)

    command(system, "plant", "fault", "spring", "drift furnace.temperature 0.05", "--port", box["opcua"])
    hot = page.wait_for_selector(".alarm[data-key='furnace.hot'][data-waits]", timeout=90_000)
    hot.focus()
    page.keyboard.press("a")
    page.wait_for_selector(".alarm[data-key='furnace.hot']:not([data-waits])")
    window.go("/factories/spring/alarms/journal/?kind=people")
    assert page.inner_text(".who b") in page.inner_text("tbody tr")
    window.go("/factories/spring/warnings/")
    page.wait_for_selector("text=炉温漂移（试）", timeout=20_000)

    time.sleep(max(0.0, (end - datetime.now(SHANGHAI)).total_seconds() + 1))
    window.go(f"/factories/spring/shifts/{start:%Y-%m-%d}/试班/")
    page.fill("#remark", "炉温漂移，已报设备科")
    page.click("form[action$='/end/'] button.is-primary")
    page.wait_for_selector("text=炉温漂移，已报设备科")
    assert "OEE" in page.inner_text("main")

    told_of_last_month(box)
    month = f"{last_month():%Y-%m}"
    row = "#factory_machines_connected"
    until = time.monotonic() + 30
    while True:
        window.go(f"/factories/spring/months/?month={month}")
        if re.search(r"\b2\b", page.inner_text(f"{row} td.num")):
            break
        assert time.monotonic() < until, page.inner_text(row)
    page.click(f"{row} summary")
    page.fill(f"{row} [name=purpose]", "数字化水平评价")
    page.click(f"{row} button[value=give]")
    page.click("form[action$='/send/'] button.is-primary")
    page.wait_for_selector("#history tbody tr")
    (fact,) = window.json("/api/facts?indicator=factory_machines_connected")["rows"]
    assert (fact["value"], fact["period"]["label"] if isinstance(fact["period"], dict) else month) == (
        "2",
        month,
    )
    window.go(f"/why/fact/{fact['id']}/")
    assert "测点" in page.inner_text("main") or "读数" in page.inner_text("main")


def is_learning(system: System) -> bool:
    """Does the story's detector learn still?"""
    told = command(system, "alarms", "watches", "--site", "spring", "--json")
    return next(one["learning"] for one in orjson.loads(told)["watches"] if one["key"] == "story")
