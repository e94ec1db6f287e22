"""称号 the pages of titles: the list by kind and standing, one title with its record, a list handed in, reminders."""

from pathlib import Path
from tempfile import TemporaryDirectory

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiqun.actions import titling
from jiqun.actions.desk import desk
from jiqun.actions.reading import titles as reading
from jiqun.core.errors import InputError
from jiqun.lake.files import copy_within
from jiqun.web import asking
from jiqun.web.answers import Page
from jiqun.web.pages.query import page_of, page_size, text_of
from jiqun.web.pages.recognitions import tried


def titles(request: HttpRequest) -> reading.TitlesContext:
    """The list."""
    days = asking.whole(request, "days") or reading.SOON
    ask = reading.TitleAsk(
        text_of(request, "kind"), text_of(request, "standing", "in_force"), days, text_of(request, "region"),
        text_of(request, "text"), page_of(request), page_size(),
    )  # fmt: skip
    return reading.titles_page(desk(), request.actor, ask)


def title(request: HttpRequest, id: int) -> reading.TitleContext:
    """One title."""
    return reading.title_page(desk(), request.actor, id)


@require_POST
def register(request: HttpRequest) -> HttpResponse:
    """Take a list of titles in."""
    here, file = desk(), request.FILES.get("file")

    def act() -> str:
        if file is None:
            raise InputError("gate.no_such_file", file="")
        name = Path(file.name or "titles").name
        with TemporaryDirectory(dir=here.uploads) as folder:
            kept = Path(folder) / f"titles{Path(name).suffix[:8]}"
            copy_within(file, kept, here.limits, name=name)
            done = titling.register(here, kept, by=request.actor, at=here.now(), name=name)
        told = {"entered": done.entered, "unchanged": done.unchanged}
        messages.success(request, _("%(entered)d titles entered, %(unchanged)d were known.") % told)
        return reverse("titles")

    return tried(request, act, back=reverse("titles"))


@require_POST
def remind(request: HttpRequest) -> HttpResponse:
    """Leave the reminders that are due."""
    here = desk()
    left = titling.remind(here, by=request.actor, at=here.now())
    messages.success(request, _("%(count)d reminders left.") % {"count": left})
    return HttpResponseRedirect(reverse("titles"))


@require_POST
def take_back(request: HttpRequest, id: int) -> HttpResponse:
    """Take a title back."""
    here, there = desk(), reverse("title", args=[id])

    def act() -> str:
        why = request.POST.get("text", "").replace("\x00", "")[:2000]
        titling.take_back(here, id, why, by=request.actor, at=here.now())
        messages.success(request, _("The title was taken back; it stays in the record."))
        return there

    return tried(request, act, back=there)


@require_POST
def seen(request: HttpRequest) -> HttpResponse:
    """Note that one's notices were read."""
    here = desk()
    titling.notices_seen(reading.own_enterprises(request.actor), by=request.actor, at=here.now())
    return HttpResponseRedirect(reverse("overview"))


urlpatterns = [
    *Page("titles", "titles/", "jiqun/titles.html", titles).urls(),
    path("titles/register/", register, name="title-register"),
    path("titles/remind/", remind, name="title-remind"),
    path("titles/seen/", seen, name="title-seen"),
    *Page("title", "titles/<int:id>/", "jiqun/title.html", title).urls(),
    path("titles/<int:id>/take-back/", take_back, name="title-take-back"),
]
