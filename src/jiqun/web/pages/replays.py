"""重放 the pages of drafts and replays of a policy, and the letters to the firms of a run."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiqun.actions import policy_drafts, policy_replays
from jiqun.actions.desk import desk
from jiqun.actions.export_files import CONTENT_TYPES
from jiqun.actions.per_mu_ground import GroundAsk
from jiqun.actions.policy_numbers import tiers_of
from jiqun.actions.reading import policy_drafts as draft_reading
from jiqun.actions.reading import policy_letters as letter_reading
from jiqun.actions.reading import policy_replays as reading
from jiqun.actions.replay_files import LEDGER
from jiqun.core.errors import PackErrors, RowErrors
from jiqun.web import asking
from jiqun.web.answers import Page, file_response
from jiqun.web.pages.per_mu import NUMBERS_MOST, PREFIX
from jiqun.web.pages.query import page_of, text_of

CELL_MOST = 200


def drafts(request: HttpRequest) -> draft_reading.DeskContext:
    """Drafts and replays of the office, and the form to start one."""
    return draft_reading.desk_page(desk(), request.actor, text_of(request, "from"))


def draft(request: HttpRequest, id: str) -> draft_reading.DraftContext:
    """One draft."""
    return draft_reading.draft_page(desk(), request.actor, id, get_language() or "zh")


def replay(request: HttpRequest, id: str) -> reading.ReplayContext:
    """One replay with its moves."""
    ask = reading.MovesAsk(
        text_of(request, "way"), text_of(request, "region"), text_of(request, "text"), page_of(request)
    )
    return reading.replay_page(desk(), request.actor, id, ask, lang=get_language() or "zh")


def letters(request: HttpRequest, id: str) -> letter_reading.LettersContext:
    """Letters to the firms of a run."""
    ask = letter_reading.LettersAsk(
        text_of(request, "region"), text_of(request, "tier"), text_of(request, "grade"), asking.flag(request, "near"),
        asking.whole(request, "row"), text_of(request, "starts"), text_of(request, "days"), text_of(request, "contact"),
        page_of(request),
    )  # fmt: skip
    return letter_reading.letters_page(desk(), request.actor, id, ask)


@require_POST
def begin_draft(request: HttpRequest) -> HttpResponse:
    """Copy a version into a draft."""
    told = _told(request, "pack", "version", "on", "region", "name")
    pack, _sign, version = told["pack"].partition("|")
    order = policy_drafts.DraftOrder(
        pack, told["version"] or version, told["on"], told["region"], told["name"]
    )
    here = desk()
    made = policy_drafts.begin(here, order, by=request.actor, at=here.now())
    return HttpResponseRedirect(reverse("policies-draft", args=[made.id]))


@require_POST
def draft_of_trial(request: HttpRequest) -> HttpResponse:
    """A draft with the numbers tried on the per-mu page."""
    here = desk()
    told = _told(request, "from", "region", "tier", "on")
    ask = GroundAsk(told["from"] or LEDGER, told["region"], told["tier"], told["on"])
    values = {name.removeprefix(PREFIX): text for name, text in _typed(request, PREFIX).items()}
    made = policy_drafts.begin_trial(here, ask, values, by=request.actor, at=here.now())
    return HttpResponseRedirect(reverse("policies-draft", args=[made.id]))


@require_POST
def keep_numbers(request: HttpRequest, id: str) -> HttpResponse:
    """Keep the numbers typed in a draft."""
    here = desk()
    held = policy_drafts.read(here, id, by=request.actor)
    try:
        pack = policy_drafts.pack_of(here, held)
        known = {one.key: one for one in pack.versions}
        tiers = tiers_of(pack, known.get(held.version) or pack.versions[-1])
        typed = policy_drafts.Typed(
            _by_tier(_typed(request, "p-"), tiers),
            {name.removeprefix("t-"): text for name, text in _typed(request, "t-").items()},
        )
        policy_drafts.keep_numbers(here, id, typed, by=request.actor, at=here.now())
    except (RowErrors, PackErrors) as error:
        for sentence in here.messages.sentences(error, get_language() or "zh")[:20]:
            messages.error(request, sentence)
    else:
        messages.success(request, _("The numbers of the draft are kept."))
    return HttpResponseRedirect(reverse("policies-draft", args=[id]))


@require_POST
def keep_text(request: HttpRequest, id: str) -> HttpResponse:
    """Keep the rule as it was typed."""
    here = desk()
    text = request.POST.get("text", "").replace("\x00", "")
    policy_drafts.keep_text(here, id, text, by=request.actor, at=here.now())
    messages.success(request, _("The rule of the draft is kept as typed."))
    return HttpResponseRedirect(reverse("policies-draft", args=[id]))


@require_POST
def throw_draft_away(request: HttpRequest, id: str) -> HttpResponse:
    """Remove a draft."""
    here = desk()
    policy_drafts.throw_away(here, id, by=request.actor, at=here.now())
    messages.success(request, _("The draft was thrown away."))
    return HttpResponseRedirect(reverse("policies-drafts"))


@require_POST
def begin_replay(request: HttpRequest) -> HttpResponse:
    """Queue a replay."""
    here = desk()
    told = _told(request, "run", "before", "before_on", "after", "after_on", "pack", "region")
    made = policy_replays.begin(here, policy_replays.ReplayAsk(**told), by=request.actor, at=here.now())
    return HttpResponseRedirect(reverse("policies-replay", args=[made.id]))


@require_POST
def throw_replay_away(request: HttpRequest, id: str) -> HttpResponse:
    """Remove a replay."""
    here = desk()
    policy_replays.throw_away(here, id, by=request.actor, at=here.now())
    messages.success(request, _("The replay was thrown away."))
    return HttpResponseRedirect(reverse("policies-drafts"))


def moves(request: HttpRequest, id: str, form: str) -> HttpResponse:
    """Every firm that rises or falls, as a file."""
    here = desk()
    with tempfile.TemporaryDirectory(dir=here.uploads) as folder:
        target = Path(folder) / f"moves.{form}"
        name = reading.write_moves(here, request.actor, id, target, form)
        return file_response(target.read_bytes(), name=name, content_type=CONTENT_TYPES[form])


def _told(request: HttpRequest, *names: str) -> dict[str, str]:
    return {name: request.POST.get(name, "").replace("\x00", "").strip()[:CELL_MOST] for name in names}


def _typed(request: HttpRequest, prefix: str) -> dict[str, str]:
    names = [name for name in request.POST if name.startswith(prefix)]
    return _told(request, *names[: 3 * NUMBERS_MOST])


def _by_tier(typed: Mapping[str, str], tiers: tuple[str, ...]) -> dict[tuple[str, str], str]:
    """`p-1-quota_a` is a number of the second tier."""
    found: dict[tuple[str, str], str] = {}
    for field, text in typed.items():
        place, _sign, name = field.removeprefix("p-").partition("-")
        if place.isascii() and place.isdigit() and int(place) < len(tiers):
            found[tiers[int(place)], name] = text
    return found


urlpatterns = [
    *Page("policies-drafts", "policies/replay/", "jiqun/policy_drafts.html", drafts).urls(),
    path("policies/drafts/begin/", begin_draft, name="policies-draft-begin"),
    path("policies/drafts/of-trial/", draft_of_trial, name="policies-draft-trial"),
    *Page("policies-draft", "policies/drafts/<str:id>/", "jiqun/policy_draft.html", draft).urls(),
    path("policies/drafts/<str:id>/numbers/", keep_numbers, name="policies-draft-numbers"),
    path("policies/drafts/<str:id>/text/", keep_text, name="policies-draft-text"),
    path("policies/drafts/<str:id>/throw-away/", throw_draft_away, name="policies-draft-throw-away"),
    path("policies/replays/begin/", begin_replay, name="policies-replay-begin"),
    *Page(
        "policies-replay", "policies/replays/<str:id>/", "jiqun/policy_replay.html", replay,
        fragment="jiqun/work/policy_replay.html",
    ).urls(),
    path("policies/replays/<str:id>/moves.<str:form>", moves, name="policies-moves"),
    path("policies/replays/<str:id>/throw-away/", throw_replay_away, name="policies-replay-throw-away"),
    *Page("policies-letters", "policies/runs/<str:id>/letters/", "jiqun/policy_letters.html", letters).urls(),
]  # fmt: skip
