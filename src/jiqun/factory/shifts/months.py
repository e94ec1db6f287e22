"""月度数 figures of a month: which machines are connected, which data are collected, how long machines worked.

They are a statistic of ours, by the parameters of `packs/factory/months.toml`, and no official form. A figure that the
readings do not prove is unknown; that nothing was read never says that something is not there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_UP, Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

from jiqun.factory.oee.figures import Ratio

Bound: TypeAlias = Literal["=", "≥", "≤", "range"]
YES = "是"
PLACES = Decimal("0.01")
DayCounts: TypeAlias = Mapping[str, Mapping[date, int]]
"""Good readings of each point by day of Shanghai."""


@dataclass(frozen=True, slots=True)
class OwnMachine:
    """A machine of the register: is it a production machine, and on which day was it retired."""

    key: str
    production: bool = True
    retired_on: date | None = None


@dataclass(frozen=True, slots=True)
class OwnPoint:
    """A point: which machine it belongs to ("" for none) and what it tells."""

    key: str
    machine: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A figure of a month: text of its value, or None with the reasons why it is not known.

    high   upper end where `bound` is range
    why    codes: no_machines, register_open, no_readings, no_meter, no_shift, gap, no_count, no_cycle, no_good, …
    machines, points   what it rests on
    """

    value: str | None
    high: str = ""
    bound: Bound = "="
    why: tuple[str, ...] = ()
    machines: tuple[str, ...] = ()
    points: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Connection:
    """One production machine: on how many days it was read, through which points; enough of them to be connected?"""

    machine: str
    days: int
    points: tuple[str, ...]
    connected: bool


def connections(
    machines: Iterable[OwnMachine], points: Sequence[OwnPoint], counted: DayCounts, *, last: date, least: int
) -> tuple[Connection, ...]:
    """Every production machine that stands on the last day of the month, and on how many days it was read.

    least  days with a good reading that make a machine connected
    """
    found: list[Connection] = []
    for machine in machines:
        if not machine.production or (machine.retired_on is not None and machine.retired_on <= last):
            continue
        own = [one.key for one in points if one.machine == machine.key and counted.get(one.key)]
        days = {day for key in own for day, count in counted[key].items() if count}
        found.append(Connection(machine.key, len(days), tuple(own), len(days) >= least))
    return tuple(found)


def connected_share(found: Sequence[Connection], *, register_complete: bool) -> Told:
    """设备联网率 in percent: connected ÷ all production machines.

    No machine, or a month in which nothing of any was read: unknown. A register nobody confirmed as complete may lack
    unconnected machines: an upper bound.
    """
    if not found:
        return Told(None, why=("no_machines",))
    if not any(one.days for one in found):
        return Told(None, why=("no_readings",), machines=tuple(one.machine for one in found))
    connected = [one for one in found if one.connected]
    share = Fraction(100 * len(connected), len(found))
    names = tuple(one.machine for one in found)
    points = tuple(point for one in connected for point in one.points)
    if register_complete:
        return Told(as_text(share, ROUND_HALF_EVEN), machines=names, points=points)
    return Told(as_text(share, ROUND_UP), bound="≤", why=("register_open",), machines=names, points=points)


def connected_count(found: Sequence[Connection]) -> Told:
    """Production machines connected; unknown for a month in which nothing of any was read."""
    if not any(one.days for one in found):
        return Told(None, why=("no_readings",), machines=tuple(one.machine for one in found))
    connected = [one for one in found if one.connected]
    points = tuple(point for one in connected for point in one.points)
    return Told(str(len(connected)), machines=tuple(one.machine for one in connected), points=points)


def collected(
    points: Iterable[OwnPoint], counted: DayCounts, *, roles: frozenset[str], of_machines: bool, least: int
) -> Told:
    """是 where a point of one of `roles` was read on enough days; unknown otherwise, never 否.

    of_machines  only points that belong to a machine count
    """
    proving = [
        one for one in points
        if one.role in roles and (one.machine or not of_machines) and _days(counted, one.key) >= least
    ]  # fmt: skip
    if not proving:
        return Told(None, why=("no_readings",))
    machines = dict.fromkeys(one.machine for one in proving if one.machine)
    return Told(YES, machines=tuple(machines), points=tuple(one.key for one in proving))


def readings_counted(counted: DayCounts) -> Told:
    """Good readings of the month."""
    total = sum(sum(days.values()) for days in counted.values())
    return Told(str(total), points=tuple(sorted(counted))) if total else Told(None, why=("no_readings",))


def share_of(ratio: Ratio, machines: Sequence[str]) -> Told:
    """A KPI in percent: exact, or a range whose ends hold; open above it is a lower bound; nothing known is unknown."""
    named = tuple(machines)
    if ratio.value is not None:
        return Told(as_text(ratio.value * 100, ROUND_HALF_EVEN), machines=named)
    if ratio.low is None or (ratio.low == 0 and (ratio.high is None or ratio.high >= 1)):
        return Told(None, why=ratio.why, machines=named)
    low = as_text(ratio.low * 100, ROUND_DOWN)
    if ratio.high is None:
        return Told(low, bound="≥", why=ratio.why, machines=named)
    return Told(low, as_text(ratio.high * 100, ROUND_UP), "range", ratio.why, named)


def energy_used(growth: Mapping[str, tuple[Fraction | None, bool]], points: Iterable[OwnPoint]) -> Told:
    """Energy of a month in the meters' unit: what their counters grew by.

    growth  point → growth (None: fewer than two readings) and whether it is whole: read from the month's beginning to
            its end without a reset. Meters of no machine are those of the site; only where there is none do the meters
            of machines stand in, and then the sum is at least what the site used.
    """
    meters = [one for one in points if one.role == "energy"]
    site = [one for one in meters if not one.machine]
    chosen = site or meters
    known = {one.key: growth[one.key] for one in chosen if growth.get(one.key, (None, False))[0] is not None}
    if not known:
        return Told(None, why=("no_meter",) if not chosen else ("no_readings",))
    total = sum((value for value, _ in known.values() if value is not None), Fraction(0))
    whole = bool(site) and len(known) == len(chosen) and all(is_whole for _, is_whole in known.values())
    why = () if whole else ("meter_part",)
    machines = tuple(dict.fromkeys(one.machine for one in chosen if one.machine))
    rounding = ROUND_HALF_EVEN if whole else ROUND_DOWN
    return Told(as_text(total, rounding), "", "=" if whole else "≥", why, machines, tuple(known))


def missing_share(points: Sequence[str], counted: DayCounts, *, days: int) -> Fraction | None:
    """Share of point-days without a good reading; None without a point."""
    if not points or not days:
        return None
    read = sum(_days(counted, key) for key in points)
    return Fraction(len(points) * days - read, len(points) * days)


def _days(counted: DayCounts, point: str) -> int:
    return sum(1 for count in counted.get(point, {}).values() if count)


def as_text(value: Fraction, rounding: str) -> str:
    """Two places at most, without zeros at the end."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    rounded = exact.quantize(PLACES, rounding=rounding)
    return f"{rounded:f}".rstrip("0").rstrip(".") if "." in f"{rounded:f}" else f"{rounded:f}"
