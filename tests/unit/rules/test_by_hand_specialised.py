"""R02 and R03 专精特新中小企业 by hand: the standards of 2022 and of 2026, worked out from the facts file."""

from datetime import date

import pytest
from by_hand_house import CLEAN_2022, CLEAN_2026, MANUAL, MET, NOT_APPLICABLE, UNKNOWN, UNMET, Bench, hold
from rules_house import shipped

from jiqun.core.errors import InputError
from jiqun.core.states import NEVER

KEY = "national/specialised_sme"

# R02, judged on 2026-03-31, its last day

GOOD_2022: dict[str, object] = {
    **CLEAN_2022, "legal_person": True, "is_sme": True, "segment_years": 2,
    "operating_revenue_wan": 10000, "equity_2y_wan": 0, "rd_expense_wan": 300, "rd_expense_wan@-1": 0,
    # no bypass
    "st_award_provincial_top3_on": NEVER, "st_award_national_top5_on": NEVER, "maker_top500_on": NEVER,
    # 5 + 10 + 1 + 0, 0 + 5 + 10 + 5, 15, 0 + 6 + 3 + 0 = 60
    "main_business_revenue_wan": 8000, "main_business_revenue_wan@-1": 7000, "main_business_revenue_wan@-2": 6000,
    "product_field": "其他", "digital_level": "一级", "quality_award": True, "quality_system_certified": True,
    "own_brand": False, "standards_joined": False, "net_profit_wan": 1000, "total_liabilities_wan": 5000,
    "total_assets_wan": 10000, "province_characteristic_points": 15,
    "class1_ip_high_value": 0, "class1_ip_self": 0, "class1_ip": 0, "class2_ip": 0,
    "rd_staff": 100, "employees": 1000, "rd_institution": "未建立",
}  # fmt: skip
OLD = Bench(KEY, GOOD_2022, on=date(2026, 3, 31))


def test_the_worked_firm_of_2022_has_just_60_points() -> None:
    ruling = OLD.ruling()
    assert ruling.version == "2022" and ruling.verdict is MET
    assert ruling.score is not None and ruling.score.exact == 60
    parts = {one.id: one.points.exact for one in ruling.clauses if one.kind == "part" and one.points}
    assert parts == {"specialised": 16, "refined": 20, "distinctive": 15, "innovative": 9}
    most = {
        "score": 100,
        "specialised": 25,
        "refined": 25,
        "distinctive": 15,
        "innovative": 35,
    }  # lines 108-124
    assert OLD.most() == most


def test_which_standard_holds_when() -> None:
    days = [  # version map, lines 37-40
        (date(2022, 8, 1), "new", "2022"),
        (date(2026, 3, 31), "new", "2022"),
        (date(2026, 4, 1), "new", "2026"),
        (date(2027, 6, 1), "new", "2026"),
        (date(2026, 4, 1), "re_review", "2026"),
    ]
    pack = shipped()[KEY]
    hold(days, lambda on, kind: pack.version_on(on, kind).key)
    assert pack.valid_years == 3 and pack.title == "title_zjtx_until"
    with pytest.raises(InputError):
        pack.version_on(date(2022, 5, 31))


