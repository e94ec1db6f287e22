"""规则包 the numbers of the packs, typed a second time from the facts file and held against what the packs say."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal as D
from functools import lru_cache
from pathlib import Path

import pytest

from jiqun.rules import tree
from jiqun.rules.firm import Firm, Value
from jiqun.rules.judge import judge_pack
from jiqun.rules.pack import Pack
from jiqun.rules.reader import read_pack
from jiqun.rules.scoring import band_points
from jiqun.rules.tree import Op, walk

PACKS = Path(__file__).resolve().parents[3] / "packs"
CRUMB = D("0.001")


@lru_cache
def pack(key: str) -> Pack:
    return read_pack(PACKS / key)


@lru_cache
def node(key: str, version: str, clause: str) -> object:
    """The node of that id; of a version's clauses, levels and scores alike."""
    found = [
        one
        for one in walk(pack(key).version(version))
        if getattr(getattr(one, "about", None), "id", None) == clause
    ]
    assert len(found) == 1, f"{key} {version} {clause}: {len(found)} nodes"
    return found[0]


def numbers(one: object) -> list[str]:
    """Every comparison with a number inside a node, in the order of the file: field, operator, number."""
    return [
        f"{'+'.join(tree.columns(leaf.value))} {leaf.op} {leaf.needed.value}"
        for leaf in walk(one)
        if isinstance(leaf, tree.Compare | tree.PlatformSupplied) and isinstance(leaf.needed, tree.Constant)
    ]


# pack, version, clause: comparisons in the order the facts name them
COMPARISONS = """
national/innovative_sme 2022 direct_equity | equity_3y_wan ge 500
national/specialised_sme 2026 segment_years | segment_years ge 3
national/specialised_sme 2026 revenue | operating_revenue_wan ge 1500 ; equity_2y_wan ge 2000
national/specialised_sme 2026 main_share | main_business_revenue_wan+operating_revenue_wan ge 80
national/specialised_sme 2026 debt_ratio | total_liabilities_wan+total_assets_wan le 80
national/specialised_sme 2026 rd | rd_expense_wan ge 100 ; rd_expense_wan@-1 ge 100 ; rd_expense_wan+operating_revenue_wan ge 3 ; rd_expense_wan@-1+operating_revenue_wan@-1 ge 3
national/specialised_sme 2026 ip | class1_ip_self_filed_top3 ge 1
national/specialised_sme 2026 platform_score | zjtx_dev_score ge 50
national/specialised_sme 2026 platform_score_re_review | zjtx_dev_score ge 50 ; zjtx_dev_score@-1 ge 50
national/specialised_sme 2022 segment_years | segment_years ge 2
national/specialised_sme 2022 rd | rd_expense_wan ge 100 ; rd_expense_wan+operating_revenue_wan ge 3
national/specialised_sme 2022 revenue | operating_revenue_wan ge 1000 ; equity_2y_wan ge 2000
national/specialised_sme 2022 direct | rd_expense_wan+rd_expense_wan@-1 ge 1000 ; equity_2y_wan ge 6000
national/little_giant 2026 segment_years | segment_years ge 3
national/little_giant 2026 revenue | operating_revenue_wan ge 5000
national/little_giant 2026 main_share | main_business_revenue_wan+operating_revenue_wan ge 90
national/little_giant 2026 growth | operating_revenue_wan+operating_revenue_wan@-2 ge 5
national/little_giant 2026 debt_ratio | total_liabilities_wan+total_assets_wan le 75
national/little_giant 2026 rd_sum | rd_expense_wan+rd_expense_wan@-1 ge 1200
national/little_giant 2026 ip | class1_ip_self_filed_top3 ge 4
national/little_giant 2026 market | segment_share_pct ge 10 ; domestic_rank le 3
national/little_giant 2026 platform_score | zjtx_dev_score ge 60
national/tech_sme 2017 employees | employees le 500
national/tech_sme 2017 sales | sales_revenue_wan le 20000
national/tech_sme 2017 assets | total_assets_wan le 20000
national/high_tech 2016 st_staff | st_staff+employees ge 10
national/high_tech 2016 hightech_revenue | hightech_revenue_wan+total_revenue_wan ge 60
national/single_champion 2023 field_years | segment_years ge 10 ; segment_years ge 5
national/single_champion 2023 global_rank | global_rank le 3
national/smart_factory 2025 advanced_maturity | gbt39116_level ge 2
national/smart_factory 2025 excellent_maturity | gbt39116_level ge 3
national/smart_factory 2025 level_basic | gbt39116_level ge 2
national/smart_maturity 2020 level_1 | gbt39116_score ge 0.8
national/smart_maturity 2020 level_2 | gbt39116_score ge 1.8
national/smart_maturity 2020 level_3 | gbt39116_score ge 2.8
national/smart_maturity 2020 level_4 | gbt39116_score ge 3.8
national/smart_maturity 2020 level_5 | gbt39116_score ge 4.8
national/sme_digital 2022 level_1 | digital_score_2022 ge 20
national/sme_digital 2022 level_2 | digital_score_2022 ge 40
national/sme_digital 2022 level_3 | digital_score_2022 ge 60
national/sme_digital 2022 level_4 | digital_score_2022 ge 80
zhejiang/above_scale 2011 meets_threshold | main_business_revenue_wan ge 2000
zhejiang/above_scale 2011 to_enter_threshold | main_business_revenue_wan ge 2000
hangzhou/new_eagle 2024 rd_staff | rd_staff+employees ge 20
hangzhou/new_eagle 2024 rd_share | rd_expense_wan+operating_revenue_wan ge 10
hangzhou/new_eagle 2024 ip | core_ip_self_filed ge 3 ; core_ip_granted ge 1 ; pct_patents ge 1
hangzhou/new_eagle 2024 strength | rd_expense_wan ge 1000 ; rd_expense_wan+rd_expense_wan@-1+rd_expense_wan@-2 ge 2000 ; equity_total_wan ge 2000
"""


