"""班次 shifts of a factory on the calendar: which there were in a span of days, and the one a person names."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from jiqun.core.errors import InputError, NotFound
from jiqun.factory.instants import DAY, midnight
from jiqun.factory.oee.calendar import planned_shifts
from jiqun.factory.oee.model import Planned, Shift, Span
from jiqun.ledger import factories
from jiqun.ledger.factories import Machine
from jiqun.ledger.shift_ends import ShiftKey

NAMED = re.compile(r"(\d{4}-\d{2}-\d{2})[ T/]+(.{1,80})")


@dataclass(frozen=True)
class OneShift:
    """A shift of one day: its whole span over all machines that have it, and which machines these are.

    planned  each machine's own span and breaks
    """

    day: date
    name: str
    span: Span
    planned: Mapping[str, Planned]

    @property
    def key(self) -> str:
        """Its name in a report: 2026-11-22 白班."""
        return f"{self.day.isoformat()} {self.name}"

    def as_rows(self, machines: Iterable[Machine]) -> list[Shift]:
        """The shift as rows of a calendar that hold on its day alone, one for each machine."""
        begin = midnight(self.day)
        return [
            Shift(
                self.name, own.span[0] - begin, own.span[1] - begin,
                tuple((start - begin, end - begin) for start, end in own.breaks), day=self.day, machine=one.key,
            )
            for one in machines
            if (own := self.planned.get(one.key)) is not None
        ]  # fmt: skip


def named(text: str) -> tuple[date, str]:
    """The day and the name of "2026-11-22 白班"; InputError shift.bad_name."""
    found = NAMED.fullmatch(text.strip())
    try:
        if found is not None:
            return date.fromisoformat(found[1]), found[2].strip()
    except ValueError:
        pass
    raise InputError("shift.bad_name", seen=text[:80], allowed="2026-11-22 白班")


def machines_then(key: str, at_us: int, *, line: str = "") -> tuple[Machine, ...]:
    """Production machines that were there at an instant: those of a line ("" for all)."""
    return tuple(
        one
        for one in factories.machines(key, retired=True)
        if one.production
        and (not line or one.line == line)
        and (one.retired_at is None or one.retired_at.timestamp() * 1_000_000 > at_us)
    )


def shifts_between(key: str, first: date, last: date, *, line: str = "") -> tuple[OneShift, ...]:
    """Shifts that begin on a day from `first` to `last`, the last one first."""
    within = midnight(first), midnight(last) + 2 * DAY
    rows = [one.as_shift() for one in factories.shifts(key)]
    found: dict[tuple[date, str], dict[str, Planned]] = {}
    for machine in machines_then(key, within[0], line=line):
        for one in planned_shifts(rows, machine.key, machine.line, within):
            if first <= one.day <= last:
                found.setdefault((one.day, one.name), {})[machine.key] = one
    shifts = [OneShift(day, name, _whole(own.values()), own) for (day, name), own in found.items()]
    return tuple(sorted(shifts, key=lambda one: one.span, reverse=True))


def shift_of(wanted: ShiftKey) -> OneShift:
    """The shift of that day and name; NotFound shift.unknown with those there are on that day."""
    there = shifts_between(wanted.factory, wanted.day, wanted.day, line=wanted.line)
    found = next((one for one in there if one.name == wanted.name), None)
    if found is None:
        names = " ".join(one.name for one in there)
        raise NotFound("shift.unknown", seen=f"{wanted.day} {wanted.name}", allowed=names)
    return found


def only(shift: OneShift, machines: Sequence[Machine]) -> OneShift:
    """The shift with these machines alone."""
    keys = {one.key for one in machines}
    kept = {key: own for key, own in shift.planned.items() if key in keys}
    return replace(shift, planned=kept)


def _whole(planned: Iterable[Planned]) -> Span:
    spans = [one.span for one in planned]
    return min(start for start, _ in spans), max(end for _, end in spans)
