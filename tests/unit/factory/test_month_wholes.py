"""Figures of a whole enterprise out of its factories: by hand, and for any parts."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiqun.factory.shifts.months import YES, Told
from jiqun.factory.shifts.wholes import Adding, Part, whole_of


def share(connected: int, machines: int, bound: str = "=") -> Part:
    return Part("", bound, connected, machines)


def test_connected_machines_are_added_before_they_are_divided() -> None:
    """1 of 3 and 5 of 5: 6 of 8 are 75 %, not the mean of 33.33 % and 100 %."""
    assert whole_of("share", {"a": share(1, 3), "b": share(5, 5)}) == Told("75")
    assert whole_of("share", {"a": share(1, 3, "≤"), "b": share(5, 5)}) == Told(
        "75", bound="≤", why=("register_open",)
    )
    assert whole_of("share", {"a": share(1, 3, "≤"), "b": share(1, 3)}).value == "33.34", (
        "an upper bound is rounded up"
    )
    assert whole_of("share", {"a": share(0, 0), "b": share(0, 0)}).why == ("site_unclear",)
    assert whole_of("share", {"a": share(1, 3, "≥"), "b": share(1, 3)}).value is None


def test_amounts_add_up_and_stay_lower_bounds() -> None:
    assert whole_of("sum", {"a": Part("743", "="), "b": Part("20.5", "=")}) == Told("763.5")
    assert whole_of("sum", {"a": Part("743", "≥"), "b": Part("20.5", "=")}) == Told("763.5", bound="≥")
    assert whole_of("sum", {"a": Part("743", "range"), "b": Part("1", "=")}).why == ("site_unclear",)
    assert whole_of("sum", {"a": Part("743", "≥"), "b": Part("1", "≤")}).value is None


def test_a_yes_is_of_the_whole_where_every_factory_says_it() -> None:
    assert whole_of("every", {"a": Part(YES, "="), "b": Part(YES, "=")}) == Told(YES)
    assert whole_of("every", {"a": Part(YES, "="), "b": Part("", "=")}).value is None


def test_oee_does_not_add_up() -> None:
    assert whole_of("never", {"a": Part("80", "="), "b": Part("80", "=")}) == Told(
        None, why=("ratio_of_sites",)
    )


@pytest.mark.parametrize("adding", ["sum", "share", "every"])
def test_a_factory_that_did_not_send_leaves_it_unknown(adding: Adding) -> None:
    assert whole_of(adding, {"a": Part("1", "=", 1, 1), "b": None}) == Told(None, why=("site_unsent",))
    assert whole_of(adding, {}).value is None


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 40), st.sampled_from("=≤")), min_size=1, max_size=5)
)
def test_the_share_lies_among_those_of_the_factories(told: list[tuple[int, int, str]]) -> None:
    parts = {str(n): share(min(c, m), m, bound) for n, (c, m, bound) in enumerate(told)}
    whole = whole_of("share", parts)
    shares = [Decimal(100 * part.connected) / part.machines for part in parts.values()]
    assert min(shares) - Decimal("0.01") <= Decimal(whole.value or -1) <= max(shares) + Decimal("0.01")
    assert whole.bound == ("≤" if any(bound == "≤" for *_, bound in told) else "=")
