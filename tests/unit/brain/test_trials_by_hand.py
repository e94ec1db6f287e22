"""Trials of the per-mu score reckoned by hand: points, caps, shares that do not add up, ties, who is near; and its laws."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from per_mu_rows import ALL, NUMBERS, ON, SHARES, D, firm, pack, score, seen, version

from jiqun.brain.per_mu import Shown, item_points, items, near, shown, tried, worth
from jiqun.rules.judge import judge
from jiqun.rules.ranges import Range
from jiqun.rules.ranking import Ranked, grades
from jiqun.rules.tree import RankQuota
from jiqun.rules.truth import State

Numbers = dict[str, Decimal | None]
few = settings(max_examples=25, deadline=None)
FIGURES = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9)), min_size=1, max_size=12)


def points(one: Shown, **numbers: Decimal | None) -> Range | None:
    """The score of one firm."""
    return tried(version(), score(), [one], {**NUMBERS, **numbers})[0].score


def graded(firms: list[Shown], **numbers: Decimal | None) -> str:
    """Their grades in one word, - for none."""
    placed = tried(version(), score(), firms, {**NUMBERS, **SHARES, **numbers})
    return "".join(one.grade or "-" for one in placed)


@pytest.mark.parametrize(
    ("tax", "power", "cap", "floor", "expected"),
    [
        (10, 2, None, None, 100),  # 10 ÷ 10 × 60 + 2 ÷ 2 × 40
        (5, 3, None, None, 90),  # 30 + 60
        (30, 3, 150, None, 150),  # 180 → 60 × 150 % = 90, 60 → 40 × 150 % = 60
        (30, 3, 100, None, 100),  # 60 + 40
        (0, 1, None, 5, 25),  # 0 → 5, and 20 stays
        (-10, 1, None, 0, 20),  # −60 → 0
        (-10, 1, None, None, -40),  # nobody has set a floor
    ],
)
def test_points_with_cap_and_floor(
    tax: int, power: int, cap: int | None, floor: int | None, expected: int
) -> None:
    limits = {"cap_pct": None if cap is None else D(cap), "floor_points": None if floor is None else D(floor)}
    assert points(seen(tax, power), **limits) == Range.exactly(D(expected))


def test_what_is_not_known_is_a_range_between_floor_and_cap() -> None:
    untold = seen(None, 1)
    assert points(untold) == Range(None, None)
    assert points(untold, cap_pct=D(150), floor_points=D(0)) == Range(D(20), D(110))  # 0…90 and 20
    assert points(seen(5, 1), base_tax_per_mu=None, cap_pct=D(100)) == Range(None, D(80))  # …60 and 20
    assert points(seen(5, 1), base_tax_per_mu=D(0), cap_pct=D(100)) == Range(
        None, D(80)
    )  # no base to divide by
    assert points(untold, weight_tax_per_mu=D(0)) == Range.exactly(
        D(20)
    )  # what weighs nothing need not be known


def test_a_missing_figure_that_counts_as_at_the_base_has_its_weight() -> None:
    one = seen(None, 2, at_base=True)
    assert points(one) == Range.exactly(D(100))  # 60 + 40
    assert points(one, weight_tax_per_mu=None) == Range(None, None)
    assert item_points(score(), one, NUMBERS) == (Range.exactly(D(60)), Range.exactly(D(40)))


def test_shares_cut_ten_firms_in_two_four_three_one() -> None:
    firms = [seen(tax) for tax in range(10, 0, -1)]
    assert graded(firms) == "AABBBBCCCD"
    assert graded(firms[::-1]) == "AABBBBCCCD"[::-1]


@pytest.mark.parametrize(
    ("a", "b", "c", "expected"),
    [
        (20, 20, 20, "ABCDD"),  # 60 in all: the rest is D
        (0, 0, 0, "DDDDD"),
        (0, 40, 40, "BBCCD"),
        (60, 60, 30, "AAABB"),  # 150 in all: the first 3, then all there are
        (100, 0, 0, "AAAAA"),
        (30, 30, 30, "ABBCD"),  # 1.5 → 1, 3 → 3, 4.5 → 4
        (None, 40, 30, "-----"),  # one share is not set: nobody is graded
        (20, 40, None, "-----"),
    ],
)
def test_shares_that_do_not_add_to_100(a: int | None, b: int | None, c: int | None, expected: str) -> None:
    shares = {
        f"quota_{key}": None if share is None else D(share)
        for key, share in zip("abc", (a, b, c), strict=True)
    }
    assert graded([seen(tax) for tax in (9, 7, 5, 3, 1)], **shares) == expected


def test_firms_of_one_score_share_the_better_place() -> None:
    assert (
        graded([seen(9), seen(9), seen(7), seen(5), seen(1)]) == "AABCD"
    )  # places 1 1 3 4 5; cuts 1, 3, 4.5
    assert graded([seen(5)] * 5) == "AAAAA"
    assert graded([seen(10, 0), seen(0, 3), seen(1), seen(1), seen(1)]) == "AABBB"  # 60 = 60; then place 3


def test_a_veto_and_who_takes_no_part_leave_their_places_to_others() -> None:
    nobody = [seen(99, applies=State.UNMET), seen(99, levels=("D",)), seen(None, 3)]
    firms = [seen(tax) for tax in (9, 7, 5, 3, 1)]
    assert graded(nobody + firms) == "-D-" + "ABBCD"
    assert tried(version(), score(), nobody, {**NUMBERS, **SHARES})[0].score is None


def test_a_firm_barred_from_a_grade_keeps_its_place() -> None:
    firms = [seen(9, levels=("B", "C", "D")), *(seen(tax) for tax in (7, 5, 3, 1))]
    assert graded(firms) == "BBBCD"  # the second does not move up into A
    assert graded([seen(9, levels=("C", "D")), seen(7)], quota_a=D(50), quota_b=D(50)) == "CB"  # cuts 1 and 2


def test_who_is_near_and_how_far() -> None:
    firms = [seen(tax) for tax in (10, 9, 7, 3, 1)]  # 60 A, 54 B, 42 B, 18 C, 6 D
    placed = tried(version(), score(), firms, {**NUMBERS, **SHARES})
    assert [one.grade for one in placed] == ["A", "B", "B", "C", "D"]
    steps = [(one.place, one.grade, one.points) for one in near(version(), firms, placed)]
    assert steps == [(1, "A", 6), (4, "C", 12), (2, "A", 18), (3, "B", 24)]


def test_nobody_is_near_a_grade_it_cannot_have() -> None:
    firms = [seen(10), seen(9, levels=("B", "C", "D")), seen(5), seen(3), seen(2, levels=("D",))]
    placed = tried(version(), score(), firms, {**NUMBERS, **SHARES})  # four are ranked: cuts 0.8, 2.4, 3.6
    assert [one.grade for one in placed] == ["B", "B", "C", "D", "D"]
    steps = [(one.place, one.grade, one.points) for one in near(version(), firms, placed)]
    assert steps == [(3, "C", 12), (2, "B", 24)]  # nobody has A: it is no step for the first two
    assert (
        list(near(version(), firms, tried(version(), score(), firms, NUMBERS))) == []
    )  # no shares, no steps


def test_what_points_are_worth_in_the_unit_of_the_figure() -> None:
    tax, power = items(score())
    assert worth(tax, D(6), NUMBERS) == 1 and worth(power, D(6), NUMBERS) == D(
        "0.3"
    )  # 6 × 10 ÷ 60, 6 × 2 ÷ 40
    for number in (None, D(0)):
        assert worth(tax, D(6), {**NUMBERS, "weight_tax_per_mu": number}) is None
    assert worth(tax, D(6), {**NUMBERS, "base_tax_per_mu": None}) is None


def test_what_a_firm_shows_is_read_from_its_rows() -> None:
    one = shown(version(), score(), firm("1", 100, 50), parameters=NUMBERS, on=ON)
    assert one == seen(10, 2)  # 100 ÷ 10 mu, 100 ÷ 50
    untold = shown(version(), score(), firm("1", None), parameters=NUMBERS, on=ON)
    assert untold.values == (None, None) and untold.at_base == (False, False)
    outside = shown(version(), score(), firm("1", 100, tier="别的"), parameters=NUMBERS, on=ON)
    assert outside.applies is State.UNMET
    vetoed = firm("1", 100)
    vetoed = replace(vetoed, values={**vetoed.values, "per_mu_veto": True})
    assert shown(version(), score(), vetoed, parameters=NUMBERS, on=ON).levels == ("D",)


@few
@given(FIGURES)
def test_a_trial_with_the_rules_own_numbers_is_the_ruling(rows: list[tuple[int, int]]) -> None:
    numbers = {**dict.fromkeys(one.name for one in pack().parameters), **NUMBERS, **SHARES}
    firms = [firm(str(n), tax, power or None) for n, (tax, power) in enumerate(rows)]
    rulings = [judge(version(), one, parameters=numbers, on=ON, kind="new") for one in firms]
    placed = tried(
        version(),
        score(),
        [shown(version(), score(), one, parameters=numbers, on=ON) for one in firms],
        numbers,
    )
    assert [one.score for one in placed] == [one.score for one in rulings]
    ranked = [
        Ranked(str(n), one.score.exact if one.score else None, one.levels) for n, one in enumerate(rulings)
    ]
    assert isinstance(version().grading, RankQuota)
    assert [one.grade for one in placed] == list(grades(version().grading, ranked, numbers).values())


@few
@given(FIGURES, st.integers(1, 9))
def test_all_weights_alike_change_points_and_no_grade(rows: list[tuple[int, int]], times: int) -> None:
    firms = [seen(*row) for row in rows]
    more = {name: D(times) * (NUMBERS[name] or 0) for name in ("weight_tax_per_mu", "weight_tax_per_kwh")}
    once, often = (
        tried(version(), score(), firms, {**NUMBERS, **SHARES, **weights}) for weights in ({}, more)
    )
    assert [one.grade for one in once] == [one.grade for one in often]
    for a, b in zip(once, often, strict=True):
        assert a.score and b.score and a.score.exact is not None and b.score.exact == a.score.exact * times


@few
@given(FIGURES, st.permutations(range(12)))
def test_no_firm_with_more_points_has_a_worse_grade(rows: list[tuple[int, int]], turn: list[int]) -> None:
    order = [n for n in turn if n < len(rows)]
    placed = tried(version(), score(), [seen(*row) for row in rows], {**NUMBERS, **SHARES})
    turned = tried(version(), score(), [seen(*rows[n]) for n in order], {**NUMBERS, **SHARES})
    assert turned == [placed[n] for n in order]  # the order of the sheet says nothing
    heights = sorted((-(one.score.exact or 0), ALL.index(one.grade)) for one in placed if one.score)
    assert [grade for _, grade in heights] == sorted(grade for _, grade in heights)
