"""R01 创新型中小企业 by hand: examples worked out from the facts file (63号 附件1), not from the pack."""

from datetime import date
from math import floor

from by_hand_house import CLEAN_2022, MET, UNKNOWN, UNMET, Bench, hold
from rules_house import shipped

from jiqun.core.states import NEVER

ON = date(2026, 6, 1)
GOOD: dict[str, object] = {
    **CLEAN_2022, "legal_person": True, "is_sme": True,
    # no direct condition
    "st_award_any_on": NEVER, "title_high_tech_until": NEVER, "title_tech_demo_until": NEVER,
    "title_ip_advantage_until": NEVER, "title_ip_demo_until": NEVER, "rd_institution_provincial": False,
    "equity_3y_wan": 0,
    # 5 + 20, 5 + 10, 5 + 20 = 65 points
    "class1_ip_high_value": 0, "class1_ip_self": 0, "class1_ip": 0, "class2_ip": 1,
    "rd_expense_wan": 500, "operating_revenue_wan": 10000,
    "main_business_revenue_wan": 7000, "main_business_revenue_wan@-1": 7000,
    "total_liabilities_wan": 5500, "total_assets_wan": 10000, "product_strategic_emerging": False,
}  # fmt: skip
SME = Bench("national/innovative_sme", GOOD, on=ON)


def test_the_worked_firm_has_65_points_and_meets_it() -> None:
    ruling = SME.ruling()
    assert ruling.verdict is MET and ruling.score is not None and ruling.score.exact == 65
    parts = {one.id: one.points.exact for one in ruling.clauses if one.kind == "part" and one.points}
    assert parts == {"innovation": 25, "growth": 15, "specialisation": 25}
    assert SME.most() == {"score": 100, "innovation": 40, "growth": 30, "specialisation": 30}  # lines 81-91


def test_it_stays_in_force_after_april_2026_and_lasts_three_years() -> None:
    pack = shipped()["national/innovative_sme"]  # R01 line 38: 2号 art. 30 keeps 63号 附件1
    days = [date(2022, 8, 1), date(2026, 3, 31), date(2026, 4, 1), date(2026, 12, 31)]
    assert {pack.version_on(day, kind).key for day in days for kind in ("new", "re_review")} == {"2022"}
    assert pack.valid_years == 3 and pack.title == "title_innovative_sme_until"


# Items: what is put in, points


def test_ip() -> None:
    cases = [  # high value, of its own, any class I, class II · R01 line 86
        (1, 1, 1, 0, 20.0),
        (1, 0, 1, 9, 20.0),
        (3, 2, 5, 9, 20.0),
        (0, 1, 1, 0, 15.0),
        (0, 4, 4, 9, 15.0),
        (0, 0, 1, 0, 10.0),
        (0, 0, 6, 9, 10.0),
        (0, 0, 0, 1, 5.0),
        (0, 0, 0, 40, 5.0),
        (0, 0, 0, 0, 0.0),
        (1, None, None, None, 20.0),
        (None, 1, 1, 0, (15.0, 20.0)),
        (0, None, 1, 0, (10.0, 15.0)),
        (0, 0, None, 1, (5.0, 10.0)),
        (0, 0, 0, None, (0.0, 5.0)),
        (None, 0, 0, 1, (5.0, 20.0)),
        (None, None, None, None, (0.0, 20.0)),
    ]
    columns = ("class1_ip_high_value", "class1_ip_self", "class1_ip", "class2_ip")
    hold(cases, lambda *ip: SME.points("ip", dict(zip(columns, ip, strict=True))))


def test_rd_share() -> None:
    cases = [  # R&D of 10 000 · R01 line 87: 5, 3, 2, 1 %
        (0, 0.0),
        (99.99, 0.0),
        (100, 5.0),
        (199.99, 5.0),
        (200, 10.0),
        (299.99, 10.0),
        (300, 15.0),
        (499.99, 15.0),
        (500, 20.0),
        (2000, 20.0),
        (None, (0.0, 20.0)),
    ]
    hold(cases, lambda rd: SME.points("rd_ratio", {"rd_expense_wan": rd}))
    assert SME.points("rd_ratio", {"operating_revenue_wan": 0}) == (
        0.0,
        20.0,
    )  # a share of nothing is no number


