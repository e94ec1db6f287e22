"""依据 why: where a number comes from; in the drawer for htmx, as a page of its own otherwise."""

from django.http import HttpRequest

from jiqun.actions.desk import desk
from jiqun.actions.reading.counting import WhyCountContext, why_count
from jiqun.actions.reading.why import WhyFactContext, why_fact
from jiqun.web import asking
from jiqun.web.answers import Page


def read_fact(request: HttpRequest, fact_id: str) -> WhyFactContext:
    """Where a stated number comes from."""
    return why_fact(desk(), request.actor, fact_id)


def read_count(request: HttpRequest, name: str) -> WhyCountContext:
    """How a number of ours was counted."""
    return why_count(desk(), request.actor, name, about=asking.text(request, "about"))


urlpatterns = [
    *Page(
        "why-fact", "why/fact/<str:fact_id>/", "jiqun/why.html", read_fact, "jiqun/parts/why_fact.html"
    ).urls(),
    *Page(
        "why-count", "why/count/<str:name>/", "jiqun/why.html", read_count, "jiqun/parts/why_count.html"
    ).urls(),
]
