"""接口令牌 tokens: issued for oneself with chosen permissions and a scope, shown once, revoked at any time."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from jiqun.actions.desk import Desk
from jiqun.core.errors import InputError, NotAllowed, NotFound
from jiqun.ledger import accounts, audit, tokens
from jiqun.ledger.permissions import ANYWHERE, Actor, can, check
from jiqun.ledger.roles import Permission
from jiqun.ledger.scopes import EVERYTHING, Scope
from jiqun.ledger.tokens import IssuedToken, Token

LONGEST_DAYS = 366


def grantable(by: Actor) -> tuple[Permission, ...]:
    """What a token of this person may be given: what the person may do, in the order of the table."""
    return tuple(item for item in Permission if can(by, item, target_scope=ANYWHERE))


def issue(
    desk: Desk,
    label: str,
    permissions: Iterable[str],
    *,
    by: Actor,
    at: datetime,
    scope: Scope = EVERYTHING,
    days: int = 90,
) -> IssuedToken:
    """Make a token for oneself; it never does more than its owner may, nor longer than LONGEST_DAYS."""
    del desk
    check(by, Permission.MANAGE_TOKENS, target_scope=ANYWHERE)
    if by.user_id is None or by.token_id is not None:
        raise NotAllowed("token.by_token", by=by.label)  # a token makes no tokens
    if not 1 <= days <= LONGEST_DAYS:
        raise InputError("token.days", seen=str(days), allowed=f"1–{LONGEST_DAYS}")
    chosen = _known(permissions, grantable(by))
    with transaction.atomic():
        issued = tokens.issue(
            by.user_id, label, chosen, at=at, scope=scope, expires_at=at + timedelta(days=days)
        )
        detail = {
            "permissions": sorted(chosen), "scope": scope.written, "days": days, "prefix": issued.token.prefix,
        }  # fmt: skip
        _note(by, "issue", issued.token, detail, at)
    return issued


def revoke(desk: Desk, token_id: int, *, by: Actor, at: datetime) -> Token:
    """Make a token useless: one's own, or anybody's for who manages accounts."""
    del desk
    held = tokens.get(token_id)
    if not can(by, Permission.MANAGE_USERS, target_scope=EVERYTHING):
        check(by, Permission.MANAGE_TOKENS, target_scope=ANYWHERE)
        if held.user_id != by.user_id:
            raise NotFound("token.unknown", token=token_id)
    with transaction.atomic():
        done = tokens.revoke(token_id, by=by.label, at=at)
        _note(by, "revoke", done, {"prefix": done.prefix, "owner": accounts.get(done.user_id).username}, at)
    return done


def _known(names: Iterable[str], allowed: tuple[Permission, ...]) -> frozenset[Permission]:
    chosen = set(names)
    unknown = chosen - {item.value for item in allowed}
    if unknown:
        raise NotAllowed("token.beyond_role", seen=" ".join(sorted(unknown)), allowed=" ".join(allowed))
    return frozenset(Permission(name) for name in chosen)


def _note(by: Actor, verb: str, token: Token, detail: dict[str, object], at: datetime) -> None:
    audit.record(by, f"token.{verb}", f"token:{token.id}", detail, at=at, target_label=token.label)
