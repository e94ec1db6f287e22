"""认证 who is asking the interface: a person's session, or a token in `Authorization: Bearer`."""

from django.http import HttpRequest
from ninja.security import HttpBearer
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from jiqun.core.errors import NotAllowed
from jiqun.ledger.permissions import Actor

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Token(HttpBearer):
    """A token of 接口令牌; the middleware has looked it up already."""

    def __call__(self, request: HttpRequest) -> Actor | None:
        """The actor, when the request carries a token."""
        return self.authenticate(request, "") if _bears_token(request) else None

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """The actor the middleware found for the token."""
        del token
        return getattr(request, "actor", None)


class Session(AuthBase):
    """The session of a person who is logged in; a write must carry the CSRF token."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = "sessionid"

    def __call__(self, request: HttpRequest) -> Actor | None:
        """The actor of the session."""
        actor = getattr(request, "actor", None)
        if actor is None or _bears_token(request):
            return None
        if request.method not in SAFE and check_csrf(request) is not None:
            raise NotAllowed("auth.csrf")
        return actor


def _bears_token(request: HttpRequest) -> bool:
    return bool(request.headers.get("Authorization"))
