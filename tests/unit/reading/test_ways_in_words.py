"""The way of a firm to a rung in words, the questions asked once, weights of an office: worked by hand on small packs."""

import os
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from ladder_house import EFFORTS, FIRST, LATER, NEITHER, ON, SECOND, small_desk
from rules_house import firm

from jiqun.actions import answering
from jiqun.actions import ladder as climbing
from jiqun.actions.desk import Desk
from jiqun.actions.efforts import efforts_of, helps_of
from jiqun.actions.held_firms import HeldFirm
from jiqun.actions.reading.asking_once import Asked, asked_of
from jiqun.actions.reading.climbs import ClimbLine, Climbs
from jiqun.actions.reading.firm_ladder import LadderLine, Scene, ladder_line
from jiqun.actions.reading.statements import Label
from jiqun.core.errors import PackErrors
from jiqun.ledger.permissions import Actor, Grant
from jiqun.ledger.scopes import EVERYTHING, Scope

SHORT: dict[str, object] = {**NEITHER, "employees": 15, "rd_expense_wan": 60}
OFFICE = Actor(1, "office", (Grant("county_officer", Scope("region", "330624")),))


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    yield small_desk(tmp_path_factory.mktemp("ways-in-words"))


def way(desk: Desk, rung: int, region: str = "330624", **values: object) -> ClimbLine:
    one = climbing.ladder(desk, "climb")
    line = Climbs(desk).line(one, one.rungs[rung], firm(region, **values), on=ON)  # type: ignore[arg-type]
    assert line is not None
    return line


def test_steps_come_by_effort_each_short_in_its_own_unit(here: Desk) -> None:
    line = way(here, 0, **SHORT)
    assert [(one.effort, one.short.zh, one.why.zh) for one in line.steps] == [
        (1, "5 人", "快"),
        (5, "40 万元", "慢"),
    ]
    assert [(one.seen.zh, one.needed.zh) for one in line.steps] == [
        ("15 人", "≥ 20 人"),
        ("60 万元", "≥ 100 万元"),
    ]
    assert (line.state, line.closed, line.papers) == ("unmet", False, ())
    assert [(one.clause, one.confidence) for one in line.steps] == [("第一条", "A")] * 2
    assert not line.has_unofficial and line.to_do == line.steps and line.to_decide == ()
    assert (line.office.zh, [one.number for one in line.documents]) == ("某局", [""])


def test_what_cannot_be_changed_comes_after_and_what_a_person_decides_last(here: Desk) -> None:
    line = way(here, 1, **{**SHORT, FIRST: LATER, "segment_years": 1})
    assert [(one.state, one.changeable) for one in line.steps] == [
        ("unmet", True), ("unmet", False), ("manual", True),
    ]  # fmt: skip
    assert line.closed and len(line.to_do) == 2 and len(line.to_decide) == 1
    assert [one.short.zh for one in line.steps] == ["35 人", "2 年", ""]


def test_help_is_named_where_the_firm_is_and_for_what_can_be_changed(here: Desk) -> None:
    near = way(here, 1, **{**SHORT, FIRST: LATER, "segment_years": 1})
    assert [[one.key for one in step.helps] for step in near.steps] == [["hiring"], [], []]
    far = way(here, 1, "331003", **{**SHORT, FIRST: LATER})
    assert all(step.helps == () for step in far.steps)


def test_what_is_missing_is_a_paper_to_bring_and_no_step(here: Desk) -> None:
    line = way(here, 0, **NEITHER)
    assert (line.steps, line.state) == ((), "unknown")
    assert sum(len(paper.fields) for paper in line.papers) == 2
    assert way(here, 0, **{**SHORT, "employees": 20, "rd_expense_wan": 100}).state == "met"


def test_only_the_clauses_of_the_own_level_are_told(here: Desk) -> None:
    one, climbs = climbing.ladder(here, "graded"), Climbs(here)
    line = climbs.line(one, one.rungs[0], firm(employees=5, above_scale=True), on=ON)
    assert line is not None and {each.id for each in line.clauses} >= {"scale", "level_one"}
    assert not any("two" in each.id for each in line.clauses)
    assert [step.short.zh for step in line.steps] == ["5 人"]
    assert set(climbs.clause_names(one.rungs[1], ON)) == {"scale", "two_staff"}
    assert climbs.clause_names(one.rungs[1], date(2019, 1, 1)) == {}
    assert climbs.confidence(climbing.policy_packs.pack(here, "test/graded"), date(2019, 1, 1)) == ""


def asked(desk: Desk, region: str = "330624", *, not_asked: tuple[str, ...] = (), **values: object) -> Asked:
    return asked_of(desk, firm(region, **values), on=ON, not_asked=not_asked)  # type: ignore[arg-type]


def test_a_question_that_opens_most_clauses_comes_first_and_is_asked_once(here: Desk) -> None:
    found = asked(here)
    first = found.questions[0]
    assert (first.column, first.kind, first.unit.zh) == ("employees", "number", "人")
    assert first.opens == 4  # first, second, and both levels
    assert {one.column: one.opens for one in found.questions} == {
        "employees": 4, "rd_expense_wan": 1, "segment_years": 1, "above_scale": 1,
    }  # fmt: skip
    assert (found.left, len(first.policies)) == (4, 3)


