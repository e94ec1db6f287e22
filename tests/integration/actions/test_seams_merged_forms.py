"""Forms where enterprises were merged: a row lands on the one that goes on, and on its own again after un-merging."""

import pytest
from action_world import World
from django.db import transaction
from gate_rows import LIST_HEADER, uscc
from seam_world import COUNTY, facts, merged, taken_back

from jiqun.actions.form_memory import office_of
from jiqun.actions.imports import ImportReport
from jiqun.actions.match_lists import written_of
from jiqun.brain.matching import Asked
from jiqun.ledger import name_decisions, subjects
from jiqun.ledger.name_decisions import NameDecision

ONE, TWO = f"enterprise:{uscc(1)}", f"enterprise:{uscc(2)}"
FIRST, SECOND = "新昌县云岭轴承有限公司", "浙江沃洲精密机械有限公司"
CELL = ("2024", "monthly")
HEADER = ("企业名称", "统一社会信用代码", "营业收入（万元）")
MAPPING = {
    "columns": {"name": HEADER[0], "uscc": HEADER[1]},
    "facts": [{"column": HEADER[2], "indicator": "revenue", "unit": "万元", "period": "2024"}],
    "rows": {"without_code": "match"},
}


@pytest.fixture
def ready(world: World) -> World:
    """Two enterprises of different names that are one."""
    place = "浙江省绍兴市新昌县七星街道"
    world.enterprises(
        (FIRST, uscc(1), f"{place}云岭路1号", "2001-03-04"),
        (SECOND, uscc(2), f"{place}沃洲路2号", "2002-03-04"),
        header=LIST_HEADER,
        by=COUNTY,
    )
    return world


def handed_in(world: World, name: str, value: str, *, code: str = "") -> ImportReport:
    rows = [(name, code, value)]
    report = world.load("enterprises", HEADER, rows, by=COUNTY, source="monthly", mapping=MAPPING)
    assert (report.accepted, report.errors) == (1, []), report.errors
    assert (report.created, report.updated) == (0, 0), "a form of figures changes nothing in the register"
    return report


@pytest.mark.parametrize("code", ["", uscc(1)], ids=["by name", "by code"])
def test_a_row_about_the_merged_one_is_read_with_the_one_that_goes_on(ready: World, code: str) -> None:
    decision = merged(ready, ONE, TWO)
    report = handed_in(ready, FIRST, "1400", code=code)
    assert [one["subject"] for one in report.matched] == ([] if code else [TWO])
    assert facts(ready, TWO) == {CELL: "1400"} and facts(ready, ONE) == {}
    taken_back(ready, decision)
    assert facts(ready, ONE) == {CELL: "1400"} and facts(ready, TWO) == {}
    again = handed_in(ready, FIRST, "1400", code=code)
    assert again.batch_id and facts(ready, ONE) == {CELL: "1400"}
    assert facts(ready, TWO) == {}


def test_a_row_about_the_one_that_goes_on_stays_there(ready: World) -> None:
    decision = merged(ready, ONE, TWO)
    handed_in(ready, SECOND, "2200")
    assert facts(ready, TWO) == {CELL: "2200"}
    taken_back(ready, decision)
    assert facts(ready, TWO) == {CELL: "2200"} and facts(ready, ONE) == {}


def test_by_name_and_by_code_are_one_statement_whatever_is_merged(ready: World) -> None:
    """By name while merged, by code after: the same statement, so nothing is counted twice."""
    decision = merged(ready, ONE, TWO)
    handed_in(ready, FIRST, "1400")
    handed_in(ready, FIRST, "1400", code=uscc(1))
    handed_in(ready, FIRST, "1500", code=uscc(1))
    assert facts(ready, TWO) == {CELL: "1500"}
    taken_back(ready, decision)
    handed_in(ready, FIRST, "1600")
    assert facts(ready, ONE) == {CELL: "1600"} and facts(ready, TWO) == {}


def test_a_name_the_office_settled_for_the_merged_one_goes_with_it_and_comes_back(ready: World) -> None:
    written = "云岭老厂"
    said = NameDecision(written_of(Asked(2, written)), written, ONE, "test", ready.now())
    with transaction.atomic():
        name_decisions.save(office_of(COUNTY), said)
    decision = merged(ready, ONE, TWO)
    handed_in(ready, written, "900")
    assert facts(ready, TWO) == {CELL: "900"}
    taken_back(ready, decision)
    assert facts(ready, ONE) == {CELL: "900"} and facts(ready, TWO) == {}


def test_undoing_the_form_leaves_both_as_they_were(ready: World) -> None:
    before = {key: one.label_zh for key, one in subjects.get_many([ONE, TWO]).items()}
    decision = merged(ready, ONE, TWO)
    report = handed_in(ready, FIRST, "1400")
    ready.undo(report)
    assert facts(ready, TWO) == {} and subjects.resolve(ONE) == TWO
    taken_back(ready, decision)
    assert facts(ready, ONE) == {}
    assert {key: one.label_zh for key, one in subjects.get_many([ONE, TWO]).items()} == before
