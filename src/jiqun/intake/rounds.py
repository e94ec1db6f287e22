"""轮次 rounds: work done again and again in a thread; a fault is told once when it begins and once when it has passed."""

import errno
import threading
import time
from collections import Counter
from collections.abc import Callable

from jiqun.core.errors import JiqunError, SourceDown

MOST_WAIT_S = 30.0
FULL = ("No space left", "File too large", "Disk quota")
Told = Callable[[SourceDown | None], None]
"""Hears of a fault when it begins, of None when it has passed."""


class Rounds:
    """Work and how it goes (轮次); after a fault the pauses grow to half a minute."""

    def __init__(self, work: Callable[[], None], every_s: float, told: Told) -> None:
        self._work, self._every_s, self._told = work, every_s, told
        self.counts: Counter[str] = Counter()
        self.last_fault = ""
        self.last_s: float | None = None

    def run(self, stop: threading.Event) -> None:
        """Round after round until `stop`."""
        wait = self._every_s
        while not stop.wait(wait):
            wait = self._every_s if self.step() else min(MOST_WAIT_S, max(1.0, wait * 2))

    def step(self) -> bool:
        """One round; False when something stood in the way."""
        began = time.monotonic()
        try:
            self._work()
            fault = None
        except Exception as error:  # noqa: BLE001 - whatever a disk or library says: told, and tried again
            fault = _fault(error)
        self.last_s = round(time.monotonic() - began, 4)
        if bool(fault) != bool(self.last_fault):
            self._told(fault)
        self.last_fault = str(fault or "")
        self.counts["rounds" if fault is None else "rounds_failed"] += 1
        return fault is None


def _fault(error: Exception) -> SourceDown:
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    if full or any(words in f"{error} {error.__cause__ or ''}" for words in FULL):
        return SourceDown("intake.merge_disk_full", seen=str(error)[:200])
    said = str(error) if isinstance(error, JiqunError) else f"{type(error).__name__}: {error}"
    return SourceDown("intake.not_merged", seen=said[:200])
