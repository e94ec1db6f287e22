"""受理 taking: what the gate makes of one batch of a box: readings, values held back with their reasons, gaps.

Instants are whole microseconds since 1970 UTC.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from jiqun.factory.readings.contract import Gap

QUALITY = {"good": 0, "uncertain": 1, "bad": 2}
"""Words of the contract and the numbers the lake keeps."""

PointWords = tuple[str, str]
"""Unit and kind of a point, as its box told them."""


@dataclass(frozen=True, slots=True)
class TakingLimits:
    """What an instant and a unit may be (受理限度).

    oldest_us, newest_us  so long before and after the arrival a reading may have been read
    units                 units a new point may have; None where any will do
    """

    oldest_us: int = 366 * 86_400_000_000
    newest_us: int = 600_000_000
    units: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class ReadingColumns:
    """Readings as equally long columns (读数列).

    point    index into the batch's `points`
    value    finite; NaN where the source had no value, which is NULL in the lake
    quality  0 good, 1 uncertain, 2 bad
    flags    row to flag, only of rows that have one
    """

    point: Sequence[int] = ()
    read_us: Sequence[int] = ()
    value: Sequence[float] = ()
    quality: Sequence[int] = ()
    flags: Mapping[int, str] = field(default_factory=dict[int, str])


@dataclass(frozen=True, slots=True)
class HeldRow:
    """One value held back (隔离读数).

    point  its key, or whatever name the source used
    seen   what came, at most 200 characters
    """

    point: str
    code: str
    seen: str
    allowed: str = ""
    unit: str = ""
    read_us: int | None = None


@dataclass(frozen=True, slots=True)
class TakenBatch:
    """The outcome of judging one batch (受理批次).

    stream      the id without its last part; empty where it has not the usual form "<stream>-<sequence>"
    made_us     when the box sealed it; None when it told no instant
    arrived_us  when the gate took it: strictly increasing within a site
    new_points  points met for the first time, with unit and kind as told
    """

    id: str
    site: str
    stream: str
    sequence: int
    made_us: int | None
    arrived_us: int
    points: tuple[str, ...] = ()
    columns: ReadingColumns = field(default_factory=ReadingColumns)
    held: tuple[HeldRow, ...] = ()
    gaps: tuple[Gap, ...] = ()
    new_points: Mapping[str, PointWords] = field(default_factory=dict[str, PointWords])

    @property
    def readings(self) -> int:
        """Number of readings."""
        return len(self.columns.read_us)


def split_id(key: str, sequence: int) -> str:
    """The stream of a batch id: what stands before "-<sequence>"; empty when it does not end so."""
    stream = key.removesuffix(f"-{sequence}")
    return "" if stream == key else stream
