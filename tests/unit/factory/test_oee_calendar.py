"""The calendar: shifts across midnight, days without a shift, days that go before weekdays, machines before lines."""

from datetime import date

import pytest
from factory_house import MONDAY, START, at, shift

from jiqun.core.errors import InputError
from jiqun.factory.instants import DAY, HOUR, instant, midnight, moment
from jiqun.factory.oee.calendar import planned_shifts


def keys(rows: list, *, machine: str = "M1", line: str = "L", days: int = 1) -> list[str]:
    return [one.key for one in planned_shifts(rows, machine, line, (START, START + days * DAY))]


def test_a_shift_across_midnight_is_of_the_day_it_begins_on() -> None:
    night = shift(1200, 1680, (1430, 1450))
    found = planned_shifts([night], "M1", "L", (at(1300), at(1500)))
    assert [one.key for one in found] == ["2026-11-02 A"]
    assert found[0].span == (at(1200), at(1680)) and found[0].breaks == ((at(1430), at(1450)),)


def test_a_shift_of_the_day_before_still_runs_in_the_morning() -> None:
    assert keys([shift(1200, 1680)])[0] == "2026-11-01 A"


def test_days_without_a_shift() -> None:
    weekdays = shift(480, 960, weekdays=frozenset({1, 2}))
    assert keys([weekdays], days=7) == ["2026-11-02 A", "2026-11-03 A"]
    holiday = shift(0, 0, name="", day=date(2026, 11, 3))
    assert keys([weekdays, holiday], days=7) == ["2026-11-02 A"]


def test_a_machine_goes_before_its_line_and_its_line_before_all() -> None:
    rows = [shift(480, 960), shift(480, 900, name="B", line="L"), shift(480, 800, name="C", machine="M1")]
    assert keys(rows) == ["2026-11-02 C"]
    assert keys(rows, machine="M2") == ["2026-11-02 B"]
    assert keys(rows, machine="M2", line="other") == ["2026-11-02 A"]


def test_from_and_until() -> None:
    assert keys([shift(480, 960, first=date(2026, 11, 4), last=date(2026, 11, 5))], days=7) == [
        "2026-11-04 A",
        "2026-11-05 A",
    ]


def test_overlapping_shifts_would_count_time_twice() -> None:
    with pytest.raises(InputError, match="shifts_overlap"):
        keys([shift(480, 960), shift(900, 1200, name="B")])


def test_breaks_that_overlap_are_one() -> None:
    found = planned_shifts([shift(480, 960, (600, 630), (620, 640))], "M1", "L", (START, START + DAY))
    assert found[0].breaks == ((at(600), at(640)),)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-02 08:00",
        "2026/11/2 8:00:00",
        "2026年11月2日 8:00",
        "2026-11-02T00:00:00Z",
        "2026-11-02T08:00+08:00",
    ],
)
def test_an_instant_as_people_write_it(text: str) -> None:
    assert instant(text) == midnight(MONDAY) + 8 * HOUR == at(480)
    assert moment(at(480)).isoformat() == "2026-11-02T08:00:00+08:00"


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01 08:00", "2026-11-02 25:00", "08:00"])
def test_what_is_no_instant(text: str) -> None:
    assert instant(text) is None


def test_an_instant_that_could_not_be_shown_is_none() -> None:
    """Found by fuzzing: the first and last hours of the calendar have no day in Shanghai, or none in UTC."""
    for text in (
        "0001-01-01",
        "0001-01-01T00:00:00+23:00",
        "9999-12-31T23:59:59-05:00",
        "9999-12-31T16:00:00+00:00",
    ):
        assert instant(text) is None, text
    for text in ("0001-01-02", "9999-12-31 23:59:59.999999"):
        us = instant(text)
        assert us is not None and instant(moment(us).isoformat()) == us
