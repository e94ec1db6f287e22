"""Session 会话: who is asking — the person signed in, or the one whose token speaks."""

from django.http import HttpRequest

from jiqun.actions.desk import desk
from jiqun.ledger import accounts, tokens
from jiqun.ledger.permissions import ANYWHERE, Actor, can
from jiqun.ledger.roles import Permission

SCHEME = "bearer "


def actor_of(request: HttpRequest) -> Actor | None:
    """The actor of a request; None for a stranger. A token counts under /api/ alone, and is never mixed with a session."""
    request_id = getattr(request, "request_id", "")
    header = request.headers.get("Authorization", "")
    if request.path.startswith("/api/") and header.lower().startswith(SCHEME):
        return tokens.actor_for(header[len(SCHEME) :].strip(), at=desk().now(), request_id=request_id)
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    return accounts.actor_of(user.pk, request_id=request_id)


def may(actor: Actor | None, permission: str) -> bool:
    """May this actor do that anywhere at all? To show or hide an entry."""
    return actor is not None and can(actor, Permission(permission), target_scope=ANYWHERE)


def address_of(request: HttpRequest) -> str:
    """Where the caller sits, as the server sees it."""
    return request.META.get("REMOTE_ADDR", "")
