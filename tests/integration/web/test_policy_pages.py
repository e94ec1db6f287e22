"""Policies on the pages: packs with dates and marks, clauses in words, numbers a place has not set shown as unknown."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from web_house import House

from jiqun.web.body_limit import FORM_BYTES, most_of


@pytest.fixture
def reader(house: House) -> Client:
    """Somebody who only reads."""
    return house.client("analyst")


def test_every_pack_is_listed_with_dates_and_marks(reader: Client) -> None:
    told = {one["key"]: one for one in reader.get("/api/pages/policies/").json()["packs"]}
    giant = told["national/little_giant"]
    assert [one["key"] for one in giant["versions"] if one["now"]] == ["2026"]
    assert giant["issuers"][0]["zh"] and giant["clauses"] > 5 and giant["not_encoded"]
    html = reader.get("/policies/").content.decode()
    for one in told.values():
        assert one["label"]["zh"] in html
        assert f"/policies/{one['key']}/" in html
    assert reader.get("/policies/national/nothing/").status_code == 404


def test_clauses_stand_in_words_in_both_languages(reader: Client) -> None:
    told = reader.get("/api/pages/policies/national/little_giant/").json()
    clauses = [one for version in told["versions"] for one in version["clauses"]]
    assert all(one["label"]["zh"] and one["label"]["en"] for one in clauses)
    said = " ".join(one["needed"]["zh"] + one["needed"]["en"] for one in clauses)
    assert not re.search(r"\b[a-z]+_(wan|years|until|on|score|share)\b", said)  # no column names
    assert "≥" in said
    assert [one["kind"] for one in told["transitions"]] == ["re_review"]
    top = [one for one in clauses if not one["depth"]]
    assert all(one["clause"] for one in top)


def test_an_empty_number_of_a_place_is_unknown(reader: Client) -> None:
    told = reader.get("/api/pages/policies/zhejiang/per_mu/").json()
    (place,) = (one for one in told["parameters"] if one["region"] == "331003")
    assert place["region"] == "331003"
    quota = next(values for label, _, values in place["rows"] if label["zh"] == "A 档比例")
    assert set(quota) == {None}
    assert place["known"] < place["total"]
    html = reader.get("/policies/zhejiang/per_mu/").content.decode()
    assert html.count('chip is-unknown">未知') == sum(
        one["total"] - one["known"] for one in told["parameters"]
    )
    assert "4929.81" in html.replace(",", "") and "尚未核对官方原文" in html


def test_what_is_not_official_is_never_shown_as_such(reader: Client) -> None:
    for one in reader.get("/api/pages/policies/").json()["packs"]:
        told = reader.get(f"/api/pages/policies/{one['key']}/").json()
        for clause in (clause for version in told["versions"] for clause in version["clauses"]):
            assert clause["official"] == (clause["confidence"] in ("A", "B"))
        html = reader.get(f"/policies/{one['key']}/").content.decode()
        unofficial = one["unofficial"] or one["confidence"] in ("C", "U")
        assert ("标 C、U 的内容不是官方口径" in html) == bool(unofficial)


@pytest.mark.parametrize(
    "address", ["/policies/zhejiang/per_mu/receive/", "/api/policy-runs", "/matching/receive/"]
)
def test_a_large_sheet_is_let_through(house: House, address: str) -> None:
    request = RequestFactory().post(address, {"file": SimpleUploadedFile("a.csv", b"x")})
    assert most_of(request) > house.desk.limits.packed > FORM_BYTES
