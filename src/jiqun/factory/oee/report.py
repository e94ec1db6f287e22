"""班次报表 the report: times and counts tallied in all, by line, machine, shift, product, machine × shift."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import TypeAlias

from jiqun.core.errors import RowError
from jiqun.factory.oee.calendar import planned_shifts
from jiqun.factory.oee.figures import too_fast
from jiqun.factory.oee.model import Count, Event, Shift
from jiqun.factory.oee.quantities import Made, made_in, uncounted
from jiqun.factory.oee.tally import Tally
from jiqun.factory.oee.timeline import Piece, timeline

Key: TypeAlias = tuple[str, ...]
Grouping: TypeAlias = Callable[[str, str, str, str], Key]
GROUPINGS: Mapping[str, Grouping] = MappingProxyType(
    {
        "total": lambda line, machine, shift, product: (),
        "line": lambda line, machine, shift, product: (line,),
        "machine": lambda line, machine, shift, product: (machine,),
        "shift": lambda line, machine, shift, product: (shift,),
        "product": lambda line, machine, shift, product: (product,),
        "machine_shift": lambda line, machine, shift, product: (machine, shift),
        "machine_product": lambda line, machine, shift, product: (machine, product),
    }
)
"""What is tallied together; the product of a stretch of time is its event's, "" where it names none."""


@dataclass(frozen=True, slots=True)
class Report:
    """Tallies by grouping and key, and what is worth a look though it keeps nothing from being reckoned."""

    tallies: Mapping[str, Mapping[Key, Tally]]
    remarks: tuple[RowError, ...]


def report(
    events: Sequence[Event], counts: Sequence[Count], shifts: Sequence[Shift], *, minor_below: int
) -> Report:
    """Times, quantities and remarks of all machines, over all shifts that the events and counts touch.

    events, counts  no two of one machine overlap (the reader of files has seen to that)
    minor_below     microseconds
    """
    finest: dict[tuple[str, str, str, str], Tally] = {}
    for piece, free, made in _machines(events, counts, shifts, minor_below):
        product = made.product if made is not None else piece.product
        tally = finest.setdefault((piece.line, piece.machine, piece.shift, product), Tally())
        if made is not None:
            tally.add_made(made)
        else:
            tally.add_piece(piece, free)
    tallies: dict[str, dict[Key, Tally]] = {name: {} for name in GROUPINGS}
    for key, tally in finest.items():
        for name, grouping in GROUPINGS.items():
            tallies[name].setdefault(grouping(*key), Tally()).add(tally)
    ordered = {name: dict(sorted(group.items())) for name, group in tallies.items()}
    ordered["shift"].pop(("",), None)
    ordered["machine_shift"] = {key: one for key, one in ordered["machine_shift"].items() if key[1]}
    return Report(ordered, tuple(_remarks(ordered, counts)))


def _machines(
    events: Sequence[Event], counts: Sequence[Count], shifts: Sequence[Shift], minor_below: int
) -> Iterator[tuple[Piece, int, Made | None]]:
    """Every piece with its uncounted time, then every share of a count, machine by machine."""
    own_events, own_counts = defaultdict[str, list[Event]](list), defaultdict[str, list[Count]](list)
    for event in sorted(events, key=lambda one: one.start):
        own_events[event.machine].append(event)
    for count in counts:
        own_counts[count.machine].append(count)
    machines = {one.machine for one in (*events, *counts, *shifts) if one.machine}
    spans = [(one.start, one.end) for one in (*events, *counts)]
    if not spans:
        return
    within = min(start for start, _ in spans), max(end for _, end in spans)
    for machine in sorted(machines):
        own, made = own_events[machine], own_counts[machine]
        line = next((one.line for one in own if one.line), "")
        planned = planned_shifts(shifts, machine, line, within)
        pieces = timeline(own, planned, machine=machine, line=line, minor_below=minor_below)
        free = dict(uncounted(pieces, made))
        yield from ((piece, free.get(piece, 0), None) for piece in pieces)
        starts = [piece.start for piece in pieces]
        yield from ((one.piece, 0, one) for count in made for one in made_in(count, pieces, starts))


def _remarks(tallies: Mapping[str, Mapping[Key, Tally]], counts: Sequence[Count]) -> Iterator[RowError]:
    for (machine, product), tally in tallies["machine_product"].items():
        fast = too_fast(tally)
        if fast is not None:
            cycle, seen = (
                _seconds(value / tally.produced) for value in (tally.at_cycle, Fraction(tally.apt))
            )
            where = f"{machine} {product}".strip()
            yield RowError(
                "", None, where, "oee.cycle_too_long", f"{_percent(fast)} PRI {cycle} s", f"≤ {seen} s"
            )
    for machine, tally in ((key[0], one) for key, one in tallies["machine"].items()):
        told = (
            ("oee.no_data", tally.gap, _hours(tally.gap)),
            ("oee.outside_shift", tally.outside_run, _hours(tally.outside_run)),
            ("oee.pieces_outside", tally.outside_pieces, f"{float(tally.outside_pieces):g}"),
            ("oee.apportioned", tally.apportioned, ""),
            ("oee.no_shift", not tally.pot, ""),
        )
        yield from (RowError("", None, machine, code, str(seen), "") for code, is_so, seen in told if is_so)
    for count in counts:
        if count.resets:
            yield RowError("", None, count.machine, "oee.counter_reset", str(count.produced), "")


def _percent(share: Fraction) -> str:
    return f"{float(share * 100):.1f} %"


def _seconds(micros: Fraction) -> str:
    return f"{float(micros / 1_000_000):.3f}".rstrip("0").rstrip(".")


def _hours(micros: int) -> str:
    return f"{micros / 3_600_000_000:.2f} h"
