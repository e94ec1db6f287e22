"""入口判定 screen: what a machine said becomes a reading, a refusal with its reason, or nothing new.

Pure: the instant of arrival is passed in. A refusal is never silence: it travels to the gate's quarantine and is counted.
"""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from jiqun.core.units import UnitTable
from jiqun.edge.config import Limits
from jiqun.factory.readings.model import Point, PointKind, Quality, Reading, Refusal, Sample
from jiqun.factory.readings.reasons import (
    COUNTER_BACK,
    INFINITE,
    MOST,
    NO_SOURCE_TIME,
    NO_VALUE,
    NOT_A_NUMBER,
    REPEATED,
    SEEN,
    TOO_LARGE_A_NUMBER,
    TOO_NEW,
    TOO_OLD,
    UNIT_CHANGED,
    UNKNOWN_POINT,
    WRONG_TYPE,
    told,
)

SILENCE_US = 60_000_000  # an unchanged value is said again after a minute, so that silence means something


class Screen:
    """Judges samples one after the other; remembers the last reading of each point (入口判定)."""

    def __init__(self, points: Iterable[Point], limits: Limits, units: UnitTable | None = None) -> None:
        self.points = {point.key: point for point in points}
        self.limits = limits
        self.units = units
        self.counts: Counter[str] = Counter()
        self._last: dict[str, Reading] = {}

    def judge(self, sample: Sample, arrived_us: int) -> Reading | Refusal | None:
        """One sample judged; None when it lies within the deadband of the last reading."""
        point = self.points.get(sample.key)
        reason = UNKNOWN_POINT if point is None else self._reason(point, sample, arrived_us)
        if point is None or reason:
            return self.refuse(reason, sample.key, sample.value, arrived_us, read_us=sample.read_us)
        reading = self._reading(point, sample, arrived_us)
        if self._unchanged(point, reading):
            self.counts["unchanged"] += 1
            return None
        last = self._last.get(point.key)
        if last is None or reading.read_us >= last.read_us:  # history sent later is no state of now
            self._last[point.key] = reading
        self.counts["readings"] += 1
        if reading.flag:
            self.counts[reading.flag] += 1
        return reading

    def refuse(
        self, reason: str, key: str, seen: object, arrived_us: int, *, read_us: int | None = None
    ) -> Refusal:
        """A refusal, counted under its reason."""
        self.counts[reason] += 1
        self.counts["refused"] += 1
        sound = read_us if read_us is not None and abs(read_us) < 2**62 else None
        return Refusal(key[:SEEN], reason, told(seen), arrived_us, sound)

    def exchange(self, gone: Iterable[Point], come: Iterable[Point]) -> None:
        """Points of connections that went and came; what comes starts anew."""
        for point in gone:
            self.points.pop(point.key, None)
            self._last.pop(point.key, None)
        for point in come:
            self.points[point.key] = point
            self._last.pop(point.key, None)

    def again(self, keys: Iterable[str], now_us: int) -> list[Reading]:
        """Points whose source speaks only of changes and has been silent for a minute: their last value, holding now.

        What was bad or had no value is not said again.
        """
        found: list[Reading] = []
        for key in keys:
            last = self._last.get(key)
            if last is None or last.value is None or last.quality is Quality.BAD:
                continue
            if max(last.arrived_us, last.read_us) <= now_us - SILENCE_US:
                self._last[key] = replace(last, read_us=now_us, arrived_us=now_us, flag=REPEATED)
                found.append(self._last[key])
        self.counts[REPEATED] += len(found)
        return found

    def forget(self, keys: Iterable[str]) -> None:
        """Readings of these points were not kept: what comes next is new again."""
        for key in keys:
            self._last.pop(key, None)

    def _reason(self, point: Point, sample: Sample, arrived_us: int) -> str:
        value = sample.value
        if value is None:
            return "" if sample.quality is Quality.BAD else WRONG_TYPE
        if not isinstance(value, int | float):
            return WRONG_TYPE
        if isinstance(value, float) and math.isnan(value):
            return NOT_A_NUMBER
        if isinstance(value, float) and math.isinf(value):
            return INFINITE
        if abs(value) > MOST or abs(value * point.scale) > MOST:
            return TOO_LARGE_A_NUMBER
        if sample.unit and not self._same_unit(sample.unit, point.unit):
            return UNIT_CHANGED
        read_us = arrived_us if sample.read_us is None else sample.read_us
        if read_us < arrived_us - self.limits.oldest_us:
            return TOO_OLD
        return TOO_NEW if read_us > arrived_us + self.limits.newest_us else ""

    def _same_unit(self, said: str, ours: str) -> bool:
        if said == ours:
            return True
        return self.units is not None and said in self.units and self.units.get(said).key == ours

    def _reading(self, point: Point, sample: Sample, arrived_us: int) -> Reading:
        flag = "" if sample.read_us is not None else NO_SOURCE_TIME
        read_us = arrived_us if sample.read_us is None else sample.read_us
        if sample.value is None:
            return Reading(point.key, read_us, arrived_us, None, sample.quality, NO_VALUE)
        assert isinstance(sample.value, int | float)
        value = float(sample.value) * point.scale
        last = self._last.get(point.key)
        if (
            point.kind is PointKind.COUNTER and last is not None and last.value is not None
            and read_us >= last.read_us and value < last.value
        ):  # fmt: skip
            flag = COUNTER_BACK
        return Reading(point.key, read_us, arrived_us, value, sample.quality, flag)

    def _unchanged(self, point: Point, reading: Reading) -> bool:
        last = self._last.get(point.key)
        if last is None or not point.deadband or reading.quality is not last.quality:
            return False
        if (
            reading.value is None
            or last.value is None
            or not 0 <= reading.read_us - last.read_us < SILENCE_US
        ):
            return False
        return abs(reading.value - last.value) < point.deadband
