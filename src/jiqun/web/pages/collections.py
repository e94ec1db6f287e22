"""报送 the pages of collecting: collections and what is to be filled in, one collection, one answer."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiqun.actions import (
    collecting,
    collecting_answers,
    collecting_exports,
    collecting_send,
    collecting_workbooks,
)
from jiqun.actions.collecting_answers import Typed
from jiqun.actions.desk import desk
from jiqun.actions.export_files import CONTENT_TYPES
from jiqun.actions.reading.collecting import CollectionContext, WhySumContext, collection_page, why_sum
from jiqun.actions.reading.collecting_fill import FillContext, fill_page
from jiqun.actions.reading.collecting_lines import CollectionsContext, collections_page
from jiqun.core.errors import InputError, RowErrors
from jiqun.web.answers import Page, file_response
from jiqun.web.pages.query import page_of, page_size, text_of

CELL, WHY, KNOWN = "cell-", "why-", "known-"
OWN_CELLS = 12


def collections(request: HttpRequest) -> CollectionsContext:
    """The list."""
    return collections_page(
        desk(), request.actor, state=text_of(request, "state"), page=page_of(request), size=page_size()
    )


def collection(request: HttpRequest, id: str) -> CollectionContext:
    """One collection."""
    state, region = text_of(request, "state"), text_of(request, "region")
    return collection_page(
        desk(), request.actor, id, state=state, region=region, page=page_of(request), size=page_size()
    )


def answer(request: HttpRequest, id: str, respondent: str) -> FillContext:
    """One answer."""
    return fill_page(desk(), request.actor, id, respondent, lang=get_language() or "zh")


def sum_of(request: HttpRequest, id: str, cell: str, region: str) -> WhySumContext:
    """Where a sum comes from."""
    return why_sum(desk(), request.actor, id, cell, "" if region == "-" else region)


@require_POST
def open_one(request: HttpRequest) -> HttpResponse:
    """Open a collection."""
    here, told = desk(), request.POST
    new = collecting.NewCollection(
        told.get("form", ""), told.get("period", ""), told.get("deadline", ""), told.get("title", ""),
        told.get("region", "").strip(), told.get("cluster", "").strip(), told.get("industry", "").strip(),
        tuple(told.get("only", "").replace("，", " ").replace(",", " ").split()), told.get("level", "below"),
        told.get("note", ""),
    )  # fmt: skip
    done = collecting.open_collection(here, new, by=request.actor, at=here.now())
    messages.success(request, _("Opened: %(asked)d must answer by %(deadline)s.") % vars(done))
    return HttpResponseRedirect(reverse("collection", args=[done.collection]))


@require_POST
def save_form(request: HttpRequest) -> HttpResponse:
    """Keep a form put together from indicators."""
    here, told = desk(), request.POST
    cells = [
        {
            "indicator": key, "unit": told.get(f"unit-{n}", "").strip(), "scope": told.get(f"scope-{n}", "").strip(),
            "span": told.get(f"span-{n}", "period"), "required": told.get(f"required-{n}") == "1",
            "key": key if told.get(f"span-{n}") != "to_date" else f"{key}_to_date",
        }
        for n in range(OWN_CELLS)
        if (key := told.get(f"indicator-{n}", "").strip())
    ]  # fmt: skip
    for cell in cells:
        cell["unit"] = cell["unit"] or here.indicators.get(str(cell["indicator"])).unit
    draft = collecting.FormDraft(
        told.get("key", ""), told.get("label", ""), "", told.get("respondents", "enterprise"), cells
    )
    made = collecting.save_form(here, draft, by=request.actor, at=here.now())
    messages.success(request, _("The form %(key)s was saved.") % {"key": made.key})
    return HttpResponseRedirect(reverse("collections"))


@require_POST
def close(request: HttpRequest, id: str) -> HttpResponse:
    """Take no more answers."""
    here = desk()
    collecting.close(here, id, by=request.actor, at=here.now())
    messages.success(request, _("The collection is closed."))
    return HttpResponseRedirect(reverse("collection", args=[id]))


@require_POST
def remind(request: HttpRequest, id: str) -> HttpResponse:
    """Remind who has not answered, or those chosen."""
    here, chosen = desk(), request.POST.getlist("respondent")
    text = request.POST.get("text", "")
    done = collecting_answers.remind(here, id, chosen, text, by=request.actor, at=here.now())
    messages.success(request, _("%(count)d were reminded.") % {"count": len(done.respondents)})
    return HttpResponseRedirect(reverse("collection", args=[id]))


@require_POST
def save(request: HttpRequest, id: str, respondent: str) -> HttpResponse:
    """Keep what was typed; gives what is noticed, to be put beside it."""
    here = desk()
    typed = _typed(request)
    collecting_answers.save(here, id, respondent, typed, by=request.actor, at=here.now())
    context = fill_page(here, request.actor, id, respondent, lang=get_language() or "zh")
    return render(request, "jiqun/collect/checks.html", {"page": context, "saved": True})


@require_POST
def send(request: HttpRequest, id: str, respondent: str) -> HttpResponse:
    """Send the answer; what is still to be settled is said beside what was typed."""
    here = desk()
    typed = _typed(request)
    if typed.cells:
        collecting_answers.save(here, id, respondent, typed, by=request.actor, at=here.now())
    try:
        collecting_send.send(here, id, respondent, by=request.actor, at=here.now())
    except RowErrors:
        context = fill_page(here, request.actor, id, respondent, lang=get_language() or "zh")
        answer_page = {"page": context, "still_open": True, "page_name": "collection-answer"}
        return render(request, "jiqun/collection_answer.html", answer_page, status=422)
    messages.success(request, _("Sent."))
    return HttpResponseRedirect(reverse("collection-answer", args=[id, respondent]))


@require_POST
def judge(request: HttpRequest, id: str, respondent: str) -> HttpResponse:
    """Accept the answer, or return it for correction."""
    here = desk()
    if request.POST.get("verb") == "accept":
        collecting_answers.accept(here, id, respondent, by=request.actor, at=here.now())
        messages.success(request, _("Accepted."))
    else:
        said = request.POST.get("remark", "")
        collecting_answers.return_answer(here, id, respondent, said, by=request.actor, at=here.now())
        messages.success(request, _("Returned for correction."))
    return HttpResponseRedirect(reverse("collection-answer", args=[id, respondent]))


def workbook_many(request: HttpRequest, id: str) -> HttpResponse:
    """The workbook with one row for each respondent one may answer for."""
    here, by = desk(), request.actor
    return _file(lambda target: collecting_workbooks.write_many(here, id, target, by=by), f"{id}.xlsx")


def workbook_one(request: HttpRequest, id: str, respondent: str) -> HttpResponse:
    """The workbook of one respondent, one row for each cell."""
    here, by, code = desk(), request.actor, respondent.partition(":")[2]
    return _file(
        lambda target: collecting_workbooks.write_one(here, id, respondent, target, by=by),
        f"{id}-{code}.xlsx",
    )


@require_POST
def upload_many(request: HttpRequest, id: str) -> HttpResponse:
    """Take a filled workbook in, and send what can be sent."""
    here, done = desk(), _read(request, id)
    said = _("%(rows)d rows were read, %(changed)d cells are new.") % {
        "rows": done.rows,
        "changed": done.changed,
    }
    messages.success(request, said)
    if request.POST.get("send") == "1" and done.respondents:
        sent = collecting_send.send_many(here, id, done.respondents, by=request.actor, at=here.now())
        messages.success(request, _("%(count)d were sent.") % {"count": len(sent.sent)})
        for one in sent.refused:
            said = _("%(name)s was not sent: %(count)d things are left to settle.")
            messages.error(request, said % {"name": one.label, "count": len(one.findings)})
    return HttpResponseRedirect(reverse("collection", args=[id]))


@require_POST
def upload_one(request: HttpRequest, id: str, respondent: str) -> HttpResponse:
    """Take one respondent's filled workbook in as its draft."""
    done = _read(request, id, respondent)
    messages.success(
        request, _("%(changed)d cells are new; look at them and send.") % {"changed": done.changed}
    )
    return HttpResponseRedirect(reverse("collection-answer", args=[id, respondent]))


