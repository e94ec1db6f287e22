"""R04 and R05 专精特新“小巨人” by hand: the standards of 2022 and of 2026, and the days between them."""

from datetime import date

import pytest
from by_hand_house import CLEAN_2022, CLEAN_2026, MANUAL, MET, NOT_APPLICABLE, UNKNOWN, UNMET, Bench, hold
from rules_house import shipped

from jiqun.core.errors import InputError
from jiqun.core.states import NEVER

KEY = "national/little_giant"


def test_which_standard_judges_when() -> None:
    days = [  # version map lines 37-40: new ones of batch 8 by 2026, re-reviews of 2026 still by 2022 (117号)
        (date(2022, 8, 1), "new", "2022"),
        (date(2025, 6, 1), "re_review", "2022"),
        (date(2026, 3, 31), "new", "2022"),
        (date(2026, 3, 31), "re_review", "2022"),
        (date(2026, 4, 1), "new", "2026"),
        (date(2026, 4, 1), "re_review", "2022"),
        (date(2026, 12, 31), "new", "2026"),
        (date(2026, 12, 31), "re_review", "2022"),
        (date(2027, 1, 1), "new", "2026"),
        (date(2027, 1, 1), "re_review", "2026"),
        (date(2030, 6, 1), "re_review", "2026"),
    ]
    pack = shipped()[KEY]
    hold(days, lambda on, kind: pack.version_on(on, kind).key)
    assert pack.valid_years == 3 and pack.title == "title_little_giant_until"
    with pytest.raises(InputError):
        pack.version_on(date(2022, 5, 31))


# R05: just on every line; 5250 → 5788.125 is 5 % a year over two years

GOOD_2026: dict[str, object] = {
    **CLEAN_2026, "legal_person": True, "is_sme": True, "title_zjtx_until": date(2026, 4, 1), "segment_years": 3,
    "operating_revenue_wan": 22050, "operating_revenue_wan@-1": 20000, "operating_revenue_wan@-2": 20000,
    "main_business_revenue_wan": 19845, "total_liabilities_wan": 7500, "total_assets_wan": 10000,
    "rd_expense_wan": 661.5, "rd_expense_wan@-1": 600, "class1_ip_self_filed_top3": 4,
    "st_award_national_top3_on": NEVER, "segment_share_pct": 10, "domestic_rank": 9,
    "product_key_field_decided": True, "zjtx_dev_score": 60, "zjtx_dev_score@-1": 0,
    "single_champion_held": False, "little_giant_control": False, "little_giant_same_group": False,
}  # fmt: skip
NEW = Bench(KEY, GOOD_2026, on=date(2026, 4, 1))

