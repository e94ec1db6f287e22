"""`jiqun packs`: list, check, show and diff, their exit codes, and a template for firms."""

import json
import re
from pathlib import Path

import pytest
from rules_house import BROKEN, HEAD, PACKS, VERSION, clause, written

from jiqun.cli.main import main
from jiqun.core.messages import Messages


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["packs", *words])
    out, err = capsys.readouterr()
    return code, out, err


def test_every_pack_is_checked_with_its_cases(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "check", "--json")
    told = {one["key"]: one for one in json.loads(out)["packs"]}
    assert (
        code == 0 and told["zhejiang/per_mu"]["cases"] >= 4 and told["national/little_giant"]["versions"] == 2
    )


def test_the_list_tells_dates_and_confidence(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "list", "--json")
    rows = [one for one in json.loads(out)["packs"] if one["key"] == "national/little_giant"]
    assert code == 0 and [(one["version"], one["from"], one["to"]) for one in rows] == [
        ("2026", "2026-04-01", ""), ("2022", "2022-08-01", "2026-04-01"),
    ]  # fmt: skip
    assert rows[0]["confidence"] == "A" and rows[0]["document"] == "工信部企业〔2026〕2号"


def test_a_pack_is_shown_as_of_a_day_and_for_a_kind(capsys: pytest.CaptureFixture[str]) -> None:
    _, new, _ = run(capsys, "show", "national/little_giant", "--on", "2026-06-01", "--json")
    _, again, _ = run(capsys, "show", "national/little_giant", "--on", "2026-06-01", "--kind", "re_review")
    (version,) = json.loads(new)["versions"]
    needed = {one["id"]: one["needed"] for one in version["clauses"]}
    assert version["key"] == "2026" and needed["revenue"] == "operating_revenue_wan ≥ 5000 万元"
    assert "2022 年标准" in again and "2026 年标准" not in again and "平台" in again


def test_the_difference_of_two_days(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(
        capsys, "diff", "national/little_giant", "--from", "2025-06-01", "--to", "2026-06-01", "--json"
    )
    told = {one["what"]: one for one in json.loads(out)["differences"]}
    assert "≤ 70 %" in told["debt_ratio"]["before"] and "≤ 75 %" in told["debt_ratio"]["after"]
    assert told["brand"]["after"] == "" and told["title"]["before"] == ""
    _, out, _ = run(capsys, "diff", "zhejiang/per_mu", "--from", "2022-06-01", "--to", "2023-06-01")
    assert "331003 规上 base_tax_per_mu" in out and "24.097" in out


def test_a_draft_with_a_mistake_is_refused_with_its_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = written(tmp_path / "draft", HEAD + VERSION + clause('kind = "flag"\nfield = "own_brend"'))
    code, out, err = run(capsys, "check", str(folder))
    assert code == 12 and not out and "own_brend" in err and "第 16 行" in err and "own_brand" in err
    code, out, _ = run(capsys, "check", str(folder), "--json")
    told = json.loads(out)
    assert code == 12 and told["code"] == "rule.refused" and told["errors"][0]["row"] == 16


def test_every_draft_of_a_folder_is_checked(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for name, body in (("a", 'kind = "flag"\nfield = "own_brend"'), ("b", 'kind = "flag"\nfield = "listad"')):
        written(tmp_path / "drafts" / name, HEAD + VERSION + clause(body))
    code, _, err = run(capsys, "check", str(tmp_path / "drafts"))
    assert code == 12 and "own_brend" in err and "listad" in err


@pytest.mark.parametrize("wrong", BROKEN)
def test_each_mistake_of_a_draft_has_its_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, wrong: str
) -> None:
    code, _, err = run(capsys, "check", str(written(tmp_path / "draft", BROKEN[wrong])))
    said = Messages.load(PACKS / "errors.toml").what(wrong, "zh", {})
    lines = [line for line in err.splitlines() if said in line]
    assert code == 12 and lines, err
    assert "rule.toml" in lines[0] and re.search(r"第 \d+ 行", lines[0])


@pytest.mark.parametrize(
    ("words", "seen"),
    [
        (("show", "national/nothing"), "national/nothing"),
        (("check", "national/nothing"), "national/nothing"),
        (("show", "national/little_giant", "--on", "2020-01-01"), "2020-01-01"),
        (("show", "national/little_giant", "--on", "1.6.2026"), "1.6.2026"),
    ],
)
def test_what_is_not_there_is_said(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], seen: str
) -> None:
    code, _, err = run(capsys, *words)
    assert code == 10 and seen in err
