"""实时小图 live drawing: the values of a point as they came, as the points of a small line."""

from collections.abc import Sequence

WIDE, HIGH, EDGE = 240.0, 48.0, 3.0


def spark(trail: Sequence[tuple[float, float]]) -> str:
    """Points of a line in a box of 240 × 48: time to the right, values between their least and largest."""
    if len(trail) < 2:
        return ""
    start, end = trail[0][0], trail[-1][0]
    values = [value for _, value in trail]
    low, high = min(values), max(values)
    span, size = (end - start) or 1.0, (high - low) or 1.0
    return " ".join(
        f"{EDGE + (at - start) / span * (WIDE - 2 * EDGE):.1f},{_height(value, low, high, size):.1f}"
        for at, value in trail
    )


def _height(value: float, low: float, high: float, size: float) -> float:
    if high == low:
        return HIGH / 2
    return HIGH - EDGE - (value - low) / size * (HIGH - 2 * EDGE)
