"""读数 readings on their way: points, the values connectors hand over, and what becomes of each: reading or refusal.

Instants are whole microseconds since 1970 UTC (`_us`), so that no rounding stands between machine and lake.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

KEY = re.compile(r"[a-z0-9][a-z0-9_.-]{0,127}")


class PointKind(StrEnum):
    """How the values of a point behave (测点性质)."""

    MEASUREMENT = "measurement"  # may go up and down: a temperature
    TOTAL = "total"  # a running sum that may be corrected downwards: stock
    COUNTER = "counter"  # only grows; going back is a reset or a fault: pieces, energy


class Quality(StrEnum):
    """What the source itself says of a value (质量): the three classes of OPC UA, used for every protocol."""

    GOOD = "good"
    UNCERTAIN = "uncertain"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Point:
    """One point (测点). Value recorded = value of the machine × scale, in `unit`.

    address   where the connector finds it, in the form its manifest tells
    deadband  smallest change worth a reading, in `unit`; 0 keeps every change
    """

    key: str
    address: str
    unit: str
    kind: PointKind
    scale: float = 1.0
    deadband: float = 0.0


@dataclass(frozen=True, slots=True)
class Sample:
    """What a connector hands over, unjudged (原始值).

    key      the point, or whatever name the source used when it is none of ours
    value    as the source gave it, of any type
    read_us  instant the source says, None when it says none
    unit     unit the source says, "" when it says none
    """

    key: str
    value: object
    read_us: int | None
    quality: Quality = Quality.GOOD
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A judged value on its way (读数); `flag` says what is odd about a value that is kept ("" when nothing is)."""

    key: str
    read_us: int
    arrived_us: int
    value: float | None
    quality: Quality
    flag: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A value that is no reading (拒收), with its reason; it travels to the quarantine of the gate.

    seen  what came, cut to 200 characters
    """

    key: str
    reason: str
    seen: str
    arrived_us: int
    read_us: int | None = None
