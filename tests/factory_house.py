"""A small factory for tests: events, counts and shifts written in minutes after midnight of 2026-11-02 (a Monday)."""

from datetime import date
from fractions import Fraction

from jiqun.factory.instants import MINUTE, SECOND, midnight
from jiqun.factory.oee.model import Count, Event, Kind, Shift

MONDAY = date(2026, 11, 2)
START = midnight(MONDAY)


def at(minutes: float) -> int:
    """Microseconds of a minute of that Monday."""
    return START + round(minutes * MINUTE)


def event(start: float, end: float, kind: Kind = "run", reason: str = "", **more: str) -> Event:
    return Event(
        more.get("machine", "M1"),
        more.get("line", "L"),
        at(start),
        at(end),
        kind,
        reason,
        more.get("product", "P"),
    )


def count(start: float, end: float, produced: float | None, good: float | None, **more: object) -> Count:
    cycle = more.get("cycle", 60)
    made = None if produced is None else Fraction(produced)
    fine = None if good is None else Fraction(good)
    scrap = None if made is None or fine is None else made - fine
    pri = None if cycle is None else Fraction(cycle) * SECOND  # type: ignore[arg-type]
    return Count(
        str(more.get("machine", "M1")),
        at(start),
        at(end),
        made,
        fine,
        scrap,
        str(more.get("product", "P")),
        pri,
    )


def shift(start: float, end: float, *breaks: tuple[float, float], name: str = "A", **more: object) -> Shift:
    spans = tuple((round(a * MINUTE), round(b * MINUTE)) for a, b in breaks)
    return Shift(name, round(start * MINUTE), round(end * MINUTE), spans, **more)  # type: ignore[arg-type]
