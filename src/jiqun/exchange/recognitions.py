"""Automatic recognition 自动认定: how long candidates are public, when an end is called to mind, what states there are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import cast

from jiqun.core.errors import InputError, PackError, WrongState
from jiqun.core.packfiles import Table, as_table, labels_in, read_toml, texts_in
from jiqun.core.working_days import WorkingDays

Labels = Mapping[str, Mapping[str, str]]
DAYS_MOST = 60
STATES = ("candidates", "publicity", "decided", "withdrawn")
CANDIDATE_STATES = ("candidate", "objected", "granted", "refused")
STANDINGS = ("in_force", "expiring", "over", "replaced", "taken_back")
MOVES = ("publish", "decide", "withdraw")
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Move:
    """What can be done with a round: in which states, where it leads, and whether something must be said."""

    key: str
    label: Mapping[str, str]
    before: tuple[str, ...]
    after: str
    needs_text: bool


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder that is due: review | expiring, and how many days before the last day it was meant for."""

    kind: str
    days: int


@dataclass(frozen=True, slots=True)
class RecognitionPractice:
    """The practice of `packs/recognitions.toml`.

    days, least       working days of publicity, and the fewest that may be typed
    review, expiring  calendar days before the last day of a title
    """

    days: int
    least: int
    review: int
    expiring: tuple[int, ...]
    states: Labels
    candidates: Labels
    standings: Labels
    moves: Mapping[str, Move]

    @classmethod
    def load(cls, path: Path) -> "RecognitionPractice":
        """Read the pack; PackError names file and key."""
        whole = {key: as_table(value, file=path, key=key) for key, value in read_toml(path).items()}
        public, remind = whole.get("publicity", {}), whole.get("remind", {})
        days, least = _whole(public, "days", path, "publicity"), _whole(public, "least", path, "publicity")
        if not least <= days <= DAYS_MOST:
            allowed = f"{least}–{DAYS_MOST}"
            raise PackError(
                "pack.unknown_word", file=str(path), key="publicity.days", seen=days, allowed=allowed
            )
        return cls(
            days, least, _whole(remind, "re_review", path, "remind"), _numbers(remind, "expiring", path),
            _labels(whole, "state", STATES, path), _labels(whole, "candidate", CANDIDATE_STATES, path),
            _labels(whole, "standing", STANDINGS, path),
            {key: _move(key, _table(whole, "move", key, path), path) for key in MOVES},
        )  # fmt: skip

    def public_until(self, start: date, days: int, calendar: WorkingDays) -> date:
        """The last day of a publicity of so many working days that begins on `start`; InputError for too few."""
        if not self.least <= days <= DAYS_MOST:
            raise InputError("recognition.days", seen=days, allowed=f"{self.least}–{DAYS_MOST}")
        return calendar.after(start, days)

    def check_move(self, name: str, state: str, *, text: str = "") -> Move:
        """The move of that name from that state; WrongState when it may not be made, InputError when words are missing."""
        move = self.moves.get(name)
        if move is None:
            raise InputError("recognition.unknown_move", seen=name, allowed=" ".join(self.moves))
        if state not in move.before:
            raise WrongState("recognition.state", seen=state, wanted=name, allowed=" ".join(move.before))
        if move.needs_text and not text.strip():
            raise InputError("recognition.say_why", wanted=name)
        return move

    def due(self, until: date, on: date) -> tuple[Reminder, ...]:
        """Reminders whose day has come for a title that ends on `until`; of several of a kind the latest alone."""
        left = (until - on).days
        if left < 0:
            return ()
        found = (Reminder("review", self.review),) if left <= self.review else ()
        reached = [days for days in self.expiring if left <= days]
        return (*found, Reminder("expiring", min(reached))) if reached else found


def last_day(start: date, years: int) -> date:
    """The last day of a title of so many years that starts on `start`: 2026-05-01 for 3 years lasts until 2029-04-30."""
    try:
        after = start.replace(year=start.year + years)
    except ValueError:  # the 29th of February
        after = start.replace(year=start.year + years, month=3, day=1)
    return after - DAY


def _labels(whole: Mapping[str, Table], name: str, words: tuple[str, ...], path: Path) -> Labels:
    return {
        word: labels_in(_table(whole, name, word, path), "label", file=path, key=f"{name}.{word}")
        for word in words
    }


def _move(key: str, table: Table, path: Path) -> Move:
    before = texts_in(table, "from", file=path, key=f"move.{key}")
    after = str(table.get("to", ""))
    for word in (*before, after):
        if word not in STATES:
            raise PackError(
                "pack.unknown_word", file=str(path), key=f"move.{key}", seen=word, allowed=" ".join(STATES)
            )
    label = labels_in(table, "label", file=path, key=f"move.{key}")
    return Move(key, label, before, after, table.get("text") is True)


def _table(whole: Mapping[str, Table], name: str, key: str, path: Path) -> Table:
    return as_table(whole.get(name, {}).get(key), file=path, key=f"{name}.{key}")


def _whole(table: Table, name: str, path: Path, key: str) -> int:
    value = table.get(name)
    if not isinstance(value, int) or value < 1:
        raise PackError("pack.missing_text", file=str(path), key=f"{key}.{name}", seen=repr(value))
    return value


def _numbers(table: Table, name: str, path: Path) -> tuple[int, ...]:
    value = table.get(name)
    items = cast(list[object], value) if isinstance(value, list) else []
    found = [one for one in items if isinstance(one, int) and one > 0]
    if not found or len(found) < len(items):
        raise PackError("pack.missing_text", file=str(path), key=f"remind.{name}", seen=repr(items))
    return tuple(sorted(found, reverse=True))
