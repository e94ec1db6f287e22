"""指标 indicators: the catalogue, and one indicator."""

from django.http import HttpRequest

from jiqun.actions.desk import desk
from jiqun.actions.reading.indicators import IndicatorContext, IndicatorsContext, indicator_page, indicators_page
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


urlpatterns = [
    *Page("indicators", "indicators/", "jiqun/indicators.html", read_indicators, "jiqun/parts/indicators.html").urls(),
    *Page("indicator", "indicators/<str:key>/", "jiqun/indicator.html", read_indicator, "jiqun/parts/statements.html").urls(),
]
