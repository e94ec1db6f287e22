"""Statements: rows of the facts table told in words."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from lake_rows import fact
from statement_rows import link, statement

from jiqun.actions.reading.statements import Label, Words, pairs, period_label, told

WORDS = Words(
    subjects={"region:330624": link("region:330624", zh="新昌县", en="Xinchang County")},
    sources={"000": link("000")},
    indicators={"gdp": link("gdp", zh="地区生产总值")},
    units={"亿元": Label("亿元", "100 million yuan")},
)


def test_a_row_is_told_in_words() -> None:
    row = fact(7, value=Decimal("12.500000"), breakdown="industry=轴承; size=小型", period="@2024-03-14")
    row |= {"period_start": date(2024, 3, 14), "period_end": date(2024, 3, 15), "is_instant": True}
    one = told(row, WORDS)
    assert (one.subject.label.zh, one.indicator.label.zh) == ("新昌县", "地区生产总值")
    assert one.value == Decimal("12.5")
    assert str(one.value) == "12.5"
    assert one.breakdown == (("industry", "轴承"), ("size", "小型"))
    assert (one.period_label.zh, one.year, one.is_instant) == ("截至2024年3月14日", 2024, True)
    assert one.unit_label.en == "100 million yuan"
    assert one.recorded_at == datetime(2026, 1, 1, tzinfo=UTC)


def test_a_round_number_is_not_told_with_an_exponent() -> None:
    assert str(told(fact(1, value=Decimal("5000.000000")), WORDS).value) == "5000"


def test_what_nobody_named_goes_by_its_key() -> None:
    one = told(fact(1, subject="enterprise:某某公司", indicator="strange", source="999", unit="斗"), WORDS)
    assert one.subject.label == Label("某某公司", "某某公司")
    assert (one.indicator.key, one.source.key, one.unit_label.zh) == ("strange", "999", "斗")


def test_a_statement_in_words_alone_has_no_value() -> None:
    one = told(fact(1, value=None, base_value=None, value_text="数十亿元"), WORDS)
    assert one.value is None
    assert one.base_value is None


def test_a_year_ends_on_its_last_day() -> None:
    assert told(fact(1), WORDS).year == 2020


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", ()), ("a=1", (("a", "1"),)), ("a=1;b=2", (("a", "1"), ("b", "2"))), ("a=x=y", (("a", "x=y"),))],
)
def test_pairs_of_a_breakdown(text: str, expected: tuple[tuple[str, str], ...]) -> None:
    assert pairs(text) == expected


def test_a_period_of_another_form_is_shown_as_written() -> None:
    assert period_label("近年来") == Label("近年来", "近年来")
    assert period_label("2024-01..2024-04") == Label("2024年1—4月", "January–April 2024")


def test_the_number_is_marked_where_the_quote_holds_it() -> None:
    assert statement(value="9.19", quote="营收9.19万亿元").stated_text == "9.19"
    assert statement(value="70", quote="贡献了七成", value_text="七成").stated_text == "七成"
    assert statement(value="-33", quote="下降33%").stated_text == "33"


def test_a_label_without_english_falls_back() -> None:
    assert Label.of("集群").en == "集群"
    assert str(Label.of("集群", "Cluster")) == "集群"