def test_growth() -> None:
    cases = [  # main revenue last year, the year before · R01 lines 89 and 95: 15, 10, 5, 0 %
        (9999.99, 10000, 0.0),
        (10000, 10000, 5.0),
        (10499.99, 10000, 5.0),
        (10500, 10000, 10.0),
        (10999.99, 10000, 10.0),
        (11000, 10000, 15.0),
        (11499.99, 10000, 15.0),
        (11500, 10000, 20.0),
        (30000, 10000, 20.0),
        (5000, 10000, 0.0),
        (None, 10000, (0.0, 20.0)),
        (10000, None, (0.0, 20.0)),
        (10000, 0, (0.0, 20.0)),
    ]
    columns = ("main_business_revenue_wan", "main_business_revenue_wan@-1")
    hold(cases, lambda *main: SME.points("main_revenue_growth", dict(zip(columns, main, strict=True))))


def test_debt() -> None:
    cases = [  # debt of 10 000 · R01 line 90: up to 55, 75 %
        (0, 10.0),
        (5499.99, 10.0),
        (5500, 10.0),
        (5500.01, 5.0),
        (7499.99, 5.0),
        (7500, 5.0),
        (7500.01, 0.0),
        (12000, 0.0),
        (None, (0.0, 10.0)),
    ]
    hold(cases, lambda debt: SME.points("debt_ratio", {"total_liabilities_wan": debt}))


def test_field() -> None:
    cases = [(True, 10.0), (False, 5.0), (None, (5.0, 10.0))]  # R01 line 92
    hold(cases, lambda strategic: SME.points("product_field", {"product_strategic_emerging": strategic}))


def test_main_share() -> None:
    cases = [  # main revenue of 10 000 · R01 line 93: 70, 60, 55, 50 %
        (4999.99, 0.0),
        (5000, 5.0),
        (5499.99, 5.0),
        (5500, 10.0),
        (5999.99, 10.0),
        (6000, 15.0),
        (6999.99, 15.0),
        (7000, 20.0),
        (10000, 20.0),
        (None, (0.0, 20.0)),
    ]
    hold(cases, lambda main: SME.points("main_share", {"main_business_revenue_wan": main}))


# The whole score

IP = {20: (1, 1, 1), 15: (0, 1, 1), 10: (0, 0, 1), 0: (0, 0, 0)}
RD = {20: 500, 15: 300, 10: 200, 5: 100, 0: 0}
SHARE = {20: 7000, 15: 6000, 10: 5500, 5: 5000, 0: 4000}
GROWTH = {20: 1.15, 15: 1.10, 10: 1.05, 5: 1, 0: 0.9}
DEBT = {10: 5500, 5: 7500, 0: 9000}


def scored(ip: int, rd: int, growth: int, debt: int, field: int, share: int) -> dict[str, object]:
    """A firm with just these points."""
    high, own, any_ = IP[ip]
    main = SHARE[share]
    before = floor(main / GROWTH[growth] * 100) / 100  # a cent less at most: just past the edge
    return {
        "class1_ip_high_value": high, "class1_ip_self": own, "class1_ip": any_, "class2_ip": 0, "rd_expense_wan": RD[rd],
        "main_business_revenue_wan": main, "main_business_revenue_wan@-1": before,
        "total_liabilities_wan": DEBT[debt], "product_strategic_emerging": field == 10,
    }  # fmt: skip


SCORES = [  # ip, R&D, growth, debt, field, share, total, state · R01 line 77: 60 and 20, 15, 15
    (20, 20, 20, 10, 10, 20, 100, MET),
    (0, 20, 5, 10, 5, 20, 60, MET),
    (20, 0, 15, 0, 10, 15, 60, MET),
    (0, 20, 5, 10, 5, 15, 55, UNMET),
    (10, 10, 10, 5, 10, 15, 60, MET),
    (10, 10, 10, 5, 10, 10, 55, UNMET),
    (20, 10, 10, 5, 5, 10, 60, MET),
    (20, 20, 5, 0, 5, 10, 60, UNMET),
    (0, 15, 20, 10, 10, 20, 75, UNMET),
    (15, 5, 20, 10, 10, 20, 80, MET),
    (20, 20, 0, 10, 10, 20, 80, UNMET),
    (20, 20, 10, 0, 10, 20, 80, UNMET),
    (20, 20, 10, 5, 10, 20, 85, MET),
    (20, 20, 20, 10, 5, 5, 80, UNMET),
    (20, 20, 20, 10, 10, 0, 80, UNMET),
    (20, 20, 20, 10, 10, 5, 85, MET),
    (0, 0, 0, 0, 5, 0, 5, UNMET),
]


