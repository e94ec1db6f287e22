"""The whole truth tables written out by hand, and ranges: sums, caps, the best, the hull, what is printed."""

from collections.abc import Callable
from decimal import Decimal, localcontext
from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiqun.rules.operands import held_against
from jiqun.rules.ranges import ANYTHING, NOTHING, Range, best, hull, shown, total
from jiqun.rules.tree import Op
from jiqun.rules.truth import State, all_of, any_of, at_least, opposite

D = Decimal
LETTERS = {
    "m": State.MET, "u": State.UNMET, "?": State.UNKNOWN, "p": State.MANUAL, "-": State.NOT_APPLICABLE,
}  # fmt: skip
"""m met, u unmet, ? unknown, p for a person, - not applicable."""

# Rows are the first state, columns the second, both in the order m u ? p -
ALL_TABLE = """
    m u ? p -
m   m u ? p m
u   u u u u u
?   ? u ? ? ?
p   p u ? p p
-   m u ? p -
"""
ANY_TABLE = """
    m u ? p -
m   m m m m m
u   m u ? p u
?   m ? ? p ?
p   m p p p p
-   m u ? p -
"""
TWO_OF_TWO_TABLE = """
    m u ? p -
m   m u ? p u
u   u u u u u
?   ? u ? ? u
p   p u ? p u
-   u u u u u
"""


def cells(table: str) -> list[tuple[str, str, str]]:
    head, *rows = (line.split() for line in table.strip().splitlines())
    return [(row[0], column, cell) for row in rows for column, cell in zip(head, row[1:], strict=True)]


def states(word: str) -> list[State]:
    return [LETTERS[letter] for letter in word]


JOINS: list[tuple[str, Callable[[list[State]], State]]] = [
    (ALL_TABLE, all_of),
    (ANY_TABLE, any_of),
    (TWO_OF_TWO_TABLE, lambda seen: at_least(seen, 2)),
]


@pytest.mark.parametrize(("table", "join"), JOINS, ids=["all", "any", "two of two"])
def test_the_table_of_two(table: str, join: Callable[[list[State]], State]) -> None:
    rows = cells(table)
    assert len(rows) == len({row[:2] for row in rows}) == 25
    wrong = [row for row in rows if join(states(row[0] + row[1])) is not LETTERS[row[2]]]
    assert not wrong


@pytest.mark.parametrize(
    ("seen", "n", "answer"),
    [
        ("mmm", 2, "m"), ("mmu", 2, "m"), ("mm?", 2, "m"), ("mmp", 2, "m"), ("mm-", 2, "m"),
        ("muu", 2, "u"), ("mu?", 2, "?"), ("mup", 2, "p"), ("mu-", 2, "u"),
        ("m??", 2, "?"), ("m?p", 2, "p"), ("m?-", 2, "?"), ("mpp", 2, "p"), ("mp-", 2, "p"), ("m--", 2, "u"),
        ("uuu", 2, "u"), ("uu?", 2, "u"), ("uup", 2, "u"), ("u??", 2, "?"), ("u?p", 2, "?"), ("upp", 2, "p"),
        ("???", 2, "?"), ("??p", 2, "?"), ("?pp", 2, "p"), ("ppp", 2, "p"), ("---", 2, "u"), ("?--", 2, "u"),
        ("u?p", 1, "p"), ("u?p", 3, "u"), ("m?p", 3, "?"), ("mpp", 3, "p"), ("mmm", 3, "m"), ("mmm", 4, "u"),
        ("", 1, "u"), ("", 0, "m"), ("u", 0, "m"),
    ],
)  # fmt: skip
def test_at_least_counts_the_surest_first(seen: str, n: int, answer: str) -> None:
    """Met alone reach n: met; met and manual: manual; with the unknown: unknown; else unmet. n stays what it is."""
    for order in set(permutations(seen)):
        assert at_least(states("".join(order)), n) is LETTERS[answer], order


def test_the_opposite_turns_only_what_is_known() -> None:
    turned = {letter: opposite(state) for letter, state in LETTERS.items()}
    assert turned == {letter: LETTERS[other] for letter, other in zip("mu?p-", "um?p-", strict=True)}
    assert all(opposite(opposite(state)) is state for state in State)


def test_joins_of_three_do_not_depend_on_how_they_are_grouped() -> None:
    for join in (all_of, any_of):
        for a, b, c in product(State, repeat=3):
            assert join([a, b, c]) is join([join([a, b]), c]) is join([a, join([b, c])])


