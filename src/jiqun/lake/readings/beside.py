"""读数之外 beside the readings: batches taken, values held in quarantine, gaps told by the box."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import ibis
import ibis.expr.types as ir

from jiqun.factory.instants import EPOCH
from jiqun.lake.compile import compiled, param, table
from jiqun.lake.snapshot import micros
from jiqun.lake.store import Lake

Row = dict[str, object]
"""A row by column; instants as whole microseconds since 1970 under names that end in `_us`."""


def instant_of(us: int) -> datetime:
    """A moment as the lake keeps it: UTC without a zone."""
    return (EPOCH + timedelta(microseconds=us)).astimezone(UTC).replace(tzinfo=None)


def gaps_of(lake: Lake, site: str, start_us: int, end_us: int) -> list[Row]:
    """Gaps that touch a span, the earliest first: batch, from_us, to_us, lost, reason, arrived_us."""
    query = compiled(_gaps)
    told = {"site": site, "start": instant_of(start_us), "end": instant_of(end_us)}
    return [plain_row(query.columns, row) for row in lake.ask(query, told)]


def held_of(lake: Lake, site: str, *, limit: int, offset: int = 0) -> list[Row]:
    """Values held, the last that arrived first: batch, point, code, seen, allowed, unit, read_us, arrived_us."""
    query = compiled(_held)
    return [plain_row(query.columns, row) for row in lake.ask(query, {"site": site}, page=(limit, offset))]


def batches_of(
    lake: Lake, site: str, *, arrived_us: int | None = None, limit: int = 100, offset: int = 0
) -> list[Row]:
    """Batches taken, the last first: batch, stream, sequence, writer, readings, held, gaps and instants.

    arrived_us  only the batch that arrived at that instant: what leads from a reading to its batch
    """
    query = compiled(_batches, arrived_us is not None)
    told: dict[str, object] = {"site": site}
    if arrived_us is not None:
        told["arrived"] = instant_of(arrived_us)
    return [plain_row(query.columns, row) for row in lake.ask(query, told, page=(limit, offset))]


def held_count(
    lake: Lake,
    site: str,
    points: Sequence[str] = (),
    *,
    start_us: int | None = None,
    end_us: int | None = None,
) -> int:
    """Values held of a span: by the instant the source says, or of arrival where it says none."""
    query = compiled(_held_count, len(points), start_us is not None, end_us is not None)
    told: dict[str, object] = {"site": site}
    told |= {f"point{place}": point for place, point in enumerate(points)}
    told |= {"start": instant_of(start_us)} if start_us is not None else {}
    told |= {"end": instant_of(end_us)} if end_us is not None else {}
    return int(str(lake.ask(query, told)[0][0]))


def _of_site(name: str) -> ir.Table:
    rows = table(name)
    return rows.filter(rows.site == param("site"))


def _gaps() -> ir.Table:
    gaps = _of_site("reading_gaps")
    gaps = gaps.filter(gaps.from_at < param("end", "timestamp"), gaps.to_at > param("start", "timestamp"))
    return gaps.order_by(gaps.from_at, gaps.to_at, gaps.batch).drop("site")


def _held() -> ir.Table:
    held = _of_site("held_readings")
    return held.order_by(held.arrived_at.desc(), held.point, held.read_at.desc(), held.seen).drop("site")


def _batches(one: bool) -> ir.Table:
    batches = _of_site("reading_batches")
    if one:
        batches = batches.filter(batches.arrived_at == param("arrived", "timestamp"))
    return batches.order_by(batches.arrived_at.desc()).drop("site")


def _held_count(points: int, from_start: bool, to_end: bool) -> ir.Table:
    held = _of_site("held_readings")
    if points:
        held = held.filter(ibis.or_(*(held.point == param(f"point{place}") for place in range(points))))
    at = ibis.coalesce(held.read_at, held.arrived_at)
    held = held.filter(at >= param("start", "timestamp")) if from_start else held
    held = held.filter(at < param("end", "timestamp")) if to_end else held
    return held.aggregate(held=held.count())


def plain_row(columns: Sequence[str], row: Sequence[object]) -> Row:
    """A row under its columns, instants as microseconds."""
    return {
        name.removesuffix("_at") + "_us" if name.endswith("_at") else name: micros(value)
        if isinstance(value, datetime)
        else value
        for name, value in zip(columns, row, strict=True)
    }
