"""OEE by hand: one shift worked out on paper, then what is unknown, what is too fast, and what is outside."""

from fractions import Fraction

from factory_house import count, event, shift

from jiqun.factory.instants import HOUR, MINUTE
from jiqun.factory.oee.figures import figures_of, too_fast, waterfall
from jiqun.factory.oee.report import report
from jiqun.factory.oee.showing import report_object
from jiqun.factory.oee.tally import Tally

MINOR = 5 * MINUTE


def total(events: list, counts: list, shifts: list) -> Tally:
    return report(events, counts, shifts, minor_below=MINOR).tallies["total"][()]


def by_hand() -> Tally:
    """Shift 08:00–16:00, a break of 30 min, maintenance of 30 min: PBT 420 min. Down 40, changeover 20, delay 6, minor 4."""
    events = [
        event(480, 600), event(600, 640, "down", "断料"), event(640, 660, "changeover", "换模"), event(660, 720),
        event(750, 753, "down", "卡料"), event(753, 754, "delay"), event(754, 880),
        event(880, 910, "planned", "保养"), event(910, 916, "delay", "等料"), event(916, 960),
    ]  # fmt: skip
    counts = [
        count(480, 600, 100, 98),
        count(660, 720, 60, 60),
        count(754, 880, 100, 95),
        count(916, 960, 40, 40),
    ]
    return total(events, counts, [shift(480, 960, (720, 750))])


def test_a_shift_worked_out_on_paper() -> None:
    tally, found = by_hand(), figures_of(by_hand())
    assert (tally.pot, tally.pbt, tally.apt) == (8 * HOUR, 7 * HOUR, 354 * MINUTE)
    assert found.availability.value == Fraction(354, 420)
    assert found.effectiveness.value == Fraction(300, 354)
    assert found.quality_ratio.value == Fraction(293, 300)
    assert found.oee_index.value == Fraction(293, 420)
    assert found.scrap_ratio.value == Fraction(7, 300)
    assert found.setup_ratio.value == Fraction(20, 374)
    assert found.technical_efficiency.value == Fraction(354, 400), "ISO 22400-2: APT ÷ (APT + ADET)"


def test_its_waterfall() -> None:
    steps = [(one.key, one.reason, one.micros / MINUTE) for one in waterfall(by_hand())]
    assert steps == [
        ("down", "断料", 40), ("delay", "等料", 6), ("changeover", "换模", 20), ("minor", "卡料", 3), ("minor", "", 1),
        ("speed", "", 50), ("quality", "", 7), ("productive", "", 293),
    ]  # fmt: skip


def test_a_standstill_as_long_as_the_threshold_is_no_minor_stop() -> None:
    for minutes, minor in ((4.9, True), (5, False)):
        tally = total([event(480, 500, "run"), event(500, 500 + minutes, "down"), event(500 + minutes, 540)],
                      [], [shift(480, 540)])  # fmt: skip
        assert bool(tally.micros("minor")) is minor


def test_a_long_standstill_told_in_short_pieces_is_no_minor_stop() -> None:
    events = [event(480, 483, "down", "a"), event(483, 486, "delay", "b"), event(486, 540)]
    assert total(events, [], [shift(480, 540)]).micros("minor") == 0


def test_no_data_is_a_gap_and_no_stop() -> None:
    tally = total(
        [event(480, 500), event(520, 540)],
        [count(480, 500, 20, 20), count(520, 540, 20, 20)],
        [shift(480, 540)],
    )
    found = figures_of(tally)
    assert tally.micros("down") == 0 and tally.gap == 20 * MINUTE
    assert found.availability.value is None and found.availability.why == ("gap",)
    assert (found.availability.low, found.availability.high) == (Fraction(2, 3), 1)
    assert found.availability.known == 1
    assert found.oee_index.value is None and (found.oee_index.low, found.oee_index.high) == (
        Fraction(2, 3),
        1,
    )
    assert found.technical_efficiency.value is None


def test_a_counter_that_spans_the_gap_makes_oee_known_though_availability_is_not() -> None:
    tally = total([event(480, 500), event(520, 540)], [count(480, 540, 45, 45)], [shift(480, 540)])
    found = figures_of(tally)
    assert found.availability.value is None and found.oee_index.value == Fraction(45, 60)
    assert (found.effectiveness.low, found.effectiveness.high) == (Fraction(45, 60), Fraction(45, 40))


def test_faster_than_its_ideal_cycle_is_shown_and_told_not_capped() -> None:
    found = report([event(480, 540)], [count(480, 540, 75, 75)], [shift(480, 540)], minor_below=MINOR)
    tally = found.tallies["total"][()]
    assert too_fast(tally) == figures_of(tally).effectiveness.value == Fraction(75, 60)
    assert figures_of(tally).oee_index.value == Fraction(75, 60)
    assert [(one.key, one.micros / MINUTE) for one in waterfall(tally)] == [
        ("speed", -15),
        ("productive", 75),
    ]
    told = [one for one in found.remarks if one.code == "oee.cycle_too_long"]
    assert [(one.column, one.seen, one.allowed) for one in told] == [("M1 P", "125.0 % PRI 60 s", "≤ 48 s")]


def test_pieces_nobody_counted_or_judged_are_unknown() -> None:
    events, shifts = [event(480, 510), event(510, 540)], [shift(480, 540)]
    cases = {
        "no_count": [count(480, 510, 30, 30)],
        "no_good": [count(480, 540, 60, None)],
        "no_cycle": [count(480, 540, 60, 60, cycle=None)],
    }
    for why, counts in cases.items():
        found = figures_of(total(events, counts, shifts))
        assert found.oee_index.value is None and found.oee_index.why == (why,)
        assert found.availability.value == 1
    assert figures_of(total(events, cases["no_cycle"], shifts)).quality_ratio.value == 1
    assert waterfall(total(events, cases["no_count"], shifts))[0].key == "run_not_split"


def test_nothing_planned_gives_no_ratio() -> None:
    tally = total([event(480, 540)], [], [shift(480, 540, weekdays=frozenset({7}))])
    assert tally.pot == 0 and tally.outside_run == HOUR
    assert figures_of(tally).oee_index.why == ("no_time",)


def test_running_in_a_break_is_told_and_its_pieces_are_not_reckoned() -> None:
    tally = total([event(480, 540)], [count(480, 540, 60, 60)], [shift(480, 540, (500, 510))])
    assert (tally.outside_run, tally.outside_pieces, tally.produced) == (10 * MINUTE, 10, 50)
    assert figures_of(tally).effectiveness.value == 1


def test_products_of_different_cycles_are_weighed_by_time() -> None:
    events = [event(480, 510, product="fast"), event(510, 540, product="slow")]
    counts = [
        count(480, 510, 60, 30, product="fast", cycle=30),
        count(510, 540, 15, 15, product="slow", cycle=120),
    ]
    found = figures_of(total(events, counts, [shift(480, 540)]))
    assert found.quality_ratio.value == Fraction(3, 4) == found.oee_index.value
    groups = report(events, counts, [shift(480, 540)], minor_below=MINOR).tallies["product"]
    assert [figures_of(groups[key,]).quality_ratio.value for key in ("fast", "slow")] == [Fraction(1, 2), 1]


def test_the_object_names_what_is_missing() -> None:
    found = report_object(report([event(480, 500)], [], [shift(480, 540)], minor_below=MINOR))
    assert found["total"]["availability"] is None  # type: ignore[index]
    assert found["total"]["bounds"]["availability"]["low"] == 0.333333  # type: ignore[index]
    assert found["by_machine_shift"][0]["shift"] == "2026-11-02 A"  # type: ignore[index]
