"""The talk of the box: what it says is kept, it gets its own orders and no others, and nothing it sends does harm."""

import gzip
import json
from datetime import timedelta
from typing import Any

import pytest
from action_world import MORNING, World
from connect_house import ADDRESS, NOW_US, OVEN, OWNER, PLACE, calls, connector, furnished, row, said, seen
from hypothesis import given, settings
from hypothesis import strategies as st

from jiqun.actions import connecting as acts
from jiqun.core.errors import InputError
from jiqun.factory.readings.box_orders import (
    MOST_SEEN,
    BoxState,
    Orders,
    Seen,
    TrialAnswer,
    answer_body,
    orders_told,
    read_orders,
    read_report,
    read_trial_answer,
    report_body,
)
from jiqun.intake.box_routes import answer, is_ours
from jiqun.ledger import boxes

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
FIELDS = ("site", "box", "state", "seen", "connectors", "buffer", "gaps", "counts", "trials", "connections",
          "config_version", "fault", "said", "lag_s")  # fmt: skip
NAMED = st.fixed_dictionaries(
    {"talk": st.just(1)},
    optional=dict.fromkeys(FIELDS, JSON),
)  # fmt: skip


@pytest.fixture
def made(world: World) -> World:
    return furnished(world)


def asked(made: World, box: str = "box-1") -> str:
    """A trial on the way."""
    draft = acts.begin(made.desk, "spring", PLACE, by=OWNER, at=MORNING)
    acts.protocol(made.desk, "spring", draft.id, "opcua", by=OWNER)
    trial = acts.look(made.desk, "spring", draft.id, ADDRESS, by=OWNER, at=MORNING)
    assert trial is not None and trial.box == box
    return trial.id


def test_a_report_is_kept_and_changes_of_health_are_written_once(made: World) -> None:
    for second, state in enumerate(("up", "up", "down", "down", "up")):
        fault = "TimeoutError: " if state == "down" else ""
        told = said(connectors=[connector(state=state, last_fault=fault)], lag_s=1.5)
        assert calls(told, seconds=second)[0] == 200
    (kept,) = boxes.reports("spring")
    assert kept.box == "box-1" and kept.at == MORNING + timedelta(seconds=4) and kept.state["lag_s"] == 1.5
    assert [(one.state, one.fault) for one in boxes.changes("spring")] == [
        ("up", ""),
        ("down", "timeout"),
        ("up", ""),
    ]
    calls(said(), seconds=9)
    assert boxes.changes("spring")[0].state == "gone"


def test_a_box_speaks_for_the_site_of_its_token_only(made: World) -> None:
    trial = asked(made)
    assert calls(said(site="spring"), site="dye") == (403, {"error": "box.other_site", "seen": "spring"})
    assert not boxes.reports("dye") and not boxes.reports("spring")
    assert calls(said(site="dye"), site="dye")[1]["trials"] == [], "another site's orders are not told"
    path = f"/api/box/trials/{trial}"
    assert calls(seen(row(), site="dye"), site="dye", path=path)[0] == 404
    assert calls(seen(row(), site="spring"), site="dye", path=path)[0] == 403
    assert calls(seen(row(), box="box-2"), path=path)[0] == 404, (
        "another box of the site does not answer it either"
    )
    assert boxes.trial("spring", trial).state == "waiting"
    assert calls(seen(row()), path=path) == (200, {"talk": 1, "go_on": True})
    assert boxes.trial("spring", trial).seen[0]["value"] == 421.5


def test_a_trial_is_told_to_its_box_until_it_is_over(made: World) -> None:
    trial = asked(made)
    status, orders = calls(said())
    assert (
        status == 200 and [one["id"] for one in orders["trials"]] == [trial] and "connections" not in orders
    )
    assert orders["trials"][0]["options"]["address"] == ADDRESS["address"]
    assert calls(said(box="box-2"))[1]["trials"] == []
    path = f"/api/box/trials/{trial}"
    assert calls(seen(state="failed", fault="refused", said="x" * 500), path=path)[1]["go_on"] is False
    assert calls(said())[1]["trials"] == []
    late = calls(seen(row(), state="done"), path=path)
    assert late == (200, {"talk": 1, "go_on": False}) and boxes.trial("spring", trial).state == "failed"
    assert len(boxes.trial("spring", trial).said) == 200


def test_a_trial_nobody_fetched_ends_and_says_that_the_box_is_silent(made: World) -> None:
    trial = asked(made)
    assert boxes.open_trials("spring", at=MORNING + timedelta(minutes=11)) == ()
    assert (boxes.trial("spring", trial).state, boxes.trial("spring", trial).fault) == (
        "timed_out",
        "box_silent",
    )


def test_saved_connections_are_told_to_a_box_that_knows_an_older_version(made: World) -> None:
    draft = acts.begin(made.desk, "spring", PLACE, by=OWNER, at=MORNING)
    acts.protocol(made.desk, "spring", draft.id, "opcua", by=OWNER)
    acts.look(made.desk, "spring", draft.id, ADDRESS, by=OWNER, at=MORNING)
    acts.choose(made.desk, "spring", draft.id, [OVEN], by=OWNER, at=MORNING)
    acts.save(made.desk, "spring", draft.id, "炉", by=OWNER, at=MORNING)
    orders = read_orders(json.dumps(calls(said())[1]).encode())
    assert orders.config_version == 1 and orders.connections is not None
    (one,) = orders.connections
    assert (one.name, one.kind, one.points[0].key, one.points[0].unit) == (
        "炉",
        "opcua",
        "furnace.t",
        "摄氏度",
    )
    assert "connections" not in calls(said(config_version=1))[1]
    assert "connections" not in calls(said(config_version=7))[1], (
        "a ledger brought back from a copy takes nothing away"
    )
    assert calls(said(box="box-2"))[1]["config_version"] == 0
    acts.remove(made.desk, "spring", "炉", by=OWNER, at=MORNING)
    assert calls(said(config_version=1))[1]["connections"] == []


