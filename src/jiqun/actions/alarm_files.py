"""报警文件 alarm limits and detectors of a factory from a TOML file: all of it or, with every line at fault, none."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from django.db import transaction

from jiqun.actions import alarm_limits, drift
from jiqun.actions import factory_policy as policy
from jiqun.actions.desk import Desk
from jiqun.core.errors import InputError, RowError
from jiqun.ledger import factories
from jiqun.ledger.alarms import AlarmLimit
from jiqun.ledger.drift import DriftWatch
from jiqun.ledger.permissions import Actor
from jiqun.rules.lines import Lines

DRIFT = ("key", "name", "points", "every_s", "settle_s", "training_s", "enabled")
NEEDED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "alarm": ("key", "point", "name", "side", "setpoint"),
        "drift": ("key", "name", "points", "training_s"),
    }
)
KNOWN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"alarm": tuple(one.name for one in fields(AlarmLimit)), "drift": DRIFT}
)
TYPES: Mapping[str, type | tuple[type, ...]] = MappingProxyType(
    {"points": list, "latching": bool, "enabled": bool, "priority": int}
    | dict.fromkeys(("key", "point", "name", "side", "response"), str)
    | dict.fromkeys(
        ("setpoint", "deadband", "on_delay_s", "off_delay_s", "every_s", "settle_s", "training_s"),
        (int, float),
    )
)


@dataclass(frozen=True)
class Loaded:
    """What a file brought: limits and detectors it tells, how many are new or changed, points no box has told yet."""

    limits: int
    watches: int
    changed: int
    unheard: tuple[str, ...]


def load(desk: Desk, factory: str, path: Path, *, by: Actor, at: datetime) -> Loaded:
    """Enter the `[[alarm]]` and `[[drift]]` tables of a file; those not in it stay as they are.

    RowErrors alarm.limits_refused with file and line of every mistake; InputError alarm.not_a_file, detect.not_installed
    """
    del desk
    policy.check_run(by, factories.get(factory))
    reader = _Reader(path)
    limits = [AlarmLimit(**row) for row in reader.rows("alarm")]
    watches = [DriftWatch(**{**row, "points": tuple(row["points"])}) for row in reader.rows("drift")]
    alarm_limits.refuse(reader.errors)
    errors = alarm_limits.mistakes(str(path), limits, lambda place, name: reader.line("alarm", place, name))
    errors += drift.mistakes(str(path), watches, lambda place, name: reader.line("drift", place, name))
    alarm_limits.refuse(errors)
    with transaction.atomic():
        changed = alarm_limits.write_limits(factory, limits, by=by, at=at)
        changed += drift.write_watches(factory, watches, by=by, at=at)
    named = [one.point for one in limits] + [point for one in watches for point in one.points]
    return Loaded(len(limits), len(watches), changed, alarm_limits.unheard(factory, named))


class _Reader:
    """The tables of a file; every mistake of form is kept with its line."""

    def __init__(self, path: Path) -> None:
        self.path, self.errors = path, list[RowError]()
        try:
            text = path.read_text(encoding="utf-8")
            self.whole = tomllib.loads(text)
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise InputError("alarm.not_a_file", seen=str(path), reason=str(error)) from error
        self.lines = Lines(text)
        for name in self.whole:
            if name not in KNOWN:
                self._wrong((name,), name, name, "[[alarm]] [[drift]]")

    def line(self, table: str, place: int, name: str) -> int:
        """The line of a field of a table."""
        return self.lines.at((table, place, name))

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The tables of a name whose fields are known, there, and of their type."""
        listed = self.whole.get(table, [])
        if not isinstance(listed, list):
            self._wrong((table,), table, repr(listed), f"[[{table}]]")
            return []
        rows = cast(Sequence[object], listed)
        return [row for place, told in enumerate(rows) if (row := self._row(table, place, told)) is not None]

    def _row(self, table: str, place: int, told: object) -> dict[str, Any] | None:
        before = len(self.errors)
        row = cast(dict[str, Any], told) if isinstance(told, dict) else {}
        for name in NEEDED[table]:
            if name not in row:
                self._wrong((table, place), name, "", name)
        for name, value in row.items():
            if name not in KNOWN[table]:
                self._wrong((table, place, name), name, name, " ".join(KNOWN[table]))
            elif not _is_of(name, value):
                self._wrong((table, place, name), name, repr(value)[:80], _words(TYPES[name]))
        return row if len(self.errors) == before else None

    def _wrong(self, at: tuple[str | int, ...], column: str, seen: str, allowed: str) -> None:
        row = self.lines.at(at)
        self.errors.append(RowError(str(self.path), row, column, "alarm.bad_field", seen, allowed))


def _is_of(name: str, value: object) -> bool:
    """Is a value of the type of its field? A truth value is no number."""
    wanted = TYPES[name]
    if isinstance(value, bool):
        return wanted is bool
    whole = isinstance(value, wanted)
    return whole and (wanted is not list or all(isinstance(one, str) for one in cast(list[object], value)))


def _words(wanted: type | tuple[type, ...]) -> str:
    names = {str: "text", bool: "true | false", int: "whole number", list: "list of texts"}
    return names[wanted] if isinstance(wanted, type) else "number"
