"""The import wizard with office workbooks: proposal, questions, memory, totals, names, errors back in the workbook."""

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from forms_register import HEADER, code_of, name_of, register_rows
from web_house import SYSTEM, XINCHANG, House

from jiqun.actions import upload_work
from jiqun.lake.forms.returned import COLOURS, TITLE

FORMS = Path(__file__).resolve().parents[2] / "fixtures" / "forms"
JSON = "application/json"


@pytest.fixture
def office(house: House) -> House:
    """The house with the firms the forms speak of."""
    house.load(HEADER, register_rows(), "register", SYSTEM)
    return house


def workbook(*rows: tuple[object, ...], title: str = "2024年") -> bytes:
    """A workbook of one sheet."""
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def hand_in(client: Client, body: bytes, name: str = "表.xlsx") -> str:
    """Hand in a workbook; gives the id of the upload."""
    form = {"kind": "enterprises", "source": f"sheet_{XINCHANG}", "file": SimpleUploadedFile(name, body)}
    answer = client.post("/imports/receive/", form)
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"].strip("/").rpartition("/")[2]


def twin(client: Client, upload: str, table: int = 0) -> dict[str, Any]:
    return client.get(f"/api/imports/{upload}?table={table}").json()


def settle(
    client: Client, upload: str, *, table: int = 0, facts: list[dict[str, str]] | None = None, **rows: str
) -> Any:
    """Settle the columns as they are proposed, with what a person says on top."""
    form = twin(client, upload, table)["form"]
    proposed = [
        {"column": line["column"], **{n: line[n] for n in ("indicator", "unit", "period", "scope", "reads")}}
        for line in form["quantities"]
        if line["indicator"]
    ]
    body = {
        "columns": {field["name"]: field["column"] for field in form["fields"]},
        "facts": facts if facts is not None else proposed,
        "rows": {"without_code": form["without_code"], **rows},
    }
    return client.put(f"/api/imports/{upload}/mapping?table={table}", body, content_type=JSON)


def worked(client: Client, house: House, upload: str, *steps: str) -> dict[str, Any]:
    """Check and import, the worker included."""
    for step in steps:
        answer = client.post(f"/api/imports/{upload}/{step}")
        assert answer.status_code == 200, answer.content.decode()
        upload_work.work(house.desk, upload)
    return twin(client, upload)


def test_a_messy_workbook_is_shown_with_what_is_proposed_and_why(office: House) -> None:
    client = office.client("county_officer")
    upload = hand_in(client, (FORMS / "01-规上工业月报.xlsx").read_bytes())
    form = twin(client, upload)["form"]
    lines = {line["column"]: line for line in form["quantities"]}
    so_far = lines["营业收入/本年累计（万元）"]
    assert (so_far["letter"], so_far["indicator"], so_far["unit"]) == ("E", "revenue", "万元")
    assert so_far["period"] == "2024-01..2024-06"
    assert so_far["confidence"] >= 90
    assert "表头写明单位 万元" in so_far["evidence"]
    assert form["questions"] == 1  # growth: of the month or of the year so far?
    assert lines["营业收入/同比增长（%）"]["asks"] == ["indicator"]
    assert [line["kind"] for line in form["left_out"]] == ["total", "note", "note"]
    page = client.get(f"/imports/{upload}/").content.decode()
    for said in (
        "营业收入/本年累计（万元）",
        "未作为数据读取",
        "合计，只核对",
        "单位：万元、%",
        'value="2024-01..2024-06"',
    ):
        assert said in page


def test_rows_without_codes_land_on_the_right_enterprises_and_say_why(office: House) -> None:
    client = office.client("county_officer")
    upload = hand_in(client, (FORMS / "14-两家都像.xlsx").read_bytes())
    assert twin(client, upload)["form"]["without_code"] == "match"
    assert settle(client, upload).status_code == 200
    checked = worked(client, office, upload, "check")
    assert [line["found"] for line in checked["matched"]] == [name_of("云岭"), name_of("沃洲")]
    assert all(line["evidence"] for line in checked["matched"])
    done = worked(client, office, upload, "confirm")
    batch = done["batches"][0]
    facts = client.get(f"/api/facts?batch={batch}").json()["rows"]
    assert {fact["subject"]["key"] for fact in facts} == {
        f"enterprise:{code_of(s)}" for s in ("云岭", "沃洲")
    }
    why = client.get(f"/api/facts/{facts[0]['id']}/why").json()
    assert "按名称认定" in str(why)
    held = client.get(f"/api/quarantine?batch={batch}").json()["rows"]
    assert [row["reasons"][0]["code"] for row in held] == ["gate.name_review", "gate.name_unknown"]


