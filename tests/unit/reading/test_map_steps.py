"""Classes of the map: about equally many units each, every value in one of them."""

from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from jiqun.actions.reading.map import CLASSES, _steps

VALUES = st.lists(st.decimals(min_value=0, max_value=10**9, places=2), min_size=1, max_size=90)


@given(VALUES)
def test_every_value_falls_into_one_class(values: list[Decimal]) -> None:
    steps = _steps(sorted(values))
    assert len(steps) <= CLASSES
    assert [step.quantile for step in steps] == sorted({step.quantile for step in steps})
    for value in values:
        first = next(step for step in steps if value <= step.high)
        assert first.low <= value


@given(VALUES)
def test_classes_do_not_overlap(values: list[Decimal]) -> None:
    steps = _steps(sorted(values))
    assert all(one.high < other.low for one, other in pairwise(steps))


def test_nothing_known_gives_no_class() -> None:
    assert _steps([]) == ()


def test_a_single_value_stands_in_the_middle() -> None:
    (step,) = _steps([Decimal(7)])
    assert (step.quantile, step.low, step.high) == (3, 7, 7)
