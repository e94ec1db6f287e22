"""月度依据 what a month's figure rests on: machines, points, readings counted, what is missing, batches of the boxes."""

from collections.abc import Mapping
from typing import Any

import jiqun
from jiqun.actions.desk import Desk
from jiqun.actions.month_reckoning import CONNECTED, FactoryMonth, days_of
from jiqun.factory.shifts.months import missing_share
from jiqun.lake.readings.daily import batch_count


def of_figure(desk: Desk, found: FactoryMonth, indicator: str) -> dict[str, Any]:
    """The evidence of one figure, as it is kept with what is sent; points: key → [readings, days read]."""
    told = found.figures[indicator]
    used = set(told.points) or _points_of(found, told.machines)
    rows = [one for one in found.counted if one.point in used]
    points: dict[str, list[int]] = {}
    for one in rows:
        held = points.setdefault(one.point, [0, 0])
        held[0] += one.readings
        held[1] += 1 if one.good else 0
    missing = missing_share(sorted(used), days_of(rows), days=found.month.last.day)
    arrived = (min(one.first_arrived_us for one in rows), max(one.last_arrived_us for one in rows)) if rows else None
    return {
        "factory": found.factory.key, "from": found.month.first.isoformat(), "to": found.month.last.isoformat(),
        "machines": list(told.machines), "points": points, "readings": sum(one[0] for one in points.values()),
        "missing": None if missing is None else round(float(missing), 4), "arrived_us": list(arrived or ()),
        "batches": batch_count(desk.lake, found.factory.key, arrived) if arrived else 0, "why": list(told.why),
        "days_least": found.manner.days_least, "register_complete": found.register_complete,
        "connected": [one.machine for one in found.connections if one.connected] if indicator == CONNECTED else [],
        "engine": found.manner.engine, "version": jiqun.__version__,
    }  # fmt: skip


def sentence(evidence: Mapping[str, Any]) -> str:
    """The note of a fact: what it rests on in one line, without a name of a machine or point."""
    missing = evidence["missing"]
    parts = [
        f"本企业读数 {evidence['from']}–{evidence['to']}", f"设备 {len(evidence['machines'])} 台",
        f"测点 {len(evidence['points'])} 个", f"读数 {evidence['readings']} 条", f"边缘盒批次 {evidence['batches']} 批",
    ]  # fmt: skip
    if missing is not None:
        parts.append(f"缺读数的点日 {missing:.1%}")
    return "，".join([*parts, f"口径 {evidence['engine']}"])


def _points_of(found: FactoryMonth, machines: tuple[str, ...]) -> set[str]:
    """Points of machines that were read in the month, for a figure that rests on all of them."""
    return {point for one in found.connections if one.machine in machines for point in one.points}
