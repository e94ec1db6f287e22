"""Worked cases of the standards and textbooks, as read in docs/explanation/standards-read.md; numbers are theirs."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from factory_house import count, event, shift

from jiqun.edge.modbus.registers import MOST_BITS, MOST_REGISTERS
from jiqun.edge.opcua.values import quality_of_code
from jiqun.factory.alarms.counting import Raised, chattering, floods
from jiqun.factory.alarms.diagram import Diagram
from jiqun.factory.detect.model import Settings
from jiqun.factory.detect.points import Learnt, PointState, ewma_of, statistics
from jiqun.factory.instants import MINUTE, SECOND
from jiqun.factory.oee.figures import Figures, figures_of
from jiqun.factory.oee.report import report
from jiqun.factory.readings.model import Quality

DIAGRAM = Diagram.load(Path(__file__).parents[3] / "packs" / "factory" / "alarm_states.toml")


def test_tabular_cusum_of_the_concentration_data() -> None:
    """Montgomery & Runger, Applied Statistics, table 16-7: target 99, σ 2, K 1; S_H and S_L by formulas 16-30 and 16-31."""
    data = [102.0, 94.8, 98.3, 98.4, 102.0, 98.5, 99.0, 97.7, 100.0, 98.1,
            101.3, 98.7, 101.1, 98.4, 97.0, 96.7, 100.3, 101.4, 97.2, 101.0]  # fmt: skip
    high = [2.0, 0, 0, 0, 2.0, 0.5, 0, 0, 0, 0, 1.3, 0, 1.1, 0, 0, 0, 0.3, 1.7, 0, 1.0]
    low = [0, 3.2, 2.9, 2.5, 0, 0, 0, 0.3, 0, 0, 0, 0, 0, 0, 1.0, 2.3, 0, 0, 0.8, 0]
    learnt = Learnt("concentration", "level", 99.0, 2.0, 2.0)
    _, up, down, _ = statistics(
        np.array(data), learnt, PointState(), Settings(cusum_slack=0.5, cusum_limit=5.0)
    )
    assert np.allclose(up * 2, high) and np.allclose(down * 2, low)


def test_ewma_of_the_handbook() -> None:
    """NIST/SEMATECH 6.3.2.4: target 50, s 2.0539, λ 0.3; the limit is k s √(λ ÷ (2 − λ)) from it, 52.5884 for k = 3."""
    data = np.array([52.0, 47.0, 53.0, 49.3, 50.1, 47.0, 51.0, 50.1, 51.2, 50.5])
    told = 50 + ewma_of(data - 50, 0.3)
    assert np.allclose(
        told, [50.60, 49.52, 50.56, 50.18, 50.16, 49.21, 49.75, 49.85, 50.26, 50.33], atol=0.006
    )
    learnt = Settings(ewma_weight=0.3, ewma_limit=3.0)
    limit = learnt.ewma_limit * (learnt.ewma_weight / (2 - learnt.ewma_weight)) ** 0.5
    assert 50 + 2.0539 * limit == pytest.approx(52.5884, abs=1e-3)


def shift_of(minor_below: int) -> Figures:
    """A shift of 480 min: setup 30, a fault of 40, waiting 20, a jam of 2; 350 items of 1 min, 343 of them good."""
    events = [event(0, 30, "changeover"), event(30, 70, "down"), event(70, 90, "delay"), event(90, 300),
              event(300, 302, "down", "jam"), event(302, 480)]  # fmt: skip
    told = report(events, [count(0, 480, 350, 343)], [shift(0, 480)], minor_below=minor_below)
    return figures_of(told.tallies["total"][()])


def test_the_ratios_of_iso_22400_with_its_own_split_of_minor_stops() -> None:
    found = shift_of(0)
    assert found.availability.value == Fraction(388, 480), "APT ÷ PBT; APT is producing time only"
    assert found.effectiveness.value == Fraction(350, 388), "PRI × PQ ÷ APT"
    assert found.quality_ratio.value == Fraction(343, 350), "GQ ÷ PQ"
    assert found.oee_index.value == Fraction(388, 480) * Fraction(350, 388) * Fraction(343, 350)
    assert found.setup_ratio.value == Fraction(30, 418), "AUST ÷ AUPT"
    assert found.technical_efficiency.value == Fraction(388, 388 + 62), "APT ÷ (APT + ADET)"


def test_ours_moves_minor_stops_between_two_factors_and_leaves_their_product() -> None:
    ours, theirs = shift_of(5 * MINUTE), shift_of(0)
    assert ours.availability.value == Fraction(390, 480) and ours.effectiveness.value == Fraction(350, 390)
    assert ours.oee_index == theirs.oee_index and ours.quality_ratio == theirs.quality_ratio


@pytest.mark.parametrize(("alarms", "is_flood"), [(10, False), (11, True)])
def test_a_flood_is_more_than_ten_in_ten_minutes(alarms: int, *, is_flood: bool) -> None:
    raised = [Raised(at * 54 * SECOND, f"a{at}", "desk") for at in range(alarms)]
    assert bool(floods(raised, DIAGRAM, until=60 * MINUTE)) is is_flood


@pytest.mark.parametrize(("times", "chatters"), [((0, 30), False), ((0, 30, 60), True), ((0, 31, 61), False)])
def test_three_in_a_minute_chatter(times: tuple[int, ...], *, chatters: bool) -> None:
    told = chattering([Raised(at * SECOND, "a", "desk") for at in times], DIAGRAM)
    assert ("a" in told) is chatters


ARROWS = [
    ("normal", "active", "unacknowledged"), ("unacknowledged", "acknowledge", "acknowledged"),
    ("unacknowledged", "clear", "returned"), ("acknowledged", "clear", "normal"),
    ("returned", "acknowledge", "normal"), ("returned", "active", "unacknowledged"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "event_name", "after"), ARROWS)
def test_the_arrows_every_reading_of_isa_18_2_has(before: str, event_name: str, after: str) -> None:
    move = DIAGRAM.move(event_name, before, latching=False)
    assert move is not None and move.after == move.after_if_active == after


@pytest.mark.parametrize(
    ("state", "back"), [("shelved", "unshelve"), ("suppressed", "release"), ("out_of_service", "restore")]
)
def test_what_was_set_aside_comes_back_as_its_condition_says(state: str, back: str) -> None:
    move = DIAGRAM.move(back, state, latching=False)
    assert move is not None and (move.after, move.after_if_active) == ("normal", "unacknowledged")
    aside = {"shelved": "shelve", "suppressed": "suppress", "out_of_service": "remove"}[state]
    assert all(
        DIAGRAM.move(aside, one, latching=False)
        for one in ("normal", "unacknowledged", "acknowledged", "returned")
    )


@pytest.mark.parametrize(
    ("code", "quality"),
    [(0x00000000, Quality.GOOD), (0x00960000, Quality.GOOD), (0x40900000, Quality.UNCERTAIN),
     (0x408F0000, Quality.UNCERTAIN),
     (0x80340000, Quality.BAD), (0x800A0000, Quality.BAD), (0xC0000000, Quality.BAD)],
)  # fmt: skip
def test_the_two_highest_bits_of_a_status_code_are_its_severity(code: int, quality: Quality) -> None:
    """OPC 10000-4; the codes are those of its table (GoodLocalOverride, UncertainLastUsableValue, BadNodeIdUnknown …)."""
    assert quality_of_code(code) is quality
    assert quality_of_code(code | 0xFFFF) is quality, "the lower half says nothing of it"


def test_no_modbus_request_asks_for_more_than_the_protocol_allows() -> None:
    """Application Protocol V1.1b3, 6.1–6.4: 125 registers, 2,000 bits."""
    assert MOST_REGISTERS <= 125 and MOST_BITS <= 2_000
