"""报警条件 the condition behind an alarm: deadband first, then delays; a value that says nothing changes nothing."""

from dataclasses import replace
from math import isfinite

from jiqun.factory.alarms.model import Condition, Limit


def beyond(limit: Limit, value: float, *, was: bool) -> bool:
    """Is the value beyond the limit? Once it is, it stays so until it is back behind the deadband."""
    over = value - limit.setpoint if limit.side == "high" else limit.setpoint - value
    return over >= -limit.deadband if was else over >= 0


def readable(value: float | None) -> bool:
    """Does the value say anything?"""
    return value is not None and isfinite(value)


def read(limit: Limit, condition: Condition, value: float, at: int) -> Condition:
    """The condition after a reading; `active` waits for its delay (see `due`)."""
    raw = beyond(limit, value, was=condition.raw)
    return condition if raw == condition.raw else replace(condition, raw=raw, since=at)


def due(limit: Limit, condition: Condition) -> int | None:
    """When the condition becomes active, or stops being so, if nothing else happens; None when neither is to come."""
    if condition.raw == condition.active:
        return None
    return condition.since + (limit.on_delay if condition.raw else limit.off_delay)
