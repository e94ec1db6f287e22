"""How pages write numbers and name things."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statement_rows import link, statement

from jiqun.actions.reading.statements import Label
from jiqun.actions.reading.targets import judged
from jiqun.core.facts import SUBJECT_KINDS, Bound, Status
from jiqun.core.units import Kind
from jiqun.ledger.relations import PREDICATES
from jiqun.web.numerals import number
from jiqun.web.words import WORDS, address_of, said, value_words


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("91900"), "91,900"),
        (Decimal("9.190"), "9.19"),
        (Decimal("-33"), "−33"),
        (Decimal("-1234.50"), "−1,234.5"),
        (Decimal("0.000001"), "0.000001"),
        (Decimal("1E+6"), "1,000,000"),
        (0, "0"),
        (1234567, "1,234,567"),
        (None, ""),
        ("", ""),
        ("n/a", "n/a"),
    ],
)
def test_numbers_set_thousands_apart(value: object, written: str) -> None:
    assert number(value) == written


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**15), max_value=10**15))
def test_a_number_reads_back_as_itself(value: Decimal) -> None:
    assert Decimal(number(value).replace(",", "").replace("−", "-")) == value


@pytest.mark.parametrize(
    ("changed", "zh", "en"),
    [
        ({}, "100 亿元", "100 × 100 million yuan"),
        ({"bound": ">"}, "> 100 亿元", "> 100 × 100 million yuan"),
        ({"bound": "≈"}, "≈ 100 亿元", "≈ 100 × 100 million yuan"),
        ({"bound": "range", "value_high": Decimal(120)}, "100–120 亿元", "100–120 × 100 million yuan"),
        ({"unit": "%", "kind": "share"}, "100%", "100%"),
        ({"unit": "%", "kind": "growth"}, "+100%", "+100%"),
        ({"unit": "位", "kind": "rank", "unit_label": Label("位", "place")}, "第 100 位", "No. 100"),
        ({"unit": "家", "unit_label": Label("家", "enterprises")}, "100 家", "100 enterprises"),
    ],
)
def test_a_stated_value_in_one_line(changed: dict[str, object], zh: str, en: str) -> None:
    one = statement("2024", "100", **changed)
    assert said(one, "zh") == zh
    assert said(one, "en") == en


def test_a_fall_keeps_its_sign_and_a_range_of_falls_is_readable() -> None:
    one = statement("2024", "-30", bound="range", value_high=Decimal(-10), unit="%", kind="growth")
    assert said(one, "zh") == "−30 至 −10%"
    assert said(one, "en") == "−30 to −10%"


def test_words_stand_for_a_number_nobody_gave() -> None:
    assert value_words(statement("2024", None, value_text="数十亿元"), "zh")["text"] == "数十亿元"
    assert said(statement("2024", None), "zh") == "—"


@pytest.mark.parametrize(
    ("family", "keys"),
    [
        ("status", set(Status)),
        ("bound", set(Bound)),
        ("kind", set(Kind)),
        ("subject", set(SUBJECT_KINDS)),
        ("predicate-in", set(PREDICATES)),
        ("predicate-out", set(PREDICATES)),
    ],
)
def test_every_key_of_a_closed_list_has_a_word(family: str, keys: set[str]) -> None:
    assert {str(key) for key in keys} <= WORDS[family].keys()


def test_every_verdict_has_a_word() -> None:
    assert {"met", "unmet", "open", "unknown", "manual"} == WORDS["verdict"].keys()
    assert judged.__doc__ is not None
    assert {"scope", "kind", "about", "early", "late"} == WORDS["reason"].keys()


@pytest.mark.parametrize(
    ("key", "address"),
    [
        ("cluster:robots_cnc", "/clusters/robots_cnc/"),
        ("region:330624", "/subjects/region:330624/"),
        ("document:002", "/sources/002/"),
    ],
)
def test_each_kind_has_its_page(key: str, address: str) -> None:
    one = link(key)
    assert address_of(one.kind, one.key) == address


def test_a_name_with_odd_characters_stays_one_address() -> None:
    address = address_of("enterprise", "enterprise:甲?乙#丙/丁")
    assert "?" not in address
    assert "#" not in address
