"""出错 what went wrong in the interface, said in the one shape: raised on purpose, refused by validation, or ours."""

import logging

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from jiqun.core.errors import InputError, JiqunError
from jiqun.web.api.shape import ErrorLine, error_answer, error_content, json_answer, refusal

log = logging.getLogger("jiqun.api")


def add_handlers(api: NinjaAPI) -> None:
    """Tell the interface how each kind of error is answered."""
    handlers = (
        (JiqunError, _on_purpose),
        (ValidationError, _invalid),
        (AuthenticationError, _stranger),
        (Throttled, _plain),
        (HttpError, _plain),
        (Http404, _not_found),
        (PermissionDenied, _forbidden),
        (RequestDataTooBig, _too_large),
        (BadRequest, _bad_request),
        (Exception, _ours),
    )
    for kind, handler in handlers:
        api.add_exception_handler(kind, handler)


def _on_purpose(request: HttpRequest, error: JiqunError) -> HttpResponse:
    del request
    return error_answer(error)


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    del request
    lines = [_line(item) for item in error.errors]
    return json_answer(error_content(InputError("http.invalid_field"), status=422, lines=lines), status=422)


def _line(item: dict[str, object]) -> ErrorLine:
    where = ".".join(str(part) for part in item.get("loc", ()))
    allowed = str(item.get("msg", ""))
    return ErrorLine(column=where, code="http.invalid_field", allowed=allowed, message=f"{where}: {allowed}")


def _stranger(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    del error
    code = "auth.token_expired" if request.headers.get("Authorization") else "auth.not_logged_in"
    refused = refusal(401, code)
    refused["WWW-Authenticate"] = "Bearer"
    return refused


def _plain(request: HttpRequest, error: HttpError) -> HttpResponse:
    del request
    return refusal(error.status_code)


def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    del request, error
    return refusal(404)


def _forbidden(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    del request, error
    return refusal(403)


def _too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    del request, error
    return refusal(413)


def _bad_request(request: HttpRequest, error: BadRequest) -> HttpResponse:
    del request, error
    return refusal(400)


def _ours(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("request %s failed", getattr(request, "request_id", ""), exc_info=error)
    return refusal(500)
