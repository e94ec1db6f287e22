"""质量卡 quality cards: how the readings of each point fared in a span, and the values held by their reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import ibis.expr.types as ir

from jiqun.lake.compile import compiled, param, table
from jiqun.lake.readings.beside import Row, instant_of, plain_row
from jiqun.lake.readings.files import between, source
from jiqun.lake.readings.rows import Span
from jiqun.lake.store import Lake

LATE_S = 60


@dataclass(frozen=True, slots=True)
class PointCard:
    """The readings of one point in a span (质量卡); instants are microseconds since 1970.

    late   arrived more than a minute after the source said it
    again  rows that repeat another one's instant, value and quality
    """

    point: str
    readings: int
    good: int
    uncertain: int
    bad: int
    late: int
    again: int
    first_us: int
    last_us: int
    arrived_us: int


def cards_of(lake: Lake, site: str, *, start_us: int, end_us: int) -> dict[str, PointCard]:
    """Every point of a site with readings in a span."""
    files = between(lake.snapshot("readings"), start_us, end_us)
    if not files:
        return {}
    span = Span(site, (), start_us, end_us)
    sql = (
        "SELECT point, count(*), count_if(quality = 0), count_if(quality = 1), count_if(quality = 2),"
        f" count_if(arrived_at > read_at + INTERVAL {LATE_S} SECOND),"
        " count(*) - count(DISTINCT (read_at, value, quality)),"
        " epoch_us(min(read_at)), epoch_us(max(read_at)), epoch_us(max(arrived_at))"
        f" FROM {source(files)} WHERE {span.where()} GROUP BY point ORDER BY point"
    )
    rows = cast(list[tuple[str, int, int, int, int, int, int, int, int, int]], lake.run(sql, span.params()))
    return {row[0]: PointCard(*row) for row in rows}


def held_reasons(lake: Lake, site: str, *, start_us: int, end_us: int) -> dict[str, int]:
    """Values held that arrived in a span, counted by reason, the most first."""
    told = {"site": site, "start": instant_of(start_us), "end": instant_of(end_us)}
    found = {str(code): int(str(count)) for code, count in lake.ask(compiled(_reasons), told)}
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))


def held_rows(lake: Lake, site: str, *, code: str = "", limit: int, offset: int = 0) -> Sequence[Row]:
    """Values held, of one reason or all, the last that arrived first."""
    query = compiled(_held, bool(code))
    told: dict[str, object] = {"site": site} | ({"code": code} if code else {})
    return [plain_row(query.columns, row) for row in lake.ask(query, told, page=(limit, offset))]


def _reasons() -> ir.Table:
    held = table("held_readings")
    held = held.filter(held.site == param("site"))
    held = held.filter(
        held.arrived_at >= param("start", "timestamp"), held.arrived_at < param("end", "timestamp")
    )
    return held.group_by("code").aggregate(values=held.count()).order_by("code")


def _held(one: bool) -> ir.Table:
    held = table("held_readings")
    held = held.filter(held.site == param("site"))
    held = held.filter(held.code == param("code")) if one else held
    return held.order_by(held.arrived_at.desc(), held.point, held.read_at.desc(), held.seen).drop("site")
