"""报警状态图 the state diagram of `packs/factory/alarm_states.toml`: states, moves, audits, limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from jiqun.core.errors import InputError, PackError, WrongState
from jiqun.core.packfiles import Table, as_table, labels_in, read_toml, text_in, texts_in
from jiqun.factory.instants import HOUR, SECOND

AUDITED = ("by", "why", "until", "value")
LIMITS = (
    "longest_shelving_h",
    "flood_from",
    "flood_below",
    "flood_within_s",
    "chattering_from",
    "chattering_within_s",
)


@dataclass(frozen=True, slots=True)
class State:
    """A state: its letter in the standard's diagram, whether it calls for attention, whether it only follows."""

    key: str
    letter: str
    label: Mapping[str, str]
    annunciates: bool
    follows: bool


@dataclass(frozen=True, slots=True)
class Move:
    """One arrow of the diagram, for latching alarms, others, or both (None)."""

    event: str
    before: tuple[str, ...]
    after: str
    after_if_active: str
    latching: bool | None
    label: Mapping[str, str]
    raises: bool
    audits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Diagram:
    """States, moves and the limits of shelving, floods and chattering (durations in microseconds)."""

    states: Mapping[str, State]
    moves: tuple[Move, ...]
    longest_shelving: int
    flood: tuple[int, int, int]
    chattering: tuple[int, int]

    @classmethod
    def load(cls, path: Path) -> "Diagram":
        """Read the pack; PackError names file and key."""
        whole = read_toml(path)
        tables = as_table(whole.get("state"), file=path, key="state")
        states = {
            key: _state(key, as_table(value, file=path, key=key), path) for key, value in tables.items()
        }
        listed = whole.get("move")
        if not isinstance(listed, list):
            raise PackError("pack.not_a_table", file=str(path), key="move", seen=repr(listed))
        rows = cast(list[object], listed)
        moves = tuple(_move(as_table(row, file=path, key="move"), path, states) for row in rows)
        limits = as_table(whole.get("limits"), file=path, key="limits")
        shelving, more, fewer, within, often, minute = (_whole(limits, name, path) for name in LIMITS)
        return cls(states, moves, shelving * HOUR, (more, fewer, within * SECOND), (often, minute * SECOND))

    @property
    def commands(self) -> tuple[str, ...]:
        """What people and the design can do."""
        done = (one.event for one in self.moves if one.event not in ("active", "clear", "expire"))
        return tuple(dict.fromkeys(done))

    def move(self, event: str, state: str, *, latching: bool) -> Move | None:
        """The arrow of an event out of a state; None when there is none."""
        for one in self.moves:
            if one.event == event and state in one.before and one.latching in (None, latching):
                return one
        return None

    def check_command(self, name: str, state: str, *, latching: bool) -> Move:
        """The arrow of a command; InputError alarm.unknown_command, WrongState alarm.state."""
        if name not in self.commands:
            raise InputError("alarm.unknown_command", seen=name, allowed=" ".join(self.commands))
        found = self.move(name, state, latching=latching)
        if found is None:
            possible = [one for one in self.commands if self.move(one, state, latching=latching)]
            raise WrongState("alarm.state", wanted=name, seen=state, allowed=" ".join(possible))
        return found


def _state(key: str, table: Table, path: Path) -> State:
    letter = text_in(table, "letter", file=path, key=f"state.{key}")
    label = labels_in(table, "label", file=path, key=f"state.{key}")
    return State(key, letter, label, table.get("annunciates") is True, table.get("follows") is True)


def _move(table: Table, path: Path, states: Mapping[str, State]) -> Move:
    event = text_in(table, "event", file=path, key="move")
    key = f"move.{event}"
    before = texts_in(table, "from", file=path, key=key)
    after = text_in(table, "to", file=path, key=key)
    if_active = text_in(table, "to_if_active", file=path, key=key) if "to_if_active" in table else after
    audits = texts_in(table, "audits", file=path, key=key)
    for word, known in [
        *((one, states) for one in (*before, after, if_active)),
        *((one, AUDITED) for one in audits),
    ]:
        if word not in known:
            raise PackError("pack.unknown_word", file=str(path), key=key, seen=word, allowed=" ".join(known))
    latching = table.get("latching")
    label = labels_in(table, "label", file=path, key=key)
    either = latching if isinstance(latching, bool) else None
    return Move(event, before, after, if_active, either, label, table.get("raises") is True, audits)


def _whole(table: Table, name: str, path: Path) -> int:
    value = table.get(name)
    if not isinstance(value, int) or value < 1:
        raise PackError("pack.missing_text", file=str(path), key=f"limits.{name}", seen=repr(value))
    return value