def export(request: HttpRequest, id: str, what: str, form: str) -> HttpResponse:
    """The chasing list, how everybody stands, or the sums, as a file."""
    here, by = desk(), request.actor
    return _file(
        lambda target: collecting_exports.write(here, id, what, target, form, by=by, at=here.now()),
        f"{id}-{what}.{form}",
        form,
    )


def _read(request: HttpRequest, id: str, respondent: str = "") -> collecting_workbooks.Read:
    file, here = request.FILES.get("file"), desk()
    if file is None:
        raise InputError("upload.no_file")
    name = Path(file.name or "workbook.xlsx").name
    with tempfile.TemporaryDirectory(dir=here.uploads) as folder:
        target = Path(folder) / f"handed-in{Path(name).suffix[:8]}"
        with target.open("wb") as out:
            for piece in file.chunks():
                out.write(piece)
        return collecting_workbooks.read(
            here, id, target, name=name, by=request.actor, at=here.now(), respondent=respondent
        )


def _file(write: Callable[[Path], object], name: str, form: str = "xlsx") -> HttpResponse:
    with tempfile.TemporaryDirectory(dir=desk().uploads) as folder:
        target = Path(folder) / f"file.{form}"
        write(target)
        return file_response(
            target.read_bytes(), name=name, content_type=CONTENT_TYPES.get(form, "text/plain")
        )


