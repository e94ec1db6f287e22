"""Figures: a missing part makes the sum missing; different kinds and units refuse to add."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiqun.core.errors import InputError
from jiqun.core.figures import Figure, SourceRef, Step, total
from jiqun.core.units import Kind

ON = date(2025, 1, 1)


def figure(
    value: str | None, *, unit: str = "亿元", kind: Kind = Kind.LEVEL, name: str = "revenue"
) -> Figure:
    source = SourceRef("002", "L12", f"f{value}", "b1")
    return Figure(name, None if value is None else Decimal(value), unit, ON, (source,), (), kind)


def test_levels_of_one_unit_add_up_with_their_sources() -> None:
    whole = total("revenue.province", (figure("1.5"), figure("2.5")), as_of=ON)
    assert (whole.value, whole.unit, whole.kind) == (Decimal("4.0"), "亿元", Kind.LEVEL)
    assert [source.fact_id for source in whole.sources] == ["f1.5", "f2.5"]
    assert whole.steps[-1].output == "4.0 亿元"
    assert whole.steps[-1].inputs == ("revenue=1.5 亿元", "revenue=2.5 亿元")


def test_one_missing_part_makes_the_sum_missing_never_zero() -> None:
    whole = total("revenue", (figure("1.5"), figure(None)), as_of=ON)
    assert whole.value is None
    assert whole.is_missing
    assert "材料不足" in whole.steps[-1].text_zh
    assert whole.steps[-1].output == ""


@pytest.mark.parametrize("kind", [Kind.SHARE, Kind.GROWTH, Kind.COMPLETION, Kind.RANK])
def test_kinds_that_do_not_add_are_refused(kind: Kind) -> None:
    with pytest.raises(InputError, match=r"figure\.kinds_do_not_add"):
        total("x", (figure("1", kind=kind), figure("2", kind=kind)), as_of=ON)


def test_a_level_and_a_growth_are_refused() -> None:
    with pytest.raises(InputError, match=r"figure\.kinds_do_not_add"):
        total("x", (figure("1"), figure("2", kind=Kind.GROWTH)), as_of=ON)


def test_differing_units_are_refused_even_when_one_is_missing() -> None:
    with pytest.raises(InputError, match=r"figure\.units_differ"):
        total("x", (figure(None), figure("2", unit="万元")), as_of=ON)


def test_nothing_is_not_zero() -> None:
    with pytest.raises(InputError, match=r"figure\.nothing_to_add"):
        total("x", (), as_of=ON)


def test_shared_sources_and_steps_are_told_once() -> None:
    step = Step("读取", "read", (), "1")
    part = Figure("a", Decimal(1), "亿元", ON, (SourceRef("002"),), (step,))
    whole = total("x", (part, part), as_of=ON)
    assert whole.sources == (SourceRef("002"),)
    assert len(whole.steps) == 2


@given(st.lists(st.decimals(min_value=-(10**6), max_value=10**6, places=2), min_size=1, max_size=12))
def test_the_sum_is_the_sum(values: list[Decimal]) -> None:
    parts = tuple(Figure("a", value, "家", ON) for value in values)
    assert total("x", parts, as_of=ON).value == sum(values)
