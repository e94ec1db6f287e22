"""The practice of objections: states and moves of the pack, who moves, deadlines in days of Shanghai."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from gate_rows import PACKS

from jiqun.core.errors import InputError, PackError, WrongState
from jiqun.core.working_days import WorkingDays
from jiqun.exchange.objections import Practice, day_of, office_kind

PRACTICE = Practice.load(PACKS / "objections.toml")
DAYS = WorkingDays()


def test_the_states_of_the_pack_are_reached_and_left_as_they_should() -> None:
    assert {key for key, state in PRACTICE.states.items() if state.is_open} == {"submitted", "asked"}
    reached = {move.after for move in PRACTICE.moves.values()} | {"submitted"}
    assert reached == set(PRACTICE.states)
    for state in ("accepted", "refused", "withdrawn"):
        assert not PRACTICE.moves_of(state, "party") and not PRACTICE.moves_of(state, "office")
    assert {move.key for move in PRACTICE.moves_of("submitted", "office")} == {"ask", "accept", "refuse"}
    assert {move.key for move in PRACTICE.moves_of("asked", "party")} == {"supply", "withdraw"}
    assert all(move.label["zh"] and move.label["en"] for move in PRACTICE.moves.values())


def test_a_move_needs_its_state_and_its_words() -> None:
    assert PRACTICE.check_move("accept", "submitted").after == "accepted"
    with pytest.raises(WrongState):
        PRACTICE.check_move("accept", "refused")
    with pytest.raises(InputError) as silent:
        PRACTICE.check_move("refuse", "submitted", text="  ")
    assert silent.value.code == "objection.say_why"
    with pytest.raises(InputError) as unknown:
        PRACTICE.check_move("forget", "submitted")
    assert unknown.value.code == "objection.unknown_move"


def test_the_day_is_that_of_shanghai() -> None:
    night = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)  # Saturday half past midnight in Shanghai
    assert day_of(night) == date(2026, 11, 21)
    assert PRACTICE.due_on("region", night, DAYS) == date(2026, 11, 25)
    assert PRACTICE.due_on("province", night, DAYS) == date(2026, 11, 27)
    assert (office_kind("330624"), office_kind("")) == ("region", "province")


@pytest.mark.parametrize(
    ("on", "left", "overdue"),
    [("2026-11-20", 4, False), ("2026-11-22", 3, False), ("2026-11-25", 1, False), ("2026-11-26", 0, True)],
)
def test_how_many_days_are_left(on: str, left: int, overdue: bool) -> None:
    found = PRACTICE.deadline("submitted", date(2026, 11, 25), on=date.fromisoformat(on), calendar=DAYS)
    assert found is not None
    assert (found.left, found.overdue) == (left, overdue)


def test_no_deadline_once_answered_or_while_the_other_side_is_asked() -> None:
    for state in ("asked", "accepted", "refused", "withdrawn"):
        assert PRACTICE.deadline(state, date(2026, 1, 1), on=date(2027, 1, 1), calendar=DAYS) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("region = 3", "region = 0"),
        ('to = "asked"', 'to = "lost"'),
        ('by = "office"', 'by = "nobody"'),
        ("most_files = 5", ""),
    ],
)
def test_a_wrong_pack_is_told(tmp_path: Path, before: str, after: str) -> None:
    path = tmp_path / "objections.toml"
    path.write_text(
        (PACKS / "objections.toml").read_text(encoding="utf-8").replace(before, after, 1), encoding="utf-8"
    )
    with pytest.raises(PackError):
        Practice.load(path)
