"""Pages of shifts and months: who sees what, a stop is given its reason, a shift is ended, a month is sent with consent."""

import shutil
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from pypdf import PdfReader
from reading_files import write_readings
from shift_house import DAY, described, early_shift
from web_house import XINCHANG, House, built, key_of

from jiqun.actions import briefs
from jiqun.actions import factories as acts
from jiqun.actions.desk import ZONE
from jiqun.ledger import month_records, shift_ends, stops
from jiqun.ledger.factories import Factory
from jiqun.ledger.permissions import system
from jiqun.ledger.shift_ends import ShiftKey

ONE = f"/factories/spring/shifts/{DAY}/早班/"
MONTHS = "/factories/spring/months/"
MORNING = datetime.combine(DAY, time(), ZONE)
SPAN = MORNING, MORNING + timedelta(days=1)


@pytest.fixture(scope="module")
def module_house(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: pytest.FixtureRequest
) -> Iterator[House]:
    """The house with a works of the first enterprise: three early shifts of October were read."""
    with django_db_blocker.unblock(), built(Path(tmp_path_factory.mktemp("shifts"))) as house:  # type: ignore[attr-defined]
        by, at = system("test"), house.desk.now()
        acts.make(house.desk, Factory("spring", "弹簧厂", key_of(XINCHANG)), by=by, at=at)
        described(house.desk, by=by, at=at)
        rows = [row for n in range(3) for row in early_shift(DAY + timedelta(days=n))]
        write_readings(house.desk.lake, rows)
        shutil.rmtree(house.desk.home / "lake-kept")
        house.keep_lake()
        yield house


@pytest.fixture
def owner(house: House) -> Client:
    return house.client("enterprise")


def test_the_list_and_one_shift(house: House, owner: Client) -> None:
    page = owner.get("/factories/spring/shifts/?last=2026-10-16").content.decode()
    assert f"{DAY} 早班" in page
    shift = owner.get(ONE).content.decode()
    for text in ("73.6 %", "81.8 %", "90.0 %", "故障停机", "卷簧机", "手工台", "原因未知"):
        assert text in shift, text
    told = owner.get(f"/api/pages{ONE}").json()
    assert told["groups"][0]["produced"] == "90"
    assert [one["key"] for one in told["losses"]] == ["pbt", "down", "quality", "productive"]
    assert told["unknown"] == 1
    owner.cookies["django_language"] = "en"
    english = owner.get(ONE).content.decode()
    assert "Where the time went" in english


def test_evidence_of_a_figure(owner: Client) -> None:
    told = owner.get(f"/api/pages{ONE}why/?kind=machine&of=coil").json()
    assert dict(told["times"])["pbt"] == "110.0"
    assert {one["point"]: one["readings"] for one in told["points"]}["coil.running"] == 120
    drawer = owner.get(f"{ONE}why/?kind=machine&of=coil", headers={"hx-request": "true"}).content.decode()
    assert "Σ(PRI × GQ) ÷ PBT" in drawer
    assert "<html" not in drawer
    assert "<html" in owner.get(f"{ONE}why/").content.decode()
    assert owner.get(f"{ONE}why/?kind=machine&of=saw").status_code == 404
    assert owner.get(f"{ONE}why/?kind=nothing").status_code == 404


def test_the_workshop_gives_a_reason_and_ends_the_shift(house: House) -> None:
    worker = house.client("workshop")
    stop = {
        "machine": "coil",
        "from": f"{DAY}T08:30:00+08:00",
        "to": f"{DAY}T08:50:00+08:00",
        "kind": "changeover",
    }
    answer = worker.post(f"{ONE}reason/", stop | {"reason": "换模"}, follow=True).content.decode()
    assert "换模" in answer
    told = worker.get(f"/api/pages{ONE}").json()
    assert [(one["part"], one["reason"], one["said_by"]) for one in told["stops"]] == [
        ("changeover", "换模", told["stops"][0]["said_by"])
    ]
    assert told["unknown"] == 0
    assert [one["key"] for one in told["losses"]][1] == "changeover"
    worker.post(f"{ONE}reason/", stop | {"usual": "等钢丝", "kind": "delay"})
    words = stops.said("spring", *SPAN)
    assert [(one.reason, one.replaced_by is None) for one in words] == [("换模", False), ("等钢丝", True)]
    worker.post(f"{ONE}end/", {"remark": "夜班注意张力"})
    (end,) = shift_ends.ends_of(ShiftKey("spring", DAY, "早班"))
    assert (end.revision, end.remark) == (1, "夜班注意张力")
    worker.post(f"{ONE}reason/", stop | {"reason": "卡料", "kind": "down"})
    later = worker.get(f"/api/pages{ONE}").json()
    assert {one["name"] for one in later["changed"]} == {"down", "delay"}, "both are delay time"
    worker.post(f"{ONE}end/", {})
    assert len(shift_ends.ends_of(ShiftKey("spring", DAY, "早班"))) == 2
    refused = worker.post(f"{ONE}end/", {}, follow=True).content.decode()
    assert "一字不差" in refused
    assert "73.6 %" in worker.get("/factories/spring/shifts/?last=2026-10-16").content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": ""}, {"kind": "gap"}, {"from": "x"}, {"to": f"{DAY}T08:20:00+08:00"}, {"to": "2099-01-01T00:00"},
        {"reason": "长" * 201},
    ],
)  # fmt: skip
def test_what_is_no_reason(owner: Client, wrong: dict[str, str]) -> None:
    stop = {
        "machine": "coil",
        "from": f"{DAY}T08:30:00",
        "to": f"{DAY}T08:50:00",
        "kind": "down",
        "reason": "断料",
    }
    answer = owner.post(f"{ONE}reason/", stop | wrong, follow=True)
    assert answer.status_code == 200
    assert "is-error" in answer.content.decode()
    assert stops.said("spring", *SPAN) == ()


