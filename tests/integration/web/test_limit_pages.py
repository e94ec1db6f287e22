"""Pages of limits: the table, the form with every mistake said, what a limit would have done over the last day."""

import pytest
from django.test import Client
from live_house import KEY, NOON, stand
from web_house import House

from jiqun.actions.desk import Desk
from jiqun.actions.reading import alarm_limits as reading
from jiqun.ledger import alarms, audit

HOME = f"/factories/{KEY}/alarms/limits/"
FORM = f"/factories/{KEY}/alarms/limit/"
TRIAL = f"{FORM}trial/"
TYPED = {
    "key": "oven.warm", "point": "oven.temperature", "name": "炉温偏高", "side": "high", "setpoint": "425", "deadband": "1",
    "on_delay_s": "0", "off_delay_s": "2.5", "priority": "2", "latching": "on", "response": "调功率", "enabled": "on",
    "is_new": "1",
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def works(module_house: House, django_db_blocker: pytest.FixtureRequest) -> None:
    """The works with ten minutes of readings between 420 and 426 degrees, and one limit."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        stand(module_house)


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is noon."""
    monkeypatch.setattr(Desk, "now", lambda _: NOON)


@pytest.fixture
def owner(house: House) -> Client:
    """Who runs the factory."""
    return house.client("enterprise")


def save(client: Client, **more: str) -> tuple[int, str]:
    answer = client.post(f"{FORM}save/", {k: v for k, v in (TYPED | more).items() if v}, follow=True)
    return answer.status_code, answer.content.decode()


def test_a_limit_is_entered_changed_and_shown(house: House, owner: Client) -> None:
    status, page = save(owner)
    assert status == 200 and "限值已保存：炉温偏高" in page and "调功率" in page
    held = alarms.limit(KEY, "oven.warm")
    assert (held.setpoint, held.off_delay_s, held.latching, held.priority) == (425.0, 2.5, True, 2)
    form = owner.get(f"{FORM}?limit=oven.warm").content.decode()
    assert 'value="425"' in form and 'value="2.5"' in form and 'name="is_new"' not in form
    assert save(owner, is_new="", setpoint="430", latching="")[0] == 200
    held = alarms.limit(KEY, "oven.warm")
    assert (held.setpoint, held.latching) == (430.0, False)
    assert audit.list_page(action="alarm.limit").total == 2
    shown = house.client("workshop").get(HOME).content.decode()
    assert "430" in shown and "新限值" not in shown and FORM not in shown
    assert [one["limit"]["key"] for one in owner.get(f"/api/pages{HOME}").json()["rows"]] == [
        "oven.hot",
        "oven.warm",
    ]


def test_points_without_a_limit_are_offered(owner: Client) -> None:
    twin = owner.get(f"/api/pages{HOME}").json()
    assert ["oven.queue", "oven.queue"] in twin["unlimited"]
    assert all("temperature" not in one for one, _ in twin["unlimited"])
    assert 'value="oven.queue" selected' in owner.get(f"{FORM}?point=oven.queue").content.decode()


@pytest.mark.parametrize(
    ("typed", "said"),
    [({"setpoint": "很热"}, "限值：这里要填一个数"), ({"setpoint": "nan"}, "限值：这里要填一个数"),
     ({"deadband": "-1"}, "死区：报警限值不成立"), ({"on_delay_s": "90000"}, "报警延时（秒）：报警限值不成立"),
     ({"key": "Ofen!"}, "编号：报警限值不成立"), ({"priority": "9"}, "优先级：报警限值不成立"),
     ({"name": ""}, "名称：报警限值不成立"),
     ({"key": "oven.hot"}, "编号：编号 oven.hot 出现了两次")],
)  # fmt: skip
def test_every_mistake_is_said_and_the_form_keeps_what_was_typed(
    owner: Client, typed: dict[str, str], said: str
) -> None:
    status, page = save(owner, **typed)
    assert status == 400 and said in page.replace(": ", "：") and "调功率" in page
    assert {one.key for one in alarms.limits(KEY)} == {"oven.hot"}


def test_two_mistakes_are_two_sentences(owner: Client) -> None:
    _, page = save(owner, deadband="-1", priority="7")
    assert page.count("报警限值不成立") == 2


def test_what_a_limit_would_have_done(owner: Client) -> None:
    told = owner.get(f"/api/pages{TRIAL}", {k: TYPED[k] for k in ("point", "side", "setpoint")}).json()
    trial = told["trial"]
    assert trial["readings"] == 300 and trial["high"] == 426.0 and trial["occurrences"] > 20
    typed = {"point": "oven.temperature", "setpoint": "425", "deadband": "9"}
    page = owner.get(TRIAL, typed, headers={"HX-Request": "true"})
    text = page.content.decode()
    assert ">1</b>" in text and "300" in text and "/why/?what=point" in text and "<html" not in text
    low = owner.get(
        f"/api/pages{TRIAL}", {"point": "oven.temperature", "side": "low", "setpoint": "300"}
    ).json()
    assert (low["trial"]["occurrences"], low["trial"]["beyond"]) == (0, 0)


def test_a_count_that_cannot_be_made_is_not_zero(owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    text = owner.get(TRIAL, {"point": "bench.none", "setpoint": "5"}).content.decode()
    assert "不知道" in text
    told = owner.get(
        f"/api/pages{TRIAL}", {"point": "oven.temperature", "setpoint": "", "deadband": "x"}
    ).json()
    assert told["trial"] is None and told["lacking"] == ["setpoint", "deadband"]
    assert "限值、死区" in owner.get(TRIAL, {"point": "oven.temperature", "deadband": "x"}).content.decode()
    monkeypatch.setattr(reading, "TRIAL_MOST", 100)
    cut = owner.get(TRIAL, {"point": "oven.temperature", "setpoint": "5"}).content.decode()
    assert "11:53" in cut  # where the count ends


@pytest.mark.parametrize(
    ("role", "reads", "runs"),
    [("workshop", 200, 403), ("administrator", 200, 200), ("county_officer", 403, 403)],
)
def test_who_may(house: House, role: str, reads: int, runs: int) -> None:
    client = house.client(role)
    assert client.get(HOME).status_code == client.get(TRIAL).status_code == reads
    assert client.get(FORM).status_code == runs
    assert client.post(f"{FORM}save/", TYPED).status_code == (302 if runs == 200 else runs)
    assert ("oven.warm" in {one.key for one in alarms.limits(KEY)}) is (runs == 200)


def test_a_point_nobody_told_of_is_kept_and_said(owner: Client) -> None:
    status, page = save(owner, point="new.point")
    assert status == 200 and "new.point" in page and "is-error" in page
