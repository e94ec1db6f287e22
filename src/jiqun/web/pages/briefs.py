"""简报 briefs: a Word file or a PDF of a place, a cluster or an indicator."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import get_language

from jiqun.actions.briefs import make_brief
from jiqun.actions.desk import desk
from jiqun.web.answers import file_response


def brief(request: HttpRequest, kind: str, key: str, form: str) -> HttpResponse:
    """Make the brief and hand it over."""
    here = desk()
    lang = get_language() or "zh"
    name, content_type, body = make_brief(here, kind, key, form, lang=lang, by=request.actor, at=here.now())
    return file_response(body, name=name, content_type=content_type)


urlpatterns = [path("briefs/<str:kind>/<str:key>.<str:form>", brief, name="brief")]
