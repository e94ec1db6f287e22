"""班次日历 the shift calendar: which shifts a machine has planned, across midnight, with breaks; some days have none."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from jiqun.core.errors import InputError
from jiqun.factory.instants import day_of, midnight, moment
from jiqun.factory.oee.model import Planned, Shift, Span


def planned_shifts(shifts: Sequence[Shift], machine: str, line: str, within: Span) -> tuple[Planned, ...]:
    """Every shift of a machine that touches `within`, whole, in order.

    Rows that name the machine go before rows that name its line, and these before the rest; a row of a day goes before
    rows of weekdays. InputError oee.shifts_overlap: two shifts of one machine overlap.
    """
    found: list[Planned] = []
    day, last = day_of(within[0]) - timedelta(days=1), day_of(within[1])
    while day <= last:
        found += [one for row in _rows_of(shifts, machine, line, day) if (one := _on(row, day))]
        day += timedelta(days=1)
    found.sort(key=lambda one: one.span)
    for before, after in pairwise(found):
        if after.span[0] < before.span[1]:
            raise InputError(
                "oee.shifts_overlap", seen=f"{before.key} {_shown(before.span)} / {after.key} {_shown(after.span)}",
                column=machine or line,
            )  # fmt: skip
    return tuple(one for one in found if one.span[0] < within[1] and one.span[1] > within[0])


def _rows_of(shifts: Sequence[Shift], machine: str, line: str, day: date) -> list[Shift]:
    """The rows that hold for a machine on a day: the most particular ones."""
    ranked: dict[tuple[int, bool], list[Shift]] = {}
    for row in shifts:
        if (row.machine and row.machine != machine) or (row.line and row.line != line):
            continue
        if row.day is not None:
            holds = row.day == day
        else:
            held = (row.first is None or row.first <= day) and (row.last is None or day <= row.last)
            holds = held and day.isoweekday() in row.weekdays
        if holds:
            rank = 2 if row.machine else 1 if row.line else 0
            ranked.setdefault((rank, row.day is not None), []).append(row)
    return ranked[max(ranked)] if ranked else []


def _on(row: Shift, day: date) -> Planned | None:
    if row.start == row.end:
        return None
    begin = midnight(day)
    breaks = sorted((begin + start, begin + end) for start, end in row.breaks)
    return Planned(day, row.name, (begin + row.start, begin + row.end), _joined(breaks))


def _joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Spans in order, overlapping ones as one, so that no minute is a break twice."""
    joined: list[Span] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def _shown(span: Span) -> str:
    return "–".join(moment(at).strftime("%m-%d %H:%M") for at in span)
