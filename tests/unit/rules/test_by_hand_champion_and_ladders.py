"""R07 单项冠军, R16 to R18 智能工厂, R21 集群区块, R25 达标即准, R27 特色产业集群 by hand."""

from datetime import date

import pytest
from by_hand_house import MANUAL, MET, UNKNOWN, UNMET, Bench, hold
from rules_house import shipped

from jiqun.core.states import NEVER

ON = date(2026, 6, 1)

# R07

CHAMPION: dict[str, object] = {
    "segment_years": 10, "champion_new_product": False, "title_zjtx_until": NEVER, "title_little_giant_until": NEVER,
    "main_business_revenue_wan": 60000, "main_business_revenue_wan@-1": 40000, "main_business_revenue_wan@-2": 20000,
    "global_rank": 3, "champion_technology_decided": True, "champion_market_decided": True,
    "champion_innovation_decided": True, "champion_management_decided": True, "major_accident_3y": False,
    "quality_problem_3y": False, "env_offence_3y": False, "dishonest_list": False, "tax_evasion_3y": False,
    "data_fraud_3y": False,
}  # fmt: skip
ONE = Bench("national/single_champion", CHAMPION, on=ON)
HALF = {
    "main_business_revenue_wan": 30000,
    "main_business_revenue_wan@-1": 20000,
    "main_business_revenue_wan@-2": 10000,
}

CHAMPIONS = [  # clause, changed, state
    ("field_years", {"segment_years": 9.99}, UNMET),  # R07 line 208: ten years, five for a new product
    ("field_years", {"segment_years": 9.99, "champion_new_product": True}, MET),
    ("field_years", {"segment_years": 5, "champion_new_product": True}, MET),
    ("field_years", {"segment_years": 4.99, "champion_new_product": True}, UNMET),
    ("field_years", {"segment_years": 5, "champion_new_product": None}, UNKNOWN),
    ("field_years", {"segment_years": 4, "champion_new_product": None}, UNMET),
    ("field_years", {"segment_years": None}, UNKNOWN),
    ("revenue", {}, MET),  # line 209: mean of three years 40 000
    ("revenue", {"main_business_revenue_wan": 59999.99}, UNMET),
    ("revenue", {"main_business_revenue_wan@-2": None}, UNKNOWN),
    ("revenue", HALF, UNMET),  # 20 000 for a 专精特新
    ("revenue", {**HALF, "title_zjtx_until": date(2026, 6, 1)}, MET),
    ("revenue", {**HALF, "title_zjtx_until": date(2026, 5, 31)}, UNMET),
    ("revenue", {**HALF, "title_little_giant_until": date(2026, 6, 1)}, MET),
    ("revenue", {**HALF, "title_zjtx_until": None}, UNKNOWN),
    ("revenue", {**HALF, "main_business_revenue_wan": 29999.99, "title_zjtx_until": date(2027, 1, 1)}, UNMET),
    ("global_rank", {"global_rank": 1}, MET),  # line 210
    ("global_rank", {"global_rank": 4}, UNMET),
    ("global_rank", {"global_rank": None}, UNKNOWN),
    ("technology", {"champion_technology_decided": None}, MANUAL),  # lines 211-213
    ("technology", {"champion_technology_decided": False}, UNMET),
    ("market", {"champion_market_decided": None}, MANUAL),
    ("market", {"champion_market_decided": False}, UNMET),
    ("innovation", {"champion_innovation_decided": None}, MANUAL),
    ("innovation", {"champion_innovation_decided": False}, UNMET),
    ("management", {"champion_management_decided": None}, MANUAL),
    ("management", {"champion_management_decided": False}, UNMET),
    *[("no_violation", {flag: True}, UNMET) for flag in tuple(CHAMPION)[12:]],  # line 213
    *[("no_violation", {flag: None}, UNKNOWN) for flag in tuple(CHAMPION)[12:]],
]


def test_single_champions() -> None:
    assert tuple(CHAMPION)[12:14] == ("major_accident_3y", "quality_problem_3y") and ONE.verdict({}) is MET
    hold(CHAMPIONS, ONE.state)
    hold([(changed, state) for _, changed, state in CHAMPIONS], ONE.verdict)
    assert shipped()["national/single_champion"].valid_years == 3


# R16

SMART: dict[str, object] = {
    "above_scale": True, "smart_operation_decided": True, "abnormal_list": False, "dishonest_list": False,
    "accident_3y": False, "env_offence_3y": False, "smart_controllable_decided": True,
    "smart_organisation_decided": True, "smart_scenes_decided": True, "gbt39116_level": 2,
    "title_smart_basic_until": NEVER, "title_smart_advanced_until": NEVER, "title_smart_excellent_until": NEVER,
}  # fmt: skip
FACTORY = Bench("national/smart_factory", SMART, on=ON)
BASIC, ADVANCED, EXCELLENT = ({f"title_smart_{one}_until": ON} for one in ("basic", "advanced", "excellent"))


