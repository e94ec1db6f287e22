"""Quarantine: a held row is repaired in place and resubmitted through the gate, or dismissed with a reason."""

from django.test import Client
from web_house import REVENUE, SHEET_HEADER, SHENGZHOU, XINCHANG, House


def held(house: House, county: str = XINCHANG) -> tuple[Client, int, str]:
    """A row that has just been held back: its county's browser, its id, its batch."""
    role = "county_officer" if county == XINCHANG else "other_county"
    rows = [("", "12345", "不详", "一千")]
    report = house.load(SHEET_HEADER, rows, f"sheet_{county}", house.actor(role), mapping=REVENUE)
    batch = report.batch_id
    client = house.client(role)
    (row,) = client.get(f"/api/quarantine?batch={batch}").json()["rows"]
    return client, row["id"], batch or ""


def test_a_held_row_shows_every_fault_beside_its_cell(house: House) -> None:
    client, row, _ = held(house)
    cells = {cell["name"]: cell for cell in client.get(f"/api/quarantine/{row}").json()["cells"]}
    assert cells["企业名称"]["faults"]
    assert cells["统一社会信用代码"]["value"] == "12345"
    page = client.get(f"/quarantine/{row}/").content.decode()
    assert 'aria-invalid="true"' in page


def test_repaired_and_resubmitted(house: House) -> None:
    client, row, batch = held(house)
    repaired = {
        "企业名称": "新昌县修复有限公司",
        "统一社会信用代码": "",
        "地址": "浙江省绍兴市新昌县人民路8号",
        "营业收入（万元）": "1000",
    }
    response = client.post(
        f"/quarantine/{row}/resubmit/", {f"cell-{name}": value for name, value in repaired.items()}
    )
    assert response.status_code == 302
    item = client.get(f"/api/quarantine/{row}").json()["row"]
    assert item["state"] == "resubmitted"
    assert item["resolved_batch"] != batch
    facts = client.get(f"/api/facts?batch={item['resolved_batch']}").json()["rows"]
    assert [(fact["value"], fact["unit"], fact["period"]) for fact in facts] == [("1000", "万元", "2024")]
    (line,) = house.client("auditor").get(f"/api/audit?target=quarantine:{row}").json()["rows"]
    assert line["action"] == "quarantine.resubmit"
    assert line["detail"]["changed"]["企业名称"] == ["", "新昌县修复有限公司"]


def test_what_is_still_wrong_is_said_and_nothing_is_written(house: House) -> None:
    client, row, _ = held(house)
    response = client.post(f"/quarantine/{row}/resubmit/", {"cell-企业名称": "新昌县半修复有限公司"})
    shown = response.content.decode()
    assert response.status_code == 422
    assert "新昌县半修复有限公司" in shown
    assert client.get(f"/api/quarantine/{row}").json()["row"]["state"] == "waiting"
    assert client.get("/api/subjects?q=新昌县半修复").json()["rows"] == []


def test_dismissed_with_a_reason_and_only_with_one(house: House) -> None:
    client, row, _ = held(house)
    assert client.post(f"/quarantine/{row}/dismiss/", {"reason": "  "}).status_code == 400
    assert client.post(f"/quarantine/{row}/dismiss/", {"reason": "表尾说明，不是企业"}).status_code == 302
    assert client.get(f"/api/quarantine/{row}").json()["row"]["state"] == "dismissed"
    assert client.post(f"/quarantine/{row}/dismiss/", {"reason": "再来"}).status_code == 409
    (line,) = house.client("auditor").get(f"/api/audit?target=quarantine:{row}").json()["rows"]
    assert line["detail"]["reason"] == "表尾说明，不是企业"


def test_another_countys_row_is_refused_everywhere(house: House) -> None:
    _, row, batch = held(house, SHENGZHOU)
    client = house.client("county_officer")
    assert client.get(f"/quarantine/{row}/").status_code == 403
    assert client.get(f"/api/quarantine/{row}").status_code == 403
    assert client.get(f"/api/quarantine?batch={batch}").status_code == 403
    assert client.post(f"/quarantine/{row}/resubmit/", {"cell-企业名称": "x"}).status_code == 403
    assert client.post(f"/quarantine/{row}/dismiss/", {"reason": "x"}).status_code == 403
    assert str(row) not in [str(item["id"]) for item in client.get("/api/quarantine").json()["rows"]]
