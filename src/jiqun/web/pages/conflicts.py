"""冲突 the page of conflicts: numbers sources do not agree on, the largest difference first, and the list as a file."""

import tempfile
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.urls import path

from jiqun.actions import conflicts as acts
from jiqun.actions.desk import desk
from jiqun.actions.export_files import CONTENT_TYPES
from jiqun.actions.reading.conflicts import ConflictAsk, ConflictsContext, conflicts_page
from jiqun.web.answers import Page, file_response
from jiqun.web.pages.query import page_of, page_size, text_of


def conflicts(request: HttpRequest) -> ConflictsContext:
    """The list."""
    return conflicts_page(desk(), request.actor, _ask(request))


def export(request: HttpRequest, form: str) -> HttpResponse:
    """The narrowed list as a file."""
    here = desk()
    with tempfile.TemporaryDirectory(dir=here.uploads) as folder:
        file = Path(folder) / f"conflicts.{form}"
        acts.export(here, file, form, _ask(request), by=request.actor, at=here.now())
        body = file.read_bytes()
    return file_response(body, name=f"冲突-{here.now():%Y%m%d-%H%M}.{form}", content_type=CONTENT_TYPES[form])


def _ask(request: HttpRequest) -> ConflictAsk:
    words = {name: text_of(request, name) for name in ("indicator", "region", "source", "subject")}
    made_up = text_of(request, "synthetic") == "1"
    return ConflictAsk(**words, synthetic=made_up, page=page_of(request), size=page_size())


urlpatterns = [
    *Page("conflicts", "conflicts/", "jiqun/conflicts.html", conflicts).urls(),
    path("conflicts/export.<str:form>", export, name="conflicts-export"),
]
