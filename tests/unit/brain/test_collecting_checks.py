"""What is noticed before an answer is sent."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiqun.brain.collecting.checks import (
    ERROR,
    WARNING,
    Beside,
    Finding,
    Group,
    Past,
    group_of,
    look_over,
    one_digit,
    open_warnings,
    other_unit,
)
from jiqun.brain.collecting.forms import Cell
from jiqun.core.indicators import IndicatorTable
from jiqun.core.units import UnitTable

PACKS = Path(__file__).resolve().parents[3] / "packs"
UNITS = UnitTable.load(PACKS / "units.toml")
INDICATORS = IndicatorTable.load(PACKS / "indicators", UNITS)
BY_KEY = {one.key: one for one in INDICATORS}
REVENUE = Cell("revenue", "revenue", "万元", least=Decimal(0))
LABEL = {"zh": "新昌县、通用设备制造业", "en": "Xinchang, trade 34"}


def seen(
    *cells: Cell,
    values: Mapping[str, str | None],
    past: Mapping[str, str] | None = None,
    groups: Mapping[str, Group] | None = None,
) -> list[tuple[str, str, str]]:
    return [
        (one.cell, one.level, one.code) for one in looked(*cells, values=values, past=past, groups=groups)
    ]


def looked(
    *cells: Cell,
    values: Mapping[str, str | None],
    past: Mapping[str, str] | None = None,
    groups: Mapping[str, Group] | None = None,
) -> list[Finding]:
    told = {key: None if text is None else Decimal(text) for key, text in values.items()}
    before = {key: Past(Decimal(text), "2026-09") for key, text in (past or {}).items()}
    return look_over(cells, told, Beside(before, groups or {}), indicators=BY_KEY, units=UNITS)


def test_required_is_an_error_and_optional_is_silent() -> None:
    assert seen(REVENUE, values={}) == [("revenue", ERROR, "collect.required")]
    assert seen(Cell("revenue", "revenue", "万元", required=False), values={"revenue": None}) == []


def test_zero_is_an_answer() -> None:
    assert seen(REVENUE, values={"revenue": "0"}) == []


@pytest.mark.parametrize(("value", "count"), [("-0.01", 1), ("0", 0), ("100", 0), ("100.01", 1)])
def test_range_includes_its_ends(value: str, count: int) -> None:
    cell = Cell("revenue", "revenue", "万元", least=Decimal(0), most=Decimal(100))
    assert len(seen(cell, values={"revenue": value})) == count


def test_ten_thousand_times_more_asks_whether_the_unit_is_yuan() -> None:
    (found,) = looked(REVENUE, values={"revenue": "12000000"}, past={"revenue": "1180"})
    assert (found.level, found.code) == (WARNING, "collect.jump_up")
    assert (found.hint_unit, found.hint_value) == ("元", "1200")
    assert "10169×" in found.seen
    assert "2026-09" in found.allowed


def test_forty_times_more_may_be_thousands() -> None:
    (found,) = looked(REVENUE, values={"revenue": "40000"}, past={"revenue": "1000"})
    assert (found.code, found.hint_unit, found.hint_value) == ("collect.jump_up", "千元", "4000")
    assert "40×" in found.seen


def test_a_hundred_times_more_is_a_warning_without_a_unit_that_fits() -> None:
    (found,) = looked(REVENUE, values={"revenue": "100000"}, past={"revenue": "1000"})
    assert (found.code, found.hint_unit) == ("collect.jump_up", "")
    assert "100×" in found.seen


def test_forty_times_less_in_a_larger_unit() -> None:
    (found,) = looked(REVENUE, values={"revenue": "0.12"}, past={"revenue": "1180"})
    assert (found.code, found.hint_unit, found.hint_value) == ("collect.jump_down", "亿元", "1200")


@pytest.mark.parametrize(
    ("value", "last", "code"),
    [
        ("9999", "1000", ""),
        ("10000", "1000", "collect.jump_up"),
        ("100", "1000", "collect.jump_down"),
        ("101", "1000", ""),
        ("0", "1000", "collect.fell_to_zero"),
        ("5", "0", ""),
        ("-5", "5", "collect.sign_changed"),
        ("-500", "-5", "collect.jump_up"),
    ],
)
def test_against_last_period(value: str, last: str, code: str) -> None:
    profit = Cell("profit", "profit", "万元")
    codes = [one[2] for one in seen(profit, values={"profit": value}, past={"profit": last})]
    assert codes == ([code] if code else [])


def test_shares_are_compared_in_points() -> None:
    cell = Cell("digital_coverage", "digital_coverage", "%")
    assert seen(cell, values={"digital_coverage": "90"}, past={"digital_coverage": "61"}) == []
    codes = [one[2] for one in seen(cell, values={"digital_coverage": "92"}, past={"digital_coverage": "61"})]
    assert codes == ["collect.points_apart"]


def test_a_total_to_date_does_not_fall() -> None:
    cell = Cell("revenue", "revenue", "万元", span="to_date")
    codes = [one[2] for one in seen(cell, values={"revenue": "90"}, past={"revenue": "100"})]
    assert codes == ["collect.to_date_fell"]
    assert seen(cell, values={"revenue": "110"}, past={"revenue": "100"}) == []


def test_sums_hold_to_what_was_written() -> None:
    whole = Cell("all", "revenue", "万元", sum_of=("a", "b"))
    a, b = Cell("a", "profit", "万元"), Cell("b", "tax", "万元")
    assert seen(whole, a, b, values={"all": "3", "a": "1", "b": "2"}) == []
    assert seen(whole, a, b, values={"all": "3.4", "a": "1.23", "b": "2.17"}) == []
    assert [one[2] for one in seen(whole, a, b, values={"all": "4", "a": "1", "b": "2"})] == [
        "collect.sum_differs"
    ]
    assert [one[2] for one in seen(whole, a, b, values={"all": "4", "a": "1"})] == ["collect.required"]


def test_a_part_is_not_larger_than_its_whole() -> None:
    part = Cell("export_value", "export_value", "万元", part_of="revenue")
    codes = [one[2] for one in seen(REVENUE, part, values={"revenue": "10", "export_value": "11"})]
    assert codes == ["collect.part_exceeds"]
    assert seen(REVENUE, part, values={"revenue": "10", "export_value": "10"}) == []


def test_neighbours_are_named_with_their_number_and_a_rounded_median() -> None:
    cell = Cell("revenue", "revenue", "万元", far=Decimal(10))
    group = group_of(LABEL, map(Decimal, (900, 1000, 1234, 1300, 2000)))
    assert group == Group(LABEL, 5, Decimal(1000))
    (found,) = looked(cell, values={"revenue": "10000"}, groups={"revenue": group})
    assert (found.code, found.level, found.group) == ("collect.far_from_neighbours", WARNING, LABEL)
    assert "n = 5" in found.allowed
    assert "1234" not in found.allowed
    assert seen(cell, values={"revenue": "9999"}, groups={"revenue": group}) == []


def test_four_neighbours_are_too_few() -> None:
    assert group_of(LABEL, map(Decimal, (1, 2, 3, 4))) is None


def test_reasons_settle_warnings_and_never_errors() -> None:
    warning, error = Finding("a", WARNING, "collect.jump_up"), Finding("b", ERROR, "collect.required")
    assert open_warnings([warning, error], {}) == [warning, error]
    assert open_warnings([warning, error], {"a": "新接大单", "b": "没有"}) == [error]
    assert open_warnings([warning], {"a": " x "}) == [warning]


@given(st.lists(st.decimals(0, 10**9, places=2), min_size=5, max_size=30))
def test_the_median_shown_has_one_digit(values: list[Decimal]) -> None:
    group = group_of(LABEL, values)
    assert group is not None
    assert len(group.median.normalize().as_tuple().digits) == 1
    assert one_digit(group.median) == group.median
    assert sorted(values)[0] / 2 <= group.median <= sorted(values)[-1] * 2


@given(
    st.decimals("0.01", 10**7, places=2),
    st.decimals("0.01", 10**7, places=2),
)
def test_the_unit_asked_about_brings_the_number_near(value: Decimal, last: Decimal) -> None:
    hint = other_unit(value, last, "万元", UNITS)
    if hint is not None:
        unit, meant = hint
        assert unit != "万元"
        assert abs(UNITS.convert(value, unit, "万元", rounding="half_even") - meant) <= Decimal("0.000001")  # type: ignore[arg-type]
        assert meant == 0 or Decimal("0.19") <= meant / last <= Decimal("5.01")


@given(st.decimals(-(10**8), 10**8, places=2), st.decimals(-(10**8), 10**8, places=2))
def test_last_time_gives_one_finding_at_most_and_none_for_the_same(value: Decimal, last: Decimal) -> None:
    profit = Cell("profit", "profit", "万元")
    found = seen(profit, values={"profit": str(value)}, past={"profit": str(last)})
    assert len(found) <= 1
    assert seen(profit, values={"profit": str(value)}, past={"profit": str(value)}) == []
    if last and value and (value < 0) == (last < 0):
        far = not Decimal("0.1") < value / last < 10
        assert bool(found) == far
