"""设备日 what a machine did in a window: states, events and pieces for OEE, and how it stands at its end."""

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


def machine_day(told: MachineReadings, manner: Manner) -> MachineDay:
    """Read the readings of one machine. Why it stood is for people to say: `factory.shifts.reasons` lays it over the events."""
    states = states_of(told, manner)
    events = tuple(_event(one, told) for one in states)
    return MachineDay(told.machine, states, events, counts_of(told, states), standing(told, states, manner))


def _event(one: StateSpan, told: MachineReadings) -> Event:
    kind, reason = KINDS[one.state]
    return Event(told.machine, told.line, one.start, one.end, kind, reason, told.product)
