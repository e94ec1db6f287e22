"""States 状态: every spelling of yes, no, never and a day, each refused one, and the laws the numbers keep."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiqun.core.errors import InputError
from jiqun.core.states import NEVER, read_day, read_flag, state_of
from jiqun.core.units import Kind

YES = ("是", "有", "yes", "YES", "y", "Y", "true", "True", "1", "√", " 是", "有 \n")
NO = ("否", "无", "没有", "no", "NO", "n", "N", "false", "False", "0", "×", "\t否")
NEITHER = ("", " ", "2", "-1", "是的", "对", "ok", "yes no", "x", "从未", "1.0", "√√", "unknown", "不详")
NEVERS = ("无", "没有", "从未", "never", "Never", "none", "NONE", "no", "No", "否", " 无 ")
LEVELS = ("国家级", "省级", "市级", "市级以下", "未建立")
DAYS = {
    "2027-01-09": date(2027, 1, 9), "2027-1-9": date(2027, 1, 9), "2027/01/09": date(2027, 1, 9),
    "2027.1.9": date(2027, 1, 9), "2027年1月9日": date(2027, 1, 9), "2027年01月09日": date(2027, 1, 9),
    "2027年1月9": date(2027, 1, 9), "2027-01-09 00:00": date(2027, 1, 9), "2027-01-09 00:00:00": date(2027, 1, 9),
    "2027-01-09T00:00:00": date(2027, 1, 9), "  2027-01-09  ": date(2027, 1, 9),
    "2028-02-29": date(2028, 2, 29), "2000-02-29": date(2000, 2, 29), "1999年12月31日": date(1999, 12, 31),
}  # fmt: skip
NO_DAYS = (
    "", "2027", "2027-01", "2027年1月", "27-01-09", "2027-13-01", "2027-00-10", "2027-04-31", "2027-02-29",
    "1900-02-29", "2027-01-09 08:30", "2027-01-09 00:00:01", "09-01-2027", "20270109", "长期", "明年", "是",
    "2027-01-09 起", "2027--1-9", "0000-01-01",
)  # fmt: skip


@pytest.mark.parametrize("text", YES)
def test_yes(text: str) -> None:
    told = state_of(Kind.FLAG, text)
    assert (read_flag(text), told.word, told.number) == (True, "是", Decimal(1))


@pytest.mark.parametrize("text", NO)
def test_no(text: str) -> None:
    told = state_of(Kind.FLAG, text)
    assert (read_flag(text), told.word, told.number) == (False, "否", Decimal(0))


@pytest.mark.parametrize("text", NEITHER)
def test_neither_yes_nor_no_is_never_taken_for_no(text: str) -> None:
    assert read_flag(text) is None
    with pytest.raises(InputError) as refused:
        state_of(Kind.FLAG, text)
    assert (refused.value.code, refused.value.facts["seen"]) == ("gate.bad_state", text)
    assert refused.value.facts["allowed"] == "是 否"


@pytest.mark.parametrize("text", NEVERS)
def test_never(text: str) -> None:
    told = state_of(Kind.DATE, text)
    assert (read_day(text), told.word, told.number) == (NEVER, "无", Decimal(10101))


@pytest.mark.parametrize(("text", "day"), DAYS.items())
def test_a_day(text: str, day: date) -> None:
    told = state_of(Kind.DATE, text)
    assert (read_day(text), told.word) == (day, day.isoformat())
    assert str(told.number) == day.strftime("%Y%m%d")


@pytest.mark.parametrize("text", NO_DAYS)
def test_no_day(text: str) -> None:
    assert read_day(text) is None
    with pytest.raises(InputError) as refused:
        state_of(Kind.DATE, text)
    assert refused.value.facts["allowed"] == "2026-04-01 无"


@pytest.mark.parametrize("text", ["0001-01-01", "1/1/1", "0001年1月1日", "0001-01-01 00:00:00"])
def test_the_empty_day_of_a_program_is_not_never(text: str) -> None:
    """Some programs write 0001-01-01 where they know nothing: that is unknown, and never "never"."""
    assert read_day(text) is None


def test_a_choice_is_one_of_its_words_to_the_letter() -> None:
    assert [state_of(Kind.CHOICE, f" {word} ", LEVELS).number for word in LEVELS] == [1, 2, 3, 4, 5]
    for text in ("", "省", "省级研发机构", "国家級", "1", "无", "省级 市级"):
        with pytest.raises(InputError) as refused:
            state_of(Kind.CHOICE, text, LEVELS)
        assert refused.value.facts["allowed"] == " ".join(LEVELS)


def test_a_word_added_at_the_end_leaves_the_numbers_of_the_others() -> None:
    longer = (*LEVELS, "不适用")
    assert all(state_of(Kind.CHOICE, one, LEVELS) == state_of(Kind.CHOICE, one, longer) for one in LEVELS)


def test_a_long_text_is_shown_by_its_beginning() -> None:
    with pytest.raises(InputError) as refused:
        state_of(Kind.FLAG, "长" * 500)
    assert refused.value.facts["seen"] == "长" * 40


@settings(max_examples=40, deadline=None)
@given(st.dates(date(1900, 1, 1)), st.dates(date(1900, 1, 1)))
def test_the_numbers_of_days_order_as_the_days_do(one: date, other: date) -> None:
    first, second = (state_of(Kind.DATE, day.isoformat()) for day in (one, other))
    assert (first.number < second.number) == (one < other)
    assert (first == second) == (one == other)
    assert state_of(Kind.DATE, "从未").number < first.number
    assert state_of(Kind.DATE, first.word) == first, "the word kept says the same when it is read again"


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=12))
def test_no_text_is_both_yes_and_no(text: str) -> None:
    flag = read_flag(text)
    if flag is None:
        with pytest.raises(InputError):
            state_of(Kind.FLAG, text)
    else:
        assert state_of(Kind.FLAG, state_of(Kind.FLAG, text).word).number == int(flag)
