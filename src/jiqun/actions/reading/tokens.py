"""令牌页 what the token page shows: one's tokens, and what a new one could be allowed."""

from dataclasses import dataclass
from datetime import datetime

from jiqun.actions import tokens as acts
from jiqun.actions.desk import Desk
from jiqun.actions.reading.scope_labels import ScopeLabel, language, scope_labels
from jiqun.ledger import accounts, tokens
from jiqun.ledger.permissions import ANYWHERE, Actor, can, check
from jiqun.ledger.roles import LABELS, Permission
from jiqun.ledger.scopes import EVERYTHING


@dataclass(frozen=True)
class Choice:
    """One thing to choose: value, and label in the reader's language."""

    value: str
    label: str


@dataclass(frozen=True)
class TokenLine:
    """A token, without its secret; owner is shown to who manages accounts."""

    id: int
    prefix: str
    label: str
    owner: str
    permissions: tuple[Choice, ...]
    scope: ScopeLabel
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    works: bool


@dataclass(frozen=True)
class TokensContext:
    """The tokens and the form for a new one.

    everybody    are the tokens of all people listed (for who manages accounts)?
    permissions  what a new token may be allowed
    scopes       where it may be allowed it
    longest      most days it may live
    """

    rows: tuple[TokenLine, ...]
    everybody: bool
    permissions: tuple[Choice, ...]
    scopes: tuple[ScopeLabel, ...]
    longest: int


def tokens_page(desk: Desk, actor: Actor, *, lang: str, everybody: bool = False) -> TokensContext:
    """One's own tokens; with `everybody`, all, for who manages accounts."""
    if everybody:
        check(actor, Permission.MANAGE_USERS, target_scope=EVERYTHING)
    else:
        check(actor, Permission.MANAGE_TOKENS, target_scope=ANYWHERE)
    held = tokens.list_for(None if everybody else actor.user_id or 0)
    scopes = scope_labels(desk, [item.scope for item in held], lang)
    owners = {user_id: accounts.get(user_id).label for user_id in {item.user_id for item in held}}
    now = desk.now()
    rows = tuple(
        TokenLine(
            item.id, item.prefix, item.label, owners[item.user_id], _said(item.scopes, lang), scopes[item.scope],
            item.created_at, item.expires_at, item.revoked_at, item.last_used_at, item.works(now),
        )
        for item in held
    )  # fmt: skip
    own = scope_labels(desk, [grant.scope for grant in actor.grants], lang)
    allowed = acts.grantable(actor) if can(actor, Permission.MANAGE_TOKENS, target_scope=ANYWHERE) else ()
    return TokensContext(rows, everybody, _said(allowed, lang), tuple(own.values()), acts.LONGEST_DAYS)


def _said(permissions: tuple[Permission, ...] | frozenset[Permission], lang: str) -> tuple[Choice, ...]:
    place = 0 if language(lang) == "zh" else 1
    return tuple(Choice(item.value, LABELS[item][place]) for item in Permission if item in permissions)