CLAUSES_2026 = [  # clause, changed, state
    ("title", {"title_zjtx_until": date(2026, 3, 31)}, UNMET),  # R05 line 165
    ("title", {"title_zjtx_until": NEVER}, UNMET),
    ("title", {"title_zjtx_until": None}, UNKNOWN),
    ("segment_years", {"segment_years": 2.99}, UNMET),  # no relaxation
    ("segment_years", {"segment_years": 2, "product_field": "补短板锻长板填空白"}, UNMET),
    ("segment_years", {"segment_years": None}, UNKNOWN),
    ("revenue", {"operating_revenue_wan": 5000}, MET),  # line 166
    ("revenue", {"operating_revenue_wan": 4999.99}, UNMET),
    ("revenue", {"operating_revenue_wan": None}, UNKNOWN),
    ("main_share", {"main_business_revenue_wan": 19844.99}, UNMET),  # line 167
    ("main_share", {"main_business_revenue_wan": 19845}, MET),
    ("main_share", {"main_business_revenue_wan": None}, UNKNOWN),
    ("growth", {"operating_revenue_wan": 22050}, MET),  # line 168: 20000 × 1.05²
    ("growth", {"operating_revenue_wan": 22049.99}, UNMET),
    ("growth", {"operating_revenue_wan@-1": 1}, MET),  # compound: the middle year does not count
    ("growth", {"operating_revenue_wan@-2": None}, UNKNOWN),
    ("growth", {"operating_revenue_wan@-2": 0}, UNKNOWN),
    ("debt_ratio", {"total_liabilities_wan": 7500.01}, UNMET),  # line 169
    ("debt_ratio", {"total_assets_wan": None}, UNKNOWN),
    ("rd_sum", {"rd_expense_wan": 600}, MET),  # line 170: 1200 over two years
    ("rd_sum", {"rd_expense_wan": 599.99}, UNMET),
    ("rd_sum", {"rd_expense_wan@-1": None}, UNKNOWN),
    ("rd_share", {"rd_expense_wan": 661.5}, MET),
    ("rd_share", {"rd_expense_wan": 661.49}, UNMET),
    ("rd_share", {"rd_expense_wan@-1": 599.99, "rd_expense_wan": 9000}, UNMET),
    ("rd_share", {"operating_revenue_wan@-1": None}, UNKNOWN),
    ("ip", {"class1_ip_self_filed_top3": 3}, UNMET),  # line 171
    ("ip", {"class1_ip_self_filed_top3": 3, "class1_ip": 30}, UNMET),
    ("ip", {"class1_ip_self_filed_top3": 0, "st_award_national_top3_on": date(2023, 4, 1)}, MET),
    ("ip", {"class1_ip_self_filed_top3": 0, "st_award_national_top3_on": date(2023, 3, 31)}, UNMET),
    ("ip", {"class1_ip_self_filed_top3": 0, "st_award_provincial_top3_on": date(2025, 4, 1)}, UNMET),
    ("ip", {"class1_ip_self_filed_top3": 0, "st_award_national_top3_on": None}, UNKNOWN),
    ("ip", {"class1_ip_self_filed_top3": None}, UNKNOWN),
    ("market", {"segment_share_pct": 9.99}, UNMET),  # line 172: 10 % or among the first three
    ("market", {"segment_share_pct": 9.99, "domestic_rank": 3}, MET),
    ("market", {"segment_share_pct": 9.99, "domestic_rank": 4}, UNMET),
    ("market", {"segment_share_pct": None, "domestic_rank": 4}, UNKNOWN),
    ("market", {"segment_share_pct": 10, "domestic_rank": None}, MET),
    ("key_field", {"product_key_field_decided": None}, MANUAL),  # line 173
    ("key_field", {"product_key_field_decided": None, "product_in_key_field": True}, MANUAL),
    ("key_field", {"product_key_field_decided": False}, UNMET),
    ("platform_score", {"zjtx_dev_score": 59.99}, UNMET),  # line 174
    ("platform_score", {"zjtx_dev_score": 59.99, "zjtx_dev_score@-1": 90}, UNMET),
    ("platform_score", {"zjtx_dev_score": None}, UNKNOWN),
    ("no_overlap", {"single_champion_held": True}, UNMET),  # line 176
    ("no_overlap", {"little_giant_control": True}, UNMET),
    ("no_overlap", {"little_giant_same_group": True}, UNMET),
    ("no_overlap", {"little_giant_same_group": None}, UNKNOWN),
    ("gate", {"is_sme": False}, UNMET),  # line 55
    ("gate", {"legal_person": None}, UNKNOWN),
    *[("no_violation", {flag: True}, UNMET) for flag in CLEAN_2026],
    *[("no_violation", {flag: None}, UNKNOWN) for flag in CLEAN_2026],
]


def test_clauses_of_2026() -> None:
    assert NEW.ruling().verdict is MET and NEW.ruling().version == "2026"
    hold(CLAUSES_2026, NEW.state)
    # each alone decides the whole
    hold([(changed, UNMET) for _, changed, state in CLAUSES_2026 if state is UNMET], NEW.verdict)
    assert NEW.verdict({"product_key_field_decided": None}) is MANUAL
    assert NEW.verdict({"product_key_field_decided": None, "zjtx_dev_score": None}) is UNKNOWN
    assert NEW.verdict({"product_key_field_decided": None, "zjtx_dev_score": 59}) is UNMET


