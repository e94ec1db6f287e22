"""Figures of a month: only with consent, by the gate, with evidence down to the readings; withdrawn, undone, sent again."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from action_world import World, key_of, officer
from reading_files import write_beside
from shift_house import EVENING, OFFICE, OTHER, OWNER, SPRING, WORKER, month_of_days, put, said, us, works

from jiqun.actions import factories as acts
from jiqun.actions import month_evidence, months, policy_packs
from jiqun.actions.held_firms import held_firm
from jiqun.actions.month_reckoning import FactoryMonth, OeeWish, month_of, reckon_month
from jiqun.actions.reading.months import month_why
from jiqun.actions.reading.why import ReadingsBehind, why_fact
from jiqun.core.errors import InputError, NotAllowed, NotFound, WrongState
from jiqun.factory.instants import micros_of
from jiqun.factory.shifts.months import Told
from jiqun.ledger import audit, batches, factories, month_records, sources
from jiqun.ledger.factories import Factory, FactoryPoint, Machine
from jiqun.ledger.permissions import Actor
from jiqun.rules.judge import judge_pack
from jiqun.rules.ruling import ClauseResult
from jiqun.rules.truth import State

pytestmark = pytest.mark.django_db
NOW = micros_of(EVENING)
CONNECTED, PRODUCTION = "dq_equipment_connected", "dq_collect_production"


@pytest.fixture
def made(world: World) -> World:
    works(world)
    rows = month_of_days(3)
    for n in range(31):
        day = date(2026, 10, 1) + timedelta(days=n)
        rows += said("plant.energy", [(0, 1000 + 24 * n), (1439, 1023 + 24 * n)], day=day)
    put(world, rows)
    return world


def october(world: World, **more: OeeWish) -> FactoryMonth:
    return reckon_month(world.desk, SPRING, "2026-10", at_us=NOW, **more)


def consent(world: World, *indicators: str, from_month: str = "2026-10", by: Actor = OWNER) -> None:
    for indicator in indicators:
        months.give_consent(
            world.desk, "spring", indicator, from_month, purpose="数字化水平评测", by=by, at=EVENING
        )


def send(world: World, month: str = "2026-10", *, by: Actor = OWNER) -> months.Sent:
    return months.send(world.desk, "spring", month, by=by, at=EVENING + timedelta(minutes=world.now().minute))


def held(world: World) -> dict[str, object]:
    firm = held_firm(world.desk, key_of(1), by=officer("provincial_officer"), on=date(2026, 11, 2))
    return dict(firm.firm.values)


def test_a_month_by_hand(made: World) -> None:
    """Three of 31 days were read: coil is connected (3 days are enough), press and bench are not: 1 of 3."""
    found = october(made)
    assert found.is_over
    told = found.figures
    assert (told[CONNECTED].value, told[CONNECTED].bound) == ("33.34", "≤"), (
        "nobody said the register is whole"
    )
    assert told[PRODUCTION].value == "是"
    assert told["dq_collect_equipment"].machines == ("coil",)
    assert told["dq_collect_energy"].value == "是"
    assert told["factory_machines_connected"].value == "1"
    assert told["factory_energy"] == Told("743", points=("plant.energy",)), "from 1000 to 1023 + 24 × 30"
    assert told["factory_availability"].bound == "range"
    assert Decimal(told["factory_availability"].value or 0) < Decimal(told["factory_availability"].high)
    assert [one.days for one in found.connections] == [3, 0, 0]


def test_oee_of_a_month_whose_shifts_are_all_read(made: World) -> None:
    """The three shifts read are each availability 90 ÷ 110; set for these days alone they are the month's."""
    shift = acts.factories.shifts("spring")[0]
    only = type(shift)(shift.name, shift.start_minute, shift.end_minute, shift.breaks, first=date(2026, 10, 1),
                       last=date(2026, 10, 3))  # fmt: skip
    acts.set_shifts(made.desk, "spring", [only], by=OWNER, at=EVENING)
    told = october(made).figures
    assert (told["factory_availability"].value, told["factory_availability"].bound) == ("81.82", "=")
    assert (told["factory_oee"].value, told["factory_quality"].value) == ("73.64", "90")
    assert october(made).figures["factory_oee"].value == "73.64", "kept, and the same"