@pytest.mark.parametrize("line", COMPARISONS.strip().splitlines())
def test_a_line_to_be_reached_is_that_of_the_facts(line: str) -> None:
    where, told = line.split(" | ")
    key, version, clause = where.split()
    assert numbers(node(key, version, clause)) == told.split(" ; ")


# "or more" bands: at the number the points told, a crumb below it those of the next band down
OR_MORE = """
national/innovative_sme 2022 rd_ratio | 5:20 3:15 2:10 1:5 :0
national/innovative_sme 2022 main_revenue_growth | 15:20 10:15 5:10 0:5 :0
national/innovative_sme 2022 main_share | 70:20 60:15 55:10 50:5 :0
national/specialised_sme 2022 main_share | 80:5 70:3 60:1 :0
national/specialised_sme 2022 main_revenue_growth | 10:10 8:8 6:6 4:4 0:2 :0
national/specialised_sme 2022 net_margin | 10:10 8:8 6:6 4:4 2:2 :0
national/specialised_sme 2022 rd_amount | 500:10 400:8 300:6 200:4 100:2 :0
national/specialised_sme 2022 rd_share_points | 10:10 8:8 6:6 4:4 3:2 :0
national/specialised_sme 2022 rd_staff | 20:5 10:3 5:1 :0
national/tech_sme 2017 st_staff_share | 30:20 25:16 20:12 15:8 10:4 :0
national/tech_sme 2017 rd_to_sales | 6:50 5:40 4:30 3:20 2:10 :0
national/tech_sme 2017 rd_to_cost | 30:50 25:40 20:30 15:20 10:10 :0
national/high_tech 2016 conversions | 5:25-30 4:19-24 3:13-18 2:7-12 1:1-6 :0
"""


@pytest.mark.parametrize("line", OR_MORE.strip().splitlines())
def test_points_from_a_number_on_are_those_of_the_facts(line: str) -> None:
    table, steps = banded(line)
    for (edge, points), (_, below) in zip(steps, steps[1:], strict=False):
        assert told(table, edge) == points
        assert told(table, edge - CRUMB) == below


