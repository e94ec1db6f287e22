"""Pages and interface of collecting: an office opens, an enterprise fills in, both see where it stands."""

import csv
import io
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from web_house import SHENGZHOU, XINCHANG, House, key_of

from jiqun.actions import collecting
from jiqun.actions.collecting import NewCollection
from jiqun.ledger import collection_answers

JSON = "application/json"
MINE, NEXT = key_of(XINCHANG, 0), key_of(XINCHANG, 1)
GOOD = {"revenue": "1200", "profit": "80", "employee_count": "60"}


@pytest.fixture
def collection(house: House) -> str:
    """A collection of last month over the three enterprises of 新昌县, due far ahead."""
    new = NewCollection("enterprise_monthly", "2025", "2099-01-10", region=XINCHANG, title="新昌试报")
    return collecting.open_collection(
        house.desk, new, by=house.actor("county_officer"), at=house.desk.now()
    ).collection


def post(client: Client, address: str, body: dict[str, object] | None = None) -> HttpResponse:
    return client.post(address, body or {}, content_type=JSON)


def answers(collection: str, key: str = MINE) -> str:
    return f"/collections/{collection}/answers/{key}/"


def typed(**cells: str) -> dict[str, str]:
    return {f"cell-{name}": text for name, text in cells.items()}


def test_an_office_opens_on_the_page_and_the_enterprise_has_a_task(house: House) -> None:
    told = {"form": "enterprise_monthly", "period": "2025", "deadline": "2099-01-10", "region": XINCHANG}
    opened = house.client("county_officer").post("/collections/open/", told)
    assert opened.status_code == 302
    collection = opened["Location"].split("/")[2]
    assert house.client("county_officer").get(opened["Location"]).status_code == 200
    home = house.client("enterprise").get("/").content.decode()
    assert f"/collections/{collection}/answers/{MINE}/" in home
    listed = house.client("enterprise").get("/collections/").content.decode()
    assert "2099-01-10 24:00" in listed
    assert 'action="/collections/open/"' not in listed
    assert collection in house.client("county_officer").get("/").content.decode()


def test_filling_in_on_a_phone(house: House, collection: str) -> None:
    client = house.client("enterprise")
    page = client.get(answers(collection)).content.decode()
    assert page.count('inputmode="decimal"') == 5
    saved = client.post(
        answers(collection) + "save/", typed(revenue="1200", profit="一百"), headers={"HX-Request": "true"}
    )
    assert saved.status_code == 200
    said = saved.content.decode()
    assert said.startswith('<section id="checks"')
    assert "一百" in said
    assert collection_answers.get(collection, MINE).typed == {"revenue": "1200", "profit": "一百"}
    refused = client.post(answers(collection) + "send/", typed(profit="一百"))
    assert refused.status_code == 422
    assert 'aria-invalid="true"' in refused.content.decode()
    sent = client.post(answers(collection) + "send/", typed(**GOOD))
    assert sent.status_code == 302
    after = client.get(answers(collection)).content.decode()
    assert "disabled" in after
    assert re.search(r"/why/fact/f[0-9a-f]{19}/", after)


def test_a_warning_is_settled_by_its_suggestion_or_a_reason(house: House, collection: str) -> None:
    officer, client = house.client("county_officer"), house.client("enterprise")
    # the office's sheet says 1000 万元 for 2024: the year before this collection's
    page = client.get(answers(collection)).content.decode()
    assert "2024年" in page
    assert ">1000</a>" in page
    client.post(answers(collection) + "save/", typed(**(GOOD | {"revenue": "12000000"})))
    said = client.get(answers(collection)).content.decode()
    assert 'data-set="cell-revenue" data-value="1200"' in said
    assert "单位是不是元" in said
    assert client.post(answers(collection) + "send/", {}).status_code == 422
    done = client.post(
        answers(collection) + "send/", typed(revenue="12000000") | {"why-revenue": "并入新公司"}
    )
    assert done.status_code == 302
    shown = officer.get(f"/collections/{collection}/").content.decode()
    assert "12,000,000" in shown or "12000000" in shown


def test_what_the_ledger_knows_stands_apart_and_is_not_stated_again(house: House) -> None:
    new = NewCollection("enterprise_monthly", "2024", "2099-01-10", region=XINCHANG)
    officer = house.actor("county_officer")
    collection = collecting.open_collection(house.desk, new, by=officer, at=house.desk.now()).collection
    told = house.client("enterprise").get(f"/api/collections/{collection}/answers/{MINE}").json()
    assert [field["head"]["cell"] for field in told["known"]] == ["revenue"]
    assert told["known"][0]["known"]["source"] == f"{XINCHANG} 年报"
    body = typed(revenue=told["known"][0]["text"], profit="80", employee_count="60") | {
        "known-revenue": told["known"][0]["text"]
    }
    assert house.client("enterprise").post(answers(collection) + "send/", body).status_code == 302
    facts = house.client("enterprise").get(f"/api/facts?source={collection}").json()["rows"]
    assert {fact["indicator"]["key"] for fact in facts} == {"profit", "employee_count"}


