"""A sheet of firms judged on the pages: bad cells told at once, lines by verdict, rulings, questions, whose run it is."""

import csv
import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from web_house import House

from jiqun.actions import policy_runs, policy_work
from jiqun.ledger import audit

JSON = "application/json"
PER_MU, GIANT = "zhejiang/per_mu", "national/little_giant"
HEADER = (
    "企业名称", "统一社会信用代码", "区划代码", "per_mu_tier", "land_own_mu", "land_leased_in_mu", "land_leased_out_mu",
    "tax_paid_wan", "industrial_value_added_wan", "energy_tce", "pollutant_t", "employees", "rd_expense_wan",
    "main_business_revenue_wan",
)  # fmt: skip
KNOWN = (
    "黄岩模具一号有限公司",
    "",
    "黄岩区",
    "规上",
    "10",
    "0",
    "0",
    "300",
    "1500",
    "500",
    "0.3",
    "75",
    "37.5",
    "1500",
)
UNTOLD = (
    "黄岩模具二号有限公司",
    "",
    "331003",
    "规上",
    "10",
    "0",
    "0",
    "300",
    "1500",
    "500",
    "",
    "75",
    "37.5",
    "1500",
)
BELOW = ("黄岩模具三号有限公司", "", "331003", "规下", "5", "0", "0", "100", "", "", "", "", "", "")
OUTSIDE = ("黄岩模具四号有限公司", "", "331003", "", "5", "0", "0", "100", "", "", "", "", "", "")


def sheet(*rows: tuple[str, ...], header: tuple[str, ...] = HEADER, encoding: str = "gbk") -> bytes:
    """A sheet as an office hands it in."""
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode(encoding)


def judged(
    client: Client, house: House, body: bytes, *, key: str = PER_MU, name: str = "亩均.csv", **more: str
) -> str:
    """Hand a sheet in on the page of a pack and let the worker judge it; gives the id of the run."""
    file = SimpleUploadedFile(name, body)
    response = client.post(
        f"/policies/{key}/receive/", {"on": "2023-09-01", "kind": "new", "file": file, **more}
    )
    assert response.status_code == 302, response.content.decode()
    id = response["Location"].strip("/").rpartition("/")[2]
    policy_work.work(house.desk, id)
    return id


def told(client: Client, id: str, rest: str = "") -> dict:
    """The JSON twin of a page of a run."""
    return client.get(f"/api/pages/policies/runs/{id}/{rest}").json()


@pytest.fixture
def officer(house: House) -> Client:
    """The county's officer."""
    return house.client("county_officer")


def test_a_sheet_becomes_lines(house: House, officer: Client) -> None:
    id = judged(officer, house, sheet(KNOWN, UNTOLD, BELOW, OUTSIDE))
    page = told(officer, id)
    assert page["is_done"], page["fault"]
    lines = {row["line"]["name"]: row["line"] for row in page["rows"]}
    known = lines[KNOWN[0]]
    assert (known["row"], known["region"], known["verdict"]) == (2, "331003", "met")
    ratios = (
        ("30", "24.097", 30),
        ("150", "136.16", 20),
        ("3", "2.694", 20),
        ("5000", "4929.81", 10),
        ("20", "18.14", 10),
    )
    score = sum(float(a) / float(b) * weight for a, b, weight in (*ratios, ("2.5", "3.02", 10)))
    assert float(known["low"]) == float(known["high"]) == pytest.approx(score)
    untold = lines[UNTOLD[0]]
    assert (untold["verdict"], untold["unknown"]) == (
        "unknown",
        ["score"],
    )  # a missing emission is not met, not zero
    assert untold["low"] is untold["high"] is None  # nothing bounds it: the place has set no cap
    assert lines[OUTSIDE[0]]["verdict"] == "unknown"
    assert dict(page["counts"])["met"] == 1
    html = officer.get(f"/policies/runs/{id}/").content.decode()
    assert KNOWN[0] in html and "台州市黄岩区" in html
    assert (
        "<!doctype"
        not in officer.get(f"/policies/runs/{id}/", headers={"HX-Request": "true"}).content.decode()
    )
    names = lambda query: [row["line"]["row"] for row in told(officer, id, query)["rows"]]  # noqa: E731
    assert names("?verdict=met") == [2]
    assert names("?sort=row&dir=desc") == [5, 4, 3, 2]
    assert names("?text=三号") == [4]
    assert names("?region=330624") == []
    assert [line.action for line in audit.of_target(f"policy:{id}")] == ["policy.run"]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_lines_are_taken_away(house: House, officer: Client, form: str) -> None:
    id = judged(officer, house, sheet(("=1+1", *KNOWN[1:]), UNTOLD))
    response = officer.get(f"/policies/runs/{id}/result.{form}")
    assert response.status_code == 200
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
        assert rows[0]["name"] == "'=1+1"
    else:
        head, *cells = openpyxl.load_workbook(io.BytesIO(response.content)).active.iter_rows(values_only=True)
        rows = [dict(zip(head, row, strict=True)) for row in cells]
    assert [row["verdict"] for row in rows] == ["met", "unknown"]
    assert "得分" in rows[1]["unknown"]


