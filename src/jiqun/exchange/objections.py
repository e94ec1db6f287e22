"""Objections 异议: the states of an objection, who may move it on, and until when it is to be answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from jiqun.core.errors import InputError, PackError, WrongState
from jiqun.core.packfiles import Table, as_table, labels_in, read_toml, texts_in
from jiqun.core.working_days import WorkingDays

SHANGHAI = ZoneInfo("Asia/Shanghai")
SUBMITTED = "submitted"
ACCEPT = "accept"
Side = Literal["party", "office"]
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class State:
    """A state: its name in both languages, and whether an answer is still to come."""

    key: str
    label: Mapping[str, str]
    is_open: bool


@dataclass(frozen=True, slots=True)
class Move:
    """What can be done with an objection: in which states, by which side, and where it leads.

    needs_text  something must be said
    """

    key: str
    label: Mapping[str, str]
    before: tuple[str, ...]
    after: str
    by: Side
    needs_text: bool


@dataclass(frozen=True, slots=True)
class Deadline:
    """Until when an answer is due.

    left     working days left, the day itself included; 0 or less once it has passed
    overdue  the day has passed and no answer came
    """

    on: date
    left: int
    overdue: bool


@dataclass(frozen=True, slots=True)
class Practice:
    """The practice of `packs/objections.toml`.

    days   working days by kind of office
    types  endings of files that may be attached; most_files of at most most_bytes each
    """

    days: Mapping[str, int]
    states: Mapping[str, State]
    moves: Mapping[str, Move]
    types: tuple[str, ...]
    most_files: int
    most_bytes: int

    @classmethod
    def load(cls, path: Path) -> "Practice":
        """Read the pack; PackError names file and key."""
        whole = {key: as_table(value, file=path, key=key) for key, value in read_toml(path).items()}
        states = {key: _state(key, table, path) for key, table in _tables(whole, "state", path)}
        moves = {key: _move(key, table, path, states) for key, table in _tables(whole, "move", path)}
        evidence = whole.get("evidence", {})
        days = whole.get("days", {})
        return cls(
            {kind: _whole(days, kind, path, "days") for kind in ("region", "province")},
            states,
            moves,
            texts_in(evidence, "types", file=path, key="evidence"),
            _whole(evidence, "most_files", path, "evidence"),
            _whole(evidence, "most_mb", path, "evidence") * MEGABYTE,
        )

    def due_on(self, office: str, at: datetime, calendar: WorkingDays) -> date:
        """The day by which an office of this kind is to answer what reached it at `at`; days are those of Shanghai."""
        return calendar.after(day_of(at), self.days[office])

    def is_open(self, state: str) -> bool:
        """Is an answer still to come?"""
        return self.states[state].is_open

    def check_move(self, name: str, state: str, *, text: str = "") -> Move:
        """The move of that name from that state; WrongState when it may not be made, InputError when words are missing."""
        move = self.moves.get(name)
        if move is None:
            raise InputError("objection.unknown_move", seen=name, allowed=" ".join(self.moves))
        if state not in move.before:
            raise WrongState("objection.state", seen=state, wanted=name, allowed=" ".join(move.before))
        if move.needs_text and not text.strip():
            raise InputError("objection.say_why", wanted=name)
        return move

    def moves_of(self, state: str, side: Side) -> tuple[Move, ...]:
        """What a side may do in a state."""
        return tuple(move for move in self.moves.values() if move.by == side and state in move.before)

    def deadline(self, state: str, due_on: date, *, on: date, calendar: WorkingDays) -> Deadline | None:
        """How the deadline stands; None once there is an answer, and while the other side is asked for evidence."""
        if state != SUBMITTED:
            return None
        return Deadline(due_on, calendar.between(on, due_on) + calendar.is_working(on), on > due_on)


def day_of(at: datetime) -> date:
    """The day an instant falls on in Shanghai."""
    return at.astimezone(SHANGHAI).date()


def office_kind(region: str) -> str:
    """The kind of office an objection about an enterprise is addressed to."""
    return "region" if region else "province"


def _tables(whole: Mapping[str, Table], name: str, path: Path) -> list[tuple[str, Table]]:
    found = [
        (key, as_table(value, file=path, key=f"{name}.{key}")) for key, value in whole.get(name, {}).items()
    ]
    if not found:
        raise PackError("pack.not_a_table", file=str(path), key=name, seen="")
    return found


def _state(key: str, table: Table, path: Path) -> State:
    return State(key, labels_in(table, "label", file=path, key=f"state.{key}"), table.get("open") is True)


def _move(key: str, table: Table, path: Path, states: Mapping[str, State]) -> Move:
    before = texts_in(table, "from", file=path, key=f"move.{key}")
    after, by = str(table.get("to", "")), str(table.get("by", ""))
    for word in (*before, after):
        if word not in states:
            raise PackError(
                "pack.unknown_word", file=str(path), key=f"move.{key}", seen=word, allowed=" ".join(states)
            )
    if by not in ("party", "office"):
        raise PackError(
            "pack.unknown_word", file=str(path), key=f"move.{key}.by", seen=by, allowed="party office"
        )
    label = labels_in(table, "label", file=path, key=f"move.{key}")
    side: Side = "party" if by == "party" else "office"
    return Move(key, label, before, after, side, table.get("text") is True)


def _whole(table: Table, name: str, path: Path, key: str) -> int:
    value = table.get(name)
    if not isinstance(value, int) or value < 1:
        raise PackError("pack.missing_text", file=str(path), key=f"{key}.{name}", seen=repr(value))
    return value
