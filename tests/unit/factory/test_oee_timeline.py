"""The timeline of a machine: every microsecond of shifts and events in exactly one piece, and what it counts as."""

from itertools import pairwise

import pytest
from factory_house import START, at, event, shift
from hypothesis import given, settings
from hypothesis import strategies as st

from jiqun.factory.instants import DAY, MINUTE
from jiqun.factory.oee.calendar import planned_shifts
from jiqun.factory.oee.model import Event, Kind, Shift
from jiqun.factory.oee.timeline import Piece, timeline

MINOR = 5 * MINUTE
KINDS: tuple[Kind, ...] = ("run", "down", "gap", "planned")


def pieces(events: list[Event], *shifts: Shift, minor: int = MINOR) -> tuple[Piece, ...]:
    planned = planned_shifts(shifts, "M1", "L", (START, START + DAY - 1))
    return timeline(events, planned, machine="M1", line="L", minor_below=minor)


def told(found: tuple[Piece, ...]) -> list[tuple[float, float, str, str]]:
    """Minutes, part, and whether it is in a shift."""
    return [
        ((one.start - START) / MINUTE, (one.end - START) / MINUTE, one.part, "in" if one.shift else "out")
        for one in found
    ]


def test_events_are_cut_at_the_edges_of_shift_and_break() -> None:
    found = pieces([event(470, 970)], shift(480, 960, (720, 750)))
    assert told(found) == [
        (470, 480, "run", "out"), (480, 720, "run", "in"), (720, 750, "break", "in"), (750, 960, "run", "in"),
        (960, 970, "run", "out"),
    ]  # fmt: skip
    assert all(one.running for one in found)


def test_time_without_an_event_is_a_gap_in_a_shift_and_nothing_outside() -> None:
    found = pieces([event(490, 500), event(1000, 1010)], shift(480, 520))
    assert told(found) == [
        (480, 490, "gap", "in"), (490, 500, "run", "in"), (500, 520, "gap", "in"), (1000, 1010, "run", "out"),
    ]  # fmt: skip


def test_a_machine_without_events_is_all_gap() -> None:
    assert told(pieces([], shift(480, 960, (720, 750)))) == [
        (480, 720, "gap", "in"), (720, 750, "break", "in"), (750, 960, "gap", "in"),
    ]  # fmt: skip


def test_a_shift_change_parts_a_run() -> None:
    found = pieces([event(900, 1000)], shift(480, 960, name="早"), shift(960, 1200, name="中"))
    assert [one.shift for one in found if one.part == "run"] == ["2026-11-02 早", "2026-11-02 中"]


@pytest.mark.parametrize(
    ("kinds", "minutes", "parts"),
    [
        # a standstill is judged as a whole: its kinds, how long each lasts, what each counts as
        (("down",), (4,), ("minor",)),
        (("delay",), (4,), ("minor",)),
        (("down",), (5,), ("down",)),
        (("down", "delay"), (2, 2), ("minor", "minor")),
        (("down", "delay"), (2, 3), ("down", "delay")),
        (("down", "run", "down"), (4, 1, 4), ("minor", "run", "minor")),
        (("changeover",), (1,), ("changeover",)),
        (("planned",), (1,), ("planned",)),
        (("gap",), (1,), ("gap",)),
        (("down", "changeover", "down"), (4, 1, 4), ("minor", "changeover", "minor")),
    ],
)
def test_what_a_minor_stop_is(
    kinds: tuple[Kind, ...], minutes: tuple[int, ...], parts: tuple[str, ...]
) -> None:
    now, events = 480, []
    for kind, long in zip(kinds, minutes, strict=True):
        events.append(event(now, now + long, kind))
        now += long
    assert tuple(one.part for one in pieces(events, shift(480, now))) == parts


def test_a_standstill_is_as_long_as_it_was_though_the_shift_ends_before_it() -> None:
    found = pieces([event(958, 968, "down")], shift(480, 960))
    assert [(one.part, one.micros // MINUTE) for one in found if one.part == "down"] == [
        ("down", 2),
        ("down", 8),
    ]


def test_reason_and_product_go_with_every_piece() -> None:
    found = pieces([event(470, 490, "down", "断料", product="S")], shift(480, 500))
    assert {(one.reason, one.product) for one in found if one.part == "down"} == {("断料", "S")}
    assert [(one.reason, one.product, one.running) for one in found if one.part == "gap"] == [("", "", False)]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 90), st.integers(1, 200), st.sampled_from(KINDS)), max_size=8),
    st.integers(0, 20 * MINUTE),
)
def test_pieces_cover_shifts_and_events_once_and_in_order(
    spans: list[tuple[int, int, Kind]], minor: int
) -> None:
    now, events = 0, []
    for pause, long, kind in spans:
        events.append(event(now + pause, now + pause + long, kind))
        now += pause + long
    rows = (shift(300, 700, (400, 410)), shift(700, 900, name="B"))
    found = pieces(events, *rows, minor=minor)
    assert all(before.end <= after.start for before, after in pairwise(found))
    in_shift = sum(one.micros for one in found if one.shift)
    assert in_shift == 600 * MINUTE
    for one in events:
        covered = sum(p.micros for p in found if p.start >= one.start and p.end <= one.end)
        assert covered == one.end - one.start
    assert sum(one.micros for one in found if one.running) == sum(
        one.end - one.start for one in events if one.kind == "run"
    )


def test_an_event_that_ends_where_the_next_begins_leaves_no_gap() -> None:
    found = pieces([event(480, 490), event(490, 500, "down"), event(500, 510)], shift(480, 510))
    assert [one.part for one in found] == ["run", "down", "run"]
    assert found[0].end == found[1].start == at(490)
