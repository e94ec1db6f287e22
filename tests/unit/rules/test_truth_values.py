"""The four values: how states join, ranges are compared, and that knowing more never undoes what was known."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiqun.rules.operands import held_against
from jiqun.rules.ranges import Range, best, hull, shown, total
from jiqun.rules.tree import Op
from jiqun.rules.truth import State, all_of, any_of, at_least, opposite

MET, UNMET, UNKNOWN, MANUAL, NA = (
    State.MET, State.UNMET, State.UNKNOWN, State.MANUAL, State.NOT_APPLICABLE,
)  # fmt: skip
states = st.sampled_from([MET, UNMET, UNKNOWN, MANUAL])


@pytest.mark.parametrize(
    ("seen", "every", "some"),
    [
        ([MET, MET], MET, MET),
        ([MET, MANUAL], MANUAL, MET),
        ([MANUAL, UNKNOWN], UNKNOWN, MANUAL),
        ([UNKNOWN, UNMET], UNMET, UNKNOWN),
        ([UNMET, MANUAL, UNKNOWN, MET], UNMET, MET),
        ([NA, UNKNOWN], UNKNOWN, UNKNOWN),
        ([NA, MET], MET, MET),
        ([NA, NA], NA, NA),
        ([], NA, NA),
    ],
)
def test_how_states_join(seen: list[State], every: State, some: State) -> None:
    assert (all_of(seen), any_of(seen)) == (every, some)


@settings(max_examples=60, deadline=None)
@given(st.lists(states, min_size=1, max_size=6))
def test_all_and_any_are_the_ends_of_at_least(seen: list[State]) -> None:
    assert all_of(seen) is at_least(seen, len(seen))
    assert any_of(seen) is at_least(seen, 1)
    assert all_of(map(opposite, seen)) in (opposite(any_of(seen)), UNKNOWN)


@settings(max_examples=60, deadline=None)
@given(st.lists(states, min_size=1, max_size=6), st.integers(1, 6), states, st.data())
def test_filling_in_an_unknown_never_undoes_an_answer(
    seen: list[State], n: int, told: State, data: st.DataObject
) -> None:
    """Met stays met and unmet stays unmet whatever an unknown turns out to be."""
    place = data.draw(st.integers(0, len(seen) - 1))
    before = [UNKNOWN if at == place else one for at, one in enumerate(seen)]
    after = [told if at == place else one for at, one in enumerate(seen)]
    for join in (all_of, any_of, lambda states: at_least(states, n)):
        if join(before) in (MET, UNMET):
            assert join(after) is join(before)


@settings(max_examples=60, deadline=None)
@given(st.lists(states, min_size=1, max_size=6))
def test_what_is_unknown_is_never_met(seen: list[State]) -> None:
    pessimist = [UNMET if one in (UNKNOWN, MANUAL) else one for one in seen]
    for join in (all_of, any_of):
        if join(seen) is MET:
            assert join(pessimist) is MET


numbers = st.decimals(-1000, 1000, places=3)


@settings(max_examples=60, deadline=None)
@given(numbers, numbers, numbers, st.sampled_from(list(Op)), st.data())
def test_a_range_is_decided_only_when_every_number_in_it_is(
    a: Decimal, b: Decimal, needed: Decimal, op: Op, data: st.DataObject
) -> None:
    low, high = min(a, b), max(a, b)
    inside = data.draw(st.decimals(low, high, places=3, allow_nan=False))
    decided = held_against(op, Range(low, high), needed)
    if decided is not None:
        assert held_against(op, Range.exactly(inside), needed) is decided
    assert held_against(op, Range.exactly(inside), needed) is not None


def test_an_open_range_is_decided_by_the_side_it_has() -> None:
    assert held_against(Op.GE, Range(Decimal(60), None), Decimal(60)) is MET
    assert held_against(Op.GT, Range(Decimal(60), None), Decimal(60)) is None
    assert held_against(Op.LE, Range(Decimal(61), None), Decimal(60)) is UNMET
    assert held_against(Op.GE, Range(None, None), Decimal(60)) is None


def test_ranges_add_and_join() -> None:
    one, two = Range(Decimal(1), Decimal(2)), Range(Decimal(5), None)
    assert total([one, one]) == Range(Decimal(2), Decimal(4))
    assert total([one, two]) == Range(Decimal(6), None)
    assert hull([one, two]) == Range(Decimal(1), None)
    assert best([one, Range(Decimal(0), Decimal(9))]) == Range(Decimal(1), Decimal(9))
    assert two.capped(Decimal(7)) == Range(Decimal(5), Decimal(7))
    assert Range(Decimal(-3), Decimal(4)).floored(Decimal(0)) == Range(Decimal(0), Decimal(4))


def test_printed_halves_go_away_from_zero() -> None:
    assert str(shown(Decimal("111.0995"))) == "111.10"
    assert str(shown(Decimal("0.125"))) == "0.13"
