"""States: what people write for yes, never, a day or a choice, in one spelling and with a number that tells them apart."""

from decimal import Decimal

import pytest

from jiqun.core.errors import InputError
from jiqun.core.states import State, state_of
from jiqun.core.units import Kind

CHOICES = ("无", "单个环节", "全覆盖")


@pytest.mark.parametrize(
    ("kind", "text", "word", "number"),
    [
        (Kind.FLAG, " 有 ", "是", 1),
        (Kind.FLAG, "No", "否", 0),
        (Kind.FLAG, "×", "否", 0),
        (Kind.DATE, "2027年1月9日", "2027-01-09", 20270109),
        (Kind.DATE, "2027/12/31 00:00", "2027-12-31", 20271231),
        (Kind.DATE, "从未", "无", 10101),
        (Kind.CHOICE, "无", "无", 1),
        (Kind.CHOICE, "全覆盖 ", "全覆盖", 3),
    ],
)
def test_one_spelling(kind: Kind, text: str, word: str, number: int) -> None:
    assert state_of(kind, text, CHOICES) == State(word, Decimal(number))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.FLAG, "也许"), (Kind.FLAG, "2"), (Kind.DATE, "2027-02-30"), (Kind.DATE, "2027"), (Kind.DATE, "是"),
        (Kind.CHOICE, "部分"), (Kind.CHOICE, ""),
    ],
)  # fmt: skip
def test_anything_else_is_refused(kind: Kind, text: str) -> None:
    with pytest.raises(InputError) as told:
        state_of(kind, text, CHOICES)
    assert told.value.code == "gate.bad_state"
    assert told.value.facts["allowed"]
