"""Answers 应答: how a context becomes a page, a fragment, its JSON twin or a file."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import update_wrapper
from urllib.parse import quote

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path

from jiqun.core.facts import plain

TWIN = "api/pages/"


def json_response(content: object, *, status: int = 200) -> HttpResponse:
    """JSON with decimals as text and Chinese as it is."""
    body = orjson.dumps(content, default=_plain, option=orjson.OPT_NON_STR_KEYS)
    return HttpResponse(body, status=status, content_type="application/json; charset=utf-8")


def file_response(body: bytes, *, name: str, content_type: str) -> HttpResponse:
    """A download under a name that may be Chinese."""
    response = HttpResponse(body, content_type=content_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


def is_fragment(request: HttpRequest) -> bool:
    """Was only a piece of the page asked for (htmx), not the page in the history?"""
    return bool(request.headers.get("HX-Request")) and not request.headers.get("HX-History-Restore-Request")


def public(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mark a view that strangers may see: the login page, health, language."""
    view.is_public = True
    return view


@dataclass(frozen=True)
class Page:
    """One page with its JSON twin, both from one context.

    name      name of the address; the twin is `<name>-json`
    route     path below the root; the twin stands under `/api/pages/`
    template  what renders the context, which it sees as `page`
    read      gives the context from the request and the parts of the path
    fragment  template for htmx requests; the whole page when empty
    """

    name: str
    route: str
    template: str
    read: Callable[..., object]
    fragment: str = ""

    def urls(self) -> list[URLPattern]:
        """The page and its twin."""
        return [
            path(self.route, self._page(), name=self.name),
            path(TWIN + self.route, self._twin(), name=f"{self.name}-json"),
        ]

    def _page(self) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest, **parts: str) -> HttpResponse:
            context = self.read(request, **parts)
            template = self.fragment if self.fragment and is_fragment(request) else self.template
            query = request.META.get("QUERY_STRING", "")
            twin = f"/{TWIN}{request.path.lstrip('/')}" + (f"?{query}" if query else "")
            return render(request, template, {"page": context, "twin": twin, "page_name": self.name})

        return update_wrapper(view, self.read)

    def _twin(self) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest, **parts: str) -> HttpResponse:
            return json_response(self.read(request, **parts))

        return update_wrapper(view, self.read)


def _plain(value: object) -> object:
    """What orjson does not know: decimals as plain text, sets sorted, translated words as text."""
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)
