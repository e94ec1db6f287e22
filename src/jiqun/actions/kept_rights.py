"""留存权限 kept rights: who asked for background work, kept beside the work and read again with the rights held by then."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from jiqun.ledger import accounts, tokens
from jiqun.ledger.permissions import NOBODY, Actor, Grant
from jiqun.ledger.roles import Permission
from jiqun.ledger.scopes import Scope


def kept_actor(by: Actor) -> dict[str, object]:
    """Who asks, with the rights of this moment, as it is kept beside the upload."""
    return {
        "user_id": by.user_id,
        "label": by.label,
        "grants": [(grant.role, grant.scope.kind, grant.scope.key) for grant in by.grants],
        "token_scopes": None if by.token_scopes is None else sorted(by.token_scopes),
        "token_scope": (by.token_scope.kind, by.token_scope.key),
        "request_id": by.request_id,
        "token_id": by.token_id,
    }


def actor_again(kept: Mapping[str, Any]) -> Actor:
    """The actor that `kept_actor` kept; one without rights when nothing was kept."""
    if not kept:
        return NOBODY
    scopes = kept["token_scopes"]
    return Actor(
        kept["user_id"],
        kept["label"],
        tuple(Grant(role, Scope(kind, key)) for role, kind, key in kept["grants"]),
        None if scopes is None else frozenset(Permission(name) for name in scopes),
        Scope(*kept["token_scope"]),
        kept["request_id"],
        kept["token_id"],
    )


def rights_now(kept: Actor) -> Actor:
    """The actor with those of its kept grants the account still holds: a role taken back since, a closed account, or a
    token that opens nothing any more, may do nothing. Nothing is added. The system has no account and stays as it is.
    """
    if kept.user_id is None:
        return kept
    person = accounts.actor_of(kept.user_id)
    held = set(person.grants) if person else set()
    if kept.token_id is not None and tokens.get(kept.token_id).revoked_at is not None:
        held = set()
    return replace(kept, grants=tuple(grant for grant in kept.grants if grant in held))
