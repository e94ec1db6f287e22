"""Pages of machines: what they show, their twins, streams of events, who may see them."""

import json
import re

import pytest
from django.http import StreamingHttpResponse
from live_house import DAY, KEY, NOON, NOW_US, stand
from reading_rows import put_readings
from web_house import XINCHANG, House, key_of

from jiqun.actions import factories as acts
from jiqun.actions.desk import Desk
from jiqun.factory.instants import SECOND
from jiqun.ledger.factories import Factory
from jiqun.web import live as streaming
from jiqun.web.live import Seats
from jiqun.web.pages import factories

HOME = "/factories/"
ONE = f"{HOME}{KEY}/"
SERIES = f"/api/factories/{KEY}/points/oven.temperature/series"


@pytest.fixture(scope="module", autouse=True)
def works(module_house: House, django_db_blocker: pytest.FixtureRequest) -> None:
    """The works stand, for all tests of this module."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        stand(module_house)


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is noon, and a stream ends with its first event."""
    monkeypatch.setattr(Desk, "now", lambda _: NOON)
    monkeypatch.setattr(factories, "STREAM_S", 0.5)


def events(answer: object) -> list[dict[str, object]]:
    """The events of a stream that has ended."""
    assert isinstance(answer, StreamingHttpResponse)
    text = b"".join(answer).decode()  # type: ignore[arg-type]
    return [json.loads(found) for found in re.findall(r"event: parts\ndata: (.+)\n", text)]


def test_the_line_as_a_picture(house: House) -> None:
    client = house.client("workshop")
    page = client.get(ONE).content.decode()
    assert page.index("卷簧机") < page.index("回火炉") and "运行" in page and "待料" in page
    assert f'hx-get="{ONE}why/?what=pieces&amp;machine=coil' in page and "炉温高" in page and "白班" in page
    twin = client.get(f"/api/pages/factories/{KEY}/").json()
    assert [tile["key"] for tile in twin["lines"][0]["tiles"]] == ["coil", "oven"] and twin["alarm_count"] == 1
    assert client.get(f"/api/factories/{KEY}/live").json()["lines"] == twin["lines"]
    listed = client.get(HOME).content.decode()
    assert "试验弹簧厂" in listed and 'aria-current="page"' in listed


def test_english_speaks_english(house: House) -> None:
    client = house.client("workshop")
    client.cookies["django_language"] = "en"
    page = client.get(ONE).content.decode()
    assert "Running" in page and "Starved" in page and "Pieces this shift" in page
    machine = client.get(f"{ONE}machines/oven/").content.decode()
    assert "Standstills, longest first" in machine and "starved" in machine


def test_an_empty_factory_leads_to_the_first_machine(house: House) -> None:
    acts.make(house.desk, Factory("bare", "空厂", key_of(XINCHANG)), by=house.actor("enterprise"), at=NOON)
    page = house.client("enterprise").get(f"{HOME}bare/").content.decode()
    assert "还没有接入设备" in page


def test_one_machine_and_its_evidence(house: House) -> None:
    client = house.client("workshop")
    page = client.get(f"{ONE}machines/oven/").content.decode()
    assert "day-bar" in page and "data-series" in page and "停" in page and "<polygon" in page
    assert client.get(f"{ONE}machines/oven/?day={DAY.replace(day=1)}").status_code == 200
    assert client.get(f"{ONE}machines/oven/?day=x").status_code == 200
    assert client.get(f"{ONE}machines/bench/").status_code == 200
    assert client.get(f"{ONE}machines/none/").status_code == 404
    asked = f"{ONE}why/?what=pieces&machine=coil&start={NOW_US - 600 * SECOND}&end={NOW_US}"
    drawer = client.get(asked, headers={"HX-Request": "true"}).content.decode()
    assert "coil.pieces" in drawer and "<html" not in drawer and "test-" in drawer
    assert client.get(f"{ONE}why/?what=point&point=oven.temperature").status_code == 200
    assert client.get(f"{ONE}why/?what=oee&machine=none").status_code == 404
    assert client.get(f"{ONE}why/?what=oee&machine=coil&start=9&end=8").status_code == 400


def test_series_with_limits(house: House) -> None:
    client = house.client("workshop")
    found = client.get(f"{SERIES}?start_us={NOW_US - 600 * SECOND}").json()
    assert found["unit"] == "摄氏度" and max(found["high"]) == 426 and found["bucket_us"] == 0
    for bad in ("", "?start_us=x", "?start_us=5&most=6000", "?start_us=5&end_us=4"):
        assert client.get(SERIES + bad).status_code in (400, 422)
    assert client.get(SERIES.replace("oven", "none") + "?start_us=5").status_code == 404


def test_a_stream_tells_what_changed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    client = house.client("workshop")
    (first,) = events(client.get(f"{ONE}live/"))
    parts = first["parts"]
    assert isinstance(parts, dict) and {"head", "alarms", "tile-coil", "tile-oven", "line-l1", "ages"} <= set(parts)
    assert "运行" in parts["tile-coil"] and json.loads(parts["ages"])["coil"] == NOW_US - 2 * SECOND

    def pause(_: float) -> None:
        """Meanwhile a reading arrives: the coiler stands."""
        put_readings(house.desk.lake, KEY, {"coil.running": [(NOW_US, 0.0)]}, arrived_us=NOW_US + SECOND)
        monkeypatch.setattr(Desk, "now", lambda _: NOON.replace(second=20))

    monkeypatch.setattr(factories, "STREAM_S", 1.5)
    monkeypatch.setattr(streaming.time, "sleep", pause)
    _, second, *_ = events(client.get(f"{ONE}live/"))
    changed = second["parts"]
    assert isinstance(changed, dict) and "停机" in changed["tile-coil"] and "tile-bench" not in changed


def test_streams_are_few_and_end(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIQUN_LIVE_STREAMS", "0")
    body = b"".join(house.client("workshop").get(f"{ONE}live/")).decode()  # type: ignore[arg-type]
    assert body.startswith("retry: 3000") and body.count("event: parts") == 1
    seats = Seats()
    first = seats.take(1, seconds=25)
    assert first is not None and seats.take(1, seconds=25) is None
    seats.give_back(first)
    assert seats.take(1, seconds=-10) is not None and seats.take(1, seconds=25) is not None  # a lost seat falls free


def test_a_reader_who_leaves_gives_the_seat_back(house: House) -> None:
    seats = Seats()
    answer = streaming.stream(lambda: {"a": "b"}, most=1, seconds=25, seats=seats)
    next(iter(answer))
    assert seats.take(1, seconds=25) is None
    answer.close()
    assert seats.take(1, seconds=25) is not None


def test_only_the_enterprise_and_its_workshop_see_machines(house: House) -> None:
    places = (ONE, f"{ONE}live/", f"{ONE}machines/coil/", f"{ONE}why/?what=oee&machine=coil", f"{SERIES}?start_us={NOW_US - SECOND}")
    for role in ("workshop", "enterprise"):
        assert all(house.client(role).get(place).status_code == 200 for place in places)
        assert HOME in house.client(role).get(HOME).content.decode()
    for role in ("county_officer", "provincial_officer", "cluster_office", "analyst", "auditor", "other_county"):
        client = house.client(role)
        asked = (HOME, *places) if role == "county_officer" else (ONE, places[-1])
        assert {client.get(place).status_code for place in asked} == {403}
    assert house.client("").get(ONE).status_code == 302
