"""Recognition on the pages and over the interface: from the form to the title, an objection answered, notices read."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import title_packs
from django.core.files.uploadedfile import SimpleUploadedFile
from web_house import SHENGZHOU, XINCHANG, House, as_csv, firms, key_of

from jiqun.actions.desk import ZONE, Desk

JSON = "application/json"
START = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE)
ORDER = {"pack": "draft/revenue", "region": XINCHANG, "on": "2025-06-01", "kind": "new"}


@pytest.fixture
def clock(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """The packs of the test, and a clock that is set to so many days after the start."""
    title_packs.use(monkeypatch, tmp_path)

    def set_to(days: int) -> None:
        monkeypatch.setattr(Desk, "now", lambda self: START + timedelta(days=days))

    set_to(0)
    return set_to


def test_from_the_form_to_the_title(house: House, clock: Callable[[int], None]) -> None:
    office, firm, reader = house.client("county_officer"), house.client("enterprise"), house.client("analyst")
    page = office.get("/recognitions/").content.decode()
    assert 'value="draft/revenue"' in page and 'value="330624"' in page and 'value="330683"' not in page
    address = office.post("/recognitions/start/", ORDER)["Location"]
    told = office.get(f"/api/pages{address}").json()
    assert told["line"]["verdicts"] == {"met": 2, "unmet": 1} and told["moves"] == ["publish", "withdraw"]
    assert [(key, n) for key, _, n in told["by_state"]] == [("candidate", 2)] and told["state"] == ""
    html = office.get(address).content.decode()
    assert 'href="?state=candidate#candidates"' in html and 'href="?#candidates">2</a>' in html
    assert office.get(f"/api/pages{address}?state=candidate").json()["total"] == 2
    assert office.get(f"/api/pages{address}?state=granted").json()["total"] == 0
    assert reader.get(address).status_code == 403
    assert reader.get("/api/recognitions").json()["total"] == 0

    assert office.post(f"{address}publish/", {"days": ""}).status_code == 302
    public = reader.get(f"{address}publicity/").content.decode()
    assert "2026-11-30" in public and firms(XINCHANG)[1][0] in public and 'class="num"' in public
    one = next(c for c in told["candidates"] if c["subject"]["key"] == key_of(XINCHANG, 1))
    seen = {who: house.client(who).get(f"/api/recognitions/candidates/{one['id']}").json()["ruling"]
            for who in ("county_officer", "provincial_officer", "analyst", "enterprise")}  # fmt: skip
    assert seen["analyst"] is None and seen["enterprise"] is None
    assert seen["county_officer"]["clauses"][0]["seen"]["zh"].startswith("1,001")
    assert "1,001" in office.get(f"/recognitions/candidates/{one['id']}/").content.decode()

    clock(1)
    body = {"text": "营业收入不实", "files": SimpleUploadedFile("a.pdf", b"%PDF-1.7 made up")}
    rival = f"/recognitions/candidates/{one['id']}/"
    assert 'id="object"' in firm.get(rival).content.decode()
    objection = firm.post(f"{rival}object/", body)["Location"]
    assert "公示" in firm.get(rival).content.decode()
    assert firm.get(objection).status_code == 200 and reader.get(objection).status_code == 403
    assert firm.get("/api/objections").json()["rows"][0]["candidate"] == one["id"]
    theirs = office.get(objection).content.decode()
    assert 'value="refuse"' in theirs and "不予认定" in theirs
    early = office.post(f"{address}decide/", follow=True).content.decode()
    assert "公示期未满" in early

    clock(8)
    assert "待异议办结 1 家" in office.post(f"{address}decide/", follow=True).content.decode()
    office.post(f"{objection}move/", {"move": "refuse", "text": "已核实"})
    office.post(f"{address}decide/")
    done = office.get(f"/api/pages{address}").json()
    assert done["line"]["state"] == "decided" and done["line"]["tally"] == {"granted": 2}
    rows = reader.get("/api/titles").json()["rows"]
    assert [row["valid_until"] for row in rows] == ["2029-11-30"] * 2
    title = f"/titles/{rows[0]['id']}/"
    assert "2029-11-30" in reader.get("/titles/").content.decode()
    assert 'id="take-back"' in office.get(title).content.decode()
    assert 'id="take-back"' not in reader.get(title).content.decode()
    profile = office.get(f"/subjects/{rows[0]['subject']['key']}/").content.decode()
    assert f'href="{title}"' in profile

    office.post(f"{title}take-back/", {"text": "弄虚作假"})
    assert reader.get(f"/api{title[:-1]}").json()["taken_back_why"] == "弄虚作假"
    assert reader.get("/api/titles?standing=taken_back").json()["total"] == 1
    actions = {row["action"] for row in house.client("auditor").get("/api/audit").json()["rows"]}
    assert {
        "recognition.start",
        "recognition.publish",
        "recognition.decide",
        "title.grant",
        "title.take_back",
    } <= actions


def test_nobody_is_a_candidate_by_what_another_office_knows(
    house: House, clock: Callable[[int], None]
) -> None:
    """The sheet of 嵊州 is private: its own office finds candidates with it; the rest is told how many got which verdict."""
    refused = house.client("county_officer").post(
        "/api/recognitions", {**ORDER, "region": SHENGZHOU}, content_type=JSON
    )
    assert refused.status_code == 403
    found = house.client("other_county").post(
        "/api/recognitions", {**ORDER, "region": SHENGZHOU}, content_type=JSON
    )
    assert found.json()["line"]["tally"] == {"candidate": 2}
    nobody = {**ORDER, "on": "2026-06-01"}
    answer = house.client("county_officer").post("/api/recognitions", nobody, content_type=JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "recognition.nobody")
    page = house.client("county_officer").post("/recognitions/start/", nobody, follow=True).content.decode()
    assert "没有企业全部条款都符合" in page and "unknown 3" in page


def test_a_list_is_entered_and_the_enterprise_reads_its_notice(
    house: House, clock: Callable[[int], None]
) -> None:
    office, firm = house.client("county_officer"), house.client("enterprise")
    name = firms(XINCHANG)[0][0]
    header = ("企业名称", "称号", "认定日期", "有效期止", "文号")
    bad = as_csv(header, [(name, "高新技术企业", "2023-12-01", "2023-01-01", "")])
    told = office.post(
        "/titles/register/", {"file": SimpleUploadedFile("t.csv", bad)}, follow=True
    ).content.decode()
    assert "有效期止早于认定日期" in told
    good = as_csv(header, [(name, "高新技术企业", "2023-12-01", "2026-12-15", "国科火字〔2023〕1号")])
    assert office.post("/api/titles/list", {"file": SimpleUploadedFile("t.csv", good)}).json()["entered"] == 1
    assert office.get("/api/titles?standing=expiring&days=30").json()["total"] == 1
    assert office.post("/api/titles/remind").json() == {"reminders": 2}
    home = firm.get("/").content.decode()
    assert "称号即将到期" in home and "2026-12-15" in home
    assert "称号即将到期" not in office.get("/").content.decode()
    firm.post("/titles/seen/")
    assert "称号即将到期" not in firm.get("/").content.decode()


def test_no_such_thing(house: House) -> None:
    client = house.client("county_officer")
    for address in ("/recognitions/r1/", "/recognitions/candidates/9/", "/titles/9/"):
        assert client.get(address).status_code == 404
        assert client.get(f"/api{address[:-1]}").status_code == 404
