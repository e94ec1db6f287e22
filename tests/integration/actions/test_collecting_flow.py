"""A collection from opening to accepted facts: what each step writes, refuses, and leaves unchanged."""

from decimal import Decimal

import pytest
from action_world import SHENGZHOU, XINCHANG, CrashError, World, crashing, key_of
from collecting_world import (
    COUNTY,
    FIRMS,
    GOOD,
    OTHER_COUNTY,
    PROVINCE,
    at,
    boss,
    fill,
    opened,
    send,
    state,
    with_firms,
)

from jiqun.actions import batches as batch_acts
from jiqun.actions import collecting, collecting_answers, collecting_send, outbox
from jiqun.actions.collecting_judge import judging
from jiqun.core.errors import InputError, JiqunError, NotAllowed, NotFound, RowErrors, WrongState
from jiqun.lake.facts import FactReader
from jiqun.ledger import audit, batches, collection_answers, collections, sources

ONE, TWO = FIRMS[:2]


@pytest.fixture
def ready(world: World) -> World:
    return with_firms(world)


def facts_of(world: World, collection: str) -> dict[tuple[str, str], Decimal]:
    rows = FactReader(world.desk.lake).facts(source=collection)
    return {(str(row["subject"]), str(row["indicator"])): row["value"] for row in rows}  # type: ignore[misc]


def test_opening_fixes_who_must_answer(ready: World) -> None:
    collection = opened(ready)
    answers = collection_answers.of_collection(collection)
    assert {one.respondent for one in answers} == set(FIRMS)
    assert {one.state for one in answers} == {"waiting"}
    held = collections.get(collection)
    assert (held.scope.kind, held.scope.key, held.synthetic) == ("region", XINCHANG, False)
    assert sources.get(collection).kind == "office_sheet"
    assert [event.action for event in audit.of_target(f"collection:{collection}")] == ["collection.open"]
    assert len(collection_answers.notices(collection=collection)) == 10


def test_an_answer_becomes_facts_once(ready: World) -> None:
    collection = opened(ready)
    fill(ready, collection, ONE)
    assert facts_of(ready, collection) == {}
    done = send(ready, collection, ONE)
    assert (done.sent, done.created, done.corrected) == ((ONE,), 3, 0)
    assert facts_of(ready, collection)[ONE, "revenue"] == Decimal(1200)
    (row,) = FactReader(ready.desk.lake).facts(source=collection, indicator="employee_count")
    assert (row["period"], row["unit"], row["status"]) == ("@2026-10", "人", "actual")
    assert row["attributed_to"] == collection_answers.get(collection, ONE).label
    batch = batches.get(done.batch)
    assert (batch.state, batch.source, batch.scope.key, batch.counts.created) == (
        "visible",
        collection,
        XINCHANG,
        3,
    )
    again = send(ready, collection, ONE)
    assert (again.sent, again.unchanged, again.batch) == ((), (ONE,), "")
    assert len(facts_of(ready, collection)) == 3


def test_a_correction_after_return_supersedes(ready: World) -> None:
    collection = opened(ready)
    fill(ready, collection, ONE)
    send(ready, collection, ONE)
    with pytest.raises(WrongState):
        fill(ready, collection, ONE, {"revenue": "1300"})
    collecting_answers.return_answer(ready.desk, collection, ONE, "营收请核对", by=COUNTY, at=ready.now())
    assert collection_answers.get(collection, ONE).remark == "营收请核对"
    fill(ready, collection, ONE, {"revenue": "1300"})
    done = send(ready, collection, ONE)
    assert (done.created, done.corrected) == (0, 1)
    (fact,) = FactReader(ready.desk.lake).facts(source=collection, indicator="revenue")
    assert fact["value"] == Decimal(1300)
    assert fact["supersedes"]
    collecting_answers.accept(ready.desk, collection, ONE, by=COUNTY, at=ready.now())
    assert state(collection, ONE) == "accepted"
    actions = [event.action for event in audit.of_target(f"collection:{collection}")]
    assert actions == [
        "collection.accept", "collection.send", "collection.return", "collection.send", "collection.open",
    ]  # fmt: skip


