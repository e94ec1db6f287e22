"""What a limit would have done over readings of the past: by hand, and held against the state machine itself."""

from math import nan
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiqun.factory.alarms.alarm import Alarm
from jiqun.factory.alarms.diagram import Diagram
from jiqun.factory.alarms.model import AlarmState, Limit, Reading, Tick
from jiqun.factory.alarms.trial import Trial, tried
from jiqun.factory.instants import SECOND

DIAGRAM = Diagram.load(Path("packs/factory/alarm_states.toml"))
HIGH = Limit("hot", "furnace", "high", 10.0, deadband=2.0)


def seconds(*told: tuple[float, float | None]) -> list[tuple[int, float | None]]:
    return [(round(at * SECOND), value) for at, value in told]


def test_it_calls_once_until_it_is_back_behind_the_deadband() -> None:
    rows = seconds((0, 9), (10, 10), (20, 9), (30, 7.9), (40, 11), (45, 7))
    told = tried(HIGH, rows, until=60 * SECOND)
    assert told == Trial(6, 0, 2, 25 * SECOND, 20 * SECOND, 7.0, 11.0)


def test_delays_leave_out_what_is_short_and_stretch_what_is_not() -> None:
    limit = Limit("hot", "furnace", "high", 10.0, on_delay=5 * SECOND, off_delay=3 * SECOND)
    told = tried(limit, seconds((0, 11), (4, 9), (10, 11), (20, 9)), until=60 * SECOND)
    assert (told.occurrences, told.beyond) == (1, 8 * SECOND)  # from 15 to 23


def test_a_low_limit_and_what_still_stands_at_the_end() -> None:
    limit = Limit("cold", "furnace", "low", 5.0)
    told = tried(limit, seconds((0, 6), (10, 5)), until=15 * SECOND)
    assert (told.occurrences, told.beyond, told.longest) == (1, 5 * SECOND, 5 * SECOND)


def test_values_that_say_nothing_are_counted_and_change_nothing() -> None:
    told = tried(HIGH, seconds((0, 11), (1, None), (2, nan), (3, 5)), until=9 * SECOND)
    assert (told.readings, told.unreadable, told.occurrences, told.beyond) == (4, 2, 1, 3 * SECOND)
    assert tried(HIGH, [], until=SECOND) == Trial()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 20)), max_size=20),
    st.integers(0, 6),
    st.integers(0, 6),
    st.integers(0, 3),
)
def test_it_calls_as_often_as_the_state_machine_would(
    steps: list[tuple[int, int]], on_s: int, off_s: int, deadband: int
) -> None:
    limit = Limit("hot", "furnace", "high", 10.0, deadband, on_s * SECOND, off_s * SECOND)
    rows: list[tuple[int, float | None]] = []
    at = 0
    for step, value in steps:
        at += step * SECOND
        rows.append((at, value))
    state, names = AlarmState(), []
    for when, value in rows:
        state, effects = Alarm(limit, DIAGRAM).step(state, Reading(value), when)
        names += [one.name for one in effects]
    until = at + 20 * SECOND
    _, effects = Alarm(limit, DIAGRAM).step(state, Tick(), until)
    names += [one.name for one in effects]
    assert tried(limit, rows, until=until).occurrences == names.count("active")
