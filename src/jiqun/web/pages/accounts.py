"""账号 the account pages: people, their roles and scopes; passwords are made at random and shown once."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiqun.actions import accounts as acts
from jiqun.actions.desk import desk
from jiqun.actions.reading import accounts as reading
from jiqun.web.answers import Page
from jiqun.web.pages.query import page_of, page_size, text_of


def accounts(request: HttpRequest) -> reading.AccountsContext:
    """The list of people."""
    return reading.accounts_page(
        desk(), request.actor, lang=get_language() or "zh", q=text_of(request, "q"), role=text_of(request, "role"),
        page=page_of(request), size=page_size(),
    )  # fmt: skip


def account(request: HttpRequest, id: int) -> reading.AccountContext:
    """One person."""
    return reading.account_page(desk(), request.actor, id, lang=get_language() or "zh")


@require_POST
def create(request: HttpRequest) -> HttpResponse:
    """Make an account and show its first password once."""
    here = desk()
    name, display = request.POST.get("username", ""), request.POST.get("display_name", "")
    return _shown_once(request, acts.create(here, name, display, by=request.actor, at=here.now()))


@require_POST
def renew_password(request: HttpRequest, id: int) -> HttpResponse:
    """Make a new password and show it once."""
    here = desk()
    return _shown_once(request, acts.renew_password(here, id, by=request.actor, at=here.now()))


@require_POST
def set_active(request: HttpRequest, id: int) -> HttpResponse:
    """Close the account or open it again."""
    here = desk()
    active = request.POST.get("active") == "1"
    acts.set_active(here, id, active, by=request.actor, at=here.now())
    messages.success(request, _("The account is open.") if active else _("The account is closed."))
    return _back(id)


@require_POST
def grant(request: HttpRequest, id: int) -> HttpResponse:
    """Give a role for a scope."""
    here = desk()
    scope = acts.scope_of(request.POST.get("scope", "all"))
    acts.grant(here, id, request.POST.get("role", ""), scope, by=request.actor, at=here.now())
    messages.success(request, _("The role was given."))
    return _back(id)


@require_POST
def revoke(request: HttpRequest, id: int, grant_id: int) -> HttpResponse:
    """Take a role back."""
    here = desk()
    acts.revoke(here, grant_id, by=request.actor, at=here.now())
    messages.success(request, _("The role was taken back."))
    return _back(id)


def _shown_once(request: HttpRequest, opened: acts.Opened) -> HttpResponse:
    context = account(request, opened.account.id)
    return render(request, "jiqun/account.html", {"page": context, "password": opened.password})


def _back(id: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("account", args=[id]))


urlpatterns = [
    *Page("accounts", "accounts/", "jiqun/accounts.html", accounts).urls(),
    path("accounts/create/", create, name="account-create"),
    *Page("account", "accounts/<int:id>/", "jiqun/account.html", account).urls(),
    path("accounts/<int:id>/password/", renew_password, name="account-password"),
    path("accounts/<int:id>/active/", set_active, name="account-active"),
    path("accounts/<int:id>/grant/", grant, name="account-grant"),
    path("accounts/<int:id>/revoke/<int:grant_id>/", revoke, name="account-revoke"),
]
