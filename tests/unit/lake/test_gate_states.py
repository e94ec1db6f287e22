"""States through the gate 状态入湖: the same word from either cell, refused ones with what is allowed, twice and at odds."""

from decimal import Decimal

import pytest
from gate_rows import fact_gate, fact_row

from jiqun.core.indicators import IndicatorTable
from jiqun.core.units import UnitTable
from jiqun.lake.gate_facts import FactGate

FIRM = "enterprise:91330624MA2000001X"
Row = dict[str, str]


@pytest.fixture(scope="module")
def gate(indicators: IndicatorTable, units: UnitTable) -> FactGate:
    return fact_gate(indicators, units)


def told(indicator: str, value: str, **more: str) -> Row:
    row = {"subject": FIRM, "indicator": indicator, "period": "@2026-05", "value": value, "unit": ""}
    return fact_row(**{**row, **more})


READ = (
    ("above_scale", "√", "是", "1"), ("above_scale", "Yes", "是", "1"), ("above_scale", "0", "否", "0"),
    ("above_scale", "无", "否", "0"), ("above_scale", "没有", "否", "0"),
    ("title_zjtx_until", "2027年12月31日", "2027-12-31", "20271231"),
    ("title_zjtx_until", "2027/12/31 00:00:00", "2027-12-31", "20271231"),
    ("title_zjtx_until", "从未", "无", "10101"), ("title_zjtx_until", "否", "无", "10101"),
    ("rd_institution", " 省级 ", "省级", "2"), ("rd_institution", "未建立", "未建立", "5"),
)  # fmt: skip


@pytest.mark.parametrize(("indicator", "text", "word", "number"), READ)
@pytest.mark.parametrize("cell", ["value", "value_text"])
def test_one_spelling_from_either_cell(
    gate: FactGate, cell: str, indicator: str, text: str, word: str, number: str
) -> None:
    fact, faults = gate.read(2, told(indicator, **{"value": "", cell: text}))
    assert fact is not None and not faults
    assert (fact.value_text, fact.base_value, fact.value, fact.unit) == (word, Decimal(number), None, "状态")


REFUSED = (
    ("above_scale", "部分", "value", "gate.bad_state", "是 否"),
    ("above_scale", "2", "value", "gate.bad_state", "是 否"),
    ("title_zjtx_until", "2027", "value", "gate.bad_state", "2026-04-01 无"),
    ("title_zjtx_until", "2027-02-29", "value", "gate.bad_state", "2026-04-01 无"),
    ("title_zjtx_until", "0001-01-01", "value", "gate.bad_state", "2026-04-01 无"),
    ("rd_institution", "县级", "value", "gate.bad_state", "国家级 省级 市级 市级以下 未建立"),
    ("rd_institution", "省级/市级", "value", "gate.bad_state", "国家级 省级 市级 市级以下 未建立"),
    ("above_scale", "", "value", "gate.value_missing", "0-9 . -"),
)


@pytest.mark.parametrize(("indicator", "text", "column", "code", "allowed"), REFUSED)
def test_a_word_that_says_nothing_is_held(
    gate: FactGate, indicator: str, text: str, column: str, code: str, allowed: str
) -> None:
    fact, faults = gate.read(7, told(indicator, text))
    assert fact is None
    assert [(one.row, one.column, one.code, one.allowed) for one in faults] == [(7, column, code, allowed)]
    assert faults[0].seen == text


def test_a_state_has_no_bound_and_no_other_unit(gate: FactGate) -> None:
    assert [one.code for one in gate.read(2, told("above_scale", "是", bound="≥"))[1]] == ["gate.bad_bound"]
    codes = [one.code for one in gate.read(2, told("above_scale", "是", unit="万元"))[1]]
    assert codes == ["gate.unit_mismatch"]


def test_the_unit_may_be_left_out_or_said(gate: FactGate) -> None:
    short, full = (gate.read(2, told("above_scale", "是", unit=unit))[0] for unit in ("", "状态"))
    assert short is not None and full is not None and short.id == full.id


def test_two_spellings_of_one_word_are_one_statement(gate: FactGate) -> None:
    """是 and √ are the same: the second counts once and is flagged; 否 for the same cell waits."""
    judged = gate.judge([(2, told("above_scale", "是")), (3, told("above_scale", "√"))])
    assert [one.value_text for one in judged.accepted] == ["是"] and not judged.held
    assert [(one.row, one.code) for one in judged.flagged] == [(3, "gate.duplicate_row")]
    judged = gate.judge([(2, told("above_scale", "是")), (3, told("above_scale", "否"))])
    assert [one.code for one in judged.faults] == ["gate.conflicting_row"] and list(judged.held) == [3]


def test_a_word_of_another_day_is_another_statement(gate: FactGate) -> None:
    judged = gate.judge([(2, told("above_scale", "是")), (3, told("above_scale", "否", period="@2026-06"))])
    assert len(judged.accepted) == 2 and not judged.faults


NOTHING = (
    ("title_zjtx_until", "无", False), ("above_scale", "无", False), ("revenue", "无", True),
    ("title_zjtx_until", "—", True), ("above_scale", "/", True), ("no_such_indicator", "无", True),
)  # fmt: skip


@pytest.mark.parametrize(("indicator", "text", "nothing"), NOTHING)
def test_none_is_an_answer_of_a_state_only(gate: FactGate, indicator: str, text: str, nothing: bool) -> None:
    assert gate.says_nothing(indicator, text) is nothing
