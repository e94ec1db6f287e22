"""Objections on the pages and over the interface: three clicks to object, both sides see it, the number is corrected."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from web_house import SHENGZHOU, XINCHANG, House, key_of

PDF = b"%PDF-1.7 made up"
JSON = "application/json"


def private_fact(house: House, county: str = XINCHANG) -> str:
    """The revenue the county's office reported of its first enterprise."""
    facts = house.client("administrator").get(f"/api/facts?batch={house.batches[county]}").json()["rows"]
    return next(fact["id"] for fact in facts if fact["subject"]["key"] == key_of(county))


def link_in(page: str, pattern: str) -> str:
    found = re.search(f'href="({pattern})"', page)
    assert found, pattern
    return found[1]


def filed(house: House, value: str = "900") -> int:
    told = {"fact": private_fact(house), "value": value, "unit": "万元", "reason": "多记了一笔"}
    answer = house.client("enterprise").post("/api/objections", told, content_type=JSON)
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()["line"]["id"]


def test_three_clicks_from_the_profile_to_the_objection_and_its_answer(house: House) -> None:
    firm, office = house.client("enterprise"), house.client("county_officer")
    profile = firm.get(f"/subjects/{key_of(XINCHANG)}/").content.decode()
    drawer = firm.get(link_in(profile, f"/why/fact/{private_fact(house)}/"), headers={"hx-request": "true"})
    form = link_in(drawer.content.decode(), r"/objections/new/f[0-9a-f]{19}/")
    page = firm.get(form)
    assert page.status_code == 200
    body = {
        "value": "900",
        "unit": "万元",
        "reason": "多记了一笔",
        "files": SimpleUploadedFile("年报.pdf", PDF),
    }
    sent = firm.post(f"{form}file/", body)
    assert sent.status_code == 302
    address = sent["Location"]
    shown = firm.get(address).content.decode()
    assert (
        "待答复" in shown
        and "年报.pdf" in shown
        and 'value="withdraw"' in shown
        and 'value="accept"' not in shown
    )

    home = office.get("/").content.decode()
    assert "异议待办" in home and address in home and 'class="badge"' in home
    assert firm.get("/").content.decode().count('class="badge"') == 0  # it does not wait for the enterprise
    theirs = office.get(address).content.decode()
    assert 'value="accept"' in theirs and 'value="withdraw"' not in theirs
    assert office.post(f"{address}move/", {"move": "accept", "text": "属实"}).status_code == 302
    after = firm.get(address).content.decode()
    assert "已采纳" in after and "更正带来的变动" in after
    facts = firm.get(f"/api/subjects/{key_of(XINCHANG)}/facts").json()["rows"]
    assert [fact["value"] for fact in facts if fact["indicator"]["key"] == "revenue"] == ["900"]
    drawer = firm.get(f"/why/fact/{facts[0]['id']}/").content.decode()
    assert "更正" in drawer


def test_the_interface_tells_both_sides_the_same(house: House) -> None:
    id = filed(house)
    mine = house.client("enterprise").get(f"/api/objections/{id}").json()
    theirs = house.client("county_officer").get(f"/api/objections/{id}").json()
    assert (mine["line"]["side"], theirs["line"]["side"]) == ("party", "office")
    assert (mine["line"]["my_turn"], theirs["line"]["my_turn"]) == (False, True)
    assert mine["line"]["due_on"] == theirs["line"]["due_on"]
    assert {move["key"] for move in mine["moves"]} == {"supply", "withdraw"}
    assert {move["key"] for move in theirs["moves"]} == {"ask", "accept", "refuse"}
    office = house.client("county_officer")
    asked = office.post(f"/api/objections/{id}/ask", {"text": "请附年报"}, content_type=JSON).json()
    assert asked["line"]["state"] == "asked" and asked["line"]["due_on"] is None
    assert house.client("enterprise").get("/api/objections?state=asked").json()["total"] == 1
    file = SimpleUploadedFile("年报.pdf", PDF)
    given = house.client("enterprise").post(
        f"/api/objections/{id}/evidence", {"file": file, "text": "见附件"}
    )
    assert given.status_code == 200 and given.json()["line"]["state"] == "submitted"
    number = given.json()["evidence"][0]["id"]
    for role, status in (
        ("enterprise", 200),
        ("county_officer", 200),
        ("other_county", 403),
        ("analyst", 403),
    ):
        answer = house.client(role).get(f"/api/objections/{id}/evidence/{number}")
        assert answer.status_code == status, role
        assert house.client(role).get(f"/objections/{id}/evidence/{number}/").status_code == status, role
    assert answer["Content-Type"].startswith(JSON)
    done = office.post(f"/api/objections/{id}/accept", {"text": ""}, content_type=JSON).json()
    changed = {
        (one["how"], one["subject"]["key"]): (one["before"], one["after"]) for one in done["changes"]["rows"]
    }
    assert changed["stated", key_of(XINCHANG)] == ("0.1", "0.09")
    assert changed["sum", f"region:{XINCHANG}"] == ("0.3003", "0.2903")


@pytest.mark.parametrize("role", ["other_county", "analyst", "auditor"])
def test_others_see_nothing_of_it(house: House, role: str) -> None:
    id = filed(house)
    client = house.client(role)
    assert client.get(f"/objections/{id}/").status_code == 403
    assert client.get(f"/api/objections/{id}").status_code == 403
    assert client.get("/api/objections").json()["total"] == 0
    assert "异议待办" not in client.get("/").content.decode()