def test_a_re_review_by_the_standard_of_2026() -> None:
    later = Bench(
        KEY, {**GOOD_2026, "title_zjtx_until": date(2028, 1, 1)}, on=date(2027, 6, 1), kind="re_review"
    )
    cases = [  # changed, verdict
        ({}, MET),
        ({"operating_revenue_wan@-2": 99999}, MET),  # line 168: growth is not examined
        ({"operating_revenue_wan@-2": None}, MET),
        ({"zjtx_dev_score": 0, "zjtx_dev_score@-1": 60}, MET),  # line 174: either year
        ({"zjtx_dev_score": 59.99, "zjtx_dev_score@-1": 59.99}, UNMET),
        ({"zjtx_dev_score": 59.99, "zjtx_dev_score@-1": None}, UNKNOWN),
        ({"rd_expense_wan": 661.49}, UNMET),
        ({"class1_ip_self_filed_top3": 3}, UNMET),
        ({"product_key_field_decided": None}, MANUAL),
    ]
    hold(cases, later.verdict)
    assert later.ruling().version == "2026"
    assert later.state("growth", {}) is later.state("platform_score", {}) is NOT_APPLICABLE


# R04: just on every line

GOOD_2022: dict[str, object] = {
    **CLEAN_2022, "legal_person": True, "is_sme": True, "segment_years": 3,
    "operating_revenue_wan": 10000, "operating_revenue_wan@-1": 10000,
    "main_business_revenue_wan": 7700, "main_business_revenue_wan@-1": 7000, "main_business_revenue_wan@-2": 7000,
    "core_business_on_systems": True, "management_certified": True, "certified_abroad": False,
    "total_liabilities_wan": 7000, "total_assets_wan": 10000,
    "segment_share_pct": 10, "good_reputation_decided": True, "own_brand": True,
    "rd_expense_wan": 300, "rd_expense_wan@-1": 300, "equity_2y_wan": 0, "rd_staff": 10, "employees": 100,
    "rd_institution_own": True, "class1_ip_linked": 2,
    "st_award_national_top3_on": NEVER, "maker_top50_on": NEVER,
    "key_chain_role_decided": True, "product_in_key_field": True,
}  # fmt: skip
OLD = Bench(KEY, GOOD_2022, on=date(2026, 3, 31))
NO_IP = {"class1_ip_linked": 1}

CLAUSES_2022 = [  # clause, changed, state
    ("segment_years", {"segment_years": 2.99}, UNMET),  # R04 line 153
    ("segment_years", {"segment_years": None}, UNKNOWN),
    ("main_share", {"main_business_revenue_wan": 7000}, MET),
    ("main_share", {"main_business_revenue_wan": 6999.99}, UNMET),
    ("growth", {"main_business_revenue_wan": 7700}, MET),  # mean of +10 and 0
    ("growth", {"main_business_revenue_wan": 7699.99}, UNMET),
    (
        "growth",
        {"main_business_revenue_wan@-1": 3500, "main_business_revenue_wan": 7000},
        MET,
    ),  # (100 − 50) ÷ 2
    ("growth", {"main_business_revenue_wan@-2": None}, UNKNOWN),
    ("refined", {"core_business_on_systems": False}, UNMET),  # line 154
    ("refined", {"core_business_on_systems": None}, UNKNOWN),
    ("refined", {"management_certified": False}, UNMET),
    ("refined", {"management_certified": False, "certified_abroad": True}, MET),
    ("refined", {"management_certified": False, "certified_abroad": None}, UNKNOWN),
    ("refined", {"total_liabilities_wan": 7000.01}, UNMET),
    ("refined", {"total_liabilities_wan": None}, UNKNOWN),
    ("distinctive", {"segment_share_pct": 9.99}, UNMET),  # line 155
    ("distinctive", {"segment_share_pct": None}, UNKNOWN),
    ("distinctive", {"good_reputation_decided": None}, MANUAL),
    ("distinctive", {"own_brand": False}, UNMET),
    ("innovative", {"rd_expense_wan": 299.99}, UNMET),  # line 156: from 10 000 on, 3 % in both years
    ("innovative", {"rd_expense_wan@-1": 299.99}, UNMET),
    ("innovative", {"rd_expense_wan@-1": None}, UNKNOWN),
    ("innovative", {"rd_institution_own": False}, UNMET),
    ("innovative", {"rd_institution_own": None}, UNKNOWN),
    ("innovative", NO_IP, UNMET),
    ("innovative", {"class1_ip_linked": None}, UNKNOWN),
    ("innovative", {**NO_IP, "st_award_national_top3_on": date(2023, 3, 31)}, MET),
    ("innovative", {**NO_IP, "st_award_national_top3_on": date(2023, 3, 30)}, UNMET),
    ("innovative", {**NO_IP, "maker_top50_on": date(2023, 3, 31)}, MET),
    ("innovative", {**NO_IP, "maker_top50_on": date(2023, 3, 30)}, UNMET),
    ("innovative", {**NO_IP, "maker_top50_on": None}, UNKNOWN),
    ("chain", {"key_chain_role_decided": None}, MANUAL),  # line 157
    ("chain", {"key_chain_role_decided": False}, UNMET),
    ("product", {"product_in_key_field": None}, MANUAL),  # line 158
    ("product", {"product_in_key_field": False}, UNMET),
    *[("no_violation", {flag: True}, UNMET) for flag in CLEAN_2022],
    *[("no_violation", {flag: None}, UNKNOWN) for flag in CLEAN_2022],
]


