"""报警当时值 what the journal tells of alarms that stand: at which value each occurred, and who touched it last."""

from collections.abc import Mapping

from jiqun.ledger import alarms, models
from jiqun.ledger.alarms import AlarmEntry


def values_then(factory: str, raised: Mapping[str, int]) -> dict[str, str]:
    """The values at which alarms occurred, by key; raised: when each did. One the journal does not tell is not there."""
    rows = models.AlarmEntry.objects.filter(
        limit__factory__key=factory, limit__key__in=list(raised), at_us__in=set(raised.values()), raises=True
    )
    told = rows.values_list("limit__key", "at_us", "value")
    return {key: value for key, at_us, value in told if raised[key] == at_us and value}


def last_by_person(factory: str, key: str) -> AlarmEntry | None:
    """What a person did last with an alarm."""
    rows = alarms.journal(factory, limit=key, by_people=True, size=1).rows
    return rows[0] if rows else None
