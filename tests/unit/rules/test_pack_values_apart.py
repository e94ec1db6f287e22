"""规则包 parameters, sizes, dates, marks and single clauses of the packs, typed a second time from the facts file."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from pack_numbers import node, numbers, pack, points, rows

from jiqun.rules import tree
from jiqun.rules.firm import Firm, Value
from jiqun.rules.judge import judge_pack
from jiqun.rules.tree import Op

# place, day, numbers; a dash is empty
PARAMETERS = """
national/sme_digital 330624 2026-01-01 level4_score=80 level4_scenes=10 level4_constrained=6
national/sme_digital 330624 2026-01-01 level3_score=60 level3_scenes=8 level3_constrained=5
national/sme_digital 330624 2026-01-01 level2_score=40 level2_scenes=6 level2_constrained=3
national/sme_digital 330624 2026-01-01 level1_score=20 level1_scenes=6 level1_constrained=3
national/sme_cluster 331003 2026-01-01 area=100 output=40 sme_share=70 leading_share=70 output_growth=10
    champions=1 specialised=10 rd_growth=10 platform=20
national/sme_cluster 530100 2026-01-01 area=100 output=10 sme_share=50 leading_share=60 output_growth=3
    champions=1 specialised=3 rd_growth=5 platform=10
zhejiang/smart_factory_ladder 330624 2022-07-01 workshop=2000 workshop_mountain=1500 factory=4000
    factory_mountain=3000 future=8000 future_mountain=6000 review_score=-
zhejiang/smart_factory_ladder 330624 2023-07-01 workshop=2000 workshop_mountain=- factory=-
    factory_mountain=- future=- future_mountain=- review_score=-
zhejiang/smart_factory_ladder 330624 2025-07-01 workshop=2000 workshop_mountain=1500 factory=4000
    factory_mountain=3000 future=- future_mountain=- digital_level=2.0 digital_level_future=3.0
    review_score=-
national/smart_factory 330624 2026-01-01 maturity_leading=-
zhejiang/cluster_ladder 331003 2026-01-01 star_score=- coop_score=- core_score=-
jiaxing/auto_recognition 330421 2026-01-01 invention_patents=- rd_expense=- own_1=- own_2=- own_3=-
    own_4=- own_5=-
