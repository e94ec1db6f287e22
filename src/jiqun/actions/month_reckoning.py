"""月度核算 figures of a month out of a factory's own readings, each with what it rests on; nothing is recorded here."""

import re
import threading
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from jiqun.actions import shift_days
from jiqun.actions.desk import Desk
from jiqun.actions.factory_windows import TELLING
from jiqun.actions.shift_reckoning import in_report, report_of
from jiqun.core.errors import InputError
from jiqun.factory.instants import DAY, HOUR, MINUTE, day_of, midnight, moment
from jiqun.factory.oee.figures import Ratio, figures_of
from jiqun.factory.oee.tally import Tally
from jiqun.factory.shifts import months
from jiqun.factory.shifts.month_manner import MonthManner
from jiqun.factory.shifts.months import Connection, DayCounts, OwnMachine, OwnPoint, Told
from jiqun.lake.readings.daily import DayCount, daily_counts, growth_of
from jiqun.lake.readings.rows import Span
from jiqun.ledger import factories, month_records, stops
from jiqun.ledger.factories import Factory, FactoryPoint, Machine

MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
CONNECTED = "dq_equipment_connected"
RATIOS = {
    "factory_oee": "oee_index", "factory_availability": "availability", "factory_effectiveness": "effectiveness",
    "factory_quality": "quality_ratio",
}  # fmt: skip
OF_MONTH = (*RATIOS, "factory_readings", "factory_energy")
"""Figures told of the month as a span; all others are as of its last day."""
KEPT_MOST = 24


@dataclass(frozen=True)
class Month:
    """A month of the calendar: its text (2026-10), first and last day."""

    text: str
    first: date
    last: date

    @property
    def span(self) -> tuple[int, int]:
        """Microseconds of its days in Shanghai."""
        return midnight(self.first), midnight(self.last) + DAY


@dataclass(frozen=True)
class FactoryMonth:
    """A factory's month as its readings tell it.

    figures      by indicator, in order
    counted      readings by point and day; connections: of every production machine
    shared       how many factories the enterprise has: with several a figure is of this one alone
    reckoned     False where OEE was left out because it would take long
    """

    factory: Factory
    month: Month
    is_over: bool
    figures: Mapping[str, Told]
    counted: tuple[DayCount, ...]
    connections: tuple[Connection, ...]
    register_complete: bool
    shared: int
    manner: MonthManner
    reckoned: bool


@dataclass(frozen=True)
class _Own:
    machines: tuple[Machine, ...]
    points: tuple[FactoryPoint, ...]


def month_of(text: str) -> Month:
    """A month written as 2026-10; InputError month.bad_month."""
    found = MONTH.fullmatch(text.strip())
    if not found:
        raise InputError("month.bad_month", seen=text[:20], allowed="2026-10")
    first = date(int(found[1]), int(found[2]), 1)
    after = (first + timedelta(days=32)).replace(day=1)
    return Month(f"{first:%Y-%m}", first, after - timedelta(days=1))


def indicators(manner: MonthManner) -> tuple[str, ...]:
    """Every figure there is of a month, in order."""
    return (CONNECTED, *manner.collect, "factory_machines_connected", *OF_MONTH)


