"""设备读数 readings of one machine by what they tell, and what is told from them; instants are whole microseconds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, TypeAlias

from jiqun.factory.oee.model import Count, Event, Span

State: TypeAlias = Literal["running", "stopped", "starved", "blocked", "gap", "unknown"]
"""How a machine stands: standing for want of pieces, standing because the next has no room, not heard, nobody can say."""
STATES: tuple[State, ...] = ("running", "stopped", "starved", "blocked", "gap", "unknown")
Seen: TypeAlias = tuple[int, float | None, int]
"""read_us, value (None where the source had none), quality (0 good, 1 uncertain, 2 bad)."""
BAD = 2
STATE_ROLE, QUEUE, PRODUCED, SCRAP, GOOD, CYCLE = "running", "queue", "produced", "scrap", "good", "cycle"
ROOM_AFTER, QUEUE_AFTER = "room_after", "queue_after"


@dataclass(frozen=True, slots=True)
class MachineReadings:
    """What is known of one machine from `start` to `end` (now, if the day still runs).

    readings  by role, each in order of time: running, queue, produced, scrap, good, cycle; queue_after and room_after are
              `queue` and `room` of the machine behind it. They may begin before `start`: the last one before it is the
              state `start` finds
    heard     instants in order by which silence is told; empty: those of all readings here (a box says an unchanged point
              again after a minute, so silence means something)
    gaps      spans of which the box says that something was lost
    cuts      instants at which counts are parted (shifts), besides changes of state
    ideal_cycle_us  planned run time per item (PRI); None where nobody said
    """

    machine: str
    start: int
    end: int
    readings: Mapping[str, Sequence[Seen]] = field(default_factory=dict[str, Sequence[Seen]])
    line: str = ""
    product: str = ""
    ideal_cycle_us: Fraction | None = None
    heard: Sequence[int] = ()
    gaps: Sequence[Span] = ()
    cuts: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class StateSpan:
    """The machine stood so from `start` to `end`."""

    start: int
    end: int
    state: State

    @property
    def micros(self) -> int:
        """Its length."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Standing:
    """How the machine stands at the end of the window.

    state     as it is told to people: a standstill too short to tell leaves the machine running
    since     from when on; None: since before the window
    bare      what the last span says; other than `state` during such a short standstill
    cycle_us  actual run time per item over the last pieces; None where too few were counted
    pieces    how many pieces `cycle_us` rests on
    read_us   the last instant at which one of its points said anything; None: never
    """

    state: State
    since: int | None
    bare: State
    cycle_us: Fraction | None = None
    pieces: int = 0
    read_us: int | None = None


@dataclass(frozen=True, slots=True)
class MachineDay:
    """What a machine did in a window: spans that cover it exactly, the same for OEE, pieces, how it stands at the end."""

    machine: str
    states: tuple[StateSpan, ...]
    events: tuple[Event, ...]
    counts: tuple[Count, ...]
    last: Standing
