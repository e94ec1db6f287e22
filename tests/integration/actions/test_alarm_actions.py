"""What people do with alarms, limits, detectors and warnings: who may, what is refused, what the trail keeps."""

from dataclasses import replace
from datetime import timedelta

import pytest
from action_world import officer
from alarm_house import FURNACE, HOT, LOW_AIR, after, factory, warning, watched
from django.db import transaction
from ledger_rows import AT, firm
from watched_readings import DESK, Told, step

from jiqun.actions import alarm_limits, alarms, drift
from jiqun.core.errors import InputError, NotAllowed, NotFound, RowErrors, WrongState
from jiqun.ledger import alarms as held
from jiqun.ledger import audit, subjects
from jiqun.ledger import drift as held_drift
from jiqun.ledger.alarms import AlarmRow
from jiqun.ledger.drift import DriftWatch
from jiqun.ledger.permissions import Actor

OWNER = officer("enterprise", "enterprise", "enterprise:A")
WORKER = officer("workshop", "enterprise", "enterprise:A")
STRANGER = officer("workshop", "enterprise", "enterprise:B")
OFFICE = officer("county_officer", "region", "330624")
KEY = "spring"


@pytest.fixture(autouse=True)
def made(db: None) -> None:
    """A factory whose furnace is too hot."""
    subjects.upsert([firm("A", "甲"), firm("B", "乙")], batch="b1", at=AT)
    factory(HOT, LOW_AIR)
    told = Told()
    for second, value in [(0, 430.0), (5, 431.0)]:
        told.add(FURNACE, second, value)
    step(told, 10)


def do(name: str, *, by: Actor = WORKER, key: str = HOT.key, second: float = 20, **more: object) -> AlarmRow:
    return alarms.command(DESK, KEY, key, name, by=by, at=AT + timedelta(seconds=second), **more)  # type: ignore[arg-type]


def test_an_alarm_is_acknowledged_once() -> None:
    assert do("acknowledge", why="去看了").state == "acknowledged"
    with pytest.raises(WrongState, match=r"alarm\.state"):
        do("acknowledge", second=21)
    (entry, *_) = held.journal(KEY).rows
    assert (entry.name, entry.before, entry.after, entry.by, entry.why, entry.raises) == (
        "acknowledge", "unacknowledged", "acknowledged", "workshop", "去看了", False,
    )  # fmt: skip
    (line,) = audit.list_page(action="alarm").rows
    assert (line.action, line.target, line.detail["before"]) == (
        "alarm.acknowledge", "alarm:spring/furnace.hot", "unacknowledged",
    )  # fmt: skip


def test_what_fell_due_before_a_command_stands_before_it_in_the_journal() -> None:
    told = Told()
    told.add(FURNACE, 12, 420.0)
    step(told, 13)
    assert do("acknowledge", second=15).state == "normal"
    assert [one.name for one in held.journal(KEY, limit=HOT.key).rows] == ["acknowledge", "clear", "active"]


def test_a_shelving_has_an_end_and_a_reason() -> None:
    end = AT + timedelta(hours=2)
    for wrong in ({"why": "", "until": end}, {"why": "换热电偶"}):
        with pytest.raises(InputError, match=r"alarm\.say_why"):
            do("shelve", **wrong)
    with pytest.raises(InputError, match=r"alarm\.shelved_too_long"):
        do("shelve", why="换热电偶", until=AT + timedelta(hours=13))
    with pytest.raises(InputError, match=r"alarm\.why_too_long"):
        do("shelve", why="长" * 501, until=end)
    row = do("shelve", why="换热电偶", until=end)
    assert (row.state, row.shelved_until_us) == ("shelved", after(7200))
    assert held.journal(KEY).rows[0].until_us == after(7200)
    assert step(Told(), 7204) is not None
    assert held.one_standing(KEY, HOT.key).state == "shelved"
    step(Told(), 7206)
    now = held.one_standing(KEY, HOT.key)
    assert (now.state, now.raised_us, now.shelved_until_us) == ("unacknowledged", after(7200), None)
    assert do("shelve", why="再等", until=end + timedelta(hours=1), second=7300).state == "shelved"
    assert do("unshelve", second=7400).state == "unacknowledged"


def test_a_latched_alarm_is_reset() -> None:
    told = Told()
    for second, value in [(20, 400.0), (30, 600.0)]:
        told.add("air.pressure", second, value)
    step(told, 40)
    low = {"key": LOW_AIR.key, "second": 50}
    with pytest.raises(WrongState, match=r"alarm\.state"):
        do("reset", **low)  # type: ignore[arg-type]
    assert do("acknowledge", **low).state == "latched_acknowledged"  # type: ignore[arg-type]
    assert do("reset", **low).state == "normal"  # type: ignore[arg-type]