def test_what_is_known_or_may_not_be_asked_is_left_out(here: Desk) -> None:
    found = asked(here, not_asked=("segment_years",), employees=30)
    assert [one.column for one in found.questions] == ["rd_expense_wan", "above_scale"] and found.left == 2
    states = {one.key: (one.verdict, one.unknown) for one in found.packs}
    assert states["test/second"][0] == "unmet" and states["test/first"] == ("unknown", 1)
    whole = asked(here, employees=60, rd_expense_wan=100, segment_years=3, above_scale=True)
    assert (whole.questions, whole.left) == ((), 0)
    before = asked_of(here, firm(), on=date(2019, 1, 1))
    assert before == Asked((), 0, ())  # no rule holds yet


def marks(desk: Desk, key: str, values: dict[str, object], facts: dict[str, str] | None = None) -> LadderLine:
    one, told = climbing.ladder(desk, key), firm("330624", **values)  # type: ignore[arg-type]
    held = HeldFirm("enterprise:x", told, False, facts or {})
    return ladder_line(one, climbing.standing(desk, one, told, on=ON), held, None, on=ON)


def test_a_rung_is_held_over_never_held_or_unknown(here: Desk) -> None:
    line = marks(here, "climb", {FIRST: LATER, SECOND: date(2026, 5, 31)}, {FIRST: "f1", SECOND: "f2"})
    assert [(one.state, one.day, one.fact) for one in line.rungs] == [
        ("held", "2028-01-01", "f1"), ("over", "2026-05-31", "f2"),
    ]  # fmt: skip
    assert line.held.zh == "low"
    none = marks(here, "climb", {**NEITHER}, {FIRST: "f1"})
    assert [(one.state, one.day, one.fact) for one in none.rungs] == [("none", "", "f1"), ("none", "", "")]
    assert [one.state for one in marks(here, "climb", {}).rungs] == ["unknown", "unknown"]


@pytest.mark.parametrize(
    ("employees", "states"),
    [(5, ["none", "none"]), (10, ["held", "none"]), (100, ["held", "held"]), (None, ["unknown", "unknown"])],
)
def test_whoever_is_on_a_level_holds_those_below(
    here: Desk, employees: int | None, states: list[str]
) -> None:
    line = marks(here, "graded", {"employees": employees, "above_scale": True})
    assert [one.state for one in line.rungs] == states and line.is_judged


@pytest.mark.parametrize(
    ("level", "needed", "short"),
    [(1, 2, True), (2, 2, False), (3, 2, False), (None, 2, False), (1, None, False), (0, 1, True)],
)
def test_a_scene_is_short_only_where_it_is_known_to_be(
    level: int | None, needed: int | None, short: bool
) -> None:
    told = [None if one is None else Decimal(one) for one in (level, needed)]
    assert Scene("scene_quality", Label("质量", "quality"), told[0], True, told[1], "").short is short


def test_an_own_file_goes_over_what_ships_and_is_read_anew_when_it_changes(tmp_path: Path) -> None:
    desk = small_desk(tmp_path)
    assert (efforts_of(desk).of(["employees"]), efforts_of(desk).own) == (1, False)
    own = desk.home / "efforts.toml"
    for second, weight in enumerate(("2", "0.25"), start=1):
        own.write_text(EFFORTS.replace("weight = 1", f"weight = {weight}"), encoding="utf-8")
        os.utime(own, (second, second))  # clocks of files may be coarse
        assert (efforts_of(desk).of(["employees"]), efforts_of(desk).own) == (Decimal(weight), True)
    line = way(desk, 0, **SHORT)
    assert [one.effort for one in line.steps] == [Decimal("0.25"), 5]
    own.write_text("default = 0\n", encoding="utf-8")
    os.utime(own, (9, 9))
    with pytest.raises(PackErrors) as caught:
        efforts_of(desk)
    assert [(one.file, one.row) for one in caught.value.errors] == [(str(own), 1)]
    own.unlink()
    assert not efforts_of(desk).own and [one.key for one in helps_of(desk)] == ["hiring"]


def test_a_source_of_answers_is_named_after_who_answers() -> None:
    held = HeldFirm("enterprise:9133A", firm(), False, {})
    made_up = HeldFirm("enterprise:9133A", firm(), True, {})
    own = Actor(2, "firm", (Grant("enterprise", Scope("enterprise", "enterprise:9133A")),))
    whole = Actor(3, "province", (Grant("provincial_officer", EVERYTHING),))
    assert answering.source_of(OFFICE, held) == "answers-region-330624"
    assert answering.source_of(OFFICE, made_up) == "answers-made-up-region-330624"
    assert answering.source_of(own, held) == "answers-enterprise-9133A"
    assert answering.is_answer(answering.source_of(whole, held)) and not answering.is_answer("sheet")
    assert not answering.source_of(whole, held).endswith("-")