def test_a_return_sent_again_as_it_was_writes_no_fact(ready: World) -> None:
    collection = opened(ready)
    fill(ready, collection, ONE)
    first = send(ready, collection, ONE)
    before = collection_answers.get(collection, ONE).sent
    collecting_answers.return_answer(ready.desk, collection, ONE, "再看一下", by=COUNTY, at=ready.now())
    again = send(ready, collection, ONE)
    assert (again.sent, again.created, again.corrected, again.batch) == ((ONE,), 0, 0, "")
    held = collection_answers.get(collection, ONE)
    assert (held.state, held.sent, held.batch) == ("sent", before, first.batch)


def test_a_number_taken_back_is_known_no_longer(ready: World) -> None:
    collection = opened(ready)
    fill(ready, collection, ONE, GOOD | {"export_value": "30"})
    send(ready, collection, ONE)
    collecting_answers.return_answer(ready.desk, collection, ONE, "没有出口", by=COUNTY, at=ready.now())
    fill(ready, collection, ONE, {"export_value": ""})
    assert send(ready, collection, ONE).corrected == 1
    (fact,) = FactReader(ready.desk.lake).facts(source=collection, indicator="export_value")
    assert fact["value"] is None
    assert fact["base_value"] is None


def test_errors_are_never_sent_and_warnings_only_with_a_reason(ready: World) -> None:
    september = opened(ready, period="2026-09")
    fill(ready, september, ONE)
    send(ready, september, ONE)
    october = opened(ready)
    fill(ready, october, ONE, {"revenue": "一千", "employee_count": "60.5人", "profit": "80"})
    with pytest.raises(RowErrors) as refused:
        send(ready, october, ONE)
    assert {error.code for error in refused.value.errors} == {"gate.bad_number"}
    fill(ready, october, ONE, GOOD | {"revenue": "12000000"})
    with pytest.raises(RowErrors) as refused:
        send(ready, october, ONE)
    assert [error.code for error in refused.value.errors] == ["collect.jump_up"]
    fill(ready, october, ONE, {}, revenue="新厂投产，已与税表核对")
    assert send(ready, october, ONE).created == 3
    (fact,) = [
        row for row in FactReader(ready.desk.lake).facts(source=october) if row["indicator"] == "revenue"
    ]
    assert fact["note"] == "新厂投产，已与税表核对"


def test_what_the_ledger_knows_is_not_asked_again(ready: World) -> None:
    ready.facts((ONE, "revenue", "2026-10", "0.12", "亿元"), (ONE, "revenue", "2026-09", "1100", "万元"))
    collection = opened(ready)
    held, answer = collections.get(collection), collection_answers.get(collection, ONE)
    judge = judging(ready.desk, held, [answer], by=boss(ONE), at=ready.now())
    known, past = judge.before[ONE].known["revenue"], judge.before[ONE].past["revenue"]
    assert (known.value, known.source) == (Decimal(1200), "sheet")
    assert (past.value, past.period) == (Decimal(1100), "2026-09")
    fill(ready, collection, ONE, {"profit": "80", "employee_count": "60"})
    assert send(ready, collection, ONE).created == 2
    assert (ONE, "revenue") not in facts_of(ready, collection)
    assert collection_answers.get(collection, ONE).sent["revenue"] == {
        "value": "1200",
        "fact": known.fact,
        "known": "1",
    }


def test_what_is_known_wrongly_is_stated_anew(ready: World) -> None:
    ready.facts((ONE, "revenue", "2026-10", "0.12", "亿元"))
    collection = opened(ready)
    fill(ready, collection, ONE, GOOD | {"revenue": "1250"})
    assert send(ready, collection, ONE).created == 3
    assert facts_of(ready, collection)[ONE, "revenue"] == Decimal(1250)


