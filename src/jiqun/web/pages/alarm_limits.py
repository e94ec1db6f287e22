"""报警限值 the pages of limits: the table, the form of one, and what it would have done over the last day."""

from dataclasses import replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiqun.actions import alarm_limits as acts
from jiqun.actions.desk import Desk, desk
from jiqun.actions.reading import alarm_limits as reading
from jiqun.core.errors import InputError, RowErrors
from jiqun.web.alarm_words import FIELDS
from jiqun.web.answers import Page
from jiqun.web.pages.query import text_of

FORM, TRIAL = "jiqun/factory_limit.html", "jiqun/work/limit_trial.html"


def limits(request: HttpRequest, key: str) -> reading.AlarmLimitsContext:
    """The table."""
    return reading.alarm_limits(desk(), request.actor, key)


def limit(request: HttpRequest, key: str) -> reading.LimitFormContext:
    """The form of a limit, or of a new one."""
    return reading.limit_form(
        desk(), request.actor, key, limit=text_of(request, "limit"), point=text_of(request, "point")
    )


def trial(request: HttpRequest, key: str) -> reading.TrialContext:
    """What the limit typed so far would have done."""
    told = {name: text_of(request, name) for name in ("point", "side", *reading.NUMBERS)}
    return reading.limit_trial(desk(), request.actor, key, told)


@require_POST
def save(request: HttpRequest, key: str) -> HttpResponse:
    """Save what was typed; where something is wrong, the form stands as it was typed, with every mistake said."""
    here = desk()
    told = {name: request.POST.get(name, "").replace("\x00", "").strip()[:2000] for name in reading.EMPTY}
    is_new = bool(request.POST.get("is_new"))
    try:
        _check_new(key, told["key"], is_new=is_new)
        unheard = acts.set_limits(here, key, [reading.limit_of(told)], by=request.actor, at=here.now())
    except (InputError, RowErrors) as error:
        page = reading.form_again(
            here, request.actor, key, told, is_new=is_new, problems=_problems(here, error)
        )
        return render(request, FORM, {"page": page, "page_name": "factories-limit"}, status=400)
    messages.success(request, _("The limit was saved: %(name)s") % {"name": told["name"]})
    if unheard:
        messages.error(
            request, _("No box has told of the point %(point)s yet.") % {"point": ", ".join(unheard)}
        )
    return HttpResponseRedirect(reverse("factories-limits", args=[key]))


def _check_new(factory: str, key: str, *, is_new: bool) -> None:
    """A new limit never overwrites another; InputError alarm.limit_twice."""
    if is_new and reading.is_taken(factory, key):
        raise InputError("alarm.limit_twice", column="key", seen=key)


def _problems(here: Desk, error: InputError | RowErrors) -> tuple[str, ...]:
    """Every mistake with the word of its field."""
    lang = get_language() or "zh"
    if isinstance(error, RowErrors):
        return tuple(
            f"{FIELDS.get(one.column, one.column)}: {here.messages.sentence(replace(one, file='', column=''), lang)}"
            for one in error.errors
        )
    column = str(error.facts.get("column", ""))
    bare = type(error)(error.code, **{k: v for k, v in error.facts.items() if k != "column"})
    return (f"{FIELDS.get(column, column)}: {here.messages.sentence(bare, lang)}".removeprefix(": "),)


urlpatterns = [
    *Page(
        "factories-limits", "factories/<str:key>/alarms/limits/", "jiqun/factory_limits.html", limits
    ).urls(),
    *Page("factories-limit", "factories/<str:key>/alarms/limit/", FORM, limit).urls(),
    *Page("factories-limit-trial", "factories/<str:key>/alarms/limit/trial/", TRIAL, trial).urls(),
    path("factories/<str:key>/alarms/limit/save/", save, name="factories-limit-save"),
]
