"""Every formula by hand: zero and negative bases, missing values, digits; and points: bands, steps, options, ratios."""

from decimal import Decimal, localcontext

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiqun.rules.formulas import FORMULAS, apply
from jiqun.rules.ranges import Range
from jiqun.rules.scoring import band_points, option_points, owns, ratio_points, step_points
from jiqun.rules.tree import About, Band, BandTable, Boundary, Field, Label, Option, PerStep

D = Decimal
ABOUT = About("item", Label("项", "item"))
FIELD = Field("segment_share_pct")

# Newest year first. None: no number has a meaning there, which is unknown and never zero.
BY_HAND: list[tuple[str, list[str], str | None]] = [
    ("ratio", ["300", "10"], "30"),
    ("ratio", ["0", "10"], "0"),
    ("ratio", ["-5", "10"], "-0.5"),
    ("ratio", ["5", "0"], None),
    ("ratio", ["0", "0"], None),
    ("ratio", ["5", "-10"], None),
    ("percent", ["1", "8"], "12.5"),
    ("percent", ["0", "8"], "0"),
    ("percent", ["12", "8"], "150"),
    ("percent", ["-1", "8"], "-12.5"),
    ("percent", ["1", "0"], None),
    ("percent", ["1", "-8"], None),
    ("percent_of", ["200", "60"], "120"),
    ("percent_of", ["200", "0"], "0"),
    ("percent_of", ["0", "60"], "0"),
    ("percent_of", ["-200", "60"], "-120"),
    # 63号 附件1: (this year − the year before) ÷ the year before
    ("growth", ["120", "100"], "20"),
    ("growth", ["80", "100"], "-20"),
    ("growth", ["100", "100"], "0"),
    ("growth", ["0", "100"], "-100"),
    ("growth", ["-50", "100"], "-150"),
    ("growth", ["100", "0"], None),
    ("growth", ["100", "-100"], None),
    # 63号 附件3: the mean of 20 % and 10 % is 15 %, whatever the first year was
    ("mean_growth", ["132", "110", "100"], "15"),
    ("mean_growth", ["50", "100", "50"], "25"),
    ("mean_growth", ["0", "100", "100"], "-50"),
    ("mean_growth", ["100", "0", "100"], None),
    ("mean_growth", ["100", "100", "0"], None),
    ("mean_growth", ["100", "-1", "100"], None),
    # 2号 附件3: √(new ÷ old) − 1
    ("two_year_compound_growth", ["144", "100"], "20"),
    ("two_year_compound_growth", ["81", "100"], "-10"),
    ("two_year_compound_growth", ["100", "100"], "0"),
    ("two_year_compound_growth", ["0", "100"], "-100"),
    ("two_year_compound_growth", ["-1", "100"], None),
    ("two_year_compound_growth", ["100", "0"], None),
    ("two_year_compound_growth", ["100", "-100"], None),
    # 国科发火〔2016〕195号: the oldest year nought: the newer rate alone; the middle year nought: nought
    ("high_tech_growth", ["132", "110", "100"], "15"),
    ("high_tech_growth", ["132", "110", "0"], "20"),
    ("high_tech_growth", ["132", "0", "100"], "0"),
    ("high_tech_growth", ["132", "0", "0"], "0"),
    ("high_tech_growth", ["0", "0", "0"], "0"),
    ("high_tech_growth", ["0", "110", "100"], "-45"),
    ("high_tech_growth", ["-1", "110", "100"], None),
    ("high_tech_growth", ["132", "-1", "100"], None),
    ("high_tech_growth", ["132", "110", "-1"], None),
    ("high_tech_growth", ["132", "0", "-1"], None),
    ("sum_years", ["7"], "7"),
    ("sum_years", ["620", "580", "0"], "1200"),
    ("sum_years", ["-5", "5"], "0"),
    ("mean_years", ["7"], "7"),
    ("mean_years", ["6", "2", "1"], "3"),
    ("mean_years", ["-3", "3"], "0"),
    ("difference", ["5000", "4300"], "700"),
    ("difference", ["0", "4300"], "-4300"),
    # 亩均用地: own 8, leased 3, let out 1: 10 亩; all let out: 0; more let out than held is below 0, not hidden
    ("land_used", ["8", "3", "1"], "10"),
    ("land_used", ["8", "3", "11"], "0"),
    ("land_used", ["8", "3", "12"], "-1"),
    ("highest", ["3"], "3"),
    ("highest", ["-3", "-1", "-2"], "-1"),
    ("lowest", ["-3", "-1", "-2"], "-3"),
    ("lowest", ["0", "5"], "0"),
]


@pytest.mark.parametrize(("name", "values", "result"), BY_HAND)
def test_a_formula_by_hand(name: str, values: list[str], result: str | None) -> None:
    assert apply(name, [D(value) for value in values]) == (None if result is None else D(result))


