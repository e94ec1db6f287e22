"""Differences: what is explained speaks of the right places, and what clashes is found by comparing."""

from decimal import Decimal

import pytest
from statement_rows import statement

from jiqun.actions.reading.differences import _places, _speaks, clashes, lines_of


@pytest.mark.parametrize(
    ("locator", "lines"),
    [
        ("L120", (120, 120)),
        ("L120-L124", (120, 124)),
        ("L120-124", (120, 124)),
        ("row 7", (0, 0)),
        ("", (0, 0)),
    ],
)
def test_lines_of_a_locator(locator: str, lines: tuple[int, int]) -> None:
    assert lines_of(locator) == lines


def test_places_of_a_hint() -> None:
    assert _places("000:L61; 002:L1523-L1527;") == (("000", 61, 61), ("002", 1523, 1527))


@pytest.mark.parametrize(
    ("indicator", "source", "locator", "speaks"),
    [
        ("revenue", "002", "L1525-L1527", True),
        ("revenue", "002", "L1528", False),
        ("revenue", "000", "L1525", False),
        ("rank", "002", "L1525", False),
        ("revenue_share", "002", "L1520-L1524", True),
    ],
)
def test_a_difference_speaks_of_its_indicators_at_its_places(
    indicator: str, source: str, locator: str, speaks: bool
) -> None:
    row = {"indicator": "revenue;revenue_share", "fact_hints": "002:L1523-L1527"}
    assert _speaks(row, {"indicator": indicator, "source": source, "locator": locator}) is speaks


def test_two_values_that_cannot_both_hold_are_a_conflict() -> None:
    (clash,) = clashes([statement("2024", "10"), statement("2024", "12")])
    assert clash.verdict == "conflict"


def test_a_rounded_value_and_an_exact_one_can_both_hold() -> None:
    (clash,) = clashes([statement("2024", "90000", bound=">"), statement("2024", "91900")])
    assert clash.verdict == "rounding"


def test_different_scopes_are_no_conflict() -> None:
    (clash,) = clashes([statement("2024", "10", scope="规上"), statement("2024", "12", scope="全社会")])
    assert clash.verdict == "scope"


@pytest.mark.parametrize(
    "other",
    [
        {"value": "10"},
        {"value": "12", "period": "2023"},
        {"value": "12", "status": "target"},
        {"value": "12", "kind": "growth"},
        {"value": "12", "breakdown": (("industry", "轴承"),)},
        {"value": None},
    ],
)
def test_statements_of_other_things_do_not_clash(other: dict[str, object]) -> None:
    period, value = other.pop("period", "2024"), other.pop("value")
    assert clashes([statement("2024", "10"), statement(period, value, **other)]) == ()  # type: ignore[arg-type]


def test_conflicts_come_first() -> None:
    found = clashes(
        [
            statement("2023", "10", scope="规上"),
            statement("2023", "12", scope="全社会"),
            statement("2024", "10"),
            statement("2024", "12"),
        ]
    )
    assert [clash.verdict for clash in found] == ["conflict", "scope"]


def test_a_value_in_another_unit_does_not_clash_with_itself() -> None:
    mine = statement("2024", "1", unit="万亿元", base_value=Decimal(10000))
    assert clashes([mine, statement("2024", "10000")]) == ()
