"""隔离区 the quarantine pages: held rows with their faults, one row to repair in place or to dismiss."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiqun.actions import quarantine as acts
from jiqun.actions.desk import desk
from jiqun.actions.reading import quarantine as reading
from jiqun.core.errors import RowErrors
from jiqun.web.answers import Page
from jiqun.web.pages.query import page_of, page_size, text_of

CELL = "cell-"


def quarantine(request: HttpRequest) -> reading.QuarantineContext:
    """The list."""
    return reading.quarantine_page(
        desk(), request.actor, lang=get_language() or "zh", state=text_of(request, "state") or "waiting",
        batch=text_of(request, "batch"), page=page_of(request), size=page_size(),
    )  # fmt: skip


def held_row(request: HttpRequest, id: int) -> reading.HeldRowContext:
    """One held row."""
    return reading.held_row_page(desk(), request.actor, id, lang=get_language() or "zh")


@require_POST
def resubmit(request: HttpRequest, id: int) -> HttpResponse:
    """Hand the repaired row in again; what is still wrong is said beside what was typed."""
    here, lang = desk(), get_language() or "zh"
    cells = {name.removeprefix(CELL): value for name, value in request.POST.items() if name.startswith(CELL)}
    try:
        report = acts.resubmit(here, id, cells, by=request.actor, at=here.now())
    except RowErrors as error:
        context = reading.held_row_page(here, request.actor, id, lang=lang)
        said = [(line.column, here.messages.sentence(line, lang)) for line in error.errors]
        context = reading.with_typed(context, cells, said)
        return render(request, "jiqun/held_row.html", {"page": context, "still_wrong": True}, status=422)
    messages.success(request, _("The row was accepted in batch %(batch)s.") % {"batch": report.batch_id})
    return HttpResponseRedirect(reverse("held-row", args=[id]))


@require_POST
def dismiss(request: HttpRequest, id: int) -> HttpResponse:
    """Leave the row out, saying why."""
    here = desk()
    acts.dismiss(here, id, request.POST.get("reason", ""), by=request.actor, at=here.now())
    messages.success(request, _("The row was dismissed."))
    return HttpResponseRedirect(reverse("held-row", args=[id]))


urlpatterns = [
    *Page("quarantine", "quarantine/", "jiqun/quarantine.html", quarantine).urls(),
    *Page("held-row", "quarantine/<int:id>/", "jiqun/held_row.html", held_row).urls(),
    path("quarantine/<int:id>/resubmit/", resubmit, name="held-row-resubmit"),
    path("quarantine/<int:id>/dismiss/", dismiss, name="held-row-dismiss"),
]