def test_what_is_wrong_is_said_beside_what_was_typed(house: House) -> None:
    firm, fact = house.client("enterprise"), private_fact(house)
    address = f"/objections/new/{fact}/file/"
    answer = firm.post(address, {"value": "九百", "unit": "万元", "reason": "多记"})
    page = answer.content.decode()
    assert answer.status_code == 400 and 'value="九百"' in page and ">多记</textarea>" in page
    body = {"value": "9", "unit": "万元", "reason": "x", "files": SimpleUploadedFile("a.exe", b"MZ")}
    assert firm.post(address, body).status_code == 400
    assert firm.get("/api/objections").json()["total"] == 0
    assert firm.get(f"/objections/new/{private_fact(house, SHENGZHOU)}/").status_code == 403


def test_no_such_thing(house: House) -> None:
    client = house.client("county_officer")
    assert client.get("/objections/999/").status_code == 404
    assert client.get("/api/objections/999").json()["code"] == "objection.not_found"
    assert client.post("/api/objections/999/forget", {"text": ""}, content_type=JSON).status_code == 422
    assert client.get("/objections/new/f404/").status_code == 404


def test_conflicts_as_far_as_one_may_see(house: House) -> None:
    rows = [("新昌县试验轴承1号有限公司", key_of(XINCHANG)[11:], "新昌县", "1500")]
    header = ("企业名称", "统一社会信用代码", "地址", "营业收入（万元）")
    told = {"facts": [{"column": header[3], "indicator": "revenue", "unit": "万元", "period": "2024"}]}
    house.load(header, rows, "tax_2024", house.actor("county_officer"), mapping=told)
    for role, total in (
        ("county_officer", 1),
        ("provincial_officer", 1),
        ("enterprise", 1),
        ("other_county", 0),
    ):
        found = house.client(role).get("/api/conflicts").json()
        assert found["total"] == total, role
    (one,) = house.client("county_officer").get("/api/conflicts?source=tax_2024&region=330624").json()["rows"]
    assert one["size"] == pytest.approx(1 / 3) and len(one["statements"]) == 2 and one["why"]["zh"]
    assert house.client("analyst").get("/api/conflicts").status_code == 403
    page = house.client("county_officer").get("/conflicts/").content.decode()
    assert "33.3 %" in page and "tax_2024" in page
    twin = house.client("county_officer").get("/api/pages/conflicts/").json()
    assert twin["total"] == 1
    file = house.client("county_officer").get("/conflicts/export.csv")
    assert file.status_code == 200 and len(file.content.decode("utf-8-sig").splitlines()) == 3
    fact = one["statements"][0]["id"]
    drawer = house.client("county_officer").get(f"/why/fact/{fact}/").content.decode()
    assert "各来源对照" in drawer and one["why"]["zh"] in drawer


def test_a_source_is_withdrawn_on_its_page_and_brought_back(house: House) -> None:
    rows = [("新昌县另一家有限公司", "", "浙江省绍兴市新昌县人民路7号", "70")]
    header = ("企业名称", "统一社会信用代码", "地址", "营业收入（万元）")
    told = {"facts": [{"column": header[3], "indicator": "revenue", "unit": "万元", "period": "2024"}]}
    house.load(header, rows, "own_sheet", house.actor("county_officer"), mapping=told)
    client, elsewhere = house.client("county_officer"), house.client("other_county")
    assert "/sources/own_sheet/withdrawal/" in client.get("/sources/own_sheet/").content.decode()
    assert elsewhere.get("/sources/own_sheet/withdrawal/").status_code == 403
    page = client.get("/sources/own_sheet/withdrawal/").content.decode()
    assert "新昌县另一家有限公司" in page
    assert client.post("/sources/own_sheet/withdrawal/confirm/", {"why": "重报"}).status_code == 302
    assert client.get("/api/facts?source=own_sheet").json()["total"] == 0
    assert "已撤回" in client.get("/sources/own_sheet/").content.decode()
    assert client.post("/sources/own_sheet/withdrawal/back/").status_code == 302
    assert client.get("/api/facts?source=own_sheet").json()["total"] == 1
    preview = client.get("/api/sources/own_sheet/withdrawal").json()
    assert (preview["facts"], preview["gone"]) == (1, 1)
    done = client.post("/api/sources/own_sheet/withdraw", {"reason": "重报"}, content_type=JSON).json()
    assert done["event"] == "withdrawn"
    again = client.post("/api/sources/own_sheet/withdraw", {"reason": "重报"}, content_type=JSON)
    assert again.status_code == 409 and again.json()["code"] == "source.withdrawn"
    assert client.post("/api/sources/own_sheet/bring-back", content_type=JSON).json()["facts"] == 1


def test_another_offices_sheet_is_no_source_of_ones_own_upload(house: House) -> None:
    """Its key is refused, and the list of sources to choose from does not offer it."""
    for role, status in (("county_officer", 200), ("other_county", 403), ("provincial_officer", 200)):
        file = SimpleUploadedFile(
            "a.csv", "企业名称,统一社会信用代码,地址\n新昌县试一试有限公司,,新昌县\n".encode()
        )
        body = {"kind": "enterprises", "source": f"sheet_{XINCHANG}", "file": file}
        answer = house.client(role).post("/api/imports", body)
        assert answer.status_code == status, answer.content.decode()[:300]
        offered = {one["value"] for one in house.client(role).get("/api/imports").json()["sources"]}
        assert (f"sheet_{XINCHANG}" in offered) == (status == 200)
