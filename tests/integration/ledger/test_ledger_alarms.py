"""Alarms and warnings in the ledger: where they stand, the journal by span, how loud it was, what warnings were worth."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from alarm_house import FURNACE, HOT, LOW_AIR, START, after, entry, factory, warning, watched
from django.db import IntegrityError, transaction
from ledger_rows import AT

from jiqun.core.errors import NotFound
from jiqun.factory.alarms.diagram import Diagram
from jiqun.factory.instants import DAY
from jiqun.ledger import alarms, drift, models
from jiqun.ledger.drift import Position

pytestmark = pytest.mark.django_db
DIAGRAM = Diagram.load(Path(__file__).parents[3] / "packs/factory/alarm_states.toml")


def test_a_limit_is_entered_with_where_it_stands_and_changed_without_losing_it() -> None:
    key = factory()
    (air, hot) = alarms.standing(key)
    assert (air.limit, hot.limit) == (LOW_AIR, HOT)
    assert (hot.state, hot.seen_us, hot.late) == ("normal", None, 0)
    with transaction.atomic():
        alarms.keep(key, [replace(hot, state="unacknowledged", raised_us=START, value=430.5, late=2)], [])
        alarms.put_limits(key, [replace(HOT, setpoint=428.0)], by="other", at=AT)
    now = alarms.one_standing(key, HOT.key)
    assert (now.limit.setpoint, now.state, now.raised_us, now.value, now.late) == (
        428.0,
        "unacknowledged",
        START,
        430.5,
        2,
    )
    assert models.AlarmLimit.objects.get(key=HOT.key).changed_by == "other"


def test_the_most_urgent_stands_first_and_lists_narrow() -> None:
    other = replace(HOT, key="furnace.hotter", setpoint=440.0)
    key = factory(HOT, LOW_AIR, other, replace(HOT, key="old", enabled=False))
    with transaction.atomic():
        rows = alarms.locked(key, [HOT.key, other.key])
        alarms.keep(key, [replace(rows[other.key], state="unacknowledged", raised_us=START)], [])
    assert [one.limit.key for one in alarms.standing(key)] == [LOW_AIR.key, other.key, HOT.key]
    assert [one.limit.key for one in alarms.standing(key, states=("unacknowledged",))] == [other.key]
    assert [one.limit.key for one in alarms.standing(key, point="air.pressure")] == [LOW_AIR.key]
    assert len(alarms.standing(key, disabled=True)) == 4
    assert [one.key for one in alarms.limits(key)] == [LOW_AIR.key, HOT.key, other.key]
    for ask in (lambda: alarms.limit(key, "none"), lambda: alarms.one_standing("other", HOT.key)):
        with pytest.raises(NotFound, match=r"alarm\.no_such_limit"):
            ask()
    with transaction.atomic(), pytest.raises(NotFound, match=r"alarm\.no_such_limit"):
        alarms.locked(key, ["old"])


def test_the_journal_of_a_span() -> None:
    key = factory()
    factory(HOT, key="other")
    told = [
        entry(HOT, after(0)), entry(HOT, after(30), "acknowledge", by="王", raises=False), entry(LOW_AIR, after(60)),
    ]  # fmt: skip
    with transaction.atomic():
        alarms.keep(key, [], told)
    page = alarms.journal(key)
    assert [(one.limit, one.name, one.by) for one in page.rows] == [
        (LOW_AIR.key, "active", ""), (HOT.key, "acknowledge", "王"), (HOT.key, "active", ""),
    ]  # fmt: skip
    assert replace(page.rows[2], id=0) == told[0]
    assert alarms.journal(key, limit=HOT.key).total == 2
    assert alarms.journal(key, start_us=after(30), end_us=after(60)).rows[0].name == "acknowledge"
    assert alarms.journal(key, raises=True).total == 2
    assert alarms.journal(key, by_people=True).total == 1
    assert alarms.journal(key, point=FURNACE, raises=True).total == 1
    assert alarms.journal("other").total == 0


def test_floods_and_chattering_are_counted() -> None:
    """Eleven in ten minutes are a flood, three of one within a minute chatter; both by hand."""
    key = factory()
    with transaction.atomic():
        alarms.keep(key, [], [entry(HOT, after(50 * n)) for n in range(11)])
        alarms.keep(key, [], [entry(LOW_AIR, after(700 + n)) for n in (0, 20, 40)])
    counts = alarms.counts(key, START, after(3600), DIAGRAM)
    assert counts.raised == 14
    assert counts.priorities == {1: 3, 2: 11, 3: 0, 4: 0}
    assert [(one.operator, one.start) for one in counts.floods] == [(key, START)]
    assert dict(counts.chattering) == {LOW_AIR.key: 3}
    assert counts.worst == ((HOT.key, 11), (LOW_AIR.key, 3))
    assert alarms.counts(key, after(-60), START, DIAGRAM).raised == 0


def test_warnings_go_on_and_are_judged() -> None:
    key = factory()
    with transaction.atomic():
        drift.keep_warnings(
            key, [warning(START), warning(after(60), points=("air.pressure",), reason="stuck")]
        )
    first = drift.list_page(key, point=FURNACE).rows[0]
    assert first.words["zh"].startswith(FURNACE)
    with transaction.atomic():
        said = drift.judge(key, first.id, "useful", "热电偶松了", by="王", at=AT)
        drift.keep_warnings(key, [replace(first, seen_us=after(90), closed_us=after(90), score=3.0)])
    now = drift.get(key, first.id)
    assert (now.verdict, now.judged_by, now.judged_why, now.score, now.closed_us) == (
        said.verdict, "王", "热电偶松了", 3.0, after(90),
    )  # fmt: skip
    assert [one.reason for one in drift.list_page(key, open=True).rows] == ["stuck"]
    assert [one.id for one in drift.list_page(key, judged=True).rows] == [first.id]
    assert drift.list_page(key, judged=False, start_us=after(60), end_us=after(61)).total == 1
    with transaction.atomic():
        assert drift.judge(key, first.id, "", "", by="王", at=AT).judged_at is None
        with pytest.raises(NotFound, match=r"drift\.no_such_warning"):
            drift.judge("other", first.id, "useful", "", by="王", at=AT)


def test_the_worth_of_warnings_is_unknown_where_nobody_judged() -> None:
    key = factory()
    assert drift.score(key, START, after(0)).false_alarms_a_week is None
    with transaction.atomic():
        drift.keep_warnings(key, [warning(after(n)) for n in range(4)])
    worth = drift.score(key, START - 14 * DAY, START + 7 * DAY)
    assert (worth.warnings, worth.judged, worth.precision) == (4, 0, None)
    ids = [one.id for one in drift.list_page(key).rows]
    with transaction.atomic():
        drift.judge(key, ids[0], "useful", "", by="王", at=AT)
        drift.judge(key, ids[1], "not_useful", "", by="王", at=AT)
        drift.judge(key, ids[2], "not_useful", "", by="王", at=AT)
        drift.locked_position(key)
        drift.keep_position(key, Position(1, START))
    worth = drift.score(key, START - 14 * DAY, START + 7 * DAY)
    assert (worth.judged, worth.precision, worth.false_alarms_a_week) == (3, Fraction(1, 3), 2)


def test_detectors_and_the_position_are_kept() -> None:
    key = factory()
    one = watched("furnace", FURNACE)
    with transaction.atomic():
        drift.keep_watches(key, [replace(one, learnt={"level": 420.0}, state={"up": 1.5})])
        assert drift.locked_position(key) == Position()
        drift.keep_position(key, Position(5, 3, 1, {FURNACE: [1, 2, 3]}, AT))
        drift.touch(key)
    assert drift.watch(key, "furnace").learnt == {"level": 420.0}
    assert not drift.watch(key, "furnace").is_learning
    assert drift.position(key) == Position(5, 3, 2, {FURNACE: [1, 2, 3]}, AT)
    models.DriftWatch.objects.update(form=99)
    models.WatchPosition.objects.update(form=99)
    assert drift.watches(key)[0].is_learning
    assert drift.position(key) == Position(5, 3, 2)
    with pytest.raises(NotFound, match=r"drift\.no_such_watch"):
        drift.watch(key, "none")


def test_the_ledger_refuses_what_cannot_be() -> None:
    key = factory()
    for wrong in ({"priority": 5}, {"side": "up"}, {"deadband": -1.0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            alarms.put_limits(key, [replace(HOT, key="wrong", **wrong)], by="test", at=AT)  # type: ignore[arg-type]
