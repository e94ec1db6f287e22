"""保养 upkeep: the lake's small files are put together before they are many, and what nobody reads is removed."""

from dataclasses import dataclass

from jiqun.actions.desk import Desk
from jiqun.lake.catalogue import TABLES
from jiqun.lake.compaction import compact, vacuum

FILES_AT_MOST = 40
KEEP_HOURS = 24


@dataclass(frozen=True)
class Tidied:
    """How many files were put together and how many removed, per table."""

    compacted: dict[str, int]
    removed: dict[str, int]


def compact_if_many(desk: Desk, *, most: int = FILES_AT_MOST) -> dict[str, int]:
    """Put a table's files together once there are more than `most`; gives how many files each table had."""
    lake = desk.lake
    return {
        name: compact(lake.root, name, lake.cursor())
        for name in TABLES
        if len(lake.snapshot(name).files) > most
    }


def tidy(desk: Desk, *, keep_hours: int = KEEP_HOURS) -> Tidied:
    """What the worker does when it starts: compact every table with more than one file, remove old files."""
    compacted = compact_if_many(desk, most=1)
    removed = {name: vacuum(desk.lake.root, name, keep_hours=keep_hours) for name in TABLES}
    return Tidied(compacted, removed)