def test_a_workbook_and_the_template_are_read(house: House, officer: Client) -> None:
    book = openpyxl.load_workbook(io.BytesIO(officer.get("/imports/templates/firm.xlsx").content))
    page = book.worksheets[0]
    heads = {str(cell.value): cell.column for cell in page[1]}
    for head, value in {"企业名称": KNOWN[0], "区划代码": "331003"}.items():
        page.cell(3, heads[head], value)
    out = io.BytesIO()
    book.save(out)
    id = judged(officer, house, out.getvalue(), name="表样.xlsx")
    (row,) = told(officer, id)["rows"]
    assert (row["line"]["row"], row["line"]["name"], row["line"]["verdict"]) == (3, KNOWN[0], "unknown")


def test_bad_cells_are_told_all_at_once(house: House, officer: Client) -> None:
    bad = ("坏", "", "无此地", "规上", "-1", "十亩", "0", "300", *KNOWN[8:])
    id = judged(officer, house, sheet(KNOWN, bad), name="坏表.csv")
    page = told(officer, id)
    assert not page["is_done"] and page["rows"] == []
    assert {(one["row"], one["column"], one["code"]) for one in page["errors"]} >= {
        (3, "land_own_mu", "firm.negative"), (3, "land_leased_in_mu", "firm.not_a_number"),
        (3, "region", "judge.unknown_region"),
    }  # fmt: skip
    assert all(one["message"] for one in page["errors"])
    assert "一家也没有评价" in officer.get(f"/policies/runs/{id}/").content.decode()
    assert officer.get(f"/policies/runs/{id}/errors.csv").status_code == 200
    assert officer.get(f"/policies/runs/{id}/result.csv").status_code == 409
    for form, code in (
        ({}, "policy.no_sheet"),
        ({"on": "昨天", "firm": "甲"}, "rule.bad_day"),
        ({"on": "1990-01-01", "firm": "甲"}, "pack.no_version"),
        ({"kind": "other", "firm": "甲"}, "pack.no_kind"),
    ):
        response = officer.post(f"/policies/{PER_MU}/receive/", {"on": "2023-09-01", "kind": "new", **form})
        assert response.status_code == 400, form
        assert house.desk.messages.what(code, "zh")[:4] in response.content.decode()


def test_a_ruling_tells_clause_by_clause(house: House, officer: Client) -> None:
    id = judged(officer, house, sheet(KNOWN, UNTOLD))
    ruling = told(officer, id, "2/")
    tax = next(one for one in ruling["clauses"] if one["id"] == "tax_per_mu")
    assert (tax["seen"]["zh"], tax["state"], tax["most"]) == ("30 万元/亩", "met", "30")
    assert "24.097" in tax["needed"]["zh"]
    assert ruling["score"] == "111.10"
    assert [one["key"] for one in ruling["documents"]] == ["province_2018", "huangyan_2022"]
    score = next(one for one in ruling["clauses"] if one["id"] == "score")
    assert (score["confidence"], ruling["confidence"]) == (
        "C",
        "C",
    )  # no surer than the numbers of the county
    page = officer.get(f"/policies/runs/{id}/2/").content.decode()
    assert (
        "2022 年度工业企业亩均效益综合评价权重与基准值" in score["numbers_from"]["zh"]
        and score["numbers_from"]["zh"] in page
    )
    assert (ruling["before"], ruling["after"]) == (0, 3)
    other = told(officer, id, "3/")
    emission = next(one for one in other["clauses"] if one["id"] == "value_added_per_emission")
    assert emission["state"] == "unknown"
    assert {one["column"] for one in emission["missing"]} == {"pollutant_t", "emissions_recorded"}
    assert all(one["paper"]["zh"] for one in emission["missing"])
    assert [one["paper"]["zh"] for one in other["papers"]] == ["环境统计报表"]
    html = officer.get(f"/policies/runs/{id}/3/").content.decode()
    assert "data-print" in html and "不是发文机关的认定决定" in html and "None" not in html
    assert officer.get(f"/policies/runs/{id}/9/").status_code == 404


def test_a_rule_of_grades_that_does_not_hold_is_no_clause_a_firm_fails(house: House, officer: Client) -> None:
    rows = [(f"黄岩模具{n}号有限公司", *KNOWN[1:], answer) for n, answer in enumerate(("否", "是", ""))]
    id = judged(officer, house, sheet(*rows, header=(*HEADER, "per_mu_veto")))
    said = [
        [
            one["state"]
            for one in told(officer, id, f"{row}/")["clauses"]
            if one["label"]["zh"] == "属一票否决情形"
        ]
        for row in (2, 3, 4)
    ]
    assert said == [[], ["met"], ["unknown"]]


