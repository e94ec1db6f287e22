"""Working days: weekends, holidays of the table, worked weekends, and what the table does not know."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from gate_rows import PACKS
from hypothesis import given
from hypothesis import strategies as st

from jiqun.core.errors import PackError
from jiqun.core.working_days import WorkingDays

PLAIN = WorkingDays()
FRIDAY = date(2026, 9, 25)
GOLDEN = WorkingDays(
    frozenset(date(2026, 10, day) for day in (1, 2, 5, 6, 7)),
    frozenset({date(2026, 9, 27), date(2026, 10, 10)}),
)


def test_weekends_are_off_and_the_day_itself_does_not_count() -> None:
    assert PLAIN.after(FRIDAY, 1) == date(2026, 9, 28)
    assert PLAIN.after(FRIDAY, 3) == date(2026, 9, 30)
    assert PLAIN.after(date(2026, 9, 26), 1) == date(2026, 9, 28)
    assert PLAIN.after(FRIDAY, 0) == FRIDAY


def test_holidays_are_off_and_moved_weekends_are_worked() -> None:
    assert GOLDEN.after(FRIDAY, 3) == date(2026, 9, 29)
    assert GOLDEN.after(date(2026, 9, 30), 3) == date(2026, 10, 10)
    assert GOLDEN.knows([2026]) and not GOLDEN.knows([2026, 2027]) and not PLAIN.knows([2026])


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 30))
def test_counting_there_and_back_agrees(day: date, count: int) -> None:
    for calendar in (PLAIN, GOLDEN):
        end = calendar.after(day, count)
        assert calendar.is_working(end)
        assert calendar.between(day, end) == count
        assert calendar.between(end, day) == -count
        assert all(calendar.between(day, day + timedelta(days=n)) <= count for n in range((end - day).days))


def test_the_table_that_ships_may_be_empty_and_a_wrong_row_is_told(tmp_path: Path) -> None:
    assert WorkingDays.load(PACKS / "holidays.csv") == PLAIN
    path = tmp_path / "holidays.csv"
    head = "day,kind,name_zh,name_en\n"
    path.write_text(
        head + "2026-10-01,off,国庆节,National Day\n2026-10-10,work,调休,moved\n", encoding="utf-8"
    )
    assert WorkingDays.load(path) == WorkingDays(
        frozenset({date(2026, 10, 1)}), frozenset({date(2026, 10, 10)})
    )
    for row in ("2026-13-01,off,,\n", "2026-10-01,half,,\n"):
        path.write_text(head + row, encoding="utf-8")
        with pytest.raises(PackError) as wrong:
            WorkingDays.load(path)
        assert wrong.value.facts["key"] == "row 2"
