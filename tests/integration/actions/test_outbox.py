"""Killed at every step between the file and the lake: what the ledger promised is finished, what it did not is dropped."""

from collections.abc import Callable

import pytest
from action_world import SYSTEM, XINCHANG, CrashError, World, batch_of, crashing, firm, key_of

from jiqun.actions import batching, homes, outbox
from jiqun.lake.records import RecordReader
from jiqun.lake.spool import Segment, Spool
from jiqun.ledger import audit, batches
from jiqun.ledger import outbox as promised

FACT = (f"region:{XINCHANG}", "revenue", "2024", "12.5", "亿元")
REVENUE = FACT[:3]
BAD = (FACT[0], "gdp", "去年", "1", "亿元")
Load = Callable[[], object]


def crashed(
    world: World, monkeypatch: pytest.MonkeyPatch, at: object, name: str, load: Load | None = None
) -> None:
    """Import one good and one bad row, killed where `name` would be called."""
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "reconcile", lambda *_, **__: None)
        patch.setattr(at, name, crashing)
        with pytest.raises(CrashError):
            (load or (lambda: world.facts(FACT, BAD)))()


def only_batch() -> batches.Batch:
    (batch,) = batches.list_page().rows
    return batch


def test_nothing_is_left_to_do_after_an_import(world: World) -> None:
    world.facts(FACT)
    assert promised.unfinished() == ()
    assert outbox.reconcile(world.desk, at=world.now()) == outbox.Reconciled()


def test_killed_before_anything_is_staged_leaves_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    crashed(world, monkeypatch, Spool, "stage")
    assert outbox.reconcile(world.desk, at=world.now()) == outbox.Reconciled()
    assert world.facts(FACT, BAD).created == 1


