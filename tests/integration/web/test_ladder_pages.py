"""Pages of ladders: who stands where and who is one step away, letters that promise nothing, questions asked once."""

# ruff: noqa: E501 - rows and requests written out, one a line
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from web_house import SHENGZHOU, XINCHANG, House, as_csv, built, firms, key_of

from jiqun.actions.imports import Order, run_import
from jiqun.ledger import sources
from jiqun.ledger.permissions import system
from jiqun.ledger.scopes import Scope
from jiqun.ledger.sources import Source

ON = "on=2026-06-01"
FIRST, SECOND, THIRD = (key_of(XINCHANG, n) for n in range(3))
OTHER = key_of(SHENGZHOU)


@pytest.fixture(scope="module")
def module_house(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: pytest.FixtureRequest
) -> Iterator[House]:
    """The house, with what its office knows of three firms."""
    with django_db_blocker.unblock(), built(Path(tmp_path_factory.mktemp("ladders"))) as house:  # type: ignore[attr-defined]
        tell(house)
        shutil.rmtree(house.desk.home / "lake-kept")
        house.keep_lake()
        yield house


def tell(house: House) -> None:
    """The first firm is told to be a specialised SME; the second to be told of its scenes."""
    sources.save(Source("facts_of_titles", "office_sheet", "称号清单", owner=Scope("region", XINCHANG)))
    fields = {one.name: one for one in catalogue(house).values()}
    rows = [
        (FIRST, "title_zjtx_until", "@2026-01-01", "2028-12-31"), (FIRST, "title_little_giant_until", "@2026-01-01", "无"),
        (FIRST, "title_single_champion_until", "@2026-01-01", "无"), (FIRST, "segment_years", "@2026-01-01", "2"),
        *((SECOND, name, "@2026-01-01", "2") for name in fields if name.startswith("scene_") and name != "scene_people"),
    ]  # fmt: skip
    header = ("subject", "indicator", "period", "value", "value_text", "unit")
    table = [
        (key, fields[name].indicator, period, text if fields[name].kind == "number" else "",
         "" if fields[name].kind == "number" else text, fields[name].unit)
        for key, name, period, text in rows
    ]  # fmt: skip
    path = house.desk.uploads / "titles.csv"
    path.write_bytes(as_csv(header, table))
    report = run_import(
        house.desk,
        Order("facts", path, "facts_of_titles", name="titles.csv"),
        by=system("test"),
        at=house.desk.now(),
    )
    assert not report.errors, report.errors


def catalogue(house: House):
    from jiqun.actions import policy_packs

    return policy_packs.catalogue(house.desk).fields


@pytest.fixture
def office(house: House) -> Client:
    return house.client("county_officer")


def test_a_run_is_narrowed_by_chain(house: House) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from jiqun.actions import policy_work

    rows = [(name, code) for name, code, _ in firms(XINCHANG)]
    client = house.client("county_officer")
    sheet = SimpleUploadedFile("企业.csv", as_csv(("企业名称", "统一社会信用代码"), rows))
    answer = client.post(
        "/policies/national/size_class/receive/", {"on": "2026-06-01", "kind": "new", "file": sheet}
    )
    run = answer["Location"].rstrip("/").rpartition("/")[2]
    policy_work.work(house.desk, run)
    whole, narrowed = (
        told(client, f"policies/runs/{run}/{query}") for query in ("", "?chain=cluster:robots_cnc")
    )
    assert (whole["total"], narrowed["total"]) == (3, 1) and narrowed["rows"][0]["line"]["uscc"] == rows[0][1]


def told(client: Client, address: str) -> dict:
    answer = client.get(f"/api/pages/{address}")
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()


