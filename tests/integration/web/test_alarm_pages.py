"""Pages of alarms: the console and what people do there, the journal and its file."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from live_house import KEY, NOON, NOW_US, stand
from web_house import House

from jiqun.actions.desk import Desk
from jiqun.factory.instants import SECOND
from jiqun.ledger import alarms, audit
from jiqun.ledger.alarms import AlarmEntry, AlarmLimit, AlarmRow
from jiqun.ledger.scopes import Scope

HOME = f"/factories/{KEY}/alarms/"
JOURNAL = f"{HOME}journal/"
RAISED = NOW_US - 30 * SECOND
HOT = AlarmLimit("oven.hot", "oven.temperature", "炉温高", "high", 426.0, priority=2, response="看加热器")
COUNT = AlarmLimit("coil.stop", "coil.running", "卷簧机停", "low", 0.0, priority=1, latching=True)
JAM = AlarmLimit("oven.queue", "oven.queue", "积料", "high", 30.0, priority=3)
OFF = AlarmLimit("oven.cold", "oven.temperature", "炉温低", "low", 100.0, priority=4)
HTMX = {"HX-Request": "true"}


def entry(limit: AlarmLimit, name: str = "active", at_us: int = RAISED, **more: object) -> AlarmEntry:
    told = {
        "limit": limit.key, "limit_name": limit.name, "point": limit.point, "at_us": at_us, "name": name,
        "before": "normal", "after": "unacknowledged", "by": "", "why": "", "value": "427.5", "until_us": None,
        "priority": limit.priority, "raises": name == "active", "recorded_at": NOON, **more,
    }  # fmt: skip
    return AlarmEntry(**told)  # type: ignore[arg-type]


@pytest.fixture(scope="module", autouse=True)
def works(module_house: House, django_db_blocker: pytest.FixtureRequest) -> None:
    """Four alarms: not acknowledged, latched, shelved, out of service."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        stand(module_house)
        alarms.put_limits(KEY, [HOT, COUNT, JAM, OFF], by="test", at=NOON)
        held = alarms.locked(KEY)
        later = NOW_US + 3600 * SECOND
        states = {
            HOT.key: "unacknowledged", COUNT.key: "latched_acknowledged", JAM.key: "shelved", OFF.key: "out_of_service",
        }  # fmt: skip
        rows = [
            replace(held[key], state=state, raised_us=RAISED, changed_us=RAISED, value=423.0, read_us=NOW_US,
                    shelved_until_us=later if state == "shelved" else None)
            for key, state in states.items()
        ]  # fmt: skip
        shelved = entry(
            JAM, "shelve", RAISED + SECOND, by="夜班", why="清理中", until_us=later, after="shelved", value=""
        )
        alarms.keep(KEY, rows, [entry(HOT), shelved])


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is noon."""
    monkeypatch.setattr(Desk, "now", lambda _: NOON)


@pytest.fixture
def worker(house: House) -> Iterator[Client]:
    """Somebody of the workshop."""
    yield house.client("workshop")


def do(client: Client, command: str, *keys: str, htmx: bool = True, **more: str) -> str:
    answer = client.post(
        f"{HOME}do/",
        {"command": command, "key": list(keys), **more},
        headers=HTMX if htmx else {},
        follow=not htmx,
    )
    assert answer.status_code == 200
    return answer.content.decode()


def state(key: str) -> AlarmRow:
    return alarms.one_standing(KEY, key)


def test_what_stands_and_what_is_set_aside(worker: Client) -> None:
    page = worker.get(HOME).content.decode()
    stands, aside = page.split("已搁下", 1)
    assert stands.index("卷簧机停") < stands.index("炉温高") and "积料" in aside and "炉温低" in aside
    assert "报警未确认" in stands and "锁存已确认" in stands and "看加热器" in stands and "427.5" in stands
    assert "停用" in aside and "11-04 13:00" in aside  # until when it is shelved
    twin = worker.get(f"/api/pages{HOME}").json()
    assert [one["key"] for one in twin["lines"]] == [COUNT.key, HOT.key]
    assert twin["standing"] == {"1": 1, "2": 1, "3": 0, "4": 0}
    hot = twin["lines"][1]
    assert (hot["value_then"], hot["value"], hot["machine"]) == ("427.5", 423.0, "oven")
    assert hot["commands"] == ["acknowledge", "shelve"]
    assert twin["unanswered"] == 1 and twin["today"]["raised"] == 1 and twin["can_run"] is False


def test_it_is_narrowed_and_polled_as_a_piece(worker: Client) -> None:
    piece = worker.get(f"{HOME}?priority=1", headers=HTMX).content.decode()
    assert "<html" not in piece and "卷簧机停" in piece and "炉温高" not in piece and "积料" not in piece
    assert [one["key"] for one in worker.get(f"/api/pages{HOME}?machine=oven").json()["lines"]] == [HOT.key]
    assert worker.get(f"/api/pages{HOME}?state=shelved").json()["aside"][0]["key"] == JAM.key
    assert "没有合条件的报警" in worker.get(f"{HOME}?priority=4&machine=coil").content.decode()


def test_an_alarm_is_acknowledged_and_the_second_person_is_told_who_was_first(
    house: House, worker: Client
) -> None:
    assert "已确认：炉温高" in do(worker, "acknowledge", HOT.key)
    assert state(HOT.key).state == "acknowledged"
    second = do(house.client("enterprise"), "acknowledge", HOT.key)
    assert "车间" in second and "炉温高：已不能“确认”" in second and "is-error" in second
    journal = worker.get(JOURNAL).content.decode()
    assert "确认" in journal and "车间" in journal
    assert audit.list_page(action="alarm.acknowledge").total == 1


def test_several_at_once_and_one_that_is_gone(worker: Client) -> None:
    told = do(worker, "shelve", HOT.key, COUNT.key, "none", why="换班", minutes="30")
    assert "已搁置：炉温高、卷簧机停" in told and "没有报警 none" in told
    until = NOW_US + 1800 * SECOND
    assert {state(key).shelved_until_us for key in (HOT.key, COUNT.key)} == {until}
    assert "不再搁置：炉温高" in do(worker, "unshelve", HOT.key)


def test_a_reason_is_asked_for_and_nothing_done_without(worker: Client) -> None:
    half = {"minutes": "30"}
    for more in (half, {"why": "换班"}, {"why": "换班", "minutes": "900"}, {"why": "长" * 501, **half}):
        assert "is-error" in do(worker, "shelve", HOT.key, **more)
    assert "没有选中报警" in do(worker, "acknowledge")
    assert "一次选得太多" in do(worker, "acknowledge", *(f"a{n}" for n in range(201)))
    assert state(HOT.key).state == "unacknowledged"


def test_without_scripts_a_button_of_a_row_does_it_too(worker: Client) -> None:
    answer = worker.post(f"{HOME}do/?priority=1", {"one": f"reset {COUNT.key}"}, follow=True)
    assert (
        answer.redirect_chain == [(f"{HOME}?priority=1", 302)]
        and "已复位：卷簧机停" in answer.content.decode()
    )
    assert state(COUNT.key).state == "normal"
    assert "is-error" in do(worker, "reset", COUNT.key, htmx=False)


@pytest.mark.parametrize(
    ("role", "sees", "handles", "runs"),
    [("workshop", 200, 200, 403), ("enterprise", 200, 200, 200), ("administrator", 200, 200, 200),
     ("county_officer", 403, 403, 403), ("analyst", 403, 403, 403), ("auditor", 403, 403, 403)],
)  # fmt: skip
def test_who_may(house: House, role: str, sees: int, handles: int, runs: int) -> None:
    client = house.client(role)
    assert client.get(HOME).status_code == client.get(JOURNAL).status_code == sees
    for command, key, status in (("acknowledge", HOT.key, handles), ("restore", OFF.key, runs)):
        answer = client.post(f"{HOME}do/", {"command": command, "key": key, "why": "试"}, headers=HTMX)
        assert answer.status_code == status
    changed = state(HOT.key).state != "unacknowledged", state(OFF.key).state != "out_of_service"
    assert changed == (handles == 200, runs == 200)


def test_who_only_reads_sees_no_buttons(house: House) -> None:
    headers = house.bearer("administrator", "read_factory", "view_synthetic", scope=Scope("all", ""))
    client = Client(headers={"host": "127.0.0.1", **headers})
    assert client.get(f"/api/pages{HOME}").json()["lines"][0]["commands"] == []


def test_the_journal_is_narrowed_and_handed_out(house: House, worker: Client) -> None:
    twin = worker.get(f"/api/pages{JOURNAL}?kind=people").json()
    assert [(one["by"], one["why"], one["what"]["zh"]) for one in twin["rows"]] == [
        ("夜班", "清理中", "搁置")
    ]
    day = f"kind=raised&limit={HOT.key}&since=2026-11-04&until=2026-11-04"
    assert worker.get(f"/api/pages{JOURNAL}?{day}").json()["total"] == 1
    assert worker.get(f"/api/pages{JOURNAL}?since=2026-11-05").json()["total"] == 0
    assert worker.get(f"{JOURNAL}?since=x").status_code == 400
    owner = house.client("enterprise")
    body = owner.get(f"{JOURNAL}export.csv?kind=people").content.decode("utf-8-sig")
    head, line = body.splitlines()
    assert head.startswith("at,alarm,alarm_name") and "清理中" in line and "夜班" in line
    assert owner.get(f"{JOURNAL}export.xlsx").content[:2] == b"PK"
    assert audit.list_page(action="alarm.export").total == 2
    assert worker.get(f"{JOURNAL}export.csv").status_code == 403


def test_readings_that_stopped_are_said(
    house: House, worker: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "自 11-04 11:59:59 起没有读数" not in worker.get(HOME).content.decode()
    monkeypatch.setattr(Desk, "now", lambda _: NOON + timedelta(minutes=5))
    assert "自 11-04 11:59:59 起没有读数" in worker.get(HOME).content.decode()


def test_floods_and_chattering_are_counted(worker: Client) -> None:
    times = [RAISED + n * SECOND for n in range(12)]
    alarms.keep(KEY, [], [entry(HOT, at_us=one) for one in times])
    twin = worker.get(f"/api/pages{HOME}").json()["today"]
    assert twin["chattering"] == [[HOT.key, "炉温高", 13]] and len(twin["floods"]) == 1
    assert "泛滥" in worker.get(HOME).content.decode()


def test_english_speaks_english(worker: Client) -> None:
    worker.cookies["django_language"] = "en"
    page = worker.get(HOME).content.decode()
    assert "Unacknowledged" in page and "Set aside" in page and "not acknowledged" in page
    assert "Journal of alarms" in worker.get(JOURNAL).content.decode()
    assert "Acknowledged: 炉温高" in do(worker, "acknowledge", HOT.key)
    assert "was there before" in do(worker, "acknowledge", HOT.key)


def test_names_are_text_and_no_markup(house: House, worker: Client) -> None:
    alarms.put_limits(KEY, [replace(HOT, name="<b>热</b>", response='"><script>')], by="test", at=NOON)
    page = worker.get(HOME).content.decode()
    assert "<b>热</b>" not in page and "<script>" not in re.sub(r"<script (type|src)", "", page)
