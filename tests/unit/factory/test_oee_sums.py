"""What holds of every day: the waterfall adds up to the planned busy time exactly, groups add up to the whole."""

from fractions import Fraction
from typing import get_args

from factory_house import at, shift
from hypothesis import given, settings
from hypothesis import strategies as st

from jiqun.factory.instants import DAY, MINUTE
from jiqun.factory.oee.figures import figures_of, waterfall
from jiqun.factory.oee.model import Count, Event, Kind
from jiqun.factory.oee.report import report

SHIFTS = [
    shift(480, 960, (600, 615), (720, 750), name="早"),
    shift(1200, 1680, (1430, 1450), name="夜"),
]


@st.composite
def days(draw: st.DrawFn) -> tuple[list[Event], list[Count]]:
    """Events of two machines over two days with gaps, and counts of some of them."""
    events, counts = [], []
    for machine in ("M1", "M2"):
        now = at(0) + draw(st.integers(0, DAY))
        for _ in range(draw(st.integers(0, 8))):
            now += draw(st.integers(0, 200 * MINUTE))
            end = now + draw(st.integers(1, 300 * MINUTE))
            product = draw(st.sampled_from(("P", "Q", "")))
            kind = draw(st.sampled_from(get_args(Kind)))
            events.append(Event(machine, "L", now, end, kind, draw(st.sampled_from("ab")), product))
            if draw(st.booleans()):
                made = draw(st.one_of(st.none(), st.integers(0, 500)))
                good = None if made is None else draw(st.one_of(st.none(), st.integers(0, made)))
                cycle = draw(st.one_of(st.none(), st.fractions(1, 10**8)))
                scrap = None if good is None or made is None else Fraction(made - good)
                judged = None if good is None else Fraction(good)
                produced = None if made is None else Fraction(made)
                counts.append(Count(machine, now, end, produced, judged, scrap, product, cycle))
            now = end
    return events, counts


@settings(max_examples=15, deadline=None)
@given(days(), st.integers(0, 10 * MINUTE))
def test_every_waterfall_adds_up_to_the_planned_busy_time(
    day: tuple[list[Event], list[Count]], minor: int
) -> None:
    found = report(*day, SHIFTS, minor_below=minor)
    for group in found.tallies.values():
        for tally in group.values():
            assert sum(one.micros for one in waterfall(tally)) == tally.pbt


@settings(max_examples=12, deadline=None)
@given(days())
def test_machines_and_products_add_up_to_the_whole(day: tuple[list[Event], list[Count]]) -> None:
    found = report(*day, SHIFTS, minor_below=5 * MINUTE)
    whole = found.tallies["total"].get(())
    for name in ("line", "machine", "product", "machine_product"):
        parts = list(found.tallies[name].values())
        assert sum(one.pbt for one in parts) == (whole.pbt if whole else 0)
        assert sum(one.produced for one in parts) == (whole.produced if whole else 0)
    assert sum(one.pbt for one in found.tallies["shift"].values()) == (whole.pbt if whole else 0)


@settings(max_examples=12, deadline=None)
@given(days())
def test_a_value_lies_within_its_bounds_and_oee_is_the_product_of_its_factors(
    day: tuple[list[Event], list[Count]],
) -> None:
    for tally in report(*day, SHIFTS, minor_below=5 * MINUTE).tallies["machine"].values():
        found = figures_of(tally)
        for ratio in (found.availability, found.effectiveness, found.quality_ratio, found.oee_index):
            if ratio.low is not None and ratio.high is not None:
                assert ratio.low <= ratio.high
        factors = found.availability.value, found.effectiveness.value, found.quality_ratio.value
        if None not in factors and tally.at_cycle:
            assert found.oee_index.value == factors[0] * factors[1] * factors[2]  # type: ignore[operator]


@settings(max_examples=12, deadline=None)
@given(days())
def test_every_piece_is_counted_once_inside_or_outside(day: tuple[list[Event], list[Count]]) -> None:
    events, counts = day
    whole = report(events, counts, SHIFTS, minor_below=0).tallies["total"].get(())
    made = sum(one.produced for one in counts if one.produced is not None)
    assert (whole.produced + whole.outside_pieces if whole else 0) == made
