"""工厂 the pages of factories: the list, one factory live, one machine over a day, the evidence of their numbers."""

import json
from collections.abc import Callable
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import path
from django.utils.translation import get_language, override

from jiqun import settings
from jiqun.actions.desk import desk
from jiqun.actions.reading import factory_live, factory_machine, factory_why
from jiqun.actions.reading.factory_live import FactoryListContext, FactoryLiveContext
from jiqun.actions.reading.factory_machine import FactoryMachineContext
from jiqun.actions.reading.factory_why import FactoryWhyContext, WhyAsk
from jiqun.web import asking, live
from jiqun.web.answers import Page
from jiqun.web.factory_drawing import ages, waterfall

STREAM_S = 25.0
PARTS = "jiqun/work/"


def factories(request: HttpRequest) -> FactoryListContext:
    """The factories one may see."""
    return factory_live.factory_list(desk(), request.actor)


def one(request: HttpRequest, key: str) -> FactoryLiveContext:
    """One factory live."""
    return factory_live.factory_live(desk(), request.actor, key)


def machine(request: HttpRequest, key: str, machine: str) -> FactoryMachineContext:
    """One machine on one day."""
    return factory_machine.factory_machine(desk(), request.actor, key, machine, day=_day(request))


def why(request: HttpRequest, key: str) -> FactoryWhyContext:
    """Where a number comes from."""
    ask = WhyAsk(
        asking.text(request, "what") or "point", asking.text(request, "machine"), asking.text(request, "point"),
        _micros(request, "start"), _micros(request, "end"), asking.text(request, "shift"), asking.text(request, "product"),
    )  # fmt: skip
    return factory_why.factory_why(desk(), request.actor, key, ask)


def live_factory(request: HttpRequest, key: str) -> HttpResponse:
    """One factory as events: whatever changed on its page, each second."""
    factory_live.factory_live(desk(), request.actor, key)  # who may not is told so before a stream begins
    most = int(settings.setting("JIQUN_LIVE_STREAMS"))
    return live.stream(_parts_of(request, key), most=most, seconds=STREAM_S)


def _parts_of(request: HttpRequest, key: str) -> Callable[[], live.Parts]:
    """The pieces of the page as they stand now, in the language of the reader; drawn anew when something changed."""
    language = get_language() or "zh-hans"

    def parts() -> live.Parts:
        page = factory_live.factory_live(desk(), request.actor, key)
        with override(language):
            return parts_of(page, "zh" if language.startswith("zh") else "en")

    return parts


def parts_of(page: FactoryLiveContext, lang: str) -> dict[str, str]:
    """The pieces of a factory's page by name."""
    told = {"page": page, "lang": lang}
    found = {
        "ages": ages(page),
        "head": render_to_string(f"{PARTS}factory_head.html", told),
        "alarms": render_to_string(f"{PARTS}factory_open_alarms.html", told),
        "boxes": render_to_string(f"{PARTS}factory_boxes.html", told),
    }
    for line in page.lines:
        found[f"line-{line.key}"] = render_to_string(f"{PARTS}factory_line_head.html", told | {"line": line})
        found[f"losses-{line.key}"] = json.dumps(waterfall(line.losses), ensure_ascii=False)
        for tile in line.tiles:
            found[f"tile-{tile.key}"] = render_to_string(f"{PARTS}factory_tile.html", told | {"tile": tile})
    return found


def _day(request: HttpRequest) -> date | None:
    try:
        return date.fromisoformat(asking.text(request, "day"))
    except ValueError:
        return None


def _micros(request: HttpRequest, name: str) -> int:
    text = asking.text(request, name)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 17 else 0


urlpatterns = [
    *Page("factories", "factories/", "jiqun/factories.html", factories).urls(),
    *Page("factories-one", "factories/<str:key>/", "jiqun/factory_live.html", one).urls(),
    path("factories/<str:key>/live/", live_factory, name="factories-live"),
    *Page(
        "factories-why", "factories/<str:key>/why/", "jiqun/readings_why.html", why, "jiqun/parts/why_readings.html"
    ).urls(),
    *Page(
        "factories-machine", "factories/<str:key>/machines/<str:machine>/", "jiqun/factory_machine.html", machine
    ).urls(),
]  # fmt: skip
