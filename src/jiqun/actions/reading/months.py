"""月度上报 what the pages of months show: what would be sent, consents, what was sent, and evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from jiqun.actions import factory_policy as policy
from jiqun.actions import month_evidence, month_wholes
from jiqun.actions.desk import Desk
from jiqun.actions.month_reckoning import FactoryMonth, OeeWish, indicators, reckon_month
from jiqun.actions.reading.statements import Label
from jiqun.core.errors import InputError, NotFound
from jiqun.factory.instants import day_of, micros_of, midnight, moment
from jiqun.factory.shifts.months import Told
from jiqun.lake.readings.daily import DayCount, batches_between
from jiqun.ledger import batches, factories, month_records
from jiqun.ledger.factories import Factory
from jiqun.ledger.month_records import Consent, RegisterWord, SentFigure
from jiqun.ledger.permissions import Actor


@dataclass(frozen=True)
class SentLine:
    """A figure that was sent; stands: its batch was not taken back."""

    indicator: str
    label: Label
    month: str
    value: str
    unit: Label
    batch: str
    sent_by: str
    sent_at: datetime
    stands: bool


@dataclass(frozen=True)
class FigureLine:
    """A figure of the month.

    value    as text with its bound, "" while it is not known; why: codes of what keeps it from being (exactly) known
    consent  the one that stands; covers: it reaches this month
    sent     what was sent of this month and stands; differs: the figure is another now
    official True for an indicator a rule reads, False for a statistic of ours alone
    """

    indicator: str
    label: Label
    definition: Label
    unit: Label
    value: str
    why: tuple[str, ...]
    machines: int
    points: int
    readings: int
    missing: str
    consent: Consent | None
    covers: bool
    sent: SentLine | None
    differs: bool
    read_by_rules: bool


@dataclass(frozen=True)
class SceneLine:
    """A scene the month may serve as evidence for; its level is judged by people."""

    label: Label
    says: Label
    figure: Label
    value: str


@dataclass(frozen=True)
class WholeLine:
    """A figure of all factories of the enterprise together; value "" while it is not known, why: codes of the reasons."""

    indicator: str
    label: Label
    unit: Label
    value: str
    why: tuple[str, ...]


@dataclass(frozen=True)
class MonthsContext:
    """The month of a factory and what goes up of it.

    machines   production machines: name, days read, connected
    shared     how many factories the enterprise has; with several a figure is of this one alone
    reckoned   False: OEE was left out because it takes long
    wholes     with several factories: what rules read of the enterprise, out of what each factory sent
    can_send   the month is over and a consent covers a known figure
    """

    factory: Factory
    month: str
    before: str
    after: str
    is_over: bool
    figures: tuple[FigureLine, ...]
    machines: tuple[tuple[str, int, bool], ...]
    register: RegisterWord | None
    register_stands: bool
    days_least: int
    shared: int
    reckoned: bool
    scenes: tuple[SceneLine, ...]
    history: tuple[SentLine, ...]
    wholes: tuple[WholeLine, ...]
    can_run: bool
    can_send: bool


@dataclass(frozen=True)
class PointDays:
    """A point and its readings by day: (day, readings, good); total of readings."""

    point: str
    role: str
    readings: int
    days: tuple[tuple[date, int, int], ...]


@dataclass(frozen=True)
class MachinePoints:
    """A machine (name "" for none) with its points."""

    key: str
    name: str
    connected: bool
    points: tuple[PointDays, ...]


@dataclass(frozen=True)
class MonthWhyContext:
    """What a figure of a month rests on, down to the batches of the boxes.

    evidence  as it is now; sent: as it was kept when it was sent last, None if it never was
    batches   those that brought the readings of `day` (of the whole month without one), at most 200
    """

    factory: Factory
    month: str
    indicator: str
    label: Label
    definition: Label
    unit: Label
    value: str
    why: tuple[str, ...]
    evidence: Mapping[str, Any]
    sent: SentFigure | None
    machines: tuple[MachinePoints, ...]
    day: date | None
    batches: tuple[Mapping[str, Any], ...]


def months_page(desk: Desk, by: Actor, key: str, month: str = "", *, oee: OeeWish = "quick") -> MonthsContext:
    """A month: the one told, else the last that is over."""
    factory = factories.get(key)
    policy.check_read(by, factory)
    now = micros_of(desk.now())
    found = reckon_month(desk, factory, month or _last_month(now), at_us=now, oee=oee)
    sent = tuple(_sent(desk, one) for one in month_records.sent(key))
    consents = {one.indicator: one for one in month_records.consents(key)}
    figures = tuple(_figure(desk, found, name, consents.get(name), sent) for name in found.figures)
    names = {one.key: one.name for one in factories.machines(key, retired=True)}
    run = policy.can_run(by, factory)
    can_send = run and found.is_over and any(one.covers and one.value for one in figures)
    return MonthsContext(
        factory, found.month.text, _beside(found.month.first, -1), _beside(found.month.last, 1), found.is_over, figures,
        tuple((names.get(one.machine, one.machine), one.days, one.connected) for one in found.connections),
        month_records.register_word(key), found.register_complete, found.manner.days_least, found.shared, found.reckoned,
        _scenes(desk, found), sent, _wholes(desk, found), run, can_send,
    )  # fmt: skip


def month_why(
    desk: Desk, by: Actor, key: str, month: str, indicator: str, *, day: str = ""
) -> MonthWhyContext:
    """The evidence of one figure; InputError month.unknown_figure, gate.bad_date."""
    factory = factories.get(key)
    policy.check_read(by, factory)
    found = reckon_month(desk, factory, month, at_us=micros_of(desk.now()), oee="quick")
    if indicator not in found.figures:
        raise InputError(
            "month.unknown_figure", seen=indicator[:80], allowed=" ".join(indicators(found.manner))
        )
    evidence = month_evidence.of_figure(desk, found, indicator)
    chosen = _day(day) if day else None
    rows = [one for one in found.counted if one.point in evidence["points"] and chosen in (None, one.day)]
    arrived = (
        (min(one.first_arrived_us for one in rows), max(one.last_arrived_us for one in rows))
        if rows
        else None
    )
    known, sent = (
        desk.indicators.get(indicator),
        month_records.sent(key, month=found.month.text, indicator=indicator),
    )
    return MonthWhyContext(
        factory, found.month.text, indicator, _label(known.label), _label(known.definition), _unit(desk, known.unit),
        shown(found.figures[indicator]), found.figures[indicator].why, evidence, sent[0] if sent else None,
        _machines(found, evidence), chosen,
        tuple(
            {**one, "arrived_at": moment(int(str(one["arrived_us"])))}
            for one in (batches_between(desk.lake, key, arrived) if arrived else ())
        ),
    )  # fmt: skip


def shown(told: Told) -> str:
    """A figure as text with its bound; "" while it is not known."""
    if told.value is None:
        return ""
    if told.bound == "range":
        return f"{told.value}–{told.high}"
    return told.value if told.bound == "=" else f"{told.bound} {told.value}"


def _figure(
    desk: Desk, found: FactoryMonth, name: str, consent: Consent | None, sent: Sequence[SentLine]
) -> FigureLine:
    known, told = desk.indicators.get(name), found.figures[name]
    evidence = month_evidence.of_figure(desk, found, name)
    stands = next(
        (one for one in sent if (one.indicator, one.month) == (name, found.month.text) and one.stands), None
    )
    missing = evidence["missing"]
    return FigureLine(
        name, _label(known.label), _label(known.definition), _unit(desk, known.unit), shown(told), told.why,
        len(told.machines), len(evidence["points"]), evidence["readings"], "" if missing is None else f"{missing:.1%}",
        consent, consent is not None and consent.from_month <= found.month.text, stands,
        stands is not None and told.value is not None and stands.value != shown(told), not name.startswith("factory_"),
    )  # fmt: skip


def _sent(desk: Desk, one: SentFigure) -> SentLine:
    known = desk.indicators.get(one.indicator)
    told = Told(one.value, one.high, one.bound)  # type: ignore[arg-type]
    return SentLine(
        one.indicator, _label(known.label), one.month, shown(told), _unit(desk, one.unit), one.batch, one.sent_by,
        one.sent_at,
        _stands(one.batch),
    )  # fmt: skip


def _stands(batch: str) -> bool:
    try:
        return batches.get(batch).state != "undone"
    except NotFound:
        return False


def _wholes(desk: Desk, found: FactoryMonth) -> tuple[WholeLine, ...]:
    if found.shared < 2:
        return ()
    made = {name: told for name, (told, _) in month_wholes.wholes(found).items()}
    return tuple(
        WholeLine(name, _label(known.label), _unit(desk, known.unit), shown(told), told.why)
        for name, told in made.items()
        if (known := desk.indicators.get(name))
    )


def _scenes(desk: Desk, found: FactoryMonth) -> tuple[SceneLine, ...]:
    return tuple(
        SceneLine(
            _label(one.label), _label(one.says), _label(desk.indicators.get(one.figure).label),
            shown(found.figures[one.figure]),
        )
        for one in found.manner.scenes.values()
        if one.figure in found.figures
    )  # fmt: skip


def _machines(found: FactoryMonth, evidence: Mapping[str, Any]) -> tuple[MachinePoints, ...]:
    """Every machine the figure speaks of, with the points that were read; then points of no machine."""
    points = factories.points(found.factory.key, retired=True)
    names = {one.key: one.name for one in factories.machines(found.factory.key, retired=True)}
    connected = {one.machine for one in found.connections if one.connected}
    own = {one.key: one for one in points if one.key in evidence["points"]}
    keys = dict.fromkeys([*evidence["machines"], *(one.machine for one in own.values() if one.machine), ""])
    rows: dict[str, list[DayCount]] = {}
    for row in found.counted:
        rows.setdefault(row.point, []).append(row)
    made = (
        MachinePoints(
            key, names.get(key, key), key in connected,
            tuple(
                PointDays(one.key, one.role, sum(row.readings for row in rows[one.key]),
                          tuple((row.day, row.readings, row.good) for row in rows[one.key]))
                for one in own.values() if one.machine == key and one.key in rows
            ),
        )
        for key in keys
    )  # fmt: skip
    return tuple(one for one in made if one.key or one.points)


def _last_month(now_us: int) -> str:
    return _beside(day_of(now_us).replace(day=1), -1)


def _beside(day: date, step: int) -> str:
    """The month before the one of a first day, or after that of a last day."""
    return f"{day_of(midnight(day) + step * 86_400_000_000):%Y-%m}"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError("gate.bad_date", seen=text[:40], allowed="2026-10-14") from None


def _label(told: Mapping[str, str]) -> Label:
    return Label(told["zh"], told["en"])


def _unit(desk: Desk, unit: str) -> Label:
    return Label.of(unit) if unit == "%" else _label(desk.units.get(unit).label)
