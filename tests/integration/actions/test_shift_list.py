"""The list of shifts begins at the first reading or a shift ended before it; without readings where its calendar begins."""

from datetime import date, timedelta

import pytest
from action_world import World
from shift_house import DAY, EARLY, EVENING, OTHER, OWNER, put, said, us, works

from jiqun.actions import factories as acts
from jiqun.actions import shifts
from jiqun.actions.reading.shifts import ShiftsContext, shifts_page
from jiqun.core.errors import NotAllowed
from jiqun.factory.instants import moment
from jiqun.lake.readings.reader import ReadingReader
from jiqun.ledger.factories import ShiftRow
from jiqun.ledger.shift_ends import ShiftKey

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    works(world)
    monkeypatch.setattr(world.desk, "now", lambda: moment(us(700)), raising=False)
    return world


def listed(world: World, last: date = DAY) -> ShiftsContext:
    return shifts_page(world.desk, OWNER, "spring", last=last)


def days(page: ShiftsContext) -> list[int]:
    return [one.day.day for one in page.rows]


def test_it_begins_with_the_shift_of_the_first_reading_and_leads_no_further_back(made: World) -> None:
    """The shift is 08:00–10:00: a reading at 09:59 of the 11th falls into it, one at 10:00 makes the 12th the first."""
    put(made, said("coil.running", [(600, 1.0)], day=DAY - timedelta(days=3)))
    assert days(listed(made)) == [14, 13, 12]
    put(made, said("coil.running", [(599, 1.0)], day=DAY - timedelta(days=3)))
    page = listed(made)
    assert days(page) == [14, 13, 12, 11]
    assert (page.begins, page.earlier) == (DAY - timedelta(days=3), None)
    assert {one.state for one in page.rows} == {"over"}
    assert days(listed(made, DAY - timedelta(days=2))) == [12, 11]
    put(made, said("coil.running", [(0, 1.0)], day=DAY - timedelta(days=20)))
    page = listed(made)
    assert len(page.rows) == 14
    assert page.earlier == DAY - timedelta(days=14)
    assert listed(made, page.earlier).earlier is None


def test_without_a_reading_it_begins_with_the_day_the_calendar_names(made: World) -> None:
    assert days(listed(made)) == []
    assert listed(made).earlier is None
    named = ShiftRow(
        EARLY.name, EARLY.start_minute, EARLY.end_minute, EARLY.breaks, first=DAY - timedelta(days=1)
    )
    acts.set_shifts(made.desk, "spring", [named], by=OWNER, at=EVENING)
    assert days(listed(made)) == [14, 13]


def test_the_running_shift_of_a_new_factory_is_listed(made: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made.desk, "now", lambda: moment(us(500)), raising=False)
    assert [one.state for one in listed(made).rows] == ["running"]


def test_a_shift_that_was_ended_stays_in_the_list(made: World) -> None:
    before = DAY - timedelta(days=5)
    shifts.end_shift(made.desk, ShiftKey("spring", before, EARLY.name), "", by=OWNER, at=EVENING)
    put(made, said("coil.running", [(500, 1.0)]))
    page = listed(made)
    assert [(one.day.day, one.state) for one in page.rows] == [(14, "over"), (before.day, "ended")]
    assert page.begins == before
    with pytest.raises(NotAllowed):
        shifts_page(made.desk, OTHER, "spring")


def test_the_first_reading_is_of_the_site_alone_and_found_again_cheaply(
    made: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = ReadingReader(made.desk.lake)
    put(made, [("other", "p", us(0, DAY - timedelta(days=9)), 1.0, 0, 1)])
    assert reader.first("spring") is None
    put(made, said("coil.running", [(500, 1.0), (400, 0.0)]))
    assert reader.first("spring") == us(400)
    asked: list[str] = []
    run = made.desk.lake.run
    monkeypatch.setattr(made.desk.lake, "run", lambda sql, told=(): asked.append(sql) or run(sql, told))
    assert reader.first("spring") == us(400)
    assert asked == []
    put(made, said("coil.running", [(500, 1.0)], day=DAY + timedelta(days=1)))
    assert (reader.first("spring"), asked) == (us(400), [])
    put(
        made,
        said("coil.running", [(450, 1.0)]) + said("coil.running", [(1, 1.0)], day=DAY - timedelta(days=2)),
    )
    assert reader.first("spring") == us(1, DAY - timedelta(days=2))
    assert len(asked) == 1, "the day before it is enough"
