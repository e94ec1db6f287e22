"""报警限值 limits of alarms entered and changed: every mistake at once, each earlier version in the audit trail."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from math import isfinite

from django.db import transaction

from jiqun.actions import factory_policy as policy
from jiqun.actions.alarms import target
from jiqun.actions.desk import Desk
from jiqun.core.errors import RowError, RowErrors
from jiqun.factory.instants import micros_of
from jiqun.factory.readings.model import KEY
from jiqun.ledger import alarms, audit, drift, factories
from jiqun.ledger.alarms import AlarmEntry, AlarmLimit, AlarmRow
from jiqun.ledger.permissions import Actor

DAY_S = 86_400.0
Where = Callable[[int, str], int]
"""The row of a file for the place of an entry (from 0) and one of its fields."""


def set_limits(
    desk: Desk, factory: str, told: Sequence[AlarmLimit], *, by: Actor, at: datetime
) -> tuple[str, ...]:
    """Enter limits or change them; gives points named that no box has told yet.

    RowErrors alarm.limits_refused with every mistake; what is as it was leaves no line in the trail
    """
    del desk
    found = factories.get(factory)
    policy.check_run(by, found)
    refuse(mistakes(found.name, told, lambda place, _: place + 1))
    with transaction.atomic():
        write_limits(factory, told, by=by, at=at)
    return unheard(factory, [one.point for one in told])


def write_limits(factory: str, told: Sequence[AlarmLimit], *, by: Actor, at: datetime) -> int:
    """Write limits that were checked, within a transaction; gives how many are new or changed."""
    held = {one.key: one for one in alarms.limits(factory, disabled=True)}
    changed = [one for one in told if held.get(one.key) != one]
    alarms.put_limits(factory, changed, by=by.label, at=at)
    for one in changed:
        before = held.get(one.key)
        if before is not None and before.enabled != one.enabled:
            _switched(factory, one, by=by, at=at)
        detail = {"before": None if before is None else asdict(before), "after": asdict(one)}
        audit.record(by, "alarm.limit", target(factory, one.key), detail, at=at, target_label=one.name)
    if changed:
        drift.touch(factory)
    return len(changed)


def unheard(factory: str, points: Sequence[str]) -> tuple[str, ...]:
    """Those points that no box has told of yet."""
    known = {one.key for one in factories.points(factory, retired=True)}
    return tuple(sorted(set(points) - known))


def mistakes(file: str, told: Sequence[AlarmLimit], where: Where) -> list[RowError]:
    """Everything wrong with limits."""
    return [
        RowError(file, where(place, column), column, "alarm.bad_limit", seen, allowed)
        for place, one in enumerate(told)
        for column, seen, allowed in _wrong(one)
    ] + twice(file, [one.key for one in told], where)


def twice(file: str, keys: Sequence[str], where: Where) -> list[RowError]:
    """Keys that stood before."""
    return [
        RowError(file, where(place, "key"), "key", "alarm.limit_twice", key, "")
        for place, key in enumerate(keys)
        if key in keys[:place]
    ]


def refuse(errors: Sequence[RowError]) -> None:
    """Raise when there is anything wrong."""
    if errors:
        raise RowErrors(errors, code="alarm.limits_refused")


def _wrong(one: AlarmLimit) -> Iterator[tuple[str, str, str]]:
    """Column, what was seen, what is allowed."""
    for column, key in (("key", one.key), ("point", one.point)):
        if not KEY.fullmatch(key):
            yield column, key, "a-z 0-9 . _ -"
    if not one.name.strip() or len(one.name) > 200:
        yield "name", one.name[:40], "1–200"
    if one.side not in ("high", "low"):
        yield "side", one.side, "high low"
    if not isfinite(one.setpoint):
        yield "setpoint", str(one.setpoint), "-1e300 – 1e300"
    if not 0 <= one.deadband < 1e300:
        yield "deadband", str(one.deadband), "≥ 0"
    for column, seconds in (("on_delay_s", one.on_delay_s), ("off_delay_s", one.off_delay_s)):
        if not 0 <= seconds <= DAY_S:
            yield column, str(seconds), f"0–{DAY_S:g}"
    if one.priority not in (1, 2, 3, 4):
        yield "priority", str(one.priority), "1 2 3 4"
    if len(one.response) > 1000:
        yield "response", f"{one.response[:40]}…", "≤ 1000"


def _switched(factory: str, one: AlarmLimit, *, by: Actor, at: datetime) -> None:
    """A limit switched off or on begins anew; the journal says so."""
    row = alarms.one_standing(factory, one.key)
    name = "enable" if one.enabled else "disable"
    entry = AlarmEntry(
        one.key, one.name, one.point, micros_of(at), name, row.state, "normal", by.label[:150], "", "", None,
        one.priority, False, at,
    )  # fmt: skip
    alarms.keep(factory, [AlarmRow(one, changed_us=micros_of(at), seen_us=micros_of(at))], [entry])
