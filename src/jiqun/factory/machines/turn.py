"""当班 the shift a machine is in at an instant, cut off there: what is still to come is no gap."""

from collections.abc import Sequence
from dataclasses import dataclass

from jiqun.factory.instants import DAY, day_of, midnight
from jiqun.factory.oee.calendar import planned_shifts
from jiqun.factory.oee.model import Planned, Shift, Span


@dataclass(frozen=True, slots=True)
class Turn:
    """Where a machine stands in its calendar (当班).

    name     of the shift; "" outside every shift, and where nobody entered a calendar
    span     from the start of the shift (of the day, where there is none) to the instant
    end      when the shift ends
    shifts   the planned time within `span`, as the report takes it
    planned  a shift is on
    entered  a calendar was entered; without one the whole day counts
    """

    name: str
    span: Span
    end: int
    shifts: tuple[Shift, ...]
    planned: bool
    entered: bool

    @property
    def cuts(self) -> tuple[int, ...]:
        """Instants at which counts are to be parted: of shifts and of their breaks."""
        return cuts_of(self.shifts)


def cuts_of(shifts: Sequence[Shift]) -> tuple[int, ...]:
    """Instants at which shifts and their breaks begin and end; each shift is one of a day."""
    found: set[int] = set()
    for one in shifts:
        assert one.day is not None
        begin = midnight(one.day)
        found |= {begin + at for span in ((one.start, one.end), *one.breaks) for at in span}
    return tuple(sorted(found))


def turn_of(calendar: Sequence[Shift], machine: str, line: str, now: int) -> Turn:
    """The turn of a machine at `now`; InputError oee.shifts_overlap."""
    today = midnight(day_of(now))
    current = next(iter(planned_shifts(calendar, machine, line, (now, now + 1))), None)
    span = (current.span[0] if current else today, now)
    shifts = shifts_within(calendar, machine, line, span)
    if current is not None:
        shifts = tuple(one for one in shifts if one.day == current.day and one.name == current.name)
    name, end = (current.name, current.span[1]) if current else ("", today + DAY)
    return Turn(name, span, end, shifts, planned=current is not None, entered=bool(calendar))


def shifts_within(calendar: Sequence[Shift], machine: str, line: str, span: Span) -> tuple[Shift, ...]:
    """The planned time of a machine in a span, cut off at its ends; without a calendar all of it is planned."""
    if not calendar:
        day = day_of(span[0])
        begin = midnight(day)
        return (Shift("", span[0] - begin, span[1] - begin, day=day, machine=machine),) if span[1] > span[0] else ()
    return tuple(_cut(one, span, machine) for one in planned_shifts(calendar, machine, line, span))


def _cut(one: Planned, within: Span, machine: str) -> Shift:
    begin = midnight(one.day)
    start, end = max(one.span[0], within[0]), min(one.span[1], within[1])
    breaks = tuple((max(a, start) - begin, min(b, end) - begin) for a, b in one.breaks if a < end and b > start)
    return Shift(one.name, start - begin, end - begin, breaks, one.day, machine=machine)