def test_the_national_ladder_is_climbed_in_order() -> None:
    cases = [  # titles held, maturity, levels left · R16 lines 388-391
        ({}, 1.99, ("",)),
        ({}, 2, ("basic",)),
        ({}, 5, ("basic",)),
        (BASIC, 2, ("advanced",)),
        (BASIC, 1, ("",)),
        (BASIC, 5, ("advanced",)),
        ({**BASIC, **ADVANCED}, 2.99, ("advanced",)),
        ({**BASIC, **ADVANCED}, 3, ("excellent",)),
        ({**BASIC, **ADVANCED, **EXCELLENT}, 3, ("leading", "excellent")),  # its maturity is not published
        ({**BASIC, **ADVANCED, **EXCELLENT}, 5, ("leading", "excellent")),
        ({"title_smart_basic_until": date(2026, 5, 31)}, 2, ("basic",)),
        ({"title_smart_basic_until": None}, 2, ("advanced", "basic")),
    ]
    hold(cases, lambda titles, maturity: FACTORY.ruling({**titles, "gbt39116_level": maturity}).levels)
    assert FACTORY.clause("leading_maturity", {}).confidence == "U"


def test_base_conditions_of_smart_factories() -> None:
    cases = [  # changed, verdict · R16 line 393
        ({}, MET),
        ({"above_scale": False}, UNMET),
        ({"above_scale": None}, UNKNOWN),
        ({"smart_operation_decided": None}, MANUAL),
        ({"smart_controllable_decided": None}, MANUAL),
        ({"smart_organisation_decided": None}, MANUAL),
        ({"smart_scenes_decided": None}, MANUAL),
        ({"smart_scenes_decided": False}, UNMET),
        ({"abnormal_list": True}, UNMET),
        ({"dishonest_list": True}, UNMET),
        ({"accident_3y": True}, UNMET),
        ({"env_offence_3y": True}, UNMET),
        ({"env_offence_3y": None}, UNKNOWN),
        ({"gbt39116_level": None}, UNKNOWN),
        ({"gbt39116_level": 1}, UNMET),
    ]
    hold(cases, FACTORY.verdict)


# R17


def test_maturity_by_score() -> None:
    bench = Bench("national/smart_maturity", {}, on=ON)
    cases = [  # score, level · R17 line 397, marked C
        (0, ""),
        (0.79, ""),
        (0.8, "1"),
        (1.79, "1"),
        (1.8, "2"),
        (2.79, "2"),
        (2.8, "3"),
        (3.55, "3"),
        (3.71, "3"),
        (3.79, "3"),
        (3.8, "4"),
        (4.79, "4"),
        (4.8, "5"),
        (5, "5"),
    ]
    hold(cases, lambda score: bench.ruling({"gbt39116_score": score}).level)
    assert bench.verdict({"gbt39116_score": None}) is UNKNOWN
    assert bench.clause("level_3", {}).confidence == "C"


# R18

LADDER: dict[str, object] = {
    "smart_started_on": date(2022, 5, 1), "smart_completed_on": date(2023, 6, 1),
    "zj_smart_score": 100, "credit_good": True, "credit_passed": True,
    "smart_violation_2y": False, "in_mountain_county": False, "zj_digital_level": 3,
}  # fmt: skip
YEARS = {
    year: Bench("zhejiang/smart_factory_ladder", LADDER, on=date(year, 9, 1)) for year in (2022, 2023, 2025)
}


