"""The synthetic county: made again it is the same, marked everywhere, whole, and shaped as its docstring says."""

import csv
import math
import re
import statistics
import subprocess
import sys
import tomllib
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from jiqun.core.periods import Period
from jiqun.core.units import UnitTable
from jiqun.core.uscc import Grade, grade, region_part
from jiqun.lake.mapping import check_required, read_map, table_fields

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "example" / "synthetic"
YEARS = (2022, 2023, 2024)
LATER = 2025
SIZE_LIMIT = 2_300_000  # three years of books, one more, and what the rules read

LAND, TAX, REVENUE = "用地面积（亩）", "入库税收（万元）", "营业收入（万元）"
ADDED, RESEARCH, STAFF = "工业增加值（万元）", "研发费用（万元）", "期末从业人员（人）"
RESEARCHERS, PROFIT, PATENTS = "研发人员（人）", "利润总额（万元）", "有效发明专利（件）"
ENERGY, POWER = "综合能耗（tce）", "用电量（万千瓦时）"
HIGH_TECH = {"2661", "2641", "2720", "3421", "3451", "3453", "3491", "3525", "3551", "3591", "3670", "3812", "3823",
             "3825", "3973", "3981", "4011"}  # fmt: skip


@cache
def table(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def column(year: int, name: str) -> dict[str, float]:
    """Stated numbers of a column by credit code; an empty cell is unknown and left out."""
    rows = table(f"accounts_{year}.csv")
    return {row["统一社会信用代码"]: float(row[name]) for row in rows if row[name]}


def ratios(year: int, above: str, below: str) -> dict[str, float]:
    top, bottom = column(year, above), column(year, below)
    return {code: top[code] / bottom[code] for code in top if bottom.get(code)}


def county_ratio(year: int, above: str, below: str) -> float:
    top, bottom = column(year, above), column(year, below)
    both = top.keys() & bottom.keys()
    return math.fsum(top[code] for code in both) / math.fsum(bottom[code] for code in both)


def test_made_again_every_byte_is_the_same(tmp_path: Path) -> None:
    script = ROOT / "tools" / "make_synthetic.py"
    subprocess.run([sys.executable, str(script), "--out", str(tmp_path)], check=True, timeout=120)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    committed = {path.name: path.read_bytes() for path in FOLDER.iterdir()}
    assert made.keys() == committed.keys()
    assert [name for name in made if made[name] != committed[name]] == []
    assert sum(map(len, made.values())) < SIZE_LIMIT


def test_names_carry_the_mark_and_codes_are_valid() -> None:
    rows = table("enterprises.csv")
    assert len(rows) == len({row["name"] for row in rows}) == len({row["uscc"] for row in rows}) == 2000
    for row in rows:
        assert re.fullmatch(r"示例[一-鿿]{2}[一-鿿]+有限公司（合成）", row["name"])
        assert grade(row["uscc"]) is Grade.VALID
        assert region_part(row["uscc"]) == row["region"] == "339901"
        assert row["uscc"][8:10] == "HC"
        assert row["address"].startswith("合成示范县合成")
    brands = Counter(row["name"][2:4] for row in rows)
    assert max(brands.values()) == 1


def test_every_row_says_it_is_synthetic() -> None:
    for name in ("subjects.csv", "enterprises.csv", "relations.csv", "source.csv"):
        assert {row["synthetic"] for row in table(name)} == {"1"}, name
    for row in table("subjects.csv"):
        assert "合成" in row["label_zh"], row
        assert "synthetic" in row["label_en"], row
    assert [row["key"] for row in table("source.csv")] == ["synthetic_county"]


def test_no_real_place_has_the_codes_and_none_is_a_parent() -> None:
    with (ROOT / "packs" / "codes" / "regions.csv").open(encoding="utf-8", newline="") as file:
        real = {row["code"] for row in csv.DictReader(file)}
    assert not {"339900", "339901"} & real
    own = {row["key"] for row in table("subjects.csv")}
    assert {row["parent"] for row in table("subjects.csv")} <= own | {""}


def test_trades_are_classes_of_manufacturing() -> None:
    with (ROOT / "packs" / "codes" / "gbt4754_2017.csv").open(encoding="utf-8", newline="") as file:
        known = {row["code"]: row for row in csv.DictReader(file)}
    trades = Counter(row["industry_code"] for row in table("enterprises.csv"))
    assert all(known[code]["section"] == "C" and known[code]["level"] == "4" for code in trades)
    assert len(trades) >= 35
    assert max(trades.values()) < 0.15 * 2000
    assert trades.keys() >= HIGH_TECH


@pytest.mark.parametrize("year", (*YEARS, LATER))
def test_the_map_of_each_year_reads_its_file(year: int) -> None:
    file = FOLDER / f"accounts_{year}.toml"
    fields = table_fields(ROOT / "packs", "enterprise")
    columns = tuple(table(f"accounts_{year}.csv")[0])
    mapping = read_map(file, columns, fields)
    check_required(mapping, columns, fields, file=file.name)
    units = UnitTable.load(ROOT / "packs" / "units.toml")
    assert len(mapping.facts) == len(tomllib.loads(file.read_text(encoding="utf-8"))["facts"]) == 12
    for fact in mapping.facts:
        stock = fact.column in (LAND, STAFF, RESEARCHERS, PATENTS, "资产总计（万元）")
        assert units.find(fact.unit), fact
        assert fact.period == (f"@{year}" if stock else str(year))
        assert Period.parse(fact.period).is_instant is stock


@pytest.mark.parametrize("year", YEARS)
def test_holes_are_where_they_should_be(year: int) -> None:
    rows = table(f"accounts_{year}.csv")
    known = {row["uscc"]: row for row in table("enterprises.csv")}
    assert len(rows) == 2000 - 35
    for row in rows:
        firm = known[row["统一社会信用代码"]]
        assert firm["name"] == row["企业名称"]
        assert int(firm["established_on"][:4]) <= year
        assert year < 2024 or firm["status"] == "存续"
    cells = [
        value for row in rows for name, value in row.items() if name not in ("统一社会信用代码", "企业名称")
    ]
    assert 0.05 < cells.count("") / len(cells) < 0.07


def test_both_ends_of_every_relation_exist() -> None:
    founded = {f"enterprise:{row['uscc']}": row["established_on"] for row in table("enterprises.csv")}
    subjects = founded.keys() | {row["key"] for row in table("subjects.csv")}
    rows = table("relations.csv")
    kinds = Counter(row["predicate"] for row in rows)
    assert 300 <= kinds["supplies"] <= 600
    assert kinds["chain_leader_of"] == 3
    assert kinds["located_in"] and kinds["member_of"] and kinds["in_segment"]
    for row in rows:
        assert row["subject"] in subjects and row["object"] in subjects
        assert row["source"] == "synthetic_county"
        if row["valid_from"]:
            date.fromisoformat(row["valid_from"])
            assert row["valid_from"] >= founded.get(row["subject"], "")
        assert not row["valid_to"] or row["valid_from"] < row["valid_to"] <= "2024-12-31"
    once = Counter((row["subject"], row["predicate"], row["object"]) for row in rows)
    assert max(once.values()) == 1


def test_supplies_run_along_the_chains_without_a_circle() -> None:
    trade = {f"enterprise:{row['uscc']}": re.sub(r"^示例..|有限公司（合成）$", "", row["name"])
             for row in table("enterprises.csv")}  # fmt: skip
    supplies = [
        (row["subject"], row["object"]) for row in table("relations.csv") if row["predicate"] == "supplies"
    ]
    routes = {(trade[seller], trade[buyer]) for seller, buyer in supplies}
    after: dict[str, set[str]] = {}
    for seller, buyer in routes:
        after.setdefault(seller, set()).add(buyer)
    left = after.keys() | {buyer for _, buyer in routes}
    while left:
        ends = {word for word in left if not after.get(word, set()) & left}
        assert ends, f"a circle among {sorted(left)}"
        left -= ends
    assert ("轴承钢材", "锻造") in routes and ("织造", "印染") in routes and ("铜材", "电线电缆") in routes
    sold = Counter(seller for seller, _ in supplies)
    assert max(sold.values()) >= 6, "some suppliers serve many"


@pytest.mark.parametrize("year", (*YEARS, LATER))
def test_accounts_do_not_contradict_themselves(year: int) -> None:
    assert all(0.169 < share < 0.301 for share in ratios(year, ADDED, REVENUE).values())
    tax, added = column(year, TAX), column(year, ADDED)
    assert all(tax[code] <= 0.5 * added[code] + 0.01 for code in tax.keys() & added.keys())
    assert all(share <= 0.1501 for share in ratios(year, RESEARCH, REVENUE).values())
    assert all(share <= 0.5 for share in ratios(year, RESEARCHERS, STAFF).values())
    assert all(1.4 < tonnes < 6.5 for code, tonnes in ratios(year, ENERGY, POWER).items()
               if column(year, POWER)[code] > 1)  # fmt: skip
    spends, has_staff = column(year, RESEARCH), column(year, RESEARCHERS)
    assert all((spends[code] > 0) == (has_staff[code] > 0) for code in spends.keys() & has_staff.keys())
    for name in (LAND, TAX, REVENUE, ADDED, RESEARCH, STAFF, PATENTS, ENERGY, POWER):
        assert min(column(year, name).values()) >= 0


@pytest.mark.parametrize("year", YEARS)
def test_distributions_keep_their_bounds(year: int) -> None:
    revenue, tax_per_mu = column(year, REVENUE), ratios(year, TAX, LAND)
    assert 0.28 < sum(value >= 2000 for value in revenue.values()) / len(revenue) < 0.40
    assert 0.20 < county_ratio(year, ADDED, REVENUE) < 0.28
    assert 0.20 < statistics.median(ratios(year, ADDED, REVENUE).values()) < 0.28
    assert statistics.mean(tax_per_mu.values()) > 1.2 * statistics.median(tax_per_mu.values())
    assert 10 < county_ratio(year, TAX, LAND) < 30
    assert 12 < statistics.median(ratios(year, ADDED, STAFF).values()) < 25
    profit, land = column(year, PROFIT), column(year, LAND)
    assert 0.05 < sum(value < 0 for value in profit.values()) / len(profit) < 0.15
    assert 0.02 < sum(value == 0 for value in land.values()) / len(land) < 0.07
    assert 0.012 < county_ratio(year, RESEARCH, REVENUE) < 0.03
    assert min(column(year, PATENTS).values()) == 0


def test_small_high_tech_firms_spend_the_largest_share_on_research() -> None:
    code_of = {row["uscc"]: row["industry_code"] for row in table("enterprises.csv")}
    groups: dict[tuple[bool, bool], list[float]] = {}
    revenue = column(2024, REVENUE)
    for code, share in ratios(2024, RESEARCH, REVENUE).items():
        if share:
            groups.setdefault((code_of[code] in HIGH_TECH, revenue[code] < 2000), []).append(share)
    median = {group: statistics.median(shares) for group, shares in groups.items()}
    assert median[True, True] > 1.15 * median[True, False] > median[False, False]
    assert median[True, True] > 1.3 * median[False, True]


def test_growth_of_two_years_goes_together() -> None:
    first, second, third = (column(year, REVENUE) for year in YEARS)
    both = sorted(first.keys() & second.keys() & third.keys())
    before = [math.log(second[code] / first[code]) for code in both]
    after = [math.log(third[code] / second[code]) for code in both]
    assert 0.25 < statistics.correlation(before, after) < 0.5
    assert 0.0 < statistics.mean(after) < statistics.mean(before) < 0.07
    assert 0.12 < statistics.stdev(before) < 0.20
