"""Alarms as an operator lives through them: a furnace too hot, a latched trip, a shelved sensor, a unit out of service."""

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_alarm_states import COMMANDS, DIAGRAM, alarm, said

from jiqun.core.errors import InputError, WrongState
from jiqun.factory.alarms.alarm import Alarm
from jiqun.factory.alarms.model import AlarmState, Command, Effect, Happening, Reading, Tick
from jiqun.factory.instants import HOUR, MINUTE, SECOND

Story = Sequence[tuple[int, Happening]]


def lived(one: Alarm, story: Story) -> tuple[AlarmState, list[Effect]]:
    state, effects = AlarmState(), []
    for at, happening in story:
        state, more = one.step(state, happening, at)
        effects += more
    return state, effects


def path(effects: Sequence[Effect]) -> Iterator[str]:
    return (DIAGRAM.states[one.after].letter for one in effects if one.before != one.after)


@pytest.mark.parametrize(
    ("latching", "story", "letters"),
    [
        (False, [Reading(101), Command("acknowledge", "李"), Reading(99)], "BCA"),
        (False, [Reading(101), Reading(99), Command("acknowledge", "李")], "BDA"),
        (False, [Reading(101), Reading(99), Reading(101), Command("acknowledge", "李")], "BDBC"),
        (True, [Reading(101), Reading(99), Command("acknowledge", "李"), Command("reset", "李")], "BEFA"),
        (True, [Reading(101), Command("acknowledge", "李"), Reading(99), Command("reset", "李")], "BCFA"),
        (True, [Reading(101), Reading(99), Reading(101), Command("acknowledge", "李"), Reading(99)], "BEBCF"),
        (True, [Reading(101), Command("acknowledge", "李"), Reading(99), Reading(101)], "BCFB"),
        (False, [Command("suppress", why="停炉"), Reading(101), Command("release", why="点火")], "HB"),
        (
            False,
            [Command("suppress", why="停炉"), Reading(101), Reading(99), Command("release", why="点火")],
            "HA",
        ),
        (False, [Command("remove", "李", "换热电偶"), Reading(500), Command("restore", "李")], "IB"),
    ],
)
def test_stories(latching: bool, story: list[Happening], letters: str) -> None:
    _, effects = lived(alarm(latching=latching), [(n * SECOND, one) for n, one in enumerate(story)])
    assert "".join(path(effects)) == letters


def test_a_shelved_sensor_comes_back_by_itself_and_is_told_if_it_is_still_beyond() -> None:
    story = [(0, Reading(101)), (1, said("shelve", 1)), (MINUTE, Reading(99)), (2 * MINUTE, Reading(102))]
    state, effects = lived(alarm(), story)
    assert state.state == "shelved" and "".join(path(effects)) == "BG"
    state, effects = lived(alarm(), [*story, (2 * HOUR, Reading(102))])
    assert "".join(path(effects)) == "BGB" and effects[-1].at == 1 + HOUR


def test_a_shelving_that_ends_while_a_delay_runs_is_taken_in_order() -> None:
    """The condition begins before the shelving ends and is held long enough only behind it."""
    one = alarm(on_delay=10 * SECOND)
    story = [(0, said("shelve", 0)), (HOUR - 4 * SECOND, Reading(101)), (HOUR + MINUTE, Tick())]
    _, effects = lived(one, story)
    assert [(effect.name, effect.at) for effect in effects[1:]] == [
        ("expire", HOUR),
        ("active", HOUR + 6 * SECOND),
    ]


def test_suppressing_ends_a_shelving() -> None:
    state, _ = lived(alarm(), [(0, said("shelve")), (1, Command("suppress", why="停炉"))])
    assert (state.state, state.shelved_until) == ("suppressed", None)
    assert (
        lived(alarm(), [(0, said("shelve")), (1, Command("suppress", why="停炉")), (2 * HOUR, Tick())])[
            0
        ].state
        == "suppressed"
    )


def test_an_alarm_that_is_raised_is_told_once_until_it_is_acknowledged() -> None:
    readings: Story = [(n * SECOND, Reading(101 + n)) for n in range(20)]
    _, effects = lived(alarm(), readings)
    assert sum(one.raises for one in effects) == 1
    _, effects = lived(alarm(), [*readings, (30 * SECOND, Command("acknowledge", "李"))])
    assert sum(one.silences for one in effects) == 1


def test_a_refused_command_leaves_the_state_as_it_was() -> None:
    one, state = alarm(), AlarmState()
    with pytest.raises(WrongState):
        one.step(state, Command("reset", "李"), 0)
    with pytest.raises(InputError):
        one.step(state, Command("shelve", "李"), 0)
    assert state == AlarmState()


HAPPENINGS = st.one_of(
    st.sampled_from((90.0, 99.0, 100.0, 105.0, float("nan"))).map(Reading),
    st.sampled_from(COMMANDS),
    st.just(Tick()),
)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3 * HOUR), HAPPENINGS), max_size=30), st.booleans(), st.integers(0, 5)
)
def test_whatever_happens(story: list[tuple[int, Happening | str]], latching: bool, delay: int) -> None:
    """States are those of the diagram; effects are in order of time; who latches never returns unacknowledged; a shelving
    has its end; what follows only is never told."""
    one, state, now, last = alarm(latching=latching, on_delay=delay * SECOND), AlarmState(), 0, 0
    for pause, happening in story:
        now += pause
        done = said(happening, now) if isinstance(happening, str) else happening
        before = state
        try:
            state, effects = one.step(state, done, now)
        except WrongState:
            continue
        assert state.state in DIAGRAM.states and (state.shelved_until is not None) == (
            state.state == "shelved"
        )
        assert state.state != ("returned" if latching else "latched_unacknowledged")
        for effect in effects:
            assert last <= effect.at <= now
            last = effect.at
            assert not (effect.raises and DIAGRAM.states[effect.after].follows)
        moved = [(effect.before, effect.after) for effect in effects if effect.name != "bad_value"]
        assert [a for a, _ in moved] == [before.state, *(b for _, b in moved)][: len(moved)]


def test_the_pack_says_every_state_and_move_in_both_languages() -> None:
    assert [state.letter for state in DIAGRAM.states.values()] == list("ABCDEFGHI")
    assert all(set(one.label) == {"zh", "en"} for one in (*DIAGRAM.states.values(), *DIAGRAM.moves))
    assert set(DIAGRAM.commands) == set(COMMANDS)
    people = [one for one in DIAGRAM.moves if one.event in COMMANDS]
    assert all("by" in one.audits or "why" in one.audits for one in people)
