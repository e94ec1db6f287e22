"""归并 the page of merges: pairs that are probably one enterprise, decided here and taken back here."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiqun.actions import match_lists, merging
from jiqun.actions.desk import desk
from jiqun.actions.reading import merges as reading
from jiqun.web.answers import Page
from jiqun.web.pages.query import page_of, text_of


def merges(request: HttpRequest) -> reading.MergesContext:
    """The page."""
    return reading.merges_page(desk(), request.actor, clear=text_of(request, "clear"), page=page_of(request))


@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """Search for duplicates in the background."""
    here = desk()
    match_lists.search_duplicates(here, by=request.actor, at=here.now())
    return HttpResponseRedirect(reverse("merges"))


@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Say that a pair is one enterprise, or two."""
    here = desk()
    told = {
        name: request.POST.get(name, "").replace("\x00", "").strip() for name in ("subject", "into", "reason")
    }
    pair = merging.Pair(**told)
    if request.POST.get("verdict") == "same":
        merging.merge(pair, by=request.actor, at=here.now())
        messages.success(
            request, _("The two are read as one enterprise from now on. It can be taken back below.")
        )
    else:
        merging.keep_apart(pair, by=request.actor, at=here.now())
        messages.success(request, _("The two stay two; nobody is asked again."))
    return HttpResponseRedirect(reverse("merges"))


@require_POST
def take_back(request: HttpRequest, id: int) -> HttpResponse:
    """Take a decision back."""
    here = desk()
    merging.take_back(id, by=request.actor, at=here.now())
    messages.success(request, _("The decision was taken back; all is as before it."))
    return HttpResponseRedirect(reverse("merges"))


urlpatterns = [
    *Page("merges", "merges/", "jiqun/merges.html", merges).urls(),
    path("merges/find/", find, name="merges-find"),
    path("merges/decide/", decide, name="merges-decide"),
    path("merges/<int:id>/take-back/", take_back, name="merges-take-back"),
]