def test_a_row_two_firms_could_be_is_settled_by_picking_one_in_place(office: House) -> None:
    client = office.client("county_officer")
    upload = hand_in(client, (FORMS / "14-两家都像.xlsx").read_bytes())
    settle(client, upload)
    batch = worked(client, office, upload, "check", "confirm")["batches"][0]
    held = client.get(f"/api/quarantine?batch={batch}").json()["rows"][0]["id"]
    cells = client.get(f"/api/quarantine/{held}").json()["cells"]
    column = cells[0]["name"]
    assert column == "统一社会信用代码"
    picks = {pick["name"]: pick["code"] for pick in cells[0]["picks"]}
    assert set(picks) == {name_of("鼎晟机械"), name_of("鼎晟轴承")}
    assert client.get(f"/quarantine/{held}/").content.decode().count("就是") == 2
    code = picks[name_of("鼎晟轴承")]
    assert client.post(f"/quarantine/{held}/resubmit/", {f"cell-{column}": code}).status_code == 302
    facts = client.get(f"/api/subjects/enterprise:{code}/facts").json()["rows"]
    assert [(fact["indicator"]["key"], fact["value"]) for fact in facts] == [("revenue", "10")]
    subject = client.get(f"/api/subjects/enterprise:{code}").json()
    assert name_of("鼎晟轴承") in str(subject["link"]["label"])  # the register keeps its name


def test_a_total_that_is_wrong_is_said_with_cell_and_figures_and_never_imported(office: House) -> None:
    client = office.client("county_officer")
    upload = hand_in(client, (FORMS / "11-合计不符.xlsx").read_bytes())
    settle(client, upload)
    checked = worked(client, office, upload, "check")
    (line,) = checked["totals"]
    assert (line["cell"], line["stated"], line["summed"], line["difference"]) == ("C2", "3792", "3780", "12")
    assert checked["totals_checked"] == 2
    page = client.get(f"/imports/{upload}/").content.decode()
    assert "3792" in page and "3780" in page and "C2" in page
    assert checked["upload"]["report"]["rows"] == 3


def test_what_cannot_be_told_is_asked_and_not_guessed(office: House) -> None:
    client = office.client("county_officer")
    upload = hand_in(client, (FORMS / "07-百分数三种写法.xlsx").read_bytes())
    line = twin(client, upload)["form"]["quantities"][-1]
    assert (line["column"], line["asks"], line["reads"]) == ("良品率（%）", ["reads"], "")
    refused = settle(client, upload)
    assert refused.status_code == 400
    assert refused.json()["code"] == "gate.percent_undecided"
    facts = [
        {
            "column": line["column"],
            "indicator": "yield_rate",
            "unit": "%",
            "period": "2024",
            "reads": "fraction",
        }
    ]
    assert settle(client, upload, facts=facts).status_code == 200
    batch = worked(client, office, upload, "check", "confirm")["batches"][0]
    told = {fact["value"] for fact in client.get(f"/api/facts?batch={batch}").json()["rows"]}
    assert told == {"98", "95", "99"}


def monthly(month: str, *extra: str) -> bytes:
    header = ("企业名称", "统一社会信用代码", "工业总产值（万元）", *extra)
    return workbook((f"2024年{month}工业生产",), header, (name_of("云岭"), code_of("云岭"), 100, *extra))