def test_following_and_adding_up(house: House, collection: str) -> None:
    officer = house.client("county_officer")
    for n, key in enumerate((MINE, NEXT)):
        post_ = officer.post(answers(collection, key) + "send/", typed(**(GOOD | {"revenue": str(1000 + n)})))
        assert post_.status_code == 302
    told = officer.get(f"/api/collections/{collection}").json()
    assert (told["line"]["asked"], told["line"]["answered"], told["late"]) == (3, 2, 0)
    assert [place["level"] for place in told["places"]] == ["province", "city", "county"]
    for place in told["places"]:
        revenue = next(one for one in place["sums"] if one["cell"] == "revenue")
        assert (revenue["value"], revenue["known"], revenue["asked"]) == ("2001", 2, 3)
        exports = next(one for one in place["sums"] if one["cell"] == "export_value")
        assert (exports["value"], exports["known"]) == (None, 0)
    why = officer.get(f"/collections/{collection}/sums/revenue/{XINCHANG}/", headers={"HX-Request": "true"})
    assert why.content.decode().startswith('<div class="why">')
    told = officer.get(f"/api/collections/{collection}/sums/revenue/{XINCHANG}").json()
    assert [part["value"] for part in told["parts"]] == ["1000", "1001", None]
    assert (
        officer.get(told["parts"][0]["fact"] and f"/why/fact/{told['parts'][0]['fact']}/").status_code == 200
    )