def test_every_formula_stands_among_the_cases_and_takes_as_many_as_it_says() -> None:
    assert {name for name, *_ in BY_HAND} == set(FORMULAS)
    for name, values, _ in BY_HAND:
        known = FORMULAS[name]
        assert known.least <= len(values) and (known.most is None or len(values) <= known.most)
    fixed = {one.name for one in FORMULAS.values() if one.most is not None}
    assert fixed == set(FORMULAS) - {"sum_years", "mean_years", "highest", "lowest"}


@pytest.mark.parametrize(("name", "values", "result"), BY_HAND)
def test_one_missing_value_is_enough_for_no_number(name: str, values: list[str], result: str | None) -> None:
    for missing in range(len(values)):
        told = [None if place == missing else D(value) for place, value in enumerate(values)]
        assert apply(name, told) is None


@pytest.mark.parametrize(
    ("name", "values", "digits"),
    [
        ("ratio", ["1", "3"], "0.3333333333333333333333333333333333"),
        ("percent", ["2", "3"], "66.66666666666666666666666666666667"),
        ("growth", ["4", "3"], "33.33333333333333333333333333333333"),
        ("mean_years", ["1", "0", "0"], "0.3333333333333333333333333333333333"),
        ("two_year_compound_growth", ["2", "1"], "41.421356237309504880168872420969807"),
    ],
)
def test_thirty_four_digits_are_kept_in_any_context(name: str, values: list[str], digits: str) -> None:
    """By long division; √2 = 1.4142135623730950488016887242096980785…, of which 1 is taken off."""
    for precision in (3, 28, 60):
        with localcontext() as context:
            context.prec = precision
            found = apply(name, [D(value) for value in values])
        assert found is not None
        assert abs(found - D(digits)) < D("1e-30")
        assert len(found.as_tuple().digits) >= 33


numbers = st.decimals(1, 10_000, places=2)


@settings(max_examples=25, deadline=None)
@given(numbers, numbers, numbers, st.integers(2, 9))
def test_a_change_of_unit_changes_no_rate(new: D, middle: D, old: D, by: int) -> None:
    """万元 or 元: shares and growth are the same, sums and differences grow with the unit."""
    for name, values in (
        ("percent", [new, old]),
        ("growth", [new, old]),
        ("mean_growth", [new, middle, old]),
        ("high_tech_growth", [new, middle, old]),
        ("two_year_compound_growth", [new, old]),
    ):
        once, again = apply(name, values), apply(name, [value * by for value in values])
        assert once is not None and again is not None and abs(once - again) < D("1e-20"), name
    for name in ("sum_years", "land_used", "highest", "lowest"):
        whole, part = apply(name, [new * by, middle * by, old * by]), apply(name, [new, middle, old])
        assert part is not None and whole == part * by


# Bands


def table(boundary: Boundary, *bands: tuple[float | None, float | None, float]) -> BandTable:
    made = tuple(
        Band(
            None if low is None else D(str(low)),
            None if high is None else D(str(high)),
            Range.exactly(D(str(points))),
        )
        for low, high, points in bands
    )
    return BandTable(ABOUT, FIELD, made, boundary, "%")


RISING = ((None, 5, 0.0), (5, 10, 3.0), (10, None, 5.0))
FALLING = ((None, 5, 5.0), (5, 10, 3.0), (10, None, 0.0))
EDGES = [
    # boundary, bands, value, points
    (Boundary.HIGHER_SCORE, RISING, "4.99", 0), (Boundary.HIGHER_SCORE, RISING, "5", 3),
    (Boundary.HIGHER_SCORE, RISING, "10", 5),
    (Boundary.HIGHER_SCORE, FALLING, "5", 5), (Boundary.HIGHER_SCORE, FALLING, "5.01", 3),
    (Boundary.HIGHER_SCORE, FALLING, "10", 3), (Boundary.HIGHER_SCORE, FALLING, "10.01", 0),
    (Boundary.HALF_OPEN, RISING, "5", 3), (Boundary.HALF_OPEN, RISING, "10", 5), (Boundary.HALF_OPEN, FALLING, "5", 3),
    (Boundary.HALF_OPEN, FALLING, "10", 0), (Boundary.HALF_OPEN, FALLING, "9.99", 3),
    (Boundary.RIGHT_CLOSED, RISING, "5", 0), (Boundary.RIGHT_CLOSED, RISING, "10", 3),
    (Boundary.RIGHT_CLOSED, RISING, "10.01", 5),
    (Boundary.RIGHT_CLOSED, FALLING, "5", 5), (Boundary.RIGHT_CLOSED, FALLING, "10", 3),
    (Boundary.RIGHT_CLOSED, RISING, "-100", 0), (Boundary.RIGHT_CLOSED, RISING, "100", 5),
]  # fmt: skip


