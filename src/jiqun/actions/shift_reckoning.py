"""班次核算 a shift reckoned from readings: OEE and losses, stops with the reasons people gave, gaps."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from jiqun.actions import shift_days
from jiqun.actions.desk import Desk
from jiqun.actions.factory_windows import is_telling, windows_of
from jiqun.actions.shift_days import OneShift
from jiqun.factory.instants import micros_of, moment
from jiqun.factory.machines.day import machine_day
from jiqun.factory.machines.manner import Manner
from jiqun.factory.oee.model import Count, Event, Planned, Span
from jiqun.factory.oee.practice import Practice
from jiqun.factory.oee.report import Report, report
from jiqun.factory.oee.showing import report_object
from jiqun.factory.oee.timeline import Piece, timeline
from jiqun.factory.shifts.reasons import Stop, StopWord, gaps_of, reasoned, stops_of
from jiqun.ledger import factories, stops
from jiqun.ledger.factories import Factory, Machine
from jiqun.ledger.shift_ends import ShiftKey


@dataclass(frozen=True)
class Reckoned:
    """A shift as its readings tell it.

    shift        with the machines that are in the report, as far as it has gone (`until`, microseconds)
    machines     those in the report; unconnected: production machines without a point that tells of running or pieces
    stops, gaps  by machine in order of time
    running      the shift is not over yet
    """

    factory: Factory
    shift: OneShift
    line: str
    machines: tuple[Machine, ...]
    unconnected: tuple[Machine, ...]
    report: Report
    stops: tuple[Stop, ...]
    gaps: tuple[Stop, ...]
    minor_below: int
    until: int
    running: bool

    def figures(self) -> dict[str, object]:
        """What is kept when the shift is ended: every tally, the stops, and which machines were not in it."""
        return {
            **report_object(self.report),
            "stops": [_stop(one) for one in self.stops],
            "gaps": [_stop(one) for one in self.gaps],
            "unconnected": [one.key for one in self.unconnected],
        }


def reckon(desk: Desk, factory: Factory, wanted: ShiftKey, *, at_us: int) -> Reckoned:
    """Reckon a shift from the readings the lake holds now; one that still runs as far as it has gone.

    NotFound shift.unknown; InputError oee.shifts_overlap
    """
    found = shift_days.shift_of(wanted)
    until = min(found.span[1], max(at_us, found.span[0]))
    machines, unconnected = in_report(factory.key, found, line=wanted.line)
    shift = _until(shift_days.only(found, machines), until)
    minor = _minor(desk)
    events, counts = told(desk, factory.key, machines, shift)
    made = report(events, counts, shift.as_rows(machines), minor_below=minor)
    pieces = _pieces(events, shift, machines, minor)
    return Reckoned(
        factory, shift, wanted.line, machines, unconnected, made,
        tuple(one for own in pieces for one in stops_of(own)), tuple(one for own in pieces for one in gaps_of(own)),
        minor, until, until < found.span[1],
    )  # fmt: skip


def report_of(desk: Desk, key: str, shift: OneShift, machines: Sequence[Machine]) -> Report:
    """The report of a shift that is over, without its stops and gaps."""
    events, counts = told(desk, key, machines, shift)
    rows = shift_days.only(shift, machines).as_rows(machines)
    return report(events, counts, rows, minor_below=_minor(desk))


def in_report(
    key: str, shift: OneShift, *, line: str = ""
) -> tuple[tuple[Machine, ...], tuple[Machine, ...]]:
    """Machines that are in the report of a shift, and those left out since no point tells of their running or pieces."""
    points = factories.points(key, retired=True)
    there = [
        one for one in shift_days.machines_then(key, shift.span[0], line=line) if one.key in shift.planned
    ]  # fmt: skip
    telling = {one.key for one in there if is_telling(points, one.key)}
    return (
        tuple(one for one in there if one.key in telling), tuple(one for one in there if one.key not in telling)
    )  # fmt: skip


def told(
    desk: Desk, key: str, machines: Sequence[Machine], shift: OneShift
) -> tuple[list[Event], list[Count]]:
    """What machines did and made in a shift, with people's words laid over their stops; where nothing is known a gap."""
    span = shift.span
    if span[1] <= span[0]:
        return [], []
    cuts = {at for own in shift.planned.values() for part in (own.span, *own.breaks) for at in part}
    manner = Manner.load(desk.packs / "factory" / "states.toml")
    points = factories.points(key, retired=True)
    words = [
        StopWord(one.machine, micros_of(one.starts_at), micros_of(one.ends_at), one.kind, one.reason)  # type: ignore[arg-type]
        for one in stops.holding(key, moment(span[0]), moment(span[1]))
    ]
    events: list[Event] = []
    counts: list[Count] = []
    for window in windows_of(desk, key, (machines, points), span, cuts=sorted(cuts)):
        day = machine_day(window, manner)
        own = reasoned(day.events, words)
        events += own or (Event(window.machine, window.line, *span, "gap"),)
        counts += day.counts
    return events, counts


def _minor(desk: Desk) -> int:
    return Practice.load(desk.packs / "factory" / "oee.toml").minor_below


def _pieces(
    events: Iterable[Event], shift: OneShift, machines: Sequence[Machine], minor_below: int
) -> list[tuple[Piece, ...]]:
    own: dict[str, list[Event]] = {one.key: [] for one in machines}
    for event in sorted(events, key=lambda one: one.start):
        own[event.machine].append(event)
    return [
        timeline(own[one.key], [shift.planned[one.key]], machine=one.key, line=one.line, minor_below=minor_below)
        for one in machines
    ]


def _until(shift: OneShift, until: int) -> OneShift:
    """The shift as far as it has gone: what lies ahead is no loss."""
    planned: Mapping[str, Planned] = {
        key: replace(
            own, span=(min(own.span[0], until), min(own.span[1], until)),
            breaks=tuple((a, min(b, until)) for a, b in own.breaks if a < until),
        )
        for key, own in shift.planned.items()
    }  # fmt: skip
    return replace(shift, span=(shift.span[0], until), planned=planned)


def _stop(one: Stop) -> dict[str, object]:
    return {
        "machine": one.machine, "from": moment(one.start).isoformat(), "to": moment(one.end).isoformat(),
        "part": one.part, "reason": one.reason,
    }  # fmt: skip
