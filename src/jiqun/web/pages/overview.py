"""总览 overview: the programme desk, and the same on a wall (大屏)."""

from django.http import HttpRequest

from jiqun.actions.desk import desk
from jiqun.actions.reading.overview import OverviewContext, overview
from jiqun.web.answers import Page


def read_overview(request: HttpRequest) -> OverviewContext:
    """The overview."""
    return overview(desk(), request.actor)


def read_bigscreen(request: HttpRequest) -> OverviewContext:
    """The overview with the cartogram of what is known."""
    return overview(desk(), request.actor, with_map=True)


urlpatterns = [
    *Page("overview", "", "jiqun/overview.html", read_overview).urls(),
    *Page("bigscreen", "bigscreen/", "jiqun/bigscreen.html", read_bigscreen).urls(),
]
