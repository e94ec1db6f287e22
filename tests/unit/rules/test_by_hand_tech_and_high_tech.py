"""R08 高新技术企业 and R09 科技型中小企业 by hand: conditions, expert ranges, scores."""

from datetime import date

from by_hand_house import MANUAL, MET, UNKNOWN, UNMET, Bench, hold
from rules_house import shipped

from jiqun.core.states import NEVER

ON = date(2026, 6, 1)

# R08: just on every line of the conditions

HIGH: dict[str, object] = {
    "resident_enterprise": True, "established_on": date(2025, 6, 1), "owns_core_ip": True, "core_tech_in_field": True,
    "st_staff": 10, "employees": 100, "sales_revenue_wan": 5000, "sales_revenue_wan@-1": 5000,
    "sales_revenue_wan@-2": 5000, "rd_expense_wan": 250, "rd_expense_wan@-1": 250, "rd_expense_wan@-2": 250,
    "rd_expense_domestic_wan": 150, "rd_expense_domestic_wan@-1": 150, "rd_expense_domestic_wan@-2": 150,
    "hightech_revenue_wan": 3000, "total_revenue_wan": 5000, "offence_1y": False,
    "net_assets_wan": 1350, "net_assets_wan@-1": 1000, "net_assets_wan@-2": 740.740741,
    "class1_ip": 1, "class2_ip": 0, "ip_own_research": True, "standards_joined": False, "conversions_per_year": 5,
    "expert_ip_advanced": 8, "expert_ip_support": 8, "expert_organisation_system": 6, "expert_organisation_body": 6,
    "expert_organisation_incentive": 4, "expert_organisation_training": 4,
}  # fmt: skip
TECH = Bench("national/high_tech", HIGH, on=ON)

CONDITIONS = [  # clause, changed, state
    ("registered", {"established_on": date(2025, 6, 1)}, MET),  # R08 line 221: 365 days
    ("registered", {"established_on": date(2025, 6, 2)}, UNMET),
    ("registered", {"established_on": None}, UNKNOWN),
    ("registered", {"resident_enterprise": False}, UNMET),
    ("registered", {"resident_enterprise": None}, UNKNOWN),
    ("core_ip", {"owns_core_ip": False}, UNMET),  # line 222
    ("core_ip", {"owns_core_ip": None}, UNKNOWN),
    ("field", {"core_tech_in_field": False}, UNMET),  # line 223
    ("field", {"core_tech_in_field": None}, UNKNOWN),
    ("st_staff", {"st_staff": 10}, MET),  # line 224
    ("st_staff", {"st_staff": 9.99}, UNMET),
    ("st_staff", {"st_staff": None}, UNKNOWN),
    ("st_staff", {"employees": 0}, UNKNOWN),
    ("rd_domestic", {"rd_expense_domestic_wan": 150}, MET),  # line 225
    ("rd_domestic", {"rd_expense_domestic_wan": 149.99}, UNMET),
    ("rd_domestic", {"rd_expense_domestic_wan@-2": None}, UNKNOWN),
    ("hightech_revenue", {"hightech_revenue_wan": 3000}, MET),  # line 226
    ("hightech_revenue", {"hightech_revenue_wan": 2999.99}, UNMET),
    ("hightech_revenue", {"total_revenue_wan": None}, UNKNOWN),
    ("no_offence", {"offence_1y": True}, UNMET),  # line 228
    ("no_offence", {"offence_1y": None}, UNKNOWN),
]


def test_conditions_of_high_tech() -> None:
    assert TECH.verdict({}) is MET and shipped()["national/high_tech"].valid_years == 3
    hold(CONDITIONS, TECH.state)
    hold([(changed, state) for _, changed, state in CONDITIONS], TECH.verdict)


