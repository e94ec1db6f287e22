"""登录 entry: signing in and out, the language switch, and whether the server is alive."""

from django.conf import settings
from django.contrib.auth import load_backend, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django.views.i18n import set_language

from jiqun.actions import sessions
from jiqun.actions.desk import desk
from jiqun.core.errors import NotAllowed
from jiqun.ledger.accounts import actor_of
from jiqun.ledger.roles import Permission
from jiqun.web.answers import json_response, public
from jiqun.web.session import address_of, may

BACKEND = "django.contrib.auth.backends.ModelBackend"


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """Ask for name and password; on success go where the person wanted to."""
    onward = _onward(request)
    if request.method == "GET":
        if request.actor is not None:
            return HttpResponseRedirect(onward)
        return render(request, "jiqun/login.html", {"next": onward})
    username = request.POST.get("username", "").replace("\x00", "")[:150]
    try:
        account = sessions.sign_in(
            username,
            request.POST.get("password", "")[:1000],
            address=address_of(request),
            at=desk().now(),
            request_id=request.request_id,
        )
    except NotAllowed as error:
        said = desk().messages.sentence(error, get_language() or "zh")
        context = {"next": onward, "problem": said, "username": username}
        return render(request, "jiqun/login.html", context, status=429 if "many" in error.code else 403)
    login(request, load_backend(BACKEND).get_user(account.id), backend=BACKEND)
    return HttpResponseRedirect(_home(account.id) if onward == settings.LOGIN_REDIRECT_URL else onward)


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    sessions.sign_out(by=request.actor, at=desk().now())
    logout(request)
    return HttpResponseRedirect(settings.LOGIN_REDIRECT_URL)


@public
@require_http_methods(["GET", "HEAD"])
def health(request: HttpRequest) -> HttpResponse:
    """Say that the server answers."""
    del request
    return json_response({"ok": True})


def _home(user_id: int) -> str:
    """Where one begins who came for no page: the factories for who works at the machines, else the overview."""
    actor = actor_of(user_id)
    at_machines = may(actor, Permission.READ_FACTORY) and not may(actor, Permission.READ_ENTERPRISE)
    return reverse("factories") if at_machines else settings.LOGIN_REDIRECT_URL


def _onward(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else settings.LOGIN_REDIRECT_URL


urlpatterns = [
    path("login/", log_in, name="login"),
    path("logout/", log_out, name="logout"),
    path("language/", public(set_language), name="set_language"),
    path("health/", health, name="health"),
]
