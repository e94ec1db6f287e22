"""地址参数 what the query of an address says: texts of bounded length, page numbers that are numbers."""

from django.http import HttpRequest

from jiqun import settings

TEXT_LIMIT = 200
PAGE_LIMIT = 100_000


def text_of(request: HttpRequest, name: str, default: str = "") -> str:
    """A word of the query, cut at TEXT_LIMIT and without control characters."""
    given = request.GET.get(name, default)
    return "".join(char for char in given if char.isprintable())[:TEXT_LIMIT].strip()


def page_of(request: HttpRequest) -> int:
    """The page asked for; the first when it is no number."""
    text = request.GET.get("page", "1")
    return max(1, min(int(text), PAGE_LIMIT)) if text.isascii() and text.isdigit() and len(text) < 9 else 1


def page_size() -> int:
    """Rows a table page shows."""
    return int(settings.setting("JIQUN_PAGE_ROWS"))
