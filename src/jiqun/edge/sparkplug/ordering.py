"""报文次序 the order of a node's messages: numbers 0–255, what is missing, since when. Pure.

Values carry their own instants, so none is held back: what is asked here is only whether a message was lost
(specification 5.9: wait for the missing one, and ask for a rebirth when it does not come).
"""

from dataclasses import dataclass, field

NUMBERS = 256


@dataclass(slots=True)
class Order:
    """Where the numbers of one node stand (序号).

    expected  the next number; None before any
    missing   numbers that were skipped and may still come
    broken    the numbers tell no more what is missing: one was none, or stepped back
    since_us  since when something is amiss; None while nothing is
    """

    expected: int | None = None
    missing: set[int] = field(default_factory=set)
    broken: bool = False
    since_us: int | None = None

    def take(self, number: int | None, now_us: int) -> bool:
        """Take the number of a message; False when it skips one, steps back or is none."""
        if number is None or not 0 <= number < NUMBERS:
            self._amiss(now_us)
            self.broken = True
            return False
        if number in self.missing:
            self.missing.discard(number)
            if not self.missing and not self.broken:
                self.since_us = None
            return True
        ahead = 0 if self.expected is None else (number - self.expected) % NUMBERS
        if ahead:
            self._amiss(now_us)
            self.broken |= ahead >= NUMBERS // 2
            if not self.broken:
                self.missing |= {(number - step) % NUMBERS for step in range(1, ahead + 1)}
        self.expected = (number + 1) % NUMBERS
        return not ahead

    def over(self, now_us: int, wait_us: int) -> bool:
        """Has something been amiss for so long that the node is to be asked? Told once."""
        if self.since_us is None or 0 <= now_us - self.since_us < wait_us:  # a clock set back ends the wait
            return False
        self.missing.clear()
        self.broken, self.since_us = False, None
        return True

    def _amiss(self, now_us: int) -> None:
        self.since_us = now_us if self.since_us is None else self.since_us
