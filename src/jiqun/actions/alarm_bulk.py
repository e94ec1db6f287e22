"""成批处置报警 one command for several alarms, each its own transaction; one that somebody else took is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from jiqun.actions import alarms
from jiqun.actions import factory_policy as policy
from jiqun.actions.desk import Desk
from jiqun.core.errors import InputError, NotFound, WrongState
from jiqun.ledger import alarm_raised, factories
from jiqun.ledger.alarms import AlarmEntry, AlarmRow
from jiqun.ledger.permissions import Actor

KEYS_MOST = 200


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done, why, and until when (for shelving)."""

    name: str
    why: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """An alarm of which it was not possible, why, and what a person did with it last."""

    key: str
    error: NotFound | WrongState
    last: AlarmEntry | None


@dataclass(frozen=True, slots=True)
class ManyDone:
    """What came of it."""

    done: tuple[AlarmRow, ...]
    refused: tuple[Refusal, ...]


def command_many(
    desk: Desk, factory: str, keys: Sequence[str], order: Order, *, by: Actor, at: datetime
) -> ManyDone:
    """Do it with every alarm named, in the order named.

    InputError alarm.none_chosen, alarm.too_many_chosen, and those of `alarms.command` that hold for all of them
    """
    found = factories.get(factory)
    (policy.check_handle if order.name in alarms.HANDLED else policy.check_run)(by, found)
    wanted = tuple(dict.fromkeys(keys))
    if not wanted:
        raise InputError("alarm.none_chosen", seen="", allowed="≥ 1")
    if len(wanted) > KEYS_MOST:
        raise InputError("alarm.too_many_chosen", seen=str(len(wanted)), allowed=f"≤ {KEYS_MOST}")
    done: list[AlarmRow] = []
    refused: list[Refusal] = []
    for key in wanted:
        try:
            done.append(
                alarms.command(desk, factory, key, order.name, by=by, at=at, why=order.why, until=order.until)
            )
        except (NotFound, WrongState) as error:
            refused.append(Refusal(key, error, alarm_raised.last_by_person(factory, key)))
    return ManyDone(tuple(done), tuple(refused))