def test_a_form_settled_once_is_used_unasked_and_its_period_is_told_anew(office: House) -> None:
    client = office.client("county_officer")
    first = hand_in(client, monthly("5月"))
    form = twin(client, first)["form"]
    assert not form["is_known"]
    settle(client, first)
    second = hand_in(client, monthly("6月"))
    form = twin(client, second)["form"]
    assert form["is_known"] and form["by"] and form["questions"] == 0
    assert form["quantities"][0]["period"] == "2024-06"
    assert "这张表已认识" in client.get(f"/imports/{second}/").content.decode()
    assert client.post(f"/imports/{second}/check/", {"as-known": "1"}).status_code == 302
    upload_work.work(office.desk, second)
    done = worked(client, office, second, "confirm")
    (fact,) = client.get(f"/api/facts?batch={done['batches'][0]}").json()["rows"]
    assert (
        fact["period"]["text"] == "2024-06"
        if isinstance(fact["period"], dict)
        else fact["period"] == "2024-06"
    )


def test_when_the_header_changed_what_changed_is_said(office: House) -> None:
    client = office.client("county_officer")
    settle(client, hand_in(client, monthly("5月")))
    changed = hand_in(client, monthly("6月", "主要产品"))
    form = twin(client, changed)["form"]
    assert not form["is_known"]
    assert (form["gone"], form["new"]) == ([], ["主要产品"])
    assert form["quantities"][0]["indicator"] == "output_value"
    assert "表头与上次不同" in client.get(f"/imports/{changed}/").content.decode()


def test_a_period_typed_by_hand_is_asked_again(office: House) -> None:
    client = office.client("county_officer")
    body = workbook(
        ("企业名称", "统一社会信用代码", "税收（万元）"),
        (name_of("云岭"), code_of("云岭"), 5),
        title="Sheet1",
    )
    first = hand_in(client, body, "名单.xlsx")
    assert twin(client, first)["form"]["quantities"][0]["asks"] == ["period"]
    facts = [{"column": "税收（万元）", "indicator": "tax", "unit": "万元", "period": "2023"}]
    assert settle(client, first, facts=facts).status_code == 200
    assert not twin(client, hand_in(client, body, "名单.xlsx"))["form"]["is_known"]


def test_another_offices_mapping_is_proposed_but_not_used_unasked(office: House) -> None:
    settle(office.client("county_officer"), hand_in(office.client("county_officer"), monthly("5月")))
    other = office.client("provincial_officer")
    form = twin(other, hand_in(other, monthly("5月")))["form"]
    assert not form["is_known"]
    assert form["by"]


def test_tables_with_one_header_are_settled_together_each_with_its_own_month(office: House) -> None:
    client = office.client("county_officer")
    upload = hand_in(client, (FORMS / "12-每月一页.xlsx").read_bytes())
    assert [line["sheet"] for line in twin(client, upload)["form"]["tables"]] == [
        "2024年1月",
        "2024年2月",
        "2024年3月",
    ]
    assert settle(client, upload).status_code == 200
    assert (
        client.put(f"/api/imports/{upload}/tables/1", {"take": False}, content_type=JSON).status_code == 200
    )
    done = worked(client, office, upload, "check", "confirm")
    assert len(done["batches"]) == 2
    periods = {
        str(fact["period"])
        for batch in done["batches"]
        for fact in client.get(f"/api/facts?batch={batch}").json()["rows"]
    }
    assert any("2024-01" in text or "1月" in text for text in periods) and not any(
        "2024-02" in text for text in periods
    )


def test_a_second_table_of_another_header_waits_until_it_is_settled(office: House) -> None:
    client = office.client("county_officer")
    upload = hand_in(client, (FORMS / "04-一页两表.xlsx").read_bytes())
    assert settle(client, upload).status_code == 200
    refused = client.post(f"/api/imports/{upload}/check")
    assert (refused.status_code, refused.json()["code"]) == (409, "upload.not_settled")
    assert settle(client, upload, table=1).status_code == 200
    done = worked(client, office, upload, "check", "confirm")
    assert len(done["batches"]) == 2
    assert client.get(f"/api/imports/{upload}?table=7").status_code == 404


