"""门卫 what is looked at before a request of the interface is read: how large it is, of which type, how long its query."""

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern

from jiqun.web.api.shape import refusal
from jiqun.web.body_limit import FILES, announced

QUERY_BYTES = 4096
JSON_BYTES = 1_000_000
WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
JSON = "application/json"


def guarded(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view behind the door: refuses before reading, and answers in the one shape whatever happens."""

    @wraps(view)
    def inner(request: HttpRequest, *parts: object, **named: object) -> HttpResponse:
        refused = refused_unread(request)
        if refused is not None:
            return refused
        try:
            response = view(request, *parts, **named)
        except RequestDataTooBig:
            return refusal(413, allowed=f"{JSON_BYTES / 1e6:,.0f} MB")
        except SuspiciousOperation:
            return refusal(400)
        return _reshaped(response)

    inner.csrf_exempt = True  # checked with the session, in auth.py
    inner.is_public = True  # strangers are answered 401 in the one shape
    return inner


def guard_patterns(patterns: list[URLPattern]) -> list[URLPattern]:
    """Put every view of these addresses behind the door."""
    for pattern in patterns:
        pattern.callback = guarded(pattern.callback)
    return patterns


def refused_unread(request: HttpRequest) -> HttpResponse | None:
    """The refusal of a request too large or of a type that is not taken, before a byte of it is read."""
    if len(request.META.get("QUERY_STRING", "")) > QUERY_BYTES:
        return refusal(414, allowed=f"{QUERY_BYTES} B")
    if request.method not in WITH_BODY:
        return None
    length, media = announced(request), request.content_type or ""
    if length is None:
        return refusal(400)
    if media != FILES and length > JSON_BYTES:
        return refusal(413, seen=f"{length:,} B", allowed=f"{JSON_BYTES:,} B")
    if length and media not in (FILES, JSON):
        return refusal(415, seen=media, allowed=f"{JSON} {FILES}")
    return None


def _reshaped(response: HttpResponse) -> HttpResponse:
    if isinstance(response, HttpResponseNotAllowed):
        refused = refusal(405, allowed=response.headers.get("Allow", ""))
        refused["Allow"] = response.headers.get("Allow", "")
        return refused
    return response