def reckon_month(
    desk: Desk, factory: Factory, text: str, *, at_us: int, whole: bool = True
) -> FactoryMonth:
    """Reckon a month; one that still runs as far as it has gone.

    whole  False leaves OEE out where more readings would have to be read than a page may wait for
    """
    month, manner = month_of(text), MonthManner.load(desk.packs / "factory" / "months.toml")
    own = _Own(factories.machines(factory.key, retired=True), factories.points(factory.key, retired=True))
    counted = daily_counts(desk.lake, Span(factory.key, (), *month.span))
    days = days_of(counted)
    points = [OwnPoint(one.key, one.machine, one.role) for one in own.points]
    machines = [
        OwnMachine(one.key, one.production, one.retired_at and day_of(int(one.retired_at.timestamp()) * 1_000_000))
        for one in own.machines
    ]  # fmt: skip
    found = months.connections(machines, points, days, last=month.last, least=manner.days_least)
    word = month_records.register_word(factory.key)
    is_complete = word is not None and word.machines == len(found)
    reckoned = whole or _rows(own, counted) <= manner.page_rows
    tally = oee_of(desk, factory, month, counted, at_us=at_us) if reckoned else {}
    figures = {
        CONNECTED: months.connected_share(found, register_complete=is_complete),
        **{
            key: months.collected(
                points, days, roles=one.roles, of_machines=one.of_machines, least=manner.days_least
            )
            for key, one in manner.collect.items()
        },
        "factory_machines_connected": months.connected_count(found),
        **(_ratios(tally) if reckoned else dict.fromkeys(RATIOS, Told(None, why=("not_reckoned",)))),
        "factory_readings": months.readings_counted(days),
        "factory_energy": _energy(desk, factory, month, points, manner),
    }
    shared = sum(1 for one in factories.all_factories(subject=factory.subject) if one.active)
    return FactoryMonth(
        factory, month, at_us >= month.span[1], figures, counted, found, is_complete, shared, manner, reckoned
    )


def days_of(counted: Sequence[DayCount]) -> DayCounts:
    """Good readings by point and day."""
    days: dict[str, dict[date, int]] = {}
    for one in counted:
        if one.good:
            days.setdefault(one.point, {})[one.day] = one.good
    return days


def _rows(own: _Own, counted: Sequence[DayCount]) -> int:
    telling = {one.key for one in own.points if one.machine and one.role in TELLING}
    return sum(one.readings for one in counted if one.point in telling)


def _ratios(tallies: Mapping[str, Tally]) -> dict[str, Told]:
    whole = Tally()
    for one in tallies.values():
        whole.add(one)
    if not whole.pbt:
        return dict.fromkeys(RATIOS, Told(None, why=("no_shift",)))
    found = figures_of(whole)
    ratios: dict[str, Ratio] = {key: getattr(found, name) for key, name in RATIOS.items()}
    return {key: months.share_of(ratio, tuple(tallies)) for key, ratio in ratios.items()}


_kept: dict[Hashable, dict[str, Tally]] = {}
_turn = threading.Lock()


def oee_of(
    desk: Desk, factory: Factory, month: Month, counted: tuple[DayCount, ...], *, at_us: int
) -> dict[str, Tally]:
    """The tally of each machine over all ended shifts that begin in the month; kept while nothing it rests on changes."""
    key = factory.key
    over = [
        one for one in shift_days.shifts_between(key, month.first, month.last) if one.span[1] <= at_us
    ]  # fmt: skip
    words = stops.holding(key, moment(month.span[0]), moment(month.span[1] + DAY))
    state = (
        str(desk.home), key, month, counted, words, factories.shifts(key), factories.machines(key, retired=True),
        factories.points(key, retired=True), len(over),
    )  # fmt: skip
    with _turn:
        if state in _kept:
            return _kept[state]
    found: dict[str, Tally] = {}
    for shift in over:
        made = report_of(desk, key, shift, in_report(key, shift)[0])
        for (machine,), tally in made.tallies["machine"].items():
            found.setdefault(machine, Tally()).add(tally)
    with _turn:
        while len(_kept) >= KEPT_MOST:
            _kept.pop(next(iter(_kept)))
        _kept[state] = found
    return found


def _energy(
    desk: Desk, factory: Factory, month: Month, points: Sequence[OwnPoint], manner: MonthManner
) -> Told:
    meters = tuple(one.key for one in points if one.role == "energy")
    start, end = month.span
    edge = manner.edge_minutes * MINUTE
    grown = growth_of(desk.lake, Span(factory.key, meters, start, end), look_back_us=HOUR)
    growth = {
        key: (
            None if one.value is None else Fraction(one.value).limit_denominator(1_000_000),
            not one.resets and one.first_us <= start + edge and one.last_us >= end - edge,
        )
        for key, one in grown.items()
    }
    return months.energy_used(growth, points)