def test_neighbours_warn_without_giving_one_away(ready: World) -> None:
    collection = opened(ready)
    for n, key in enumerate(FIRMS[1:7]):
        fill(ready, collection, key, GOOD | {"revenue": str(1100 + 10 * n)})
        send(ready, collection, key)
    fill(ready, collection, ONE, GOOD | {"revenue": "9000000"})
    with pytest.raises(RowErrors) as refused:
        send(ready, collection, ONE)
    (error,) = refused.value.errors
    assert (error.code, error.allowed) == ("collect.far_from_neighbours", "≈ 1000 万元 (n = 6)")


def test_a_dash_is_nothing_said(ready: World) -> None:
    collection = opened(ready)
    fill(ready, collection, ONE, GOOD | {"export_value": "—", "electricity_use": "/"})
    assert send(ready, collection, ONE).created == 3
    assert set(collection_answers.get(collection, ONE).sent) == set(GOOD)


def test_who_is_late(ready: World) -> None:
    collection = opened(ready, deadline="2026-11-25")
    fill(ready, collection, ONE)
    fill(ready, collection, TWO)
    send(ready, collection, ONE, when=at("2026-11-25T23:59:59.999999"))
    send(ready, collection, TWO, when=at("2026-11-26T00:00:00"))
    held = collections.get(collection)
    first = {key: collection_answers.get(collection, key).first_sent_at for key in (ONE, TWO)}
    assert first[ONE] is not None and first[ONE] < held.deadline
    assert first[TWO] is not None and first[TWO] >= held.deadline


def test_a_closed_collection_takes_nothing(ready: World) -> None:
    collection = opened(ready)
    fill(ready, collection, ONE)
    collecting.close(ready.desk, collection, by=COUNTY, at=ready.now())
    for attempt in (
        lambda: fill(ready, collection, TWO),
        lambda: send(ready, collection, ONE),
        lambda: collecting_answers.remind(ready.desk, collection, by=COUNTY, at=ready.now()),
        lambda: collecting.close(ready.desk, collection, by=COUNTY, at=ready.now()),
    ):
        with pytest.raises(WrongState) as raised:
            attempt()
        assert raised.value.code == "collect.closed"
    assert facts_of(ready, collection) == {}


def test_killed_before_the_ledger_nothing_was_sent(ready: World, monkeypatch: pytest.MonkeyPatch) -> None:
    collection = opened(ready)
    fill(ready, collection, ONE)
    with monkeypatch.context() as patch:
        patch.setattr(collecting_send.audit, "record", crashing)
        with pytest.raises(CrashError):
            send(ready, collection, ONE)
    assert state(collection, ONE) == "draft"
    outbox.reconcile(ready.desk, at=ready.now())
    assert facts_of(ready, collection) == {}
    assert send(ready, collection, ONE).created == 3


def test_killed_after_the_ledger_everything_arrives(ready: World, monkeypatch: pytest.MonkeyPatch) -> None:
    collection = opened(ready)
    fill(ready, collection, ONE)
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "deliver", crashing)
        with pytest.raises(CrashError):
            send(ready, collection, ONE)
    assert state(collection, ONE) == "sent"
    again = send(ready, collection, ONE)  # its turn finishes what was left half-way, and changes nothing
    assert again.unchanged == (ONE,)
    assert len(facts_of(ready, collection)) == 3


def test_what_was_typed_meanwhile_is_not_sent_unseen(ready: World, monkeypatch: pytest.MonkeyPatch) -> None:
    collection = opened(ready)
    fill(ready, collection, ONE)
    judged = collecting_send._judged

    def typed_meanwhile(*words: object, **more: object) -> object:
        found = judged(*words, **more)  # type: ignore[arg-type]
        fill(ready, collection, ONE, {"revenue": "1"})
        return found

    monkeypatch.setattr(collecting_send, "_judged", typed_meanwhile)
    with pytest.raises(WrongState) as raised:
        send(ready, collection, ONE)
    assert raised.value.code == "collect.changed_meanwhile"
    assert facts_of(ready, collection) == {}