# "or less" bands, and right-closed ones: at the number the points told, a crumb above it those of the next band
OR_LESS = """
national/innovative_sme 2022 debt_ratio | 55:10 75:5 :0
national/specialised_sme 2022 debt_ratio | 50:5 60:3 70:1 :0
national/sme_digital 2024 equipment_digital | 10:0 20:1.5 40:3 60:4.5 :6
national/sme_digital 2024 equipment_connected | 10:0 20:1.5 40:3 60:4.5 :6
national/sme_digital 2024 funding | 10:0 20:1.875 40:3.75 60:5.625 :7.5
"""


@pytest.mark.parametrize("line", OR_LESS.strip().splitlines())
def test_points_up_to_a_number_are_those_of_the_facts(line: str) -> None:
    table, steps = banded(line)
    for (edge, points), (_, above) in zip(steps, steps[1:], strict=False):
        assert told(table, edge) == points
        assert told(table, edge + CRUMB) == above


def banded(line: str) -> tuple[tree.BandTable, list[tuple[D, str]]]:
    where, steps = line.split(" | ")
    table = node(*where.split())
    assert isinstance(table, tree.BandTable)
    pairs = [step.split(":") for step in steps.split()]
    assert len(table.bands) == len(pairs)
    return table, [(D(edge or 0), points) for edge, points in pairs]


def told(table: tree.BandTable, value: D) -> str:
    found = band_points(table, value)
    return f"{found.low}" if found.exact is not None else f"{found.low}-{found.high}"


# first matches: what each case compares and gives, then what is left
FIRST = """
national/innovative_sme 2022 ip | class1_ip_high_value ge 1=20 ; class1_ip_self ge 1=15 ; class1_ip ge 1=10 ; class2_ip ge 1=5 ; 0
national/innovative_sme 2022 product_field | product_strategic_emerging=10 ; 5
national/specialised_sme 2022 ip | class1_ip_high_value ge 1=10 ; class1_ip_self ge 1=8 ; class1_ip ge 1=6 ; class2_ip ge 1=2 ; 0
national/specialised_sme 2022 product_field | product_field 补短板锻长板填空白=5 ; product_field 六基或老字号或服务龙头=3 ; 0
national/specialised_sme 2022 digital_level | digital_level 三级 四级=5 ; digital_level 二级=3 ; 0
national/specialised_sme 2022 rd_institution | rd_institution 国家级=10 ; rd_institution 省级=8 ; rd_institution 市级=4 ; rd_institution 市级以下=2 ; 0
national/tech_sme 2017 ip | class1_ip ge 1=30 ; class2_ip ge 4=24 ; class2_ip ge 3=18 ; class2_ip ge 2=12 ; class2_ip ge 1=6 ; 0
national/high_tech 2016 ip_count | class1_ip ge 1=7-8 ; class2_ip ge 5=5-6 ; class2_ip ge 3=3-4 ; class2_ip ge 1=1-2 ; 0
national/sme_digital 2024 systems | dq_systems 全覆盖=10 ; dq_systems 大于80%=7.5 ; dq_systems 两个及以上=5 ; dq_systems 单个环节=2.5 ; 0
national/sme_digital 2024 green | dq_trend_energy 下降=7 ; dq_trend_energy 持平=3.5 ; 0
national/sme_digital 2024 quality | dq_trend_quality 上升=7 ; dq_trend_quality 持平=3.5 ; 0
national/sme_digital 2024 market | dq_trend_market 上升=3 ; dq_trend_market 持平=1.5 ; 0
national/sme_digital 2024 cost | dq_trend_cost 下降=3 ; dq_trend_cost 持平=1.5 ; 0
"""


@pytest.mark.parametrize("line", FIRST.strip().splitlines())
def test_points_of_a_first_match_are_those_of_the_facts(line: str) -> None:
    where, cases = line.split(" | ")
    found = node(*where.split())
    assert isinstance(found, tree.FirstMatch)
    seen = [f"{asked(case.when)}={points(case.points.low, case.points.high)}" for case in found.cases]
    assert [*seen, points(found.otherwise.low, found.otherwise.high)] == cases.split(" ; ")


