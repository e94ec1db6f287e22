"""地图 the map of the 90 county units."""

from django.http import HttpRequest

from jiqun.actions.desk import desk
from jiqun.actions.reading.map import FACTS, MapContext, Pick, map_page
from jiqun.core.facts import Status
from jiqun.web import asking
from jiqun.web.answers import Page


def read_map(request: HttpRequest) -> MapContext:
    """The map for the picked indicator and year."""
    status = asking.text(request, "status")
    pick = Pick(
        indicator=asking.text(request, "indicator") or FACTS,
        year=asking.whole(request, "year"),
        status=status if status in set(Status) else Status.ACTUAL.value,
        synthetic=asking.flag(request, "synthetic"),
    )
    return map_page(desk(), request.actor, pick)


urlpatterns = Page("map", "map/", "jiqun/map.html", read_map, "jiqun/parts/map.html").urls()
