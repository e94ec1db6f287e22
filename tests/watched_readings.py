"""Readings in the order they arrive, as the lake's reader gives them, without a lake: for tests of the watcher."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from alarm_house import after
from ledger_rows import AT

from jiqun.actions import watching
from jiqun.actions.desk import Desk
from jiqun.actions.watching_drift import Row

DESK = Desk(Path("nowhere"), Path(__file__).parents[1] / "packs")
LAG = 1.0


class Told:
    """Everything that arrives, sooner or later."""

    def __init__(self) -> None:
        self.all: list[Row] = []

    def add(
        self, point: str, read: float, value: float | None, *, arrived: float | None = None, quality: int = 0
    ) -> None:
        """A reading, by seconds behind AT."""
        came = after(read + LAG if arrived is None else arrived)
        self.all.append((point, after(read), value, quality, "", came))

    def since(self, site: str, arrived_us: int, limit: int) -> Sequence[Row]:
        found = sorted((row for row in self.all if row[5] > arrived_us), key=lambda row: (row[5], row[1]))
        last = found[min(limit, len(found)) - 1][5] if found else 0
        return [row for row in found if row[5] <= last]

    def rows(
        self, site: str, points: Sequence[str], *, start_us: int, end_us: int, limit: int | None = None
    ) -> Sequence[Row]:
        found = [row for row in self.all if row[0] in points and start_us <= row[1] < end_us]
        return sorted(found, key=lambda row: (row[0], row[1], row[5]))


class Upto(Told):
    """Only what has arrived by now."""

    def __init__(self, told: Told, now: float) -> None:
        self.all = [row for row in told.all if row[5] <= after(now)]


def step(told: Told, now: float, *, factory: str = "spring", **more: int) -> watching.Stepped | None:
    """One step of the watcher, so many seconds behind AT."""
    return watching.step(DESK, factory, Upto(told, now), at=AT + timedelta(seconds=now), **more)