def asked(when: tree.Node) -> str:
    if isinstance(when, tree.OneOf):
        return f"{when.field.column} {' '.join(when.choices)}"
    return when.field.column if isinstance(when, tree.Flag) else numbers(when)[0]


def points(low: D | None, high: D | None) -> str:
    return str(low) if low == high else f"{low}-{high}"


# pack, version, part or score: maximum, minimum
PARTS = """
national/innovative_sme 2022 score 100 ge 60
national/innovative_sme 2022 innovation 40 ge 20
national/innovative_sme 2022 growth 30 ge 15
national/innovative_sme 2022 specialisation 30 ge 15
national/specialised_sme 2022 score 100 ge 60
national/specialised_sme 2022 specialised 25
national/specialised_sme 2022 refined 25
national/specialised_sme 2022 distinctive 15
national/specialised_sme 2022 innovative 35
national/tech_sme 2017 score 100 ge 60
national/tech_sme 2017 staff 20 gt 0
national/tech_sme 2017 research 50
national/tech_sme 2017 results 30
national/high_tech 2016 score 100 gt 70
national/high_tech 2016 ip 30
national/high_tech 2016 conversion 30
national/high_tech 2016 organisation 20
national/high_tech 2016 growth 20
national/sme_digital 2024 score 100
national/sme_digital 2024 foundation 50
national/sme_digital 2024 management 30
national/sme_digital 2024 effect 20
"""


@pytest.mark.parametrize("line", PARTS.strip().splitlines())
def test_parts_and_totals_are_those_of_the_facts(line: str) -> None:
    key, version, clause, most, *least = line.split()
    found = node(key, version, clause)
    assert isinstance(found, tree.ScoreSum | tree.Part)
    assert found.maximum == tree.Constant(D(most))
    minimum = [str(found.op), str(found.minimum.value)] if isinstance(found.minimum, tree.Constant) else []
    assert minimum == least


# choices that are ticked: how many, worth, at most
TICKED = """
national/specialised_sme 2022 quality | 3 3 3 3 | 5
national/sme_digital 2024 network | 2 2 2 2 | 8
national/sme_digital 2024 collection | 0.7 0.7 0.7 0.7 0.7 0.7 0.7 0.7 0.7 0.7 0.7 0.7 0.7 0.9 | 10
national/sme_digital 2024 network_security | 1.25 1.25 1.25 1.25 | 5
national/sme_digital 2024 data_security | 1.25 1.25 1.25 1.25 | 5
national/sme_digital 2024 mechanism | 1.875 1.875 1.875 1.875 | 7.5
national/sme_digital 2024 people | 1.5 1.5 1.5 1.5 1.5 | 7.5
"""


@pytest.mark.parametrize("line", TICKED.strip().splitlines())
def test_choices_are_worth_what_the_facts_say(line: str) -> None:
    where, worth, most = line.split(" | ")
    found = node(*where.split())
    assert isinstance(found, tree.MultiSelectCapped)
    assert [str(one.points) for one in found.options] == worth.split()
    assert found.maximum == tree.Constant(D(most))


def test_personnel_is_the_link_worth_more() -> None:
    found = node("national/sme_digital", "2024", "collection")
    assert isinstance(found, tree.MultiSelectCapped)
    assert [one.field.name for one in found.options if one.points == D("0.9")] == ["dq_collect_people"]


# years and days of dates
SPANS = """
national/innovative_sme 2022 direct_award 3 0
national/specialised_sme 2022 direct_maker 3 0
national/tech_sme 2017 direct_award 5 0
national/high_tech 2016 registered_a_year 0 365
hangzhou/new_eagle 2024 age 5 0
"""


@pytest.mark.parametrize("line", SPANS.strip().splitlines())
def test_spans_of_time_are_those_of_the_facts(line: str) -> None:
    key, version, clause, years, days = line.split()
    found = node(key, version, clause)
    assert isinstance(found, tree.Within | tree.Aged)
    assert (found.years, found.days) == (int(years), int(days))


