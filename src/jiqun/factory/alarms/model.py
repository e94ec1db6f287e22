"""报警点 alarm points, their state, what happens to them and what follows; instants are microseconds since 1970."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Side: TypeAlias = Literal["high", "low"]


@dataclass(frozen=True, slots=True)
class Limit:
    """One alarm of one point.

    side      high: the condition holds from `setpoint` upwards; low: downwards
    deadband  how far back behind the setpoint a value must be for the condition to end; in the point's unit
    on_delay, off_delay  microseconds a condition must hold, or be gone, without a break
    priority  1 is the highest
    latching  it stays until it is reset
    """

    key: str
    point: str
    side: Side
    setpoint: float
    deadband: float = 0.0
    on_delay: int = 0
    off_delay: int = 0
    priority: int = 3
    latching: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """Whether the process is beyond the limit: as read (`raw`, since when) and after the delays (`active`)."""

    raw: bool = False
    since: int = 0
    active: bool = False


@dataclass(frozen=True, slots=True)
class AlarmState:
    """Where an alarm stands: state of the diagram, its condition, until when it is shelved, the last instant seen."""

    state: str = "normal"
    condition: Condition = Condition()
    shelved_until: int | None = None
    seen_at: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A value of the point; None, NaN and infinities say nothing about the condition."""

    value: float | None


@dataclass(frozen=True, slots=True)
class Command:
    """What somebody (or the design) does with the alarm: acknowledge, reset, shelve …"""

    name: str
    by: str = ""
    why: str = ""
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """Nothing but time has gone by."""


Happening: TypeAlias = Reading | Command | Tick


@dataclass(frozen=True, slots=True)
class Effect:
    """What followed: a move from state to state, or something to be told (`bad_value`, `out_of_order`).

    audit   what the audit row of a move says, by name
    raises  somebody is to be told: the alarm occurs (counted in floods)
    silences  nobody needs to be told any more
    """

    name: str
    at: int
    before: str
    after: str
    audit: tuple[tuple[str, str], ...] = ()
    raises: bool = False
    silences: bool = False
