"""Targets beside outcomes: each target meets the outcome of its time, and nothing is called reached without evidence."""

from datetime import date
from decimal import Decimal

import pytest
from statement_rows import statement, target

from jiqun.actions.reading.targets import best_outcome, interval, judged, ladder, same_scope, value_of

AFTER = date(2026, 1, 1)
BEFORE = date(2024, 6, 1)


@pytest.mark.parametrize(
    ("wanted", "bound", "reached", "reached_bound", "verdict"),
    [
        ("9", ">", "9.19", "=", "met"),
        ("9", "≥", "9", "=", "met"),
        ("9", "=", "8.9", "=", "unmet"),
        ("9", "=", "9", ">", "met"),
        ("75", "=", "75", "≥", "met"),
        ("100", "=", "75", "≥", "manual"),
        ("6", "≈", "7.5", "=", "met"),
        ("100", "=", "99", "≈", "manual"),
        ("100", "=", "90", "≈", "unmet"),
        ("10", "≤", "9", "=", "met"),
        ("10", "≤", "11", "=", "unmet"),
        ("10", "<", "9.5", "≤", "met"),
    ],
)
def test_verdict_follows_the_bounds(
    wanted: str, bound: str, reached: str, reached_bound: str, verdict: str
) -> None:
    aim = target("2024", wanted, bound=bound)
    outcome = statement("2024", reached, bound=reached_bound)
    assert judged(aim, outcome, on=AFTER)[0] == verdict


def test_no_outcome_is_open_before_the_deadline_and_unknown_after_it() -> None:
    aim = target("2024", "9")
    assert judged(aim, None, on=BEFORE) == ("open", "")
    assert judged(aim, None, on=AFTER) == ("unknown", "")


def test_an_estimate_is_no_evidence() -> None:
    aim = target("2024", "9")
    assert judged(aim, statement("2024", "10", status="estimate"), on=AFTER)[0] == "unknown"


def test_different_kinds_and_scopes_are_left_to_a_person() -> None:
    aim = target("2024", "6", kind="growth", unit="%", scope="全省工业")
    assert judged(aim, statement("2024", "100"), on=AFTER) == ("manual", "kind")
    outcome = statement("2024", "7.5", kind="growth", unit="%", scope="规上工业")
    assert judged(aim, outcome, on=AFTER) == ("manual", "scope")


def test_a_target_without_scope_is_judged_and_says_so() -> None:
    aim, outcome = target("2024", "9", bound=">"), statement("2024", "9.19", scope="规上")
    assert judged(aim, outcome, on=AFTER) == ("met", "scope")


def test_values_in_other_units_meet_in_the_indicators_unit() -> None:
    aim = target("2022", "9000", bound=">", unit="亿元")
    outcome = statement("2022", "1", unit="万亿元", base_value=Decimal(10000), bound=">")
    assert judged(aim, outcome, on=AFTER)[0] == "met"


def test_full_coverage_in_words_counts_as_a_hundred_per_cent() -> None:
    said = statement("@2024", None, kind="share", unit="%", value_text="全覆盖")
    assert value_of(said) == 100
    assert value_of(statement("2024", None, value_text="数十亿元")) is None


@pytest.mark.parametrize(
    ("bound", "low", "high"),
    [("=", 5, 5), ("≈", Decimal("4.85"), Decimal("5.15")), ("range", 5, 8)],
)
def test_interval_of_a_bound(bound: str, low: Decimal, high: Decimal) -> None:
    said = statement("2024", "5", bound=bound, value_high=Decimal(8))
    assert interval(said) == (low, high)


def test_open_intervals_have_one_end() -> None:
    assert interval(statement("2024", "5", bound="≥"))[0] == 5  # type: ignore[index]
    assert interval(statement("2024", "5", bound="<"))[1] == 5  # type: ignore[index]
    assert interval(statement("2024", None)) is None


def test_ladder_sets_target_beside_the_exact_outcome_of_its_year() -> None:
    rungs = ladder(
        [
            target("2024", "90000", bound=">"),
            statement("2024", "90000", bound=">", scope="全省"),
            statement("2024", "91900", scope="规上"),
            target("2025", "95000", scope="规上企业"),
        ],
        on=AFTER,
    )
    assert [(rung.year, rung.verdict) for rung in rungs] == [(2024, "met"), (2025, "unknown")]
    assert rungs[0].outcome is not None
    assert rungs[0].outcome.value == 91900


def test_a_stock_reached_early_is_reached() -> None:
    rungs = ladder(
        [
            statement("@2022-04", "470", scope="累计"),
            statement("@2024", "1801", scope="累计"),
            target("@2025", "1000", scope="累计培育"),
        ],
        on=AFTER,
    )
    last = rungs[-1]
    assert (last.year, last.verdict, last.reason) == (2025, "met", "early")
    assert last.outcome is not None
    assert last.outcome.year == 2024


def test_a_stock_said_to_be_reached_later_is_reached_late() -> None:
    first, *rest = ladder(
        [statement("@2024-03", "75", bound="≥"), target("@2024", "100"), statement("@2025-05", "100")],
        on=AFTER,
    )
    assert (first.verdict, first.reason) == ("met", "late")
    assert [rung.verdict for rung in rest] == [""]


def test_a_flow_is_never_reached_by_another_year() -> None:
    rungs = ladder([statement("2023", "400"), target("2024", "300")], on=AFTER)
    assert [rung.verdict for rung in rungs] == ["", "unknown"]


def test_best_outcome_prefers_the_targets_scope_then_an_exact_value() -> None:
    rounded, exact = statement("2024", "9", bound=">", scope="规上"), statement("2024", "9.19", scope="其他")
    assert best_outcome([rounded, exact]) is exact
    assert best_outcome([rounded, exact], like=target("2024", "9", scope="规上")) is rounded
    assert best_outcome([]) is None


def test_words_that_narrow_nothing_do_not_make_scopes_differ() -> None:
    assert same_scope(statement(scope="全省,规上工业企业"), statement(scope="规上工业"))
    assert not same_scope(statement(scope="新增"), statement(scope="累计"))
    assert not same_scope(statement(breakdown=(("batch", "首批"),)), statement())