def test_a_generator_is_read_once() -> None:
    assert all_of(one for one in states("m?u")) is State.UNMET
    assert any_of(one for one in states("u?m")) is State.MET
    assert at_least((one for one in states("mm")), 2) is State.MET


# Held against a limit

LIMITS = [
    # op, low, high, needed 60 → state
    ("ge", 60, 60, "m"), ("ge", 59, 59, "u"), ("ge", 59, 60, "?"), ("ge", 60, 61, "m"), ("ge", 58, 59, "u"),
    ("gt", 60, 60, "u"), ("gt", 61, 61, "m"), ("gt", 60, 61, "?"), ("gt", 59, 60, "u"), ("gt", 61, 62, "m"),
    ("le", 60, 60, "m"), ("le", 61, 61, "u"), ("le", 60, 61, "?"), ("le", 59, 60, "m"), ("le", 61, 62, "u"),
    ("lt", 60, 60, "u"), ("lt", 59, 59, "m"), ("lt", 59, 60, "?"), ("lt", 60, 61, "u"), ("lt", 58, 59, "m"),
    ("eq", 60, 60, "m"), ("eq", 61, 61, "u"), ("eq", 59, 61, "?"), ("eq", 61, 62, "u"), ("eq", 58, 59, "u"),
    ("eq", 60, 61, "?"), ("eq", 59, 60, "?"),
    ("ge", None, 59, "u"), ("ge", None, 60, "?"), ("ge", 60, None, "m"), ("ge", 59, None, "?"),
    ("gt", None, 60, "u"), ("gt", None, 61, "?"), ("gt", 60, None, "?"), ("gt", 61, None, "m"),
    ("le", None, 60, "m"), ("le", None, 61, "?"), ("le", 61, None, "u"), ("le", 60, None, "?"),
    ("lt", None, 59, "m"), ("lt", None, 60, "?"), ("lt", 60, None, "u"), ("lt", 59, None, "?"),
    ("eq", None, 59, "u"), ("eq", None, 60, "?"), ("eq", 61, None, "u"), ("eq", 60, None, "?"),
    ("ge", None, None, "?"), ("gt", None, None, "?"), ("le", None, None, "?"), ("lt", None, None, "?"),
    ("eq", None, None, "?"),
]  # fmt: skip


def test_every_operator_on_every_side_of_its_limit() -> None:
    wrong = []
    for op, low, high, answer in LIMITS:
        seen = Range(None if low is None else D(low), None if high is None else D(high))
        expected = None if answer == "?" else LETTERS[answer]
        if held_against(Op(op), seen, D(60)) is not expected:
            wrong.append((op, low, high, answer))
    assert not wrong
    assert {op for op, *_ in LIMITS} == {op.value for op in Op}


def test_a_limit_is_held_exactly_whatever_digits_the_caller_reckons_in() -> None:
    """70.04 % of debt is above 70 % even where the caller rounds to three digits."""
    with localcontext() as context:
        context.prec = 3
        for op in (Op.LE, Op.LT, Op.EQ):
            assert held_against(op, Range.exactly(D("70.04")), D(70)) is State.UNMET
        assert held_against(Op.GE, Range.exactly(D("69.96")), D(70)) is State.UNMET
        assert str(shown(D("111.0995"))) == "111.10"


# Ranges


def between(low: float | None, high: float | None) -> Range:
    return Range(None if low is None else D(str(low)), None if high is None else D(str(high)))


@pytest.mark.parametrize(
    ("low", "high", "most", "capped"),
    [
        (1, 2, 3, (1, 2)), (1, 4, 3, (1, 3)), (4, 5, 3, (3, 3)), (3, 3, 3, (3, 3)), (None, 2, 3, (None, 2)),
        (None, None, 3, (None, 3)), (1, None, 3, (1, 3)), (4, None, 3, (3, 3)), (1, 2, None, (1, 2)),
        (None, None, None, (None, None)), (-2, 1, 0, (-2, 0)),
    ],
)  # fmt: skip
def test_a_cap(
    low: float | None, high: float | None, most: float | None, capped: tuple[float, float]
) -> None:
    limit = None if most is None else D(most)
    assert between(low, high).capped(limit) == between(*capped)


