"""合成示范县 the synthetic county: whether a reader can be shown it where nothing is known of real firms yet."""

from collections.abc import Iterator

from jiqun.actions.imports_enterprises import made_up_regions
from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.statements import Label
from jiqun.ledger.permissions import ANYWHERE, Permission, can

DAY = "2026-06-01"
"""The day its titles and figures are made for."""


def sample_day(archive: Archive) -> str:
    """The day to look at the synthetic county on; "" where there is none or this person may not see it."""
    may_see = can(archive.actor, Permission.VIEW_SYNTHETIC, target_scope=ANYWHERE)
    return DAY if may_see and made_up_regions() else ""


def places_to_choose(archive: Archive, *, made_up: bool) -> tuple[tuple[str, Label], ...]:
    """Code and name of every place a page can be narrowed to: the made-up ones, or each city with its counties."""
    return tuple(_made_up(archive) if made_up else _real(archive))


def _made_up(archive: Archive) -> Iterator[tuple[str, Label]]:
    for code in sorted(made_up_regions()):
        yield code, archive.link(f"region:{code}").label


def _real(archive: Archive) -> Iterator[tuple[str, Label]]:
    regions = archive.desk.regions
    for city in regions.cities():
        for one in regions.subtree(city.code):
            yield one.code, archive.region_label(one.code)