def test_rd_of_three_years_by_the_sales_of_the_latest() -> None:
    cases = [  # sales last year, the two years before together, R&D of three years, state · R08 line 225: 5, 4, 3 %
        (5000, 10000, 750, MET),
        (5000, 10000, 749.99, UNMET),
        (5000.01, 9999.99, 600, MET),
        (5000.01, 9999.99, 599.99, UNMET),
        (20000, 10000, 1200, MET),
        (20000, 10000, 1199.99, UNMET),
        (20000.01, 9999.99, 900, MET),
        (20000.01, 9999.99, 899.99, UNMET),
        (100, 29900, 1499.99, UNMET),  # small last year, so 5 % of all three
        (100, 29900, 1500, MET),
        (None, 10000, 5000, UNKNOWN),
        (5000, None, 750, UNKNOWN),
        (5000, 10000, None, UNKNOWN),
    ]

    def told(sales: float | None, before: float | None, rd: float | None) -> object:
        changed = {
            "sales_revenue_wan": sales, "sales_revenue_wan@-1": before, "sales_revenue_wan@-2": 0,
            "rd_expense_wan": rd, "rd_expense_wan@-1": 0, "rd_expense_wan@-2": 0,
        }  # fmt: skip
        return TECH.state("rd", changed)

    hold(cases, told)


RANGES = [  # item, changed, points
    ("ip_count", {"class1_ip": 1, "class2_ip": 0}, (7.0, 8.0)),  # R08 line 234
    ("ip_count", {"class1_ip": 9, "class2_ip": 9}, (7.0, 8.0)),
    ("ip_count", {"class1_ip": 0, "class2_ip": 5}, (5.0, 6.0)),
    ("ip_count", {"class1_ip": 0, "class2_ip": 4}, (3.0, 4.0)),
    ("ip_count", {"class1_ip": 0, "class2_ip": 3}, (3.0, 4.0)),
    ("ip_count", {"class1_ip": 0, "class2_ip": 2}, (1.0, 2.0)),
    ("ip_count", {"class1_ip": 0, "class2_ip": 1}, (1.0, 2.0)),
    ("ip_count", {"class1_ip": 0, "class2_ip": 0}, 0.0),
    ("ip_count", {"class1_ip": None, "class2_ip": 0}, (0.0, 8.0)),
    ("ip_count", {"class1_ip": 0, "class2_ip": None}, (0.0, 6.0)),
    ("ip_advanced", {"expert_ip_advanced": None}, (0.0, 8.0)),  # lines 232, 233
    ("ip_advanced", {"expert_ip_advanced": 5}, 5.0),
    ("ip_support", {"expert_ip_support": None}, (0.0, 8.0)),
    ("ip_origin", {"ip_own_research": True}, (1.0, 6.0)),  # line 235
    ("ip_origin", {"ip_own_research": False}, (1.0, 3.0)),
    ("ip_origin", {"ip_own_research": False, "class1_ip": 0, "class2_ip": 1}, (1.0, 3.0)),
    ("ip_origin", {"ip_own_research": False, "class1_ip": 0, "class2_ip": 0}, 0.0),
    ("ip_bonus", {"standards_joined": True}, (1.0, 2.0)),  # line 236
    ("ip_bonus", {"standards_joined": False}, 0.0),
    ("ip_bonus", {"standards_joined": None}, (0.0, 2.0)),
    ("conversions", {"conversions_per_year": 5}, (25.0, 30.0)),  # line 237
    ("conversions", {"conversions_per_year": 4.99}, (19.0, 24.0)),
    ("conversions", {"conversions_per_year": 4}, (19.0, 24.0)),
    ("conversions", {"conversions_per_year": 3.99}, (13.0, 18.0)),
    ("conversions", {"conversions_per_year": 3}, (13.0, 18.0)),
    ("conversions", {"conversions_per_year": 2.99}, (7.0, 12.0)),
    ("conversions", {"conversions_per_year": 2}, (7.0, 12.0)),
    ("conversions", {"conversions_per_year": 1.99}, (1.0, 6.0)),
    ("conversions", {"conversions_per_year": 1}, (1.0, 6.0)),
    ("conversions", {"conversions_per_year": 0}, 0.0),
    ("conversions", {"conversions_per_year": None}, (0.0, 30.0)),
    ("organisation_system", {"expert_organisation_system": None}, (0.0, 6.0)),  # line 238
    ("organisation_body", {"expert_organisation_body": None}, (0.0, 6.0)),
    ("organisation_incentive", {"expert_organisation_incentive": None}, (0.0, 4.0)),
    ("organisation_training", {"expert_organisation_training": None}, (0.0, 4.0)),
]


