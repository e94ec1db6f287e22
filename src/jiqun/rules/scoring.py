"""计分 points of a number: bands by their boundary rule, steps, ratios to a base; pure, on numbers and ranges."""

from collections.abc import Sequence
from decimal import Context, Decimal

from jiqun.rules.ranges import ANYTHING, EXACT, ZERO, Range, hull
from jiqun.rules.tree import Band, BandTable, Boundary, Option, PerStep

WIDE = Context(prec=999)
"""Digits for counting full steps: a quotient of more digits than `EXACT` has would raise."""


def owns(bands: Sequence[Band], place: int, boundary: Boundary) -> bool:
    """Does the band at `place` own its upper edge? Only asked where it has one.

    higher_score: the band with the more points; half_open [a, b): the next one; right_closed (a, b]: this one.
    """
    if boundary is not Boundary.HIGHER_SCORE:
        return boundary is Boundary.RIGHT_CLOSED
    here, after = bands[place].points, bands[place + 1].points
    return (here.high or ZERO) > (after.high or ZERO)


def band_points(table: BandTable, value: Decimal | None) -> Range:
    """Points of a value; of an unknown one the range of all bands."""
    if value is None:
        return hull(band.points for band in table.bands)
    for place, band in enumerate(table.bands):
        if band.high is None or value < band.high:
            return band.points
        if value == band.high and owns(table.bands, place, table.boundary):
            return band.points
    return table.bands[-1].points


def step_points(node: PerStep, value: Decimal | None, most: Decimal | None) -> Range:
    """Points for every full step, from 0 to `most`."""
    if value is None:
        return Range(ZERO, most)
    steps = WIDE.divide_int(value, node.step) if value > 0 else ZERO
    return Range.exactly(EXACT.multiply(steps, node.points)).capped(most)


def option_points(options: Sequence[tuple[Option, bool | None]], most: Decimal | None) -> Range:
    """Points of the options that are so, capped."""
    low = high = ZERO
    for option, ticked in options:
        if ticked is not False:
            high = EXACT.add(high, option.points)
        if ticked:
            low = EXACT.add(low, option.points)
    return Range(low, high).capped(most)


def ratio_points(
    value: Decimal | None,
    base: Decimal | None,
    weight: Decimal | None,
    *,
    cap: Decimal | None,
    floor: Decimal | None,
) -> Range:
    """value ÷ base × weight between floor and cap; what is unknown may be anything between them."""
    if weight == 0:
        return Range(ZERO, ZERO)
    if value is None or base is None or base <= 0 or weight is None:
        return ANYTHING.capped(cap).floored(floor)
    points = EXACT.divide(EXACT.multiply(value, weight), base)  # in this order 10 ÷ 3 × 3 is 10
    return Range.exactly(points).capped(cap).floored(floor)
