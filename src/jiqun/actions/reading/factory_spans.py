"""设备时段 one machine over any span of at most a few days: what it did, what it made, its OEE by the calendar."""

from dataclasses import dataclass

from jiqun.actions.desk import Desk
from jiqun.actions.factory_windows import windows_of
from jiqun.actions.reading.factory_site import Floor, practice_of, told_day, words_of
from jiqun.core.errors import NotFound
from jiqun.factory.machines.model import MachineDay, MachineReadings
from jiqun.factory.machines.turn import cuts_of, shifts_within
from jiqun.factory.oee.model import Shift, Span
from jiqun.factory.oee.report import Report, report
from jiqun.ledger import factories
from jiqun.ledger.factories import FactoryPoint, Machine


@dataclass(frozen=True)
class MachineSpan:
    """A machine in a span: its readings by what they tell, what they say, and the report over its planned time.

    told, day  None where no point tells whether it runs or what it made
    """

    machine: Machine
    span: Span
    told: MachineReadings | None
    day: MachineDay | None
    shifts: tuple[Shift, ...]
    report: Report


def machine_of(floor: Floor, key: str) -> Machine:
    """The machine under a key; NotFound factory.no_such_machine."""
    found = next((one for one in floor.machines if one.key == key), None)
    if found is None:
        raise NotFound("factory.no_such_machine", seen=key, allowed=" ".join(one.key for one in floor.machines)[:200])
    return found


def machine_span(desk: Desk, site: str, floor: Floor, machine: Machine, span: Span) -> MachineSpan:
    """Read one machine over a span."""
    calendar = [row.as_shift() for row in factories.shifts(site)]
    shifts = shifts_within(calendar, machine.key, machine.line, span)
    windows = windows_of(desk, site, _about(floor, machine), span, cuts=cuts_of(shifts))
    told = next((one for one in windows if one.machine == machine.key), None)
    if told is None:
        return MachineSpan(machine, span, None, None, shifts, report((), (), (), minor_below=0))
    day = told_day(desk, told, words_of(site, span))
    found = report(day.events, day.counts, shifts, minor_below=practice_of(desk.packs).minor_below)
    return MachineSpan(machine, span, told, day, shifts, found)


def _about(floor: Floor, machine: Machine) -> tuple[tuple[Machine, ...], tuple[FactoryPoint, ...]]:
    """The machine, the one behind it in its line, and of this only queue and room."""
    line = [one for one in floor.machines if machine.line and one.line == machine.line]
    line.sort(key=lambda one: (one.place, one.key))
    place = line.index(machine) if machine in line else 0
    behind = line[place + 1] if place + 1 < len(line) else None
    points = tuple(
        one for one in floor.points
        if one.machine == machine.key or (behind and one.machine == behind.key and one.role in ("queue", "room"))
    )  # fmt: skip
    return ((machine, behind) if behind else (machine,)), points
