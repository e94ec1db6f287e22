"""来件大小 how large a request may be: refused by its announced length, before a byte of it is read or stored."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from jiqun.actions.desk import desk

FORM_BYTES = 5_000_000
FILES = "multipart/form-data"
FILE_PATHS = tuple(
    root + noun
    for root in ("/", "/api/")
    for noun in ("imports", "objections", "matching", "policies", "policy-runs", "recognitions", "titles")
)
FORM_EXTRA = 1_000_000


class BodyLimitMiddleware:
    """Answer 413 to what is too large: a file where files are taken, a form anywhere else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let through what is small enough."""
        length = announced(request)
        if length is not None and length <= most_of(request):
            return self.get_response(request)
        return _refused(request, 400 if length is None else 413)


def announced(request: HttpRequest) -> int | None:
    """Length of the body as announced; None when the announcement is no length."""
    text = request.META.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isascii() and text.isdigit() else None


def most_of(request: HttpRequest) -> int:
    """The most this request may hold, in bytes."""
    takes_files = request.content_type == FILES and request.path.startswith(FILE_PATHS)
    return desk().limits.packed + FORM_EXTRA if takes_files else FORM_BYTES


def _refused(request: HttpRequest, status: int) -> HttpResponse:
    from jiqun.web.api.shape import refusal
    from jiqun.web.pages import errors

    if not errors.wants_json(request):
        return errors.answer(request, status)
    return refusal(status, seen=request.META.get("CONTENT_LENGTH", ""), allowed=f"{most_of(request):,} B")