def test_questions_open_most_first_and_judge_again(house: House, officer: Client) -> None:
    id = judged(officer, house, sheet(UNTOLD), region="331003")
    asked = told(officer, id, "2/questions/")
    assert len(asked["questions"]) == 5 and asked["left"] > 5
    opens = [one["opens"] for one in asked["questions"]]
    assert opens == sorted(opens, reverse=True)
    assert {one["key"] for one in asked["packs"]} >= {PER_MU, GIANT}
    columns = [one["column"] for one in asked["questions"]]
    wrong = officer.post(f"/policies/runs/{id}/2/answer/", {"field-pollutant_t": "很少"}, follow=True)
    assert "pollutant_t" in wrong.content.decode()
    assert told(officer, id, "2/")["verdict"] == "unknown"
    assert officer.post(f"/policies/runs/{id}/2/answer/", {"field-pollutant_t": " "}).status_code == 400
    officer.post(f"/policies/runs/{id}/2/answer/", {"field-pollutant_t": "0.3"})
    assert told(officer, id)["rows"][0]["line"]["verdict"] == "met"
    assert told(officer, id)["rows"][0]["answered"]
    assert told(officer, id, "2/")["verdict"] == "met"
    after = told(officer, id, "2/questions/")
    assert "pollutant_t" not in {one["column"] for one in after["questions"]}
    assert after["answered"] == 1 and columns
    html = officer.get(f"/policies/runs/{id}/2/questions/").content.decode()
    assert f'name="field-{after["questions"][0]["column"]}"' in html
    assert "policy.answer" in [line.action for line in audit.of_target(f"policy:{id}")]


def test_a_run_is_its_offices_own(house: House, officer: Client) -> None:
    id = judged(officer, house, sheet(KNOWN))
    for role in ("administrator", "other_county", "enterprise"):
        other = house.client(role)
        for address in ("", "2/", "2/questions/", "result.csv", "errors.csv"):
            assert other.get(f"/policies/runs/{id}/{address}").status_code == 404, (role, address)
        for address in ("2/answer/", "throw-away/"):
            assert other.post(f"/policies/runs/{id}/{address}", {"field-employees": "9"}).status_code == 404
        assert id not in [head["run"]["id"] for head in other.get("/api/policies").json()["runs"]]
    assert house.client("analyst").get(f"/policies/runs/{id}/").status_code == 403
    assert id in [head["run"]["id"] for head in officer.get(f"/api/policies/{PER_MU}").json()["runs"]]
    assert officer.post(f"/policies/runs/{id}/throw-away/")["Location"] == f"/policies/{PER_MU}/"
    assert officer.get(f"/policies/runs/{id}/").status_code == 404


def test_programs_do_the_same(house: House) -> None:
    client = house.client("enterprise")
    body = {
        "pack": GIANT,
        "on": "2026-06-01",
        "kind": "re_review",
        "firm": "新昌县试验轴承1号有限公司",
        "region": "330624",
    }
    made = client.post("/api/policy-runs/firm", body, content_type=JSON).json()
    id = made["head"]["run"]["id"]
    assert made["head"]["run"]["version"] == "2022" and made["is_working"]
    address = f"/api/policy-runs/{id}/firms/2"
    assert client.get(address).status_code == 409
    policy_work.work(house.desk, id)
    assert client.get(f"/api/policy-runs/{id}?verdict=unknown").json()["total"] == 1
    asked = client.get(f"{address}/questions").json()
    assert asked["questions"]
    line = client.put(address, {"values": {"segment_years": "1"}}, content_type=JSON).json()
    assert (line["verdict"], line["row"]) == ("unmet", 2)  # a failed clause beats unknown ones
    assert (
        client.put(address, {"values": {"nothing": "1"}}, content_type=JSON).json()["code"] == "firm.refused"
    )
    gap = next(one for one in client.get(address).json()["steps"] if one["state"] == "unmet")
    assert gap["short"]["zh"].startswith(("1", "2"))
    order = {"pack": PER_MU, "on": "2023-09-01", "file": SimpleUploadedFile("a.csv", sheet(KNOWN))}
    run = client.post("/api/policy-runs", order).json()["head"]["run"]["id"]
    assert client.delete(f"/api/policy-runs/{run}").status_code == 409
    policy_work.work(house.desk, run)
    assert run not in [head["run"]["id"] for head in client.delete(f"/api/policy-runs/{run}").json()["runs"]]
    assert policy_runs.mine(house.desk, by=house.actor("enterprise"))[0].id == id
