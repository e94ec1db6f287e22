"""Merges on the page: doubles found in the background, a pair confirmed, kept apart, taken back; the profile says so."""

import pytest
from django.test import Client
from web_house import REGISTER_HEADER, SHENGZHOU, SYSTEM, XINCHANG, House, firms, key_of, uscc

from jiqun.actions import match_work
from jiqun.ledger import subjects

JSON = "application/json"
TWIN = f"enterprise:{uscc(700, XINCHANG)}"
FACTS = ("subject", "indicator", "period", "value", "unit")


@pytest.fixture
def doubled(house: House) -> House:
    """The county's first enterprise stands in the register a second time, under another code."""
    name, _, address = firms(XINCHANG)[0]
    house.load(REGISTER_HEADER, [(name, uscc(700, XINCHANG), address, "2001-03-04")], "register", SYSTEM)
    house.load(REGISTER_HEADER, [(firms(SHENGZHOU)[0][0], uscc(701, SHENGZHOU), "", "")], "register", SYSTEM)
    return house


def found(house: House, client: Client) -> dict:
    """Search for doubles on the page and let the worker do it; gives the twin."""
    assert client.post("/merges/find/").status_code == 302
    page = client.get("/api/pages/merges/").json()
    assert page["is_working"]
    assert client.post("/merges/find/").status_code == 302  # pressed twice
    assert client.get("/api/pages/merges/").json()["search"]["id"] == page["search"]["id"]
    match_work.work(house.desk, page["search"]["id"])
    return client.get("/api/pages/merges/").json()


def test_a_pair_is_found_merged_and_taken_back(doubled: House) -> None:
    client = doubled.client("county_officer")
    page = found(doubled, client)
    assert page["search"]["report"]["proposals"] == 1  # the other county's is not this officer's
    (pair,) = page["pairs"]
    assert {pair["subject"]["link"]["key"], pair["into"]["link"]["key"]} == {TWIN, key_of(XINCHANG)}
    assert pair["may_decide"]
    kinds = {item["en"].split(":")[0] for item in pair["evidence"]}
    assert {"the same name", "the same county", "both codes are valid and differ"} <= kinds
    html = client.get("/merges/").content.decode()
    assert "名称相同" in html
    told = {
        "subject": pair["subject"]["link"]["key"],
        "into": pair["into"]["link"]["key"],
        "verdict": "same",
        "reason": "换过代码",
    }
    assert client.post("/merges/decide/", told).status_code == 302
    page = client.get("/api/pages/merges/").json()
    assert (page["pairs"], page["total"]) == ([], 0)
    (decided,) = page["verdicts"]
    assert (decided["verdict"], decided["reason"], decided["may_take_back"]) == ("same", "换过代码", True)
    profile = client.get(f"/api/subjects/{told['subject']}").json()
    assert profile["link"]["key"] == told["into"]
    assert [one["id"] for one in profile["verdicts"]] == [decided["id"]]
    assert {line["code"] for line in profile["names"]} == {
        TWIN.partition(":")[2],
        key_of(XINCHANG).partition(":")[2],
    }
    html = client.get(f"/subjects/{told['subject']}/").content.decode()
    assert 'id="names"' in html and 'id="identity"' in html
    assert client.post(f"/merges/{decided['id']}/take-back/").status_code == 302
    assert subjects.resolve(TWIN) == TWIN
    assert client.get("/api/pages/merges/").json()["total"] == 1
    assert client.post(f"/merges/{decided['id']}/take-back/").status_code == 409


def test_two_different_ones_are_not_asked_again(doubled: House) -> None:
    client = doubled.client("county_officer")
    (pair,) = found(doubled, client)["pairs"]
    told = {
        "subject": pair["subject"]["link"]["key"],
        "into": pair["into"]["link"]["key"],
        "verdict": "different",
    }
    client.post("/merges/decide/", told)
    assert client.get("/api/pages/merges/").json()["pairs"] == []
    assert found(doubled, client)["pairs"] == []


def test_each_office_sees_what_it_keeps(doubled: House) -> None:
    page = found(doubled, doubled.client("provincial_officer"))
    assert page["total"] == 2
    neighbour = doubled.client("other_county").get("/api/pages/merges/").json()
    assert [pair["into"]["region"]["zh"] for pair in neighbour["pairs"]] == ["绍兴市嵊州市"]
    for role in ("analyst", "enterprise", "auditor"):
        assert doubled.client(role).get("/merges/").status_code == 403
        assert doubled.client(role).get("/api/merges").status_code == 403
    clear = doubled.client("provincial_officer").get("/api/merges?clear=yes").json()
    unclear = doubled.client("provincial_officer").get("/api/merges?clear=no").json()
    assert clear["total"] + unclear["total"] == 2


def test_the_interface_decides_too(doubled: House) -> None:
    client = doubled.client("county_officer")
    pair = {"subject": TWIN, "into": key_of(XINCHANG)}
    made = client.post("/api/merges/same", pair, content_type=JSON).json()
    assert (made["verdict"], made["into"]) == ("same", key_of(XINCHANG))
    assert client.post("/api/merges/same", pair, content_type=JSON).json()["code"] == "merge.itself"
    assert client.post(f"/api/merges/{made['id']}/take-back", {}, content_type=JSON).json()["taken_back_by"]
    assert client.post("/api/merges/different", pair, content_type=JSON).json()["verdict"] == "different"
    assert client.post("/api/merges/same", pair, content_type=JSON).json()["code"] == "merge.kept_apart"


def test_sources_stand_side_by_side(doubled: House) -> None:
    """The office's sheet says one thing of a cell, a document another: both are seen, the shown one is marked."""
    from web_house import as_csv

    from jiqun.actions.imports import Order, run_import
    from jiqun.ledger import sources
    from jiqun.ledger.sources import Source

    sources.save(Source("tax", "office_sheet", "税务名单"))
    path = doubled.desk.uploads / "tax.csv"
    key = key_of(XINCHANG)
    path.write_bytes(
        as_csv(FACTS, [(key, "revenue", "2024", "1200", "万元"), (key, "revenue", "2023", "900", "万元")])
    )
    run_import(doubled.desk, Order("facts", path, "tax", name="tax.csv"), by=SYSTEM, at=doubled.desk.now())
    client = doubled.client("county_officer")
    sides = client.get(f"/api/subjects/{key}").json()["sides"]
    assert [source["key"] for source in sides["sources"]] == ["tax", f"sheet_{XINCHANG}"]
    assert (sides["total"], sides["differing"]) == (2, 1)
    differing, same = sides["rows"]
    assert [[cell["statement"]["value"] for cell in told] for told in differing["told"]] == [
        ["1200"],
        ["1000"],
    ]
    assert [[cell["shown"] for cell in told] for told in differing["told"]] == [[True], [False]]
    assert [len(told) for told in same["told"]] == [1, 0]
    html = client.get(f"/subjects/{key}/").content.decode()
    assert 'id="sides"' in html and "is-differing" in html
    stranger = doubled.client("other_county").get(f"/api/subjects/{key}").json()["sides"]
    assert stranger["rows"] == []  # another county's sheets are not its to read