def test_oee_is_left_out_where_it_would_take_long(made: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jiqun.actions.month_reckoning._rows", lambda own, counted: 10**9)
    assert october(made, oee="quick").figures["factory_oee"].why == ("not_reckoned",)


def test_the_word_on_the_register_is_about_the_machines_there_are(made: World) -> None:
    months.say_register(made.desk, "spring", complete=True, by=OWNER, at=EVENING)
    share = october(made).figures[CONNECTED]
    assert (share.value, share.bound) == ("33.33", "=")
    acts.describe(made.desk, "spring", by=OWNER, at=EVENING, machines=[Machine("saw", "锯床")])
    assert october(made).figures[CONNECTED].bound == "≤", "a machine more, and the word is to be said anew"
    months.say_register(made.desk, "spring", complete=True, by=OWNER, at=EVENING)
    assert october(made).figures[CONNECTED].value == "25"
    months.say_register(made.desk, "spring", complete=False, by=OWNER, at=EVENING)
    assert october(made).figures[CONNECTED].bound == "≤"
    assert [row.detail["complete"] for row in audit.list_page(action="factory.register").rows] == [
        False, True, True,
    ]  # fmt: skip


def test_a_factory_without_machines_knows_nothing(made: World) -> None:
    acts.make(made.desk, Factory("bare", "空厂", key_of(1)), by=OWNER, at=EVENING)
    found = reckon_month(made.desk, factories.get("bare"), "2026-10", at_us=NOW)
    assert found.figures[CONNECTED] == Told(None, why=("no_machines",))
    assert found.figures["factory_oee"].why == ("no_shift",)
    assert found.figures["factory_readings"].value is None
    assert found.shared == 2


def test_nothing_goes_up_without_consent(made: World) -> None:
    with pytest.raises(WrongState, match=r"month\.nothing_to_send"):
        send(made)
    consent(made, PRODUCTION, from_month="2026-11")
    with pytest.raises(WrongState, match=r"month\.nothing_to_send"):
        send(made)
    assert PRODUCTION not in held(made)


def test_sent_it_is_read_by_rules_and_leads_to_its_evidence(made: World) -> None:
    months.say_register(made.desk, "spring", complete=True, by=OWNER, at=EVENING)
    consent(made, CONNECTED, PRODUCTION, "factory_oee")
    done = send(made)
    assert {one.indicator for one in done.figures} == {CONNECTED, PRODUCTION, "factory_oee"}
    values = held(made)
    assert values["dq_equipment_connected_pct"] == Decimal("33.33")
    assert values["dq_collect_production"] is True
    assert "dq_collect_energy" not in values, "nobody consented"
    figure = month_records.of_fact(done.batch, CONNECTED)
    assert figure is not None
    assert figure.evidence["connected"] == ["coil"]
    assert figure.evidence["points"]["coil.running"] == [378, 3]
    assert figure.evidence["readings"] == 3 * 378
    assert figure.evidence["missing"] == round(28 / 31, 4)
    assert "coil" not in month_evidence.sentence(figure.evidence), "no machine is named to who may not see it"
    source = sources.get("readings-spring")
    assert (source.kind, source.owner.key) == ("readings", key_of(1))
    assert batches.get(done.batch).state == "visible"
    assert audit.list_page(action="factory.month_send").rows[0].detail["month"] == "2026-10"


def test_an_upper_bound_settles_no_rule(made: World) -> None:
    consent(made, CONNECTED)
    assert send(made).figures[0].bound == "≤"
    assert "dq_equipment_connected_pct" not in held(made)


def test_the_same_again_is_refused_and_changed_readings_correct(made: World) -> None:
    consent(made, "factory_readings")
    first = send(made)
    with pytest.raises(WrongState, match=r"month\.unchanged"):
        send(made)
    put(made, said("press.temperature", [(500, 181.0)]))
    again = send(made)
    assert int(again.figures[0].value) == int(first.figures[0].value) + 1
    facts = made.told(indicator="factory_readings")
    assert list(facts.values()) == [again.figures[0].value]


def test_withdrawn_nothing_further_goes_and_what_was_sent_stays_until_taken_back(made: World) -> None:
    consent(made, PRODUCTION)
    done = send(made)
    months.withdraw_consent(made.desk, "spring", PRODUCTION, by=OWNER, at=EVENING)
    with pytest.raises(WrongState, match=r"month\.nothing_to_send"):
        send(made)
    with pytest.raises(WrongState, match=r"month\.not_consented"):
        months.withdraw_consent(made.desk, "spring", PRODUCTION, by=OWNER, at=EVENING)
    assert held(made)["dq_collect_production"] is True
    undone = months.take_back(made.desk, "spring", done.batch, by=OWNER, at=made.now())
    assert undone.facts == 1
    assert PRODUCTION not in held(made)
    assert len(month_records.sent("spring")) == 1, "what was sent stays in the record"
    (one,) = month_records.consents("spring", all_ever=True)
    assert one.withdrawn_at == EVENING
    consent(made, PRODUCTION)
    assert send(made).batch != done.batch
    with pytest.raises(NotFound, match=r"month\.no_batch"):
        months.take_back(made.desk, "spring", "nowhere", by=OWNER, at=EVENING)


def test_a_month_that_is_not_over_is_not_sent(made: World) -> None:
    consent(made, PRODUCTION)
    with pytest.raises(WrongState, match=r"month\.not_over"):
        send(made, "2026-11")
    assert not reckon_month(made.desk, SPRING, "2026-11", at_us=NOW).is_over


def test_with_two_factories_a_figure_is_of_the_one_alone(made: World) -> None:
    acts.make(made.desk, Factory("two", "二厂", key_of(1)), by=OWNER, at=EVENING)
    consent(made, PRODUCTION)
    send(made)
    assert "dq_collect_production" not in held(made), "rules read what is said of the whole enterprise"


def test_who_does_not_run_the_factory(made: World) -> None:
    consent(made, PRODUCTION)
    done = send(made)
    for by in (WORKER, OFFICE, OTHER, officer("auditor")):
        with pytest.raises(NotAllowed):
            consent(made, CONNECTED, by=by)
        with pytest.raises(NotAllowed):
            months.withdraw_consent(made.desk, "spring", PRODUCTION, by=by, at=EVENING)
        with pytest.raises(NotAllowed):
            months.say_register(made.desk, "spring", complete=True, by=by, at=EVENING)
        with pytest.raises(NotAllowed):
            send(made, by=by)
        with pytest.raises(NotAllowed):
            months.take_back(made.desk, "spring", done.batch, by=by, at=EVENING)


def test_what_is_said_wrongly(made: World) -> None:
    told = {"by": OWNER, "at": EVENING}
    for text in ("", "2026", "2026-13", "十月", "2026-1"):
        with pytest.raises(InputError, match=r"month\.bad_month"):
            month_of(text)
    with pytest.raises(InputError, match=r"month\.unknown_figure"):
        months.give_consent(made.desk, "spring", "revenue", "2026-10", purpose="x", **told)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"month\.no_purpose"):
        months.give_consent(made.desk, "spring", PRODUCTION, "2026-10", purpose="  ", **told)  # type: ignore[arg-type]
    consent(made, PRODUCTION)
    with pytest.raises(WrongState, match=r"month\.consented"):
        consent(made, PRODUCTION)


