"""The import wizard: hand in, map, check, confirm; every error at once; work survives a restart."""

import io
import re
from datetime import datetime, timedelta
from types import SimpleNamespace

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from web_house import SHEET_HEADER, XINCHANG, House, as_csv

from jiqun.actions import background, upload_work
from jiqun.actions.upload_files import UploadFiles
from jiqun.actions.work_folders import Progress

ROWS = [(f"新昌县向导{n}号有限公司", "", f"浙江省绍兴市新昌县人民路{n}号", str(n)) for n in (1, 2)]
BAD = ("", "12345", "不详", "3")


def hand_in(client: Client, body: bytes, name: str = "名单.csv", **more: str) -> str:
    """Hand in a file on the page; gives the id of the upload."""
    form = {
        "kind": "enterprises",
        "source": f"sheet_{XINCHANG}",
        "file": SimpleUploadedFile(name, body),
        **more,
    }
    response = client.post("/imports/receive/", form)
    assert response.status_code == 302, response.content.decode()
    return response["Location"].strip("/").rpartition("/")[2]


def settled(client: Client, upload: str, house: House, **more: str) -> dict:
    """Check with the mapping proposed and let the worker do it; gives the twin."""
    form = {
        "field-name": SHEET_HEADER[0],
        "field-uscc": SHEET_HEADER[1],
        "field-address": SHEET_HEADER[2],
        **more,
    }
    assert client.post(f"/imports/{upload}/check/", form).status_code == 302
    upload_work.work(house.desk, upload)
    return client.get(f"/api/pages/imports/{upload}/").json()


def test_from_file_to_batch(house: House) -> None:
    client = house.client("county_officer")
    upload = hand_in(client, as_csv(SHEET_HEADER, [*ROWS, BAD]))
    page = client.get(f"/imports/{upload}/").content.decode()
    assert "新昌县向导1号有限公司" in page
    assert f'<option value="{SHEET_HEADER[0]}" selected>' in page

    quantity = {"quantity-3-indicator": "revenue", "quantity-3-unit": "万元", "quantity-3-period": "2024"}
    checked = settled(client, upload, house, **quantity)
    assert checked["upload"]["state"] == "checked"
    report = checked["upload"]["report"]
    assert (report["rows"], report["created"], report["quarantined"], report["batch_id"]) == (3, 2, 1, None)
    assert {error["code"] for error in checked["errors"]} >= {"gate.name_missing", "gate.malformed_uscc"}
    assert all(error["row"] == 4 and error["message"] for error in checked["errors"])
    assert client.get(f"/imports/{upload}/").content.decode().count("gate.") >= 2

    assert client.post(f"/imports/{upload}/confirm/").status_code == 302
    upload_work.work(house.desk, upload)
    done = client.get(f"/api/pages/imports/{upload}/").json()["upload"]
    assert done["state"] == "done"
    batch = client.get(f"/api/batches/{done['report']['batch_id']}").json()["batch"]
    assert batch["counts"]["created"] == 2
    assert batch["waiting"] == 1
    assert client.get(f"/api/facts?batch={batch['id']}").json()["total"] == 2


def test_all_errors_can_be_taken_away_as_a_file(house: House) -> None:
    client = house.client("county_officer")
    upload = hand_in(client, as_csv(SHEET_HEADER, [*ROWS, BAD]))
    assert client.get(f"/imports/{upload}/errors.csv").status_code == 404
    settled(client, upload, house)
    body = b"".join(client.get(f"/imports/{upload}/errors.csv").streaming_content).decode("utf-8-sig")
    assert "gate.malformed_uscc" in body
    assert body.startswith("file,row,column,code,seen,allowed")


def test_progress_is_polled_while_the_work_runs_and_no_longer(house: House) -> None:
    client = house.client("county_officer")
    upload = hand_in(client, as_csv(SHEET_HEADER, ROWS))
    client.post(f"/imports/{upload}/check/", {"field-name": SHEET_HEADER[0]})
    UploadFiles(house.desk.uploads).tell(upload, Progress("核验 judging", 1, 2))
    polled = client.get(f"/imports/{upload}/", headers={"hx-request": "true"}).content.decode()
    assert 'hx-trigger="every 1s"' in polled
    assert 'value="50"' in polled
    assert "<html" not in polled
    upload_work.work(house.desk, upload)
    assert (
        "hx-trigger" not in client.get(f"/imports/{upload}/", headers={"hx-request": "true"}).content.decode()
    )


def test_the_work_is_taken_up_again_after_a_kill(house: House) -> None:
    client = house.client("county_officer")
    upload = hand_in(client, as_csv(SHEET_HEADER, ROWS))
    settled(client, upload, house)
    client.post(f"/imports/{upload}/confirm/")
    assert upload_work.BEHIND.leftover(house.desk) == [upload]  # a process that starts anew finds it
    upload_work.work(house.desk, upload)
    upload_work.work(house.desk, upload)  # and the task itself, late, does nothing twice
    assert upload_work.BEHIND.leftover(house.desk) == []
    assert client.get(f"/api/pages/imports/{upload}/").json()["upload"]["report"]["created"] == 2