ITEMS_2022 = [  # item, column, value, points
    ("main_share", "main_business_revenue_wan", 8000, 5.0),  # R02 line 113: 80, 70, 60 %
    ("main_share", "main_business_revenue_wan", 7999.99, 3.0),
    ("main_share", "main_business_revenue_wan", 7000, 3.0),
    ("main_share", "main_business_revenue_wan", 6999.99, 1.0),
    ("main_share", "main_business_revenue_wan", 6000, 1.0),
    ("main_share", "main_business_revenue_wan", 5999.99, 0.0),
    ("main_share", "main_business_revenue_wan", None, (0.0, 5.0)),
    ("years_points", "segment_years", 0, 0.0),  # line 115: a point for every two full years, five at most
    ("years_points", "segment_years", 1.99, 0.0),
    ("years_points", "segment_years", 2, 1.0),
    ("years_points", "segment_years", 3.99, 1.0),
    ("years_points", "segment_years", 4, 2.0),
    ("years_points", "segment_years", 6, 3.0),
    ("years_points", "segment_years", 9.99, 4.0),
    ("years_points", "segment_years", 10, 5.0),
    ("years_points", "segment_years", 40, 5.0),
    ("years_points", "segment_years", None, (0.0, 5.0)),
    ("product_field", "product_field", "补短板锻长板填空白", 5.0),  # line 116
    ("product_field", "product_field", "六基或老字号或服务龙头", 3.0),
    ("product_field", "product_field", "其他", 0.0),
    ("product_field", "product_field", None, (0.0, 5.0)),
    ("digital_level", "digital_level", "四级", 5.0),  # line 118
    ("digital_level", "digital_level", "三级", 5.0),
    ("digital_level", "digital_level", "二级", 3.0),
    ("digital_level", "digital_level", "一级", 0.0),
    ("digital_level", "digital_level", "一级以下", 0.0),
    ("digital_level", "digital_level", None, (0.0, 5.0)),
    ("net_margin", "net_profit_wan", 1000, 10.0),  # line 120: 10, 8, 6, 4, 2 %
    ("net_margin", "net_profit_wan", 999.99, 8.0),
    ("net_margin", "net_profit_wan", 800, 8.0),
    ("net_margin", "net_profit_wan", 799.99, 6.0),
    ("net_margin", "net_profit_wan", 600, 6.0),
    ("net_margin", "net_profit_wan", 599.99, 4.0),
    ("net_margin", "net_profit_wan", 400, 4.0),
    ("net_margin", "net_profit_wan", 399.99, 2.0),
    ("net_margin", "net_profit_wan", 200, 2.0),
    ("net_margin", "net_profit_wan", 199.99, 0.0),
    ("net_margin", "net_profit_wan", -500, 0.0),
    ("net_margin", "net_profit_wan", None, (0.0, 10.0)),
    ("debt_ratio", "total_liabilities_wan", 5000, 5.0),  # line 121: up to 50, 60, 70 %
    ("debt_ratio", "total_liabilities_wan", 5000.01, 3.0),
    ("debt_ratio", "total_liabilities_wan", 6000, 3.0),
    ("debt_ratio", "total_liabilities_wan", 6000.01, 1.0),
    ("debt_ratio", "total_liabilities_wan", 7000, 1.0),
    ("debt_ratio", "total_liabilities_wan", 7000.01, 0.0),
    ("debt_ratio", "total_liabilities_wan", None, (0.0, 5.0)),
    ("province_points", "province_characteristic_points", 0, 0.0),  # line 123: as the province gives it, 15 at most
    ("province_points", "province_characteristic_points", 7.5, 7.5),
    ("province_points", "province_characteristic_points", 15, 15.0),
    ("province_points", "province_characteristic_points", 16, 15.0),
    ("province_points", "province_characteristic_points", None, (0.0, 15.0)),
    ("rd_staff", "rd_staff", 200, 5.0),  # line 127: 20, 10, 5 %
    ("rd_staff", "rd_staff", 199, 3.0),
    ("rd_staff", "rd_staff", 100, 3.0),
    ("rd_staff", "rd_staff", 99, 1.0),
    ("rd_staff", "rd_staff", 50, 1.0),
    ("rd_staff", "rd_staff", 49, 0.0),
    ("rd_staff", "rd_staff", None, (0.0, 5.0)),
    ("rd_institution", "rd_institution", "国家级", 10.0),  # line 128
    ("rd_institution", "rd_institution", "省级", 8.0),
    ("rd_institution", "rd_institution", "市级", 4.0),
    ("rd_institution", "rd_institution", "市级以下", 2.0),
    ("rd_institution", "rd_institution", "未建立", 0.0),
    ("rd_institution", "rd_institution", None, (0.0, 10.0)),
]  # fmt: skip


