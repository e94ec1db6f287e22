"""What people say of stops laid over what machines told: only stops change, cut exactly; running and gaps stay."""

from hypothesis import given
from hypothesis import strategies as st

from factory_house import at, event, shift
from jiqun.factory.oee.calendar import planned_shifts
from jiqun.factory.oee.timeline import timeline
from jiqun.factory.shifts.reasons import Stop, StopWord, gaps_of, reasoned, stops_of

MINUTE = 60_000_000


def word(start: float, end: float, kind: str = "changeover", reason: str = "换模", machine: str = "M1") -> StopWord:
    return StopWord(machine, at(start), at(end), kind, reason)  # type: ignore[arg-type]


def test_a_word_cuts_the_stop_it_speaks_of() -> None:
    events = [event(480, 500), event(500, 530, "down"), event(530, 600)]
    told = reasoned(events, [word(505, 520)])
    assert [(one.start, one.end, one.kind, one.reason) for one in told] == [
        (at(480), at(500), "run", ""), (at(500), at(505), "down", ""), (at(505), at(520), "changeover", "换模"),
        (at(520), at(530), "down", ""), (at(530), at(600), "run", ""),
    ]  # fmt: skip


def test_running_and_gaps_stay_whatever_is_said() -> None:
    events = [event(480, 500), event(500, 530, "gap"), event(530, 600, "delay")]
    told = reasoned(events, [word(470, 540, "down", "断料")])
    assert [(one.kind, one.reason) for one in told] == [
        ("run", ""), ("gap", ""), ("down", "断料"), ("delay", ""),
    ]  # fmt: skip


def test_the_later_word_holds_and_other_machines_are_left_alone() -> None:
    events = [event(480, 500, "down"), event(480, 500, "down", machine="M2")]
    told = reasoned(events, [word(480, 500, "down", "一"), word(480, 500, "planned", "保养")])
    assert [(one.machine, one.kind, one.reason) for one in told] == [("M1", "planned", "保养"), ("M2", "down", "")]


def test_stops_and_gaps_of_a_shift() -> None:
    """08:00–10:00 with a break 09:00–09:10: 5 min minor stop, 20 min down in two reasons, then nothing is known."""
    events = [
        event(470, 500), event(500, 503, "delay"), event(503, 520), event(520, 530, "down", "卡料"),
        event(530, 540, "down"), event(540, 570),
    ]  # fmt: skip
    planned = planned_shifts([shift(480, 600, (540, 550))], "M1", "L", (at(480), at(600)))
    pieces = timeline(events, planned, machine="M1", line="L", minor_below=5 * MINUTE)
    assert stops_of(pieces) == (
        Stop("M1", "L", at(500), at(503), "minor", ""), Stop("M1", "L", at(520), at(530), "down", "卡料"),
        Stop("M1", "L", at(530), at(540), "down", ""),
    )  # fmt: skip
    assert gaps_of(pieces) == (Stop("M1", "L", at(570), at(600), "gap", ""),)


def test_stops_outside_every_shift_are_none() -> None:
    planned = planned_shifts([shift(480, 500)], "M1", "L", (at(0), at(600)))
    pieces = timeline([event(500, 560, "down")], planned, machine="M1", line="L", minor_below=0)
    assert stops_of(pieces) == ()


minutes = st.integers(0, 120)


@given(st.lists(st.tuples(minutes, minutes).filter(lambda one: one[0] < one[1]), max_size=6))
def test_no_time_is_lost_or_doubled(spans: list[tuple[int, int]]) -> None:
    events = [event(0, 30), event(30, 60, "down"), event(60, 61, "gap"), event(61, 120, "delay")]
    told = reasoned(events, [word(a, b) for a, b in spans])
    assert all(before.end == after.start for before, after in zip(told, told[1:], strict=False))
    assert (told[0].start, told[-1].end) == (at(0), at(120))
    assert sum(one.end - one.start for one in told if one.kind == "run") == 30 * MINUTE
    assert sum(one.end - one.start for one in told if one.kind == "gap") == MINUTE