"""


@pytest.mark.parametrize("line", rows(PARAMETERS))
def test_parameters_are_those_of_the_facts_and_the_unknown_ones_empty(line: str) -> None:
    key, region, on, *values = line.split()
    found = pack(key).parameters_on(region, date.fromisoformat(on))
    for one in values:
        name, value = one.split("=")
        assert found[name] == (None if value == "-" else Decimal(value)), name


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


@pytest.mark.parametrize("line", rows(SIZES))
def test_a_firm_just_on_the_bounds_is_of_that_size_and_one_less_is_not(line: str) -> None:
    sector, *classes = line.split(" | ")
    order = ["large", "medium", "small", "micro"]
    for place, bounds in enumerate(classes):
        firm = {LETTERS[one[0]]: Decimal(one[1:]) for one in bounds.split()}
        assert size(sector, firm) == order[place]
        for field, value in firm.items():
            assert order.index(size(sector, {**firm, field: value - 1})) > place


def size(sector: str, told: dict[str, Decimal]) -> str:
    values: dict[str, Value] = {
        "size_sector": sector,
        **dict.fromkeys(LETTERS.values(), Decimal(10**7)),
        **told,
    }
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
    assert size("工业", {"employees": Decimal(people), "operating_revenue_wan": Decimal(revenue)}) == level


def test_research_of_a_high_tech_firm_goes_by_its_sales() -> None:
    """Up to 5,000: 5 %; up to 20,000: 4 %; above: 3 %; and 60 % of it in China."""
    for sales, share in ((5000, 5), (5001, 4), (20000, 4), (20001, 3)):
        for enough in (True, False):
            amount = Decimal(sales) * share / 100 - (0 if enough else 1)
            values: dict[str, Value] = {}
            for back in ("", "@-1", "@-2"):
                values[f"sales_revenue_wan{back}"] = Decimal(sales)
                values[f"rd_expense_wan{back}"] = amount
                values[f"rd_expense_domestic_wan{back}"] = amount * Decimal("0.6")
            ruling = judge_pack(pack("national/high_tech"), Firm("x", "x", "", values), on=date(2026, 1, 1))
            assert (ruling.clause("rd").state == "met") is enough
            assert ruling.clause("rd_domestic").state == "met"


def test_sales_of_a_high_tech_firm_divide_at_5000_and_20000() -> None:
    told = {"small": ["le 5000"], "middle": ["gt 5000", "le 20000"], "large": ["gt 20000"]}
    for which, bounds in told.items():
        lines = numbers(node("national/high_tech", "2016", f"rd_{which}"))
        assert lines[:-1] == [f"sales_revenue_wan {bound}" for bound in bounds]


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
    assert points(found.otherwise.low, found.otherwise.high) == "0"


def test_ip_of_ones_own_research_gives_up_to_6_and_bought_ip_up_to_3() -> None:
    found = node("national/high_tech", "2016", "ip_origin")
    assert isinstance(found, tree.FirstMatch)
    given = [points(one.points.low, one.points.high) for one in found.cases]
    assert (given, found.otherwise.exact) == (["1-6", "1-3"], 0)
    assert isinstance(found.cases[0].when, tree.Flag)
    assert numbers(found.cases[1].when) == ["class1_ip ge 1", "class2_ip ge 1"]


@pytest.mark.parametrize(
    ("key", "version", "clause", "told"),
    [
        ("national/specialised_sme", "2022", "years_points", "2 1 5"),
        ("national/sme_digital", "2024", "planning", "1 1.5 7.5"),
    ],
)
def test_points_by_steps_are_those_of_the_facts(key: str, version: str, clause: str, told: str) -> None:
    """Step, points of each, most."""
    found = node(key, version, clause)
    assert isinstance(found, tree.PerStep)
    assert isinstance(found.maximum, tree.Constant)
    assert f"{found.step} {found.points} {found.maximum.value}" == told


def test_the_part_of_the_province_is_15_at_most() -> None:
    found = node("national/specialised_sme", "2022", "province_points")
    assert isinstance(found, tree.Given)
    assert found.maximum == tree.Constant(Decimal(15))


def test_a_champion_needs_400_million_or_200_with_a_title() -> None:
    for clause, least in (("revenue_400m", "40000"), ("revenue_zjtx", "20000")):
        assert numbers(node("national/single_champion", "2023", clause))[-1].endswith(f" ge {least}")


@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_scenes_are_sixteen_and_ten_of_them_constrained(level: int) -> None:
    """The starred ones: design, marketing, production, quality, equipment, safety, energy, purchase, storage, finance."""
    every, starred = (
        names(node("national/sme_digital", "2024", f"level{level}_{which}_reached"), level)
        for which in ("scenes", "constrained")
    )
    assert len(every) == 16
    assert starred == [
        f"scene_{one}"
        for one in (
            "design", "marketing", "production", "quality", "equipment", "safety", "energy", "purchase", "logistics",
            "finance",
        )
    ]  # fmt: skip


def names(found: object, level: int) -> Sequence[str]:
    assert isinstance(found, tree.AtLeast)
    leaves = [one for one in found.of if isinstance(one, tree.Compare)]
    assert all(one.op is Op.GE and one.needed == tree.Constant(Decimal(level)) for one in leaves)
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


@pytest.mark.parametrize("line", rows(VERSIONS))
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
zhejiang/smart_factory_ladder 2025 window C
zhejiang/cluster_ladder 2023 to_core U
jiaxing/auto_recognition 2025 own_5 U
jiaxing/auto_recognition 2025 rd_expense U
"""


@pytest.mark.parametrize("line", rows(LESS_SURE))
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
