"""数据文件 data files of the readings: which of them may hold what is asked for, told by name and commit alone.

A file holds one Shanghai day, told by its name, so a question about a day opens that day's files only.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import PurePath

from jiqun.factory.instants import day_of
from jiqun.lake.encode import quoted
from jiqun.lake.layout import compacted_from, day_of_file
from jiqun.lake.snapshot import Snapshot


def by_day(snapshot: Snapshot) -> dict[date, list[str]]:
    """The files of each day, in order of days."""
    found: dict[date, list[str]] = {}
    for file in snapshot.files:
        day = day_of_file(PurePath(file).name)
        if day is not None:
            found.setdefault(day, []).append(file)
    return dict(sorted(found.items()))


def between(snapshot: Snapshot, start_us: int | None, end_us: int | None) -> list[str]:
    """Files that may hold readings from `start_us` to before `end_us` (microseconds since 1970; None is open)."""
    first = day_of(start_us) if start_us is not None else date.min
    last = day_of(end_us - 1) if end_us is not None else date.max
    return [file for day, files in by_day(snapshot).items() if first <= day <= last for file in files]


def arrived_after(snapshot: Snapshot, arrived_us: int, *, seen_version: int | None = None) -> list[str]:
    """Files that may hold readings which arrived after an instant.

    seen_version  a version of the table of which every file was looked into for that instant already: then only files
                  added since matter, and of those not the ones compacted from what was there
    """
    found = [
        file for file in snapshot.files if snapshot.arrived.get(file, (0, arrived_us + 1))[1] > arrived_us
    ]
    if seen_version is None:
        return found
    return [file for file in found if not _compacted_by(file, seen_version)]


def new_since(snapshot: Snapshot, seen: Snapshot) -> list[str]:
    """Files with readings that were in no file of an earlier snapshot."""
    known = set(seen.files)
    return [file for file in snapshot.files if file not in known and not _compacted_by(file, seen.version)]


def source(files: Iterable[str]) -> str:
    """What stands after FROM to read some files; there must be one at least."""
    listed = ", ".join(f"'{quoted(file)}'" for file in files)
    return f"read_parquet([{listed}])"


def pieces_of(files: Sequence[str], most: int) -> list[Sequence[str]]:
    """Files in parts of at most `most`, in order."""
    return [files[start : start + most] for start in range(0, len(files), most)]


def _compacted_by(file: str, version: int) -> bool:
    """Was it made only of rows that stood in the table at that version?"""
    base = compacted_from(PurePath(file).name)
    return base is not None and base <= version
