"""设备时间线 what a machine did in its planned time: every microsecond in exactly one piece; where no event says, a gap."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

from jiqun.factory.oee.model import Event, Kind, Planned, Span

Part: TypeAlias = Literal["run", "minor", "down", "delay", "changeover", "planned", "break", "gap"]
"""A kind of time; `minor`: a standstill shorter than the threshold; `break`: a break of the shift."""
STANDSTILL: tuple[Kind, ...] = ("down", "delay")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one machine's time: in which shift ("" is outside every shift), as what, why, on which product.

    running  the machine ran, be it in a break or outside every shift
    """

    machine: str
    line: str
    start: int
    end: int
    shift: str
    part: Part
    reason: str = ""
    product: str = ""
    running: bool = False

    @property
    def micros(self) -> int:
        """Its length."""
        return self.end - self.start


def timeline(
    events: Sequence[Event], shifts: Sequence[Planned], *, machine: str, line: str, minor_below: int
) -> tuple[Piece, ...]:
    """The pieces of one machine, in order, covering all its shifts and all its events.

    events       of this machine, in order and without overlap
    minor_below  microseconds; a standstill (unplanned, however many events) shorter than this is a minor stop
    """
    parts = _parts(events, minor_below)
    cuts = sorted(
        {at for one in events for at in (one.start, one.end)}
        | {at for one in shifts for span in (one.span, *one.breaks) for at in span}
    )
    return tuple(_pieces(events, parts, shifts, cuts, (machine, line)))


def _pieces(
    events: Sequence[Event],
    parts: Sequence[Part],
    shifts: Sequence[Planned],
    cuts: Sequence[int],
    who: tuple[str, str],
) -> Iterator[Piece]:
    event = shift = 0
    for start, end in pairwise(cuts):
        while event < len(events) and events[event].end <= start:
            event += 1
        while shift < len(shifts) and shifts[shift].span[1] <= start:
            shift += 1
        known = event < len(events) and events[event].start <= start
        planned = shifts[shift] if shift < len(shifts) and shifts[shift].span[0] <= start else None
        if not known and planned is None:
            continue
        part: Part = parts[event] if known else "gap"
        if planned is not None and _inside(planned.breaks, start):
            part = "break"
        reason, product = (events[event].reason, events[event].product) if known else ("", "")
        key, running = planned.key if planned else "", known and events[event].kind == "run"
        yield Piece(*who, start, end, key, part, reason, product, running)


def _parts(events: Sequence[Event], minor_below: int) -> list[Part]:
    """What each event counts as: standstills that follow each other without a gap are one standstill."""
    parts: list[Part] = [one.kind for one in events]
    at = 0
    while at < len(events):
        last = at
        while last + 1 < len(events) and _goes_on(events[last], events[last + 1]):
            last += 1
        if events[at].kind in STANDSTILL and events[last].end - events[at].start < minor_below:
            short: list[Part] = ["minor"] * (last + 1 - at)
            parts[at : last + 1] = short
        at = last + 1
    return parts


def _goes_on(before: Event, after: Event) -> bool:
    return before.kind in STANDSTILL and after.kind in STANDSTILL and before.end == after.start


def _inside(spans: Iterable[Span], at: int) -> bool:
    return any(start <= at < end for start, end in spans)
