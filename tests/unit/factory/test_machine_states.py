"""States of machines by hand: every span and every piece is worked out beside the readings."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from factory_house import at, event
from machine_rows import MANNER, PACK, seen, told

from jiqun.core.errors import PackError
from jiqun.factory.instants import MINUTE, SECOND
from jiqun.factory.machines.day import machine_day
from jiqun.factory.machines.manner import Manner
from jiqun.factory.machines.model import MachineReadings
from jiqun.factory.machines.states import states_of
from jiqun.factory.oee.model import Shift
from jiqun.factory.oee.report import report


def spoken(one: MachineReadings) -> list[tuple[float, float, str]]:
    """Spans in minutes."""
    return [((s.start - at(0)) / MINUTE, (s.end - at(0)) / MINUTE, s.state) for s in states_of(one, MANNER)]


def test_a_running_point_holds_until_it_changes() -> None:
    one = told(0, 60, running=[(-30, 1), (20, 0), (25, 1)])
    assert spoken(one) == [(0, 20, "running"), (20, 25, "stopped"), (25, 60, "running")]


def test_before_the_first_reading_nobody_knows() -> None:
    assert spoken(told(0, 10, running=[(4, 1)])) == [(0, 4, "unknown"), (4, 10, "running")]


def test_no_points_is_unknown_and_no_stop() -> None:
    assert spoken(told(0, 10)) == [(0, 10, "unknown")]
    assert spoken(told(0, 10, queue=[(0, 3)])) == [(0, 10, "unknown")]
    assert spoken(told(5, 5, running=[(0, 1)])) == []


def test_silence_of_the_box_is_a_gap_and_then_the_state_holds_on() -> None:
    heard = [at(m) for m in (0, 0.5, 1, 1.5, 2, 10, 10.5, 11)]
    one = told(0, 11, heard=heard, running=[(0, 1)])
    assert spoken(one) == [(0, 2, "running"), (2, 10, "gap"), (10, 11, "running")]


def test_a_slow_box_is_not_silent() -> None:
    heard = [at(m) for m in (0, 3, 6, 9, 12)]  # every three minutes: silence is more than nine
    assert spoken(told(0, 13, heard=heard, running=[(0, 1)])) == [(0, 13, "running")]
    assert spoken(told(0, 22, heard=heard, running=[(0, 1)])) == [(0, 12, "running"), (12, 22, "gap")]


def test_a_box_that_was_never_heard_in_the_window() -> None:
    assert spoken(told(0, 30, heard=[at(-60)], running=[(-60, 1)])) == [(0, 30, "gap")]


def test_without_word_of_the_box_its_own_points_tell_silence() -> None:
    one = told(0, 10, every=None, running=[(0, 1), (1, 1), (2, 1), (9, 0)])
    assert spoken(one) == [(0, 2, "running"), (2, 9, "gap"), (9, 10, "stopped")]


def test_a_bad_reading_is_a_gap_until_the_next_good_one() -> None:
    one = told(0, 10, running=[(0, 1), (3, None), (5, 1)])
    assert spoken(one) == [(0, 3, "running"), (3, 5, "gap"), (5, 10, "running")]


def test_after_lost_readings_the_state_is_unknown_until_the_point_speaks() -> None:
    one = told(0, 20, running=[(0, 1), (9, 1), (15, 0)], gaps=[(4, 6)])
    assert spoken(one) == [(0, 4, "running"), (4, 9, "gap"), (9, 15, "running"), (15, 20, "stopped")]
    assert spoken(told(0, 20, running=[(0, 1)], gaps=[(4, 6)])) == [(0, 4, "running"), (4, 20, "gap")]


def test_starved_and_blocked_as_queues_say() -> None:
    one = told(
        0, 30, running=[(0, 1), (5, 0), (15, 1), (20, 0)], queue=[(0, 3), (4, 0), (10, 2)],
        queue_after=[(0, 5), (20, 40)], room_after=[(0, 40)],
    )  # fmt: skip
    assert spoken(one) == [
        (0, 5, "running"), (5, 10, "starved"), (10, 15, "stopped"), (15, 20, "running"), (20, 30, "blocked"),
    ]  # fmt: skip


def test_a_queue_nobody_can_believe_gives_no_reason() -> None:
    assert spoken(told(0, 9, running=[(0, 0)], queue=[(0, None)])) == [(0, 9, "stopped")]


def test_pieces_say_that_a_machine_runs() -> None:
    # one minute a piece, three cycles reach: pieces at 5 6 7 (from a reading at 4), then one at 20
    one = told(0, 30, produced=[(4, 100), (5, 101), (6, 102), (7, 103), (20, 104)])
    assert spoken(one) == [
        (0, 4, "unknown"), (4, 7, "running"), (7, 19, "stopped"), (19, 20, "running"), (20, 30, "stopped"),
    ]  # fmt: skip


def test_the_last_piece_keeps_it_running_for_a_while() -> None:
    assert spoken(told(0, 8, produced=[(4, 100), (5, 101), (6, 102)])) == [
        (0, 4, "unknown"),
        (4, 8, "running"),
    ]


def test_a_counter_that_stays_says_it_stands_but_only_after_its_reach() -> None:
    assert spoken(told(0, 10, produced=[(-5, 7), (1, 7)])) == [(0, 10, "stopped")]
    assert spoken(told(0, 2, produced=[(0, 7)])) == [(0, 2, "unknown")]


def test_a_counter_without_an_ideal_cycle_says_nothing_of_running() -> None:
    assert spoken(told(0, 9, cycle=None, produced=[(0, 1), (1, 2)])) == [(0, 9, "unknown")]


def test_events_count_as_the_practice_says() -> None:
    day = machine_day(told(0, 30, running=[(0, 1), (5, 0)], queue=[(0, 1), (10, 0)]), MANNER)
    assert [(e.kind, e.reason, e.product, e.line) for e in day.events] == [
        ("run", "", "P", "L"), ("down", "", "P", "L"), ("delay", "starved", "P", "L"),
    ]  # fmt: skip


def test_readings_to_oee() -> None:
    # an hour: 40 minutes of running with 38 pieces (2 bad), ten minutes of standing, ten of silence
    pieces = [(0.0, 100.0), *((m, 100.0 + m) for m in range(1, 31)), *((m, 90.0 + m) for m in range(41, 49))]
    heard = [at(m / 2) for m in range(121) if not 100 < m < 120]
    one = told(
        0,
        60,
        heard=heard,
        running=[(-5, 1), (30, 0), (40, 1)],
        produced=pieces,
        scrap=[(-5, 0), (12, 1), (44, 2)],
    )
    day = machine_day(one, MANNER)
    found = report(day.events, day.counts, [Shift("A", 0, 60 * MINUTE)], minor_below=300 * SECOND)
    tally = found.tallies["total"][()]
    assert (tally.produced, tally.good, tally.scrap) == (38, 36, 2)
    assert (
        tally.micros("run") == 40 * MINUTE
        and tally.micros("down") == 10 * MINUTE
        and tally.gap == 10 * MINUTE
    )
    assert tally.uncounted == 10 * MINUTE and not tally.uncounted_run


@pytest.mark.parametrize("missing", ["silence_intervals", "[state.gap]"])
def test_a_pack_with_a_hole_is_told(tmp_path: Path, missing: str) -> None:
    text = PACK.read_text(encoding="utf-8")
    bad = tmp_path / "states.toml"
    bad.write_text(text.replace(missing, missing.replace("s", "z", 1)), encoding="utf-8")
    with pytest.raises(PackError):
        Manner.load(bad)


def test_how_it_stands_now() -> None:
    last = machine_day(
        told(0, 30, cycle=2, running=[(-5, 1), (10, 0), (20, 1), (25, 0), (25.05, 1)]), MANNER
    ).last
    assert (last.state, last.since, last.bare) == ("running", at(20), "running")
    last = machine_day(told(0, 30.1, cycle=2, running=[(0, 1), (30, 0)]), MANNER).last
    assert (last.state, last.since, last.bare) == ("running", None, "stopped")
    last = machine_day(told(0, 31, cycle=2, running=[(0, 1), (30, 0)]), MANNER).last
    assert (last.state, last.since) == ("stopped", at(30))
    assert machine_day(told(0, 31), MANNER).last.read_us is None


def test_the_actual_cycle_is_run_time_over_pieces() -> None:
    # a piece every two minutes of running; the standstill between is left out
    pieces = [(0, 10), (2, 11), (4, 12), (16, 13), (18, 14)]
    last = machine_day(told(0, 20, running=[(0, 1), (5, 0), (15, 1)], produced=pieces), MANNER).last
    assert last.pieces == 3 and last.cycle_us == Fraction(6 * MINUTE, 3)
    assert machine_day(told(0, 20, running=[(0, 1)], produced=[(0, 5)]), MANNER).last.cycle_us is None


def test_uncertain_readings_are_believed_bad_ones_not() -> None:
    one = told(0, 9)
    assert spoken(replace(one, readings={"running": seen((0, 1), quality=1)})) == [(0, 9, "running")]
    assert spoken(replace(one, readings={"running": seen((0, 1), quality=2)})) == [(0, 9, "gap")]
