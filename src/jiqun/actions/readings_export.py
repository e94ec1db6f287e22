"""读数查数与导出: readings of a factory counted, or written into a file, for whoever may see the factory."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction

from jiqun.actions import factory_policy as policy
from jiqun.actions.desk import Desk
from jiqun.core.errors import InputError, NotFound
from jiqun.factory.instants import DAY, instant, midnight, moment
from jiqun.lake.readings.counting import ReadingCount
from jiqun.lake.readings.exporting import Progress, Told, export
from jiqun.lake.readings.rows import Span
from jiqun.ledger import audit, factories
from jiqun.ledger.permissions import Actor

ALLOWED = "2026-11-22  2026-11-22T08:00  2026-11-22T00:00:00Z"


@dataclass(frozen=True, slots=True)
class ReadingsAsk:
    """Which readings: of a factory, of some points (none for all), from `start_us` to before `end_us` (None is open)."""

    site: str
    points: tuple[str, ...] = ()
    start_us: int | None = None
    end_us: int | None = None


@dataclass(frozen=True, slots=True)
class ReadingsFile:
    """What was written."""

    rows: int
    path: Path
    bytes: int
    synthetic: bool


def asked(site: str, points: Sequence[str], first: str | None, last: str | None) -> ReadingsAsk:
    """The question in words as a question.

    points  keys, or <site>/<key>, all of one factory; first, last: days or instants, of Asia/Shanghai without a zone;
            a day as the last is in it whole
    InputError readings.no_site, readings.two_sites, factory.bad_instant, readings.nothing_between
    """
    named = [(before or site, key) for before, _, key in (point.rpartition("/") for point in points)]
    sites = {one for one, _ in named} | ({site} if site else set())
    if not sites or "" in sites:
        raise InputError("readings.no_site", seen=" ".join(points), allowed="--site KEY")
    if len(sites) > 1:
        raise InputError("readings.two_sites", seen=" ".join(sorted(sites)))
    start, end = _instant(first, whole_day=False), _instant(last, whole_day=True)
    if start is not None and end is not None and start >= end:
        raise InputError("readings.nothing_between", seen=f"{first} – {last}")
    return ReadingsAsk(sites.pop(), tuple(dict.fromkeys(key for _, key in named)), start, end)


def count_readings(desk: Desk, ask: ReadingsAsk, *, by: Actor) -> ReadingCount:
    """How many readings there are; NotFound factory.unknown, readings.unknown_point."""
    _may_read(desk, ask, by)
    return desk.readings.count(ask.site, ask.points, start_us=ask.start_us, end_us=ask.end_us)


def export_readings(
    desk: Desk,
    ask: ReadingsAsk,
    path: Path,
    *,
    by: Actor,
    at: datetime,
    progress: Progress = lambda _done, _all: None,
) -> ReadingsFile:
    """Write readings under `path` (.csv or .parquet), with a line of the audit trail; nobody's points but the factory's."""
    factory, units = _may_read(desk, ask, by)
    span = Span(ask.site, ask.points or tuple(units), ask.start_us, ask.end_us)
    rows = export(desk.lake, span, Told(units, factory.synthetic), path, progress)
    told = {"points": list(ask.points), "from": _shown(ask.start_us), "to": _shown(ask.end_us), "rows": rows}
    with transaction.atomic():
        audit.record(by, "readings.export", f"factory:{ask.site}", told, at=at, target_label=factory.name)
    return ReadingsFile(rows, path, path.stat().st_size, factory.synthetic)


def _may_read(desk: Desk, ask: ReadingsAsk, by: Actor) -> tuple[factories.Factory, dict[str, str]]:
    """The factory and the units of its points; every point asked for must be one of them, or have readings."""
    factory = factories.get(ask.site)
    policy.check_read(by, factory)
    units = {one.key: one.unit for one in factories.points(ask.site, retired=True)}
    for point in ask.points:
        if point not in units and not desk.readings.count(ask.site, point).readings:
            raise NotFound("readings.unknown_point", seen=f"{ask.site}/{point}")
    return factory, units


def _instant(text: str | None, *, whole_day: bool) -> int | None:
    """Microseconds of a day or an instant; of a day that ends a span, its end."""
    if text is None:
        return None
    found = instant(text)
    if found is None:
        raise InputError("factory.bad_instant", seen=text, allowed=ALLOWED)
    return found + DAY if whole_day and _is_day(text, found) else found


def _is_day(text: str, found: int) -> bool:
    return found == midnight(moment(found).date()) and ":" not in text and "T" not in text.upper()


def _shown(us: int | None) -> str | None:
    return None if us is None else moment(us).isoformat(timespec="microseconds")
