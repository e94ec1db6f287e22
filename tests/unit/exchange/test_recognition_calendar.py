"""Publicity over holidays, every day a reminder is due, and last days of titles: counted by hand on a calendar."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from gate_rows import PACKS
from hypothesis import given, settings
from hypothesis import strategies as st

from jiqun.core.errors import InputError, WrongState
from jiqun.core.working_days import WorkingDays
from jiqun.exchange.recognitions import RecognitionPractice, Reminder, last_day

PRACTICE = RecognitionPractice.load(PACKS / "recognitions.toml")
DAY = timedelta(days=1)
TABLE = """day,kind,name_zh,name_en
2030-10-01,off,国庆,made up
2030-10-02,off,国庆,made up
2030-10-03,off,国庆,made up
2030-10-04,off,国庆,made up
2030-10-07,off,国庆,made up
2030-09-29,work,调休,made up
2030-10-12,work,调休,made up
2031-01-01,off,元旦,made up
"""


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> WorkingDays:
    """1–4 and 7 October 2030 off; Sunday 29 September and Saturday 12 October worked; 1 January 2031 off."""
    path = Path(tmp_path_factory.mktemp("days")) / "holidays.csv"
    path.write_text(TABLE, encoding="utf-8")
    return WorkingDays.load(path)


@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        (
            date(2030, 9, 23),
            5,
            date(2030, 9, 29),
        ),  # Mon: Tue 24, Wed 25, Thu 26, Fri 27, the worked Sunday 29
        (date(2030, 9, 27), 1, date(2030, 9, 29)),  # Fri: the worked Sunday
        (date(2030, 9, 28), 2, date(2030, 9, 30)),  # Sat: Sun 29, Mon 30
        (date(2030, 9, 30), 1, date(2030, 10, 8)),  # the day before the holiday: all of it is skipped
        (date(2030, 9, 30), 5, date(2030, 10, 12)),  # Tue 8, 9, 10, 11, the worked Saturday
        (date(2030, 10, 3), 1, date(2030, 10, 8)),  # published on a holiday
        (date(2030, 10, 6), 6, date(2030, 10, 14)),  # 8, 9, 10, 11, 12, Monday 14
        (date(2030, 12, 31), 1, date(2031, 1, 2)),  # over New Year
        (date(2030, 12, 27), 5, date(2031, 1, 6)),  # 30, 31, 2, 3, Monday 6
    ],
)
def test_publicity_over_holidays(made_up: WorkingDays, start: date, days: int, last: date) -> None:
    assert PRACTICE.public_until(start, days, made_up) == last


def test_the_shipped_table_is_empty_and_says_so() -> None:
    """No holiday ships: weekdays alone are counted, and the page is told that holidays are not known."""
    shipped = WorkingDays.load(PACKS / "holidays.csv")
    assert not shipped.knows([2026]) and not shipped.off and not shipped.work
    assert PRACTICE.public_until(date(2030, 9, 30), 5, shipped) == date(2030, 10, 7)


def test_a_year_that_is_not_in_the_table_is_not_known(made_up: WorkingDays) -> None:
    assert made_up.knows({2030}) and made_up.knows({2030, 2031}) and not made_up.knows({2031, 2032})


@settings(max_examples=40, deadline=None)
@given(st.dates(date(2030, 9, 1), date(2031, 1, 31)), st.integers(1, 59))
def test_a_longer_publicity_ends_later_and_only_on_a_working_day(start: date, days: int) -> None:
    off = frozenset(date(2030, 10, day) for day in (1, 2, 3, 4, 7))
    for calendar in (WorkingDays(), WorkingDays(off=off)):
        until = PRACTICE.public_until(start, days, calendar)
        assert until > start and calendar.is_working(until)
        assert PRACTICE.public_until(start, days + 1, calendar) > until
    assert PRACTICE.public_until(start, days, WorkingDays(off=off)) >= PRACTICE.public_until(
        start, days, WorkingDays()
    )


UNTIL = date(2028, 3, 1)
DUE = (  # 2028 is a leap year: February has 29 days
    (date(2027, 9, 2), ()),  # 181 days left
    (date(2027, 9, 3), (("review", 180),)),
    (date(2027, 12, 1), (("review", 180),)),  # 91
    (date(2027, 12, 2), (("review", 180), ("expiring", 90))),
    (date(2028, 1, 30), (("review", 180), ("expiring", 90))),  # 31
    (date(2028, 1, 31), (("review", 180), ("expiring", 30))),
    (date(2028, 2, 22), (("review", 180), ("expiring", 30))),  # 8
    (date(2028, 2, 23), (("review", 180), ("expiring", 7))),
    (date(2028, 2, 29), (("review", 180), ("expiring", 7))),
    (date(2028, 3, 1), (("review", 180), ("expiring", 7))),  # its last day
    (date(2028, 3, 2), ()),
)


@pytest.mark.parametrize(("on", "due"), DUE)
def test_each_reminder_from_its_own_day(on: date, due: tuple[tuple[str, int], ...]) -> None:
    assert PRACTICE.due(UNTIL, on) == tuple(Reminder(*one) for one in due)


def test_day_by_day_each_reminder_is_left_once() -> None:
    """Somebody looks every day: four reminders, each on its first day and never again."""
    left: dict[Reminder, date] = {}
    for back in range(400, -10, -1):
        on = UNTIL - back * DAY
        for one in PRACTICE.due(UNTIL, on):
            left.setdefault(one, on)
    assert {(one.kind, one.days): str(on) for one, on in left.items()} == {
        ("review", 180): "2027-09-03", ("expiring", 90): "2027-12-02", ("expiring", 30): "2028-01-31",
        ("expiring", 7): "2028-02-23",
    }  # fmt: skip


def test_who_looks_late_leaves_the_latest_alone() -> None:
    """Nobody looked for months: "ends in 90 days" is not said of a title that ends in five."""
    assert [one.days for one in PRACTICE.due(UNTIL, UNTIL - 5 * DAY)] == [180, 7]


LAST = (
    (date(2024, 2, 29), 1, date(2025, 2, 28)),
    (date(2024, 2, 29), 3, date(2027, 2, 28)),
    (date(2024, 2, 29), 4, date(2028, 2, 28)),  # the 29th of 2028 is the first day after
    (date(2024, 3, 1), 4, date(2028, 2, 29)),
    (date(2025, 3, 1), 3, date(2028, 2, 29)),
    (date(2025, 3, 1), 1, date(2026, 2, 28)),
    (date(2096, 2, 29), 4, date(2100, 2, 28)),  # 2100 has no 29th of February
    (date(2026, 1, 1), 10, date(2035, 12, 31)),
    (date(2026, 12, 31), 3, date(2029, 12, 30)),
)


@pytest.mark.parametrize(("start", "years", "last"), LAST)
def test_last_days_by_hand(start: date, years: int, last: date) -> None:
    assert last_day(start, years) == last


@settings(max_examples=60, deadline=None)
@given(st.dates(date(2000, 1, 1), date(2090, 12, 31)), st.integers(1, 10))
def test_a_renewal_from_the_day_after_leaves_no_day_out(start: date, years: int) -> None:
    """Two times n years in a row are never shorter than the years told, by the calendar, and touch without a gap."""
    first = last_day(start, years)
    second = last_day(first + DAY, years)
    assert (first + DAY).year - start.year == years
    assert (second - first).days in (365 * years + extra for extra in range(4))
    assert 0 <= (second - last_day(start, 2 * years)).days <= 1


MOVES = {
    ("publish", "candidates"): "publicity",
    ("decide", "publicity"): "decided",
    ("withdraw", "candidates"): "withdrawn",
    ("withdraw", "publicity"): "withdrawn",
}


@pytest.mark.parametrize("state", ["candidates", "publicity", "decided", "withdrawn"])
@pytest.mark.parametrize("move", ["publish", "decide", "withdraw"])
def test_every_move_from_every_state(move: str, state: str) -> None:
    wanted = MOVES.get((move, state))
    if wanted is None:
        with pytest.raises(WrongState) as refused:
            PRACTICE.check_move(move, state, text="改日再办")
        assert refused.value.code == "recognition.state"
        assert (
            refused.value.facts["seen"] == state and state not in str(refused.value.facts["allowed"]).split()
        )
        return
    assert PRACTICE.check_move(move, state, text="改日再办").after == wanted
    if move == "withdraw":
        for silent in ("", " ", "\n\t"):
            with pytest.raises(InputError) as told:
                PRACTICE.check_move(move, state, text=silent)
            assert told.value.code == "recognition.say_why"
    else:
        assert PRACTICE.check_move(move, state).key == move
