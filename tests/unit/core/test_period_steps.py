"""Steps from one collected period to the next."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiqun.core.errors import InputError
from jiqun.core.period_steps import at_end, collected, previous, to_date, year_before
from jiqun.core.periods import Period


@pytest.mark.parametrize(
    ("text", "before", "a_year", "until", "end"),
    [
        ("2026-10", "2026-09", "2025-10", "2026-01..2026-10", "@2026-10"),
        ("2026-01", "2025-12", "2025-01", "2026-01", "@2026-01"),
        ("2026-12", "2026-11", "2025-12", "2026", "@2026-12"),
        ("2026Q1", "2025Q4", "2025Q1", "2026-01..2026-03", "@2026-03"),
        ("2026H2", "2026H1", "2025H2", "2026", "@2026-12"),
        ("2026", "2025", "2025", "2026", "@2026"),
    ],
)
def test_steps(text: str, before: str, a_year: str, until: str, end: str) -> None:
    period = collected(text)
    told = (previous(period), year_before(period), to_date(period), at_end(period))
    assert tuple(one.text for one in told) == (before, a_year, until, end)


@pytest.mark.parametrize(
    "text", ["@2026-10", "2026-01..2026-04", "2022..2024", "2026-03-14..2026-05-01", "x"]
)
def test_what_cannot_be_collected_by(text: str) -> None:
    with pytest.raises(InputError):
        collected(text)


@given(st.integers(1950, 2090), st.integers(1, 12))
def test_the_period_before_ends_where_this_one_starts(year: int, month: int) -> None:
    for text in (
        f"{year}-{month:02d}",
        f"{year}Q{(month + 2) // 3}",
        f"{year}H{(month + 5) // 6}",
        f"{year}",
    ):
        period = Period.parse(text)
        assert previous(period).end == period.start
        assert Period.parse(previous(period).text) == previous(period)
        assert to_date(period).end == period.end == at_end(period).end
        assert year_before(period).start.year == period.start.year - 1
