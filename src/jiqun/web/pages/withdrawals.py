"""撤回来源 the page of a withdrawal: what would change, one confirm, and bringing the source back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiqun.actions import withdrawals as acts
from jiqun.actions.desk import desk
from jiqun.actions.reading import withdrawals as reading
from jiqun.web.answers import Page


def withdrawal(request: HttpRequest, key: str) -> reading.WithdrawalContext:
    """What would change."""
    return reading.withdrawal_page(desk(), request.actor, key)


@require_POST
def withdraw(request: HttpRequest, key: str) -> HttpResponse:
    """Take the source back."""
    here = desk()
    done = acts.withdraw(here, key, request.POST.get("why", ""), by=request.actor, at=here.now())
    messages.success(
        request, _("The source was withdrawn: %(facts)d statements hidden.") % {"facts": done.facts}
    )
    return HttpResponseRedirect(reverse("withdrawal", args=[key]))


@require_POST
def bring_back(request: HttpRequest, key: str) -> HttpResponse:
    """Let the source speak again."""
    here = desk()
    done = acts.bring_back(here, key, by=request.actor, at=here.now())
    messages.success(request, _("The source speaks again: %(facts)d statements.") % {"facts": done.facts})
    return HttpResponseRedirect(reverse("withdrawal", args=[key]))


urlpatterns = [
    *Page("withdrawal", "sources/<str:key>/withdrawal/", "jiqun/withdrawal.html", withdrawal).urls(),
    path("sources/<str:key>/withdrawal/confirm/", withdraw, name="withdrawal-confirm"),
    path("sources/<str:key>/withdrawal/back/", bring_back, name="withdrawal-back"),
]
