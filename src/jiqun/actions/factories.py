"""工厂 factories: made, their lines, machines, points and shifts described, tokens of their boxes issued and revoked."""

import os
import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from django.db import transaction

from jiqun.actions import factory_policy as policy
from jiqun.actions.desk import Desk
from jiqun.core.errors import InputError, RowError, RowErrors
from jiqun.ledger import audit, factories, factory_tokens, subjects
from jiqun.ledger.factories import Factory, FactoryPoint, Line, Machine, ShiftRow
from jiqun.ledger.factory_tokens import FactoryToken
from jiqun.ledger.permissions import Actor

KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
LONGEST_MINUTES = 2880


def make(desk: Desk, factory: Factory, *, by: Actor, at: datetime) -> Factory:
    """Enter a factory of an enterprise; its place and whether it is made up are the enterprise's."""
    del desk
    owner = subjects.get(factory.subject)
    policy.check_make(by, owner.key)
    if not KEY.fullmatch(factory.key) or not factory.name.strip():
        raise InputError("factory.bad_key", seen=factory.key, allowed=KEY.pattern)
    told = Factory(factory.key, factory.name.strip()[:200], owner.key, owner.region, owner.synthetic)
    with transaction.atomic():
        made = factories.make(told, by=by.label, at=at)
        audit.record(
            by, "factory.make", f"factory:{made.key}", {"subject": owner.key}, at=at, target_label=made.name
        )
    return made


def describe(
    desk: Desk,
    key: str,
    *,
    by: Actor,
    at: datetime,
    lines: Sequence[Line] = (),
    machines: Sequence[Machine] = (),
    points: Sequence[FactoryPoint] = (),
) -> None:
    """Enter or change lines, machines and what points tell of them; RowErrors factory.not_described with every mistake."""
    del desk
    factory = factories.get(key)
    policy.check_run(by, factory)
    _check(factory, lines, machines, points)
    with transaction.atomic():
        factories.put_lines(key, lines)
        factories.put_machines(key, machines)
        factories.put_points(key, points, at=at)
        told = {
            "lines": [one.key for one in lines],
            "machines": [one.key for one in machines],
            "points": [one.key for one in points],
        }
        audit.record(by, "factory.describe", f"factory:{key}", told, at=at, target_label=factory.name)


def set_shifts(desk: Desk, key: str, shifts: Sequence[ShiftRow], *, by: Actor, at: datetime) -> None:
    """Set the calendar of a factory; the audit row keeps the one before."""
    del desk
    factory = factories.get(key)
    policy.check_run(by, factory)
    errors = [
        RowError(
            factory.name,
            row,
            "班次 shift",
            "factory.bad_shift",
            f"{one.start_minute}–{one.end_minute}",
            "0–2880",
        )
        for row, one in enumerate(shifts, start=1)
        if not _is_sound(one)
    ]
    if errors:
        raise RowErrors(errors, code="factory.not_described")
    with transaction.atomic():
        before = [_shown(one) for one in factories.shifts(key)]
        factories.set_shifts(key, shifts)
        told = {"before": before, "after": [_shown(one) for one in shifts]}
        audit.record(by, "factory.shifts", f"factory:{key}", told, at=at, target_label=factory.name)


def issue_token(desk: Desk, key: str, label: str, *, by: Actor, at: datetime) -> tuple[FactoryToken, str]:
    """A new token for a box of the factory; its words are shown once."""
    del desk
    factory = factories.get(key)
    policy.check_run(by, factory)
    with transaction.atomic():
        token, plaintext = factory_tokens.issue(key, label, by=by.label, at=at)
        told = {"prefix": token.prefix, "label": token.label}
        audit.record(by, "factory.token_issue", f"factory:{key}", told, at=at, target_label=factory.name)
    return token, plaintext


def keep_token(path: Path, words: str) -> None:
    """Write a token into a file only its owner can read; InputError factory.file_there rather than over another."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise InputError("factory.file_there", seen=str(path)) from None
    with os.fdopen(handle, "w") as file:
        file.write(words + "\n")


def revoke_token(desk: Desk, key: str, prefix: str, *, by: Actor, at: datetime) -> FactoryToken:
    """Make a token of a box useless."""
    del desk
    factory = factories.get(key)
    policy.check_run(by, factory)
    with transaction.atomic():
        token = factory_tokens.revoke(key, prefix, by=by.label, at=at)
        audit.record(
            by, "factory.token_revoke", f"factory:{key}", {"prefix": prefix}, at=at, target_label=factory.name
        )
    return token


def _check(
    factory: Factory, lines: Sequence[Line], machines: Sequence[Machine], points: Sequence[FactoryPoint]
) -> None:
    """Every mistake at once: keys, and names of lines and machines that are not there."""
    known_lines = {one.key for one in (*factories.lines(factory.key), *lines)} | {""}
    known = {one.key for one in (*factories.machines(factory.key, retired=True), *machines)} | {""}
    errors = [
        RowError(factory.name, row, "key", "factory.bad_key", one.key, KEY.pattern)
        for row, one in enumerate((*lines, *machines), start=1)
        if not KEY.fullmatch(one.key) or not one.name.strip()
    ]
    errors += [
        RowError(factory.name, row, "line", "factory.no_such_line", one.line, " ".join(sorted(known_lines)))
        for row, one in enumerate(machines, start=1)
        if one.line not in known_lines
    ]
    errors += [
        RowError(factory.name, row, "ideal_cycle_s", "factory.bad_cycle", str(one.ideal_cycle_s), "> 0")
        for row, one in enumerate(machines, start=1)
        if one.ideal_cycle_s is not None and one.ideal_cycle_s <= 0
    ]
    errors += [
        RowError(
            factory.name,
            row,
            "machine",
            "factory.no_such_machine",
            one.machine,
            " ".join(sorted(known))[:200],
        )
        for row, one in enumerate(points, start=1)
        if one.machine not in known
    ]
    if errors:
        raise RowErrors(errors, code="factory.not_described")


def _is_sound(one: ShiftRow) -> bool:
    whole = (
        0 <= one.start_minute < one.end_minute <= LONGEST_MINUTES and one.start_minute < LONGEST_MINUTES // 2
    )
    within = all(one.start_minute <= a < b <= one.end_minute for a, b in one.breaks)
    return whole and within and bool(one.name.strip()) and set(one.weekdays) <= set(range(1, 8))


def _shown(one: ShiftRow) -> dict[str, object]:
    return {
        name: str(value) if value is not None else ""
        for name, value in asdict(one).items()
        if value not in ("", None, ())
    }