# place, day, numbers; a dash is empty
PARAMETERS = """
national/sme_digital 330624 2026-01-01 level4_score=80 level4_scenes=10 level4_constrained=6
national/sme_digital 330624 2026-01-01 level3_score=60 level3_scenes=8 level3_constrained=5
national/sme_digital 330624 2026-01-01 level2_score=40 level2_scenes=6 level2_constrained=3
national/sme_digital 330624 2026-01-01 level1_score=20 level1_scenes=6 level1_constrained=3
national/sme_cluster 331003 2026-01-01 area=100 output=40 sme_share=70 leading_share=70 output_growth=10 champions=1 specialised=10 rd_growth=10 platform=20
national/sme_cluster 530100 2026-01-01 area=100 output=10 sme_share=50 leading_share=60 output_growth=3 champions=1 specialised=3 rd_growth=5 platform=10
zhejiang/smart_factory_ladder 330624 2022-07-01 workshop=2000 workshop_mountain=1500 factory=4000 factory_mountain=3000 future=8000 future_mountain=6000 review_score=-
zhejiang/smart_factory_ladder 330624 2023-07-01 workshop=2000 workshop_mountain=- factory=- factory_mountain=- future=- future_mountain=- review_score=-
zhejiang/smart_factory_ladder 330624 2025-07-01 workshop=2000 workshop_mountain=1500 factory=4000 factory_mountain=3000 future=- future_mountain=- digital_level=2.0 digital_level_future=3.0 review_score=-
national/smart_factory 330624 2026-01-01 maturity_leading=-
zhejiang/cluster_ladder 331003 2026-01-01 star_score=- coop_score=- core_score=-
jiaxing/auto_recognition 330421 2026-01-01 invention_patents=- rd_expense=- own_1=- own_2=- own_3=- own_4=- own_5=-
"""


@pytest.mark.parametrize("line", PARAMETERS.strip().splitlines())
def test_parameters_are_those_of_the_facts_and_the_unknown_ones_empty(line: str) -> None:
    key, region, on, *values = line.split()
    found = pack(key).parameters_on(region, date.fromisoformat(on))
    for one in values:
        name, value = one.split("=")
        assert found[name] == (None if value == "-" else D(value)), name


# R12: sector; large, medium, small: X people, Y revenue, Z assets
SIZES = """
工业 | X1000 Y40000 | X300 Y2000 | X20 Y300
农林牧渔 | Y20000 | Y500 | Y50
建筑 | Y80000 Z80000 | Y6000 Z5000 | Y300 Z300
批发 | X200 Y40000 | X20 Y5000 | X5 Y1000
零售 | X300 Y20000 | X50 Y500 | X10 Y100
交通运输 | X1000 Y30000 | X300 Y3000 | X20 Y200
仓储 | X200 Y30000 | X100 Y1000 | X20 Y100
邮政 | X1000 Y30000 | X300 Y2000 | X20 Y100
住宿 | X300 Y10000 | X100 Y2000 | X10 Y100
餐饮 | X300 Y10000 | X100 Y2000 | X10 Y100
信息传输 | X2000 Y100000 | X100 Y1000 | X10 Y100
软件和信息技术服务 | X300 Y10000 | X100 Y1000 | X10 Y50
房地产开发经营 | Y200000 Z10000 | Y1000 Z5000 | Y100 Z2000
物业管理 | X1000 Y5000 | X300 Y1000 | X100 Y500
租赁和商务服务 | X300 Z120000 | X100 Z8000 | X10 Z100
其他未列明 | X300 | X100 | X10
"""
LETTERS = {"X": "employees", "Y": "operating_revenue_wan", "Z": "total_assets_wan"}


