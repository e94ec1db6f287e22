"""认定 the pages of automatic recognition: the rounds, one round, its publicity to print, one candidate with its ruling."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiqun.actions import deciding, objecting, recognising
from jiqun.actions.desk import desk
from jiqun.actions.reading import recognitions as reading
from jiqun.actions.recognising import NewRecognition
from jiqun.core.errors import InputError, JiqunError, RowErrors, WrongState
from jiqun.web.answers import Page
from jiqun.web.pages.query import page_of, page_size, text_of

PRINTED = 1000
WHAT = ("pack", "region", "on", "kind", "note")


def recognitions(request: HttpRequest) -> reading.RecognitionsContext:
    """The rounds."""
    return reading.recognitions_page(
        desk(), request.actor, state=text_of(request, "state"), page=page_of(request), size=page_size()
    )


def recognition(request: HttpRequest, id: str) -> reading.RecognitionContext:
    """One round."""
    state = text_of(request, "state")
    return reading.recognition_page(
        desk(), request.actor, id, state=state, page=page_of(request), size=page_size()
    )


def publicity(request: HttpRequest, id: str) -> reading.RecognitionContext:
    """One round as it is printed for the notice board."""
    return reading.recognition_page(desk(), request.actor, id, page=page_of(request), size=PRINTED)


def candidate(request: HttpRequest, id: int) -> reading.CandidateContext:
    """One candidate."""
    return reading.candidate_page(desk(), request.actor, id)


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Start a round."""
    here, told = desk(), {name: _told(request, name) for name in WHAT}
    years = _number(request, "years")

    def act() -> str:
        made = recognising.start(here, NewRecognition(**told, years=years), by=request.actor, at=here.now())
        messages.success(request, _("Candidates were found. Look at them, then make them public."))
        return reverse("recognition", args=[made.id])

    return tried(request, act, back=reverse("recognitions"))


@require_POST
def move(request: HttpRequest, id: str, name: str) -> HttpResponse:
    """Make public, decide, or withdraw."""
    here, there = desk(), reverse("recognition", args=[id])

    def act() -> str:
        if name == "publish":
            days = _number(request, "days")
            done = recognising.publish(here, id, by=request.actor, at=here.now(), days=days)
            messages.success(request, _("Public until %(day)s.") % {"day": done.public_until})
        elif name == "decide":
            came = deciding.decide(here, id, by=request.actor, at=here.now())
            told = {"granted": came.granted, "refused": came.refused, "waiting": came.waiting}
            messages.success(
                request,
                _("%(granted)d granted, %(refused)d refused, %(waiting)d wait for an objection.") % told,
            )
        else:
            recognising.withdraw(here, id, _told(request, "text"), by=request.actor, at=here.now())
            messages.success(request, _("The recognition was withdrawn."))
        return there

    return tried(request, act, back=there)


@require_POST
def refuse(request: HttpRequest, id: int) -> HttpResponse:
    """Leave a candidate out."""
    here, there = desk(), reverse("recognition-candidate", args=[id])

    def act() -> str:
        recognising.refuse(here, id, _told(request, "text"), by=request.actor, at=here.now())
        messages.success(request, _("The candidate was refused and told why."))
        return there

    return tried(request, act, back=there)


@require_POST
def object_to(request: HttpRequest, id: int) -> HttpResponse:
    """Object to a candidate."""
    here, files = desk(), [(one.name or "", one) for one in request.FILES.getlist("files")]

    def act() -> str:
        text = _told(request, "text")
        made = objecting.file_against(here, id, text, by=request.actor, at=here.now(), files=files)
        told = {"day": made.due_on}
        messages.success(request, _("Your objection was filed; the answer is due by %(day)s.") % told)
        return reverse("objection", args=[made.id])

    return tried(request, act, back=reverse("recognition-candidate", args=[id]))


def tried(request: HttpRequest, act: Callable[[], str], *, back: str) -> HttpResponse:
    """Do it and go where it says; what is wrong with what was typed, or with the moment, is said on the page before."""
    try:
        return HttpResponseRedirect(act())
    except (InputError, WrongState, RowErrors) as error:
        for sentence in _sentences(error):
            messages.error(request, sentence)
        return HttpResponseRedirect(back)


def _sentences(error: JiqunError) -> list[str]:
    lang, sentences = get_language() or "zh", desk().messages
    lines = error.errors if isinstance(error, RowErrors) else [error]
    return [sentences.sentence(line, lang) for line in lines]


def _told(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\x00", "").strip()[:2000]


def _number(request: HttpRequest, name: str) -> int:
    """A whole number, 0 when nothing was typed and -1 for what is none, which the action refuses."""
    text = _told(request, name)
    return 0 if not text else int(text) if text.isascii() and text.isdigit() and len(text) < 5 else -1


urlpatterns = [
    *Page("recognitions", "recognitions/", "jiqun/recognitions.html", recognitions).urls(),
    path("recognitions/start/", start, name="recognition-start"),
    *Page(
        "recognition-candidate", "recognitions/candidates/<int:id>/", "jiqun/recognition_candidate.html", candidate
    ).urls(),
    path("recognitions/candidates/<int:id>/refuse/", refuse, name="recognition-refuse"),
    path("recognitions/candidates/<int:id>/object/", object_to, name="recognition-object"),
    *Page("recognition", "recognitions/<str:id>/", "jiqun/recognition.html", recognition).urls(),
    *Page(
        "recognition-publicity", "recognitions/<str:id>/publicity/", "jiqun/recognition_publicity.html", publicity
    ).urls(),
    path("recognitions/<str:id>/publish/", move, {"name": "publish"}, name="recognition-publish"),
    path("recognitions/<str:id>/decide/", move, {"name": "decide"}, name="recognition-decide"),
    path("recognitions/<str:id>/withdraw/", move, {"name": "withdraw"}, name="recognition-withdraw"),
]  # fmt: skip
