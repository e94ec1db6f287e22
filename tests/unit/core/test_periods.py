"""Periods: every written form, half-open, ordered, labelled, and back to the text it came from."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiqun.core.errors import InputError
from jiqun.core.periods import SHANGHAI, Form, Period

FORMS = [
    # text, form, first day, first day after, days, zh, en
    ("2024", "year", "2024-01-01", "2025-01-01", 366, "2024年", "2024"),
    ("2023H1", "half", "2023-01-01", "2023-07-01", 181, "2023年上半年", "First half of 2023"),
    ("2023H2", "half", "2023-07-01", "2024-01-01", 184, "2023年下半年", "Second half of 2023"),
    ("2024Q1", "quarter", "2024-01-01", "2024-04-01", 91, "2024年一季度", "Q1 2024"),
    ("2024Q4", "quarter", "2024-10-01", "2025-01-01", 92, "2024年四季度", "Q4 2024"),
    ("2024-12", "month", "2024-12-01", "2025-01-01", 31, "2024年12月", "December 2024"),
    ("2025-01..2025-04", "months", "2025-01-01", "2025-05-01", 120, "2025年1—4月", "January–April 2025"),
    ("2023-11..2024-02", "months", "2023-11-01", "2024-03-01", 121, "2023年11月—2024年2月",
     "November 2023–February 2024"),
    ("2022..2024", "years", "2022-01-01", "2025-01-01", 1096, "2022—2024年", "2022–2024"),
    ("2024-03-14..2024-05-01", "days", "2024-03-14", "2024-05-02", 49, "2024年3月14日—5月1日",
     "14 March – 1 May 2024"),
    ("2023-12-30..2024-01-02", "days", "2023-12-30", "2024-01-03", 4, "2023年12月30日—2024年1月2日",
     "30 December 2023 – 2 January 2024"),
    ("2024-03-14..2024-03-14", "days", "2024-03-14", "2024-03-15", 1, "2024年3月14日", "14 March 2024"),
    ("@2024-03-14", "as_of_day", "2024-03-14", "2024-03-15", 1, "截至2024年3月14日", "As of 14 March 2024"),
    ("@2024-02", "as_of_month", "2024-02-29", "2024-03-01", 1, "截至2024年2月末",
     "As of the end of February 2024"),
    ("@2025", "as_of_year", "2025-12-31", "2026-01-01", 1, "截至2025年末", "As of the end of 2025"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "form", "start", "end", "days", "zh", "en"), FORMS)
def test_every_written_form(text: str, form: str, start: str, end: str, days: int, zh: str, en: str) -> None:
    period = Period.parse(text)
    assert (period.form, period.start, period.end) == (
        form,
        date.fromisoformat(start),
        date.fromisoformat(end),
    )
    assert period.days == days
    assert (period.text, str(period)) == (text, text)
    assert (period.label("zh-hans"), period.label("en")) == (zh, en)
    assert period.is_instant == text.startswith("@")


WRONG = [
    "", " ", "24", "20245", "2024-13", "2024-00", "2024-02-30", "2024H3", "2024H0", "2024Q5", "2024q1", "2024h1",
    "2024..2022", "2024..2024", "2024-04..2024-01", "2024-03..2024-03", "2024-05-01..2024-03-14", "2024..2024-03",
    "2024-01..2024-03-14", "..2024", "2024..", "@", "@2024H1", "@2024..2025", "２０２４", "٢٠٢٤", "2024年", "0000",
    "0000-01", "@0000", "9999", "2024-01..2024-02..2024-03", "2024 -01", "-2024", "+2024", "2024/01", "1e3",
    "2024Q１", "2024\x00",
]  # fmt: skip


@pytest.mark.parametrize("text", WRONG)
def test_anything_else_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(InputError) as caught:
        Period.parse(text)
    assert caught.value.code == "gate.bad_period"
    assert caught.value.facts["seen"] == text
    assert "2024Q1" in str(caught.value.facts["allowed"])


def test_blanks_around_it_are_forgiven() -> None:
    assert Period.parse(" 2024-03 ") == Period.parse("2024-03")


def test_a_single_day_is_days() -> None:
    assert Period.parse("2024-03-14").text == "2024-03-14..2024-03-14"


def test_its_instants_are_shanghai_midnights() -> None:
    period = Period.parse("2024-03")
    assert period.starts_at.isoformat() == "2024-03-01T00:00:00+08:00"
    assert period.ends_at.isoformat() == "2024-04-01T00:00:00+08:00"
    assert period.starts_at.tzinfo is SHANGHAI


def test_the_year_a_reader_files_it_under() -> None:
    assert Period.parse("2022..2024").year == 2024
    assert Period.parse("@2025").year == 2025
    assert Period.parse("2024-12").year == 2024


def test_contains_periods_and_days() -> None:
    year = Period.parse("2024")
    assert year.contains(Period.parse("2024Q4"))
    assert year.contains(Period.parse("@2024"))
    assert year.contains(date(2024, 12, 31))
    assert not year.contains(date(2025, 1, 1))
    assert not year.contains(Period.parse("2023-12..2024-01"))


def test_the_same_days_written_otherwise_are_not_equal_but_cover_the_same() -> None:
    a, b = Period.parse("2024"), Period.parse("2024-01..2024-12")
    assert a != b
    assert a.covers_same(b)
    assert not Period.parse("@2024").covers_same(Period.parse("2024-12-31"))
    assert Period.parse("@2024").covers_same(Period.parse("@2024-12-31"))


def test_an_empty_span_cannot_be_made() -> None:
    with pytest.raises(InputError):
        Period(date(2024, 1, 1), date(2024, 1, 1), Form.DAYS)


def test_order_is_by_start_then_end() -> None:
    texts = ["2024-02", "2024", "2023Q4", "@2024", "2024-01..2024-04"]
    assert [p.text for p in sorted(map(Period.parse, texts))] == [
        "2023Q4", "2024-01..2024-04", "2024", "2024-02", "@2024",
    ]  # fmt: skip


days = st.dates(min_value=date(1901, 1, 1), max_value=date(2199, 12, 31))


@st.composite
def texts(draw: st.DrawFn) -> str:
    first, second = sorted((draw(days), draw(days)))
    y, m = f"{first.year:04d}", f"{first.year:04d}-{first.month:02d}"
    y2, m2 = f"{second.year:04d}", f"{second.year:04d}-{second.month:02d}"
    forms = [y, f"{y}H{draw(st.integers(1, 2))}", f"{y}Q{draw(st.integers(1, 4))}", m, f"{first}..{second}",
             f"@{first}", f"@{m}", f"@{y}"]  # fmt: skip
    forms += [f"{y}..{y2}"] if y != y2 else []
    forms += [f"{m}..{m2}"] if m != m2 else []
    return draw(st.sampled_from(forms))


@given(texts())
def test_text_goes_round(text: str) -> None:
    period = Period.parse(text)
    assert period.text == text
    assert Period.parse(period.text) == period
    assert period.start < period.end
    assert period.days == (period.ends_at - period.starts_at).days
    assert period.label("zh") and period.label("en")


@given(texts(), texts())
def test_order_is_total_and_agrees_with_equality(a: str, b: str) -> None:
    one, other = Period.parse(a), Period.parse(b)
    assert (one < other) + (other < one) + (one == other) == 1
    assert (one <= other) == (one < other or one == other)


@given(texts(), days)
def test_contains_a_day_means_between_start_and_end(text: str, day: date) -> None:
    period = Period.parse(text)
    assert period.contains(day) == (period.start <= day <= period.last_day)
    assert period.contains(period.start)
    assert not period.contains(period.last_day + timedelta(days=1))


@given(st.text(max_size=24))
def test_no_text_breaks_it(text: str) -> None:
    try:
        period = Period.parse(text)
    except InputError:
        return
    assert Period.parse(period.text) == period
