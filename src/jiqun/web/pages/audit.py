"""审计 the audit page: the trail, narrowed, page by page, and handed out as a file."""

import tempfile
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import get_language

from jiqun.actions import audit as acts
from jiqun.actions.desk import desk
from jiqun.actions.export_files import CONTENT_TYPES
from jiqun.actions.reading import audit as reading
from jiqun.web.answers import Page, file_response
from jiqun.web.pages.query import page_of, page_size, text_of


def audit(request: HttpRequest) -> reading.AuditContext:
    """One page of the trail."""
    return reading.audit_page(
        desk(),
        request.actor,
        _asked(request),
        lang=get_language() or "zh",
        page=page_of(request),
        size=page_size(),
    )


def export(request: HttpRequest, form: str) -> HttpResponse:
    """The narrowed trail as a file."""
    here = desk()
    with tempfile.TemporaryDirectory(dir=here.uploads) as folder:
        file = Path(folder) / f"audit.{form}"
        acts.export(here, file, form, _asked(request), by=request.actor, at=here.now())
        body = file.read_bytes()
    return file_response(body, name=f"审计-{here.now():%Y%m%d-%H%M}.{form}", content_type=CONTENT_TYPES[form])


def _asked(request: HttpRequest) -> reading.Narrowing:
    return reading.Narrowing(
        *(text_of(request, name) for name in ("action", "by", "target", "batch", "since", "until"))
    )


urlpatterns = [
    *Page("audit", "audit/", "jiqun/audit.html", audit).urls(),
    path("audit/export.<str:form>", export, name="audit-export"),
]
