"""Errors 出错页: one shape for every answer that is not what was asked for — a sentence, the next step, a request id."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from jiqun.actions.desk import desk
from jiqun.core.errors import JiqunError, PackErrors, RowErrors
from jiqun.web.answers import json_response

SAID = {
    400: (
        _("The request could not be understood."),
        _("Go back, correct what you entered and send it again."),
    ),
    401: (_("You are not logged in."), _("Log in, or send an API token, and try again.")),
    403: (_("You may not see or do this."), _("Ask someone whose role and scope cover it.")),
    404: (_("There is nothing at this address."), _("Check the address, or search for what you need.")),
    405: (
        _("This address does not take that kind of request."),
        _("Go back and use the buttons of the page."),
    ),
    409: (_("This is not possible at the moment."), _("Reload the page and look at its present state.")),
    413: (
        _("What you sent is too large."),
        _("Split it into smaller files, or import it from the command line."),
    ),
    500: (_("Something went wrong on our side."), _("Try again; if it stays, report the request id below.")),
    503: (_("A store or service does not answer."), _("Wait a moment and try again.")),
}
FORGED = (
    _("The form is too old or came from elsewhere."),
    _("Reload the page and send the form again; cookies must be allowed."),
)


@dataclass(frozen=True)
class ErrorContext:
    """What an error page says.

    status      HTTP status
    code        stable code, e.g. "gate.unknown_unit" or "http.404"
    sentence    what is wrong
    next_step   what to do now
    request_id  finds the request in the log
    rows        one sentence per wrong row, when rows were handed in
    """

    status: int
    code: str
    sentence: str
    next_step: str
    request_id: str
    rows: tuple[str, ...] = ()


def wants_json(request: HttpRequest) -> bool:
    """Does the caller read JSON: anything under /api/, or a client that asks for it?"""
    return request.path.startswith("/api/") or request.headers.get("Accept", "").startswith(
        "application/json"
    )


def answer(request: HttpRequest, status: int, said: tuple[object, object] | None = None) -> HttpResponse:
    """The error page (or JSON) of an HTTP status."""
    sentence, next_step = said or SAID.get(status, SAID[500])
    context = ErrorContext(status, f"http.{status}", str(sentence), str(next_step), request_id(request))
    return _rendered(request, context)


def answer_error(request: HttpRequest, error: JiqunError) -> HttpResponse:
    """The error page (or JSON) of an error raised on purpose."""
    if wants_json(request):
        from jiqun.web.api.shape import error_answer

        return error_answer(error)
    messages, lang = desk().messages, get_language() or "zh"
    rows = messages.sentences(error, lang) if isinstance(error, RowErrors | PackErrors) else ()
    sentence, next_step = messages.sentence(error, lang), ""
    if error.code not in messages:
        sentence, next_step = (str(part) for part in SAID.get(error.http_status, SAID[500]))
    context = ErrorContext(error.http_status, error.code, sentence, next_step, request_id(request), rows)
    return _rendered(request, context)


def request_id(request: HttpRequest) -> str:
    """The id the request goes by; empty before the middleware has given one."""
    return getattr(request, "request_id", "")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, and 413 when the body was larger than is taken."""
    too_large = type(exception).__name__ in ("RequestDataTooBig", "TooManyFieldsSent", "TooManyFilesSent")
    return answer(request, 413 if too_large else 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    del exception
    return answer(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    del exception
    return answer(request, 404)


def failed(request: HttpRequest) -> HttpResponse:
    """500."""
    return answer(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of a form without a valid token."""
    del reason
    return answer(request, 403, FORGED)


def _rendered(request: HttpRequest, context: ErrorContext) -> HttpResponse:
    if wants_json(request):
        said = " ".join(part for part in (context.sentence, context.next_step) if part)
        lines = [{"message": row} for row in context.rows]
        shape = {"ok": False, "code": context.code, "error": said, "errors": lines, "status": context.status}
        return json_response(shape, status=context.status)
    fragment = bool(request.headers.get("HX-Request"))
    name = "jiqun/parts/error.html" if fragment else "jiqun/error.html"
    try:
        body = render_to_string(name, {"page": context}, request=request)
    except Exception:  # noqa: BLE001 - the plain page must come out whatever broke the frame
        body = render_to_string("jiqun/error_plain.html", {"page": context})
    response = HttpResponse(body, status=context.status)
    if fragment:
        response["HX-Retarget"], response["HX-Reswap"] = "#drawer-body", "innerHTML"
    return response