def test_investment_of_the_three_factories_of_zhejiang() -> None:
    cases = [  # year, mountain county, 10 000 yuan of software and hardware, levels left · R18 lines 404-406
        (2022, False, 8000, ("future_factory",)),
        (2022, False, 7999.99, ("smart_factory",)),
        (2022, False, 4000, ("smart_factory",)),
        (2022, False, 3999.99, ("digital_workshop",)),
        (2022, False, 2000, ("digital_workshop",)),
        (2022, False, 1999.99, ("",)),
        (2022, True, 6000, ("future_factory",)),
        (2022, True, 5999.99, ("smart_factory",)),
        (2022, True, 3000, ("smart_factory",)),
        (2022, True, 2999.99, ("digital_workshop",)),
        (2022, True, 1500, ("digital_workshop",)),
        (2022, True, 1499.99, ("",)),
        (
            2023,
            False,
            2000,
            ("future_factory", "smart_factory", "digital_workshop"),
        ),  # the others are not published
        (2023, False, 1999.99, ("future_factory", "smart_factory", "")),
        (2025, False, 4000, ("future_factory", "smart_factory")),
        (2025, False, 3999.99, ("future_factory", "digital_workshop")),
        (2025, False, 2000, ("future_factory", "digital_workshop")),
        (2025, False, 1999.99, ("future_factory", "")),
        (2025, True, 3000, ("future_factory", "smart_factory")),
        (2025, True, 2999.99, ("future_factory", "digital_workshop")),
        (2025, True, 1500, ("future_factory", "digital_workshop")),
        (2025, True, 1499.99, ("future_factory", "")),
        (2022, None, 1500, ("digital_workshop", "")),
        (2022, False, None, ("future_factory", "smart_factory", "digital_workshop", "")),
    ]

    def levels(year: int, mountain: bool | None, amount: float | None) -> object:
        column = "smart_investment_5y_wan" if year == 2025 else "smart_investment_3y_wan"
        return YEARS[year].ruling({"in_mountain_county": mountain, column: amount}).levels

    hold(cases, levels)


def test_the_window_of_investment_is_three_years_and_five_from_2025() -> None:
    only_5, only_3 = {"smart_investment_5y_wan": 9000}, {"smart_investment_3y_wan": 9000}
    assert (
        YEARS[2022].ruling(only_3).level == "future_factory" and len(YEARS[2022].ruling(only_5).levels) == 4
    )
    assert (
        len(YEARS[2025].ruling(only_3).levels) == 4 and "smart_factory" in YEARS[2025].ruling(only_5).levels
    )


def test_digital_level_and_credit_of_2025() -> None:
    rich = {"smart_investment_5y_wan": 9000}
    cases = [  # changed, levels left · R18 line 406: 2.0 for workshop and factory, 3.0 for the future factory
        ({"zj_digital_level": 3}, ("future_factory", "smart_factory")),
        ({"zj_digital_level": 2.9}, ("smart_factory",)),
        ({"zj_digital_level": 2}, ("smart_factory",)),
        ({"zj_digital_level": 1.9}, ("",)),
    ]
    hold(cases, lambda changed: YEARS[2025].ruling({**rich, **changed}).levels)
    clauses = [  # clause, changed, state
        ("credit", {"credit_good": False}, UNMET),
        ("credit", {"credit_good": None}, UNKNOWN),
        ("no_violation", {"smart_violation_2y": True}, UNMET),
        ("no_violation", {"smart_violation_2y": None}, UNKNOWN),
        ("review", {}, UNKNOWN),  # scoring is not published, whatever the points
    ]
    hold(clauses, YEARS[2025].state)
    assert (
        YEARS[2025].verdict(rich) is UNKNOWN and YEARS[2025].verdict({**rich, "credit_good": False}) is UNMET
    )


def test_the_days_of_building() -> None:
    """Built after a year or done by a month: days both readings allow are met, days neither allows are not."""
    begun, done, pilot = "smart_started_on", "smart_completed_on", "future_factory_window"
    decided = {"smart_window_decided": True}
    cases = [  # year, clause, changed, state · R18 lines 404-406
        (2025, "window", {done: date(2026, 10, 31)}, MET),
        (2025, "window", {done: date(2023, 1, 1)}, MET),
        (2025, "window", {begun: date(2022, 12, 31), done: date(2026, 11, 1)}, UNMET),
        (2025, "window", {begun: date(2022, 12, 31), done: date(2026, 11, 1), **decided}, UNMET),
        (2025, "window", {begun: date(2023, 1, 1), done: date(2026, 11, 1)}, MANUAL),
        (2025, "window", {begun: date(2023, 1, 1), done: date(2026, 11, 1), **decided}, MET),
        (2025, "window", {begun: date(2021, 1, 1), done: date(2022, 12, 31)}, MANUAL),
        (2025, "window", {done: None}, UNKNOWN),
        (2025, "window", {begun: None, done: date(2026, 11, 1)}, UNKNOWN),
        (2025, "window", {begun: None}, MET),
        (2025, "window", {begun: date(2022, 12, 31), done: NEVER}, UNMET),
        (2023, "window", {begun: date(2020, 1, 1), done: date(2024, 10, 31)}, MET),
        (2023, "window", {begun: date(2020, 1, 1), done: date(2024, 11, 1)}, UNMET),
        (2022, pilot, {begun: date(2020, 1, 1), done: date(2023, 6, 30)}, MET),
        (2022, pilot, {begun: date(2020, 1, 1), done: date(2023, 7, 1)}, UNMET),
        (2022, "smart_factory_window", {begun: date(2019, 1, 1), done: date(2023, 12, 31)}, MET),
        (2022, "digital_workshop_window", {begun: date(2019, 1, 1), done: date(2024, 1, 1)}, UNMET),
    ]
    hold(cases, lambda year, clause, changed: YEARS[year].state(clause, changed))


