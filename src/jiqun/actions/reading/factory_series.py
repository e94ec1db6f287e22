"""测点曲线 the course of one point for a chart: downsampled by the server, extremes kept, gaps left open."""

from dataclasses import dataclass

from jiqun.actions import factory_policy as policy
from jiqun.actions.desk import Desk
from jiqun.actions.reading.factory_site import sites_of
from jiqun.core.errors import InputError, NotFound
from jiqun.factory.instants import DAY, micros_of
from jiqun.ledger import factories
from jiqun.ledger.permissions import Actor

LONGEST = 1100 * DAY
MOST, USUAL = 5_000, 1_200


@dataclass(frozen=True)
class SeriesContext:
    """A point from start to end, in equally long columns; a step without a reading is not there.

    bucket_us  size of a step; 0 where each reading stands for itself
    gaps       from, to (microseconds) of which the box says that something is lost
    source     raw or rollup
    """

    point: str
    name: str
    unit: str
    kind: str
    start_us: int
    end_us: int
    bucket_us: int
    source: str
    t_us: tuple[int, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    mean: tuple[float | None, ...]
    count: tuple[int, ...]
    bad: tuple[int, ...]
    gaps: tuple[tuple[int, int], ...]


def factory_series(
    desk: Desk, by: Actor, key: str, point: str, *, start_us: int, end_us: int, most: int = USUAL
) -> SeriesContext:
    """The series; InputError factory.bad_span, NotFound factory.no_such_point."""
    factory = factories.get(key)
    policy.check_read(by, factory)
    one = next((one for one in factories.points(key, retired=True) if one.key == point), None)
    if one is None:
        raise NotFound("factory.no_such_point", seen=point)
    end_us = end_us or micros_of(desk.now())
    if not 0 < end_us - start_us <= LONGEST or start_us < 0:
        raise InputError("factory.bad_span", seen=f"{start_us}–{end_us}", allowed=f"≤ {LONGEST // DAY} d")
    reader = sites_of(desk).reader
    found = reader.series(key, point, start_us=start_us, end_us=end_us, most=max(10, min(most, MOST)))
    gaps = tuple((int(str(row["from_us"])), int(str(row["to_us"]))) for row in reader.gaps(key, start_us, end_us))
    return SeriesContext(
        one.key, one.name, one.unit, one.kind, start_us, end_us, found.bucket_us, found.source, found.t_us, found.low,
        found.high, found.mean, found.count, found.bad, gaps,
    )  # fmt: skip
