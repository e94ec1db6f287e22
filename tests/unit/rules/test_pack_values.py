"""规则包 the numbers of the packs, typed a second time from the facts file and held against what the packs say."""

from decimal import Decimal
from itertools import pairwise

import pytest
from pack_numbers import node, numbers, points, rows

from jiqun.rules import tree
from jiqun.rules.scoring import band_points
from jiqun.rules.tree import walk

CRUMB = Decimal("0.001")

# pack, version, clause: comparisons in the order the facts name them
COMPARISONS = """
national/innovative_sme 2022 direct_equity | equity_3y_wan ge 500
national/specialised_sme 2026 segment_years | segment_years ge 3
national/specialised_sme 2026 revenue | operating_revenue_wan ge 1500 ; equity_2y_wan ge 2000
national/specialised_sme 2026 main_share | main_business_revenue_wan+operating_revenue_wan ge 80
national/specialised_sme 2026 debt_ratio | total_liabilities_wan+total_assets_wan le 80
national/specialised_sme 2026 rd | rd_expense_wan ge 100 ; rd_expense_wan@-1 ge 100 ;
    rd_expense_wan+operating_revenue_wan ge 3 ; rd_expense_wan@-1+operating_revenue_wan@-1 ge 3
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
hangzhou/new_eagle 2024 strength | rd_expense_wan ge 1000 ;
    rd_expense_wan+rd_expense_wan@-1+rd_expense_wan@-2 ge 2000 ; equity_total_wan ge 2000
"""


@pytest.mark.parametrize("line", rows(COMPARISONS))
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


@pytest.mark.parametrize("line", rows(OR_MORE))
def test_points_from_a_number_on_are_those_of_the_facts(line: str) -> None:
    table, steps = banded(line)
    for (edge, worth), (_, below) in pairwise(steps):
        assert told(table, edge) == worth
        assert told(table, edge - CRUMB) == below


# "or less" bands, and right-closed ones: at the number the points told, a crumb above it those of the next band
OR_LESS = """
national/innovative_sme 2022 debt_ratio | 55:10 75:5 :0
national/specialised_sme 2022 debt_ratio | 50:5 60:3 70:1 :0
national/sme_digital 2024 equipment_digital | 10:0 20:1.5 40:3 60:4.5 :6
national/sme_digital 2024 equipment_connected | 10:0 20:1.5 40:3 60:4.5 :6
national/sme_digital 2024 funding | 10:0 20:1.875 40:3.75 60:5.625 :7.5
"""


@pytest.mark.parametrize("line", rows(OR_LESS))
def test_points_up_to_a_number_are_those_of_the_facts(line: str) -> None:
    table, steps = banded(line)
    for (edge, worth), (_, above) in pairwise(steps):
        assert told(table, edge) == worth
        assert told(table, edge + CRUMB) == above


def banded(line: str) -> tuple[tree.BandTable, list[tuple[Decimal, str]]]:
    where, steps = line.split(" | ")
    table = node(*where.split())
    assert isinstance(table, tree.BandTable)
    pairs = [step.split(":") for step in steps.split()]
    assert len(table.bands) == len(pairs)
    return table, [(Decimal(edge or 0), points) for edge, points in pairs]


def told(table: tree.BandTable, value: Decimal) -> str:
    found = band_points(table, value)
    return f"{found.low}" if found.exact is not None else f"{found.low}-{found.high}"


# first matches: what each case compares and gives, then what is left
FIRST = """
national/innovative_sme 2022 ip | class1_ip_high_value ge 1=20 ; class1_ip_self ge 1=15 ; class1_ip ge
    1=10 ; class2_ip ge 1=5 ; 0
national/innovative_sme 2022 product_field | product_strategic_emerging=10 ; 5
national/specialised_sme 2022 ip | class1_ip_high_value ge 1=10 ; class1_ip_self ge 1=8 ; class1_ip ge
    1=6 ; class2_ip ge 1=2 ; 0
national/specialised_sme 2022 product_field | product_field 补短板锻长板填空白=5 ; product_field
    六基或老字号或服务龙头=3 ; 0
national/specialised_sme 2022 digital_level | digital_level 三级 四级=5 ; digital_level 二级=3 ; 0
national/specialised_sme 2022 rd_institution | rd_institution 国家级=10 ; rd_institution 省级=8 ;
    rd_institution 市级=4 ; rd_institution 市级以下=2 ; 0
national/tech_sme 2017 ip | class1_ip ge 1=30 ; class2_ip ge 4=24 ; class2_ip ge 3=18 ; class2_ip ge 2=12
    ; class2_ip ge 1=6 ; 0
national/high_tech 2016 ip_bonus | standards_joined=1-2 ; 0
national/high_tech 2016 ip_count | class1_ip ge 1=7-8 ; class2_ip ge 5=5-6 ; class2_ip ge 3=3-4 ;
    class2_ip ge 1=1-2 ; 0
national/sme_digital 2024 systems | dq_systems 全覆盖=10 ; dq_systems 大于80%=7.5 ; dq_systems
    两个及以上=5 ; dq_systems 单个环节=2.5 ; 0
national/sme_digital 2024 green | dq_trend_energy 下降=7 ; dq_trend_energy 持平=3.5 ; 0
national/sme_digital 2024 quality | dq_trend_quality 上升=7 ; dq_trend_quality 持平=3.5 ; 0
national/sme_digital 2024 market | dq_trend_market 上升=3 ; dq_trend_market 持平=1.5 ; 0
national/sme_digital 2024 cost | dq_trend_cost 下降=3 ; dq_trend_cost 持平=1.5 ; 0
"""


@pytest.mark.parametrize("line", rows(FIRST))
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


@pytest.mark.parametrize("line", rows(PARTS))
def test_parts_and_totals_are_those_of_the_facts(line: str) -> None:
    key, version, clause, most, *least = line.split()
    found = node(key, version, clause)
    assert isinstance(found, tree.ScoreSum | tree.Part)
    assert found.maximum == tree.Constant(Decimal(most))
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


@pytest.mark.parametrize("line", rows(TICKED))
def test_choices_are_worth_what_the_facts_say(line: str) -> None:
    where, worth, most = line.split(" | ")
    found = node(*where.split())
    assert isinstance(found, tree.MultiSelectCapped)
    assert [str(one.points) for one in found.options] == worth.split()
    assert found.maximum == tree.Constant(Decimal(most))


def test_personnel_is_the_link_worth_more() -> None:
    found = node("national/sme_digital", "2024", "collection")
    assert isinstance(found, tree.MultiSelectCapped)
    assert [one.field.name for one in found.options if one.points == Decimal("0.9")] == ["dq_collect_people"]


# years and days of dates
SPANS = """
national/innovative_sme 2022 direct_award 3 0
national/specialised_sme 2026 ip 3 0
national/specialised_sme 2022 direct_award 3 0
national/specialised_sme 2022 direct_maker 3 0
national/tech_sme 2017 direct_award 5 0
national/high_tech 2016 registered_a_year 0 365
hangzhou/new_eagle 2024 age 5 0
"""


@pytest.mark.parametrize("line", rows(SPANS))
def test_spans_of_time_are_those_of_the_facts(line: str) -> None:
    key, version, clause, years, days = line.split()
    found = [one for one in walk(node(key, version, clause)) if isinstance(one, tree.Within | tree.Aged)]
    assert found
    assert {(one.years, one.days) for one in found} == {(int(years), int(days))}