@pytest.mark.parametrize("line", SIZES.strip().splitlines())
def test_a_firm_just_on_the_bounds_is_of_that_size_and_one_less_is_not(line: str) -> None:
    sector, *classes = line.split(" | ")
    order = ["large", "medium", "small", "micro"]
    for place, bounds in enumerate(classes):
        firm = {LETTERS[one[0]]: D(one[1:]) for one in bounds.split()}
        assert size(sector, firm) == order[place]
        for field in firm:
            assert order.index(size(sector, {**firm, field: firm[field] - 1})) > place


def size(sector: str, told: dict[str, D]) -> str:
    values: dict[str, Value] = {"size_sector": sector, **dict.fromkeys(LETTERS.values(), D(10**7)), **told}
    return judge_pack(pack("national/size_class"), Firm("x", "x", "", values), on=date(2026, 1, 1)).level


@pytest.mark.parametrize(
    ("people", "revenue", "level"),
    [
        (1000, 40000, "large"),
        (999, 500000, "medium"),
        (299, 45000, "small"),
        (25, 299, "micro"),
        (19, 100000, "micro"),
    ],
)
def test_the_worked_sizes_of_industry(people: int, revenue: int, level: str) -> None:
    assert size("工业", {"employees": D(people), "operating_revenue_wan": D(revenue)}) == level


def test_research_of_a_high_tech_firm_goes_by_its_sales() -> None:
    """Up to 5,000: 5 %; up to 20,000: 4 %; above: 3 %; and 60 % of it in China."""
    for sales, share in ((5000, 5), (5001, 4), (20000, 4), (20001, 3)):
        for enough in (True, False):
            amount = D(sales) * share / 100 - (0 if enough else 1)
            values: dict[str, Value] = {}
            for back in ("", "@-1", "@-2"):
                values[f"sales_revenue_wan{back}"] = D(sales)
                values[f"rd_expense_wan{back}"] = amount
                values[f"rd_expense_domestic_wan{back}"] = amount * D("0.6")
            ruling = judge_pack(
                pack("national/high_tech"), Firm("x", "x", "", values), on=date(2026, 1, 1)
            )
            assert (ruling.clause("rd").state == "met") is enough
            assert ruling.clause("rd_domestic").state == "met"


def test_experts_of_a_high_tech_firm_give_up_to_what_the_guide_says() -> None:
    told = {
        "ip_advanced": 8, "ip_support": 8, "organisation_system": 6, "organisation_body": 6,
        "organisation_incentive": 4, "organisation_training": 4,
    }  # fmt: skip
    for clause, most in told.items():
        found = node("national/high_tech", "2016", clause)
        assert isinstance(found, tree.ExpertRange)
        assert (found.points.low, found.points.high) == (0, most)


@pytest.mark.parametrize("clause", ["growth_assets", "growth_sales"])
def test_growth_of_a_high_tech_firm(clause: str) -> None:
    found = node("national/high_tech", "2016", clause)
    assert isinstance(found, tree.FirstMatch)
    seen = [
        (str(case.when.op), str(case.when.needed.value), points(case.points.low, case.points.high))
        for case in found.cases
        if isinstance(case.when, tree.Compare) and isinstance(case.when.needed, tree.Constant)
    ]
    assert seen == [
        ("ge", "35", "9-10"), ("ge", "25", "7-8"), ("ge", "15", "5-6"), ("ge", "5", "3-4"), ("gt", "0", "1-2"),
    ]  # fmt: skip


def test_a_champion_needs_400_million_or_200_with_a_title() -> None:
    for clause, least in (("revenue_400m", "40000"), ("revenue_zjtx", "20000")):
        assert numbers(node("national/single_champion", "2023", clause))[-1].endswith(f" ge {least}")


def test_scenes_are_sixteen_and_ten_of_them_constrained() -> None:
    """The starred ones: design, marketing, production, quality, equipment, safety, energy, purchase, storage, finance."""
    every, starred = (
        names(node("national/sme_digital", "2024", f"level3_{which}_reached")) for which in ("scenes", "constrained")
    )  # fmt: skip
    assert len(every) == 16
    assert starred == [
        f"scene_{one}"
        for one in (
            "design", "marketing", "production", "quality", "equipment", "safety", "energy", "purchase", "logistics", "finance",
        )
    ]  # fmt: skip


