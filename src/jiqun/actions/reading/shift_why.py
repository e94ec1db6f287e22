"""班次依据 where a figure of a shift comes from: formula, times, pieces, points and readings counted."""

from dataclasses import dataclass
from datetime import datetime

from jiqun.actions import factory_policy as policy
from jiqun.actions.desk import Desk
from jiqun.actions.factory_windows import ROLES
from jiqun.actions.reading.factory_rule import FORMULAS, FileEvidence, RuleEvidence, files_of, rule_of
from jiqun.actions.reading.shift_figures import Kpi, kpi_of, minutes
from jiqun.actions.shift_reckoning import reckon
from jiqun.core.errors import NotFound
from jiqun.factory.instants import micros_of, moment
from jiqun.factory.oee.figures import figures_of
from jiqun.factory.oee.showing import number
from jiqun.factory.oee.tally import Tally
from jiqun.lake.readings.daily import daily_counts
from jiqun.lake.readings.rows import Span
from jiqun.ledger import factories
from jiqun.ledger.factories import Factory
from jiqun.ledger.permissions import Actor
from jiqun.ledger.shift_ends import ShiftKey


@dataclass(frozen=True)
class PointCount:
    """A point a machine's figures rest on: what it tells and how many readings of it the shift has."""

    point: str
    machine: str
    role: str
    readings: int
    good: int


@dataclass(frozen=True)
class ShiftWhyContext:
    """How the shares of a group were reckoned.

    formulas  name of the share → its formula by the terms of ISO 22400-2
    times     minutes by those terms; quantities: pieces (None where nobody counted)
    """

    factory: Factory
    key: str
    group: str
    kind: str
    kpis: tuple[tuple[Kpi, str], ...]
    times: tuple[tuple[str, str], ...]
    quantities: tuple[tuple[str, str | None], ...]
    points: tuple[PointCount, ...]
    starts_at: datetime
    until: datetime
    rule: RuleEvidence
    files: tuple[FileEvidence, ...]


def shift_why(desk: Desk, by: Actor, shift: ShiftKey, kind: str, key: str) -> ShiftWhyContext:
    """Where the figures of a group come from: kind total, line, machine or product; NotFound shift.no_group."""
    factory = factories.get(shift.factory)
    policy.check_read(by, factory)
    found = reckon(desk, factory, shift, at_us=micros_of(desk.now()))
    tally = found.report.tallies.get(kind, {}).get((key,) if key else ())
    if tally is None:
        raise NotFound("shift.no_group", seen=f"{kind} {key}")
    figures = figures_of(tally)
    machines = {
        one.key for one in found.machines
        if kind in ("total", "product") or key == (one.line if kind == "line" else one.key)
    }  # fmt: skip
    points = [one for one in factories.points(factory.key, retired=True) if one.machine in machines]
    points = [one for one in points if one.role in ROLES]
    span = Span(factory.key, tuple(one.key for one in points), found.shift.span[0], found.until)
    counted = daily_counts(desk.lake, span) if points else ()
    return ShiftWhyContext(
        factory, found.shift.key, key, kind,
        tuple((kpi_of(name, getattr(figures, name)), formula) for name, formula in FORMULAS.items()), _times(tally),
        (("pq", str(number(tally.produced))), ("gq", None if tally.no_good else str(number(tally.good))),
         ("sq", None if tally.no_good else str(number(tally.scrap)))),
        tuple(
            PointCount(
                one.key, one.machine, one.role, sum(row.readings for row in counted if row.point == one.key),
                sum(row.good for row in counted if row.point == one.key),
            )
            for one in points
        ),
        moment(found.shift.span[0]), moment(found.until), rule_of(desk, "oee_index"),
        files_of(desk, factory.key, [one.key for one in points], (found.shift.span[0], found.until)),
    )  # fmt: skip


def _times(tally: Tally) -> tuple[tuple[str, str], ...]:
    return (
        ("pot", minutes(tally.pot)), ("breaks", minutes(tally.micros("break"))),
        ("planned_stops", minutes(tally.micros("planned"))), ("pbt", minutes(tally.pbt)), ("apt", minutes(tally.apt)),
        ("minor_stops", minutes(tally.micros("minor"))), ("adet", minutes(tally.adet)),
        ("down", minutes(tally.micros("down"))), ("delay", minutes(tally.micros("delay"))),
        ("aust", minutes(tally.micros("changeover"))), ("gap", minutes(tally.gap)),
    )  # fmt: skip