def test_killed_between_staging_and_the_ledger_the_segments_are_dropped(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    crashed(world, monkeypatch, batching, "open_batch")
    assert list(batches.list_page().rows) == []
    assert audit.list_page(action="import").total == 0
    done = outbox.reconcile(world.desk, at=world.now())
    assert (done.dropped, done.published, done.merged_rows, done.batches) == (3, 0, 0, ())
    assert world.told() == {}
    assert world.facts(FACT, BAD).created == 1


def test_killed_inside_the_ledgers_transaction_it_is_as_if_nothing_had_been(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    crashed(world, monkeypatch, audit, "record")
    assert list(batches.list_page().rows) == []
    assert promised.unfinished() == ()
    assert outbox.reconcile(world.desk, at=world.now()).dropped == 3


def test_killed_between_the_ledger_and_the_spool_the_promise_is_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    crashed(world, monkeypatch, Spool, "publish")
    assert only_batch().state == "received"
    assert len(promised.unfinished(state="received")) == 3
    assert world.told() == {}
    done = outbox.reconcile(world.desk, at=world.now())
    assert (done.published, done.dropped, done.merged_rows, done.batches) == (3, 0, 3, (only_batch().id,))
    assert (only_batch().state, world.told(), promised.unfinished()) == ("visible", {REVENUE: "12.5"}, ())


def test_killed_between_two_segments_each_comes_in_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish, calls = Spool.publish, iter(range(9))

    def first_only(spool: Spool, segment: Segment) -> Segment:
        if next(calls) >= 1:
            crashing()
        return publish(spool, segment)

    with monkeypatch.context() as patch:
        patch.setattr(Spool, "publish", first_only)
        with pytest.raises(CrashError):
            world.facts(FACT, BAD)
    done = outbox.reconcile(world.desk, at=world.now())
    assert (done.published, done.batches) == (2, (only_batch().id,))
    assert world.told() == {REVENUE: "12.5"}
    assert len(RecordReader(world.desk.lake).quarantined()) == 1
    assert len(RecordReader(world.desk.lake).batch_events()) == 1


@pytest.mark.parametrize("name", ["merge", "_settle"])
def test_killed_between_spool_and_lake_what_is_acknowledged_is_merged(
    world: World, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    crashed(world, monkeypatch, outbox, name)
    assert len(promised.unfinished(state="published")) == 3
    done = outbox.reconcile(world.desk, at=world.now())
    assert (done.published, done.dropped, done.batches) == (0, 0, (only_batch().id,))
    assert (world.told(), promised.unfinished()) == ({REVENUE: "12.5"}, ())


def test_killed_between_lake_and_the_last_word_nothing_is_merged_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    crashed(world, monkeypatch, batches, "settle")
    assert world.told() == {REVENUE: "12.5"}
    assert only_batch().state == "received"
    done = outbox.reconcile(world.desk, at=world.now())
    assert (done.merged_rows, done.batches) == (0, (only_batch().id,))
    assert world.told() == {REVENUE: "12.5"}


@pytest.mark.parametrize(
    ("at", "name"),
    [
        (Spool, "stage"),
        (batching, "open_batch"),
        (audit, "record"),
        (Spool, "publish"),
        (outbox, "merge"),
        (batches, "settle"),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_the_same_command_again_finishes_the_work_and_doubles_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, at: object, name: str
) -> None:
    rows = [firm(1), firm(2), ("", "12345", "", "")]
    crashed(world, monkeypatch, at, name, lambda: world.enterprises(*rows))
    again = world.enterprises(*rows)
    assert (again.created + again.unchanged, again.quarantined) == (2, 1)
    assert world.registrations() == 2
    assert {batch.state for batch in batches.list_page().rows} == {"visible"}
    assert (world.subject(key_of(1)) is None, promised.unfinished()) == (False, ())


def test_facts_killed_over_are_not_told_twice_by_the_rerun(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    crashed(world, monkeypatch, Spool, "publish")
    again = world.facts(FACT, BAD)
    assert (again.created, again.unchanged) == (0, 1)
    assert world.told() == {REVENUE: "12.5"}


def test_a_trial_run_touches_nothing_that_is_left_half_way(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    crashed(world, monkeypatch, Spool, "publish")
    world.facts(FACT, dry_run=True)
    assert len(promised.unfinished(state="received")) == 3


def test_another_kind_of_process_finishes_the_work_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIQUN_PROCESS", "worker")
    crashed(world, monkeypatch, Spool, "publish")
    monkeypatch.setenv("JIQUN_PROCESS", "server")
    assert {row.writer for row in promised.unfinished()} == {"worker"}
    assert homes.prepare(world.desk, by=SYSTEM, at=world.now())["published"] == 3
    assert world.told() == {REVENUE: "12.5"}


def test_who_is_at_work_right_now_is_left_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIQUN_PROCESS", "worker")
    crashed(world, monkeypatch, Spool, "publish")
    with Spool(world.desk.lake.root, "worker"):
        assert outbox.reconcile(world.desk, at=world.now()).published == 0
        assert len(promised.unfinished()) == 3
    assert outbox.reconcile(world.desk, at=world.now()).published == 3


def test_a_process_of_no_known_kind_writes_as_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for told, name in (("server", "server"), ("worker", "worker"), ("../etc", "cli"), ("", "cli")):
        monkeypatch.setenv("JIQUN_PROCESS", told)
        assert outbox.writer_name() == name


def test_an_undo_killed_over_is_finished_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    report = world.facts(FACT)
    crashed(world, monkeypatch, Spool, "publish", lambda: world.undo(report))
    assert (world.state(report), world.told()) == ("undone", {REVENUE: "12.5"})
    outbox.reconcile(world.desk, at=world.now())
    assert world.told() == {}


def test_an_undo_killed_before_the_ledger_never_was(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    report = world.facts(FACT)
    crashed(world, monkeypatch, audit, "record", lambda: world.undo(report))
    assert world.state(report) == "visible"
    assert outbox.reconcile(world.desk, at=world.now()).dropped == 1
    assert world.told() == {REVENUE: "12.5"}
    world.undo(report)
    assert world.told() == {}
    assert batches.get(batch_of(report)).state == "undone"