def test_the_last_day_of_february(made: World) -> None:
    assert month_of("2028-02").last == date(2028, 2, 29)
    assert month_of(" 2026-12 ").last == date(2026, 12, 31)


def test_a_meter_that_began_anew_is_a_lower_bound(made: World) -> None:
    acts.describe(
        made.desk, "spring", by=OWNER, at=EVENING,
        points=[FactoryPoint("plant.energy", "千瓦时", "counter"), FactoryPoint("m", "千瓦时", "counter", role="energy")],
    )  # fmt: skip
    first, last = date(2026, 10, 1), date(2026, 10, 31)
    put(made, said("m", [(0, 90), (700, 100), (710, 3)], day=first) + said("m", [(1439, 10)], day=last))
    assert october(made).figures["factory_energy"] == Told("20", "", "≥", ("meter_part",), (), ("m",))


def test_the_rule_of_digital_levels_reads_what_was_sent(made: World) -> None:
    """33.33 % connected are 3 of 6 points (20–40 %); production and equipment collected are 0.7 each of a max of 10."""
    pack = policy_packs.pack(made.desk, "national/sme_digital")

    def clauses() -> dict[str, ClauseResult]:
        firm = held_firm(made.desk, key_of(1), by=officer("provincial_officer"), on=date(2026, 11, 2)).firm
        return {one.id: one for one in judge_pack(pack, firm, on=date(2026, 11, 2)).clauses}

    before = clauses()["equipment_connected"]
    assert before.state is State.UNKNOWN
    assert before.missing == ("dq_equipment_connected_pct",)
    months.say_register(made.desk, "spring", complete=True, by=OWNER, at=EVENING)
    consent(made, CONNECTED, PRODUCTION)
    done = send(made)
    after = clauses()["equipment_connected"]
    assert (after.state, after.value) == (State.MET, Decimal("33.33"))
    assert after.points is not None
    assert after.points.exact == 3
    held = held_firm(made.desk, key_of(1), by=OWNER, on=date(2026, 11, 2))
    why = why_fact(made.desk, OWNER, held.facts["dq_equipment_connected_pct"])
    assert why.readings == ReadingsBehind("spring", "2026-10", may_see=True)
    assert why.statement.period == "@2026-10-31"
    assert "2026-10-01–2026-10-31" in why.statement.note
    assert why.statement.batch == done.batch
    hidden = why_fact(made.desk, OFFICE, held.facts["dq_equipment_connected_pct"])
    assert hidden.readings == ReadingsBehind("", "", may_see=False)


