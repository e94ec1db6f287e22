"""四值判断 four-valued truth: met, unmet, unknown, manual, and not applicable; unknown never becomes met.

How states join (not applicable ones are left out first):
    all       unmet beats unknown beats manual beats met
    any       met beats manual beats unknown beats unmet
    at_least  counts: met, else met with manual, else met with manual and unknown
"""

from collections.abc import Iterable
from enum import StrEnum


class State(StrEnum):
    """The answer to one clause, or to a whole rule 判定结果."""

    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"
    MANUAL = "manual"
    NOT_APPLICABLE = "not_applicable"


def at_least(states: Iterable[State], n: int) -> State:
    """Do at least n of these hold? Those that do not apply are left out and n stays."""
    counted = [state for state in states if state is not State.NOT_APPLICABLE]
    met = counted.count(State.MET)
    if met >= n:
        return State.MET
    manual = met + counted.count(State.MANUAL)
    if manual >= n:
        return State.MANUAL
    return State.UNKNOWN if manual + counted.count(State.UNKNOWN) >= n else State.UNMET


def all_of(states: Iterable[State]) -> State:
    """Do all hold? None that applies: not applicable."""
    counted = [state for state in states if state is not State.NOT_APPLICABLE]
    if not counted:
        return State.NOT_APPLICABLE
    for state in (State.UNMET, State.UNKNOWN, State.MANUAL):
        if state in counted:
            return state
    return State.MET


def any_of(states: Iterable[State]) -> State:
    """Does any hold? None that applies: not applicable."""
    counted = [state for state in states if state is not State.NOT_APPLICABLE]
    return at_least(counted, 1) if counted else State.NOT_APPLICABLE


def opposite(state: State) -> State:
    """Met for unmet and the other way round; what is not known stays so."""
    return {State.MET: State.UNMET, State.UNMET: State.MET}.get(state, state)
