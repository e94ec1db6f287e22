"""Working days 工作日: weekends off, holidays and worked weekends as a table; others are not counted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from jiqun.core.errors import PackError
from jiqun.core.packfiles import read_csv

COLUMNS = ("day", "kind", "name_zh", "name_en")
DAY = timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """Which days an office works.

    off     holidays that would be working days; work: weekend days that are worked (调休)
    """

    off: frozenset[date] = frozenset()
    work: frozenset[date] = frozenset()

    @classmethod
    def load(cls, path: Path) -> "WorkingDays":
        """Read `holidays.csv`; it may be empty. PackError names the row."""
        found: dict[str, set[date]] = {"off": set(), "work": set()}
        for number, row in enumerate(read_csv(path, COLUMNS), start=2):
            try:
                found[row["kind"]].add(date.fromisoformat(row["day"]))
            except (KeyError, ValueError):
                seen = f"{row['day']} {row['kind']}"
                raise PackError(
                    "pack.unknown_word", file=str(path), key=f"row {number}", seen=seen, allowed="off work"
                ) from None
        return cls(frozenset(found["off"]), frozenset(found["work"]))

    def is_working(self, day: date) -> bool:
        """Does an office work on that day?"""
        return day in self.work or (day.weekday() < SATURDAY and day not in self.off)

    def after(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`, which itself is not counted."""
        for _ in range(count):
            day += DAY
            while not self.is_working(day):
                day += DAY
        return day

    def between(self, start: date, end: date) -> int:
        """Working days after `start` up to and with `end`; negative when `end` lies before `start`."""
        low, high = min(start, end), max(start, end)
        count = sum(self.is_working(low + n * DAY) for n in range(1, (high - low).days + 1))
        return count if start <= end else -count

    def knows(self, years: Iterable[int]) -> bool:
        """Does the table name a holiday in each of these years? Otherwise holidays there are not counted."""
        told = {day.year for day in self.off | self.work}
        return set(years) <= told
