"""异议 the pages of objections: the list of each side, one objection with what can be done, the form, attached files."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiqun.actions import objecting
from jiqun.actions.desk import desk
from jiqun.actions.objecting import Filing
from jiqun.actions.reading import objections as reading
from jiqun.core.errors import InputError, JiqunError, RowErrors, WrongState
from jiqun.web.answers import Page, file_response
from jiqun.web.pages.query import page_of, page_size, text_of

KEPT = ("value", "unit", "reason")


def objections(request: HttpRequest) -> reading.ObjectionsContext:
    """The list."""
    return reading.objections_page(
        desk(),
        request.actor,
        state=text_of(request, "state", "open"),
        page=page_of(request),
        size=page_size(),
    )


def objection(request: HttpRequest, id: int) -> reading.ObjectionContext:
    """One objection."""
    return reading.objection_page(desk(), request.actor, id)


def new(request: HttpRequest, fact_id: str) -> reading.FilingContext:
    """The form."""
    return reading.filing_page(desk(), request.actor, fact_id)


@require_POST
def file(request: HttpRequest, fact_id: str) -> HttpResponse:
    """Object to a number; what is wrong is said beside what was typed."""
    here = desk()
    told = {name: request.POST.get(name, "") for name in KEPT}
    filing = Filing(fact_id, told["value"], told["unit"], told["reason"], _files(request))
    try:
        made = objecting.file(here, filing, by=request.actor, at=here.now())
    except (InputError, WrongState) as error:
        context = reading.filing_page(here, request.actor, fact_id)
        shown = {"page": context, "typed": told, "problems": _said(error), "page_name": "objection-new"}
        return render(request, "jiqun/objection_new.html", shown, status=error.http_status)
    messages.success(
        request, _("Your objection was filed; the answer is due by %(day)s.") % {"day": made.due_on}
    )
    return HttpResponseRedirect(reverse("objection", args=[made.id]))


@require_POST
def move(request: HttpRequest, id: int) -> HttpResponse:
    """Ask, supply, accept, refuse or withdraw."""
    here, name = desk(), request.POST.get("move", "")
    text = request.POST.get("text", "")
    objecting.move(here, id, name, by=request.actor, at=here.now(), text=text, files=_files(request))
    messages.success(request, _("Done; both sides see it."))
    return HttpResponseRedirect(reverse("objection", args=[id]))


def evidence(request: HttpRequest, id: int, number: int) -> HttpResponse:
    """An attached file, for both sides alone."""
    found, body = objecting.evidence_file(desk(), id, number, by=request.actor)
    return file_response(body, name=found.name, content_type="application/octet-stream")


def _files(request: HttpRequest) -> list[tuple[str, object]]:
    return [(one.name or "", one) for one in request.FILES.getlist("files")]


def _said(error: JiqunError) -> list[str]:
    lang, sentences = get_language() or "zh", desk().messages
    lines = error.errors if isinstance(error, RowErrors) else [error]
    return [sentences.sentence(line, lang) for line in lines]


urlpatterns = [
    *Page("objections", "objections/", "jiqun/objections.html", objections).urls(),
    *Page("objection", "objections/<int:id>/", "jiqun/objection.html", objection).urls(),
    *Page("objection-new", "objections/new/<str:fact_id>/", "jiqun/objection_new.html", new).urls(),
    path("objections/new/<str:fact_id>/file/", file, name="objection-file"),
    path("objections/<int:id>/move/", move, name="objection-move"),
    path("objections/<int:id>/evidence/<int:number>/", evidence, name="objection-evidence"),
]
