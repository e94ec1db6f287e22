"""Named formulas: worked values, None in None out, no number over nothing."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiqun.rules.formulas import FORMULAS, apply

D = Decimal

WORKED = [
    ("ratio", [300, 10], "30"),
    ("percent", [3, 100], "3"),
    ("percent_of", [30, 150], "45"),
    ("growth", [110, 100], "10"),
    ("mean_growth", [121, 110, 100], "10"),
    ("mean_growth", [150, 100, 100], "25"),
    ("two_year_compound_growth", [121, 100], "10"),
    ("two_year_compound_growth", ["110.25", 100], "5"),
    ("high_tech_growth", [150, 100, 100], "25"),
    ("high_tech_growth", [150, 100, 0], "50"),
    ("high_tech_growth", [150, 0, 100], "0"),
    ("sum_years", [620, 460], "1080"),
    ("mean_years", [1, 2, 6], "3"),
    ("difference", [5, 7], "-2"),
    ("land_used", [8, 3, 1], "10"),
    ("highest", [1, 4, 2], "4"),
    ("lowest", [1, 4, 2], "1"),
]


@pytest.mark.parametrize(("name", "values", "result"), WORKED)
def test_worked_values(name: str, values: list[object], result: str) -> None:
    assert apply(name, [D(str(value)) for value in values]) == D(result)


def test_every_formula_has_a_worked_value_and_says_what_it_is() -> None:
    assert {name for name, _, _ in WORKED} == set(FORMULAS)
    assert all(one.function.__doc__ for one in FORMULAS.values())


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("ratio", [1, 0]), ("ratio", [1, -2]), ("percent", [1, 0]), ("growth", [1, 0]), ("growth", [1, -1]),
        ("mean_growth", [1, 0, 1]), ("mean_growth", [1, 1, 0]), ("two_year_compound_growth", [1, 0]),
        ("two_year_compound_growth", [-1, 1]),
    ],
)  # fmt: skip
def test_over_nothing_there_is_no_number(name: str, values: list[int]) -> None:
    assert apply(name, [D(value) for value in values]) is None


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(FORMULAS)), st.data())
def test_a_missing_value_leaves_no_number(name: str, data: st.DataObject) -> None:
    known = FORMULAS[name]
    count = known.least if known.most == known.least else data.draw(st.integers(known.least, known.least + 3))
    values: list[D | None] = data.draw(
        st.lists(st.decimals(-100, 100, places=2), min_size=count, max_size=count)
    )
    values[data.draw(st.integers(0, count - 1))] = None
    assert apply(name, values) is None
