"""答复的形状 shapes of answers: JSON with decimals as text, Chinese as it is, and one shape for what went wrong."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from ninja import Schema
from ninja.renderers import BaseRenderer
from pydantic import BaseModel, Field

from jiqun.actions.desk import desk
from jiqun.core.errors import JiqunError, PackErrors, RowErrors
from jiqun.core.facts import plain

CONTENT_TYPE = "application/json; charset=utf-8"
OPTIONS = orjson.OPT_NON_STR_KEYS
STATUS_CODES = {
    400: "http.bad_request",
    401: "auth.not_logged_in",
    403: "http.forbidden",
    404: "http.not_found",
    405: "http.method_not_allowed",
    413: "gate.too_large",
    414: "http.query_too_long",
    415: "http.media_type",
    422: "http.invalid_field",
    429: "auth.too_many_attempts",
    500: "http.server_error",
    503: "store.down",
}


class ErrorLine(Schema):
    """One thing wrong: with a row of a file, or with a field of the request."""

    file: str = Field("", description="file the row stands in; empty for a field of the request")
    row: int | None = Field(None, description="row as a spreadsheet counts; the header is row 1")
    column: str = Field(
        "", description="column of the file, or place and name of the field, e.g. query.limit"
    )
    code: str = Field(description="stable code, e.g. gate.bad_number")
    seen: str = Field("", description="what was seen there")
    allowed: str = Field("", description="what is allowed there")
    message: str = Field(description="the sentence for a person")


class ErrorShape(Schema):
    """The one shape of every answer that is not what was asked for."""

    ok: bool = Field(False, description="always false")
    code: str = Field(description="stable code, never reused")
    error: str = Field(description="the sentence for a person: what is wrong and what to do next")
    errors: list[ErrorLine] = Field(description="all single faults at once; often empty")
    status: int = Field(description="the HTTP status again")


def language() -> str:
    """Language of sentences: what the request asks for, else the house's own."""
    return get_language() or "zh"


def as_text(value: object) -> object:
    """What JSON has no word for: decimals as plain text, models as objects, sets as lists."""
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, BaseModel):
        return value.model_dump()
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=str)
    return str(value)


def json_bytes(content: object) -> bytes:
    """JSON as bytes, Chinese not escaped."""
    return orjson.dumps(content, default=as_text, option=OPTIONS)


def json_answer(content: object, *, status: int = 200) -> HttpResponse:
    """JSON as a response."""
    return HttpResponse(json_bytes(content), status=status, content_type=CONTENT_TYPE)


class PlainJson(BaseRenderer):
    """Renderer of the interface."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        """Write the answer."""
        del request, response_status
        return json_bytes(data)


def error_body(code: str, status: int, *, facts: dict[str, object] | None = None) -> dict[str, object]:
    """The shape for a code of `packs/errors.toml`."""
    return error_content(JiqunError(code, **(facts or {})), status=status)


def error_content(
    error: JiqunError, *, status: int | None = None, lines: Sequence[ErrorLine] = ()
) -> dict[str, object]:
    """The shape for an error raised on purpose, with all its row errors."""
    messages, lang = desk().messages, get_language() or "zh"
    rows = error.errors if isinstance(error, RowErrors | PackErrors) else ()
    return {
        "ok": False,
        "code": error.code,
        "error": messages.sentence(error, lang),
        "errors": [
            *(line.model_dump() for line in lines),
            *(
                {
                    "file": row.file, "row": row.row, "column": row.column, "code": row.code, "seen": row.seen,
                    "allowed": row.allowed, "message": messages.sentence(row, lang),
                }
                for row in rows
            ),
        ],
        "status": status or error.http_status,
    }  # fmt: skip


def error_answer(error: JiqunError, *, status: int | None = None) -> HttpResponse:
    """The shape as a response."""
    shown = status or error.http_status
    return json_answer(error_content(error, status=shown), status=shown)


def refusal(status: int, code: str = "", **facts: object) -> HttpResponse:
    """The shape for a bare HTTP status."""
    code = code or STATUS_CODES.get(status, STATUS_CODES[500])
    return json_answer(error_body(code, status, facts=facts), status=status)
