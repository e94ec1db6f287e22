"""Middleware 中间层: a request id, strict headers, who is asking, and errors said in one shape."""

import re
import secrets
from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url

from jiqun.core.errors import JiqunError
from jiqun.web.pages import errors

Answer = Callable[[HttpRequest], HttpResponse]
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Content-Type-Options": "nosniff",
}


class RequestIdMiddleware:
    """Give each request an id, taken from a proxy in front when it sends a proper one, and answer with it."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Name the request before anything else sees it."""
        given = request.headers.get("X-Request-Id", "")
        request.request_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        if not request.path.startswith("/api/"):
            request.META.pop("HTTP_ACCEPT_LANGUAGE", None)  # pages speak JIQUN_LANG until the reader switches
        response = self.get_response(request)
        response["X-Request-Id"] = request.request_id
        return response


class SecurityHeadersMiddleware:
    """Send the content policy and its companions with every answer; pages of a person are never cached."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add what the answer does not say itself."""
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.setdefault(name, value)
        if not request.path.startswith(f"/{settings.STATIC_URL.strip('/')}/"):
            response.setdefault("Cache-Control", "private, no-store")
        return response


class ActorMiddleware:
    """Say who is asking (`request.actor`), turn strangers away, and answer raised errors in one shape."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Find out who is asking."""
        from jiqun.web.session import actor_of

        request.actor = actor_of(request)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], *_: object
    ) -> HttpResponse | None:
        """Ask strangers to log in; `@public` views and the API (which answers 401 itself) are let through."""
        if request.actor is not None or getattr(view, "is_public", False):
            return None
        if errors.wants_json(request):
            return errors.answer(request, 401)
        login = resolve_url(settings.LOGIN_URL)
        if request.headers.get("HX-Request"):
            response = HttpResponse(status=204)
            response["HX-Redirect"] = login
            return response
        return HttpResponseRedirect(f"{login}?{urlencode({'next': request.get_full_path()})}")

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A `JiqunError` becomes its page or its JSON; anything else is Django's to report."""
        return errors.answer_error(request, error) if isinstance(error, JiqunError) else None
