"""A form with a county in every row: facts of the places, each office its own, what is not certain waits."""

import io
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from web_house import SYSTEM, XINCHANG, House

from jiqun.actions import batches, quarantine, upload_work
from jiqun.actions.imports import ImportReport, Order, run_import
from jiqun.actions.retries import waiting_items

MAPPING: dict[str, object] = {
    "columns": {"region": "地区"},
    "facts": [
        {"column": "税收（万元）", "indicator": "tax", "unit": "万元", "period": "2024-01", "scope": "地区行"}
    ],
    "rows": {"without_code": "region"},
}


def imported(house: House, *rows: tuple[str, ...], head: str = "地区,税收（万元）") -> ImportReport:
    path = house.desk.uploads / f"regions-{len(list(house.desk.uploads.iterdir()))}.csv"
    path.write_text("\n".join((head, *(",".join(row) for row in rows))), "utf-8")
    named = {"columns": {"region": "代码", "name": "地区"}} if head.startswith("代码") else {}
    order = Order("enterprises", path, "county_sheet", mapping=MAPPING | named)
    return run_import(house.desk, order, by=SYSTEM, at=house.desk.now())


def told(house: House, batch: str | None) -> dict[str, str]:
    rows = house.client("provincial_officer").get(f"/api/facts?batch={batch}").json()["rows"]
    return {row["subject"]["key"]: row["value"] for row in rows}


def test_an_office_enters_its_own_county_and_the_others_wait(house: House) -> None:
    client = house.client("county_officer")
    book = openpyxl.Workbook()
    for row in (("地区", "税收（万元）"), ("新昌县", 235), ("嵊州市", 400), ("合计", 640)):
        book.active.append(row)
    book.active.title = "2023年"
    kept = io.BytesIO()
    book.save(kept)
    file = SimpleUploadedFile("分县.xlsx", kept.getvalue())
    form = {"kind": "enterprises", "source": f"sheet_{XINCHANG}", "file": file}
    upload = client.post("/imports/receive/", form)["Location"].strip("/").rpartition("/")[2]
    shown = client.get(f"/api/imports/{upload}").json()["form"]
    assert shown["without_code"] == "region"
    page = client.get(f"/imports/{upload}/").content.decode()
    assert 'value="region" checked' in page
    answer = client.post(f"/imports/{upload}/check/", posted(shown))
    assert answer.status_code == 302, answer.content.decode()
    upload_work.work(house.desk, upload)
    client.post(f"/api/imports/{upload}/confirm")
    upload_work.work(house.desk, upload)
    done = client.get(f"/api/imports/{upload}").json()
    assert [(one["code"], one["row"]) for one in done["errors"]] == [("auth.outside_scope", 3)]
    assert [(one["stated"], one["difference"]) for one in done["totals"]] == [("640", "5")]
    assert told(house, done["batches"][0]) == {f"region:{XINCHANG}": "235"}


def posted(form: dict[str, Any]) -> dict[str, str]:
    """The form of the page as it is proposed, sent by a person who changes nothing."""
    fields = {f"field-{one['name']}": one["column"] for one in form["fields"]}
    parts = ("indicator", "unit", "period", "scope", "reads")
    figures = {f"quantity-{one['place']}-{part}": one[part] for one in form["quantities"] for part in parts}
    return {"table": "0", "rows-without_code": form["without_code"], **fields, **figures}


@pytest.mark.parametrize(
    ("rows", "head", "held"),
    [
        ((("越城区", "1"), ("滨海新区", "2"), ("", "3")), "", {3: "gate.unknown_region", 4: "gate.name_missing"}),
        ((("江干区", "1"), ("330602", "2")), "", {2: "gate.unknown_region"}),
        ((("绍兴县", "1"), ("柯桥区", "2")), "", {2: "gate.conflicting_row", 3: "gate.conflicting_row"}),
        ((("越城区", "1"), ("越城区", "1")), "", {}),
        ((("330602", "越城区", "1"), ("330102", "越城区", "2")), "code", {3: "gate.unknown_region"}),
        ((("330102", "江干区", "1"), ("", "新昌县", "x")), "code", {3: "gate.bad_number"}),
    ],
)  # fmt: skip
def test_what_is_not_certain_waits_with_a_sentence(
    house: House, rows: tuple[tuple[str, ...], ...], head: str, held: dict[int, str]
) -> None:
    report = imported(house, *rows, head="代码,地区,税收（万元）" if head else "地区,税收（万元）")
    assert {fault.row: fault.code for fault in report.errors} == held
    assert len(told(house, report.batch_id)) == len(rows) - len(held) - len(report.flags)
    messages = house.desk.messages
    assert all(messages.sentence(fault, lang) for fault in report.errors for lang in ("zh", "en"))


def test_a_repaired_place_comes_in_and_the_batch_is_undone_whole(house: House) -> None:
    report = imported(house, ("诸暨市", "7"), ("滨海新区", "9"))
    (item,) = waiting_items(report.batch_id or "")
    done = quarantine.resubmit(house.desk, item.id, {"地区": "上虞区"}, by=SYSTEM, at=house.desk.now())
    assert told(house, done.batch_id) == {"region:330604": "9"}
    batches.undo(house.desk, report.batch_id or "", by=SYSTEM, at=house.desk.now())
    assert told(house, report.batch_id) == {}
    assert told(house, done.batch_id) == {"region:330604": "9"}


def test_the_same_table_again_changes_nothing(house: House) -> None:
    again = (("嵊州市", "11"), ("新昌县", "12"))
    assert imported(house, *again).unchanged == 0
    assert imported(house, *again).unchanged == 2