def test_items_of_one_column_at_their_edges() -> None:
    hold(ITEMS_2022, lambda item, column, value: OLD.points(item, {column: value}))


def test_growth_is_the_mean_of_two_years_not_the_compound() -> None:
    cases = [  # main revenue last year, before, before that · R02 line 114: 10, 8, 6, 4, 0 %
        (6000, 5000, 5000, 10.0),
        (5999, 5000, 5000, 8.0),
        (5800, 5000, 5000, 8.0),
        (5799, 5000, 5000, 6.0),
        (5600, 5000, 5000, 6.0),
        (5599, 5000, 5000, 4.0),
        (5400, 5000, 5000, 4.0),
        (5399, 5000, 5000, 2.0),
        (5000, 5000, 5000, 2.0),
        (4999, 5000, 5000, 0.0),
        (5000, 2500, 5000, 10.0),  # (+100 − 50) ÷ 2 = 25 %, where the compound is 0
        (5000, 6250, 5000, 2.0),  # (−20 + 25) ÷ 2 = 2.5 %
        (None, 5000, 5000, (0.0, 10.0)),
        (5000, None, 5000, (0.0, 10.0)),
        (5000, 5000, None, (0.0, 10.0)),
        (5000, 5000, 0, (0.0, 10.0)),
    ]
    columns = ("main_business_revenue_wan", "main_business_revenue_wan@-1", "main_business_revenue_wan@-2")
    hold(cases, lambda *main: OLD.points("main_revenue_growth", dict(zip(columns, main, strict=True))))


def test_quality_items_count_three_each_and_five_at_most() -> None:
    cases = [  # award, system, brand, standards · R02 line 119
        (False, False, False, False, 0.0),
        (True, False, False, False, 3.0),
        (False, True, False, False, 3.0),
        (False, False, True, False, 3.0),
        (False, False, False, True, 3.0),
        (True, True, False, False, 5.0),
        (False, True, False, True, 5.0),
        (True, True, True, True, 5.0),
        (None, False, False, False, (0.0, 3.0)),
        (True, None, False, False, (3.0, 5.0)),
        (True, True, None, None, 5.0),
    ]
    columns = ("quality_award", "quality_system_certified", "own_brand", "standards_joined")
    hold(cases, lambda *flags: OLD.points("quality", dict(zip(columns, flags, strict=True))))


def test_ip_of_2022() -> None:
    cases = [  # high value, own, class I, class II · R02 line 125
        (1, 1, 1, 0, 10.0),
        (0, 1, 1, 0, 8.0),
        (0, 0, 1, 0, 6.0),
        (0, 0, 0, 1, 2.0),
        (0, 0, 0, 0, 0.0),
        (None, 0, 0, 1, (2.0, 10.0)),
        (0, None, 0, 0, (0.0, 8.0)),
        (0, 0, None, 0, (0.0, 6.0)),
        (0, 0, 0, None, (0.0, 2.0)),
    ]
    columns = ("class1_ip_high_value", "class1_ip_self", "class1_ip", "class2_ip")
    hold(cases, lambda *ip: OLD.points("ip", dict(zip(columns, ip, strict=True))))


def test_rd_by_amount_or_share_whichever_is_better() -> None:
    cases = [  # R&D, revenue · R02 line 126: 500 or 10 %, 400 or 8 %, 300 or 6 %, 200 or 4 %, 100 or 3 %
        (500, 100000, 10.0),
        (499.99, 100000, 8.0),
        (400, 100000, 8.0),
        (399.99, 100000, 6.0),
        (300, 100000, 6.0),
        (299.99, 100000, 4.0),
        (200, 100000, 4.0),
        (199.99, 100000, 2.0),
        (100, 100000, 2.0),
        (99.99, 100000, 0.0),
        (90, 900, 10.0),
        (90, 901, 8.0),
        (90, 1125, 8.0),
        (90, 1126, 6.0),
        (90, 1500, 6.0),
        (90, 1501, 4.0),
        (90, 2250, 4.0),
        (90, 2251, 2.0),
        (90, 3000, 2.0),
        (90, 3001, 0.0),
        (300, 3000, 10.0),
        (500, None, 10.0),
        (300, None, (6.0, 10.0)),
        (None, 10000, (0.0, 10.0)),
    ]
    columns = ("rd_expense_wan", "operating_revenue_wan")
    hold(cases, lambda *rd: OLD.points("rd_points", dict(zip(columns, rd, strict=True))))