def test_evidence_leads_to_the_batches_of_the_boxes(made: World) -> None:
    """Two batches arrived while the readings of the month did, one of another day; one of another site is none of it."""
    day = date(2026, 10, 2)
    rows = [
        {
            "batch": f"{site}-{n}", "site": site, "stream": site, "sequence": n, "arrived_at": us(at, day),
            "made_at": us(at, day),
            "writer": "w", "readings": 9, "held": n, "gaps": 0, "first_read_at": us(at, day), "last_read_at": us(at, day),
        }
        for site, n, at in (("spring", 0, 500), ("spring", 1, 2000), ("dye", 0, 500))
    ]  # fmt: skip
    write_beside(made.desk.lake, "reading_batches", rows)
    whole = month_why(made.desk, OWNER, "spring", "2026-10", PRODUCTION)
    assert whole.evidence["batches"] == 2
    assert [one["batch"] for one in whole.batches] == ["spring-0", "spring-1"]
    of_day = month_why(made.desk, OWNER, "spring", "2026-10", PRODUCTION, day="2026-10-02")
    assert [(one["batch"], one["held"]) for one in of_day.batches] == [("spring-0", 0)]
    (coil,) = of_day.machines
    assert {point.point for point in coil.points} >= {"coil.running", "coil.pieces"}
    with pytest.raises(NotAllowed):
        month_why(made.desk, OFFICE, "spring", "2026-10", PRODUCTION)