def test_what_was_watched_leaves_a_trail_of_new_values(made: World) -> None:
    draft = acts.begin(made.desk, "spring", PLACE, by=OWNER, at=MORNING)
    acts.protocol(made.desk, "spring", draft.id, "opcua", by=OWNER)
    acts.look(made.desk, "spring", draft.id, ADDRESS, by=OWNER, at=MORNING)
    trial = acts.choose(made.desk, "spring", draft.id, [OVEN], by=OWNER, at=MORNING)
    assert trial is not None
    for n in range(40):
        calls(
            seen(row(value=float(n), name="furnace.t", read_us=NOW_US + n // 2)),
            path=f"/api/box/trials/{trial.id}",
        )
    trail = (boxes.trial("spring", trial.id).trail or {})["furnace.t"]
    assert len(trail) == 20 and trail[0] == [NOW_US, 0.0] and trail[-1][0] == NOW_US + 19


def test_a_box_cannot_flood_the_ledger(made: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boxes, "BOXES_MOST", 3)
    wide = [connector(f"c{n}", last_fault="x" * 900) for n in range(400)]
    told = said(connectors=wide, counts={f"k{n}": n for n in range(500)}, gaps=[{"reason": "r" * 99}] * 900)
    assert calls(told)[0] == 200
    state = boxes.reports("spring")[0].state
    assert (len(state["connectors"]), len(state["counts"]), len(state["gaps"])) == (200, 60, 50)
    assert len(state["connectors"][0]["last_fault"]) == 200
    for n in range(4):
        status, _ = calls(said(box=f"b{n}"))
    assert status == 403 and len(boxes.reports("spring")) == 3
    trial = asked(made)
    many = [row(address=f"a{n}") for n in range(3000)]
    calls(seen(*many), path=f"/api/box/trials/{trial}")
    kept = boxes.trial("spring", trial)
    assert len(kept.seen) == MOST_SEEN and kept.more
    assert calls(b" " * 1_000_001)[0] == 413
    status, _ = answer(
        "POST",
        "/api/box",
        {"content-encoding": "gzip"},
        gzip.compress(b" " * 5_000_000),
        site="spring",
        at=MORNING,
    )
    assert status == 413


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"talk": 2}', b"\xff\xfe", b'{"talk": 1, "site": 5}', b"nonsense"]
)
def test_what_is_no_talk_is_refused(body: bytes) -> None:
    assert calls(body)[0] == 400
    assert calls(body, path="/api/box/trials/x")[0] in (400, 403)


def test_only_posts_to_these_addresses() -> None:
    assert answer("GET", "/api/box", {}, b"", site="spring", at=MORNING)[0] == 405
    assert (
        is_ours("/api/box")
        and is_ours("/api/box/trials/9")
        and not is_ours("/api/boxes")
        and not is_ours("/api/readings")
    )
    assert (
        answer("POST", "/api/box", {"content-encoding": "gzip"}, b"no gzip", site="spring", at=MORNING)[0]
        == 400
    )


@given(NAMED)
@settings(max_examples=60, deadline=None)
def test_nothing_a_stranger_says_breaks_the_readers(told: dict[str, Any]) -> None:
    body = json.dumps(told, allow_nan=True).encode("utf-8", "surrogatepass")
    for reads in (read_report, read_trial_answer, read_orders):
        try:
            reads(body)
        except InputError as error:
            assert error.code in ("box.bad_talk", "box.talk_too_long")


def test_what_is_written_is_read_back_the_same() -> None:
    state = BoxState("spring", "box-1", "0.1.0", 3, NOW_US, NOW_US, 2.5, counts={"too_old": 3})
    assert read_report(report_body(state)) == state
    rows = (
        Seen("a", "炉温", "Double", "℃", 1.5, "good", NOW_US),
        Seen("b", value="on", note="no_number"),
        Seen("c"),
    )
    told = TrialAnswer("box-1", "running", rows, False, "", "")
    assert read_trial_answer(answer_body("spring", told)) == told
    assert read_orders(json.dumps(orders_told(Orders(4))).encode()) == Orders(4)
    long = TrialAnswer("b", "done", tuple(Seen(f"{n}" * 90, "n" * 200, note="x" * 190) for n in range(1900)))
    cut = read_trial_answer(answer_body("spring", long))
    assert cut.more and 400 < len(cut.seen) < 1900, "a long answer is halved until it fits, and says so"
    assert read_trial_answer(
        {"talk": 1, "state": "done", "seen": [{"value": float("nan"), "name": "a\x00\u202eb"}]}
    ).seen[0] == Seen("", "ab", value=None)


@pytest.mark.parametrize("kind", [[], {}, None, 5, "x"])
def test_an_order_whose_point_has_an_odd_kind_is_no_order(kind: object) -> None:
    point = {"key": "a", "address": "x", "unit": "件", "kind": kind}
    told = {"talk": 1, "connections": [{"name": "line", "kind": "opcua", "points": [point]}]}
    with pytest.raises(InputError, match=r"box\.bad_talk"):
        read_orders(json.dumps(told).encode())