def test_sixty_points_or_a_bypass() -> None:
    cases = [  # what is changed, score, verdict · R02 line 104
        ({}, 60.0, MET),
        ({"class2_ip": 1}, 62.0, MET),
        ({"rd_staff": 99}, 58.0, UNMET),
        ({"total_liabilities_wan": 5000.01}, 58.0, UNMET),
        ({"province_characteristic_points": 14.99}, 59.99, UNMET),
        ({"province_characteristic_points": None}, (45.0, 60.0), UNKNOWN),
        ({"province_characteristic_points": None, "rd_staff": 99}, (43.0, 58.0), UNMET),
        (
            {"province_characteristic_points": None, "rd_institution": "国家级", "digital_level": "三级"},
            60.0,
            MET,
        ),
    ]
    hold([(one, end) for one, _, end in cases], OLD.verdict)
    hold([(one, score) for one, score, _ in cases[:-1]], lambda changed: OLD.points("score", changed))
    assert OLD.points("score", cases[-1][0]) == (60.0, 75.0)
    bypasses = [  # column, value, state of `direct`; with 58 points it decides · marked C
        ("st_award_provincial_top3_on", date(2023, 3, 31), MET),
        ("st_award_provincial_top3_on", date(2023, 3, 30), UNMET),
        ("st_award_provincial_top3_on", None, UNKNOWN),
        ("st_award_national_top5_on", date(2023, 3, 31), MET),
        ("st_award_national_top5_on", date(2023, 3, 30), UNMET),
        ("st_award_national_top5_on", None, UNKNOWN),
        ("maker_top500_on", date(2023, 3, 31), MET),
        ("maker_top500_on", date(2023, 3, 30), UNMET),
        ("maker_top500_on", None, UNKNOWN),
        ("rd_expense_wan@-1", 1700, MET),  # (300 + 1700) ÷ 2 = 1000
        ("rd_expense_wan@-1", 1699.99, UNMET),
        ("rd_expense_wan@-1", None, UNKNOWN),
        ("equity_2y_wan", 6000, MET),
        ("equity_2y_wan", 5999.99, UNMET),
        ("equity_2y_wan", None, UNKNOWN),
    ]
    hold(bypasses, lambda column, value: OLD.state("direct", {column: value}))
    hold(bypasses, lambda column, value: OLD.verdict({"rd_staff": 99, column: value}))
    assert OLD.clause("direct", {}).confidence == "C" and OLD.clause("score", {}).confidence == "A"


CLAUSES_2022 = [  # clause, changed, state
    ("segment_years", {"segment_years": 2}, MET),  # R02 line 101
    ("segment_years", {"segment_years": 1.99}, UNMET),
    ("segment_years", {"segment_years": None}, UNKNOWN),
    ("rd", {"rd_expense_wan": 300}, MET),  # line 102: 100 and 3 %, both
    ("rd", {"rd_expense_wan": 299.99}, UNMET),
    ("rd", {"rd_expense_wan": 100, "operating_revenue_wan": 3333.33}, MET),
    ("rd", {"rd_expense_wan": 99.99, "operating_revenue_wan": 1000}, UNMET),
    ("rd", {"rd_expense_wan": None}, UNKNOWN),
    ("rd", {"rd_expense_wan": 99, "operating_revenue_wan": None}, UNMET),
    ("rd", {"rd_expense_wan": 100, "operating_revenue_wan": None}, UNKNOWN),
    ("revenue", {"operating_revenue_wan": 1000}, MET),  # line 103
    ("revenue", {"operating_revenue_wan": 999.99}, UNMET),
    ("revenue", {"operating_revenue_wan": 999.99, "equity_2y_wan": 2000}, MET),
    ("revenue", {"operating_revenue_wan": 999.99, "equity_2y_wan": 1999.99}, UNMET),
    ("revenue", {"operating_revenue_wan": 999.99, "equity_2y_wan": None}, UNKNOWN),
    ("revenue", {"operating_revenue_wan": 1000, "equity_2y_wan": None}, MET),
    ("revenue", {"operating_revenue_wan": None, "equity_2y_wan": 0}, UNKNOWN),
]


