"""Deadband, delays and counting: by hand, and against a plain account of every second for generated readings."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st
from test_alarm_states import DIAGRAM, alarm

from jiqun.factory.alarms.counting import Raised, chattering, floods, priorities
from jiqun.factory.alarms.model import AlarmState, Effect, Reading, Tick
from jiqun.factory.instants import MINUTE, SECOND

READINGS = st.lists(st.tuples(st.integers(1, 6), st.sampled_from((90.0, 97.0, 100.0, 105.0))), max_size=25)


def run(
    readings: list[tuple[int, float]], *, ticks: bool = False, **more: float
) -> tuple[AlarmState, list[Effect]]:
    """Readings so many seconds apart; with ticks, every second in between as well."""
    one, state, at, effects = alarm(**more), AlarmState(), 0, []
    for pause, value in readings:
        for _ in range(pause - 1 if ticks else 0):
            at += SECOND
            state, more_effects = one.step(state, Tick(), at)
            effects += more_effects
        at += SECOND if ticks else pause * SECOND
        state, more_effects = one.step(state, Reading(value), at)
        effects += more_effects
    return state, effects


def moves(effects: list[Effect]) -> list[tuple[str, int]]:
    return [(one.name, one.at // SECOND) for one in effects]


def test_the_deadband_keeps_an_alarm_from_flickering() -> None:
    readings = [(1, 100.0), (1, 98.0), (1, 100.0), (1, 95.0), (1, 94.9)]
    assert moves(run(readings, deadband=5)[1]) == [("active", 1), ("clear", 5)]
    assert len(run(readings)[1]) == 4


def test_a_low_limit_is_the_mirror_of_a_high_one() -> None:
    low = replace(alarm(deadband=5).limit, side="low")
    one, state, found = replace(alarm(), limit=low), AlarmState(), []
    for at, value in enumerate((101.0, 100.0, 105.0, 105.1)):
        state, effects = one.step(state, Reading(value), at)
        found += [(effect.name, effect.at) for effect in effects]
    assert found == [("active", 1), ("clear", 3)]


def test_delays_count_from_the_first_reading_beyond_and_begin_anew() -> None:
    found = run(
        [(1, 105.0), (2, 99.0), (1, 105.0), (9, 105.0), (1, 99.0), (9, 99.0)],
        on_delay=5 * SECOND,
        off_delay=3 * SECOND,
    )
    assert moves(found[1]) == [("active", 9), ("clear", 17)]


def by_hand(readings: list[tuple[int, float]], on: int, off: int, deadband: float) -> list[tuple[str, int]]:
    """Every second: is the value (the last one read) beyond the limit, and for how long has it been so?"""
    values: dict[int, float] = {}
    at = 0
    for pause, value in readings:
        at += pause
        values[at] = value
    raw = active = False
    since, found = 0, []
    for now in range(1, at + 1):
        for _ in range(2):  # what is due at this second, then the reading, then what is due because of it
            if raw != active and now - since >= (on if raw else off):
                active = raw
                found.append(("active" if active else "clear", now))
            if now in values:
                holds = values[now] >= 100 - (deadband if raw else 0)
                raw, since = holds, (now if holds != raw else since)
    return found


@settings(max_examples=40, deadline=None)
@given(READINGS, st.integers(0, 6), st.integers(0, 6), st.sampled_from((0.0, 5.0)))
def test_delays_and_deadband_agree_with_an_account_of_every_second(
    readings: list[tuple[int, float]], on: int, off: int, deadband: float
) -> None:
    limits = {"on_delay": on * SECOND, "off_delay": off * SECOND, "deadband": deadband}
    state, effects = run(readings, **limits)
    expected = by_hand(readings, on, off, deadband)
    # a second rise is no move while nobody has acknowledged and nothing returned; with neither, every turn is a move
    assert moves(effects) == expected
    assert state.state == (
        "normal" if not expected else "unacknowledged" if expected[-1][0] == "active" else "returned"
    )


@settings(max_examples=40, deadline=None)
@given(READINGS, st.integers(0, 6), st.integers(0, 6))
def test_looking_at_the_clock_in_between_changes_nothing(
    readings: list[tuple[int, float]], on: int, off: int
) -> None:
    limits = {"on_delay": on * SECOND, "off_delay": off * SECOND}
    (plain, said), (ticked, told) = run(readings, **limits), run(readings, ticks=True, **limits)
    assert (plain, moves(said)) == (ticked, moves(told))


def raised(*minutes: float, alarm: str = "a", operator: str = "o") -> list[Raised]:
    return [Raised(round(minute * MINUTE), alarm, operator) for minute in minutes]


def test_a_flood_begins_with_the_eleventh_alarm_and_ends_when_fewer_than_five_are_left() -> None:
    times = [n * 0.5 for n in range(11)]
    found = floods(raised(*times), DIAGRAM, until=60 * MINUTE)
    assert [(one.start, one.end, one.alarms, one.peak) for one in found] == [(0, round(13 * MINUTE), 11, 11)]
    assert floods(raised(*times[:10]), DIAGRAM, until=60 * MINUTE) == ()
    assert floods(raised(*times), DIAGRAM, until=12 * MINUTE)[0].end is None


def test_a_flood_is_one_operators() -> None:
    half = [n * 0.5 for n in range(8)]
    assert floods([*raised(*half), *raised(*half, operator="p")], DIAGRAM, until=60 * MINUTE) == ()


def test_a_flood_on_the_edge_of_ten_minutes_is_not_hidden() -> None:
    assert len(floods(raised(*(9 + n * 0.2 for n in range(11))), DIAGRAM, until=60 * MINUTE)) == 1
    assert floods(raised(*range(0, 100, 1)), DIAGRAM, until=200 * MINUTE) == ()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 3600), max_size=60))
def test_floods_agree_with_counting_every_second(seconds: list[int]) -> None:
    found = floods([Raised(at * SECOND, "a", "o") for at in seconds], DIAGRAM, until=5000 * SECOND)
    started, expected, flooded = 0, [], False
    for now in range(5000):
        seen = [at for at in seconds if now - 600 < at <= now]
        if not flooded and len(seen) > 10:
            flooded, started = True, min(seen)
        elif flooded and len(seen) < 5:
            flooded = False
            expected.append((started, now))
    assert [(one.start // SECOND, (one.end or 0) // SECOND) for one in found] == expected


def test_chattering_and_priorities() -> None:
    found = chattering([*raised(0, 0.5, 1, 10, 20), *raised(0, 5, 10, alarm="b")], DIAGRAM)
    assert found == {"a": 3}
    assert priorities([Raised(0, "a", "o", 1), *raised(0, 1, 2)]) == {1: Fraction(1, 4), 3: Fraction(3, 4)}
    assert priorities([]) == {}
