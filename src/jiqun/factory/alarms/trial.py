"""报警试算 how often a limit would have called over readings of the past: a pure count, before anybody is woken by it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from jiqun.factory.alarms.condition import due, read, readable
from jiqun.factory.alarms.model import Condition, Limit


@dataclass(frozen=True, slots=True)
class Trial:
    """What a limit would have done; instants and lengths in microseconds.

    readings     readings looked at; unreadable: those of them that say nothing
    occurrences  how often the alarm would have occurred, delays and deadband kept
    beyond       how long it would have stood, all times together; longest: the longest of them
    low, high    least and greatest value that was read, None where none was
    """

    readings: int = 0
    unreadable: int = 0
    occurrences: int = 0
    beyond: int = 0
    longest: int = 0
    low: float | None = None
    high: float | None = None


def tried(limit: Limit, readings: Iterable[tuple[int, float | None]], *, until: int) -> Trial:
    """Walk through readings (instant, value) in order; `until` ends what still stands then."""
    walk = _Walk(limit)
    for at, value in readings:
        walk.settle(at)
        walk.take(at, value)
    walk.settle(until)
    walk.end(until)
    return walk.told


class _Walk:
    """The condition on its way through the readings."""

    def __init__(self, limit: Limit) -> None:
        self._limit = limit
        self._condition = Condition()
        self._began = 0
        self.told = Trial()

    def take(self, at: int, value: float | None) -> None:
        """A reading."""
        told = replace(self.told, readings=self.told.readings + 1)
        if value is None or not readable(value):
            self.told = replace(told, unreadable=told.unreadable + 1)
            return
        low = value if told.low is None else min(told.low, value)
        high = value if told.high is None else max(told.high, value)
        self.told = replace(told, low=low, high=high)
        self._condition = read(self._limit, self._condition, value, at)
        self.settle(at)

    def settle(self, at: int) -> None:
        """A delay that has ended by an instant."""
        end = due(self._limit, self._condition)
        if end is None or end > at:
            return
        self._condition = replace(self._condition, active=self._condition.raw)
        if self._condition.active:
            self._began = end
            self.told = replace(self.told, occurrences=self.told.occurrences + 1)
        else:
            self._close(end)

    def end(self, until: int) -> None:
        """What stands at the end has stood until then."""
        if self._condition.active:
            self._close(until)

    def _close(self, end: int) -> None:
        lasted = max(0, end - self._began)
        told = self.told
        self.told = replace(told, beyond=told.beyond + lasted, longest=max(told.longest, lasted))