def _typed(request: HttpRequest) -> Typed:
    """Cells and reasons of the form; a cell that reads as the ledger knows it says nothing new."""
    told = request.POST
    cells = {name.removeprefix(CELL): text for name, text in told.items() if name.startswith(CELL)}
    known = {name.removeprefix(KNOWN): text for name, text in told.items() if name.startswith(KNOWN)}
    new = {name: None if known.get(name) == text else text for name, text in cells.items()}
    return Typed(new, {name.removeprefix(WHY): text for name, text in told.items() if name.startswith(WHY)})


ONE = "collections/<str:id>/"
ANSWER = ONE + "answers/<path:respondent>/"
urlpatterns = [
    *Page("collections", "collections/", "jiqun/collections.html", collections).urls(),
    path("collections/open/", open_one, name="collections-open"),
    path("collections/forms/", save_form, name="collections-form"),
    *Page("collection", ONE, "jiqun/collection.html", collection).urls(),
    path(ONE + "close/", close, name="collection-close"),
    path(ONE + "remind/", remind, name="collection-remind"),
    path(ONE + "workbook.xlsx", workbook_many, name="collection-workbook"),
    path(ONE + "upload/", upload_many, name="collection-upload"),
    path(ONE + "export/<str:what>.<str:form>", export, name="collection-export"),
    *Page("collection-sum", ONE + "sums/<str:cell>/<str:region>/", "jiqun/collection_sum.html", sum_of,
          "jiqun/collect/sum.html").urls(),
    path(ANSWER + "save/", save, name="collection-save"),
    path(ANSWER + "send/", send, name="collection-send"),
    path(ANSWER + "judge/", judge, name="collection-judge"),
    path(ANSWER + "workbook.xlsx", workbook_one, name="collection-answer-workbook"),
    path(ANSWER + "upload/", upload_one, name="collection-answer-upload"),
    *Page("collection-answer", ANSWER, "jiqun/collection_answer.html", answer).urls(),
]  # fmt: skip