@pytest.mark.parametrize(
    ("low", "high", "least", "floored"),
    [
        (1, 2, 0, (1, 2)), (-1, 2, 0, (0, 2)), (-3, -1, 0, (0, 0)), (None, 2, 0, (0, 2)), (None, None, 0, (0, None)),
        (-1, None, 0, (0, None)), (1, None, 0, (1, None)), (None, -1, 0, (0, 0)), (-3, -1, None, (-3, -1)),
    ],
)  # fmt: skip
def test_a_floor(
    low: float | None, high: float | None, least: int | None, floored: tuple[float, float]
) -> None:
    limit = None if least is None else D(least)
    assert between(low, high).floored(limit) == between(*floored)


@pytest.mark.parametrize(
    ("parts", "added", "highest", "around"),
    [
        ([], (0, 0), (None, None), (None, None)),
        ([(1, 2)], (1, 2), (1, 2), (1, 2)),
        ([(1, 2), (3, 4)], (4, 6), (3, 4), (1, 4)),
        ([(0, 9), (3, 4)], (3, 13), (3, 9), (0, 9)),
        ([(0, None), (3, 4)], (3, None), (3, None), (0, None)),
        ([(None, 5), (3, 4)], (None, 9), (3, 5), (None, 5)),
        ([(None, None), (3, 4)], (None, None), (3, None), (None, None)),
        ([(None, 5), (None, 7)], (None, 12), (None, 7), (None, 7)),
    ],
)
def test_the_sum_the_best_and_the_hull(
    parts: list[tuple[float | None, float | None]],
    added: tuple[float, float],
    highest: tuple[float, float],
    around: tuple[float, float],
) -> None:
    ranges = [between(*one) for one in parts]
    assert total(ranges) == between(*added)
    assert best(ranges) == between(*highest)
    assert hull(ranges) == between(*around)


@pytest.mark.parametrize(
    ("value", "held"),
    [("1.99", False), ("2", True), ("3", True), ("5", True), ("5.01", False)],
)
def test_the_ends_of_a_range_are_in_it(value: str, held: bool) -> None:
    assert between(2, 5).holds(D(value)) is held
    assert between(None, 5).holds(D(value)) is (D(value) <= 5)
    assert between(2, None).holds(D(value)) is (D(value) >= 2)
    assert ANYTHING.holds(D(value)) and not NOTHING.holds(D(value))


def test_a_range_is_exact_only_where_both_ends_are_one_number() -> None:
    assert Range.exactly(D("2.50")).exact == D("2.5")
    assert between(0, 0).exact == 0 and between(0, 0).exact is not None
    assert [between(1, 2).exact, between(None, 1).exact, between(1, None).exact, ANYTHING.exact] == [None] * 4


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        ("2.005", 2, "2.01"), ("-2.005", 2, "-2.01"), ("2.0049", 2, "2.00"), ("0.5", 0, "1"), ("1.5", 0, "2"),
        ("-0.5", 0, "-1"), ("99.995", 2, "100.00"), ("7", 2, "7.00"), ("1234567890.125", 2, "1234567890.13"),
    ],
)  # fmt: skip
def test_printed_numbers_round_halves_away_from_zero(value: str, places: int, text: str) -> None:
    assert str(shown(D(value), places)) == text


ends = st.none() | st.integers(-50, 50).map(D)


@st.composite
def ranges(draw: st.DrawFn) -> tuple[Range, Decimal]:
    """A range and a number in it."""
    low, high = sorted((draw(st.integers(-50, 50)), draw(st.integers(-50, 50))))
    inside = D(draw(st.integers(low, high)))
    return Range(draw(st.sampled_from([None, D(low)])), draw(st.sampled_from([None, D(high)]))), inside


@settings(max_examples=40, deadline=None)
@given(st.lists(ranges(), min_size=1, max_size=4), ends)
def test_what_is_true_of_the_numbers_lies_in_the_range(
    drawn: list[tuple[Range, Decimal]], most: D | None
) -> None:
    """Whatever the unknown numbers turn out to be, their sum, best and cap lie where the ranges said."""
    parts, numbers = [one for one, _ in drawn], [number for _, number in drawn]
    assert total(parts).holds(sum(numbers, D(0)))
    assert best(parts).holds(max(numbers))
    assert all(hull(parts).holds(number) for number in numbers)
    limit = numbers[0] if most is None else min(numbers[0], most)
    assert parts[0].capped(most).holds(limit)