@pytest.mark.parametrize(("boundary", "bands", "value", "points"), EDGES)
def test_who_owns_the_edge(
    boundary: Boundary, bands: tuple[tuple[float | None, float | None, float], ...], value: str, points: int
) -> None:
    assert band_points(table(boundary, *bands), D(value)) == Range.exactly(D(points))


def test_an_unknown_value_may_be_in_any_band() -> None:
    assert band_points(table(Boundary.HALF_OPEN, *RISING), None) == Range(D(0), D(5))
    one = table(Boundary.HALF_OPEN, (None, None, 4.0))
    assert band_points(one, None) == band_points(one, D(-1)) == Range.exactly(D(4))


def test_of_two_bands_of_one_score_either_may_own_the_edge() -> None:
    level = table(Boundary.HIGHER_SCORE, (None, 5, 3.0), (5, None, 3.0))
    assert not owns(level.bands, 0, Boundary.HIGHER_SCORE)
    assert band_points(level, D(5)) == Range.exactly(D(3))


# Steps, options, ratios


@pytest.mark.parametrize(
    ("value", "most", "points"),
    [
        ("0", None, (0, 0)), ("1.99", None, (0, 0)), ("2", None, (1.5, 1.5)), ("3.99", None, (1.5, 1.5)),
        ("4", None, (3, 3)), ("7", "4", (4, 4)), ("4", "3", (3, 3)), ("-6", None, (0, 0)), ("-6", "3", (0, 0)),
        (None, "4", (0, 4)), (None, None, (0, None)), ("1" + "0" * 40, "9", (9, 9)),
    ],
)  # fmt: skip
def test_points_for_every_full_step(
    value: str | None, most: str | None, points: tuple[float, float | None]
) -> None:
    """1.5 points for every 2 full years, nothing below nought, and never an error for a number too long."""
    node = PerStep(ABOUT, FIELD, D(2), D("1.5"))
    found = step_points(node, None if value is None else D(value), None if most is None else D(most))
    assert (found.low, found.high) == tuple(None if one is None else D(str(one)) for one in points)


@pytest.mark.parametrize(
    ("ticked", "most", "points"),
    [
        ([True, True, True], None, (6, 6)), ([True, False, False], None, (1, 1)), ([False, False, False], None, (0, 0)),
        ([None, None, None], None, (0, 6)), ([True, None, False], None, (1, 3)), ([True, None, True], "4", (4, 4)),
        ([None, None, True], "4", (3, 4)), ([], None, (0, 0)), ([], "4", (0, 0)),
    ],
)  # fmt: skip
def test_points_of_what_is_ticked(
    ticked: list[bool | None], most: str | None, points: tuple[int, int]
) -> None:
    options = [(Option(Field(f"flag{n}"), D(n + 1)), flag) for n, flag in enumerate(ticked)]
    assert option_points(options, None if most is None else D(most)) == Range(D(points[0]), D(points[1]))


def test_points_add_up_exactly_in_any_context() -> None:
    options = [(Option(Field("a"), D("1.125")), True), (Option(Field("b"), D("2.25")), None)]
    with localcontext() as context:
        context.prec = 2
        assert option_points(options, None) == Range(D("1.125"), D("3.375"))


RATIOS = [
    # value, base, weight, cap, floor → points; 24.097 万元/亩 and 40 points: 黄岩 2022
    ("24.097", "24.097", "40", None, None, (40, 40)), ("48.194", "24.097", "40", None, None, (80, 80)),
    ("48.194", "24.097", "40", "60", None, (60, 60)), ("0", "24.097", "40", None, None, (0, 0)),
    ("-24.097", "24.097", "40", None, None, (-40, -40)), ("-24.097", "24.097", "40", None, "0", (0, 0)),
    ("10", "3", "3", None, None, (10, 10)), (None, "3", "3", None, None, (None, None)), (None, "3", "3", "6", "0", (0, 6)),
    ("10", None, "3", "6", "0", (0, 6)), ("10", "0", "3", "6", "0", (0, 6)), ("10", "-3", "3", "6", None, (None, 6)),
    ("10", "3", None, None, "0", (0, None)), (None, None, "0", "6", None, (0, 0)),
]  # fmt: skip


@pytest.mark.parametrize(("value", "base", "weight", "cap", "floor", "points"), RATIOS)
def test_points_of_a_ratio_to_its_base(
    value: str | None,
    base: str | None,
    weight: str | None,
    cap: str | None,
    floor: str | None,
    points: tuple[float | None, float | None],
) -> None:
    told = [None if one is None else D(one) for one in (value, base, weight, cap, floor)]
    found = ratio_points(told[0], told[1], told[2], cap=told[3], floor=told[4])
    assert (found.low, found.high) == points