def test_many_are_sent_in_one_batch_and_the_wrong_ones_stay(ready: World) -> None:
    collection = opened(ready)
    for key in FIRMS[:4]:
        fill(ready, collection, key, by=COUNTY)
    fill(ready, collection, TWO, {"revenue": ""}, by=COUNTY)
    done = collecting_send.send_many(ready.desk, collection, FIRMS[:4], by=COUNTY, at=ready.now())
    assert set(done.sent) == set(FIRMS[:4]) - {TWO}
    assert [(one.respondent, one.findings[0].code) for one in done.refused] == [(TWO, "collect.required")]
    assert {collection_answers.get(collection, key).batch for key in done.sent} == {done.batch}
    assert state(collection, TWO) == "draft"


def test_undoing_the_batch_asks_again(ready: World) -> None:
    collection = opened(ready)
    fill(ready, collection, ONE)
    done = send(ready, collection, ONE)
    batch_acts.undo(ready.desk, done.batch, by=COUNTY, at=ready.now())
    assert state(collection, ONE) == "returned"
    assert facts_of(ready, collection) == {}
    assert send(ready, collection, ONE).created == 3


def test_reminding_reaches_who_has_not_answered(ready: World) -> None:
    collection = opened(ready)
    fill(ready, collection, ONE)
    send(ready, collection, ONE)
    done = collecting_answers.remind(ready.desk, collection, by=COUNTY, at=ready.now())
    assert set(done.respondents) == set(FIRMS) - {ONE}
    assert "2026-11-30 24:00" in done.text
    kinds = [notice.kind for notice in collection_answers.notices(collection=collection, respondents=[TWO])]
    assert kinds == ["reminder", "opened"]


def test_lower_offices_answer_about_their_places(ready: World) -> None:
    made = opened(ready, by=PROVINCE, form="county_monthly", region="330600")
    answers = collection_answers.of_collection(made)
    assert {one.respondent for one in answers} >= {f"region:{XINCHANG}", f"region:{SHENGZHOU}"}
    place = f"region:{XINCHANG}"
    cells = {"output_value_to_date": "300", "revenue_to_date": "280", "above_scale_enterprise_count": "310"}
    fill(ready, made, place, cells, by=COUNTY)
    with pytest.raises(NotAllowed):
        fill(ready, made, f"region:{SHENGZHOU}", cells, by=COUNTY)
    assert send(ready, made, place, by=COUNTY).created == 3
    (fact,) = [row for row in FactReader(ready.desk.lake).facts(source=made) if row["indicator"] == "revenue"]
    assert (fact["subject"], fact["period"], fact["scope"]) == (place, "2026-01..2026-10", "规上工业")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"form": "none"}, "collect.no_form"),
        ({"period": "2026-10-01..2026-10-05"}, "collect.bad_period"),
        ({"period": "2027-05"}, "gate.date_in_future"),
        ({"deadline": "2026-11-01"}, "collect.deadline_past"),
        ({"deadline": "soon"}, "collect.bad_deadline"),
        ({"industry": "99"}, "collect.nobody"),
        ({"only": (key_of(1, SHENGZHOU),)}, "collect.not_within"),
        ({"title": "x" * 200}, "gate.text_too_long"),
    ],
)
def test_what_cannot_be_opened(ready: World, more: dict[str, object], code: str) -> None:
    with pytest.raises(JiqunError) as raised:
        opened(ready, **more)
    assert raised.value.code == code
    assert collections.list_page().total == 0


