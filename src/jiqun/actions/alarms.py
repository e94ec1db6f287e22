"""报警处理 what people do with an alarm: acknowledge, shelve, unshelve, reset; who runs the factory: suppress, remove."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from jiqun.actions import alarm_steps
from jiqun.actions import factory_policy as policy
from jiqun.actions.desk import Desk
from jiqun.core.errors import InputError
from jiqun.factory.alarms.model import Command
from jiqun.factory.instants import micros_of
from jiqun.ledger import alarms, audit, factories
from jiqun.ledger.alarms import AlarmRow
from jiqun.ledger.permissions import Actor

HANDLED = ("acknowledge", "shelve", "unshelve", "reset")
"""What a workshop may do; the others change what the factory is warned of and are for who runs it."""
WHY_MOST = 500


def command(
    desk: Desk,
    factory: str,
    key: str,
    name: str,
    *,
    by: Actor,
    at: datetime,
    why: str = "",
    until: datetime | None = None,
) -> AlarmRow:
    """Do something with an alarm; gives where it stands then. The journal and the audit line are written with it.

    InputError alarm.unknown_command, alarm.say_why, alarm.shelved_too_long; WrongState alarm.state, for whoever comes
    second; NotFound factory.unknown, alarm.no_such_limit
    """
    found = factories.get(factory)
    (policy.check_handle if name in HANDLED else policy.check_run)(by, found)
    reason = said(why)
    told = Command(name, by.label[:150], reason, None if until is None else micros_of(until))
    with transaction.atomic():
        row = alarms.locked(factory, [key])[key]
        moved, entries = alarm_steps.commanded(desk.alarm_states, row, told, micros_of(at), at=at)
        *before, own = entries
        alarms.keep(factory, [moved], [*before, replace(own, by=told.by, why=reason)])
        detail = {"before": own.before, "after": own.after, "why": reason}
        if until is not None:
            detail["until"] = until.isoformat(timespec="seconds")
        audit.record(by, f"alarm.{name}", target(factory, key), detail, at=at, target_label=row.limit.name)
    return moved


def target(factory: str, key: str) -> str:
    """The key of an alarm in the audit trail."""
    return f"alarm:{factory}/{key}"


def said(text: str) -> str:
    """A reason, within its length; InputError alarm.why_too_long."""
    told = text.strip()
    if len(told) > WHY_MOST:
        raise InputError("alarm.why_too_long", seen=str(len(told)), allowed=f"≤ {WHY_MOST}")
    return told
