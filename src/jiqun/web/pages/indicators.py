"""指标 indicators: the catalogue, and one indicator."""

from django.http import HttpRequest

from jiqun.actions.desk import desk
from jiqun.actions.reading.indicators import (
    IndicatorContext,
    IndicatorsContext,
    PlacesContext,
    indicator_page,
    indicators_page,
    places_page,
)
from jiqun.web import asking
from jiqun.web.answers import Page


def read_indicators(request: HttpRequest) -> IndicatorsContext:
    """The catalogue, narrowed by words of the name."""
    text, unused = asking.text(request, "q"), asking.flag(request, "unused")
    return indicators_page(desk(), request.actor, text=text, unused=unused)


def read_indicator(request: HttpRequest, key: str) -> IndicatorContext:
    """One indicator for one subject, or for all."""
    return indicator_page(
        desk(),
        request.actor,
        key,
        ask=asking.table_ask(request, sort="period", descending=True),
        subject=asking.text(request, "subject"),
        everything=asking.flag(request, "all"),
    )


def read_places(request: HttpRequest, key: str) -> PlacesContext:
    """County units side by side."""
    return places_page(desk(), request.actor, key)


urlpatterns = [
    *Page(
        "indicators", "indicators/", "jiqun/indicators.html", read_indicators, "jiqun/parts/indicators.html"
    ).urls(),
    *Page(
        "indicator",
        "indicators/<str:key>/",
        "jiqun/indicator.html",
        read_indicator,
        "jiqun/parts/statements.html",
    ).urls(),
    *Page(
        "indicator-places",
        "indicators/<str:key>/places/",
        "jiqun/places.html",
        read_places,
        "jiqun/parts/places.html",
    ).urls(),
]
