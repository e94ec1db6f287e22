"""What an office does with the firms of a run: what-if, drafts, replays, letters, a brief; nobody else sees it."""

import io
import json
import re
from datetime import date

import pytest
from django.test import Client
from test_policy_runs import KNOWN, PER_MU, UNTOLD, judged, sheet
from web_house import House

from jiqun.actions import policy_drafts, policy_replays
from jiqun.ledger import audit

JSON = "application/json"
FIRMS = tuple(
    (f"黄岩模具{n}号有限公司", "", "331003", "规上", "10", "0", "0", str(tax), "1500", "500", "0.3", "75", "37.5", "1500")
    for n, tax in enumerate((300, 250, 200, 150, 100), start=1)
)  # fmt: skip
SHARES = {"n-quota_a": "20", "n-quota_b": "40", "n-quota_c": "20"}


@pytest.fixture
def officer(house: House) -> Client:
    """The county's officer."""
    return house.client("county_officer")


def told(client: Client, address: str, **asked: str) -> dict:
    """The JSON twin of a page."""
    answer = client.get(f"/api/pages{address}", asked)
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()


def test_grades_are_tried_and_never_kept(house: House, officer: Client) -> None:
    id = judged(officer, house, sheet(*FIRMS, UNTOLD))
    page = told(officer, "/per-mu/", **{"from": id})
    assert (page["firms"], page["tier"], page["official_shares"], page["ungraded"]) == (6, "规上", False, 6)
    assert [one["firms"] for one in page["grades"]] == [0, 0, 0, 0] and page["near"] == []
    assert page["weights"] == "100" and all(
        one["total"] == "" for one in page["measures"]
    )  # unknown, not nothing
    tried = told(officer, "/per-mu/", **{"from": id, "n-amount_reward": "10", **SHARES})
    assert tried["is_trial"] and [one["firms"] for one in tried["grades"]] == [1, 2, 1, 1]
    assert tried["untold"] == 1 and tried["marks"] == "01123-"
    nearest = tried["near"][0]
    assert (nearest["grade"], nearest["next"], nearest["member"]["row"]) == ("B", "A", 3)
    assert float(nearest["points"]) == pytest.approx(5 / 24.097 * 30, abs=0.01)
    assert nearest["by"][0][1]["zh"] == "+5 万元/亩" and "yuan" in nearest["by"][0][1]["en"]
    reward = next(one for one in tried["measures"] if one["label"]["zh"] == "财政奖补")
    assert (reward["firms"], reward["known"], reward["open"]) == (3, "30", 1)
    the_lists_behind_the_counts(officer, tried)
    html = officer.get("/per-mu/", {"from": id, **SHARES}, headers={"HX-Request": "true"}).content.decode()
    assert "试算" in html and 'id="per-mu-counts"' in html and "<!doctype" not in html
    bad = officer.get("/api/pages/per-mu/", {"from": id, "n-quota_a": "很多"})
    assert bad.status_code == 400 and bad.json()["code"] == "draft.refused"
    assert told(officer, "/per-mu/", **{"from": id})["ungraded"] == 6


def the_lists_behind_the_counts(officer: Client, page: dict) -> None:
    """Every count is a link to its list, under the same numbers; the list is as long as the count says."""
    assert page["list"] is None and "n-quota_a=20" in page["way"]

    def listed(grade: str) -> dict:
        answer = officer.get(f"/api/pages/per-mu/?{page['way']}&grade={grade}")
        assert answer.status_code == 200
        return answer.json()["list"]

    for one in page["grades"]:
        found = listed(one["key"])
        assert found["total"] == one["firms"] == len(found["rows"]), one["key"]
        assert {row["grade"] for row in found["rows"]} == {one["key"]}
    assert [row["grade"] for row in listed("A,B")["rows"]] == ["A", "B", "B"], "the best score first"
    assert listed("none")["total"] == page["ungraded"] and listed("untold")["total"] == page["untold"] == 1
    assert listed("all")["total"] == page["firms"] and listed("aside")["total"] == page["aside"] == 0
    assert listed("Z")["rows"] == []
    html = officer.get(f"/per-mu/?{page['way']}&grade=B").content.decode()
    assert 'id="list"' in html and html.count("grade=B#list") >= 2 and "黄岩模具2号有限公司" in html


