"""来源 sources: the list, and one source in reading order."""

from django.http import HttpRequest

from jiqun.actions.desk import desk
from jiqun.actions.reading.documents import SourceContext, SourcesContext, source_page, sources_page
from jiqun.core.facts import Status
from jiqun.web import asking
from jiqun.web.answers import Page


def read_sources(request: HttpRequest) -> SourcesContext:
    """Every source."""
    return sources_page(desk(), request.actor)


def read_source(request: HttpRequest, key: str) -> SourceContext:
    """One source with what was taken from it."""
    status = asking.text(request, "status")
    return source_page(
        desk(),
        request.actor,
        key,
        page=asking.whole(request, "page", least=1),
        text=asking.text(request, "text"),
        status=status if status in set(Status) else "",
    )


urlpatterns = [
    *Page("sources", "sources/", "jiqun/sources.html", read_sources).urls(),
    *Page(
        "source", "sources/<str:key>/", "jiqun/source.html", read_source, "jiqun/parts/passages.html"
    ).urls(),
]
