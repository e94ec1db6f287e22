"""The watcher, step by step: worked sequences by hand, rows out of order, clocks that jump, kills, two at once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from alarm_house import FURNACE, HOT, LOW_AIR, START, after, factory, watched
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_rows import AT
from watched_readings import DESK, LAG, Told, Upto, step

from jiqun.actions import watching
from jiqun.actions.watching_drift import Row
from jiqun.factory.instants import SECOND
from jiqun.ledger import alarms, drift
from jiqun.ledger.alarms import AlarmEntry
from jiqun.ledger.drift import DriftWarning

pytestmark = pytest.mark.django_db
KEY = "spring"


def entries(limit: str = HOT.key) -> list[AlarmEntry]:
    return list(reversed(alarms.journal(KEY, limit=limit, size=1000).rows))


def lines(limit: str = HOT.key) -> list[tuple[str, float, str]]:
    return [(one.name, (one.at_us - START) / SECOND, one.value) for one in entries(limit)]


def test_an_alarm_comes_after_its_delay_and_goes_behind_its_deadband() -> None:
    """425 is fine; 427 from second 10, on-delay 2 s: 12; 425.5 is within the deadband; 424 at 40, off-delay 2 s: 42."""
    factory(HOT)
    told = Told()
    for second, value in [(0, 425.0), (10, 427.0), (20, 428.0), (30, 425.5), (40, 424.0), (50, 424.5)]:
        told.add(FURNACE, second, value)
    assert step(told, 60) == watching.Stepped(6, 2, 0)
    assert lines() == [("active", 12.0, "427"), ("clear", 42.0, "424")]
    row = alarms.one_standing(KEY, HOT.key)
    assert (row.state, row.raised_us, row.value) == ("returned", after(12), 424.5)
    assert drift.position(KEY).arrived_us == after(50 + LAG)


def test_a_delay_ends_by_the_clock_where_no_reading_follows() -> None:
    factory(HOT)
    told = Told()
    told.add(FURNACE, 0, 430.0)
    assert step(told, 3) == watching.Stepped(1, 0, 0)
    assert step(told, 6.9) == watching.Stepped()  # over at 2, told after the grace
    assert step(told, 7) == watching.Stepped(0, 1, 0)
    assert lines() == [("active", 2.0, "430")]
    assert step(told, 60) == watching.Stepped()


def test_a_reading_on_its_way_while_the_delay_ended_still_clears_the_alarm() -> None:
    """Read at 1.5, it came after the alarm of second 2 was told: it counts from then on and goes back to no earlier."""
    factory(replace(HOT, off_delay_s=0.0))
    told = Told()
    told.add(FURNACE, 0, 430.0)
    told.add(FURNACE, 1.5, 420.0, arrived=9.0)
    step(told, 8)
    step(told, 10)
    assert lines() == [("active", 2.0, "430"), ("clear", 2.0, "420")]


def test_rows_of_before_are_counted_and_raise_nothing() -> None:
    factory(HOT)
    told = Told()
    told.add(FURNACE, 100, 420.0)
    step(told, 102)
    for second in range(50):
        told.add(FURNACE, second, 500.0, arrived=103 + second / 100)
    told.add(FURNACE, 105, 421.0)
    step(told, 120)
    assert lines() == []
    row = alarms.one_standing(KEY, HOT.key)
    assert (row.late, row.state, row.read_us) == (50, "normal", after(105))


def test_an_outage_caught_up_in_order_raises_what_was() -> None:
    factory(HOT)
    told = Told()
    for second in range(20):
        told.add(FURNACE, second, 430.0 if 5 <= second < 12 else 420.0, arrived=3600 + second / 100)
    step(told, 3601)
    assert lines() == [("active", 7.0, "430"), ("clear", 14.0, "420")]


def test_a_clock_that_runs_ahead_stops_no_alarm() -> None:
    """One reading from nine minutes ahead counts as read on arrival; those after it go on."""
    factory(HOT)
    told = Told()
    told.add(FURNACE, 540, 420.0, arrived=1)
    told.add(FURNACE, 2, 430.0)
    told.add(FURNACE, 5, 430.0)
    step(told, 20)
    assert lines() == [("active", 4.0, "430")]


def test_what_says_nothing_changes_nothing_and_is_counted() -> None:
    factory(HOT)
    told = Told()
    told.add(FURNACE, 0, 430.0)
    for second, value, quality in [(3, None, 0), (4, float("nan"), 0), (5, 100.0, 2)]:
        told.add(FURNACE, second, value, quality=quality)
    step(told, 30)
    row = alarms.one_standing(KEY, HOT.key)
    assert (row.bad, row.state, row.value) == (3, "unacknowledged", 430.0)


def test_a_step_takes_no_more_than_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    factory(HOT)
    monkeypatch.setattr(watching, "ROWS_MOST", 10)
    told = Told()
    for second in range(25):
        told.add(FURNACE, second, 430.0)
    assert [step(told, 60).rows for _ in range(4)] == [10, 10, 5, 0]  # type: ignore[union-attr]
    assert lines() == [("active", 2.0, "430")]


def test_a_step_killed_before_its_end_leaves_nothing_and_is_done_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    factory(HOT)
    told = Told()
    told.add(FURNACE, 0, 430.0)
    told.add(FURNACE, 4, 431.0)
    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt), transaction.atomic():
        broken.setattr(drift, "keep_position", _killed)
        step(told, 10)
    assert lines() == []
    assert drift.position(KEY).arrived_us == 0
    step(told, 11)
    step(told, 12)
    assert lines() == [("active", 2.0, "430")]


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_of_two_watchers_one_is_thrown_away() -> None:
    factory(HOT)
    told = Told()
    told.add(FURNACE, 0, 430.0)
    told.add(FURNACE, 4, 431.0)

    class Slow(Upto):
        def since(self, site: str, arrived_us: int, limit: int) -> Sequence[Row]:
            rows = super().since(site, arrived_us, limit)
            step(told, 10)  # the other one is faster
            return rows

    assert watching.step(DESK, KEY, Slow(told, 10), at=AT + timedelta(seconds=10)) is None
    assert lines() == [("active", 2.0, "430")]


SECONDS = st.lists(
    st.tuples(st.sampled_from([0.2, 0.5, 1.0, 2.0, 7.0, 30.0]), st.sampled_from([418.0, 425.5, 426.0, 427.0, 440.0])),
    min_size=1, max_size=20,
)  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SECONDS, st.lists(st.integers(0, 400), max_size=8), st.integers(0, 30), st.data())
def test_any_cut_into_steps_and_any_kill_gives_one_journal(
    readings: list[tuple[float, float]], cuts: list[int], late: int, data: st.DataObject
) -> None:
    """The journal is that of one whole step, whenever steps were made and whichever of them were killed."""
    told, second = Told(), 0.0
    for pause, value in readings:
        second += pause
        told.add(FURNACE, second, value)
        told.add("air.pressure", second, 480.0 if value > 430 else 600.0)
    for n in range(late):
        told.add(FURNACE, n / 100, 500.0, arrived=second + 2)
    end = second + 60

    def journal(
        steps: Sequence[float], killed: Sequence[bool]
    ) -> tuple[list[tuple[str, float, str]], list[str]]:
        with transaction.atomic():
            factory(HOT, LOW_AIR)
            for now, dies in zip(steps, killed, strict=True):
                with transaction.atomic():
                    step(told, now)
                    transaction.set_rollback(dies)
            step(told, end)
            found = lines() + lines(LOW_AIR.key), [one.state for one in alarms.standing(KEY)]
            transaction.set_rollback(True)
        return found

    steps = sorted(float(cut) for cut in cuts)
    killed = data.draw(st.lists(st.booleans(), min_size=len(steps), max_size=len(steps)))
    assert journal(steps, killed) == journal([], [])


def warnings(**more: object) -> list[DriftWarning]:
    return list(reversed(drift.list_page(KEY, size=1000, **more).rows))  # type: ignore[arg-type]


def steady(
    told: Told, start: int, end: int, *, drift_from: int = 10**9, slope: float = 0.3, point: str = FURNACE
) -> None:
    """A furnace around 420 °C, one reading a second, that drifts away from a second on."""
    for second in range(start, end):
        wave = (second * 7 % 11 - 5) / 2
        told.add(point, second, 420.0 + wave + max(0, second - drift_from) * slope)


def test_a_detector_learns_from_the_lake_then_names_the_point_that_drifts() -> None:
    factory(HOT)
    watched("furnace", FURNACE, training_s=120.0, every_s=2.0, settle_s=20.0)
    told = Told()
    steady(told, 0, 600, drift_from=400)
    for now in (60, 130):
        step(told, now)
        assert drift.watch(KEY, "furnace").is_learning
    step(told, 150)
    learnt = drift.watch(KEY, "furnace").learnt
    first = START // (2 * SECOND) * 2 * SECOND + 20 * SECOND
    assert (learnt["from_us"], learnt["to_us"], learnt["cells"]) == (first, first + 120 * SECOND, 59)
    assert learnt["points"][0]["level"] == pytest.approx(420.0, abs=1)
    for now in range(160, 605, 15):
        step(told, now)
    (one,) = warnings()
    assert (one.points, one.method, one.watch, one.closed_us) == ((FURNACE,), "point", "furnace", None)
    assert one.reason in ("high", "drift_up")
    assert one.score > 1
    assert after(400) < one.began_us < after(440)


def test_a_restart_goes_on_where_the_detector_stopped() -> None:
    """Steps of nine seconds and steps of a hundred end in the same states and warnings."""
    told = Told()
    steady(told, 0, 500, drift_from=300)
    found = []
    for pause in (9, 100):
        with transaction.atomic():
            factory(HOT)
            watched(
                "furnace", FURNACE, training_s=100.0, every_s=2.0, train_from_us=START, train_to_us=after(200)
            )
            for now in range(201, 302, 100):
                step(told, now)
            for now in range(302, 482, pause):
                step(told, now)
            step(told, 503)
            state = drift.watch(KEY, "furnace").state
            found.append((state, [replace(one, recorded_at=AT, id=0) for one in warnings()]))
            transaction.set_rollback(True)
    assert found[0][1]
    assert found[0] == found[1]


def test_a_detector_that_breaks_takes_no_alarm_down(monkeypatch: pytest.MonkeyPatch) -> None:
    factory(HOT)
    watched("furnace", FURNACE)
    told = Told()
    told.add(FURNACE, 0, 430.0)
    told.add(FURNACE, 5, 430.0)
    monkeypatch.setattr("jiqun.actions.watching_drift.follow", _broken)
    step(told, 10)
    assert lines() == [("active", 2.0, "430")]
    assert drift.watch(KEY, "furnace").state["fault"] == "detector"


def _broken(*_: object) -> None:
    raise ZeroDivisionError


def test_a_point_that_falls_silent_is_warned_of_and_heard_again() -> None:
    factory(HOT)
    told = Told()
    steady(told, 0, 100)
    steady(told, 0, 600, point="other")
    step(told, 270)
    assert warnings() == []
    step(told, 300)
    (one,) = warnings()
    assert (one.method, one.reason, one.points, one.began_us, one.closed_us) == (
        "silent", "silent", (FURNACE,), after(99), None,
    )  # fmt: skip
    steady(told, 400, 410)
    step(told, 500)
    (one,) = warnings()
    assert one.closed_us == after(400)
    assert "很久没有新读数" in one.words["zh"]


def test_a_factory_that_falls_silent_is_one_warning_as_far_as_it_was_listened_to() -> None:
    factory(HOT)
    told = Told()
    steady(told, 0, 30)
    listening = {"listening_us": START}
    step(told, 40, **listening)
    assert step(told, 200, listening_us=after(100)) == watching.Stepped()
    step(told, 211, **listening)
    step(told, 260, **listening)
    (one,) = warnings()
    assert (one.reason, one.points, one.closed_us, one.began_us) == ("silent_site", (), None, after(29 + LAG))
    steady(told, 300, 310)
    step(told, 311, **listening)
    assert warnings()[0].closed_us == after(300 + LAG)
    assert drift.list_page(KEY, open=True).total == 0
