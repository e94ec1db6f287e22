"""`jiqun judge` and `jiqun replay`: the worked figures, the transition, bad cells all at once, nothing in half."""

import csv
import shutil
from pathlib import Path

from cli_house import House

from jiqun import settings

PER_MU = (
    "uscc", "name", "region", "per_mu_tier", "tax_paid_wan", "land_own_mu", "land_leased_in_mu", "land_leased_out_mu",
    "industrial_value_added_wan", "energy_tce", "pollutant_t", "emissions_recorded", "employees", "rd_expense_wan",
    "main_business_revenue_wan", "per_mu_veto",
)  # fmt: skip
# {30, 150, 3.0, 5000, 20, 2.5 %}: 10 mu, 1500 of value added
WORKED = ("F1", "甲厂", "黄岩区", "规上", 300, 10, 0, 0, 1500, 500, "0.3", "是", 75, 125, 5000, "否")
AT_BASE = (
    "F2", "乙厂", "331003", "规上", "240.97", 10, 0, 0, "1361.6", "505.419451", "", "否", "75.060639", 151, 5000, "否",
)  # fmt: skip


def written(
    path: Path, rows: list[tuple[object, ...]], columns: tuple[str, ...], encoding: str = "utf-8"
) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([columns, *rows])
    return path


def answers(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_per_mu(house: House, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    firms = written(tmp_path / "firms.csv", [WORKED, AT_BASE], PER_MU, "gbk")
    words = (
        "judge",
        "zhejiang/per_mu",
        "--region",
        "331003",
        "--on",
        "2023-09-01",
        "--input",
        firms,
        "--out",
        out,
    )
    told = house.json(*words, "--explain")
    assert told["version"] == "2018" and told["firms"] == 2
    first, second = answers(out)
    assert (first["score"], first["verdict"], first["region"]) == ("111.10", "met", "331003")
    assert second["score"] == "100.00"
    clauses = [one for one in answers(tmp_path / "out.clauses.csv") if one["uscc"] == "F1"]
    tax = next(one for one in clauses if one["clause"] == "tax_per_mu")
    assert (tax["value"], tax["points"], tax["needed"]) == ("30", "37.35", "24.097")
    score, gate = (next(one for one in clauses if one["clause"] == key) for key in ("score", "applies"))
    assert score["confidence"] == tax["confidence"] == "C" and score["numbers_from"].endswith("of 2022")
    assert (gate["confidence"], gate["numbers_from"]) == ("A", "")
    before = out.read_bytes()
    assert house.json(*words, code=10)["code"] == "export.file_exists"
    assert out.read_bytes() == before


def test_little_giant_takes_the_version_of_its_kind(house: House, tmp_path: Path) -> None:
    firms = written(
        tmp_path / "firms.csv", [("F1", 5200, 5000, "", 4), ("F2", 4000, 4000, 3000, "")],
        ("uscc", "operating_revenue_wan", "主营业务收入", "operating_revenue_wan@-2", "class1_ip_self_filed_top3"),
    )  # fmt: skip
    words = ("judge", "national/little_giant", "--on", "2026-06-01", "--input", firms)
    new = house.json(*words, "--kind", "new", "--out", tmp_path / "new.csv")
    again = house.json(*words, "--kind", "re_review", "--out", tmp_path / "again.csv")
    assert (new["version"], again["version"]) == ("2026", "2022")
    assert new["verdicts"]["unknown"] == 1 and new["verdicts"]["unmet"] == 1  # type: ignore[index]
    refused = answers(tmp_path / "new.csv")[1]
    assert "operating revenue of last year 1000 万元" in refused["distance"]
    assert "compound growth" not in refused["unmet"] + refused["unknown"]
    assert (
        house.json("judge", "national/none", "--on", "2026-06-01", "--input", firms, code=10)["code"]
        == "rule.no_pack"
    )


def test_bad_cells_are_told_at_once_and_nothing_is_written(house: House, tmp_path: Path) -> None:
    rows: list[tuple[object, ...]] = [
        ("F1", "很多", 5, "2020-01-01", "331003"),
        ("F2", -3, "0.03", "2020-01-01", "331003"),
        ("F3", 0, 5, "2030-01-01", "无此县"),
        ("F4", 12345678901, 5, "2020-01-01", "331003"),
    ]
    columns = ("uscc", "land_own_mu", "segment_share_pct", "established_on", "region")
    firms, out = written(tmp_path / "firms.csv", rows, columns), tmp_path / "out.csv"
    words = ("judge", "national/little_giant", "--on", "2026-06-01", "--input", firms, "--out", out)
    refused = house.json(*words, code=10)
    seen = {(one["row"], one["column"], one["code"]) for one in refused["errors"]}  # type: ignore[index,union-attr]
    assert seen == {
        (2, "land_own_mu", "firm.not_a_number"), (3, "land_own_mu", "firm.negative"),
        (3, "segment_share_pct", "firm.percent_as_fraction"), (4, "established_on", "firm.founded_later"),
        (4, "region", "judge.unknown_region"), (5, "land_own_mu", "judge.too_long"),
    }  # fmt: skip
    assert all(len(one["message"]) > 20 for one in refused["errors"]) and not out.exists()  # type: ignore[union-attr]
    land = ("land_own_mu", "land_leased_in_mu", "land_leased_out_mu")
    written(firms, [("F1", 0, 0, 0, 0)], ("uscc", *land, "main_business_revenue_wan"))
    said = house.run(*words[:6]).out
    assert "Land used is 0 or less" in said and "Revenue is 0: shares have no meaning" in said
    assert (
        house.json("judge", "zhejiang/per_mu", "--on", "2023-09-01", "--input", firms, "--explain", code=10)[
            "code"
        ]
        == "judge.no_out"
    )


def test_replay_of_a_year_and_of_a_draft(house: House, tmp_path: Path) -> None:
    low = ("F3", "丙厂", "331003", "规上", 100, 10, 0, 0, 500, 500, "0.3", "是", 75, 20, 5000, "否")
    firms = written(tmp_path / "firms.csv", [WORKED, low], PER_MU)
    words = ("replay", "zhejiang/per_mu", "--input", firms, "--region", "331003")
    year = house.json(*words, "--from", "2018@2022-09-01", "--to", "2018@2023-09-01")
    assert year["firms"] == 2 and len(year["stability"]) == 14  # type: ignore[arg-type]
    draft = tmp_path / "draft"
    shutil.copytree(settings.PACKS_DIR / "zhejiang" / "per_mu", draft)
    numbers = draft / "parameters" / "331003.toml"
    text = numbers.read_text(encoding="utf-8")
    for name, value in (("quota_a", 50), ("quota_b", 20), ("quota_c", 20)):
        text = text.replace(f'{name} = ""', f"{name} = {value}", 1)
    numbers.write_text(text, encoding="utf-8")
    found = house.json(*words, "--from", "2018@2023-09-01", "--to", f"{draft}@2023-09-01")
    assert found["levels"]["A"] == [0, 1] and found["levels"]["D"] == [0, 1]  # type: ignore[index]


def test_the_firms_of_the_ledger(told: House, tmp_path: Path) -> None:
    """Made-up firms are judged apart from real ones; a replay takes them from the same place."""
    words = ("--on", "2026-06-01", "--ledger")
    county = told.json("judge", "zhejiang/above_scale", *words, "--synthetic", "--region", "339901")
    assert (county["firms"], county["verdicts"]["met"], county["levels"]["to_enter"]) == (2000, 690, 46)  # type: ignore[index]
    again = ("replay", "national/specialised_sme", "--from", "2022", "--to", "2026", *words)
    real = told.json(*again)
    assert 50 < int(str(real["firms"])) < 500 and real["same"] == real["firms"]
    assert told.json(*again, "--region", "330109", code=10)["code"] == "judge.no_firms"
    firms = written(tmp_path / "firms.csv", [("F1",)], ("uscc",))
    refused = (*again[:-1], "--input", firms, "--synthetic")
    assert told.json(*refused, code=10)["code"] == "judge.not_of_a_file"
