"""未了报警 alarms of a factory that stand open, for pages that show machines."""

from dataclasses import dataclass
from datetime import datetime

from jiqun.factory.instants import moment
from jiqun.ledger import alarms

QUIET = frozenset({"normal", "shelved", "suppressed", "out_of_service"})


@dataclass(frozen=True)
class OpenAlarm:
    """An alarm nobody has settled: which limit of which point, how urgent (1 first), since when, at which value."""

    key: str
    name: str
    point: str
    priority: int
    state: str
    raised_at: datetime | None
    value: float | None


def open_alarms(factory: str) -> tuple[OpenAlarm, ...]:
    """Open alarms, the most urgent and latest first."""
    found = [one for one in alarms.standing(factory) if one.state not in QUIET]
    found.sort(key=lambda one: (one.limit.priority, -(one.raised_us or 0), one.limit.key))
    return tuple(
        OpenAlarm(
            one.limit.key, one.limit.name, one.limit.point, one.limit.priority, one.state,
            None if one.raised_us is None else moment(one.raised_us), one.value,
        )
        for one in found
    )  # fmt: skip