def test_total_and_parts_must_reach_their_minimum() -> None:
    for case in SCORES:
        ruling = SME.ruling(scored(*case[:6]))
        score = ruling.clause("score")
        assert (score.points and score.points.exact, score.state) == case[6:], case
        assert ruling.verdict is case[7], case


def test_a_score_with_something_missing_is_a_range_and_decides_where_it_can() -> None:
    cases = [  # what is missing, score, state
        ("class2_ip", (60.0, 65.0), MET),  # 20 + 15 + 25 at the least
        ("rd_expense_wan", (45.0, 65.0), UNKNOWN),
        ("total_liabilities_wan", (55.0, 65.0), UNKNOWN),
        ("product_strategic_emerging", (65.0, 70.0), MET),
        (
            "main_business_revenue_wan@-1",
            (60.0, 80.0),
            UNKNOWN,
        ),  # growth may be 0: 10 points of the 15 needed
        ("class1_ip_high_value", (65.0, 80.0), MET),
    ]

    def score(column: str) -> object:
        return SME.points("score", {column: None})

    hold([case[:2] for case in cases], score)
    hold([(case[0], case[2]) for case in cases], lambda column: SME.verdict({column: None}))
    poor = {**scored(0, 10, 0, 0, 5, 5), "product_strategic_emerging": None}
    assert SME.state("score", poor) is UNMET  # 20 to 25 of 60 whatever the field is


# Direct conditions, gate

POOR = scored(0, 0, 0, 0, 5, 0)


def test_direct_conditions() -> None:
    cases = [  # column, value, state of `direct` · R01 line 75
        ("st_award_any_on", date(2026, 1, 1), MET),
        ("st_award_any_on", date(2023, 6, 1), MET),
        ("st_award_any_on", date(2023, 5, 31), UNMET),
        ("st_award_any_on", NEVER, UNMET),
        ("st_award_any_on", None, UNKNOWN),
        ("title_high_tech_until", date(2026, 6, 1), MET),
        ("title_high_tech_until", date(2026, 5, 31), UNMET),
        ("title_high_tech_until", None, UNKNOWN),
        ("title_tech_demo_until", date(2027, 1, 1), MET),
        ("title_tech_demo_until", date(2020, 1, 1), UNMET),
        ("title_tech_demo_until", None, UNKNOWN),
        ("title_ip_advantage_until", date(2027, 1, 1), MET),
        ("title_ip_advantage_until", date(2026, 5, 31), UNMET),
        ("title_ip_advantage_until", None, UNKNOWN),
        ("title_ip_demo_until", date(2027, 1, 1), MET),
        ("title_ip_demo_until", date(2026, 5, 31), UNMET),
        ("title_ip_demo_until", None, UNKNOWN),
        ("rd_institution_provincial", True, MET),
        ("rd_institution_provincial", False, UNMET),
        ("rd_institution_provincial", None, UNKNOWN),
        ("equity_3y_wan", 499.99, UNMET),
        ("equity_3y_wan", 500, MET),
        ("equity_3y_wan", 500.01, MET),
        ("equity_3y_wan", None, UNKNOWN),
    ]
    hold(cases, lambda column, value: SME.state("direct", {column: value}))
    # one direct condition is enough whatever the score, and an unknown one leaves a poor firm unknown
    hold(cases, lambda column, value: SME.verdict({**POOR, column: value}))
    # with enough points it does not matter
    hold([(*case[:2], MET) for case in cases], lambda column, value: SME.verdict({column: value}))


def test_gate() -> None:
    told = [("legal_person", False), ("is_sme", False), *((flag, True) for flag in CLEAN_2022)]  # line 55
    hold([(*one, UNMET) for one in told], lambda column, value: SME.verdict({column: value}))
    hold([(one[0], UNKNOWN) for one in told], lambda column: SME.verdict({column: None}))
    award = {"st_award_any_on": date(2026, 1, 1)}  # no direct condition helps over the gate
    hold([(*one, UNMET) for one in told], lambda column, value: SME.verdict({**award, column: value}))


def test_a_larger_accident_that_is_not_major_is_no_veto_in_the_words_of_2022() -> None:
    assert SME.verdict({"accident_3y": True, "major_accident_3y": False}) is MET