def test_items_are_ranges_and_never_one_official_number() -> None:
    hold(RANGES, TECH.points)


def test_growth_of_three_years() -> None:
    cases = [  # year 3, year 2, year 1, points · R08 lines 239 and 241
        (1350, 1000, 1000, (5.0, 6.0)),  # (35 + 0) ÷ 2 = 17.5 %
        (1700, 1000, 1000, (9.0, 10.0)),  # 35 %
        (1699.99, 1000, 1000, (7.0, 8.0)),
        (1500, 1000, 1000, (7.0, 8.0)),  # 25 %
        (1499.99, 1000, 1000, (5.0, 6.0)),
        (1300, 1000, 1000, (5.0, 6.0)),  # 15 %
        (1299.99, 1000, 1000, (3.0, 4.0)),
        (1100, 1000, 1000, (3.0, 4.0)),  # 5 %
        (1099.99, 1000, 1000, (1.0, 2.0)),
        (1000.01, 1000, 1000, (1.0, 2.0)),
        (1000, 1000, 1000, 0.0),
        (900, 1000, 1000, 0.0),
        (1350, 1000, 0, (9.0, 10.0)),  # year 1 is 0: the newer growth alone
        (1349.99, 1000, 0, (7.0, 8.0)),
        (5000, 0, 1000, 0.0),  # year 2 is 0: no points
        (5000, 0, 0, 0.0),
        (None, 1000, 1000, (0.0, 10.0)),
        (1000, None, 1000, (0.0, 10.0)),
        (1000, 1000, None, (0.0, 10.0)),
    ]
    for item, column in (("growth_assets", "net_assets_wan"), ("growth_sales", "sales_revenue_wan")):
        years = (column, f"{column}@-1", f"{column}@-2")
        hold(cases, lambda *one, i=item, y=years: TECH.points(i, dict(zip(y, one, strict=True))))


def assets(new: float) -> dict[str, object]:
    """Net assets that grew from 1000, 1000 to this; sales stay as they are."""
    return {"net_assets_wan": new, "net_assets_wan@-1": 1000, "net_assets_wan@-2": 1000}


# 8 + 8 + (7–8) + (1–6), 30 at most; 19–24; 20; so 63–74 without growth
FOUR: dict[str, object] = {"conversions_per_year": 4}


def test_more_than_seventy_is_needed() -> None:
    cases = [  # changed, points, state · R08 line 227: > 70
        ({**FOUR, **assets(1000)}, (63.0, 74.0), MANUAL),
        ({**FOUR, **assets(1500)}, (70.0, 82.0), MANUAL),  # 70 at the least is not more than 70
        ({**FOUR, **assets(1700)}, (72.0, 84.0), MET),
        ({**FOUR, **assets(1500), "standards_joined": True}, (71.0, 82.0), MET),  # the block is capped at 30
        ({**FOUR, **assets(1000), "expert_organisation_system": 2}, (59.0, 70.0), UNMET),  # 70 at the most
        ({**FOUR, **assets(1000), "expert_organisation_system": 3}, (60.0, 71.0), MANUAL),
        ({**FOUR, **assets(1000), "expert_organisation_system": None}, (57.0, 74.0), MANUAL),
        ({"conversions_per_year": None, **assets(1000)}, (44.0, 80.0), UNKNOWN),
        ({"conversions_per_year": 0, **assets(1000)}, (44.0, 50.0), UNMET),
        ({"conversions_per_year": None, **assets(1700), "expert_ip_support": 0}, (45.0, 82.0), UNKNOWN),
    ]
    hold([one[:2] for one in cases], lambda changed: TECH.points("score", changed))
    hold([(one[0], one[2]) for one in cases], lambda changed: TECH.state("score", changed))
    hold([(one[0], one[2]) for one in cases], TECH.verdict)


# R09

