"""A shift reckoned from readings in the lake, by hand: 08:00–10:00 with a break of ten minutes."""

import pytest
from action_world import World
from shift_house import DAY, EARLY, EARLY_KEY, EVENING, OWNER, SPRING, early_shift, put, us, works

from jiqun.actions import factories as acts
from jiqun.actions.shift_days import named, shift_of, shifts_between
from jiqun.actions.shift_reckoning import Reckoned, reckon
from jiqun.core.errors import InputError, NotFound
from jiqun.factory.instants import MINUTE, micros_of
from jiqun.factory.oee.figures import figures_of, waterfall
from jiqun.ledger.factories import ShiftRow
from jiqun.ledger.shift_ends import ShiftKey

pytestmark = pytest.mark.django_db
NOW = micros_of(EVENING)


@pytest.fixture
def made(world: World) -> World:
    return works(world)


def early(world: World, at_us: int = NOW) -> Reckoned:
    return reckon(world.desk, SPRING, EARLY_KEY, at_us=at_us)


def test_by_hand(made: World) -> None:
    """120 min less the break of 10 is 110 planned; stood 08:30–08:50: availability 90 ÷ 110.

    A piece of 60 s is finished in every minute of running; those of the break are none of the shift's.
    """
    put(made, early_shift())
    found = early(made)
    tally = found.report.tallies["total"][()]
    assert (tally.pbt, tally.apt, tally.micros("down"), tally.gap) == (
        110 * MINUTE, 90 * MINUTE, 20 * MINUTE, 0,
    )  # fmt: skip
    figures = figures_of(tally)
    assert figures.availability.value is not None
    assert figures.availability.value * 110 == 90
    losses = {one.key: one.micros for one in waterfall(tally)}
    assert sum(losses.values()) == tally.pbt
    assert losses["down"] == 20 * MINUTE
    assert [(one.machine, one.start, one.end, one.reason) for one in found.stops] == [
        ("coil", us(510), us(530), "")
    ]
    assert [one.key for one in found.unconnected] == ["press", "bench"]
    assert set(found.report.tallies["line"]) == {("l1",)}
    assert set(found.report.tallies["product"]) >= {("S-12",)}


def test_a_gap_stays_a_range(made: World) -> None:
    put(made, early_shift(gap=(560, 580)))
    found = early(made)
    availability = figures_of(found.report.tallies["total"][()]).availability
    assert availability.value is None
    assert availability.low is not None
    assert availability.high is not None
    assert availability.low < availability.high
    (gap,) = found.gaps
    assert us(559) <= gap.start <= us(561)
    assert us(579) <= gap.end <= us(581)


def test_without_a_reading_all_is_unknown_and_nothing_is_nought(made: World) -> None:
    found = early(made)
    tally = found.report.tallies["total"][()]
    assert tally.gap == tally.pbt == 110 * MINUTE
    assert figures_of(tally).oee_index.value is None
    assert [one.machine for one in found.gaps] == ["coil", "coil"], "before and after the break"


def test_a_running_shift_is_reckoned_as_far_as_it_has_gone(made: World) -> None:
    put(made, early_shift(until=521))
    found = early(made, us(520))
    tally = found.report.tallies["total"][()]
    assert found.running
    assert (tally.pbt, tally.apt, tally.gap) == (40 * MINUTE, 30 * MINUTE, 0)


def test_a_night_shift_is_found_by_the_day_it_begins_on(made: World) -> None:
    acts.set_shifts(made.desk, "spring", [EARLY, ShiftRow("夜班", 1200, 1920)], by=OWNER, at=EVENING)
    night = shift_of(ShiftKey("spring", DAY, "夜班"))
    assert night.span == (us(1200), us(1920))
    names = [(one.day.day, one.name) for one in shifts_between("spring", DAY.replace(day=13), DAY)]
    assert names == [(14, "夜班"), (14, "早班"), (13, "夜班"), (13, "早班")]


def test_what_names_no_shift(made: World) -> None:
    assert named("2026-10-14 早班") == (DAY, "早班")
    for text in ("", "早班", "2026-13-01 早班", "2026-10-14"):
        with pytest.raises(InputError, match=r"shift\.bad_name"):
            named(text)
    with pytest.raises(NotFound, match=r"shift\.unknown"):
        reckon(made.desk, SPRING, ShiftKey("spring", DAY, "晚班"), at_us=NOW)


def test_a_line_alone(made: World) -> None:
    put(made, early_shift())
    found = reckon(made.desk, SPRING, ShiftKey("spring", DAY, "早班", "l1"), at_us=NOW)
    assert [one.key for one in found.machines] == ["coil"]
    with pytest.raises(NotFound):
        reckon(made.desk, SPRING, ShiftKey("spring", DAY, "早班", "l9"), at_us=NOW)


def test_pieces_by_hand(made: World) -> None:
    """A piece stands at the end of each minute of running: told 08:00–08:29, 08:50–08:59, 09:10–10:00 in the shift."""
    put(made, early_shift())
    found = early(made)
    tally = found.report.tallies["machine"][("coil",)]
    minutes = [*range(480, 510), *range(530, 540), *range(550, 600)]
    assert tally.produced == len(minutes) == 90
    figures = figures_of(tally)
    assert figures.effectiveness.value == 1
    number = {minute: n for n, minute in enumerate((m for m in range(476, 601) if not 510 <= m < 530), start=1)}
    scrap = sum(1 for minute in minutes if number[minute] % 10 == 0)
    assert tally.scrap == scrap == 9
    assert figures.quality_ratio.value is not None
    assert figures.quality_ratio.value * 90 == 81
    assert figures.oee_index.value is not None
    assert figures.oee_index.value * 110 == 81
