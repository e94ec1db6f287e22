"""Asking 请求参数: how the query of an address becomes what a reading is asked."""

from django.http import HttpRequest

from jiqun import settings
from jiqun.actions.reading.archive import Ask
from jiqun.core.facts import Status
from jiqun.lake.listing import SORTS

SIZES = (25, 50, 100, 200)
TEXT_MOST = 100


def table_ask(request: HttpRequest, *, sort: str = "subject", descending: bool = False) -> Ask:
    """Sort, narrowing and page of a list of statements."""
    asked = text(request, "sort")
    status = text(request, "status")
    return Ask(
        sort=asked if asked in SORTS else sort,
        descending=text(request, "dir") == "desc" if asked in SORTS else descending,
        page=whole(request, "page", least=1),
        size=_size(request),
        status=status if status in set(Status) else "",
        text=text(request, "text"),
        real=flag(request, "real"),
    )


def text(request: HttpRequest, name: str) -> str:
    """A parameter as a short text, without characters a database refuses."""
    return request.GET.get(name, "").replace("\x00", "").strip()[:TEXT_MOST]


def whole(request: HttpRequest, name: str, *, least: int = 0) -> int:
    """A parameter as a whole number; anything else is the least one."""
    value = request.GET.get(name, "")
    return max(least, int(value)) if value.isascii() and value.isdigit() and len(value) < 8 else least


def flag(request: HttpRequest, name: str) -> bool:
    """A parameter as yes or no."""
    return request.GET.get(name, "") in ("1", "on", "true")


def _size(request: HttpRequest) -> int:
    size = whole(request, "size")
    return size if size in SIZES else int(settings.setting("JIQUN_PAGE_ROWS"))