TECH_SME: dict[str, object] = {
    "resident_enterprise": True, "employees": 500, "sales_revenue_wan": 20000, "total_assets_wan": 20000,
    "prohibited_product": False, "offence_2y": False, "abnormal_list": False, "dishonest_list": False,
    # no direct condition
    "title_high_tech_until": NEVER, "st_award_national_top3_on": NEVER, "rd_institution_provincial": False,
    "standards_led_5y": False,
    # 4 + 50 + 6 = 60
    "st_staff": 50, "rd_expense_wan": 1200, "cost_expense_wan": 20000, "class1_ip": 0, "class2_ip": 1,
}  # fmt: skip
SME = Bench("national/tech_sme", TECH_SME, on=ON)


def test_the_worked_technology_sme_has_just_60() -> None:
    assert SME.points("score", {}) == 60.0 and SME.verdict({}) is MET
    assert shipped()["national/tech_sme"].valid_years == 1  # R09 line 245


BASE = [  # column, value, verdict · R09 line 247
    ("employees", 501, UNMET),
    ("employees", None, UNKNOWN),
    ("sales_revenue_wan", 20000.01, UNMET),
    ("total_assets_wan", 20000, MET),
    ("total_assets_wan", 20000.01, UNMET),
    ("total_assets_wan", None, UNKNOWN),
    ("resident_enterprise", False, UNMET),
    ("resident_enterprise", None, UNKNOWN),
    ("prohibited_product", True, UNMET),
    ("prohibited_product", None, UNKNOWN),
    ("offence_2y", True, UNMET),
    ("offence_2y", None, UNKNOWN),
    ("abnormal_list", True, UNMET),
    ("abnormal_list", None, UNKNOWN),
    ("dishonest_list", True, UNMET),
    ("dishonest_list", None, UNKNOWN),
]


def test_base_of_technology_smes() -> None:
    hold(BASE, lambda column, value: SME.verdict({column: value}))
    edges = [
        (20000, MET),
        (20000.01, UNMET),
        (None, UNKNOWN),
    ]  # sales also change the score: the clause by itself
    hold(edges, lambda sales: SME.state("sales", {"sales_revenue_wan": sales}))
    assert SME.most() == {"score": 100, "staff": 20, "research": 50, "results": 30}  # lines 252-262
    most = {"score": 100, "ip": 30, "conversion": 30, "organisation": 20, "growth": 20}  # R08 lines 232-239
    assert TECH.most() == most


ITEMS = [  # item, changed, points
    ("st_staff_share", {"st_staff": 150}, 20.0),  # R09 line 257: 30, 25, 20, 15, 10 % of 500
    ("st_staff_share", {"st_staff": 149}, 16.0),
    ("st_staff_share", {"st_staff": 125}, 16.0),
    ("st_staff_share", {"st_staff": 124}, 12.0),
    ("st_staff_share", {"st_staff": 100}, 12.0),
    ("st_staff_share", {"st_staff": 99}, 8.0),
    ("st_staff_share", {"st_staff": 75}, 8.0),
    ("st_staff_share", {"st_staff": 74}, 4.0),
    ("st_staff_share", {"st_staff": 50}, 4.0),
    ("st_staff_share", {"st_staff": 49}, 0.0),
    ("st_staff_share", {"st_staff": None}, (0.0, 20.0)),
    ("rd_to_sales", {"rd_expense_wan": 1200}, 50.0),  # line 259: 6, 5, 4, 3, 2 % of 20 000
    ("rd_to_sales", {"rd_expense_wan": 1199.99}, 40.0),
    ("rd_to_sales", {"rd_expense_wan": 1000}, 40.0),
    ("rd_to_sales", {"rd_expense_wan": 999.99}, 30.0),
    ("rd_to_sales", {"rd_expense_wan": 800}, 30.0),
    ("rd_to_sales", {"rd_expense_wan": 799.99}, 20.0),
    ("rd_to_sales", {"rd_expense_wan": 600}, 20.0),
    ("rd_to_sales", {"rd_expense_wan": 599.99}, 10.0),
    ("rd_to_sales", {"rd_expense_wan": 400}, 10.0),
    ("rd_to_sales", {"rd_expense_wan": 399.99}, 0.0),
    ("rd_to_sales", {"rd_expense_wan": None}, (0.0, 50.0)),
    ("rd_to_cost", {"rd_expense_wan": 6000}, 50.0),  # line 260: 30, 25, 20, 15, 10 % of 20 000
    ("rd_to_cost", {"rd_expense_wan": 5999.99}, 40.0),
    ("rd_to_cost", {"rd_expense_wan": 5000}, 40.0),
    ("rd_to_cost", {"rd_expense_wan": 4999.99}, 30.0),
    ("rd_to_cost", {"rd_expense_wan": 4000}, 30.0),
    ("rd_to_cost", {"rd_expense_wan": 3999.99}, 20.0),
    ("rd_to_cost", {"rd_expense_wan": 3000}, 20.0),
    ("rd_to_cost", {"rd_expense_wan": 2999.99}, 10.0),
    ("rd_to_cost", {"rd_expense_wan": 2000}, 10.0),
    ("rd_to_cost", {"rd_expense_wan": 1999.99}, 0.0),
    ("rd_to_cost", {"cost_expense_wan": None}, (0.0, 50.0)),
    (
        "rd_choice",
        {"rd_expense_wan": 399.99, "cost_expense_wan": 1333.3},
        50.0,
    ),  # line 258: the better of the two
    ("rd_choice", {"rd_expense_wan": 800, "cost_expense_wan": 8000}, 30.0),
    ("rd_choice", {"rd_expense_wan": 800, "cost_expense_wan": None}, (30.0, 50.0)),
    ("rd_choice", {"rd_expense_wan": 1200, "cost_expense_wan": None}, 50.0),
    ("ip", {"class1_ip": 1}, 30.0),  # line 262
    ("ip", {"class2_ip": 9}, 24.0),
    ("ip", {"class2_ip": 4}, 24.0),
    ("ip", {"class2_ip": 3}, 18.0),
    ("ip", {"class2_ip": 2}, 12.0),
    ("ip", {"class2_ip": 1}, 6.0),
    ("ip", {"class2_ip": 0}, 0.0),
    ("ip", {"class1_ip": None}, (6.0, 30.0)),
    ("ip", {"class2_ip": None}, (0.0, 24.0)),
]


