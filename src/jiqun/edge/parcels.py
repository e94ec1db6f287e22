"""待封批次 parcels: what goes into the buffer, what comes out of it, and how full it is."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is to be sealed into one batch (待封批次).

    rows           readings and refusals in it
    from_us, to_us  the time they span
    marks          what it was made from, so that a message or file delivered again is known
    source_waits   the source keeps it until it is sealed: refusing it loses nothing
    """

    body: dict[str, object]
    rows: int
    from_us: int
    to_us: int
    marks: Sequence[bytes] = field(default=())
    source_waits: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """One sealed batch (批次); `id` is its idempotency key."""

    id: str
    sequence: int
    body: bytes
    to_us: int


@dataclass(frozen=True, slots=True)
class Level:
    """How full the buffer is (水位). Bytes; oldest_us None when nothing waits."""

    batches: int
    rows: int
    bytes: int
    oldest_us: int | None
    set_aside: int
