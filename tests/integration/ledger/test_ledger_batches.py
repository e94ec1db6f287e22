"""Batches, their outbox and their quarantine: states go forward, and only as far as they may."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction
from ledger_rows import AT, later

from jiqun.core.errors import NotFound, WrongState
from jiqun.ledger import batches, outbox, quarantine
from jiqun.ledger.batches import TRANSITIONS, BatchCounts, NewBatch
from jiqun.ledger.outbox import NewSegment
from jiqun.ledger.quarantine import NewItem
from jiqun.ledger.scopes import Scope

pytestmark = pytest.mark.django_db
NEW = NewBatch(
    kind="enterprises", by="Li Ming", file_name="名单.xlsx", sha256="f" * 64, bytes=12, source="register"
)


def test_an_id_says_when_in_the_time_of_zhejiang_and_sorts() -> None:
    assert batches.new_id(datetime(2026, 11, 21, 13, 34, 55, tzinfo=UTC)).startswith("b20261121-213455-")
    ids = [batches.new_id(later(seconds=n)) for n in range(5)]
    assert ids == sorted(ids) and len({batches.new_id(AT) for _ in range(20)}) > 1


def test_what_is_recorded_comes_back() -> None:
    new = NewBatch(
        kind="facts", by="Li Ming", mapping={"名称": "name"}, scope=Scope("region", "330624"), note="试"
    )
    batch = batches.open_batch(new, at=AT, counts=BatchCounts(rows=3, accepted=2, quarantined=1))
    held = batches.get(batch.id)
    assert held == batch
    assert (held.state, held.started_at, held.finished_at) == ("received", AT, None)
    assert (held.scope, held.mapping, held.counts.quarantined) == (
        Scope("region", "330624"),
        {"名称": "name"},
        1,
    )


def test_from_received_to_undone() -> None:
    id = batches.open_batch(NEW, at=AT).id
    batches.advance(
        id, "staged", at=later(seconds=1), counts=BatchCounts(rows=10, accepted=9, created=9, quarantined=1)
    )
    batches.advance(id, "merged", at=later(seconds=2))
    done = batches.advance(id, "visible", at=later(seconds=3), note="好")
    assert (done.state, done.finished_at, done.counts.created, done.note) == (
        "visible",
        later(seconds=3),
        9,
        "好",
    )
    undone = batches.mark_undone(id, by="Wang Fang", at=later(days=1))
    assert (undone.state, undone.undone_by, undone.undone_at) == ("undone", "Wang Fang", later(days=1))
    assert undone.finished_at == later(seconds=3)


WAYS = [(a, b) for a in TRANSITIONS for b in TRANSITIONS if b != "undone"]


@pytest.mark.parametrize(("start", "end"), WAYS)
def test_every_way_is_open_or_refused_as_the_table_says(start: str, end: str) -> None:
    id = batches.open_batch(NEW, at=AT).id
    path = {"received": (), "staged": ("staged",), "merged": ("staged", "merged"), "visible": ("visible",),
            "failed": ("failed",), "undone": ("visible",)}[start]  # fmt: skip
    for step in path:
        batches.advance(id, step, at=AT)
    if start == "undone":
        batches.mark_undone(id, by="x", at=AT)
    if end in TRANSITIONS[start]:
        assert batches.advance(id, end, at=AT).state == end
        return
    with pytest.raises(WrongState) as caught:
        batches.advance(id, end, at=AT)
    assert caught.value.code == "batch.state"
    assert batches.get(id).state == start


def test_undoing_has_its_own_verb_and_happens_once() -> None:
    id = batches.open_batch(NEW, at=AT).id
    with pytest.raises(WrongState):
        batches.mark_undone(id, by="x", at=AT)
    with pytest.raises(WrongState):
        batches.advance(id, "undone", at=AT)
    batches.advance(id, "visible", at=AT)
    batches.mark_undone(id, by="x", at=AT)
    with pytest.raises(WrongState):
        batches.mark_undone(id, by="x", at=AT)


def test_unknown_batches_and_kinds_are_refused() -> None:
    with pytest.raises(NotFound) as caught:
        batches.get("b0")
    assert caught.value.code == "batch.not_found"
    with pytest.raises(IntegrityError), transaction.atomic():
        batches.open_batch(NewBatch(kind="rumours", by="x"), at=AT)
    batches.open_batch(NEW, at=AT, id="b1")
    with pytest.raises(IntegrityError), transaction.atomic():
        batches.open_batch(NEW, at=AT, id="b1")


def test_lists_show_the_latest_first_and_narrow() -> None:
    for n, scope in enumerate((Scope(), Scope("region", "330624"), Scope("region", "330600"))):
        batches.open_batch(
            NewBatch(kind="facts", by="x", scope=scope, source=f"s{n}"), at=later(hours=n), id=f"b{n}"
        )
    assert [batch.id for batch in batches.list_page().rows] == ["b2", "b1", "b0"]
    assert [batch.id for batch in batches.list_page(scope=Scope("region", "330624")).rows] == ["b1"]
    assert [batch.id for batch in batches.list_page(scope=Scope("region", "330600")).rows] == ["b2", "b1"]
    assert [batch.id for batch in batches.list_page(scope=Scope("cluster", "cluster:a")).rows] == []
    assert [batch.id for batch in batches.list_page(source="s2", kind="facts", state="received").rows] == [
        "b2"
    ]
    assert batches.times(["b0", "b9"]) == {"b0": AT}


def test_the_same_file_is_recognised() -> None:
    id = batches.open_batch(NEW, at=AT).id
    asked = {"kind": "enterprises", "source": "register"}
    assert batches.same_file(NEW.sha256, **asked) is None
    unfinished = batches.resumable(NEW.sha256, **asked)
    assert unfinished is not None and unfinished.id == id
    batches.advance(id, "visible", at=AT)
    same = batches.same_file(NEW.sha256, **asked)
    assert same is not None and same.id == id
    assert batches.same_file(NEW.sha256, kind="facts", source="register") is None
    assert batches.resumable(NEW.sha256, **asked) is None


def segments(batch: str, *keys: str, writer: str = "cli") -> list[NewSegment]:
    return [NewSegment(batch, "facts", writer, key, rows=10, sha256="a" * 64) for key in keys]


def test_segments_go_out_in_order_and_never_back() -> None:
    with transaction.atomic():
        added = outbox.add(segments("b1", "k1", "k2"), at=AT)
        outbox.add(segments("b2", "k1", writer="server"), at=AT)
    assert [item.key for item in added] == ["k1", "k2"]
    assert [item.key for item in outbox.unfinished("cli")] == ["k1", "k2"]
    assert len(outbox.unfinished()) == 3
    assert outbox.mark("cli", ["k1"], "published", at=later(seconds=1)) == 1
    assert [item.key for item in outbox.unfinished("cli", state="received")] == ["k2"]
    assert outbox.mark("cli", ["k1", "k2"], "merged", at=later(seconds=2)) == 2
    assert outbox.mark("cli", ["k1", "k2"], "published", at=later(seconds=3)) == 0
    assert [item.writer for item in outbox.unfinished()] == ["server"]
    assert {item.state for item in outbox.of_batch("b1")} == {"merged"}
    with pytest.raises(WrongState):
        outbox.mark("cli", ["k1"], "received", at=AT)


def test_a_segment_is_promised_once() -> None:
    with transaction.atomic():
        outbox.add(segments("b1", "k1"), at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        outbox.add(segments("b1", "k1"), at=AT)


def test_settling_makes_visible_what_has_arrived() -> None:
    for id in ("b1", "b2", "b3"):
        batches.open_batch(NEW, at=AT, id=id)
    with transaction.atomic():
        outbox.add([*segments("b1", "k1"), *segments("b2", "k2", "k3")], at=AT)
    outbox.mark("cli", ["k1", "k2"], "merged", at=AT)
    assert [batch.id for batch in batches.unfinished()] == ["b1", "b2", "b3"]
    assert batches.settle(at=later(minutes=1)) == ("b1", "b3")
    assert batches.get("b1").finished_at == later(minutes=1)
    assert [batch.id for batch in batches.unfinished()] == ["b2"]


def test_quarantined_rows_wait_until_they_are_settled() -> None:
    items = [NewItem("名单.csv", n, ("uscc",), ("gate.malformed_uscc",), "甲 · 乙") for n in (4, 9)]
    items.append(NewItem("名单.csv", 12, ("name",), ("gate.name_missing", "gate.malformed_uscc")))
    batches.open_batch(NewBatch(kind="enterprises", by="x", scope=Scope("region", "330624")), at=AT, id="b1")
    assert quarantine.add("b1", items) == 3
    assert quarantine.add("b1", items) == 3
    page = quarantine.list_page(batch="b1", state="waiting")
    assert [item.row_no for item in page.rows] == [4, 9, 12]
    assert page.rows[0].codes == ("gate.malformed_uscc",) and page.rows[0].columns == ("uscc",)
    assert quarantine.codes_of("b1") == {"gate.malformed_uscc": 3, "gate.name_missing": 1}
    assert quarantine.waiting_by_batch() == {"b1": 3}
    assert quarantine.list_page(scope=Scope("region", "330624")).total == 3
    assert quarantine.list_page(scope=Scope("region", "330600")).total == 3
    assert quarantine.list_page(scope=Scope("region", "330683")).total == 0
    first, second, _ = page.rows
    done = quarantine.resolve(first.id, "resubmitted", by="Li Ming", at=AT, batch="b2")
    assert (done.state, done.resolved_by, done.resolved_at, done.resolved_batch) == (
        "resubmitted",
        "Li Ming",
        AT,
        "b2",
    )
    quarantine.resolve(second.id, "dismissed", by="Li Ming", at=AT)
    assert quarantine.waiting_by_batch() == {"b1": 1}
    assert quarantine.get(second.id).state == "dismissed"


def test_a_quarantined_row_is_settled_once() -> None:
    quarantine.add("b1", [NewItem("f", 1)])
    (item,) = quarantine.list_page().rows
    with pytest.raises(WrongState):
        quarantine.resolve(item.id, "forgotten", by="x", at=AT)
    quarantine.resolve(item.id, "dismissed", by="x", at=AT)
    with pytest.raises(WrongState):
        quarantine.resolve(item.id, "resubmitted", by="x", at=AT)
    for ask in (lambda: quarantine.get(0), lambda: quarantine.resolve(0, "dismissed", by="x", at=AT)):
        with pytest.raises(NotFound):
            ask()
