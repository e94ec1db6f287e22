"""Connecting a machine: the draft, the points and what is wrong with them, saving, changing, taking out, and who may."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from action_world import MORNING, World
from connect_house import (
    ADDRESS,
    NOW_US,
    OFFICE,
    OTHER,
    OVEN,
    OWNER,
    PLACE,
    WORKER,
    calls,
    connector,
    furnished,
    row,
    said,
    seen,
)
from reading_files import write_beside, write_readings

from jiqun.actions import connecting as acts
from jiqun.actions.connect_points import ChosenPoint, number_of
from jiqun.actions.connecting import Place
from jiqun.actions.reading.connecting import connect_page, connection_page
from jiqun.actions.reading.connectors import connectors_page
from jiqun.actions.reading.held_readings import held_page, held_rows_for_file
from jiqun.core.errors import InputError, NotAllowed, NotFound, RowErrors, WrongState
from jiqun.ledger import audit, boxes, connections, factories
from jiqun.ledger.connections import Connection
from jiqun.ledger.permissions import Actor

KEY = "spring"


@pytest.fixture
def made(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(type(world.desk), "now", lambda _: MORNING)
    return furnished(world)


def begun(made: World, place: Place = PLACE, kind: str = "opcua") -> str:
    draft = acts.begin(made.desk, KEY, place, by=OWNER, at=MORNING)
    acts.protocol(made.desk, KEY, draft.id, kind, by=OWNER)
    return draft.id


def saved(made: World, *rows: ChosenPoint, name: str = "炉", place: Place = PLACE) -> Connection:
    id = begun(made, place)
    acts.look(made.desk, KEY, id, ADDRESS, by=OWNER, at=MORNING)
    acts.choose(made.desk, KEY, id, rows or [OVEN], by=OWNER, at=MORNING)
    return acts.save(made.desk, KEY, id, name, by=OWNER, at=MORNING)


def test_five_steps_end_in_a_connection_a_machine_and_points_with_their_meaning(made: World) -> None:
    place = Place("box-1", new_name="卷簧机 2 号", line="l1")
    id = begun(made, place)
    trial = acts.look(made.desk, KEY, id, {**ADDRESS, "interval_ms": "250"}, by=OWNER, at=MORNING)
    assert trial is not None
    calls(
        seen(row(), row("ns=2;s=x", "text", name="state", note="no_number")),
        path=f"/api/box/trials/{trial.id}",
    )
    page = connect_page(made.desk, OWNER, KEY, id=id, step=4)
    first, second = page.rows
    assert (first.unit, first.role, first.sure, first.number, first.chosen) == (
        "摄氏度",
        "temperature",
        False,
        True,
        False,
    )
    assert not second.number and page.machine_name == "卷簧机 2 号"
    assert factories.machines(KEY)[-1].key == "furnace" and not connections.of_factory(KEY), (
        "nothing is kept yet"
    )
    watched = acts.choose(
        made.desk, KEY, id, [replace(OVEN, key=first.key, role="running")], by=OWNER, at=MORNING
    )
    assert watched is not None and boxes.trial(KEY, trial.id).state == "done", "nobody looks around any more"
    calls(seen(row(name=first.key, value=420.0)), path=f"/api/box/trials/{watched.id}")
    page = connect_page(made.desk, OWNER, KEY, id=id, step=5)
    assert [(one.value, one.trail) for one in page.rows] == [(420.0, ((0.0, 420.0),))]
    one = acts.save(made.desk, KEY, id, " 卷簧机  2 ", by=OWNER, at=MORNING)
    assert (one.name, one.version, one.machine, one.options["interval_ms"]) == (
        "卷簧机 2",
        1,
        "juanhuangji-2-hao",
        250,
    )
    machine = next(m for m in factories.machines(KEY) if m.key == one.machine)
    assert (machine.name, machine.line, machine.place) == ("卷簧机 2 号", "l1", 1)
    (point,) = factories.points(KEY, machine=one.machine)
    assert (point.unit, point.role, point.name) == ("摄氏度", "running", "炉温")
    assert boxes.trial(KEY, watched.id).state == "done"
    with pytest.raises(NotFound, match=r"connect\.no_draft"):
        connections.draft(KEY, id)
    told = [
        (line.action, line.detail["points"])
        for line in audit.list_page().rows
        if line.action.startswith("connect.")
    ]
    assert told == [("connect.save", 1), ("connect.try", 1), ("connect.try", 0)]


def test_every_mistake_of_the_points_is_told_at_once(made: World) -> None:
    saved(made)
    write = ChosenPoint("new", "ns=2;s=a", "件", "counter")
    id = begun(made, Place("box-1", new_name="二号"))
    acts.look(made.desk, KEY, id, ADDRESS, by=OWNER, at=MORNING)
    wrong = [
        replace(write, key="大"), replace(write, address="?"), replace(write, unit="furlong"), replace(write, kind="x"),
        replace(write, scale=0.0), replace(write, scale=None), replace(write, deadband=-1.0), replace(write, role="x"),
        replace(OVEN, address="ns=2;s=b"), write,
    ]  # fmt: skip
    wrong = [
        replace(one, key=one.key if one.key != "new" or n == 9 else f"new{n}") for n, one in enumerate(wrong)
    ]
    with pytest.raises(RowErrors) as caught:
        acts.choose(made.desk, KEY, id, [*wrong, write], by=OWNER, at=MORNING)
    told = [(one.row, one.column, one.code.removeprefix("connect.")) for one in caught.value.errors]
    assert told == [
        (1, "key", "bad_point"), (2, "address", "bad_point"), (3, "unit", "bad_unit"), (4, "kind", "bad_point"),
        (5, "scale", "bad_point"), (6, "scale", "bad_point"), (7, "deadband", "bad_point"), (8, "role", "bad_point"),
        (9, "key", "key_taken"), (11, "key", "key_taken"),
    ]  # fmt: skip
    for rows in ([], [replace(write, key=f"k{n}") for n in range(501)]):
        with pytest.raises(RowErrors):
            acts.choose(made.desk, KEY, id, rows, by=OWNER, at=MORNING)


def test_a_point_with_readings_keeps_its_unit_and_its_machine(made: World) -> None:
    saved(made)
    acts.remove(made.desk, KEY, "炉", by=OWNER, at=MORNING)
    for point, place, code in (
        (replace(OVEN, unit="千瓦"), PLACE, "connect.meaning_changed"),
        (OVEN, Place("box-1", new_name="别的"), "connect.other_machine"),
    ):
        id = begun(made, place)
        acts.look(made.desk, KEY, id, ADDRESS, by=OWNER, at=MORNING)
        with pytest.raises(RowErrors) as caught:
            acts.choose(made.desk, KEY, id, [point], by=OWNER, at=MORNING)
        assert [one.code for one in caught.value.errors] == [code]
    assert saved(made).version == 3, "the same point may be connected again"


def test_a_connection_is_changed_renamed_moved_and_taken_out(made: World) -> None:
    saved(made)
    draft = acts.change(made.desk, KEY, "炉", by=OWNER, at=MORNING)
    assert connect_page(made.desk, OWNER, KEY, id=draft.id, step=3).fields[0].value == ADDRESS["address"]
    acts.look(made.desk, KEY, draft.id, ADDRESS, by=OWNER, at=MORNING)
    acts.choose(made.desk, KEY, draft.id, [replace(OVEN, deadband=0.5)], by=OWNER, at=MORNING)
    changed = acts.save(made.desk, KEY, draft.id, "回火炉", by=OWNER, at=MORNING)
    assert [one.name for one in connections.of_factory(KEY)] == ["回火炉"] and changed.points[0][
        "deadband"
    ] == 0.5
    assert acts.rename(made.desk, KEY, "回火炉", "炉一", by=OWNER, at=MORNING).version == changed.version + 1
    draft = acts.change(made.desk, KEY, "炉一", by=OWNER, at=MORNING)
    acts.place(made.desk, KEY, draft.id, Place("box-2", "furnace"), by=OWNER)
    acts.save(made.desk, KEY, draft.id, "炉一", by=OWNER, at=MORNING)
    assert calls(said(config_version=3))[1]["connections"] == [], "the box it left hangs up"
    assert len(calls(said(box="box-2"))[1]["connections"]) == 1
    acts.remove(made.desk, KEY, "炉一", by=OWNER, at=MORNING)
    assert not connections.of_factory(KEY)
    acts.drop(made.desk, KEY, begun(made), by=OWNER, at=MORNING)
    assert not connections.drafts(KEY)
    actions = {line.action for line in audit.list_page().rows}
    assert {"connect.save", "connect.rename", "connect.remove", "connect.try"} <= actions


def test_steps_stay_in_order_and_names_are_one_thing(made: World) -> None:
    saved(made)
    draft, nowhere = acts.begin(made.desk, KEY, PLACE, by=OWNER, at=MORNING), Place("b", "", "x", "l9")
    told: tuple[tuple[type[Exception], str, Callable[[], Any]], ...] = (
        (WrongState, "connect.step", lambda: connect_page(made.desk, OWNER, KEY, id=draft.id, step=3)),
        (
            WrongState,
            "connect.step",
            lambda: acts.look(made.desk, KEY, draft.id, ADDRESS, by=OWNER, at=MORNING),
        ),
        (
            WrongState,
            "connect.step",
            lambda: acts.choose(made.desk, KEY, draft.id, [OVEN], by=OWNER, at=MORNING),
        ),
        (WrongState, "connect.step", lambda: acts.save(made.desk, KEY, draft.id, "x", by=OWNER, at=MORNING)),
        (
            InputError,
            "connect.no_protocol",
            lambda: acts.protocol(made.desk, KEY, draft.id, "telepathy", by=OWNER),
        ),
        (
            InputError,
            "connect.no_machine",
            lambda: acts.begin(made.desk, KEY, Place("b"), by=OWNER, at=MORNING),
        ),
        (
            InputError,
            "connect.no_box",
            lambda: acts.begin(made.desk, KEY, Place("盒", "furnace"), by=OWNER, at=MORNING),
        ),
        (
            InputError,
            "factory.no_such_line",
            lambda: acts.begin(made.desk, KEY, nowhere, by=OWNER, at=MORNING),
        ),
        (
            InputError,
            "connect.bad_name",
            lambda: acts.rename(made.desk, KEY, "炉", "../x", by=OWNER, at=MORNING),
        ),
        (NotFound, "connect.unknown", lambda: acts.remove(made.desk, KEY, "没有", by=OWNER, at=MORNING)),
        (NotFound, "connect.no_draft", lambda: acts.protocol(made.desk, KEY, "0" * 16, "opcua", by=OWNER)),
    )
    for kind, code, act in told:
        with pytest.raises(kind) as caught:
            act()
        assert caught.value.code == code  # type: ignore[attr-defined]
    saved(made, replace(OVEN, key="second", address="ns=2;s=b"), name="二")
    with pytest.raises(WrongState, match=r"connect\.name_taken"):
        acts.rename(made.desk, KEY, "二", "炉", by=OWNER, at=MORNING)


def test_options_of_step_three_are_read_with_care(made: World) -> None:
    id = begun(made, kind="modbus")
    for form, seen_ in (({}, "address"), ({"address": "a:1", "interval_ms": "fast"}, "interval_ms: fast"),
                        ({"address": "a:1", "look_table": "memory"}, "table: memory"),
                        ({"address": "a:1", "look_first": "-1"}, "first: -1")):  # fmt: skip
        with pytest.raises(InputError, match=r"connect\.bad_option") as caught:
            acts.look(made.desk, KEY, id, form, by=OWNER, at=MORNING)
        assert caught.value.facts["seen"] == seen_
    trial = acts.look(
        made.desk,
        KEY,
        id,
        {"address": "10.0.0.5:502", "look_first": "100", "junk": "x"},
        by=OWNER,
        at=MORNING,
    )
    assert trial is not None and trial.options["look_first"] == 100 and "junk" not in trial.options
    assert trial.options["interval_ms"] == 1000, "what is left empty has the connector's own default"
    folder = begun(made, kind="csv_drop")
    assert acts.look(made.desk, KEY, folder, {"folder": "press"}, by=OWNER, at=MORNING) is None
    page = connect_page(made.desk, OWNER, KEY, id=folder, step=4)
    assert page.by_hand and len(page.blank) == 8 and not page.rows
    told = ChosenPoint("force", "force#machine=1", "千牛")
    assert acts.choose(made.desk, KEY, folder, [told], by=OWNER, at=MORNING) is None
    assert acts.save(made.desk, KEY, folder, "压机", by=OWNER, at=MORNING).options["folder"] == "press"


def test_only_so_many_trials_at_once(made: World) -> None:
    ids = [begun(made) for _ in range(acts.TRIALS_OPEN + 1)]
    for id in ids[:-1]:
        acts.look(made.desk, KEY, id, ADDRESS, by=OWNER, at=MORNING)
    with pytest.raises(WrongState, match=r"connect\.too_many_trials"):
        acts.look(made.desk, KEY, ids[-1], ADDRESS, by=OWNER, at=MORNING)
    acts.look(made.desk, KEY, ids[0], ADDRESS, by=OWNER, at=MORNING)
    acts.drop(made.desk, KEY, ids[0], by=OWNER, at=MORNING)
    acts.look(made.desk, KEY, ids[-1], ADDRESS, by=OWNER, at=MORNING)


@pytest.mark.parametrize("by", [WORKER, OFFICE, OTHER])
def test_who_does_not_run_the_factory_connects_nothing(made: World, by: Actor) -> None:
    saved(made)
    id = begun(made)
    for act in (
        lambda: acts.begin(made.desk, KEY, PLACE, by=by, at=MORNING),
        lambda: acts.change(made.desk, KEY, "炉", by=by, at=MORNING),
        lambda: acts.place(made.desk, KEY, id, PLACE, by=by),
        lambda: acts.protocol(made.desk, KEY, id, "modbus", by=by),
        lambda: acts.look(made.desk, KEY, id, ADDRESS, by=by, at=MORNING),
        lambda: acts.choose(made.desk, KEY, id, [OVEN], by=by, at=MORNING),
        lambda: acts.watch(made.desk, KEY, id, by=by, at=MORNING),
        lambda: acts.save(made.desk, KEY, id, "x", by=by, at=MORNING),
        lambda: acts.drop(made.desk, KEY, id, by=by, at=MORNING),
        lambda: acts.remove(made.desk, KEY, "炉", by=by, at=MORNING),
        lambda: acts.rename(made.desk, KEY, "炉", "y", by=by, at=MORNING),
        lambda: connect_page(made.desk, by, KEY, id=id, step=2),
    ):
        with pytest.raises(NotAllowed):
            act()
    if by is not WORKER:
        for read in (connectors_page, held_page, held_rows_for_file):
            with pytest.raises(NotAllowed):
                read(made.desk, by, KEY)
        with pytest.raises(NotAllowed):
            connection_page(made.desk, by, KEY, "炉")
    assert not connectors_page(made.desk, WORKER, KEY).can_run


def test_the_page_tells_health_quality_gaps_and_what_was_held(made: World) -> None:
    saved(made)
    saved(made, replace(OVEN, key="other", address="ns=2;s=o"), name="二")
    write_readings(made.desk.lake, [
        (KEY, "furnace.t", NOW_US - 50_000_000, 420.0, 0, NOW_US - 49_000_000),
        (KEY, "furnace.t", NOW_US - 40_000_000, 421.0, 0, NOW_US - 39_000_000),
        (KEY, "furnace.t", NOW_US - 40_000_000, 421.0, 0, NOW_US - 38_000_000),
        (KEY, "furnace.t", NOW_US - 900_000_000, None, 2, NOW_US - 38_000_000),
        ("dye", "furnace.t", NOW_US - 5_000_000, 1.0, 0, NOW_US),
    ])  # fmt: skip
    held = {"batch": "b", "site": KEY, "point": "x", "code": "not_a_number", "seen": "=NaN()", "allowed": "", "unit": "",
            "read_at": None, "arrived_at": NOW_US - 1}  # fmt: skip
    write_beside(
        made.desk.lake, "held_readings", [held, {**held, "code": "too_old"}, {**held, "site": "dye"}]
    )
    write_beside(made.desk.lake, "reading_gaps", [{"batch": "b", "site": KEY, "from_at": NOW_US - 9_000_000,
                 "to_at": NOW_US - 8_000_000, "lost": 7, "reason": "overflow", "arrived_at": NOW_US}])  # fmt: skip
    down = connector("炉", "down", last_fault="ConnectionRefusedError: [Errno 111]")
    gap = {"from_us": NOW_US - 3_000_000, "to_us": NOW_US - 2_000_000, "count": 3, "reason": "disk_full"}
    buffer = {"batches": 2, "rows": 40, "bytes": 5, "most_bytes": 10, "oldest_us": NOW_US - 60_000_000}
    fault = {"name": "二", "code": "box.address_not_allowed", "said": "8.8.8.8"}
    calls(said(connectors=[down, connector("own", ordered=False)], buffer=buffer, gaps=[gap], lag_s=60.0, config_version=2,
               counts={"readings": 9, "too_old": 2}, faults=[fault], gate_fault="TimeoutError"))  # fmt: skip
    page = connectors_page(made.desk, WORKER, KEY)
    (box,) = page.boxes
    assert (box.silent, box.waiting, box.share, box.lag_s, box.taken) == (False, 40, 0.5, 60.0, True)
    assert box.refused == {"too_old": 2} and box.gate_fault is not None and box.gate_fault.word == "timeout"
    lines = {one.name: one for one in box.connectors}
    assert (
        lines["炉"].fault is not None
        and lines["炉"].fault.word == "refused"
        and "4840" in lines["炉"].address
    )
    assert "端口" in lines["炉"].fault.what.zh and lines["炉"].fault.next_step.en
    card = lines["炉"].card
    assert card is not None and (card.readings, card.good, card.bad, card.late, card.again) == (4, 3, 1, 1, 1)
    assert card.share_good == 0.75 and not lines["own"].saved and lines["own"].card is None
    assert (
        lines["二"].state == "refused"
        and lines["二"].fault is not None
        and lines["二"].fault.word == "not_allowed"
    )
    assert lines["二"].card is not None and lines["二"].card.share_good is None, (
        "nothing came: unknown, not zero"
    )
    assert [(one.reason, one.told, one.lost) for one in page.gaps] == [
        ("disk_full", False, 3),
        ("overflow", True, 7),
    ]
    assert page.held == {"not_a_number": 1, "too_old": 1} and page.card.readings == 4
    assert {mark.key for mark in lines["炉"].marks} >= {"reconnects", "source_time"}
    found = held_page(made.desk, WORKER, KEY, code="too_old")
    assert (found.total, [one.code for one in found.rows], found.code) == (1, ["too_old"], "too_old")
    assert held_page(made.desk, WORKER, KEY, code="nonsense").total == 2
    assert [one[3] for one in held_rows_for_file(made.desk, WORKER, KEY)] == ["'=NaN()", "'=NaN()"], (
        "text, never a formula"
    )
    one = connection_page(made.desk, WORKER, KEY, "炉")
    assert one.state == "down" and one.first_at is None, "readings from before it was saved are not its first"


def test_a_silent_box_is_said_so_and_the_first_reading_is_told(
    made: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(made)
    assert connection_page(made.desk, OWNER, KEY, "炉").state == "waiting"
    assert [one.name for one in connectors_page(made.desk, OWNER, KEY).homeless] == ["炉"]
    calls(said(connectors=[connector()], config_version=1))
    write_readings(made.desk.lake, [(KEY, "furnace.t", NOW_US + 5_000_000, 420.0, 0, NOW_US + 6_000_000)])
    monkeypatch.setattr(type(made.desk), "now", lambda _: MORNING + timedelta(seconds=30))
    page = connection_page(made.desk, OWNER, KEY, "炉")
    assert (page.state, page.arrived, page.first_at) == ("up", 1, MORNING + timedelta(seconds=5))
    monkeypatch.setattr(type(made.desk), "now", lambda _: MORNING + timedelta(minutes=5))
    (box,) = connectors_page(made.desk, OWNER, KEY).boxes
    assert box.silent and box.connectors[0].state == "unknown" and box.gate_fault is not None
    assert box.gate_fault.word == "box_silent"


@pytest.mark.parametrize(
    ("text", "number"),
    [("", 1.0), ("0,5", 0.5), (" 2 ", 2.0), ("abc", None), ("nan", None), ("1e99", None), ("-3", -3.0)],
)
def test_numbers_of_the_form(text: str, number: float | None) -> None:
    assert number_of(text, 1.0) == number
