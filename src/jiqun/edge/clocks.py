"""时钟 clocks: the wall clock that stamps, and the steady one that measures; a jump of the first shows by the second."""

import time
from typing import Protocol

JUMP_S = 5.0


class Clock(Protocol):
    """What the edge asks for the time (时钟)."""

    def wall_us(self) -> int:
        """Microseconds since 1970 UTC, as the box believes."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back."""
        ...


class BoxClock:
    """The clock of the machine it runs on (本机时钟)."""

    def wall_us(self) -> int:
        """Microseconds since 1970 UTC."""
        return time.time_ns() // 1000

    def monotonic(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()


class Jumps:
    """Counts jumps of the wall clock against the steady one (时钟跳变)."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.count = 0
        self.last_s = 0.0
        self._offset = self._difference()

    def look(self) -> float:
        """Seconds the wall clock jumped since the last look; 0 when it did not. Slow drift is followed."""
        found = self._difference()
        jump, self._offset = found - self._offset, found
        if abs(jump) < JUMP_S:
            return 0.0
        self.count += 1
        self.last_s = jump
        return jump

    def _difference(self) -> float:
        return self.clock.wall_us() / 1e6 - self.clock.monotonic()