def test_the_pyramid_counts_titles_and_leaves_unknown_ones_unknown(office: Client) -> None:
    page = told(office, f"ladders/?{ON}")
    assert (page["key"], page["ask"]["region"], page["firms"]) == ("quality_sme", XINCHANG, 3)
    assert {rung["key"]: rung["held"] for rung in page["rungs"]} == {
        "champion": 0, "little_giant": 0, "specialised": 1, "innovative": 0,
    }  # fmt: skip
    assert (page["none"], page["unknown"]) == (0, 2)
    assert {one["year"]: dict(one["counts"])["specialised"] for one in page["years"]}[2025] == 1
    for show, rung, n in (
        ("held", "specialised", 1),
        ("unknown", "", 2),
        ("none", "", 0),
        ("closed", "little_giant", 1),
    ):
        listed = told(office, f"ladders/quality_sme/?{ON}&show={show}&rung={rung}")
        assert (listed["total"], len(listed["rows"])) == (n, n), show
    in_2025 = told(office, f"ladders/quality_sme/?{ON}&show=in_year&year=2025&rung=specialised")
    assert [row["link"]["key"] for row in in_2025["rows"]] == [FIRST]
    html = office.get(f"/ladders/?{ON}&show=closed").content.decode()
    assert firms(XINCHANG)[0][0] in html and "1 年" in html and "一年内" in html


def test_places_and_chains_narrow_the_list_and_real_never_meets_made_up(house: House, office: Client) -> None:
    everywhere = told(house.client("provincial_officer"), f"ladders/?{ON}")
    assert everywhere["firms"] == 6
    member = told(office, f"ladders/?{ON}&chain=cluster:robots_cnc&show=held")
    assert (member["firms"], [row["link"]["key"] for row in member["rows"]]) == (1, [FIRST])
    assert told(office, f"ladders/?{ON}&made_up=1")["firms"] == 0
    assert office.get("/ladders/nothing/").status_code == 404
    assert office.get(f"/ladders/quality_sme/?{ON}&rung=nothing").status_code == 404
    assert office.get("/ladders/?on=yesterday").status_code == 400


def test_the_list_goes_out_as_a_file(house: House, office: Client) -> None:
    answer = office.get(f"/ladders/quality_sme/list.csv?{ON}&show=closed")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2 and firms(XINCHANG)[0][1] in lines[1] and "从事细分市场年限" in lines[1]
    assert office.get(f"/ladders/quality_sme/list.odt?{ON}").status_code == 400


def test_a_letter_says_what_is_missing_who_decides_and_promises_nothing(house: House, office: Client) -> None:
    page = told(office, f"ladders/quality_sme/letters/?{ON}&firm={FIRST}")
    (letter,) = page["letters"]
    assert letter["climb"]["rung"] == "little_giant" and letter["climb"]["office"]["zh"]
    html = office.get(f"/ladders/quality_sme/letters/?{ON}&firm={FIRST}").content.decode()
    assert "致企业的一封信" in html and "不作任何认定，也不作任何承诺" in html
    assert "1 年" in html and "尚未核对官方原文" in html and letter["climb"]["documents"][0]["number"] in html
    assert all(step["clause"] and step["confidence"] for step in letter["climb"]["steps"])
    assert house.client("analyst").get(f"/ladders/quality_sme/letters/?{ON}&firm={FIRST}").status_code == 403
    assert (
        office.get(f"/ladders/quality_sme/letters/?{ON}&firm={OTHER}").status_code == 400
    )  # another county's firm