def test_credit_of_2023() -> None:
    rich = {"smart_investment_3y_wan": 99999}
    cases = [  # good, passed, levels left · R18 line 405: good for the future factory, passed for the others
        (True, True, ("future_factory", "smart_factory", "digital_workshop")),
        (False, True, ("smart_factory", "digital_workshop")),
        (False, False, ("",)),
    ]
    hold(
        cases, lambda good, ok: YEARS[2023].ruling({**rich, "credit_good": good, "credit_passed": ok}).levels
    )


# R21


def test_areas_step_up_one_by_one_and_no_score_is_published() -> None:
    ladder = Bench("zhejiang/cluster_ladder", {"area_score": 100}, on=ON)
    steps = ("to_star", "to_coop", "to_core")
    cases = [
        ("未入选", "to_star", ""),
        ("新星", "to_coop", "star"),
        ("协同区", "to_core", "coop"),
    ]  # R21 line 474
    for kind, step, level in cases:
        ruling = ladder.ruling({"area_kind": kind})
        assert ruling.level == level and ruling.verdict is not MET, kind
        told = {one: ruling.clause(one).state.value for one in steps}
        assert told == {one: "unknown" if one == step else "not_applicable" for one in steps}
    assert ladder.ruling({"area_kind": "核心区"}).level == "core"
    assert ladder.verdict({"area_kind": None}) is UNKNOWN
    names = [
        name for name in shipped()["zhejiang/cluster_ladder"].parameters_on("330100", ON).values() if name
    ]
    assert names == []


# R25

FIVE = {f"auto_indicator_{n}": 10**9 for n in range(1, 6)}
INDICATORS = {"invention_patents": 10**6, "rd_expense_wan": 10**6, **FIVE}
SET_HERE = {"invention_patents": "5", "rd_expense": "300", **{f"own_{n}": str(n) for n in range(1, 6)}}


def test_automatic_recognition_of_jiaxing_has_no_published_line() -> None:
    bench = Bench("jiaxing/auto_recognition", INDICATORS, on=ON, region="330402")
    ruling = bench.ruling()  # R25 line 508: seven indicators, no threshold known
    assert ruling.verdict is UNKNOWN and len(ruling.clauses) == 7
    assert {one.state for one in ruling.clauses} == {UNKNOWN} and {
        one.confidence for one in ruling.clauses
    } == {"U"}
    assert all(value is None for value in bench.pack.parameters_on("330402", ON).values())


@pytest.mark.parametrize("column", INDICATORS)
def test_with_lines_set_by_the_office_each_indicator_counts(column: str) -> None:
    lines = dict(zip(INDICATORS, SET_HERE.values(), strict=True))
    bench = Bench("jiaxing/auto_recognition", {k: float(v) for k, v in lines.items()}, on=ON, region="330402")
    assert bench.ruling(given=SET_HERE).verdict is MET
    assert bench.ruling({column: float(lines[column]) - 0.01}, given=SET_HERE).verdict is UNMET
    assert bench.ruling({column: None}, given=SET_HERE).verdict is UNKNOWN


# R27

CLUSTER: dict[str, object] = {
    "cluster_area_km2": 100, "cluster_area_exception_decided": None,
    "cluster_output_yi": 111, "cluster_output_yi@-1": 100, "cluster_output_yi@-2": 40,
    "cluster_sme_output_yi": 77.7, "cluster_leading_output_yi": 77.71, "cluster_front_decided": True,
    "cluster_champions": 1, "cluster_zjtx": 0, "cluster_chain_decided": True, "cluster_sme_rd_growth_pct": 10.01,
    "cluster_innovation_decided": True, "cluster_platform_pct": 20, "cluster_green_decided": True,
    "cluster_open_decided": True, "cluster_services_decided": True, "accident_3y": False, "quality_problem_3y": False,
    "env_offence_3y": False, "data_event_3y": False, "tax_evasion_3y": False, "dishonest_list": False,
}  # fmt: skip
GROUP = Bench("national/sme_cluster", CLUSTER, on=ON)
DECIDED = ("front", "chain", "innovation", "green", "open", "services")

