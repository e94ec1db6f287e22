"""A factory with alarm limits in the ledger, for tests of alarms and the watcher."""

from django.db import transaction
from ledger_rows import AT

from jiqun.factory.instants import SECOND, micros_of
from jiqun.ledger import alarms, drift, factories
from jiqun.ledger.alarms import AlarmEntry, AlarmLimit
from jiqun.ledger.drift import DriftWarning, DriftWatch
from jiqun.ledger.factories import Factory

FURNACE = "furnace.temperature"
HOT = AlarmLimit("furnace.hot", FURNACE, "炉温高", "high", 426.0, 1.0, 2.0, 2.0, 2, response="看加热器")
LOW_AIR = AlarmLimit("air.low", "air.pressure", "气压低", "low", 500.0, 10.0, priority=1, latching=True)
START = micros_of(AT)


def after(seconds: float) -> int:
    """Microseconds of an instant so many seconds behind AT."""
    return START + round(seconds * SECOND)


def factory(*limits: AlarmLimit, key: str = "spring", subject: str = "enterprise:A") -> str:
    """A factory with limits; gives its key."""
    with transaction.atomic():
        factories.make(Factory(key, "试验弹簧厂", subject), by="test", at=AT)
        alarms.put_limits(key, limits or (HOT, LOW_AIR), by="test", at=AT)
    return key


def entry(limit: AlarmLimit, at_us: int, name: str = "active", **more: object) -> AlarmEntry:
    told = {
        "limit": limit.key, "limit_name": limit.name, "point": limit.point, "at_us": at_us, "name": name,
        "before": "normal", "after": "unacknowledged", "by": "", "why": "", "value": "427", "until_us": None,
        "priority": limit.priority, "raises": name == "active", "recorded_at": AT, **more,
    }  # fmt: skip
    return AlarmEntry(**told)  # type: ignore[arg-type]


def warning(began_us: int, **more: object) -> DriftWarning:
    told = {
        "watch": "furnace", "method": "point", "points": (FURNACE,), "reason": "drift_up", "facts": {}, "score": 1.5,
        "began_us": began_us, "seen_us": began_us, "closed_us": None, "recorded_at": AT, **more,
    }  # fmt: skip
    return DriftWarning(**told)  # type: ignore[arg-type]


def watched(
    key: str, *points: str, training_s: float = 60.0, factory: str = "spring", **more: object
) -> DriftWatch:
    """A detector entered."""
    one = DriftWatch(key, key, points, training_s, **more)  # type: ignore[arg-type]
    with transaction.atomic():
        drift.put_watches(factory, [one], by="test", at=AT)
    return one
