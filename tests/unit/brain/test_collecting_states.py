"""The states of an answer, and deadlines at Shanghai midnight."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from jiqun.brain.collecting.states import (
    ANSWERED,
    STEPS,
    State,
    Verb,
    after,
    deadline_label,
    deadline_of,
    is_late,
    may,
)
from jiqun.core.errors import InputError, WrongState
from jiqun.core.periods import SHANGHAI
from jiqun.ledger.models.collection import ANSWER_STATES


def test_the_ledger_knows_the_same_states() -> None:
    assert set(ANSWER_STATES) == set(State)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("verb", Verb)
def test_may_and_after_agree(state: State, verb: Verb) -> None:
    if may(state, verb, is_open=True):
        assert after(state, verb, is_open=True) is STEPS[state, verb]
    else:
        with pytest.raises(WrongState) as raised:
            after(state, verb, is_open=True)
        assert raised.value.code == "collect.state"
    assert not may(state, verb, is_open=False)
    with pytest.raises(WrongState) as raised:
        after(state, verb, is_open=False)
    assert raised.value.code == "collect.closed"


class Answering(RuleBasedStateMachine):
    """Whatever is tried in whatever order: what was sent is never typed over, and accepting follows sending."""

    def __init__(self) -> None:
        super().__init__()
        self.state = State.WAITING
        self.log: list[Verb] = []

    @rule(verb=st.sampled_from(Verb))
    def attempt(self, verb: Verb) -> None:
        before = self.state
        if may(self.state, verb, is_open=True):
            self.state = after(self.state, verb, is_open=True)
            self.log.append(verb)
        if before in ANSWERED:
            assert verb not in (Verb.SAVE, Verb.SEND) or self.state is before

    @invariant()
    def answered_means_sent_last(self) -> None:
        judged = [verb for verb in self.log if verb is not Verb.SAVE]
        if self.state is State.SENT:
            assert judged[-1] is Verb.SEND
        if self.state is State.ACCEPTED:
            assert judged[-2:] == [Verb.SEND, Verb.ACCEPT]
        if self.state is State.RETURNED:
            assert judged[-1] is Verb.RETURN


TestAnswering = Answering.TestCase


def test_a_day_ends_at_midnight_in_shanghai() -> None:
    deadline = deadline_of("2026-11-10")
    assert deadline.astimezone(UTC) == datetime(2026, 11, 10, 16, tzinfo=UTC)
    assert deadline_label(deadline) == "2026-11-10 24:00"
    last = datetime(2026, 11, 10, 15, 59, 59, 999999, tzinfo=UTC)
    assert not is_late(deadline, first_sent_at=last, now=deadline + timedelta(days=9))
    assert is_late(deadline, first_sent_at=last + timedelta(microseconds=1), now=last)
    assert is_late(deadline, first_sent_at=None, now=deadline)
    assert not is_late(deadline, first_sent_at=None, now=last)


def test_a_time_without_offset_is_shanghais() -> None:
    assert deadline_of("2026-11-10T18:00") == datetime(2026, 11, 10, 18, tzinfo=SHANGHAI)
    assert deadline_label(deadline_of("2026-11-10T10:00+00:00")) == "2026-11-10 18:00"


@pytest.mark.parametrize("text", ["", "明天", "2026-13-01", "2026-02-30", "9999-12-31"])
def test_what_is_no_deadline(text: str) -> None:
    with pytest.raises(InputError):
        deadline_of(text)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1)))
def test_an_instant_is_the_same_whatever_offset_it_is_written_in(at: datetime) -> None:
    there = at.replace(tzinfo=SHANGHAI)
    assert deadline_of(there.isoformat()) == deadline_of(there.astimezone(UTC).isoformat())