def test_late_reminded_and_chased(house: House, collection: str) -> None:
    officer = house.client("county_officer")
    officer.post(answers(collection) + "send/", typed(**GOOD))
    assert officer.post(f"/collections/{collection}/remind/", {"text": "请抓紧"}).status_code == 302
    page = officer.get(f"/collections/{collection}/?state=missing").content.decode()
    assert "1 ×" in page
    chasing = officer.get(f"/collections/{collection}/export/chasing.csv")
    rows = list(csv.DictReader(io.StringIO(chasing.content.decode("utf-8-sig"))))
    assert {row["代码"] for row in rows} == {key.partition(":")[2] for key in (NEXT, key_of(XINCHANG, 2))}
    assert {row["催报次数"] for row in rows} == {"1"}
    totals = officer.get(f"/api/collections/{collection}/export/totals?format=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(totals.content)).active
    assert sheet is not None and sheet.max_row == 4
    assert officer.post(f"/collections/{collection}/close/").status_code == 302
    assert officer.post(answers(collection, NEXT) + "send/", typed(**GOOD)).status_code == 409


def test_by_workbook_for_many(house: House, collection: str) -> None:
    officer = house.client("county_officer")
    book = openpyxl.load_workbook(io.BytesIO(officer.get(f"/collections/{collection}/workbook.xlsx").content))
    sheet = book.active
    assert sheet is not None and sheet.title == f"报送 {collection}"[:31]
    heads = [cell.value for cell in sheet[1]]
    assert heads[:3] == ["代码", "填报单位", "营业收入（万元）"]
    for row in sheet.iter_rows(min_row=2):
        for place, value in ((2, 1500), (4, 90), (5, 70)):
            row[place].value = value
    sheet.cell(3, 6).value = "很多"
    out = io.BytesIO()
    book.save(out)
    file = SimpleUploadedFile("代填.xlsx", out.getvalue())
    done = officer.post(f"/collections/{collection}/upload/", {"file": file, "send": "1"}, follow=True)
    said = done.content.decode()
    assert "已报送 2 家" in said
    assert "没有报送：还有 1 处" in said
    assert collection_answers.tallies([collection])[collection].states == {"draft": 1, "sent": 2}


def test_by_workbook_for_one(house: House, collection: str) -> None:
    client = house.client("enterprise")
    book = openpyxl.load_workbook(io.BytesIO(client.get(answers(collection) + "workbook.xlsx").content))
    sheet = book.active
    assert sheet is not None
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == [
        "revenue", "export_value", "profit", "employee_count", "electricity_use",
    ]  # fmt: skip
    for number, value in ((2, 1300), (4, 77), (5, 61)):
        sheet.cell(number, 7).value = value
    out = io.BytesIO()
    book.save(out)
    file = SimpleUploadedFile("我的.xlsx", out.getvalue())
    assert client.post(answers(collection) + "upload/", {"file": file}).status_code == 302
    assert collection_answers.get(collection, MINE).typed == {
        "revenue": "1300",
        "profit": "77",
        "employee_count": "61",
    }
    foreign = SimpleUploadedFile("我的.xlsx", out.getvalue())
    officer = house.client("county_officer").post(answers(collection, NEXT) + "upload/", {"file": foreign})
    assert officer.status_code == 400
    assert collection_answers.get(collection, NEXT).state == "waiting"


def test_the_interface_from_end_to_end(house: House) -> None:
    officer, firm = house.client("county_officer"), house.client("enterprise")
    told = {"form": "enterprise_monthly", "period": "2025", "deadline": "2099-01-10", "region": XINCHANG}
    opened = post(officer, "/api/collections", told).json()
    collection, base = opened["collection"], f"/api/collections/{opened['collection']}/answers/{MINE}"
    assert opened["asked"] == 3
    saved = firm.put(base, {"cells": {"revenue": "12000000", "profit": "80"}}, content_type=JSON).json()
    assert [(one["cell"], one["level"]) for one in saved["findings"]] == [
        ("employee_count", "error"), ("revenue", "warning"),
    ]  # fmt: skip
    refused = post(firm, base + "/send")
    assert refused.status_code == 400
    assert {line["code"] for line in refused.json()["errors"]} == {"collect.required", "collect.jump_up"}
    firm.put(base, {"cells": {"revenue": "1200", "employee_count": "60"}}, content_type=JSON)
    sent = post(firm, base + "/send").json()
    assert (sent["created"], sent["sent"]) == (3, [MINE])
    assert post(firm, base + "/send").json()["unchanged"] == [MINE]
    assert post(firm, base + "/accept").status_code == 403
    returned = post(officer, base + "/return", {"reason": "利润请核对"}).json()
    assert (returned["state"], returned["remark"]) == ("returned", "利润请核对")
    firm.put(base, {"cells": {"profit": "81"}}, content_type=JSON)
    assert post(firm, base + "/send").json()["corrected"] == 1
    assert post(officer, base + "/accept").json()["state"] == "accepted"
    assert post(officer, f"/api/collections/{collection}/close").json()["state"] == "closed"
    assert post(officer, f"/api/collections/{collection}/remind", {}).status_code == 409
    form = {"label_zh": "用能", "cells": [{"indicator": "electricity_use", "unit": "万千瓦时"}]}
    made = officer.put("/api/collections/forms/energy_own", form, content_type=JSON).json()
    assert made.get("cells") == 1, made


def test_neighbours_and_strangers_see_nothing_of_it(house: House, collection: str) -> None:
    for role in ("other_county", "analyst", "auditor"):
        client = house.client(role)
        assert client.get(f"/api/collections/{collection}").status_code == 403, role
        assert client.get(answers(collection)).status_code == 403, role
        assert client.get(f"/collections/{collection}/export/chasing.csv").status_code == 403, role
        assert client.post(answers(collection) + "save/", typed(revenue="1")).status_code == 403, role
    assert house.client("enterprise").get(answers(collection, NEXT)).status_code == 403
    assert house.client("enterprise").get(f"/collections/{collection}/").status_code == 403
    assert house.client("other_county").get("/api/collections").json()["total"] == 0
    assert house.client("analyst").get("/collections/").status_code == 403
    province = house.client("provincial_officer").get(f"/api/collections/{collection}").json()
    assert province["line"]["asked"] == 3
    assert house.client().get(f"/collections/{collection}/").status_code == 302


def test_an_upper_collection_shows_a_county_its_own(house: House) -> None:
    new = NewCollection("enterprise_monthly", "2025", "2099-01-10", region="330600")
    by = house.actor("provincial_officer")
    collection = collecting.open_collection(house.desk, new, by=by, at=house.desk.now()).collection
    told = house.client("county_officer").get(f"/api/collections/{collection}").json()
    assert told["partial"] is True
    assert {one["region"] for one in told["respondents"]} == {XINCHANG}
    assert told["can_close"] is False
    assert house.client("other_county").get("/api/collections").json()["total"] == 1
    whole = house.client("provincial_officer").get(f"/api/collections/{collection}").json()
    assert {one["region"] for one in whole["respondents"]} == {XINCHANG, SHENGZHOU}
    assert whole["partial"] is False


@pytest.mark.parametrize("file", [b"", b"a,b\n1,2\n", b"PK\x03\x04broken"])
def test_what_is_no_workbook_of_ours_is_refused(house: House, collection: str, file: bytes) -> None:
    upload = SimpleUploadedFile("x.xlsx" if file[:2] == b"PK" else "x.csv", file)
    answer = house.client("county_officer").post(f"/collections/{collection}/upload/", {"file": upload})
    assert answer.status_code == 400
    assert collection_answers.tallies([collection])[collection].states == {"waiting": 3}