def test_items_of_technology_smes() -> None:
    hold(ITEMS, SME.points)


def test_sixty_and_staff_not_zero() -> None:
    cases = [  # changed, score, state · R09 lines 248 and 253
        ({}, 60.0, MET),
        ({"class2_ip": 0}, 54.0, UNMET),
        ({"class2_ip": 2}, 66.0, MET),
        ({"st_staff": 49, "class1_ip": 1}, 80.0, UNMET),  # 80 points, but none for staff
        ({"st_staff": 50, "class1_ip": 1}, 84.0, MET),
        ({"st_staff": 150, "rd_expense_wan": 0, "class1_ip": 1}, 50.0, UNMET),
        ({"st_staff": 150, "rd_expense_wan": 400, "class1_ip": 1}, 60.0, MET),
        ({"st_staff": None, "class1_ip": 1}, (80.0, 100.0), UNKNOWN),
        ({"class1_ip": None}, (60.0, 84.0), MET),
        ({"class2_ip": None}, (54.0, 78.0), UNKNOWN),
    ]
    hold([one[:2] for one in cases], lambda changed: SME.points("score", changed))
    hold([(one[0], one[2]) for one in cases], SME.verdict)


def test_direct_conditions_of_technology_smes() -> None:
    cases = [  # column, value, state; with 54 points it decides · R09 line 248
        ("title_high_tech_until", date(2026, 6, 1), MET),
        ("title_high_tech_until", date(2026, 5, 31), UNMET),
        ("title_high_tech_until", None, UNKNOWN),
        ("st_award_national_top3_on", date(2021, 6, 1), MET),
        ("st_award_national_top3_on", date(2021, 5, 31), UNMET),
        ("st_award_national_top3_on", None, UNKNOWN),
        ("rd_institution_provincial", True, MET),
        ("rd_institution_provincial", None, UNKNOWN),
        ("standards_led_5y", True, MET),
        ("standards_led_5y", None, UNKNOWN),
    ]
    hold(cases, lambda column, value: SME.state("direct", {column: value}))
    hold(cases, lambda column, value: SME.verdict({"class2_ip": 0, column: value}))
    assert SME.verdict({"employees": 501, "standards_led_5y": True}) is UNMET
