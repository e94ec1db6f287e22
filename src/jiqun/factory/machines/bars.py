"""状态条 a bar of states that can be drawn: where spans are many, the state that held longest in each step."""

from collections.abc import Sequence

from jiqun.factory.machines.model import State, StateSpan
from jiqun.factory.machines.spans import joined


def bar_of(states: Sequence[StateSpan], most: int = 400) -> tuple[StateSpan, ...]:
    """The states themselves, or at most about `most` steps over the same time."""
    if len(states) <= most:
        return tuple(states)
    start, end = states[0].start, states[-1].end
    step = -(-(end - start) // most)
    found: list[StateSpan] = []
    place = 0
    for at in range(start, end, step):
        until = min(at + step, end)
        held: dict[State, int] = {}
        while states[place].end <= at:
            place += 1
        look = place
        while look < len(states) and states[look].start < until:
            one = states[look]
            held[one.state] = held.get(one.state, 0) + min(one.end, until) - max(one.start, at)
            look += 1
        found.append(StateSpan(at, until, max(held, key=lambda state: (held[state], state))))
    return joined(found)


def times_of(states: Sequence[StateSpan]) -> dict[State, int]:
    """Microseconds by state."""
    found: dict[State, int] = {}
    for one in states:
        found[one.state] = found.get(one.state, 0) + one.micros
    return found
