"""班次报表 the pages of shifts: the list, one shift with its evidence, reasons of stops, ending it, PDF and workbook."""

from datetime import date, datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiqun.actions import shift_files, shifts
from jiqun.actions.desk import ZONE, desk
from jiqun.actions.reading import shift_why as why
from jiqun.actions.reading import shifts as reading
from jiqun.actions.shift_days import named
from jiqun.core.errors import InputError
from jiqun.ledger.shift_ends import ShiftKey
from jiqun.ledger.stops import NewStopReason
from jiqun.web.answers import Page, file_response
from jiqun.web.pages.query import text_of
from jiqun.web.pages.recognitions import tried


def shift_list(request: HttpRequest, key: str) -> reading.ShiftsContext:
    """The shifts of two weeks."""
    last = text_of(request, "last")
    return reading.shifts_page(desk(), request.actor, key, last=_day(last) if last else None)


def shift(request: HttpRequest, key: str, day: str, name: str) -> reading.ShiftContext:
    """One shift."""
    return reading.shift_page(desk(), request.actor, _shift(request, key, day, name))


def shift_evidence(request: HttpRequest, key: str, day: str, name: str) -> why.ShiftWhyContext:
    """Where the figures of a line, machine or product of the shift come from."""
    told = text_of(request, "kind", "total"), text_of(request, "of")
    return why.shift_why(desk(), request.actor, _shift(request, key, day, name), *told)


@require_POST
def give_reason(request: HttpRequest, key: str, day: str, name: str) -> HttpResponse:
    """Say why a machine stood."""
    here, back = desk(), _address(request, key, day, name)

    def act() -> str:
        new = NewStopReason(
            _told(request, "machine"), _instant(_told(request, "from")), _instant(_told(request, "to")),
            _told(request, "kind"), _told(request, "reason") or _told(request, "usual"),
        )  # fmt: skip
        shifts.give_reason(here, key, new, by=request.actor, at=here.now())
        messages.success(request, _("The reason was noted."))
        return back + "#stops"

    return tried(request, act, back=back + "#stops")


@require_POST
def end(request: HttpRequest, key: str, day: str, name: str) -> HttpResponse:
    """End the shift."""
    here, back = desk(), _address(request, key, day, name)

    def act() -> str:
        done = shifts.end_shift(
            here, _shift(request, key, day, name), _told(request, "remark"), by=request.actor, at=here.now()
        )
        messages.success(request, _("The shift was ended; revision %(n)d is kept.") % {"n": done.revision})
        return back

    return tried(request, act, back=back)


def file(request: HttpRequest, key: str, day: str, name: str, form: str) -> HttpResponse:
    """The report as a file."""
    here = desk()
    lang = "zh" if (get_language() or "zh").startswith("zh") else "en"
    wanted = _shift(request, key, day, name)
    title, kind, body = shift_files.make_file(here, wanted, form, lang=lang, by=request.actor, at=here.now())
    return file_response(body, name=title, content_type=kind)


def _shift(request: HttpRequest, key: str, day: str, name: str) -> ShiftKey:
    line = (request.POST.get("line", "") if request.method == "POST" else "") or text_of(request, "line")
    return ShiftKey(key, *named(f"{day} {name}"), line[:64])


def _address(request: HttpRequest, key: str, day: str, name: str) -> str:
    line = request.POST.get("line", "")[:64]
    return reverse("factory-shift", args=[key, day, name]) + (f"?line={line}" if line else "")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError("gate.bad_date", seen=text[:40], allowed="2026-10-14") from None


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise InputError("stop.bad_time", seen=text[:40]) from None
    return found if found.tzinfo else found.replace(tzinfo=ZONE)


def _told(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\x00", "").strip()[:2500]


ROOT = "factories/<str:key>/shifts/"
ONE = ROOT + "<str:day>/<str:name>/"
urlpatterns = [
    *Page("factory-shifts", ROOT, "jiqun/factory_shifts.html", shift_list).urls(),
    *Page("factory-shift", ONE, "jiqun/factory_shift.html", shift).urls(),
    *Page(
        "factory-shift-why",
        ONE + "why/",
        "jiqun/factory_why.html",
        shift_evidence,
        "jiqun/work/shift_why.html",
    ).urls(),
    path(ONE + "reason/", give_reason, name="factory-shift-reason"),
    path(ONE + "end/", end, name="factory-shift-end"),
    path(ONE + "report.<str:form>", file, name="factory-shift-file"),
]
