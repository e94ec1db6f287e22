"""梯度 the pages of ladders: the pyramid with lists and letters; the ladders, questions and radar of an enterprise."""

import tempfile
from datetime import date
from pathlib import Path

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import get_language, ngettext
from django.views.decorators.http import require_POST

from jiqun.actions import answering
from jiqun.actions.desk import desk
from jiqun.actions.export_files import CONTENT_TYPES
from jiqun.actions.reading import firm_ladder, ladder_letters, ladder_lists, ladders
from jiqun.core.errors import InputError, RowErrors
from jiqun.web import asking
from jiqun.web.answers import Page, file_response
from jiqun.web.pages.query import page_of, text_of

CELL_MOST = 200


def day_of(request: HttpRequest) -> date:
    """The day asked for, today when none is; InputError `rule.bad_day`."""
    text = text_of(request, "on")
    try:
        return date.fromisoformat(text) if text else desk().now().date()
    except ValueError:
        raise InputError("rule.bad_day", seen=text, allowed="2026-06-01") from None


def ask_of(request: HttpRequest) -> ladders.LadderAsk:
    """How a ladder is asked for."""
    return ladders.LadderAsk(
        day_of(request), text_of(request, "region"), text_of(request, "chain"), asking.text(request, "made_up") == "1",
        text_of(request, "rung"), text_of(request, "show"), text_of(request, "text"), _year(request), page_of(request),
    )  # fmt: skip


def _year(request: HttpRequest) -> int:
    """The year of a list of titles in force at its end; 0 for none."""
    return asking.whole(request, "year") if asking.whole(request, "year") in range(1990, 2200) else 0


def ladder(request: HttpRequest, key: str = "") -> ladders.LadderContext:
    """A ladder, the first one when none is named."""
    return ladders.ladder_page(desk(), request.actor, key, ask_of(request))


def letters(request: HttpRequest, key: str) -> ladder_letters.LettersContext:
    """Letters to the firms of a list, or to one."""
    return ladder_letters.letters_page(
        desk(), request.actor, key, ask_of(request), one=text_of(request, "firm")
    )


def firm(request: HttpRequest, key: str) -> firm_ladder.FirmLadderContext:
    """The ladders of an enterprise."""
    return firm_ladder.firm_ladder_page(desk(), request.actor, key, on=day_of(request))


def questions(request: HttpRequest, key: str) -> firm_ladder.FirmQuestionsContext:
    """What to ask of an enterprise."""
    return firm_ladder.firm_questions_page(desk(), request.actor, key, on=day_of(request))


def digital(request: HttpRequest, key: str) -> firm_ladder.DigitalContext:
    """The digital level of an enterprise."""
    return firm_ladder.digital_page(desk(), request.actor, key, on=day_of(request))


def export(request: HttpRequest, key: str, form: str) -> HttpResponse:
    """The list as a file."""
    here = desk()
    with tempfile.TemporaryDirectory(dir=here.uploads) as folder:
        target = Path(folder) / f"list.{form}"
        lang = get_language() or "zh"
        name = ladder_lists.write_list(
            here, request.actor, key, ask_of(request), path=target, form=form, lang=lang
        )
        return file_response(target.read_bytes(), name=name, content_type=CONTENT_TYPES[form])


@require_POST
def answer(request: HttpRequest, key: str) -> HttpResponse:
    """Put in what was asked of an enterprise; what is wrong is told and nothing is taken."""
    here = desk()
    given = {
        name.removeprefix("field-"): text.replace("\x00", "")[:CELL_MOST]
        for name, text in request.POST.items()
        if name.startswith("field-")
    }
    now = here.now()
    try:
        report = answering.answer(here, key, given, on=now.date(), by=request.actor, at=now)
    except RowErrors as error:
        for sentence in here.messages.sentences(error, get_language() or "zh"):
            messages.error(request, sentence)
        return HttpResponseRedirect(reverse("ladders-questions", args=[key]))
    told = ngettext(
        "%(n)s answer entered, batch %(batch)s.", "%(n)s answers entered, batch %(batch)s.", report.accepted
    )
    messages.success(request, told % {"n": report.accepted, "batch": report.batch_id or ""})
    return HttpResponseRedirect(reverse("ladders-firm", args=[key]))


urlpatterns = [
    *Page("ladders", "ladders/", "jiqun/ladder.html", ladder, fragment="jiqun/work/ladder.html").urls(),
    *Page("ladders-questions", "ladders/firms/<path:key>/questions/", "jiqun/firm_questions.html", questions).urls(),
    *Page("ladders-digital", "ladders/firms/<path:key>/digital/", "jiqun/firm_digital.html", digital).urls(),
    path("ladders/firms/<path:key>/answer/", answer, name="ladders-answer"),
    *Page("ladders-firm", "ladders/firms/<path:key>/", "jiqun/firm_ladder.html", firm).urls(),
    *Page("ladders-one", "ladders/<str:key>/", "jiqun/ladder.html", ladder, fragment="jiqun/work/ladder.html").urls(),
    *Page("ladders-letters", "ladders/<str:key>/letters/", "jiqun/ladder_letters.html", letters).urls(),
    path("ladders/<str:key>/list.<str:form>", export, name="ladders-export"),
]  # fmt: skip