def test_the_ladders_of_a_firm_with_the_way_up(house: House, office: Client) -> None:
    page = told(office, f"ladders/firms/{FIRST}/?{ON}")
    lines = {one["key"]: one for one in page["ladders"]}
    assert set(lines) == {"quality_sme", "technology", "smart_factory", "zj_factory", "digital"}
    marks = {rung["key"]: (rung["state"], bool(rung["fact"])) for rung in lines["quality_sme"]["rungs"]}
    assert marks == {
        "innovative": ("unknown", False), "specialised": ("held", True), "little_giant": ("none", True), "champion": ("none", True),
    }  # fmt: skip
    climb = lines["quality_sme"]["climb"]
    years = next(step for step in climb["steps"] if step["label"]["zh"] == "从事细分市场年限")
    assert (years["short"]["zh"], years["changeable"], years["clause"] != "") == ("1 年", False, True)
    assert climb["closed"] and {one["paper"]["zh"] for one in climb["papers"]} >= {"年度审计报告"}
    other = {line["id"].partition("_")[0] for line in lines["smart_factory"]["climb"]["clauses"]}
    assert not other & {"leading", "excellent", "advanced"}  # only what the next rung asks
    html = office.get(f"/ladders/firms/{FIRST}/?{ON}").content.decode()
    assert f"/why/fact/{lines['quality_sme']['rungs'][1]['fact']}" in html
    assert office.get("/ladders/firms/enterprise:nobody/").status_code == 404


def test_the_radar_says_what_the_next_level_needs(office: Client) -> None:
    page = told(office, f"ladders/firms/{SECOND}/digital/?{ON}")
    assert (len(page["scenes"]), page["told"]) == (16, 15)
    assert sum(scene["constrained"] for scene in page["scenes"]) == 10
    people = next(scene for scene in page["scenes"] if scene["column"] == "scene_people")
    assert people["level"] is None and not people["fact"]
    assert {scene["needed"] for scene in page["scenes"]} == {"1"}  # the score is unknown, so no level is sure
    html = office.get(f"/ladders/firms/{SECOND}/digital/?{ON}").content.decode()
    assert 'data-chart="radar"' in html and "决策支持" in html


def test_a_firm_is_asked_once_and_its_answers_are_facts(house: House) -> None:
    own = house.client("enterprise")
    before = told(own, f"ladders/firms/{FIRST}/questions/")
    assert before["may_answer"] and len(before["questions"]) == 5
    assert not any(re.search("decided|^title_", one["column"]) for one in before["questions"])
    given = {
        f"field-{one['column']}": {"flag": "是", "number": "120", "date": "无"}.get(one["kind"])
        or one["choices"][0]
        for one in before["questions"]
    }
    bad = own.post(
        f"/ladders/firms/{FIRST}/answer/", {**given, "field-segment_years": "很多"}, follow=True
    ).content.decode()
    assert (
        "很多" in bad and told(own, f"ladders/firms/{FIRST}/questions/")["questions"] == before["questions"]
    )  # none was taken
    said = own.post(f"/ladders/firms/{FIRST}/answer/", given, follow=True).content.decode()
    assert "5 项回答已入账" in said
    after = told(own, f"ladders/firms/{FIRST}/questions/")
    assert not {one["column"] for one in before["questions"]} & {one["column"] for one in after["questions"]}
    assert len(after["answers"]) == 5 and {one["source"]["key"] for one in after["answers"]} == {
        f"answers-enterprise-{firms(XINCHANG)[0][1]}"
    }
    trail = house.client("auditor").get("/api/audit?action=import.facts").json()
    assert any(row["action"] == "import.facts" and row["detail"]["accepted"] == 5 for row in trail["rows"])
    other = house.client("other_county")  # private to the firm and its office
    assert other.get(f"/ladders/firms/{FIRST}/").status_code == 404


def test_who_may_not_answer_is_refused(house: House) -> None:
    given = {"field-employees": "120"}
    for role, key in (("enterprise", SECOND), ("analyst", FIRST), ("other_county", FIRST)):
        assert house.client(role).post(f"/ladders/firms/{key}/answer/", given).status_code in (403, 404), role
    own = house.client("enterprise")
    assert (
        own.post(
            f"/ladders/firms/{FIRST}/answer/", {"field-title_little_giant_until": "2030-01-01"}
        ).status_code
        == 400
    )
    assert own.post(f"/ladders/firms/{FIRST}/answer/", {}).status_code == 400
    office = house.client("county_officer")
    assert office.post(f"/ladders/firms/{THIRD}/answer/", given).status_code == 302