CLUSTERS = [  # clause, changed, state
    ("area", {"cluster_area_km2": 100}, MET),  # R27 line 481: up to 100 km², in general
    ("area", {"cluster_area_km2": 100.01}, MANUAL),
    ("area", {"cluster_area_km2": 100.01, "cluster_area_exception_decided": False}, UNMET),
    ("area", {"cluster_area_km2": 100.01, "cluster_area_exception_decided": True}, MET),
    ("output", {"cluster_output_yi@-2": 39.99}, UNMET),  # 40 in each of three years
    ("output", {"cluster_output_yi@-2": 40}, MET),
    ("output", {"cluster_output_yi@-1": 39.99}, UNMET),
    ("output", {"cluster_output_yi": 39.99}, UNMET),
    ("output", {"cluster_output_yi@-2": None}, UNKNOWN),
    ("sme_share", {"cluster_sme_output_yi": 77.7}, MET),  # at least 70 %
    ("sme_share", {"cluster_sme_output_yi": 77.69}, UNMET),
    ("sme_share", {"cluster_sme_output_yi": None}, UNKNOWN),
    ("leading_share", {"cluster_leading_output_yi": 77.7}, UNMET),  # more than 70 %
    ("leading_share", {"cluster_leading_output_yi": None}, UNKNOWN),
    ("output_growth", {"cluster_output_yi": 110}, UNMET),  # more than 10 %
    ("output_growth", {"cluster_output_yi": 110.01}, MET),
    ("output_growth", {"cluster_output_yi@-1": None}, UNKNOWN),
    ("tiers", {"cluster_champions": 0, "cluster_zjtx": 9}, UNMET),  # line 482
    ("tiers", {"cluster_champions": 0, "cluster_zjtx": 10}, MET),
    ("tiers", {"cluster_champions": None, "cluster_zjtx": 9}, UNKNOWN),
    ("tiers", {"cluster_champions": 1, "cluster_zjtx": None}, MET),
    ("rd_growth", {"cluster_sme_rd_growth_pct": 10}, UNMET),  # line 484, marked C
    ("rd_growth", {"cluster_sme_rd_growth_pct": None}, UNKNOWN),
    ("platform", {"cluster_platform_pct": 19.99}, UNMET),  # line 485, marked C
    ("platform", {"cluster_platform_pct": None}, UNKNOWN),
    *[(name, {f"cluster_{name}_decided": None}, MANUAL) for name in DECIDED],
    *[(name, {f"cluster_{name}_decided": False}, UNMET) for name in DECIDED],
    *[("no_violation", {flag: True}, UNMET) for flag in tuple(CLUSTER)[-6:]],  # line 477
    *[("no_violation", {flag: None}, UNKNOWN) for flag in tuple(CLUSTER)[-6:]],
]


def test_clusters_of_smes() -> None:
    assert GROUP.verdict({}) is MET
    hold(CLUSTERS, GROUP.state)
    hold([(changed, UNMET) for _, changed, state in CLUSTERS if state is UNMET], GROUP.verdict)
    marks = {name: GROUP.clause(name, {}).confidence for name in ("output", "rd_growth", "platform", "green")}
    assert marks == {"output": "A", "rd_growth": "C", "platform": "C", "green": "U"}


def test_yunnan_has_lines_of_its_own() -> None:
    low: dict[str, object] = {
        **CLUSTER, "cluster_output_yi": 10.31, "cluster_output_yi@-1": 10, "cluster_output_yi@-2": 10,
        "cluster_sme_output_yi": 5.2, "cluster_leading_output_yi": 6.2, "cluster_sme_rd_growth_pct": 5.01,
        "cluster_platform_pct": 10, "cluster_champions": 0, "cluster_zjtx": 3,
    }  # fmt: skip
    local = Bench("national/sme_cluster", low, on=ON, region="530100")
    assert local.verdict({}) is MET and Bench("national/sme_cluster", low, on=ON).verdict({}) is UNMET
    cases = [  # clause, changed, state · R27 line 490: 10, 50 %, 60 %, 3 %, 3 firms, 5 %, 10 %
        ("output", {"cluster_output_yi@-1": 9.99}, UNMET),
        ("sme_share", {"cluster_sme_output_yi": 5.15}, UNMET),
        ("leading_share", {"cluster_leading_output_yi": 6.18}, UNMET),
        ("output_growth", {"cluster_output_yi": 10.29}, UNMET),
        ("tiers", {"cluster_zjtx": 2}, UNMET),
        ("rd_growth", {"cluster_sme_rd_growth_pct": 4.99}, UNMET),
        ("platform", {"cluster_platform_pct": 9.99}, UNMET),
    ]
    hold(cases, local.state)
