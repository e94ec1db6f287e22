"""亩均 the per-mu page of a county, over the firms of a run or of the ledger, with what-if numbers."""

from django.http import HttpRequest

from jiqun.actions.desk import desk
from jiqun.actions.per_mu_ground import GroundAsk
from jiqun.actions.reading.per_mu import PerMuContext, per_mu_page
from jiqun.actions.reading.per_mu_list import ListAsk
from jiqun.actions.replay_files import LEDGER
from jiqun.web.answers import Page, is_fragment
from jiqun.web.pages.query import page_of, text_of

PREFIX = "n-"
NUMBERS_MOST = 100


def per_mu(request: HttpRequest) -> PerMuContext:
    """The firms asked for, under the numbers that hold or under those typed (`n-weight_…=30`)."""
    ask = GroundAsk(
        text_of(request, "from") or LEDGER, text_of(request, "region"), text_of(request, "tier"), text_of(request, "on")
    )  # fmt: skip
    names = [name for name in request.GET if name.startswith(PREFIX)][:NUMBERS_MOST]
    typed = {name.removeprefix(PREFIX): text_of(request, name) for name in names}
    wanted = ListAsk(text_of(request, "grade"), page_of(request))
    return per_mu_page(desk(), request.actor, ask, typed, again=is_fragment(request), wanted=wanted)


urlpatterns = Page(
    "per-mu", "per-mu/", "jiqun/per_mu.html", per_mu, fragment="jiqun/work/per_mu_result.html"
).urls()