def test_who_asks_looks_after_work_nobody_took_up(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []
    monkeypatch.setattr(background, "PATIENCE", timedelta(0))
    monkeypatch.setattr(background.Background, "_work_here", lambda self, desk, id: started.append(id))
    client = house.client("county_officer")
    upload = hand_in(client, as_csv(SHEET_HEADER, ROWS))
    client.post(f"/imports/{upload}/check/", {"field-name": SHEET_HEADER[0]})
    client.get(f"/imports/{upload}/")
    assert started == [upload]


def test_a_mapping_without_a_needed_column_says_so(house: House) -> None:
    client = house.client("county_officer")
    upload = hand_in(client, as_csv(("单位编号", "地点"), [("1", "新昌县")]))
    response = client.post(f"/imports/{upload}/check/", {"field-name": "", "field-address": "地点"})
    assert response.status_code == 400
    assert "缺少必需的列" in response.content.decode()


def test_another_persons_file_does_not_exist_for_you(house: House) -> None:
    upload = hand_in(house.client("county_officer"), as_csv(SHEET_HEADER, ROWS))
    for role in ("other_county", "administrator"):
        assert house.client(role).get(f"/imports/{upload}/").status_code == 404
        assert house.client(role).post(f"/imports/{upload}/confirm/").status_code == 404
    assert house.client("analyst").get(f"/imports/{upload}/").status_code == 403


def test_rows_of_another_county_wait_in_quarantine(house: House) -> None:
    client = house.client("county_officer")
    foreign = ("嵊州市外县企业有限公司", "", "浙江省绍兴市嵊州市人民路1号", "1")
    upload = hand_in(client, as_csv(SHEET_HEADER, [ROWS[0], foreign]))
    report = settled(client, upload, house)["upload"]["report"]
    assert (report["created"], report["quarantined"]) == (1, 1)


def test_confirming_before_checking_is_refused(house: House) -> None:
    client = house.client("county_officer")
    upload = hand_in(client, as_csv(SHEET_HEADER, ROWS))
    assert client.post(f"/imports/{upload}/confirm/").status_code == 409


def test_thrown_away_is_gone(house: House) -> None:
    client = house.client("county_officer")
    upload = hand_in(client, as_csv(SHEET_HEADER, ROWS))
    assert client.post(f"/imports/{upload}/throw-away/").status_code == 302
    assert client.get(f"/imports/{upload}/").status_code == 404
    assert not UploadFiles(house.desk.uploads).folder(upload).exists()


def test_a_new_sheet_of_the_office_becomes_a_source(house: House) -> None:
    client = house.client("county_officer")
    upload = hand_in(client, as_csv(SHEET_HEADER, ROWS), source="", source_title="新昌县规上企业 6 月")
    twin = client.get(f"/api/pages/imports/{upload}/").json()
    assert twin["source_label"] == "新昌县规上企业 6 月"


def test_every_step_is_on_the_trail(house: House) -> None:
    client = house.client("county_officer")
    upload = hand_in(client, as_csv(SHEET_HEADER, ROWS))
    settled(client, upload, house)
    client.post(f"/imports/{upload}/confirm/")
    upload_work.work(house.desk, upload)
    lines = house.client("auditor").get(f"/api/audit?target=upload:{upload}").json()["rows"]
    assert [line["action"] for line in lines] == [
        "upload.import",
        "upload.check",
        "upload.map",
        "upload.receive",
    ]


def test_the_same_list_again_changes_nothing(house: House) -> None:
    client, header = house.client("county_officer"), SHEET_HEADER[:3]
    reports = []
    for _ in range(2):
        upload = hand_in(client, as_csv(header, [row[:3] for row in ROWS]))
        settled(client, upload, house)
        client.post(f"/imports/{upload}/confirm/")
        upload_work.work(house.desk, upload)
        report = client.get(f"/api/pages/imports/{upload}/").json()["upload"]["report"]
        reports.append((report["created"], report["updated"], report["unchanged"]))
    assert reports == [(2, 0, 0), (0, 0, 2)]


def test_ids_sort_by_time_and_cannot_be_guessed(house: House) -> None:
    store = UploadFiles(house.desk.uploads)
    first, second = (store.new_id(datetime(2026, 1, day)) for day in (1, 2))
    assert first < second
    assert re.fullmatch(r"u20260101000000[0-9a-f]{12}", first)
    assert store.new_id(datetime(2026, 1, 1)) != first


def test_nobody_speaks_in_anothers_name(house: House) -> None:
    client = house.client("county_officer")
    form = {
        "kind": "enterprises",
        "source": "register",
        "file": SimpleUploadedFile("a.csv", as_csv(SHEET_HEADER, ROWS)),
    }
    assert client.post("/imports/receive/", form).status_code == 403
    assert "企业登记名册" not in client.get("/imports/").content.decode()
    assert "企业登记名册" in house.client("provincial_officer").get("/imports/").content.decode()


def test_a_fact_that_names_another_source_waits_whole_in_quarantine(house: House) -> None:
    client = house.client("county_officer")
    header = ("subject", "indicator", "period", "value", "unit", "source", "note")
    rows = [
        (f"region:{XINCHANG}", "revenue", "2024", "12", "亿元", "", "本县"),
        (f"region:{XINCHANG}", "revenue", "2023", "11", "亿元", "register", "冒名"),
        ("region:330683", "revenue", "2024", "10", "亿元", "", "外县"),
    ]
    upload = hand_in(client, as_csv(header, rows), name="facts.csv", kind="facts")
    assert (
        client.post(f"/imports/{upload}/check/", {f"field-{name}": name for name in header}).status_code
        == 302
    )
    upload_work.work(house.desk, upload)
    client.post(f"/imports/{upload}/confirm/")
    upload_work.work(house.desk, upload)
    report = client.get(f"/api/pages/imports/{upload}/").json()["upload"]["report"]
    assert (report["accepted"], report["quarantined"]) == (1, 2)
    held = client.get(f"/api/quarantine?batch={report['batch_id']}").json()["rows"]
    assert [row["reasons"][0]["code"] for row in held] == ["auth.other_source", "auth.outside_scope"]
    cells = {
        cell["name"]: cell["value"] for cell in client.get(f"/api/quarantine/{held[1]['id']}").json()["cells"]
    }
    assert (cells["value"], cells["note"]) == ("10", "外县")


def test_a_form_is_remembered(house: House) -> None:
    client, header = house.client("county_officer"), ("甲", "乙", "丙")
    first = hand_in(client, as_csv(header, [("新昌县记得有限公司", "新昌县人民路1号", "5")]))
    form = {"field-name": "甲", "field-address": "乙", "quantity-2-indicator": "revenue", "quantity-2-unit": "万元",
            "quantity-2-period": "2024"}  # fmt: skip
    assert client.post(f"/imports/{first}/check/", form).status_code == 302
    second = client.get(f"/imports/{hand_in(client, as_csv(header, [('又', '又', '6')]))}/").content.decode()
    assert '<option value="甲" selected>' in second
    assert 'value="revenue"' in second


def test_what_a_killed_worker_left_is_queued_when_one_starts(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued: list[str] = []
    client = house.client("county_officer")
    upload = hand_in(client, as_csv(SHEET_HEADER, ROWS))
    client.post(f"/imports/{upload}/check/", {"field-name": SHEET_HEADER[0]})
    monkeypatch.setattr(upload_work, "work_on_upload", SimpleNamespace(enqueue=queued.append))
    assert upload_work.take_up_leftover(house.desk) >= 1
    assert upload in queued


@pytest.mark.parametrize(
    ("part", "text", "said"),
    [("indicator", "no_such", "指标"), ("unit", "斗", "单位"), ("period", "去年", "时期")],
)
def test_a_quantity_nobody_knows_is_refused_before_any_row(
    house: House, part: str, text: str, said: str
) -> None:
    client = house.client("county_officer")
    upload = hand_in(client, as_csv(SHEET_HEADER, ROWS))
    told = {"indicator": "revenue", "unit": "万元", "period": "2024"} | {part: text}
    form = {"field-name": SHEET_HEADER[0], **{f"quantity-3-{name}": value for name, value in told.items()}}
    response = client.post(f"/imports/{upload}/check/", form)
    assert response.status_code in (400, 404)
    assert said in response.content.decode()
    assert client.get(f"/api/pages/imports/{upload}/").json()["upload"]["state"] == "received"


def test_a_workbook_with_its_first_visible_table(house: House) -> None:
    book = openpyxl.Workbook()
    book.active.title = "说明"
    book.active.sheet_state = "hidden"
    page = book.create_sheet("名单")
    for row in (SHEET_HEADER, ("新昌县工作簿有限公司", "", "浙江省绍兴市新昌县人民路6号", 12.5)):
        page.append(row)
    kept = io.BytesIO()
    book.save(kept)
    client = house.client("county_officer")
    upload = hand_in(client, kept.getvalue(), name="名单.xlsx")
    shown = client.get(f"/api/pages/imports/{upload}/").json()["upload"]
    assert (shown["sheet"], shown["columns"], shown["sample"][0][3]) == ("名单", list(SHEET_HEADER), "12.5")
    checked = settled(client, upload, house)
    assert checked["upload"]["report"]["created"] == 1
