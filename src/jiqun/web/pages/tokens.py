"""令牌 the token page: one's API tokens; a new one is shown once."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiqun.actions import tokens as acts
from jiqun.actions.accounts import scope_of
from jiqun.actions.desk import desk
from jiqun.actions.reading import tokens as reading
from jiqun.core.errors import InputError
from jiqun.web.answers import Page


def tokens(request: HttpRequest) -> reading.TokensContext:
    """The tokens."""
    everybody = request.GET.get("everybody") == "1"
    return reading.tokens_page(desk(), request.actor, lang=get_language() or "zh", everybody=everybody)


@require_POST
def issue(request: HttpRequest) -> HttpResponse:
    """Make a token and show it once."""
    here, days = desk(), request.POST.get("days", "90")
    if not (days.isascii() and days.isdigit() and len(days) < 5):
        raise InputError("token.days", seen=days, allowed=f"1–{acts.LONGEST_DAYS}")
    issued = acts.issue(
        here, request.POST.get("label", ""), request.POST.getlist("permissions"), by=request.actor, at=here.now(),
        scope=scope_of(request.POST.get("scope", "all")), days=int(days),
    )  # fmt: skip
    return render(request, "jiqun/tokens.html", {"page": tokens(request), "plaintext": issued.plaintext})


@require_POST
def revoke(request: HttpRequest, id: int) -> HttpResponse:
    """Make a token useless."""
    here = desk()
    acts.revoke(here, id, by=request.actor, at=here.now())
    messages.success(request, _("The token was revoked."))
    return HttpResponseRedirect(reverse("tokens"))


urlpatterns = [
    *Page("tokens", "tokens/", "jiqun/tokens.html", tokens).urls(),
    path("tokens/issue/", issue, name="token-issue"),
    path("tokens/<int:id>/revoke/", revoke, name="token-revoke"),
]
