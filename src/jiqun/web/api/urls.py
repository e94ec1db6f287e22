"""网址 addresses of the interface, each behind the door; what is no address is answered in the one shape."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path

from jiqun.web.api.app import api
from jiqun.web.api.door import guard_patterns, guarded
from jiqun.web.api.shape import json_answer, refusal


def docs(request: HttpRequest) -> HttpResponse:
    """What the interface offers, as a page of ours that asks nobody else for anything."""
    document = api.get_openapi_schema()
    operations: dict[str, list[dict[str, object]]] = {}
    for address, methods in document["paths"].items():
        for method, operation in methods.items():
            tag = (operation.get("tags") or ["other"])[0]
            operations.setdefault(tag, []).append({"method": method.upper(), "address": address, **operation})
    context = {
        "page": {"operations": operations, "about": document["info"]["description"]},
        "page_name": "api-docs",
    }
    return render(request, "jiqun/api_docs.html", context)


def description(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document, for who is logged in."""
    if request.actor is None:
        return refusal(401)
    return json_answer(api.get_openapi_schema())


def nothing_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    """404 in the one shape."""
    del request, rest
    return refusal(404)


patterns: list[URLPattern] = [*api.urls[0]]
urlpatterns = [
    path("docs", docs, name="api-docs"),
    path("openapi.json", guarded(description), name="openapi-json"),
    *guard_patterns([pattern for pattern in patterns if pattern.name not in ("api-root", "openapi-json")]),
    path("", guarded(nothing_here)),
    path("<path:rest>", guarded(nothing_here)),
]
