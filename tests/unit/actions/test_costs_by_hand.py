"""Costs of measures by hand: before, after and the difference; what is not known is counted and makes no difference up."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from per_mu_rows import ALL, ON, REGION, TIER, D, firm, pack, version

from jiqun.actions.judging_costs import Cost, CostLine, Graded, cost_lines, costs_of, possible
from jiqun.actions.policy_numbers import with_values
from jiqun.lake.judge_run import ColumnRuling
from jiqun.rules.ranges import Range
from jiqun.rules.truth import State

FIRMS = (firm("1", 100, 50), firm("2", 80, 20), firm("3", 60, None))
AMOUNTS: dict[str, Decimal | None] = {
    "amount_reward": D(10), "amount_land_use_tax": D("1.5"), "amount_power_price": D("0.1"), "amount_water_price": D(2),
}  # fmt: skip


def graded(*levels: str, amounts: dict[str, Decimal | None] = AMOUNTS) -> Graded:
    """The three firms with these grades: "A" one, "AB" either, "" none."""
    priced = replace(pack(), sets=with_values(pack().sets, (REGION, TIER), ON, amounts))
    return Graded(priced, version(), ON, FIRMS, [tuple(one) for one in levels])


def lines(before: Graded, after: Graded) -> dict[str, CostLine]:
    """Lines by measure."""
    return {one.measure: one for one in cost_lines(before, after)}


def test_the_difference_is_after_less_before() -> None:
    found = lines(graded("A", "B", "C"), graded("A", "C", "C"))
    reward, land, water = (found[key] for key in ("reward", "land_use_tax", "water_price"))
    assert (reward.before.total, reward.after.total, reward.difference) == (20, 10, -10)
    assert (land.before.total, land.after.total, land.difference) == (30, 15, -15)  # 10 mu × 1.5 each
    assert (water.before.total, water.after.total, water.difference) == (2, 4, 2)  # a surcharge on C and D
    assert (reward.unit, reward.confidence, reward.grades) == ("万元", "C", ("A", "B"))


def test_a_firm_whose_electricity_is_not_told_is_counted_and_not_free() -> None:
    power = costs_of(graded("C", "D", "D"))["power_price"]
    assert power == Cost(firms=3, known=D("7.0"), unknown=1, open=0)  # (50 + 20) × 0.1, one not known
    assert power.total is None
    assert costs_of(graded("C", "D", "A"))["power_price"].total == 7  # the firm without a figure pays nothing


def test_an_amount_nobody_has_set_is_not_nothing() -> None:
    found = lines(graded("A", "A", "A", amounts={}), graded("A", "A", "A"))
    assert found["reward"].before == Cost(firms=3, unknown=3) and found["reward"].before.total is None
    assert found["reward"].after.total == 30 and found["reward"].difference is None
    none = lines(graded("D", "D", "D", amounts={}), graded("D", "D", "D"))["reward"]
    assert (none.before.total, none.difference) == (0, 0)  # nobody is of its grades: that is known


def test_a_firm_that_may_be_of_the_grade_keeps_it_open() -> None:
    found = costs_of(graded("A", "BC", ""))
    assert found["reward"] == Cost(firms=1, known=D(10), unknown=0, open=1)
    assert found["reward"].total is None
    assert found["water_price"].open == 1 and found["water_price"].firms == 0
    only = costs_of(graded("A", "AB", ""))
    assert only["reward"].open == 1  # A or B: it would have it either way, but its grade is not known
    assert only["water_price"].total == 0


def test_a_measure_only_one_side_has_is_nothing_on_the_other() -> None:
    bare = replace(version(), measures=tuple(one for one in version().measures if one.id != "reward"))
    before, after = graded("A", "A", "D"), graded("A", "A", "D")
    gone = lines(before, replace(after, version=bare))
    assert (gone["reward"].before.total, gone["reward"].after, gone["reward"].difference) == (20, Cost(), -20)
    assert list(gone)[-1] == "reward"  # measures of what is to hold stand first
    new = lines(replace(before, version=bare), after)
    assert new["reward"].difference == 20 and list(new) == [one.id for one in version().measures]


def test_a_measure_is_told_in_the_words_of_what_is_to_hold() -> None:
    first = version().measures[0]
    renamed = replace(version(), measures=(replace(first, unit="元"), *version().measures[1:]))
    found = lines(graded("A", "A", "A"), replace(graded("A", "A", "A"), version=renamed))
    assert found[first.id].unit == "元" and found["reward"].unit == "万元"
    assert (found[first.id].before.total, found[first.id].after.total) == (45, 45)  # 3 firms × 10 mu × 1.5
    assert found[first.id].difference is None and found["reward"].difference == 0  # 万元 less 元 is no number


def test_what_is_printed_has_the_total_or_null() -> None:
    told = lines(graded("A", "AB", ""), graded("A", "B", ""))["reward"].as_json()
    assert told["before"] == {"firms": 1, "known": D(10), "unknown": 0, "open": 1, "total": None}
    assert told["after"] == {"firms": 2, "known": D(20), "unknown": 0, "open": 0, "total": D(20)}
    assert told["difference"] is None and told["measure"] == "reward"


@pytest.mark.parametrize(
    ("verdict", "level", "levels", "expected"),
    [
        (State.MET, "A", ("A",), ("A",)),
        (State.UNKNOWN, "", ALL, ALL),
        (State.NOT_APPLICABLE, "A", ("A",), ()),
        (State.MET, "", (), ()),
        (State.MET, "B", ALL, ("B",)),  # ranked into one of several
    ],
)
def test_possible_grades(
    verdict: State, level: str, levels: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    ruling = ColumnRuling("1", REGION, verdict, Range.exactly(D(1)), level, levels, {}, {}, {})
    assert possible(ruling) == expected


LEVELS = st.lists(st.sampled_from(["A", "B", "C", "D", "AB", "ABCD", ""]), min_size=3, max_size=3)


@settings(max_examples=20, deadline=None)
@given(LEVELS, LEVELS)
def test_the_other_way_round_the_difference_turns_its_sign(one: list[str], other: list[str]) -> None:
    there, back = lines(graded(*one), graded(*other)), lines(graded(*other), graded(*one))
    for key, line in there.items():
        assert (line.before, line.after) == (back[key].after, back[key].before)
        turned = back[key].difference
        assert line.difference == (None if turned is None else -turned)
        assert (line.difference is None) == (line.before.total is None or line.after.total is None)