def test_clauses_of_2022() -> None:
    assert OLD.ruling().verdict is MET and OLD.ruling().version == "2022"
    hold(CLAUSES_2022, OLD.state)
    hold([(changed, UNMET) for _, changed, state in CLAUSES_2022 if state is UNMET], OLD.verdict)
    assert OLD.verdict({"key_chain_role_decided": None}) is MANUAL


def test_rd_by_size_in_2022() -> None:
    cases = [  # revenue, R&D last year, the year before, equity, R&D staff of 100, state · R04 line 156
        (10000, 300, 300, 0, 0, MET),
        (9999.99, 300, 300, 0, 0, UNMET),
        (9999.99, 600, 600, 0, 0, MET),
        (9999.99, 599.99, 600, 0, 0, UNMET),
        (9999.99, 600, 599.99, 0, 0, UNMET),
        (5000, 600, 600, 0, 0, MET),
        (5000, 3000, 0, 8000, 50, UNMET),  # the way by equity is for less than 5000
        (4999.99, 3000, 0, 8000, 50, MET),  # and there the sum of two years counts
        (10000, 9000, 299.99, 8000, 50, UNMET),
        (4999.99, 1500, 1500, 0, 50, UNMET),
        (4999.99, 1500, 1500, 8000, 50, MET),
        (4999.99, 1500, 1500, 7999.99, 50, UNMET),
        (4999.99, 1500, 1499.99, 8000, 50, UNMET),
        (4999.99, 1500, 1500, 8000, 49, UNMET),
        (4999.99, 1500, 1500, None, 50, UNKNOWN),
        (4999.99, 1500, 1500, 8000, None, UNKNOWN),
        (None, 300, 300, 0, 0, UNKNOWN),
    ]
    columns = ("operating_revenue_wan", "rd_expense_wan", "rd_expense_wan@-1", "equity_2y_wan", "rd_staff")
    hold(cases, lambda *one: OLD.state("rd_by_size", dict(zip(columns, one, strict=True))))


def test_a_re_review_of_2026_is_by_2022_without_growth() -> None:
    for on in (date(2026, 4, 1), date(2026, 12, 31)):
        again = Bench(KEY, GOOD_2022, on=on, kind="re_review")
        ruling = again.ruling({"main_business_revenue_wan@-2": 99999})
        assert ruling.version == "2022" and ruling.verdict is MET
        assert ruling.clause("growth").state is NOT_APPLICABLE
        assert again.verdict({"main_business_revenue_wan": 6999.99}) is UNMET
    # the same firm, new, on the same day, is judged by 2026 and does not reach it
    assert Bench(KEY, GOOD_2022, on=date(2026, 4, 1)).verdict({"segment_years": 3}) is UNMET
