"""Policies on the pages: packs with dates and marks, clauses in words, numbers not set shown as unknown; bad input told."""

import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from rules_house import BROKEN, written
from web_house import House, as_csv

from jiqun import settings
from jiqun.actions import desk as desks
from jiqun.actions import policy_work
from jiqun.actions.desk import Desk
from jiqun.web.body_limit import FORM_BYTES, most_of

HEADER = (
    "企业名称", "区划代码", "per_mu_tier", "land_own_mu", "land_leased_in_mu", "land_leased_out_mu", "segment_share_pct",
    "main_business_revenue_wan", "established_on",
)  # fmt: skip
GOOD = ("好厂", "331003", "规上", "10", "0", "0", "12", "5000", "2010-03-04")
BAD = {  # what stands in which column of an else good row
    "firm.not_a_number": ("land_own_mu", "十亩"),
    "firm.percent_as_fraction": ("segment_share_pct", "0.03"),
    "firm.negative": ("land_own_mu", "-3"),
    "firm.founded_later": ("established_on", "2024-01-01"),
    "judge.unknown_region": ("区划代码", "无此县"),
}


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
    left = reader.get("/api/pages/policies/").json()["left_out"]
    assert len(left) > 5 and all(one["what"]["zh"] in html and one["why"]["zh"] in html for one in left)


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


def row(name: str, column: str, cell: str) -> tuple[str, ...]:
    """The good row with one cell otherwise."""
    changed = dict(zip(HEADER, GOOD, strict=True)) | {HEADER[0]: name, column: cell}
    return tuple(changed.values())


def handed_in(client: Client, house: House, rows: list[tuple[str, ...]]) -> tuple[dict, str]:
    """A sheet judged by the per-mu pack: the answer of the interface and the page."""
    file = SimpleUploadedFile("亩均.csv", as_csv(HEADER, rows))
    order = {"on": "2023-09-01", "kind": "new", "file": file}
    id = client.post("/policies/zhejiang/per_mu/receive/", order)["Location"].strip("/").rpartition("/")[2]
    policy_work.work(house.desk, id)
    address = f"policies/runs/{id}/"
    return client.get(f"/api/pages/{address}").json(), client.get(f"/{address}").content.decode()


def test_every_bad_cell_has_its_sentence_and_nobody_is_judged(house: House) -> None:
    rows = [GOOD, *(row(f"坏厂{n}", *cell) for n, cell in enumerate(BAD.values()))]
    told, page = handed_in(house.client("county_officer"), house, rows)
    assert not told["is_done"] and told["rows"] == []
    assert [(one["row"], one["code"]) for one in told["errors"]] == list(enumerate(BAD, start=3))
    for code, (_, seen) in BAD.items():
        assert house.desk.messages.what(code, "zh") in page and seen in page, code
    assert "3% 写 3，不写 0.03" in page


def test_zero_land_and_zero_revenue_are_worth_a_look_and_unknown(house: House) -> None:
    rows = [GOOD, row("无地", "land_own_mu", "0"), row("无收入", "main_business_revenue_wan", "0")]
    told, page = handed_in(house.client("county_officer"), house, rows)
    assert told["is_done"] and len(told["rows"]) == 3
    assert [(one["row"], one["code"]) for one in told["errors"]] == [
        (3, "firm.zero_land"), (4, "firm.zero_revenue"),
    ]  # fmt: skip
    for code in ("firm.zero_land", "firm.zero_revenue"):
        assert house.desk.messages.what(code, "zh") in page
    assert [one["line"]["verdict"] for one in told["rows"]] == ["unknown"] * 3


@pytest.mark.parametrize("wrong", BROKEN)
def test_every_mistake_of_a_pack_has_its_sentence(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    officer, packs = house.client("county_officer"), tmp_path / "packs"
    written(packs / "county" / "wrong", BROKEN[wrong])
    for item in settings.PACKS_DIR.iterdir():
        (packs / item.name).symlink_to(item)
    monkeypatch.setitem(desks._open, settings.HOME, Desk(house.desk.home, packs, memory_mb=64))
    answer = officer.get("/policies/")
    page = answer.content.decode()
    assert answer.status_code == 500 and house.desk.messages.what(wrong, "zh") in page
    assert "county/wrong/rule.toml" in page and "第 " in page