def test_each_keeps_to_its_scope(ready: World) -> None:
    collection = opened(ready)
    fill(ready, collection, ONE)
    for attempt in (
        lambda: opened(ready, by=COUNTY, region=SHENGZHOU),
        lambda: opened(ready, by=boss(ONE)),
        lambda: fill(ready, collection, TWO, by=boss(ONE)),
        lambda: send(ready, collection, ONE, by=boss(TWO)),
        lambda: send(ready, collection, ONE, by=OTHER_COUNTY),
        lambda: collecting.close(ready.desk, collection, by=OTHER_COUNTY, at=ready.now()),
        lambda: collecting.close(ready.desk, collection, by=boss(ONE), at=ready.now()),
        lambda: collecting_answers.remind(ready.desk, collection, by=OTHER_COUNTY, at=ready.now()),
        lambda: collecting_answers.remind(ready.desk, collection, [TWO], by=boss(TWO), at=ready.now()),
        lambda: collecting_answers.accept(ready.desk, collection, ONE, by=boss(ONE), at=ready.now()),
        lambda: collecting_answers.return_answer(
            ready.desk, collection, ONE, "x", by=OTHER_COUNTY, at=ready.now()
        ),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    assert state(collection, ONE) == "draft"


def test_a_county_follows_its_own_within_the_provinces_collection(ready: World) -> None:
    collection = opened(ready, by=PROVINCE, region="330600")
    assert collection_answers.get(collection, key_of(1, SHENGZHOU)).state == "waiting"
    done = collecting_answers.remind(ready.desk, collection, by=OTHER_COUNTY, at=ready.now())
    assert done.respondents == (key_of(1, SHENGZHOU),)
    fill(ready, collection, ONE)
    send(ready, collection, ONE)
    with pytest.raises(NotAllowed):
        collecting_answers.accept(ready.desk, collection, ONE, by=OTHER_COUNTY, at=ready.now())
    collecting_answers.accept(ready.desk, collection, ONE, by=COUNTY, at=ready.now())


def test_bad_texts_are_refused_before_anything_is_kept(ready: World) -> None:
    collection = opened(ready)
    for cells in ({"nothing": "1"}, {"revenue": "1" * 61}, {"revenue": "1\x072"}):
        with pytest.raises(InputError):
            fill(ready, collection, ONE, cells)
    with pytest.raises(NotFound):
        fill(ready, collection, key_of(1, SHENGZHOU), by=PROVINCE)
    assert collection_answers.get(collection, ONE).typed == {}


def test_an_office_makes_a_form_of_its_own(ready: World) -> None:
    draft = collecting.FormDraft(
        "xinchang_energy", "新昌用能月报", cells=[{"indicator": "electricity_use", "unit": "万千瓦时"}]
    )
    made = collecting.save_form(ready.desk, draft, by=COUNTY, at=ready.now())
    assert (made.origin, [cell.key for cell in made.cells]) == (f"region:{XINCHANG}", ["electricity_use"])
    collection = opened(ready, form="xinchang_energy")
    changed = collecting.FormDraft(
        "xinchang_energy", "新昌用能月报", cells=[{"indicator": "revenue", "unit": "万元"}]
    )
    collecting.save_form(ready.desk, changed, by=COUNTY, at=ready.now())
    assert [cell.key for cell in collecting.cells_of(collections.get(collection))] == ["electricity_use"]
    with pytest.raises(NotAllowed):
        collecting.save_form(ready.desk, changed, by=OTHER_COUNTY, at=ready.now())
    for bad in (
        collecting.FormDraft("enterprise_monthly", "我的", cells=changed.cells),
        collecting.FormDraft("x", "太短", cells=changed.cells),
        collecting.FormDraft("no_name", " ", cells=changed.cells),
        collecting.FormDraft("no_cells", "空表"),
    ):
        with pytest.raises(InputError):
            collecting.save_form(ready.desk, bad, by=COUNTY, at=ready.now())
