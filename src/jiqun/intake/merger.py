"""并入进程 the merger: every second or two, what is durable in the spools becomes part of the tables and is seen.

A fault stops nothing: what is acknowledged stays in the spool, the merger waits a little longer and says why. Upkeep of the
tables (closed days rewritten, rollups, old files) goes on beside it in a thread of its own, for it may take seconds.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from jiqun.core.errors import SourceDown
from jiqun.intake.rounds import Rounds, Told
from jiqun.lake.catalogue import TAKEN
from jiqun.lake.layout import writers
from jiqun.lake.readings.compacting import keep_up
from jiqun.lake.readings.merging import merge_readings
from jiqun.lake.recovery import recover
from jiqun.lake.spool import Segment, pending
from jiqun.lake.store import Lake


def _silent(fault: SourceDown | None) -> None:
    del fault


@dataclass(frozen=True, slots=True)
class MergerPace:
    """How the merger works (并入节奏). Seconds, MB, threads of the query engine."""

    every_s: float = 1.5
    upkeep_s: float = 5.0
    memory_mb: int = 128
    threads: int = 1


class Merger:
    """Merges the readings of every writer, and keeps the tables in order (并入进程)."""

    def __init__(
        self, root: Path, pace: MergerPace, *, now_us: Callable[[], int], told: Told = _silent
    ) -> None:
        self.root, self._now_us = root, now_us
        self.counts: Counter[str] = Counter()
        recover(root)
        self.lake = Lake(root, memory_limit=f"{pace.memory_mb}MB", threads=pace.threads)
        self.merging = Rounds(self._merge, pace.every_s, told)
        self.upkeep = Rounds(self._keep_up, pace.upkeep_s, told)

    def run(self, stop: threading.Event) -> None:
        """Merge until `stop`, and once more then."""
        beside = threading.Thread(target=self.upkeep.run, args=(stop,), name="upkeep", daemon=True)
        beside.start()
        self.merging.run(stop)
        self.merging.step()
        beside.join()
        self.lake.close()

    def status(self) -> dict[str, object]:
        """What was merged, and how long the oldest waits."""
        paths = [one.path for segments in waiting(self.root).values() for one in segments]
        return {
            "counts": self.counts | self.merging.counts, "last_fault": self.merging.last_fault or self.upkeep.last_fault,
            "last_round_s": self.merging.last_s, "segments_waiting": len(paths), "oldest_waiting_s": _age(paths),
        }  # fmt: skip

    def _merge(self) -> None:
        for writer in waiting(self.root):
            self.counts["rows"] += merge_readings(self.lake, writer).rows
            self.counts["merges"] += 1

    def _keep_up(self) -> None:
        self.counts["files_replaced"] += keep_up(self.lake, self._now_us())


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