def test_readings_on_their_way_count_after_a_command() -> None:
    """Acknowledged at 20; at 22 comes what was read at 19: it is fine again. Nothing of it is lost."""
    do("acknowledge")
    told = Told()
    told.add(FURNACE, 19, 420.0, arrived=22)
    step(told, 30)
    row = held.one_standing(KEY, HOT.key)
    assert (row.state, row.late) == ("normal", 0)
    assert held.journal(KEY).rows[0].at_us == after(22)


@pytest.mark.parametrize("name", ["suppress", "remove"])
def test_what_only_who_runs_the_factory_may_do(name: str) -> None:
    with pytest.raises(NotAllowed):
        do(name, why="大修")
    row = do(name, by=OWNER, why="大修")
    assert row.state in ("suppressed", "out_of_service")
    assert held.journal(KEY).rows[0].by == "enterprise"
    back = {"suppress": "release", "remove": "restore"}[name]
    assert do(back, by=OWNER, why="修好", second=60).state == "unacknowledged"


@pytest.mark.parametrize("by", [STRANGER, OFFICE])
def test_nobody_else_touches_an_alarm(by: Actor) -> None:
    with transaction.atomic():
        held_drift.keep_warnings(KEY, [warning(after(5))])
    for forbidden in (
        lambda: do("acknowledge", by=by),
        lambda: alarm_limits.set_limits(DESK, KEY, [HOT], by=by, at=AT),
        lambda: drift.judge(DESK, KEY, held_drift.list_page(KEY).rows[0].id, "useful", "", by=by, at=AT),
        lambda: drift.set_watches(DESK, KEY, [], by=by, at=AT),
    ):
        with pytest.raises(NotAllowed):
            forbidden()
    assert held.one_standing(KEY, HOT.key).state == "unacknowledged"


def test_what_is_not_there() -> None:
    with pytest.raises(NotFound, match=r"alarm\.no_such_limit"):
        do("acknowledge", key="none")
    with pytest.raises(InputError, match=r"alarm\.unknown_command"):
        do("shout", by=OWNER)
    with pytest.raises(NotFound, match=r"factory\.unknown"):
        alarms.command(DESK, "none", HOT.key, "acknowledge", by=WORKER, at=AT)


def test_limits_change_with_their_history() -> None:
    changed = [replace(HOT, setpoint=428.0), LOW_AIR, replace(HOT, key="new", point="other")]
    assert alarm_limits.set_limits(DESK, KEY, changed, by=OWNER, at=AT) == (
        "air.pressure",
        FURNACE,
        "other",
    )
    lines = audit.list_page(action="alarm.limit").rows
    assert sorted(one.target for one in lines) == ["alarm:spring/furnace.hot", "alarm:spring/new"]
    (hot,) = audit.of_target("alarm:spring/furnace.hot")
    assert (hot.detail["before"]["setpoint"], hot.detail["after"]["setpoint"]) == (426.0, 428.0)
    assert held.one_standing(KEY, HOT.key).state == "unacknowledged"
    with pytest.raises(NotAllowed):
        alarm_limits.set_limits(DESK, KEY, changed, by=WORKER, at=AT)


def test_a_limit_switched_off_and_on_begins_anew() -> None:
    alarm_limits.set_limits(DESK, KEY, [replace(HOT, enabled=False)], by=OWNER, at=AT + timedelta(seconds=30))
    assert [one.limit.key for one in held.standing(KEY)] == [LOW_AIR.key]
    with pytest.raises(NotFound):
        do("acknowledge", second=40)
    told = Told()
    told.add(FURNACE, 40, 440.0)
    step(told, 60)
    alarm_limits.set_limits(DESK, KEY, [HOT], by=OWNER, at=AT + timedelta(seconds=70))
    assert held.one_standing(KEY, HOT.key).state == "normal"
    told.add(FURNACE, 80, 440.0)
    step(told, 100)
    names = [one.name for one in held.journal(KEY, limit=HOT.key).rows]
    assert names == ["active", "enable", "disable", "active"]


WRONG = [
    ("key", "Hot!"), ("point", ""), ("name", " "), ("side", "up"), ("setpoint", float("nan")), ("setpoint", float("inf")),
    ("deadband", -1.0), ("on_delay_s", -0.1), ("off_delay_s", 90_000.0), ("priority", 5), ("response", "长" * 1001),
]  # fmt: skip


