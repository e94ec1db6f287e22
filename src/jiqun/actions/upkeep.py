"""保养 upkeep: the lake's small files are put together before they are many, and what nobody reads is removed."""

from dataclasses import dataclass

from jiqun.actions.desk import Desk
from jiqun.lake.catalogue import TABLES

KEEP_HOURS = 24


@dataclass(frozen=True)
class Tidied:
    """How many files were put together and how many removed, per table."""

    compacted: dict[str, int]
    removed: dict[str, int]


def tidy(desk: Desk, *, keep_hours: int = KEEP_HOURS) -> Tidied:
    """What the worker does when it starts: compact every table with more than one file, remove old files.

    While it works a merge compacts a table by itself once it has many files.
    """
    lake = desk.lake
    compacted = {name: files for name in TABLES if (files := lake.compact_if_many(name, most=2))}
    return Tidied(compacted, {name: lake.vacuum(name, keep_hours=keep_hours) for name in TABLES})
