"""Addresses 网址: each noun's module has its own list; a noun whose module is not there yet has no address."""

from importlib import import_module
from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

NOUNS = (
    "entry", "overview", "clusters", "map", "indicators", "per_mu", "replays", "policies", "ladders", "recognitions",
    "titles", "subjects", "projects", "sources", "differences", "why", "briefs", "imports", "matching", "merges", "batches",
    "quarantine", "conflicts", "objections", "withdrawals", "collections", "factories", "shifts", "months", "connecting",
    "alarms", "alarm_limits", "drift_warnings", "audit", "accounts", "tokens",
)  # fmt: skip

urlpatterns: list[URLPattern | URLResolver] = [
    pattern
    for noun in NOUNS
    if find_spec(f"jiqun.web.pages.{noun}") is not None
    for pattern in import_module(f"jiqun.web.pages.{noun}").urlpatterns
]
if find_spec("jiqun.web.api") is not None:
    urlpatterns.append(path("api/", include("jiqun.web.api.urls")))

handler400 = "jiqun.web.pages.errors.bad_request"
handler403 = "jiqun.web.pages.errors.forbidden"
handler404 = "jiqun.web.pages.errors.not_found"
handler500 = "jiqun.web.pages.errors.failed"