def test_a_draft_is_typed_replayed_and_thrown_away(house: House, officer: Client) -> None:
    id = judged(officer, house, sheet(*FIRMS))
    made = officer.post("/policies/drafts/of-trial/", {"from": id, "n-amount_reward": "10", **SHARES})
    draft = re.search(r"/policies/drafts/(d\w+)/", made["Location"])[1]  # type: ignore[index]
    page = told(officer, f"/policies/drafts/{draft}/")
    assert (page["changed"], page["text_changed"], page["errors"]) == (4, False, [])
    body = {"run": id, "before": "2018", "before_on": "2023-09-01", "after": draft, "after_on": "2023-09-01"}
    replay = officer.post("/policies/replays/begin/", body)["Location"].strip("/").rpartition("/")[2]
    assert told(officer, f"/policies/replays/{replay}/")["is_working"]
    policy_replays.work(house.desk, replay)
    page = told(officer, f"/policies/replays/{replay}/")
    assert page["is_done"], page["fault"]
    assert page["flows"] == [["met", "A", 1], ["met", "B", 2], ["met", "C", 1], ["met", "D", 1]]
    reward = next(one for one in page["costs"] if one["label"]["zh"] == "财政奖补")
    assert (reward["before"]["total"], reward["after"]["total"], reward["difference"]) == ("", "30", "")
    html = officer.get(f"/policies/replays/{replay}/").content.decode()
    assert 'data-chart="sankey"' in html
    for way, code in (("rise", ""), ("fall", ""), ("rise", "331003"), ("fall", "331003")):
        narrowed = told(officer, f"/policies/replays/{replay}/", way=way, region=code)
        counted = page if not code else next(one for one in page["regions"] if one["code"] == code)
        assert narrowed["total"] == counted[f"{way}s"]
        assert f'href="?way={way}{f"&amp;region={code}" if code else ""}#moves"' in html
    text = house.desk.home / "drafts" / draft / "rule.toml"
    rule = text.read_text(encoding="utf-8").replace('kind = "score_sum"', 'kind = "score_some"', 1)
    officer.post(f"/policies/drafts/{draft}/text/", {"text": rule})
    wrong = told(officer, f"/policies/drafts/{draft}/")
    line = rule.splitlines().index('kind = "score_some"') + 1
    assert ("rule.toml", line, "score_some") in [
        (one["column"], one["row"], one["seen"]) for one in wrong["errors"]
    ]
    assert officer.post("/policies/replays/begin/", body).status_code == 400  # nothing is judged by it
    packs = policy_drafts.policy_packs.pack(house.desk, PER_MU).parameters_on("331003", page_day(), "规上")
    assert packs["quota_a"] is None
    assert officer.post(f"/policies/drafts/{draft}/throw-away/").status_code == 302
    assert not text.parent.exists() and officer.get(f"/policies/drafts/{draft}/").status_code == 404
    actions = [one.action for one in audit.of_target(f"draft:{draft}")]
    assert set(actions) == {
        "policy.draft",
        "policy.draft_numbers",
        "policy.draft_text",
        "policy.throw_away_draft",
    }


def page_day() -> date:

    return date(2023, 9, 1)


def test_thresholds_are_changed_in_the_rule(house: House, officer: Client) -> None:
    made = officer.post("/policies/drafts/begin/", {"pack": "national/little_giant|2026", "on": "2026-06-01"})
    draft = made["Location"].strip("/").rpartition("/")[2]
    held = told(officer, f"/policies/drafts/{draft}/")
    revenue = next(one for one in held["thresholds"] if one["value"] == "5000")
    officer.post(f"/policies/drafts/{draft}/numbers/", {revenue["name"]: "6000"})
    page = told(officer, f"/policies/drafts/{draft}/")
    assert next(one for one in page["thresholds"] if one["name"] == revenue["name"])["value"] == "6000"
    assert (page["changed"], page["text_changed"]) == (1, True)
    refused = officer.post(f"/policies/drafts/{draft}/numbers/", {revenue["name"]: "很多"}, follow=True)
    assert revenue["name"].removeprefix("t-") in refused.content.decode()


def test_letters_name_figures_grade_and_the_last_day(house: House, officer: Client) -> None:
    id = judged(officer, house, sheet(KNOWN, UNTOLD))
    page = told(
        officer, f"/policies/runs/{id}/letters/", starts="2023-09-29", days="5", contact="某局 0576-000"
    )
    assert page["until"] == "2023-10-06" and not page["holidays_known"] and not page["official"]
    first, second = page["letters"]
    assert (first["score"], first["figures"][0]["seen"], first["grade"]) == ("111.10", "30", None)
    assert second["score"] == "" and second["figures"][3]["points"] == ""  # a missing emission is unknown
    html = officer.get(f"/policies/runs/{id}/letters/", {"row": "2"}).content.decode()
    assert KNOWN[0] in html and UNTOLD[0] not in html and "____" in html
    assert officer.get(f"/policies/runs/{id}/letters/?days=0").status_code == 400
    answer = officer.get(f"/briefs/policy-run/{id}.docx")
    assert answer.status_code == 200
    from docx import Document

    book = Document(io.BytesIO(answer.content))
    words = " ".join(one.text for one in book.paragraphs) + json.dumps(
        [cell.text for table in book.tables for cell in table._cells], ensure_ascii=False
    )
    assert "亩均" in words and "未正式分档" in words and "材料不足" in words


def test_what_an_office_keeps_is_its_own(house: House, officer: Client) -> None:
    id = judged(officer, house, sheet(*FIRMS))
    draft = officer.post("/policies/drafts/of-trial/", {"from": id, **SHARES})["Location"]
    body = {"run": id, "before": "2018", "before_on": "2023-09-01", "after": "2018", "after_on": "2022-09-01"}
    replay = officer.post("/policies/replays/begin/", body)["Location"]
    for role in ("administrator", "other_county", "enterprise"):
        other = house.client(role)
        for address in (
            draft,
            replay,
            f"/per-mu/?from={id}",
            f"/policies/runs/{id}/letters/",
            f"/briefs/policy-run/{id}.docx",
        ):
            assert other.get(address).status_code in (403, 404), (role, address)
        for address in (f"{draft}text/", f"{draft}numbers/", f"{draft}throw-away/", f"{replay}throw-away/"):
            assert other.post(address, {"text": "x"}).status_code == 404, (role, address)
        assert other.post("/policies/replays/begin/", body).status_code == 404
    assert house.client("analyst").get("/policies/replay/").status_code == 403