def names(found: object) -> Sequence[str]:
    assert isinstance(found, tree.AtLeast)
    leaves = [one for one in found.of if isinstance(one, tree.Compare)]
    assert all(one.op is Op.GE and one.needed == tree.Constant(D(3)) for one in leaves)
    return [tree.columns(one)[0] for one in leaves]


# pack, version: from, to (the first day it no longer holds), number of the document, confidence
VERSIONS = """
national/innovative_sme 2022 2022-08-01 - 工信部企业〔2022〕63号 B
national/specialised_sme 2022 2022-08-01 2026-04-01 工信部企业〔2022〕63号 A
national/specialised_sme 2026 2026-04-01 - 工信部企业〔2026〕2号 A
national/little_giant 2022 2022-08-01 2026-04-01 工信部企业〔2022〕63号 A
national/little_giant 2026 2026-04-01 - 工信部企业〔2026〕2号 A
national/tech_sme 2017 2018-01-01 - 国科发政〔2017〕115号 A
national/high_tech 2016 2016-01-01 - 国科发火〔2016〕32号 A
national/single_champion 2023 2024-01-01 - 工信部政法〔2023〕138号 B
national/size_class 2017 2018-01-01 - 国统字〔2017〕213号 C
national/sme_digital 2024 2024-10-01 - 工信厅企业〔2024〕56号 A
national/sme_digital 2022 2022-12-01 2024-10-01 工信厅企业〔2022〕32号 A
national/sme_cluster 2022 2023-01-01 - 工信部企业〔2022〕119号 A
national/smart_factory 2025 2025-01-01 - 工信厅联通装函〔2025〕251号 B
zhejiang/smart_factory_ladder 2025 2025-01-01 - 浙经信产数〔2025〕174号 B
zhejiang/cluster_ladder 2023 2023-02-01 2028-01-01 浙政发〔2023〕4号 A
hangzhou/new_eagle 2024 2024-10-11 2028-01-01 杭科高〔2024〕50号 B
"""


@pytest.mark.parametrize("line", VERSIONS.strip().splitlines())
def test_versions_hold_from_and_to_the_days_told(line: str) -> None:
    key, version, starts, ends, number, confidence = line.split()
    found = pack(key).version(version)
    document = pack(key).source.document(found.document)
    assert (str(found.starts), str(found.ends or "-")) == (starts, ends)
    assert document is not None
    assert (document.number, found.confidence, document.checked_on) == (number, confidence, None)


# what the facts mark as less sure than the document
LESS_SURE = """
national/specialised_sme 2022 direct C
national/smart_factory 2025 excellent_maturity C
national/smart_factory 2025 leading_before C
national/smart_factory 2025 leading_maturity U
national/smart_factory 2025 scenes U
national/smart_maturity 2020 level_3 C
national/sme_cluster 2022 rd_growth C
national/sme_cluster 2022 platform C
national/sme_cluster 2022 green U
national/sme_digital 2024 level_4 B
zhejiang/smart_factory_ladder 2025 review U
zhejiang/cluster_ladder 2023 to_core U
jiaxing/auto_recognition 2025 own_5 U
jiaxing/auto_recognition 2025 rd_expense U
"""


@pytest.mark.parametrize("line", LESS_SURE.strip().splitlines())
def test_what_is_less_sure_carries_its_mark(line: str) -> None:
    key, version, clause, mark = line.split()
    about = getattr(node(key, version, clause), "about")  # noqa: B009
    assert about.confidence == mark


@pytest.mark.parametrize(
    ("key", "years"),
    [
        ("national/innovative_sme", 3), ("national/specialised_sme", 3), ("national/single_champion", 3),
        ("national/high_tech", 3), ("national/tech_sme", 1), ("jiaxing/auto_recognition", 0), ("hangzhou/new_eagle", 0),
    ],
)  # fmt: skip
def test_a_title_lasts_as_long_as_the_facts_say(key: str, years: int) -> None:
    assert (pack(key).valid_years, bool(pack(key).title)) == (years, True)
