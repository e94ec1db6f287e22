"""The work pages open for those they are for, in both languages, and carry what is behind them."""

import pytest
from web_house import REVENUE, SHEET_HEADER, SHENGZHOU, XINCHANG, House

OPEN = {
    "/imports/": ("administrator", "provincial_officer", "county_officer", "cluster_office", "enterprise"),
    "/batches/": (
        "administrator",
        "provincial_officer",
        "county_officer",
        "cluster_office",
        "enterprise",
        "auditor",
    ),
    "/quarantine/": (
        "administrator",
        "provincial_officer",
        "county_officer",
        "cluster_office",
        "enterprise",
        "auditor",
    ),
    "/audit/": ("administrator", "auditor"),
    "/accounts/": ("administrator",),
    "/tokens/": (
        "administrator",
        "provincial_officer",
        "county_officer",
        "cluster_office",
        "analyst",
        "enterprise",
    ),
}


@pytest.mark.parametrize("address", OPEN)
def test_a_page_opens_for_those_it_is_for(house: House, address: str) -> None:
    for role in house.people:
        expected = (
            200
            if role in OPEN[address] or (role == "other_county" and "county_officer" in OPEN[address])
            else 403
        )
        assert house.client(role).get(address).status_code == expected, role


@pytest.mark.parametrize("address", OPEN)
def test_a_page_has_a_twin_with_the_same_rights(house: House, address: str) -> None:
    twin = house.client("administrator").get(f"/api/pages{address}")
    assert twin.status_code == 200
    assert twin["Content-Type"].startswith("application/json")
    analyst = house.client("analyst")
    assert analyst.get(f"/api/pages{address}").status_code == analyst.get(address).status_code


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_speak_both_languages(house: House, language: str) -> None:
    client = house.client("administrator")
    client.cookies["django_language"] = language
    assert client.get("/batches/").status_code == 200
    assert f'lang="{"zh-Hans" if language == "zh-hans" else "en"}"' in client.get("/audit/").content.decode()


def test_a_stranger_is_sent_to_the_login(house: House) -> None:
    for address in OPEN:
        response = house.client().get(address)
        assert response.status_code == 302
        assert response["Location"].startswith("/login/")


def test_a_county_sees_its_batches_alone(house: House) -> None:
    shown = house.client("county_officer").get("/batches/").content.decode()
    assert house.batches[XINCHANG] in shown
    assert house.batches[SHENGZHOU] not in shown
    assert house.client("county_officer").get(f"/batches/{house.batches[SHENGZHOU]}/").status_code == 403
    assert house.client("other_county").get(f"/batches/{house.batches[SHENGZHOU]}/").status_code == 200


def test_a_batch_shows_counts_reasons_and_history(house: House) -> None:
    shown = house.client("county_officer").get(f"/batches/{house.batches[XINCHANG]}/").content.decode()
    assert "gate.name_missing" in shown
    assert "导入企业" in shown
    assert "营业收入（万元）" in shown


def test_undoing_from_the_page(house: House) -> None:
    rows = [("新昌县待撤销有限公司", "", "浙江省绍兴市新昌县人民路9号", "88")]
    batch = house.load(
        SHEET_HEADER, rows, f"sheet_{XINCHANG}", house.actor("county_officer"), mapping=REVENUE
    ).batch_id
    county = house.client("county_officer")
    assert county.get(f"/api/facts?batch={batch}").json()["total"] == 1
    assert house.client("other_county").post(f"/batches/{batch}/undo/").status_code == 403
    assert county.get(f"/batches/{batch}/undo/").status_code == 405
    assert "撤销" in county.post(f"/batches/{batch}/undo/", follow=True).content.decode()
    assert county.get(f"/api/facts?batch={batch}").json()["total"] == 0
    assert county.post(f"/batches/{batch}/undo/").status_code == 409


def test_an_unknown_batch_is_not_there(house: House) -> None:
    assert house.client("administrator").get("/batches/b20200101-000000-ffff/").status_code == 404


def test_a_batch_lists_the_facts_it_brought_as_far_as_one_may_see_them(house: House) -> None:
    batch = house.batches[XINCHANG]
    county = house.client("county_officer").get(f"/batches/{batch}/").content.decode()
    assert county.count('id="statements"') == 1
    assert "/why/fact/" in county
    assert f"batch={batch}" in county  # the export of just these
    shown = house.client("auditor").get(f"/api/batches/{batch}").json()
    assert (shown["table"]["total"], shown["batch"]["counts"]["created"]) == (0, 0)
    fragment = house.client("county_officer").get(
        f"/batches/{batch}/?sort=value", headers={"hx-request": "true"}
    )
    assert "<html" not in fragment.content.decode()
