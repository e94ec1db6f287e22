"""预警页 the pages of warnings: the list with what they were worth, one warning, what a person says of it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiqun.actions import drift as acts
from jiqun.actions.desk import desk
from jiqun.actions.reading import drift_warnings as reading
from jiqun.web import asking
from jiqun.web.answers import Page
from jiqun.web.pages.query import page_of, page_size, text_of
from jiqun.web.pages.recognitions import tried


def warnings(request: HttpRequest, key: str) -> reading.DriftWarningsContext:
    """The list."""
    ask = reading.WarningsAsk(
        text_of(request, "standing"), text_of(request, "verdict"), text_of(request, "point"),
        asking.flag(request, "scored"),
    )  # fmt: skip
    return reading.drift_warnings(desk(), request.actor, key, ask, page=page_of(request), size=page_size())


def warning(request: HttpRequest, key: str, id: int) -> reading.DriftWarningContext:
    """One warning."""
    return reading.drift_warning(desk(), request.actor, key, id)


@require_POST
def judge(request: HttpRequest, key: str, id: int) -> HttpResponse:
    """Say whether it was useful; an empty verdict takes it back."""
    here, there = desk(), reverse("factories-warning", args=[key, id])

    def act() -> str:
        why = request.POST.get("why", "").replace("\x00", "")[:2000]
        told = acts.judge(
            here, key, id, request.POST.get("verdict", ""), why, by=request.actor, at=here.now()
        )
        messages.success(
            request, _("Your verdict was kept.") if told.verdict else _("The verdict was taken back.")
        )
        return there

    return tried(request, act, back=there)


urlpatterns = [
    *Page("factories-warnings", "factories/<str:key>/warnings/", "jiqun/factory_warnings.html", warnings).urls(),
    *Page("factories-warning", "factories/<str:key>/warnings/<int:id>/", "jiqun/factory_warning.html", warning).urls(),
    path("factories/<str:key>/warnings/<int:id>/judge/", judge, name="factories-warning-judge"),
]  # fmt: skip
