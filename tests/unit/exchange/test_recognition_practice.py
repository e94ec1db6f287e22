"""The practice of recognition: days of publicity, reminders whose day has come, last days, moves and their states."""

from datetime import date
from pathlib import Path

import pytest
from gate_rows import PACKS

from jiqun.core.errors import InputError, PackError, WrongState
from jiqun.core.working_days import WorkingDays
from jiqun.exchange.recognitions import RecognitionPractice, Reminder, last_day

PACK = PACKS / "recognitions.toml"
PRACTICE = RecognitionPractice.load(PACK)


def test_publicity_counts_working_days_after_the_day_it_begins() -> None:
    saturday = date(2026, 11, 21)
    assert PRACTICE.public_until(saturday, 5, WorkingDays()) == date(2026, 11, 27)
    with_holiday = WorkingDays(off=frozenset({date(2026, 11, 25)}))
    assert PRACTICE.public_until(saturday, 5, with_holiday) == date(2026, 11, 30)
    for days in (0, -1, 61):
        with pytest.raises(InputError) as refused:
            PRACTICE.public_until(saturday, days, WorkingDays())
        assert refused.value.code == "recognition.days"


@pytest.mark.parametrize(
    ("start", "years", "last"),
    [
        (date(2026, 5, 1), 3, date(2029, 4, 30)),
        (date(2024, 2, 29), 1, date(2025, 2, 28)),
        (date(2024, 2, 29), 4, date(2028, 2, 28)),
        (date(2026, 1, 1), 1, date(2026, 12, 31)),
    ],
)
def test_last_days(start: date, years: int, last: date) -> None:
    assert last_day(start, years) == last


@pytest.mark.parametrize(
    ("on", "due"),
    [
        (date(2026, 6, 3), []),
        (date(2026, 6, 4), [("review", 180)]),
        (date(2026, 9, 2), [("review", 180), ("expiring", 90)]),
        (date(2026, 11, 1), [("review", 180), ("expiring", 30)]),
        (date(2026, 12, 1), [("review", 180), ("expiring", 7)]),
        (date(2026, 12, 2), []),
    ],
)
def test_reminders_before_the_first_of_december(on: date, due: list[tuple[str, int]]) -> None:
    assert PRACTICE.due(date(2026, 12, 1), on) == tuple(Reminder(*one) for one in due)


def test_a_move_needs_its_state_and_its_words() -> None:
    allowed = {
        (name, state)
        for name, move in PRACTICE.moves.items()
        for state in PRACTICE.states
        if state in move.before
    }
    assert allowed == {
        ("publish", "candidates"), ("decide", "publicity"), ("withdraw", "candidates"), ("withdraw", "publicity"),
    }  # fmt: skip
    with pytest.raises(WrongState):
        PRACTICE.check_move("decide", "candidates")
    with pytest.raises(InputError) as silent:
        PRACTICE.check_move("withdraw", "publicity", text=" ")
    assert silent.value.code == "recognition.say_why"
    with pytest.raises(InputError):
        PRACTICE.check_move("forget", "publicity")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("days = 5", "days = 0"),
        ("days = 5\nleast = 1", "days = 5\nleast = 6"),
        ("[90, 30, 7]", '[90, "x"]'),
        ('to = "decided"', 'to = "done"'),
        ('[standing.over]\nlabel = { zh = "已到期", en = "over" }', ""),
    ],
)
def test_a_pack_that_is_wrong_is_refused(tmp_path: Path, old: str, new: str) -> None:
    text = PACK.read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "r.toml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(PackError):
        RecognitionPractice.load(tmp_path / "r.toml")
