"""设备日 what a machine did in a window: states, events and pieces for OEE, and how it stands at its end."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from jiqun.factory.machines.manner import Manner
from jiqun.factory.machines.model import MachineDay, MachineReadings, State, StateSpan
from jiqun.factory.machines.now import standing
from jiqun.factory.machines.pieces import counts_of
from jiqun.factory.machines.states import states_of
from jiqun.factory.oee.model import Event, Kind

KINDS: dict[State, tuple[Kind, str]] = {
    "running": ("run", ""), "stopped": ("down", ""), "starved": ("delay", "starved"), "blocked": ("delay", "blocked"),
    "gap": ("gap", ""), "unknown": ("gap", ""),
}  # fmt: skip
"""What a state counts as and why, until a person says otherwise."""


def machine_day(told: MachineReadings, manner: Manner, *, stops: Sequence[Event] = ()) -> MachineDay:
    """Read the readings of one machine.

    stops  what people said of standstills: its kind, reason and product stand in place of ours wherever the machine did
           not run; those of other machines are left aside
    """
    states = states_of(told, manner)
    own = sorted((one for one in stops if one.machine == told.machine), key=lambda one: one.start)
    events = tuple(piece for one in states for piece in _events(one, told, own))
    return MachineDay(told.machine, states, events, counts_of(told, states), standing(told, states, manner))


def _events(one: StateSpan, told: MachineReadings, stops: Sequence[Event]) -> Iterator[Event]:
    """One span as events; a standstill parted where people's reasons begin and end, the one that began last holding."""
    kind, reason = KINDS[one.state]
    if one.state == "running":
        yield Event(told.machine, told.line, one.start, one.end, kind, reason, told.product)
        return
    touching = [stop for stop in stops if stop.start < one.end and stop.end > one.start]
    cuts = sorted({at for stop in touching for at in (stop.start, stop.end) if one.start < at < one.end})
    edges = [one.start, *cuts, one.end]
    for start, end in pairwise(edges):
        place = bisect_right(touching, start, key=lambda stop: stop.start)
        said = next((stop for stop in reversed(touching[:place]) if stop.end > start), None)
        if said is None:
            yield Event(told.machine, told.line, start, end, kind, reason, told.product)
        else:
            yield Event(
                told.machine, told.line, start, end, said.kind, said.reason, said.product or told.product
            )
