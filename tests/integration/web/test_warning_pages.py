"""Pages of drift and fault warnings: the list, what they were worth, one warning, what a person says of it."""

import pytest
from alarm_house import warning, watched
from django.db import transaction
from django.test import Client
from live_house import KEY, NOON, NOW_US, stand
from web_house import House

from jiqun.actions.desk import Desk
from jiqun.factory.instants import DAY, HOUR
from jiqun.ledger import audit, drift

HOME = f"/factories/{KEY}/warnings/"
OVEN = "oven.temperature"
LEARNT = {"points": [{"name": OVEN, "watch": "level", "level": 423.0, "spread": 2.0, "wide": 2.0, "ewma": 1.5, "cusum": 12.0,
                      "run": 0}]}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def works(module_house: House, django_db_blocker: pytest.FixtureRequest) -> None:
    """Two detectors, one of them learning; a warning going on, one over, and one of five weeks ago."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        stand(module_house)
        watched("oven", OVEN, factory=KEY, learnt=LEARNT)
        watched("coil", "coil.queue", factory=KEY)
        told = {"watch": "oven", "points": (OVEN,)}
        with transaction.atomic():
            two, three = NOW_US - 2 * DAY, NOW_US - 3 * DAY
            found = [
                warning(NOW_US - HOUR, facts={"weights": {OVEN: 3.0, "coil.queue": 1.0}}, **told),
                warning(two, closed_us=two + HOUR, reason="silent", method="silent", points=(OVEN,)),
                warning(NOW_US - 35 * DAY, closed_us=NOW_US - 34 * DAY, **told),
                warning(three, closed_us=three, watch="", points=(), reason="silent_site", method="silent"),
            ]
            drift.keep_warnings(KEY, found)


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is noon."""
    monkeypatch.setattr(Desk, "now", lambda _: NOON)


@pytest.fixture
def worker(house: House) -> Client:
    """Somebody of the workshop."""
    return house.client("workshop")


def ids(client: Client, query: str = "") -> list[int]:
    return [one["id"] for one in client.get(f"/api/pages{HOME}{query}").json()["rows"]]


def test_the_list_names_points_and_reasons(worker: Client) -> None:
    page = worker.get(HOME).content.decode()
    assert (
        "炉温：持续偏高" in page and "整个工厂没有新读数" in page and "还在持续" in page and "在学习" in page
    )
    assert page.count("未知") >= 2  # neither precision nor false alarms: nobody judged any
    twin = worker.get(f"/api/pages{HOME}").json()
    assert twin["total"] == 4 and twin["score"]["warnings"] == 3 and twin["score"]["precision"] is None
    assert [one["learning"] for one in twin["detectors"]] == [True, False]


def test_it_is_narrowed(worker: Client) -> None:
    assert len(ids(worker, "?standing=open")) == 1 and len(ids(worker, "?standing=closed")) == 3
    assert len(ids(worker, f"?point={OVEN}")) == 3 and len(ids(worker, "?scored=1")) == 3
    assert "没有合条件的预警" in worker.get(f"{HOME}?verdict=useful").content.decode()


def test_people_judge_and_the_numbers_open_what_they_count(worker: Client) -> None:
    first, second, *_ = ids(worker)
    for id, verdict in ((first, "useful"), (second, "not_useful")):
        page = worker.post(
            f"{HOME}{id}/judge/", {"verdict": verdict, "why": "热电偶松了"}, follow=True
        ).content.decode()
        assert "已记下你的评判" in page and "热电偶松了" in page and "车间" in page
    page = worker.get(HOME).content.decode()
    assert "50.0 %" in page and "2 条评判中 1 条有用" in page
    score = worker.get(f"/api/pages{HOME}").json()["score"]
    assert (score["judged"], score["useful"], score["not_useful"]) == (2, 1, 1) and score[
        "false_alarms_a_week"
    ] == 0.25
    assert ids(worker, "?scored=1&verdict=useful") == [first] and ids(
        worker, "?scored=1&verdict=not_useful"
    ) == [second]
    assert ids(worker, "?verdict=judged") == [first, second] and len(ids(worker, "?verdict=none")) == 2
    worker.post(f"{HOME}{first}/judge/", {"verdict": ""})
    assert ids(worker, "?verdict=useful") == [] and audit.list_page(action="drift.judge").total == 3
    assert (
        "is-error" in worker.post(f"{HOME}{first}/judge/", {"verdict": "maybe"}, follow=True).content.decode()
    )


def test_one_warning_with_the_range_its_detector_learnt(worker: Client) -> None:
    first, silent, site, old = ids(worker)
    twin = worker.get(f"/api/pages{HOME}{first}/").json()
    (trace,) = twin["traces"]
    assert (trace["low"], trace["high"], trace["level"]) == (420.0, 426.0, 423.0)
    assert trace["start_us"] == NOW_US - 3 * HOUR and trace["end_us"] <= NOW_US
    assert [point["key"] for point, _ in twin["weights"]] == [OVEN, "coil.queue"]
    page = worker.get(f"{HOME}{first}/").content.decode()
    assert 'data-low="420"' in page and f'data-began="{NOW_US - HOUR}"' in page and "420 – 426" in page
    assert "data-low" not in worker.get(f"{HOME}{silent}/").content.decode()
    assert "data-trace" not in worker.get(f"{HOME}{site}/").content.decode()
    assert worker.get(f"{HOME}{old}/").status_code == 200 and worker.get(f"{HOME}999999/").status_code == 404


@pytest.mark.parametrize(
    ("role", "status"), [("workshop", 302), ("enterprise", 302), ("county_officer", 403), ("auditor", 403)]
)
def test_who_may(house: House, worker: Client, role: str, status: int) -> None:
    first, *_ = ids(worker)
    client = house.client(role)
    assert client.post(f"{HOME}{first}/judge/", {"verdict": "useful"}).status_code == status
    assert (
        client.get(HOME).status_code
        == client.get(f"{HOME}{first}/").status_code
        == (200 if status == 302 else 403)
    )
    assert (drift.get(KEY, first).verdict == "useful") is (status == 302)


def test_english_speaks_english(worker: Client) -> None:
    worker.cookies["django_language"] = "en"
    page = worker.get(HOME).content.decode()
    assert "a little too high for long" in page and "nobody judged any" in page and "still going on" in page
