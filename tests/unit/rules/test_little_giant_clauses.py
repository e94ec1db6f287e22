"""小巨人 clause by clause: on the line, just beside it, and not told, by the standards of 2026 and of 2022."""

from datetime import date
from decimal import Decimal
from functools import cache

import pytest
from rules_house import firm, shipped

from jiqun.core.states import NEVER
from jiqun.rules.cases import run_cases
from jiqun.rules.firm import Value
from jiqun.rules.judge import judge_pack
from jiqun.rules.truth import State

KEY = "national/little_giant"
MET, UNMET, UNKNOWN, MANUAL = State.MET, State.UNMET, State.UNKNOWN, State.MANUAL


@cache
def good() -> dict[str, Value]:
    """The firm of the first case, which meets everything."""
    return dict(run_cases(shipped()[KEY])[0].case.firm.values)


def state(clause: str, changed: dict[str, object], *, on: date, kind: str = "new") -> State:
    values = {**good(), **changed}
    return judge_pack(shipped()[KEY], firm(**values), on=on, kind=kind).clause(clause).state  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("clause", "column", "on_the_line", "beside"),
    [
        ("segment_years", "segment_years", 3, 2.99),
        ("revenue", "operating_revenue_wan", 5000, 4999.99),
        ("main_share", "main_business_revenue_wan", 18000, 17999.99),
        ("growth", "operating_revenue_wan", 17640, 17639.99),
        ("debt_ratio", "total_liabilities_wan", 7500, 7500.01),
        ("rd_sum", "rd_expense_wan", 580, 579.99),
        ("rd_share", "rd_expense_wan", 600, 599.99),
        ("ip", "class1_ip_self_filed_top3", 4, 3),
        ("platform_score", "zjtx_dev_score", 60, 59.99),
        ("title", "title_zjtx_until", date(2026, 6, 1), date(2026, 5, 31)),
    ],
)
def test_each_clause_of_2026_at_its_line(
    clause: str, column: str, on_the_line: object, beside: object
) -> None:
    on = date(2026, 6, 1)
    assert state(clause, {column: on_the_line}, on=on) is MET
    assert state(clause, {column: beside}, on=on) is UNMET
    assert state(clause, {column: None}, on=on) is UNKNOWN


@pytest.mark.parametrize(
    ("share", "rank", "answer"),
    [
        (10, 4, MET),
        (9, 3, MET),
        (9, 4, UNMET),
        (None, 3, MET),
        (9, None, UNKNOWN),
        (None, 4, UNKNOWN),
        (None, None, UNKNOWN),
    ],
)
def test_share_or_rank(share: int | None, rank: int | None, answer: State) -> None:
    told = state("market", {"segment_share_pct": share, "domestic_rank": rank}, on=date(2026, 6, 1))
    assert told is answer


@pytest.mark.parametrize(
    ("ip", "award", "answer"),
    [
        (3, date(2023, 6, 1), MET),
        (3, date(2023, 5, 31), UNMET),
        (3, NEVER, UNMET),
        (3, None, UNKNOWN),
        (None, date(2025, 1, 1), MET),
        (None, NEVER, UNKNOWN),
    ],
)
def test_an_award_waives_the_ip(ip: int | None, award: date | None, answer: State) -> None:
    changed = {"class1_ip_self_filed_top3": ip, "st_award_national_top3_on": award}
    assert state("ip", changed, on=date(2026, 6, 1)) is answer


@pytest.mark.parametrize(("decided", "answer"), [(True, MET), (False, UNMET), (None, MANUAL)])
def test_the_key_field_is_for_a_person(decided: bool | None, answer: State) -> None:
    assert state("key_field", {"product_key_field_decided": decided}, on=date(2026, 6, 1)) is answer


@pytest.mark.parametrize("flag", ["single_champion_held", "little_giant_control", "little_giant_same_group"])
def test_who_may_not_be_recommended(flag: str) -> None:
    on = date(2026, 6, 1)
    assert state("no_overlap", {flag: True}, on=on) is UNMET
    assert state("no_overlap", {flag: None}, on=on) is UNKNOWN


def test_a_re_review_of_2027_may_use_the_score_of_either_year_and_looks_at_no_growth() -> None:
    on = date(2027, 6, 1)
    assert shipped()[KEY].version_on(on, "re_review").key == "2026"
    for this, before, answer in ((59, 60, MET), (60, None, MET), (59, 59, UNMET), (59, None, UNKNOWN)):
        changed: dict[str, object] = {"zjtx_dev_score": this, "zjtx_dev_score@-1": before}
        assert state("platform_score_re_review", changed, on=on, kind="re_review") is answer
    assert state("growth", {}, on=on, kind="re_review") is State.NOT_APPLICABLE
    assert state("platform_score", {}, on=on, kind="re_review") is State.NOT_APPLICABLE


# The standard of 2022


@pytest.mark.parametrize(
    ("revenue", "shares", "more", "answer"),
    [
        (10000, (3, 3), {}, MET),
        (10000, (3, Decimal("2.9")), {}, UNMET),
        (Decimal("9999.99"), (Decimal("5.9"), 6), {}, UNMET),
        (5000, (6, 6), {}, MET),
        (4999, (30, 30), {"equity_2y_wan": 8000, "rd_staff": 50, "employees": 100}, UNMET),
        (4999, (31, 31), {"equity_2y_wan": 8000, "rd_staff": 50, "employees": 100}, MET),
        (4999, (31, 31), {"equity_2y_wan": 7999, "rd_staff": 50, "employees": 100}, UNMET),
        (4999, (31, 31), {"equity_2y_wan": 8000, "rd_staff": 49, "employees": 100}, UNMET),
        (4999, (31, 31), {"equity_2y_wan": None, "rd_staff": 50, "employees": 100}, UNKNOWN),
    ],
)
def test_rd_by_size_in_2022(
    revenue: Decimal | int,
    shares: tuple[Decimal | int, Decimal | int],
    more: dict[str, object],
    answer: State,
) -> None:
    changed: dict[str, object] = {
        "operating_revenue_wan": revenue,
        "operating_revenue_wan@-1": revenue,
        "rd_expense_wan": Decimal(revenue) * Decimal(shares[0]) / 100,
        "rd_expense_wan@-1": Decimal(revenue) * Decimal(shares[1]) / 100,
        **more,
    }
    assert state("rd_by_size", changed, on=date(2025, 6, 1)) is answer


@pytest.mark.parametrize(
    ("award", "maker", "answer"),
    [
        (date(2024, 1, 1), NEVER, MET),
        (NEVER, date(2024, 1, 1), MET),
        (NEVER, date(2020, 1, 1), UNMET),
        (NEVER, None, UNKNOWN),
    ],
)
def test_the_direct_path_of_2022(award: date, maker: date | None, answer: State) -> None:
    changed: dict[str, object] = {
        "class1_ip_linked": 0,
        "st_award_national_top3_on": award,
        "maker_top50_on": maker,
    }
    assert state("innovative", changed, on=date(2025, 6, 1)) is answer
