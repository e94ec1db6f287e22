"""`jiqun factory report|month|send`: a shift's report as JSON and PDF, a month's figures, sending where consented."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from action_world import World
from pypdf import PdfReader
from shift_house import EVENING, OWNER, early_shift, put, works

from jiqun.actions import briefs, months
from jiqun.actions import desk as desks
from jiqun.cli import django
from jiqun.cli.main import main
from jiqun.ledger import month_records

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A works of which three shifts were read, as the command line meets it."""
    works(world)
    put(world, [row for n in range(3) for row in early_shift(date(2026, 10, 14) + timedelta(days=n))])
    monkeypatch.setattr(django, "setup", lambda: world.desk.home)
    monkeypatch.setattr(desks, "desk", lambda: world.desk)
    monkeypatch.setattr(world.desk.__class__, "now", lambda self: EVENING)
    return world


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = main(["factory", *(str(word) for word in words)])
    return code, *capsys.readouterr()


def test_a_report(made: World, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, _ = run(capsys, "report", "--site", "spring", "--shift", "2026-10-14 早班", "--json")
    report = json.loads(out)["report"]
    assert code == 0
    assert [one["text"] for one in report["groups"][0]["kpis"]] == ["81.8 %", "100.0 %", "90.0 %", "73.6 %"]
    code, out, _ = run(capsys, "report", "--site", "spring", "--shift", "2026-10-14 早班")
    assert code == 0
    assert "卷簧机" in out
    assert "有效产出" in out
    if briefs._chinese_font("") is None:
        pytest.skip("no Chinese font on this machine")
    path = tmp_path / "report.pdf"
    words = ("report", "--site", "spring", "--shift", "2026-10-14 早班", "--pdf", path)
    assert run(capsys, *words)[0] == 0
    assert "73.6 %" in PdfReader(path).pages[0].extract_text()
    code, _, err = run(capsys, *words)
    assert code != 0
    assert "--force" in err
    assert run(capsys, *words[:-1], tmp_path / "no" / "where.pdf")[0] != 0


@pytest.mark.parametrize(
    "words",
    [
        ("report", "--site", "spring", "--shift", "早班"), ("report", "--site", "spring", "--shift", "2026-10-14 晚班"),
        ("report", "--site", "nowhere", "--shift", "2026-10-14 早班"), ("month", "--site", "spring", "--month", "十月"),
        ("send", "--site", "spring", "--month", "2026-10"), ("send", "--site", "spring", "--month", "2026-11"),
    ],
)  # fmt: skip
def test_what_is_refused(made: World, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    code, out, _ = run(capsys, *words, "--json")
    told = json.loads(out)
    assert code != 0
    assert (told["ok"], bool(told["error"])) == (False, True)


def test_a_month_and_its_sending(made: World, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "month", "--site", "spring", "--month", "2026-10", "--json")
    figures = {one["indicator"]: one["value"] for one in json.loads(out)["month"]["figures"]}
    assert code == 0
    assert (figures["dq_collect_production"], figures["dq_equipment_connected"]) == ("是", "≤ 33.34")
    assert "设备联网率" in run(capsys, "month", "--site", "spring", "--month", "2026-10")[1]
    told = {"purpose": "评测", "by": OWNER, "at": EVENING}
    for name in ("dq_collect_production", "dq_collect_energy"):
        months.give_consent(made.desk, "spring", name, "2026-10", **told)  # type: ignore[arg-type]
    code, out, _ = run(capsys, "send", "--site", "spring", "--month", "2026-10")
    assert code == 0
    assert "dq_collect_energy" in out, "consented to but not known"
    (sent,) = month_records.sent("spring")
    assert sent.indicator == "dq_collect_production"
    assert run(capsys, "send", "--site", "spring", "--month", "2026-10", "--json")[0] != 0, "sent before"
