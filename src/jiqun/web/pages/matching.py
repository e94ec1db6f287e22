"""匹配 the matching pages: hand a list in, see it matched, decide open rows by keyboard, take the result away."""

import tempfile
from pathlib import Path

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiqun.actions import match_lists
from jiqun.actions.desk import desk
from jiqun.actions.export_files import CONTENT_TYPES
from jiqun.actions.reading import matching as reading
from jiqun.core.errors import InputError
from jiqun.web import asking
from jiqun.web.answers import Page, file_response
from jiqun.web.pages.query import page_of, text_of

PASTED_MOST = 2_000_000


def matching(request: HttpRequest) -> reading.MatchingContext:
    """Your lists."""
    return reading.matching_page(desk(), request.actor)


def match_list(request: HttpRequest, id: str) -> reading.MatchListContext:
    """One list with its results."""
    ask = reading.ListAsk(
        text_of(request, "decision"), text_of(request, "sort"), asking.text(request, "dir") == "desc", page_of(request),
        text_of(request, "text"),
    )  # fmt: skip
    return reading.list_page(desk(), request.actor, id, ask, lang=get_language() or "zh")


def review(request: HttpRequest, id: str) -> reading.ReviewContext:
    """The row that is asked now."""
    row, undo = asking.whole(request, "row"), asking.whole(request, "undo")
    return reading.review_page(desk(), request.actor, id, row=row, undo=undo)


@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    """Take a list in: a file, or names pasted."""
    file = request.FILES.get("file")
    pasted = request.POST.get("pasted", "")
    if file is None and len(pasted) > PASTED_MOST:
        raise InputError("match.too_many", seen=str(pasted.count("\n")), allowed=str(match_lists.ROWS_MOST))
    columns = {field: request.POST.get(f"column-{field}", "") for field in match_lists.FIELDS}
    order = match_lists.HandIn(file.name or "" if file else "", "" if file else pasted, columns)
    here = desk()
    made = match_lists.receive(here, file, order, by=request.actor, at=here.now())
    return HttpResponseRedirect(reverse("match-list", args=[made.id]))


@require_POST
def answer(request: HttpRequest, id: str) -> HttpResponse:
    """Keep what a person says about the name in a row, and go on to the next."""
    here = desk()
    row = _row(request)
    choice = request.POST.get("choice", "").replace("\x00", "")
    match_lists.answer(here, id, row, choice, by=request.actor, at=here.now())
    return _on(id, row=row, undo=row)


@require_POST
def undo(request: HttpRequest, id: str) -> HttpResponse:
    """Forget what was said about the name in a row, and ask it again."""
    here = desk()
    row = _row(request)
    match_lists.take_answer_back(here, id, row, by=request.actor, at=here.now())
    return _on(id, row=row)


@require_POST
def throw_away(request: HttpRequest, id: str) -> HttpResponse:
    """Remove a list."""
    here = desk()
    match_lists.throw_away(here, id, by=request.actor, at=here.now())
    messages.success(request, _("The list was thrown away; what was said about its names stays remembered."))
    return HttpResponseRedirect(reverse("matching"))


def result(request: HttpRequest, id: str, form: str) -> HttpResponse:
    """The result as a file."""
    here = desk()
    with tempfile.TemporaryDirectory(dir=here.uploads) as folder:
        target = Path(folder) / f"result.{form}"
        name = reading.write_result(here, request.actor, id, target, form, lang=get_language() or "zh")
        return file_response(target.read_bytes(), name=name, content_type=CONTENT_TYPES[form])


def _row(request: HttpRequest) -> int:
    text = request.POST.get("row", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _on(id: str, *, row: int, undo: int = 0) -> HttpResponse:
    query = f"?row={row}" + (f"&undo={undo}" if undo else "")
    return HttpResponseRedirect(reverse("match-review", args=[id]) + query)


urlpatterns = [
    *Page("matching", "matching/", "jiqun/matching.html", matching).urls(),
    path("matching/receive/", receive, name="matching-receive"),
    *Page(
        "match-list", "matching/<str:id>/", "jiqun/match_list.html", match_list, fragment="jiqun/work/match_list.html"
    ).urls(),
    *Page(
        "match-review", "matching/<str:id>/review/", "jiqun/match_review.html", review, fragment="jiqun/work/review.html"
    ).urls(),
    path("matching/<str:id>/answer/", answer, name="match-answer"),
    path("matching/<str:id>/undo/", undo, name="match-undo"),
    path("matching/<str:id>/throw-away/", throw_away, name="match-throw-away"),
    path("matching/<str:id>/result.<str:form>", result, name="match-result"),
]  # fmt: skip