@pytest.mark.parametrize(("column", "value"), WRONG)
def test_what_no_limit_can_be(column: str, value: object) -> None:
    with pytest.raises(RowErrors) as refused:
        alarm_limits.set_limits(DESK, KEY, [LOW_AIR, replace(HOT, **{column: value})], by=OWNER, at=AT)  # type: ignore[arg-type]
    (error,) = refused.value.errors
    assert (error.row, error.column, error.code) == (2, column, "alarm.bad_limit")
    assert held.limit(KEY, HOT.key) == HOT


def test_a_key_stands_once_in_what_is_entered() -> None:
    with pytest.raises(RowErrors) as refused:
        alarm_limits.set_limits(DESK, KEY, [HOT, HOT], by=OWNER, at=AT)
    assert refused.value.errors[0].code == "alarm.limit_twice"


def test_warnings_are_judged_by_the_workshop() -> None:
    with transaction.atomic():
        held_drift.keep_warnings(KEY, [warning(after(5))])
    (one,) = held_drift.list_page(KEY).rows
    for verdict in ("useful", "not_useful"):
        told = drift.judge(DESK, KEY, one.id, verdict, "热电偶松了", by=WORKER, at=AT)
        assert (told.verdict, told.judged_by) == (verdict, "workshop")
    (last, _) = audit.list_page(action="drift.judge").rows
    assert (last.detail["before"], last.detail["after"]) == ("useful", "not_useful")
    with pytest.raises(InputError, match=r"drift\.unknown_verdict"):
        drift.judge(DESK, KEY, one.id, "nice", "", by=WORKER, at=AT)
    assert drift.judge(DESK, KEY, one.id, "", "", by=WORKER, at=AT).judged_at is None


def test_detectors_are_changed_and_trained_anew() -> None:
    one = watched("furnace", FURNACE, training_s=600.0)
    with transaction.atomic():
        held_drift.keep_watches(KEY, [replace(one, learnt={"points": []}, state={})])
        held_drift.keep_warnings(KEY, [warning(after(5), seen_us=after(9))])
    before = held_drift.position(KEY).steps
    drift.set_watches(DESK, KEY, [replace(one, name="炉温")], by=OWNER, at=AT)
    assert not held_drift.watch(KEY, "furnace").is_learning
    drift.set_watches(DESK, KEY, [replace(one, name="炉温", every_s=1.0)], by=OWNER, at=AT)
    assert held_drift.watch(KEY, "furnace").is_learning
    assert held_drift.list_page(KEY).rows[0].closed_us == after(9)
    drift.retrain(DESK, KEY, "furnace", by=OWNER, at=AT, from_us=after(0), to_us=after(600))
    now = held_drift.watch(KEY, "furnace")
    assert (now.train_from_us, now.train_to_us) == (after(0), after(600))
    assert held_drift.position(KEY).steps == before + 3
    for window in (
        {"from_us": 1},
        {"from_us": after(0), "to_us": after(5)},
        {"from_us": after(9), "to_us": after(0)},
    ):
        with pytest.raises(InputError, match=r"drift\.bad_window"):
            drift.retrain(DESK, KEY, "furnace", by=OWNER, at=AT, **window)
    with pytest.raises(NotFound, match=r"drift\.no_such_watch"):
        drift.retrain(DESK, KEY, "none", by=OWNER, at=AT)
    with pytest.raises(NotAllowed):
        drift.retrain(DESK, KEY, "furnace", by=WORKER, at=AT)


@pytest.mark.parametrize(
    ("column", "wrong"),
    [
        ("key", DriftWatch("", "名", ("a",), 600.0)), ("name", DriftWatch("k", "", ("a",), 600.0)),
        ("points", DriftWatch("k", "名", ("a", "b"), 600.0)), ("points", DriftWatch("k", "名", ("a", "a", "b"), 600.0)),
        ("points", DriftWatch("k", "名", ("A!",), 600.0)), ("every_s", DriftWatch("k", "名", ("a",), 600.0, 0.0)),
        ("training_s", DriftWatch("k", "名", ("a",), 99.0)),
        ("settle_s", DriftWatch("k", "名", ("a",), 600.0, settle_s=-1.0)),
    ],
)  # fmt: skip
def test_what_no_detector_can_be(column: str, wrong: DriftWatch) -> None:
    with pytest.raises(RowErrors) as refused:
        drift.set_watches(DESK, KEY, [wrong], by=OWNER, at=AT)
    assert [one.column for one in refused.value.errors] == [column]
