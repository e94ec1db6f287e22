"""A month killed at every step of its sending: never a fact of readings without its evidence; sent again it is whole."""

from collections.abc import Callable

import pytest
from action_world import CrashError, World, crashing, key_of
from shift_house import EVENING, OWNER, month_of_days, put, works

from jiqun.actions import batching, homes, month_entry, months, outbox
from jiqun.actions.imports import ImportReport
from jiqun.actions.reading.why import ReadingsBehind, why_fact
from jiqun.core.errors import WrongState
from jiqun.lake.facts import FactReader
from jiqun.lake.spool import Segment, Spool
from jiqun.ledger import audit, batches, models, month_records
from jiqun.ledger import outbox as promised
from jiqun.ledger.month_records import SentFigure

pytestmark = pytest.mark.django_db
SENT = ("dq_collect_production", "factory_readings")
STEPS: tuple[tuple[object, str], ...] = (
    (batching, "open_batch"), (month_records, "record"), (audit, "record"), (Spool, "publish"), (outbox, "merge"),
    (batches, "settle"),
)  # fmt: skip


@pytest.fixture
def made(world: World) -> World:
    works(world)
    put(world, month_of_days(3))
    for indicator in SENT:
        months.give_consent(world.desk, "spring", indicator, "2026-10", purpose="评测", by=OWNER, at=EVENING)
    return world


def send(world: World) -> months.Sent:
    return months.send(world.desk, "spring", "2026-10", by=OWNER, at=max(EVENING, world.now()))


def seen(world: World) -> dict[str, SentFigure | None]:
    """Facts of the factory's source as anyone sees them now, each with its evidence."""
    facts = FactReader(world.desk.lake).facts(subject=key_of(1))
    return {
        str(one["indicator"]): month_records.of_fact(str(one["batch"]), str(one["indicator"]))
        for one in facts
        if months.is_own(str(one["source"]))
    }


def test_killed_at_any_step_no_fact_stands_without_its_evidence(
    made: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One step after another; what came in is taken back before the next."""
    for count, (at, name) in enumerate(STEPS, 1):
        with monkeypatch.context() as patch:
            patch.setattr(outbox, "reconcile", lambda *_, **__: None)
            patch.setattr(at, name, crashing)
            with pytest.raises(CrashError):
                send(made)
        assert all(seen(made).values()), (name, "at the moment of the kill")
        shown = {one.batch for one in month_records.sent("spring")}
        assert len(shown) < count or set(seen(made)) == set(SENT), (
            name,
            "shown as sent it stands in the ledger",
        )
        outbox.reconcile(made.desk, at=made.now())
        told = seen(made)
        assert all(told.values()), (name, "after a start")
        try:
            assert {one.indicator for one in send(made).figures} == set(SENT)
            assert not told
        except WrongState as error:
            assert (error.code, set(told)) == ("month.unchanged", set(SENT)), name
        whole = seen(made)
        assert (set(whole), all(whole.values())) == (set(SENT), True), name
        assert len(month_records.sent("spring")) == len(SENT) * count, (name, "each once")
        assert audit.list_page(action="factory.month_send").total == count
        months.take_back(made.desk, "spring", month_records.batches_of("spring")[-1], by=OWNER, at=made.now())
        assert seen(made) == {}


def test_killed_between_two_segments_of_the_batch(made: World, monkeypatch: pytest.MonkeyPatch) -> None:
    publish, calls = Spool.publish, iter(range(9))

    def first_only(spool: Spool, segment: Segment) -> Segment:
        if next(calls):
            crashing()
        return publish(spool, segment)

    with monkeypatch.context() as patch:
        patch.setattr(Spool, "publish", first_only)
        with pytest.raises(CrashError):
            send(made)
    assert all(seen(made).values())
    homes.prepare(made.desk, by=OWNER, at=made.now())
    assert set(seen(made)) == set(SENT)
    assert all(seen(made).values())


def test_what_is_on_its_way_is_not_shown_as_sent_and_can_be_taken_back_afterwards(
    made: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Spool, "publish", crashing)
        with pytest.raises(CrashError):
            send(made)
    assert month_records.sent("spring") == ()
    (batch,) = month_records.batches_of("spring")
    undone = months.take_back(made.desk, "spring", batch, by=OWNER, at=made.now())
    assert undone.facts == len(SENT), "taking back finishes first what was begun"
    assert [one.batch for one in month_records.sent("spring")] == [batch, batch]
    assert seen(made) == {}


def test_a_batch_of_before_that_lost_its_evidence_gets_it_when_the_month_is_sent_again(made: World) -> None:
    """As an earlier version may have left it: facts in the ledger, nothing in the record."""
    done = send(made)
    models.MonthFigure.objects.all().delete()
    assert not any(seen(made).values())
    with pytest.raises(WrongState, match=r"month\.unchanged"):
        send(made)
    told = seen(made)
    assert {one.batch for one in told.values() if one} == {done.batch}
    readings = told["factory_readings"]
    assert readings is not None
    assert readings.evidence["readings"] == 3 * 378
    assert readings.evidence["reckoned_again"] is True
    with pytest.raises(WrongState, match=r"month\.unchanged"):
        send(made)
    assert len(month_records.sent("spring")) == 2, "mended once"
    (fact,) = FactReader(made.desk.lake).facts(batch=done.batch, indicator="factory_readings")
    assert why_fact(made.desk, OWNER, str(fact["id"])).readings == ReadingsBehind(
        "spring", "2026-10", may_see=True
    )


def test_two_who_send_at_once_make_one_batch(made: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both tried it out before either wrote: the second writes nothing, not even an empty batch."""
    run: Callable[..., ImportReport] = month_entry.run_import
    first: list[months.Sent] = []

    def meanwhile(*told: object, **more: object) -> ImportReport:
        tried = run(*told, **more)
        if tried.dry_run and not first:
            monkeypatch.setattr(month_entry, "run_import", run)
            first.append(send(made))
        return tried

    monkeypatch.setattr(month_entry, "run_import", meanwhile)
    with pytest.raises(WrongState, match=r"month\.unchanged"):
        send(made)
    assert month_records.batches_of("spring") == (first[0].batch,)
    assert [one.id for one in batches.list_page(source="readings-spring").rows] == [first[0].batch]
    assert promised.unfinished() == ()
