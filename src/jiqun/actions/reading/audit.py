"""审计页 what the audit page shows: who did what to which thing when, narrowed and page by page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from jiqun.actions.desk import ZONE, Desk
from jiqun.actions.reading.audit_words import action_label, told_of
from jiqun.core.errors import InputError
from jiqun.ledger import audit
from jiqun.ledger.audit import AuditEvent
from jiqun.ledger.permissions import ANYWHERE, Actor, check
from jiqun.ledger.roles import Permission


@dataclass(frozen=True)
class Narrowing:
    """What the trail is narrowed to; empty means not.  since and until are days, both included."""

    action: str = ""
    by: str = ""
    target: str = ""
    batch: str = ""
    since: str = ""
    until: str = ""


@dataclass(frozen=True)
class EventLine:
    """One line of the trail; `told` is the detail in words."""

    id: int
    at: datetime
    by: str
    action: str
    action_label: str
    target: str
    target_label: str
    detail: Mapping[str, Any]
    told: tuple[tuple[str, str], ...]
    batch: str
    request_id: str


@dataclass(frozen=True)
class Choice:
    """One entry of a list to choose from."""

    value: str
    label: str


@dataclass(frozen=True)
class AuditContext:
    """One page of the trail, latest first.

    actions  every action word the trail holds
    """

    rows: tuple[EventLine, ...]
    total: int
    number: int
    pages: int
    size: int
    asked: Narrowing
    actions: tuple[Choice, ...]


def audit_page(
    desk: Desk, actor: Actor, asked: Narrowing, *, lang: str, page: int = 1, size: int = 50
) -> AuditContext:
    """One page, for who reads the trail; InputError `audit.bad_day` for what is no day."""
    del desk
    check(actor, Permission.READ_AUDIT, target_scope=ANYWHERE)
    found = audit.list_page(**given(asked), page=page, size=size)
    rows = tuple(_line(event, lang) for event in found.rows)
    actions = tuple(Choice(action, action_label(action, lang)) for action in audit.actions_seen())
    return AuditContext(rows, found.total, found.number, found.pages, found.size, asked, actions)


def given(asked: Narrowing) -> dict[str, Any]:
    """The narrowing as the ledger asks for it."""
    since, until = _day(asked.since), _day(asked.until)
    return {
        "action": asked.action,
        "by": asked.by,
        "target": asked.target,
        "batch": asked.batch,
        "since": datetime.combine(since, time(), ZONE) if since else None,
        "until": datetime.combine(until + timedelta(days=1), time(), ZONE) if until else None,
    }


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InputError("audit.bad_day", seen=text, allowed="2026-01-31") from None
    if not date(1900, 1, 1) <= day <= date(2999, 12, 30):
        raise InputError("audit.bad_day", seen=text, allowed="2026-01-31")
    return day


def _line(event: AuditEvent, lang: str) -> EventLine:
    return EventLine(
        event.id, event.at, event.by, event.action, action_label(event.action, lang), event.target, event.target_label,
        event.detail, told_of(event.detail, lang), event.batch, event.request_id,
    )  # fmt: skip
