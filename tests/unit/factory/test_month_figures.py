"""Figures of a month by hand: connection, collection, OEE as a range, energy; what is not proven stays unknown."""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from jiqun.factory.oee.figures import Ratio
from jiqun.factory.shifts.changes import Changed, changes, digest
from jiqun.factory.shifts.months import (
    Connection,
    OwnMachine,
    OwnPoint,
    Told,
    collected,
    connected_count,
    connected_share,
    connections,
    energy_used,
    missing_share,
    readings_counted,
    share_of,
)

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
POINTS = (
    OwnPoint("a.running", "a", "running"), OwnPoint("a.pieces", "a", "produced"), OwnPoint("b.temp", "b", "temperature"),
    OwnPoint("plant.energy", "", "energy"), OwnPoint("a.energy", "a", "energy"),
)  # fmt: skip


def days(count: int, each: int = 10) -> dict[date, int]:
    return {FIRST + timedelta(days=n): each for n in range(count)}


def test_connected_by_days_read() -> None:
    """a is read on 5 days through two points, b on 2 of the 3 needed, c has no point: 1 of 3."""
    counted = {"a.running": days(3), "a.pieces": {LAST: 1, LAST - timedelta(1): 1}, "b.temp": days(2)}
    found = connections([OwnMachine(key) for key in "abc"], POINTS, counted, last=LAST, least=3)
    assert found == (
        Connection("a", 5, ("a.running", "a.pieces"), True), Connection("b", 2, ("b.temp",), False),
        Connection("c", 0, (), False),
    )  # fmt: skip
    share = connected_share(found, register_complete=True)
    assert (share.value, share.bound, share.machines) == ("33.33", "=", ("a", "b", "c"))
    assert connected_count(found).value == "1"


def test_without_a_word_on_the_register_it_is_an_upper_bound() -> None:
    found = connections(
        [OwnMachine("a"), OwnMachine("c")], POINTS, {"a.running": days(9)}, last=LAST, least=3
    )
    share = connected_share(found, register_complete=False)
    assert (share.value, share.bound, share.why) == ("50", "≤", ("register_open",))
    third = connections([OwnMachine(k) for k in "abc"], POINTS, {"a.running": days(9)}, last=LAST, least=3)
    assert connected_share(third, register_complete=False).value == "33.34", "a bound above is rounded up"


def test_no_machine_is_unknown_and_not_nought() -> None:
    assert connected_share((), register_complete=True) == Told(None, why=("no_machines",))
    only = [OwnMachine("meter", production=False)]
    assert connections(only, POINTS, {}, last=LAST, least=3) == ()


@pytest.mark.parametrize(
    ("day", "counts"), [(date(2026, 10, 15), False), (LAST, False), (date(2026, 11, 1), True)]
)
def test_a_machine_retired_in_the_month_no_longer_counts(day: date, counts: bool) -> None:
    found = connections([OwnMachine("a", retired_on=day)], POINTS, {"a.running": days(9)}, last=LAST, least=3)
    assert bool(found) is counts


def test_days_of_bad_readings_only_do_not_count() -> None:
    found = connections([OwnMachine("a")], POINTS, {"a.running": {FIRST: 0}}, last=LAST, least=1)
    assert found == (Connection("a", 0, (), False),) or found[0].days == 0


def test_collection_is_proven_or_unknown() -> None:
    counted = {"a.running": days(3), "plant.energy": days(2)}
    roles = frozenset({"running", "produced"})
    made = collected(POINTS, counted, roles=roles, of_machines=True, least=3)
    assert (made.value, made.machines, made.points) == ("是", ("a",), ("a.running",))
    energy = collected(POINTS, counted, roles=frozenset({"energy"}), of_machines=False, least=3)
    assert (energy.value, energy.why) == (None, ("no_readings",))
    loose = (OwnPoint("x", "", "running"),)
    assert collected(loose, {"x": days(9)}, roles=roles, of_machines=True, least=3).value is None


def test_readings_counted() -> None:
    assert readings_counted({"a": days(2, 5), "b": days(1, 7)}).value == "17"
    assert readings_counted({}).value is None


@pytest.mark.parametrize(
    ("ratio", "value", "high", "bound"),
    [
        (Ratio(Fraction(2, 3)), "66.67", "", "="),
        (Ratio(Fraction(11, 10)), "110", "", "="),
        (Ratio(None, Fraction(2, 3), Fraction(5, 7), ("gap",)), "66.66", "71.43", "range"),
        (Ratio(None, Fraction(1, 2), None, ("gap",)), "50", "", "≥"),
        (Ratio(None, Fraction(0), Fraction(1), ("no_good",)), None, "", "="),
        (Ratio(None, why=("no_time",)), None, "", "="),
    ],
)  # fmt: skip
def test_a_share_keeps_its_range(ratio: Ratio, value: str | None, high: str, bound: str) -> None:
    told = share_of(ratio, ["a"])
    assert (told.value, told.high, told.bound) == (value, high, bound)


def test_energy_of_the_site_goes_before_that_of_machines() -> None:
    growth = {"plant.energy": (Fraction(1001, 2), True), "a.energy": (Fraction(90), True)}
    told = energy_used(growth, POINTS)
    assert (told.value, told.bound, told.points) == ("500.5", "=", ("plant.energy",))
    part = energy_used({"a.energy": (Fraction(90), True)}, [POINTS[4]])
    assert (part.value, part.bound, part.why) == ("90", "≥", ("meter_part",))
    reset = energy_used({"plant.energy": (Fraction(500), False)}, POINTS)
    assert (reset.value, reset.bound) == ("500", "≥")
    assert energy_used({}, POINTS).why == ("no_readings",)
    assert energy_used({}, POINTS[:2]).why == ("no_meter",)


def test_missing_share() -> None:
    assert missing_share(["a", "b"], {"a": days(31), "b": days(15)}, days=31) == Fraction(16, 62)
    assert missing_share([], {}, days=31) is None


def test_what_changed_of_a_report() -> None:
    before = {"total": {"oee_index": 0.5, "times_s": {"pbt": 100}, "quantities": {"pq": 3}}, "by_machine": []}
    now = {
        "total": {"oee_index": None, "times_s": {"pbt": 100}, "quantities": {"pq": 4}},
        "by_machine": [{"machine": "a", "oee_index": 0.6}],
    }
    assert changes(before, now) == (
        Changed("", "oee_index", 0.5, None), Changed("", "pq", 3, 4), Changed("a", "oee_index", None, 0.6),
    )  # fmt: skip
    assert changes(now, now) == ()
    assert changes(now, before)[-1] == Changed("a", "oee_index", 0.6, None)
    then, later = ({"total": {"times_s": {"pbt": 100, name: 7}}} for name in ("adot", "down"))
    assert changes(then, later) == (), "a time that reports did not tell then has not changed"
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1}) != digest({"a": 1, "b": 3})


def test_a_month_in_which_nothing_was_read_is_unknown_and_not_nought() -> None:
    """The factory may have been connected to something else, or not at all: nobody knows."""
    found = connections([OwnMachine("a"), OwnMachine("c")], POINTS, {}, last=LAST, least=3)
    for told in (connected_share(found, register_complete=True), connected_count(found)):
        assert told == Told(None, why=("no_readings",), machines=("a", "c"))


def test_a_month_in_which_something_was_read_on_too_few_days_is_nought() -> None:
    found = connections([OwnMachine("a")], POINTS, {"a.running": days(1)}, last=LAST, least=3)
    assert connected_share(found, register_complete=True).value == "0"
    assert connected_count(found).value == "0"
