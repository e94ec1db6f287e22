"""晋档 worked by hand on small packs: the rung held on the first and last day, how far the next one is, what is unknown."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ladder_house import FIRST, LATER, NEITHER, ON, SECOND, small_desk
from rules_house import firm

from jiqun.actions import ladder as climbing
from jiqun.actions import policy_packs
from jiqun.actions.desk import Desk
from jiqun.actions.ladder import Away, step_of
from jiqun.core.errors import NotFound
from jiqun.core.states import NEVER
from jiqun.rules.firm import Firm
from jiqun.rules.ladders import Held, Rung
from jiqun.rules.tree import Label
from jiqun.rules.truth import State

DAY = timedelta(days=1)
RUNG = Rung("low", Label("低", "low"), "test/first")


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    yield small_desk(tmp_path_factory.mktemp("small-ladders"))


def held_by(here: Desk, on: date, **values: object) -> Held:
    return climbing.standing(here, climbing.ladder(here, "climb"), firm(**values), on=on).held  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("day", "rung"),
    [(LATER - DAY, "low"), (LATER, "low"), (LATER + DAY, "")],
    ids=["the day before", "the last day", "the day after"],
)
def test_a_title_counts_to_its_last_day(here: Desk, day: date, rung: str) -> None:
    held = held_by(here, day, **{**NEITHER, FIRST: LATER})
    assert (held.rung, held.until) == (rung, LATER if rung else None)
    assert held.unknown == ()


def test_of_two_titles_the_higher_one_in_force_counts(here: Desk) -> None:
    both = {FIRST: LATER, SECOND: ON}
    assert held_by(here, ON, **both) == Held("high", ON, ())
    assert held_by(here, ON + DAY, **both) == Held("low", LATER, ())  # the higher one is over, known to be
    assert held_by(here, ON, **{FIRST: LATER}) == Held(
        "low", LATER, ("high",)
    )  # nobody knows of the higher one
    assert held_by(here, ON) == Held("", None, ("high", "low"))


@pytest.mark.parametrize(
    ("until", "day", "known"),
    [
        (date(2028, 2, 29), date(2025, 2, 28), True),  # three years before a leap day: the 28th
        (date(2028, 2, 29), date(2025, 2, 27), False),
        (LATER, date(2025, 1, 1), True),  # the first day it is known of
        (LATER, date(2024, 12, 31), False),
        (LATER, LATER, True),
        (LATER, LATER + DAY, False),
        (NEVER, NEVER, False),  # "never held" is no title of the year 1
    ],
)
def test_a_title_is_known_from_so_many_years_before_its_end(
    here: Desk, until: date, day: date, known: bool
) -> None:
    rung = climbing.ladder(here, "climb").rungs[0]
    packs = policy_packs.packs(here)
    assert climbing.was_in_force(rung, firm(**{FIRST: until}), packs, day) is known
    assert not climbing.was_in_force(rung, firm(), packs, day)
    untitled = climbing.ladder(here, "graded").rungs[0]
    assert not climbing.was_in_force(untitled, firm(**{FIRST: until}), packs, day)


@pytest.mark.parametrize(
    ("away", "step"),
    [
        (None, "no_rule"),
        (Away(State.NOT_APPLICABLE), "apart"),
        (Away(State.MET), "ready"),
        (Away(State.MANUAL, manual=("a",)), "ready"),  # what a person decides keeps nobody from applying
        (Away(State.UNKNOWN, unknown=("a",)), "papers"),
        (Away(State.UNMET, unmet=("a",)), "one_step"),
        (Away(State.UNMET, unmet=("a",), manual=("b",)), "one_step"),
        (Away(State.UNMET, unmet=("a",), unknown=("b",)), "further"),
        (Away(State.UNMET, unmet=("a", "b")), "further"),
        (Away(State.UNMET, unmet=("a",), closed=True), "closed"),
    ],
)
def test_how_far_a_rung_is(away: Away | None, step: str) -> None:
    assert step_of(RUNG, away) == step and step in climbing.STEPS
    assert step_of(None, away) == "top"


LOW: dict[str, object] = {**NEITHER, "employees": 20, "rd_expense_wan": 100}
HIGH: dict[str, object] = {**NEITHER, FIRST: LATER, "employees": 50, "segment_years": 3}
STOOD = [  # values, the next rung, how far it is, unmet, unknown, manual
    (LOW, "low", "ready", (), (), ()),
    ({**LOW, "employees": 19}, "low", "one_step", ("staff",), (), ()),
    ({**LOW, "employees": 19, "rd_expense_wan": None}, "low", "further", ("staff",), ("research",), ()),
    ({**LOW, "rd_expense_wan": None}, "low", "papers", (), ("research",), ()),
    ({**LOW, "employees": 19, "rd_expense_wan": 99}, "low", "further", ("staff", "research"), (), ()),
    (HIGH, "high", "ready", (), (), ("judged",)),
    ({**HIGH, "employees": 49}, "high", "one_step", ("staff",), (), ("judged",)),
    ({**HIGH, "segment_years": 2}, "high", "closed", ("years",), (), ("judged",)),
    ({**HIGH, "segment_years": None}, "high", "papers", (), ("years",), ("judged",)),
]


@pytest.mark.parametrize("whole", [True, False], ids=["by columns", "by rows"])
def test_the_next_rung_of_firms_by_hand(here: Desk, whole: bool) -> None:
    one = climbing.ladder(here, "climb")
    firms = [firm(**values) for values, *_ in STOOD]  # type: ignore[arg-type]
    many = firms * 2 if whole else firms
    assert (len(many) > climbing.FEW) is whole
    found = climbing.standings(here, one, many, on=ON)[: len(firms)]
    for has, (_, rung, step, unmet, unknown, manual) in zip(found, STOOD, strict=True):
        assert has.above is not None and has.away is not None
        assert (has.above.key, has.step, has.away.unmet) == (rung, step, unmet)
        assert (has.away.unknown, has.away.manual) == (unknown, manual)


def test_who_is_on_top_and_whom_no_rule_judges(here: Desk) -> None:
    one = climbing.ladder(here, "climb")
    top = climbing.standing(here, one, firm(**{SECOND: LATER}), on=ON)
    assert (top.held.rung, top.above, top.step) == ("high", None, "top")
    before = climbing.standing(here, one, firm(**LOW), on=date(2019, 12, 31))  # type: ignore[arg-type]
    assert (before.step, before.away) == ("no_rule", None)
    assert climbing.climb(here, one, one.rungs[0], firm(), on=date(2019, 12, 31)) is None
    assert climbing.standings(here, one, [], on=ON) == []


@pytest.mark.parametrize(
    ("employees", "scale", "rung", "unknown", "step"),
    [
        (9, True, "", (), "one_step"),
        (10, True, "one", (), "one_step"),
        (99, True, "one", (), "one_step"),
        (100, True, "two", (), "top"),
        (None, True, "", ("two", "one"), "papers"),
        (50, False, "one", (), "further"),
    ],
)
def test_levels_are_rungs_held_by_judging(
    here: Desk, employees: int | None, scale: bool, rung: str, unknown: tuple[str, ...], step: str
) -> None:
    one = climbing.ladder(here, "graded")
    told = firm(employees=employees, above_scale=scale)
    has = climbing.standing(here, one, told, on=ON)
    assert (has.held, has.step) == (Held(rung, None, unknown), step)
    assert climbing.standings(here, one, [told] * 13, on=ON) == [has] * 13  # by columns
    before = climbing.standing(here, one, told, on=date(2019, 1, 1))
    assert before.held == Held("", None, ("two", "one")) and before.step == "no_rule"


@settings(max_examples=4, deadline=None, database=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "employees": st.sampled_from([None, Decimal(19), Decimal(20), Decimal(50), Decimal(100)]),
                "segment_years": st.sampled_from([None, Decimal(2), Decimal(3)]),
                "rd_expense_wan": st.sampled_from([None, Decimal(99), Decimal(100)]),
                "above_scale": st.sampled_from([None, True, False]),
                FIRST: st.sampled_from([None, NEVER, ON, LATER]), SECOND: st.sampled_from([None, NEVER, ON - DAY, ON]),
            },
        ),
        min_size=13, max_size=13,
    )
)  # fmt: skip
def test_many_firms_stand_where_each_stands_alone(here: Desk, drawn: list[dict[str, object]]) -> None:
    firms = [firm(**values) for values in drawn]  # type: ignore[arg-type]
    for key in ("climb", "graded"):
        one = climbing.ladder(here, key)
        alone = [climbing.standing(here, one, each, on=ON) for each in firms]
        assert climbing.standings(here, one, firms, on=ON) == alone
        for has in alone:
            if has.held.rung and has.above:
                assert one.place(has.above.key) == one.place(has.held.rung) + 1
            assert has.held.rung not in has.held.unknown


def test_the_nearest_way_of_all_ladders(here: Desk) -> None:
    near = climbing.nearest_climb(
        here, firm("330624", **{**LOW, "above_scale": True, "employees": 15}), on=ON
    )  # type: ignore[arg-type]
    assert near is not None and near.rung.key == "low"  # five people short there, 85 for level two
    assert near.way.unmet[0].short == Decimal(5) and near.way.effort == 1
    top: Firm = firm("331003", **{SECOND: LATER})
    assert climbing.nearest_climb(here, top, on=ON) is None  # the ladder of levels is for another city


def test_a_ladder_of_a_place_is_for_its_firms(here: Desk) -> None:
    graded, climb = climbing.ladder(here, "graded"), climbing.ladder(here, "climb")
    assert climbing.is_for(here, graded, "330624") and not climbing.is_for(here, graded, "331003")
    assert climbing.is_for(here, graded, "339901", made_up=True) and climbing.is_for(here, climb, "331003")
    with pytest.raises(NotFound) as caught:
        climbing.ladder(here, "stairs")
    assert (caught.value.code, caught.value.facts["allowed"]) == ("ladder.not_found", "climb graded")
