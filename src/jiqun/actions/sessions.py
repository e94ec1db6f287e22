"""登录 sign in and out: five failures close the door for a while; every success and every closed door is on the trail."""

from datetime import datetime
from math import ceil

from django.db import transaction

from jiqun.core.errors import NotAllowed
from jiqun.ledger import accounts, audit, logins
from jiqun.ledger.accounts import Account
from jiqun.ledger.permissions import NOBODY, Actor


def sign_in(username: str, password: str, *, address: str, at: datetime, request_id: str = "") -> Account:
    """The account these open; NotAllowed auth.too_many_attempts after too many failures, else auth.wrong_password."""
    until = logins.locked_until(username, address, at=at)
    if until is not None:
        minutes = max(1, ceil((until - at).total_seconds() / 60))
        raise NotAllowed("auth.too_many_attempts", minutes=minutes)
    account = accounts.verify(username, password)
    logins.record_attempt(username, address, succeeded=account is not None, at=at)
    if account is None:
        _note_if_closed(username, address, at=at, request_id=request_id)
        raise NotAllowed("auth.wrong_password")
    with transaction.atomic():
        accounts.note_login(account.id, at=at)
        who = accounts.actor_of(account.id, request_id=request_id) or NOBODY
        audit.record(who, "session.open", f"account:{account.id}", {"address": address}, at=at)
    return account


def sign_out(*, by: Actor, at: datetime) -> None:
    """Put the end of a session on the trail."""
    with transaction.atomic():
        audit.record(by, "session.close", f"account:{by.user_id}", {}, at=at)


def _note_if_closed(username: str, address: str, *, at: datetime, request_id: str) -> None:
    if logins.is_locked(username, address, at=at):
        with transaction.atomic():
            detail = {"account": username[:150], "address": address}
            audit.record(NOBODY.in_request(request_id), "session.locked", "login", detail, at=at)
