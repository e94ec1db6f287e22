"""报警台 the pages of alarms of a factory: the console with its commands, the journal and its file."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiqun.actions import alarm_export
from jiqun.actions.alarm_bulk import KEYS_MOST, ManyDone, Order, Refusal, command_many
from jiqun.actions.desk import Desk, desk
from jiqun.actions.export_files import CONTENT_TYPES
from jiqun.actions.reading import alarm_console, alarm_journal
from jiqun.actions.reading.alarm_console import AlarmAsk, AlarmConsoleContext
from jiqun.actions.reading.alarm_journal import AlarmJournalContext, JournalAsk
from jiqun.actions.reading.alarm_words import move_label
from jiqun.core.errors import InputError, WrongState
from jiqun.factory.instants import moment
from jiqun.web import alarm_words, asking
from jiqun.web.answers import Page, file_response, is_fragment
from jiqun.web.pages.query import page_of, page_size, text_of
from jiqun.web.templatetags.jiqun import say

NAMES_SHOWN = 5
CONSOLE = "jiqun/work/alarm_console.html"


@dataclass(frozen=True)
class Said:
    """A sentence about what was done; is_error: it was not done."""

    text: str
    is_error: bool = False


def console(request: HttpRequest, key: str) -> AlarmConsoleContext:
    """The console."""
    return alarm_console.alarm_console(desk(), request.actor, key, _console_ask(request))


def journal(request: HttpRequest, key: str) -> AlarmJournalContext:
    """One page of the journal."""
    return alarm_journal.alarm_journal(
        desk(), request.actor, key, _journal_ask(request), page=page_of(request), size=page_size()
    )


def export(request: HttpRequest, key: str, form: str) -> HttpResponse:
    """The narrowed journal as a file."""
    here = desk()
    with TemporaryDirectory(dir=here.uploads) as folder:
        file = Path(folder) / f"alarms.{form}"
        alarm_export.export(here, file, form, key, _journal_ask(request), by=request.actor, at=here.now())
        body = file.read_bytes()
    name = f"报警日志-{key}-{here.now():%Y%m%d-%H%M}.{form}"
    return file_response(body, name=name, content_type=CONTENT_TYPES[form])


@require_POST
def act(request: HttpRequest, key: str) -> HttpResponse:
    """Do something with alarms: the console as it stands then, with what came of it."""
    here, at = desk(), desk().now()
    one, _gap, alone = request.POST.get("one", "").partition(" ")
    keys = [alone] if alone else request.POST.getlist("key")[: KEYS_MOST + 1]
    order = Order(one or request.POST.get("command", ""), _typed(request, "why"), _until(request, at))
    try:
        done = command_many(here, key, keys, order, by=request.actor, at=at)
        said = [*_sentences(here, order.name, done)]
    except (InputError, WrongState) as error:
        said = [Said(here.messages.sentence(error, get_language() or "zh"), is_error=True)]
    if is_fragment(request):
        context = {"page": console(request, key), "said": said, "page_name": "factories-alarms"}
        return render(request, CONSOLE, context)
    for line in said:
        (messages.error if line.is_error else messages.success)(request, line.text)
    query = request.META.get("QUERY_STRING", "")
    return HttpResponseRedirect(reverse("factories-alarms", args=[key]) + (f"?{query}" if query else ""))


def _sentences(here: Desk, name: str, done: ManyDone) -> Iterable[Said]:
    """What was done in one sentence, and one for each alarm that somebody else took before."""
    if done.done:
        names = [one.limit.name for one in done.done]
        shown = "、".join(names[:NAMES_SHOWN])
        if len(names) > NAMES_SHOWN:
            shown = _("%(names)s and %(count)d more") % {"names": shown, "count": len(names) - NAMES_SHOWN}
        yield Said(str(alarm_words.DONE[name]) % {"names": shown})
    for one in done.refused:
        yield Said(_refusal(here, name, one), is_error=True)


def _refusal(here: Desk, name: str, one: Refusal) -> str:
    """Who was there before, where a person was; else what the state allows."""
    last = one.last
    if isinstance(one.error, WrongState) and last is not None:
        told = {
            "name": last.limit_name,
            "who": last.by,
            "what": say(move_label(here.alarm_states, last.name, last.before, last.after)),
            "when": date_format(localtime(moment(last.at_us)), "m-d H:i:s"),
            "wanted": alarm_words.COMMANDS.get(name, name),
        }
        return (
            _("%(name)s: “%(wanted)s” is no longer possible. %(who)s was there before: %(what)s, %(when)s.")
            % told
        )
    return here.messages.sentence(one.error, get_language() or "zh")


def _until(request: HttpRequest, at: datetime) -> datetime | None:
    text = _typed(request, "minutes")
    return at + timedelta(minutes=int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else None


def _typed(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\x00", "").strip()[:2000]


def _console_ask(request: HttpRequest) -> AlarmAsk:
    return AlarmAsk(text_of(request, "state"), asking.whole(request, "priority"), text_of(request, "machine"))


def _journal_ask(request: HttpRequest) -> JournalAsk:
    return JournalAsk(*(text_of(request, name) for name in ("limit", "point", "kind", "since", "until")))


urlpatterns = [
    *Page("factories-alarms", "factories/<str:key>/alarms/", "jiqun/factory_alarms.html", console, CONSOLE).urls(),
    path("factories/<str:key>/alarms/do/", act, name="factories-alarms-do"),
    *Page(
        "factories-alarm-journal", "factories/<str:key>/alarms/journal/", "jiqun/factory_journal.html", journal
    ).urls(),
    path("factories/<str:key>/alarms/journal/export.<str:form>", export, name="factories-alarm-export"),
]  # fmt: skip
