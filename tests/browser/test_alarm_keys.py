"""An alarm stands: whoever is at the machines acknowledges it by a key, the row changes, the journal names the person."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from browser_house import System, Window, screens

pytestmark = pytest.mark.browser

Visit = Callable[..., Window]
KEY = "key-test"
STANDS = """
import django; django.setup()
from django.db import transaction
from jiqun.actions import alarm_limits, factories
from jiqun.actions.desk import desk
from jiqun.factory.instants import SECOND, micros_of
from jiqun.ledger import alarms
from jiqun.ledger.alarms import AlarmEntry, AlarmLimit, AlarmRow
from jiqun.ledger.factories import Factory, FactoryPoint, Machine
from jiqun.ledger.factories import all_factories
from jiqun.ledger.permissions import system
here, by = desk(), system("test")
now = here.now()
owner = next(one.subject for one in all_factories() if one.synthetic)
factories.make(here, Factory("KEY", "按键试验厂", owner), by=by, at=now)
told = [FactoryPoint("furnace.temperature", "摄氏度", "measurement", "炉温", "furnace", "temperature")]
factories.describe(here, "KEY", by=by, at=now, machines=[Machine("furnace", "回火炉")], points=told)
hot = AlarmLimit("furnace.hot", "furnace.temperature", "炉温高", "high", 426.0, 1.0, priority=1, response="看加热器")
air = AlarmLimit("air.low", "furnace.temperature", "炉温低", "low", 380.0, priority=3)
alarm_limits.set_limits(here, "KEY", [hot, air], by=by, at=now)
raised = micros_of(now) - 60 * SECOND
with transaction.atomic():
    for limit in (hot, air):
        row = AlarmRow(limit, "unacknowledged", raised_us=raised, value=427.0, changed_us=raised, read_us=raised)
        entry = AlarmEntry(limit.key, limit.name, limit.point, raised, "active", "normal", "unacknowledged", "", "", "427",
                           None, limit.priority, True, now)
        alarms.keep("KEY", [row], [entry])
""".replace("KEY", KEY)


@pytest.fixture(scope="module", autouse=True)
def stands(system: System) -> None:
    """A factory of the example's firm with two alarms that stand."""
    told = os.environ | {"JIQUN_HOME": str(system.home), "DJANGO_SETTINGS_MODULE": "jiqun.settings"}
    done = subprocess.run(
        [sys.executable, "-c", STANDS], env=told, cwd=screens.ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_a_key_acknowledges_and_the_journal_names_the_person(visit: Visit) -> None:
    window = visit("demo-admin")
    page = window.page
    window.go(f"/factories/{KEY}/alarms/")
    assert page.locator(".alarm[data-waits]").count() == 2 and page.title().startswith("(2)")
    page.keyboard.press("a")  # none is chosen yet: nothing is done
    page.wait_for_selector("#alarms-said .is-error")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.dataset.key") == "furnace.hot"
    page.keyboard.press("a")
    page.wait_for_selector(".alarm[data-key='furnace.hot']:not([data-waits])")
    assert "报警已确认" in page.inner_text(".alarm[data-key='furnace.hot']")
    assert page.evaluate("document.activeElement.dataset.key") == "furnace.hot"  # where one was, one stays
    page.keyboard.press("j")
    page.keyboard.press("s")
    page.fill("#why", "换热电偶")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".alarm[data-key='air.low'][data-can~='unshelve']")
    page.keyboard.press("?")
    assert page.locator("#keys-sheet").is_visible()
    page.keyboard.press("Escape")
    window.go(f"/factories/{KEY}/alarms/journal/?kind=people")
    lines = page.locator("tbody tr").all_inner_texts()
    assert len(lines) == 2 and "换热电偶" in lines[0] and "确认" in lines[1]
    who = page.inner_text(".who b")
    assert all(who in line for line in lines)
