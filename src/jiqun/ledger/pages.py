"""A page of a list 分页."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet

Row = TypeVar("Row")
SIZE_MOST = 1000


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a longer list: page `number` (from 1) of `size` rows, `total` rows in all."""

    rows: tuple[Row, ...]
    total: int
    number: int
    size: int

    @property
    def pages(self) -> int:
        """Number of pages; at least one."""
        return max(1, -(-self.total // self.size))

    @property
    def has_next(self) -> bool:
        """Say whether a page follows."""
        return self.number < self.pages

    @property
    def has_previous(self) -> bool:
        """Say whether a page comes before."""
        return self.number > 1


def page_of(
    rows: QuerySet[Any], read: Callable[[QuerySet[Any]], Iterable[Row]], *, page: int, size: int
) -> Page[Row]:
    """Cut page `page` out of ordered `rows`; a number past the end gives the last page.

    The numbers of the rows come first, which an index answers alone, then the rows: the last page costs as the first.
    """
    size = max(1, min(size, SIZE_MOST))
    total = rows.order_by().count()
    number = max(1, min(page, max(1, -(-total // size))))
    start = (number - 1) * size
    ids = list(rows.values_list("pk", flat=True)[start : start + size])
    shown = rows.model._default_manager.filter(pk__in=ids).order_by(*rows.query.order_by)
    return Page(tuple(read(shown)), total, number, size)
