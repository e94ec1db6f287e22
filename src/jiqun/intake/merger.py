"""并入进程 the merger: every second or two, what is durable in the spools becomes part of the tables and is seen.

A fault stops nothing: what is acknowledged stays in the spool, the merger waits a little longer and says why.
"""

import errno
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from jiqun.core.errors import JiqunError, SourceDown
from jiqun.lake.catalogue import TAKEN
from jiqun.lake.layout import writers
from jiqun.lake.readings.merging import merge_readings
from jiqun.lake.recovery import recover
from jiqun.lake.spool import Segment, pending
from jiqun.lake.store import Lake

MOST_WAIT_S = 30.0


@dataclass(frozen=True, slots=True)
class MergerPace:
    """How the merger works (并入节奏). Seconds, MB, threads of the query engine."""

    every_s: float = 1.5
    memory_mb: int = 128
    threads: int = 1


class Merger:
    """Merges the readings of every writer (并入进程).

    upkeep  called after each round with the lake: compaction of closed days and the like; gives what it did
    """

    def __init__(
        self,
        root: Path,
        pace: MergerPace,
        *,
        told: Callable[[SourceDown | None], None] = lambda _: None,
        upkeep: Callable[[Lake], int] = lambda _: 0,
    ) -> None:
        self.root, self.pace, self.told, self.upkeep = root, pace, told, upkeep
        self.counts: Counter[str] = Counter()
        self.last_fault = ""
        self.last_merge_s: float | None = None
        recover(root)
        self.lake = Lake(root, memory_limit=f"{pace.memory_mb}MB", threads=pace.threads)

    def run(self, stop: threading.Event) -> None:
        """Merge until `stop`, and once more then."""
        wait = self.pace.every_s
        while not stop.wait(wait):
            wait = self.pace.every_s if self.step() else min(MOST_WAIT_S, max(1.0, wait * 2))
        self.step()
        self.lake.close()

    def step(self) -> bool:
        """One round; False when something stands in the way, which is told once when it begins and once when it ends."""
        began = time.monotonic()
        try:
            for writer in waiting(self.root):
                self.counts["rows"] += merge_readings(self.lake, writer).rows
                self.counts["merges"] += 1
            self.counts["kept_up"] += self.upkeep(self.lake)
            fault = None
        except Exception as error:  # noqa: BLE001 - whatever a disk or library says, the spool keeps what is not merged
            fault = _fault(error)
        self.last_merge_s = time.monotonic() - began
        if (str(fault or "") != self.last_fault) and (fault is None or not self.last_fault):
            self.told(fault)
        self.last_fault = str(fault or "")
        self.counts["rounds" if fault is None else "rounds_failed"] += 1
        return fault is None

    def status(self) -> dict[str, object]:
        """What was merged, and how long the oldest waits."""
        paths = [one.path for segments in waiting(self.root).values() for one in segments]
        return {
            "counts": dict(self.counts), "last_fault": self.last_fault, "last_round_s": self.last_merge_s,
            "segments_waiting": len(paths), "oldest_waiting_s": _age(paths),
        }  # fmt: skip


def waiting(root: Path) -> dict[str, list[Segment]]:
    """Segments of readings that wait for a merge, by writer."""
    found = {name: [one for one in pending(root, name) if one.table == TAKEN] for name in writers(root)}
    return {name: segments for name, segments in found.items() if segments}


def _age(paths: list[Path]) -> float:
    """Seconds since the oldest of these files was written; 0 without any."""
    ages = [0.0]
    for path in paths:
        try:
            ages.append(time.time() - path.stat().st_mtime)
        except OSError:  # merged meanwhile
            continue
    return round(max(ages), 3)


def _fault(error: Exception) -> SourceDown:
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    if full or "No space left" in str(error):
        return SourceDown("intake.merge_disk_full", seen=str(error)[:200])
    said = str(error) if isinstance(error, JiqunError) else f"{type(error).__name__}: {error}"
    return SourceDown("intake.not_merged", seen=said[:200])
