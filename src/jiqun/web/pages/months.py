"""月度上报 the pages of months: what would be sent, consent, the word on the register, sending, taking back, evidence."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiqun.actions import months
from jiqun.actions.desk import desk
from jiqun.actions.reading import months as reading
from jiqun.web import asking
from jiqun.web.answers import Page
from jiqun.web.pages.query import text_of
from jiqun.web.pages.recognitions import tried


def month_list(request: HttpRequest, key: str) -> reading.MonthsContext:
    """A month of a factory."""
    oee = "always" if asking.flag(request, "reckon") else "quick"
    return reading.months_page(desk(), request.actor, key, text_of(request, "month"), oee=oee)


def evidence(request: HttpRequest, key: str, month: str, indicator: str) -> reading.MonthWhyContext:
    """What a figure rests on."""
    return reading.month_why(desk(), request.actor, key, month, indicator, day=text_of(request, "day"))


@require_POST
def consent(request: HttpRequest, key: str) -> HttpResponse:
    """Give or withdraw a consent."""
    here, back = desk(), _back(request, key)

    def act() -> str:
        told = {"by": request.actor, "at": here.now()}
        indicator = _told(request, "indicator")
        if _told(request, "move") == "withdraw":
            months.withdraw_consent(here, key, indicator, **told)
            messages.success(
                request, _("The consent was withdrawn; what was sent stays until you take it back.")
            )
        else:
            since, purpose = _told(request, "from_month"), _told(request, "purpose")
            months.give_consent(here, key, indicator, since, purpose=purpose, **told)
            messages.success(request, _("The consent was noted."))
        return back

    return tried(request, act, back=back)


@require_POST
def register(request: HttpRequest, key: str) -> HttpResponse:
    """Say whether the register of machines is complete."""
    here, back = desk(), _back(request, key)

    def act() -> str:
        months.say_register(
            here, key, complete=_told(request, "complete") == "1", by=request.actor, at=here.now()
        )
        messages.success(request, _("Noted."))
        return back

    return tried(request, act, back=back)


@require_POST
def send(request: HttpRequest, key: str) -> HttpResponse:
    """Send a month."""
    here, back = desk(), _back(request, key)

    def act() -> str:
        done = months.send(here, key, _told(request, "month"), by=request.actor, at=here.now())
        told = {"n": len(done.figures), "month": done.month}
        messages.success(
            request, _("%(n)d figures of %(month)s now stand in the enterprise's ledger.") % told
        )
        return back

    return tried(request, act, back=back)


@require_POST
def take_back(request: HttpRequest, key: str) -> HttpResponse:
    """Take a batch back."""
    here, back = desk(), _back(request, key)

    def act() -> str:
        months.take_back(here, key, _told(request, "batch"), by=request.actor, at=here.now())
        messages.success(request, _("The batch was taken back; its figures no longer hold."))
        return back

    return tried(request, act, back=back)


def _back(request: HttpRequest, key: str) -> str:
    month = _told(request, "month")[:7]
    return reverse("factory-months", args=[key]) + (f"?month={month}" if month else "")


def _told(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\x00", "").strip()[:400]


ROOT = "factories/<str:key>/months/"
urlpatterns = [
    *Page("factory-months", ROOT, "jiqun/factory_months.html", month_list).urls(),
    path(ROOT + "consent/", consent, name="factory-month-consent"),
    path(ROOT + "register/", register, name="factory-month-register"),
    path(ROOT + "send/", send, name="factory-month-send"),
    path(ROOT + "take-back/", take_back, name="factory-month-take-back"),
    *Page(
        "factory-month-why", ROOT + "<str:month>/<str:indicator>/", "jiqun/factory_why.html", evidence,
        "jiqun/work/month_why.html",
    ).urls(),
]  # fmt: skip