def test_files(owner: Client) -> None:
    workbook = owner.get(f"{ONE}report.xlsx")
    assert workbook.content[:2] == b"PK"
    assert owner.get(f"{ONE}report.txt").status_code == 404
    if briefs._chinese_font("") is None:
        pytest.skip("no Chinese font on this machine")
    pdf = owner.get(f"{ONE}report.pdf")
    assert pdf.status_code == 200, pdf.content.decode()[:300]
    assert pdf.content[:5] == b"%PDF-"
    (page,) = PdfReader(BytesIO(pdf.content)).pages
    text = page.extract_text()
    for word in ("班次报表", "73.6 %", "卷簧机", "有效产出"):
        assert word in text, word


def test_a_month_is_sent_with_consent_and_read_by_the_ladder(house: House, owner: Client) -> None:
    page = owner.get(f"{MONTHS}?month=2026-10").content.decode()
    assert "设备联网率" in page
    assert "只能作上限" in page
    owner.post(f"{MONTHS}register/", {"complete": "1", "month": "2026-10"})
    told = owner.get(f"/api/pages{MONTHS}?month=2026-10").json()
    figures = {one["indicator"]: one for one in told["figures"]}
    assert figures["dq_equipment_connected"]["value"] == "33.33"
    assert not told["can_send"]
    consent = {"from_month": "2026-10", "purpose": "数字化水平评测", "month": "2026-10"}
    owner.post(f"{MONTHS}consent/", consent | {"indicator": "dq_equipment_connected", "move": "give"})
    answer = owner.post(f"{MONTHS}send/", {"month": "2026-10"}, follow=True).content.decode()
    assert "is-error" not in answer
    (sent,) = month_records.sent("spring")
    rows = owner.get(f"/api/facts?batch={sent.batch}").json()["rows"]
    why = f"/why/fact/{rows[0]['id']}/"
    down = f"{MONTHS}2026-10/dq_equipment_connected/"
    assert down in owner.get(why).content.decode()
    officer = house.client("county_officer").get(why).content.decode()
    assert "33.33" in officer
    assert down not in officer
    assert "不在此显示" in officer
    assert house.client("county_officer").get(down).status_code == 403
    assert house.client("analyst").get(why).status_code == 403
    evidence = owner.get(f"/api/pages{down}").json()
    assert [(one["key"], one["connected"]) for one in evidence["machines"]] == [
        ("coil", True), ("press", False), ("bench", False),
    ]  # fmt: skip
    ladder = owner.get(f"/ladders/firms/{key_of(XINCHANG)}/").content.decode()
    assert "本企业读数" in ladder
    owner.post(
        f"{MONTHS}consent/", {"indicator": "dq_equipment_connected", "move": "withdraw", "month": "2026-10"}
    )
    assert "is-error" in owner.post(f"{MONTHS}send/", {"month": "2026-10"}, follow=True).content.decode()
    owner.post(f"{MONTHS}take-back/", {"batch": sent.batch, "month": "2026-10"})
    assert owner.get(f"/api/facts?batch={sent.batch}").json()["rows"] == []


def test_bad_addresses(owner: Client) -> None:
    assert owner.get("/factories/nowhere/shifts/").status_code == 404
    assert owner.get("/factories/spring/shifts/2026-10-14/晚班/").status_code == 404
    assert owner.get("/factories/spring/shifts/x/早班/").status_code == 400
    assert owner.get(f"{MONTHS}?month=x").status_code == 400
    assert owner.get(f"{MONTHS}2026-10/revenue/").status_code == 400
    assert owner.get(f"{MONTHS}2026-10/factory_readings/?day=x").status_code == 400
    assert owner.get("/factories/spring/shifts/?last=x").status_code == 400
