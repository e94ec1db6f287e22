"""报警用词 words of alarms for pages: states and moves out of the diagram, points and machines with their names."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from jiqun.actions.reading.statements import Label
from jiqun.factory.alarms.diagram import Diagram
from jiqun.factory.instants import moment
from jiqun.ledger import factories
from jiqun.ledger.factories import FactoryPoint

SWITCHED = {
    "enable": Label("启用限值", "Limit switched on"),
    "disable": Label("停止监视", "Limit switched off"),
}
"""What the journal tells beside the moves of the diagram."""


@dataclass(frozen=True)
class StateShown:
    """A state of the diagram: its key, the standard's letter, its word; whether somebody is to answer."""

    key: str
    letter: str
    label: Label
    unanswered: bool
    aside: bool


@dataclass(frozen=True)
class Whereabouts:
    """Points by key, machines' names by key."""

    points: Mapping[str, FactoryPoint]
    machines: Mapping[str, str]

    def point_name(self, key: str) -> str:
        """The name of a point, its key where nobody gave one."""
        found = self.points.get(key)
        return found.name if found is not None and found.name else key

    def unit(self, key: str) -> str:
        """The unit of a point; "" where no box has told of it."""
        found = self.points.get(key)
        return found.unit if found is not None else ""

    def machine(self, key: str) -> str:
        """The key of the machine a point belongs to, "" for none."""
        found = self.points.get(key)
        return found.machine if found is not None else ""

    def machine_name(self, key: str) -> str:
        """The name of the machine a point belongs to."""
        return self.machines.get(self.machine(key), "")


def whereabouts(factory: str) -> Whereabouts:
    """Points and machines of a factory, those of the past too."""
    points = {one.key: one for one in factories.points(factory, retired=True)}
    return Whereabouts(points, {one.key: one.name for one in factories.machines(factory, retired=True)})


def state_shown(diagram: Diagram, key: str) -> StateShown:
    """A state as pages show it; it waits for an answer where it can be acknowledged."""
    state = diagram.states[key]
    waits = any(diagram.move("acknowledge", key, latching=one) is not None for one in (False, True))
    return StateShown(key, state.letter, Label(**state.label), waits, state.follows)


def state_label(diagram: Diagram, key: str) -> Label:
    """The word of a state; the key itself where the diagram no longer has it."""
    state = diagram.states.get(key)
    return Label(**state.label) if state is not None else Label.of(key)


def move_label(diagram: Diagram, name: str, before: str, after: str) -> Label:
    """What a line of the journal tells."""
    for one in diagram.moves:
        if one.event == name and before in one.before and after in (one.after, one.after_if_active):
            return Label(**one.label)
    return SWITCHED.get(name, Label.of(name))


def at(us: int | None) -> datetime | None:
    """The instant in time of Shanghai."""
    return None if us is None else moment(us)