def test_clauses_of_2022() -> None:
    hold(CLAUSES_2022, OLD.state)
    broken = [(clause, changed) for clause, changed, state in CLAUSES_2022 if state is UNMET]
    assert [one for one in broken if OLD.verdict(one[1]) is not UNMET] == []


# R03, judged on 2026-04-01, its first day

GOOD_2026: dict[str, object] = {
    **CLEAN_2026, "legal_person": True, "is_sme": True,
    "title_tech_sme_until": NEVER, "title_innovative_sme_until": date(2026, 4, 1), "segment_years": 3,
    "operating_revenue_wan": 5000, "operating_revenue_wan@-1": 5000, "equity_2y_wan": 0,
    "main_business_revenue_wan": 4000, "total_liabilities_wan": 8000, "total_assets_wan": 10000,
    "rd_expense_wan": 150, "rd_expense_wan@-1": 150, "class1_ip_self_filed_top3": 1,
    "st_award_provincial_top3_on": NEVER, "rd_institution_provincial": False,
    "segment_front_decided": True, "zjtx_dev_score": 50, "zjtx_dev_score@-1": 0,
}  # fmt: skip
NEW = Bench(KEY, GOOD_2026, on=date(2026, 4, 1))

CLAUSES_2026 = [  # clause, changed, state
    ("title", {"title_innovative_sme_until": date(2026, 3, 31)}, UNMET),  # R03 line 138
    ("title", {"title_innovative_sme_until": NEVER, "title_tech_sme_until": date(2026, 4, 1)}, MET),
    ("title", {"title_innovative_sme_until": NEVER, "title_tech_sme_until": date(2026, 3, 31)}, UNMET),
    ("title", {"title_innovative_sme_until": None}, UNKNOWN),
    ("title", {"title_tech_sme_until": None}, MET),
    ("segment_years", {"segment_years": 2.99}, UNMET),  # line 139
    ("segment_years", {"segment_years": 3}, MET),
    ("segment_years", {"segment_years": None}, UNKNOWN),
    ("revenue", {"operating_revenue_wan": 1500}, MET),  # line 140
    ("revenue", {"operating_revenue_wan": 1499.99}, UNMET),
    ("revenue", {"operating_revenue_wan": 1499.99, "equity_2y_wan": 2000}, MET),
    ("revenue", {"operating_revenue_wan": 1499.99, "equity_2y_wan": 1999.99}, UNMET),
    ("revenue", {"operating_revenue_wan": 1499.99, "equity_2y_wan": None}, UNKNOWN),
    ("revenue", {"operating_revenue_wan": None}, UNKNOWN),
    ("main_share", {"main_business_revenue_wan": 4000}, MET),  # line 141
    ("main_share", {"main_business_revenue_wan": 3999.99}, UNMET),
    ("main_share", {"main_business_revenue_wan": None}, UNKNOWN),
    ("debt_ratio", {"total_liabilities_wan": 8000}, MET),  # line 142
    ("debt_ratio", {"total_liabilities_wan": 8000.01}, UNMET),
    ("debt_ratio", {"total_liabilities_wan": None}, UNKNOWN),
    ("debt_ratio", {"total_assets_wan": 0}, UNKNOWN),
    ("rd", {"rd_expense_wan": 149.99}, UNMET),  # line 143: each of two years, 100 and 3 %
    ("rd", {"rd_expense_wan@-1": 149.99}, UNMET),
    ("rd", {"rd_expense_wan": 100, "operating_revenue_wan": 3333.33}, MET),
    ("rd", {"rd_expense_wan": 99.99, "operating_revenue_wan": 2000}, UNMET),
    ("rd", {"rd_expense_wan@-1": 99.99, "operating_revenue_wan@-1": 2000}, UNMET),
    ("rd", {"rd_expense_wan": 1000, "rd_expense_wan@-1": 0}, UNMET),
    ("rd", {"rd_expense_wan@-1": 100, "operating_revenue_wan@-1": 3333.33}, MET),
    ("rd", {"rd_expense_wan@-1": None}, UNKNOWN),
    ("rd", {"operating_revenue_wan@-1": None}, UNKNOWN),
    ("ip", {"class1_ip_self_filed_top3": 0}, UNMET),  # line 144
    ("ip", {"class1_ip_self_filed_top3": 0, "class1_ip": 9}, UNMET),  # line 63: transferred ones do not count
    ("ip", {"class1_ip_self_filed_top3": None}, UNKNOWN),
    ("ip", {"class1_ip_self_filed_top3": 0, "st_award_provincial_top3_on": date(2023, 4, 1)}, MET),
    ("ip", {"class1_ip_self_filed_top3": 0, "st_award_provincial_top3_on": date(2023, 3, 31)}, UNMET),
    ("ip", {"class1_ip_self_filed_top3": 0, "st_award_provincial_top3_on": None}, UNKNOWN),
    ("ip", {"class1_ip_self_filed_top3": 0, "rd_institution_provincial": True}, MET),
    ("ip", {"class1_ip_self_filed_top3": 0, "rd_institution_provincial": None}, UNKNOWN),
    ("ip", {"class1_ip_self_filed_top3": None, "rd_institution_provincial": True}, MET),
    ("market", {"segment_front_decided": None}, MANUAL),  # line 145
    ("market", {"segment_front_decided": False}, UNMET),
    ("platform_score", {"zjtx_dev_score": 49.99}, UNMET),  # line 146
    ("platform_score", {"zjtx_dev_score": None}, UNKNOWN),
    ("platform_score", {"zjtx_dev_score": 49, "zjtx_dev_score@-1": 90}, UNMET),  # a new one needs this year's
]