def test_errors_come_back_in_the_same_workbook_and_what_was_taken_stays(office: House) -> None:
    client = office.client("county_officer")
    book = openpyxl.Workbook()
    page = book.active
    page.title = "2024年"
    for row in (
        ("企业名称", "统一社会信用代码", "营业收入（万元）"), (name_of("云岭"), code_of("云岭"), 1400),
        ("沃洲机械科技有限公司", None, 2200), (name_of("天姥"), "12345", "一百八"),
    ):  # fmt: skip
        page.append(row)
    page["A2"].fill = openpyxl.styles.PatternFill("solid", fgColor="FF00FF00")
    page["E9"] = "备忘"
    kept = io.BytesIO()
    book.save(kept)
    upload = hand_in(client, kept.getvalue())
    settle(client, upload)
    done = worked(client, office, upload, "check", "confirm")
    first = done["batches"][0]
    back = returned(client, upload)
    assert back.sheetnames == [TITLE, "2024年"]
    sheet = back["2024年"]
    assert (
        sheet["B4"].fill.fgColor.rgb == COLOURS["error"] and sheet["C4"].fill.fgColor.rgb == COLOURS["error"]
    )
    assert "18" in sheet["B4"].comment.text or "代码" in sheet["B4"].comment.text
    assert (sheet["B3"].value, sheet["B3"].fill.fgColor.rgb) == (code_of("沃洲"), COLOURS["filled"])
    assert (sheet["A2"].fill.fgColor.rgb, sheet["E9"].value, sheet["C2"].value) == ("FF00FF00", "备忘", 1400)
    listed = [[cell.value for cell in row[:7]] for row in back[TITLE].iter_rows(min_row=5)]
    assert {line[2] for line in listed} == {"B3", "B4", "C4"}
    assert all(line[6] for line in listed)

    sheet["B4"], sheet["C4"] = code_of("天姥"), 180
    again = io.BytesIO()
    back.save(again)
    second = hand_in(client, again.getvalue())
    shown = twin(client, second)
    assert shown["form"]["is_known"] and shown["form"]["columns"][0] == ["企业名称", "A"]
    report = worked(client, office, second, "check", "confirm")["upload"]["report"]
    assert (report["accepted"], report["quarantined"]) == (3, 0)
    facts = client.get(f"/api/facts?batch={report['batch_id']}").json()
    assert [fact["value"] for fact in facts["rows"]] == ["180"]  # the two that were in came in once
    assert client.get(f"/api/quarantine?batch={first}").json()["rows"] == []  # nothing is asked twice
    clean = returned(client, second)
    assert clean["2024年"]["B4"].comment is None
    assert clean["2024年"]["A2"].fill.fgColor.rgb == "FF00FF00"


def returned(client: Client, upload: str) -> openpyxl.Workbook:
    """The workbook as it is handed back."""
    answer = client.get(f"/imports/{upload}/returned.xlsx")
    assert answer.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))


def test_a_csv_has_its_list_of_errors_and_no_workbook(office: House) -> None:
    client = office.client("county_officer")
    upload = hand_in(client, (FORMS / "15-GBK.csv").read_bytes(), "税收.csv")
    shown = twin(client, upload)
    assert any("GB18030" in note for note in shown["notes"])
    assert client.get(f"/imports/{upload}/returned.xlsx").status_code == 404
    settle(client, upload)
    checked = worked(client, office, upload, "check")
    assert not checked["can_return"] and checked["upload"]["report"]["accepted"] == 2
    assert client.get(f"/imports/{upload}/returned.xlsx").status_code == 400


def test_hidden_rows_are_left_out_said_and_taken_when_wanted(office: House) -> None:
    client = office.client("county_officer")
    body = (FORMS / "05-隐藏的行列表.xlsx").read_bytes()
    upload = hand_in(client, body)
    form = twin(client, upload)["form"]
    assert form["has_hidden"] and form["hidden_sheets"] == ["去年"]
    settle(client, upload, hidden="take")
    assert worked(client, office, upload, "check")["upload"]["report"]["rows"] == 3
    settle(client, upload, hidden="leave")
    assert worked(client, office, upload, "check")["upload"]["report"]["rows"] == 2


def test_who_may_not_import_takes_no_workbook_back_and_no_template(office: House) -> None:
    officer, analyst = office.client("county_officer"), office.client("analyst")
    upload = hand_in(officer, monthly("5月"))
    assert analyst.get(f"/imports/{upload}/returned.xlsx").status_code == 403
    assert analyst.get("/imports/templates/enterprise.xlsx").status_code == 403
    assert office.client("other_county").get(f"/imports/{upload}/returned.xlsx").status_code == 404
    assert (
        office.client("other_county").post(f"/imports/{upload}/include/", {"table": "0"}).status_code == 404
    )