def test_clauses_of_2026() -> None:
    assert NEW.ruling().verdict is MET and NEW.ruling().version == "2026"
    hold(CLAUSES_2026, NEW.state)
    hold([(changed, state) for _, changed, state in CLAUSES_2026 if state is not MET], NEW.verdict)


def test_a_re_review_may_use_the_score_of_either_year() -> None:
    cases = [  # this year, last year
        (50, 0, MET),
        (0, 50, MET),
        (49.99, 49.99, UNMET),
        (49.99, None, UNKNOWN),
        (None, 50, MET),
        (None, None, UNKNOWN),
    ]

    def told(this: float | None, before: float | None) -> object:
        changed = {"zjtx_dev_score": this, "zjtx_dev_score@-1": before}
        return NEW.state("platform_score_re_review", changed, kind="re_review")

    hold(cases, told)
    assert NEW.state("platform_score", {"zjtx_dev_score": 0}, kind="re_review") is NOT_APPLICABLE
    assert NEW.state("platform_score_re_review", {}) is NOT_APPLICABLE


def test_gates_of_both() -> None:
    for bench, flags in ((OLD, CLEAN_2022), (NEW, CLEAN_2026)):
        told = [("legal_person", False), ("is_sme", False), *((flag, True) for flag in flags)]
        hold([(*one, UNMET) for one in told], lambda column, value, b=bench: b.verdict({column: value}))
        hold([(one[0], UNKNOWN) for one in told], lambda column, b=bench: b.verdict({column: None}))
