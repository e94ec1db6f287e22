"""Objections: every state and side, deadlines over weekends, a correction in the same transaction, what it changed."""

import io
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from action_world import SHENGZHOU, XINCHANG, CrashError, World, firm, key_of, officer

from jiqun.actions import evidence, objecting, outbox
from jiqun.actions import objection_policy as policy
from jiqun.actions.desk import ZONE
from jiqun.actions.objecting import Filing
from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.changes import changes_of
from jiqun.core.errors import InputError, JiqunError, NotAllowed, NotFound, RowErrors, WrongState
from jiqun.lake.facts import FactReader
from jiqun.ledger import audit, objections
from jiqun.ledger.objections import Objection
from jiqun.ledger.permissions import Actor, Grant
from jiqun.ledger.scopes import Scope

FACTORY = Actor(7, "factory", (Grant("enterprise", Scope("enterprise", key_of(1))),))
NEIGHBOUR = Actor(8, "neighbour", (Grant("enterprise", Scope("enterprise", key_of(2))),))
COUNTY = Actor(9, "county", (Grant("county_officer", Scope("region", XINCHANG)),))
COLLEAGUE = Actor(10, "colleague", (Grant("county_officer", Scope("region", XINCHANG)),))
ELSEWHERE = Actor(11, "elsewhere", (Grant("county_officer", Scope("region", SHENGZHOU)),))
PROVINCE = Actor(12, "province", (Grant("provincial_officer", Scope()),))
ANALYST = Actor(13, "analyst", (Grant("analyst", Scope()),))
BOTH = Actor(14, "both", (*FACTORY.grants, *COUNTY.grants))
PDF = b"%PDF-1.7 made up"


@pytest.fixture
def told(world: World) -> World:
    """Three enterprises of two counties with revenue, tax and land; the disputed revenue is 12 000 万元."""
    world.enterprises(firm(1), firm(2), firm(3, SHENGZHOU))
    world.facts(
        (key_of(1), "revenue", "2023", "10000", "万元"),
        (key_of(1), "revenue", "2024", "12000", "万元"),
        (key_of(2), "revenue", "2024", "5000", "万元"),
        (key_of(3, SHENGZHOU), "revenue", "2024", "3000", "万元"),
        (key_of(1), "tax", "2024", "600", "万元"),
        (key_of(1), "land_area_mu", "2024", "30", "亩"),
        (key_of(1), "rd_expense", "2024", "300", "万元"),
    )
    return world


def fact_of(world: World, indicator: str = "revenue", period: str = "2024", number: int = 1) -> str:
    rows = FactReader(world.desk.lake).facts(subject=key_of(number), indicator=indicator)
    return next(str(row["id"]) for row in rows if row["period"] == period)


def filed(world: World, by: Actor = FACTORY, value: str = "9000", **more: object) -> Objection:
    filing = Filing(fact_of(world), value, reason="年报多记了一笔", **more)  # type: ignore[arg-type]
    return objecting.file(world.desk, filing, by=by, at=world.now())


def move(
    world: World, objection: Objection, name: str, by: Actor, text: str = "", **more: object
) -> Objection:
    return objecting.move(world.desk, objection.id, name, by=by, at=world.now(), text=text, **more)  # type: ignore[arg-type]


def test_an_accepted_objection_corrects_the_number_and_says_what_else_changed(told: World) -> None:
    made = filed(told, files=[("年报.pdf", io.BytesIO(PDF))])
    assert (made.state, made.office, made.due_on) == ("submitted", "region", date(2026, 11, 25))
    before = fact_of(told)
    done = move(told, made, "accept", COUNTY, "核对属实")
    assert done.state == "accepted" and done.answered_by == "county"
    assert told.told()[key_of(1), "revenue", "2024"] == "0.9"
    assert told.told(as_of=made.filed_at)[key_of(1), "revenue", "2024"] == "1.2"
    (new,) = FactReader(told.desk.lake).facts(ids=[done.correction])
    assert (
        new["supersedes"] == before and new["batch"] == done.batch and f"异议 {made.id}" in str(new["note"])
    )
    changes = changes_of(Archive(told.desk, COUNTY), done.correction)
    seen = {
        (one.how, one.subject.key, one.indicator.key, one.year): (one.before, one.after)
        for one in changes.rows
        if one.is_changed
    }
    own, county, city, province = key_of(1), f"region:{XINCHANG}", "region:330600", "region:330000"
    assert seen["stated", own, "revenue", 2024] == (Decimal("1.2"), Decimal("0.9"))
    assert seen["sum", county, "revenue", 2024] == (Decimal("1.7"), Decimal("1.4"))
    assert seen["sum", city, "revenue", 2024] == (Decimal("2"), Decimal("1.7"))
    assert seen["sum", province, "revenue", 2024] == (Decimal("2"), Decimal("1.7"))
    assert seen["derived", own, "rd_intensity", 2024] == (Decimal("2.5"), Decimal("3.3333"))
    assert seen["derived", own, "revenue_growth", 2024] == (Decimal(20), Decimal(-10))
    assert not any("tax" in key[2] for key in seen)
    actions = [event.action for event in audit.of_target(f"objection:{made.id}")]
    assert actions == ["objection.accept", "objection.file"]


def test_the_old_row_handed_in_again_does_not_undo_the_correction(told: World) -> None:
    made = filed(told)
    move(told, made, "accept", COUNTY)
    again = told.facts((key_of(1), "revenue", "2024", "12000", "万元"))
    assert (again.unchanged, again.updated) == (1, 0)
    assert told.told()[key_of(1), "revenue", "2024"] == "0.9"
    newer = told.facts((key_of(1), "revenue", "2024", "9500", "万元"))
    assert newer.updated == 1
    assert told.told()[key_of(1), "revenue", "2024"] == "0.95"


def test_a_kill_between_ledger_and_lake_leaves_both_or_neither(
    told: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = filed(told)

    def crash(*_: object, **__: object) -> None:
        raise CrashError

    with monkeypatch.context() as patched, pytest.raises(CrashError):
        patched.setattr(objections, "note", crash)
        move(told, made, "accept", COUNTY)
    assert objections.get(made.id).state == "submitted"
    assert told.told()[key_of(1), "revenue", "2024"] == "1.2"
    with monkeypatch.context() as patched, pytest.raises(CrashError):
        patched.setattr(outbox, "deliver", crash)
        move(told, made, "accept", COUNTY)
    assert objections.get(made.id).state == "accepted"
    outbox.reconcile(told.desk, at=told.now())
    assert told.told()[key_of(1), "revenue", "2024"] == "0.9"


FILE = {
    FACTORY: "",
    COUNTY: "",
    PROVINCE: "",
    NEIGHBOUR: "auth.scope",
    ELSEWHERE: "auth.scope",
    ANALYST: "auth.role",
}


@pytest.mark.parametrize(("by", "code"), FILE.items(), ids=[one.label for one in FILE])
def test_who_may_object(told: World, by: Actor, code: str) -> None:
    if not code:
        assert filed(told, by).filed_by == by.label
        return
    with pytest.raises(NotAllowed) as refused:
        filed(told, by)
    assert refused.value.code == code
    assert not policy.can_file(by, key_of(1))


STATES = ("submitted", "asked", "accepted", "refused", "withdrawn")
MOVES = ("ask", "supply", "accept", "refuse", "withdraw")
PEOPLE = {
    "factory": (FACTORY, "party"), "county": (COUNTY, "office"), "province": (PROVINCE, "office"),
    "neighbour": (NEIGHBOUR, ""), "elsewhere": (ELSEWHERE, ""), "analyst": (ANALYST, ""), "both": (BOTH, "party"),
}  # fmt: skip


def brought_to(world: World, state: str) -> Objection:
    made = filed(world)
    steps = {"asked": ("ask", COUNTY), "accepted": ("accept", COUNTY), "refused": ("refuse", COUNTY),
             "withdrawn": ("withdraw", FACTORY)}  # fmt: skip
    if state in steps:
        name, by = steps[state]
        return move(world, made, name, by, "请看")
    return made


@pytest.mark.parametrize("state", STATES)
def test_every_state_and_role(told: World, state: str) -> None:
    """What nobody may do is refused with the reason; what may be done is shown as possible."""
    objection, practice = brought_to(told, state), told.desk.practice
    for who, (by, side) in PEOPLE.items():
        assert policy.can_read(by, objection) == (who not in ("neighbour", "elsewhere", "analyst")), who
        for name in MOVES:
            step = practice.moves[name]
            allowed = step.by == side and state in step.before
            assert policy.can_move(practice, by, objection, name) == allowed, (who, name)
            if allowed:
                continue
            expected = WrongState if step.by == side else NotAllowed
            with pytest.raises(expected):
                move(told, objection, name, by, "说明")
    assert objections.get(objection.id) == objection


def test_an_officer_does_not_answer_what_he_filed_himself(told: World) -> None:
    made = filed(told, COUNTY)
    with pytest.raises(NotAllowed) as refused:
        move(told, made, "accept", COUNTY)
    assert refused.value.code == "objection.own"
    assert move(told, made, "accept", COLLEAGUE).state == "accepted"


def test_the_enterprise_withdraws_what_its_officer_filed_for_it(told: World) -> None:
    assert move(told, filed(told, COUNTY), "withdraw", FACTORY).state == "withdrawn"
    assert told.told()[key_of(1), "revenue", "2024"] == "1.2"


def test_one_number_has_one_open_objection(told: World) -> None:
    made = filed(told)
    with pytest.raises(WrongState) as refused:
        filed(told, COUNTY)
    assert refused.value.code == "objection.open_already"
    move(told, made, "refuse", COUNTY, "与税务数据一致")
    assert filed(told).id != made.id
    assert objections.get(made.id).answer == "与税务数据一致"


@pytest.mark.parametrize(
    ("value", "unit", "error"),
    [
        ("九千", "", RowErrors), ("9000", "家", RowErrors), ("", "", RowErrors), ("1.2", "亿元", WrongState),
        ("12000", "", WrongState),
    ],
)  # fmt: skip
def test_what_it_should_be_goes_through_the_gate_at_once(
    told: World, value: str, unit: str, error: type[JiqunError]
) -> None:
    with pytest.raises(error):
        filed(told, value=value, unit=unit)


def test_a_reason_is_needed(told: World) -> None:
    with pytest.raises(InputError):
        objecting.file(told.desk, Filing(fact_of(told), "9000", reason=" "), by=FACTORY, at=told.now())
    made = filed(told)
    for name in ("refuse", "ask"):
        with pytest.raises(InputError) as refused:
            move(told, made, name, COUNTY)
        assert refused.value.code == "objection.say_why"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("filed_at", "due"),
    [
        ("2026-11-18T09:00", "2026-11-23"),  # Wednesday: Thursday, Friday, Monday
        ("2026-11-20T23:59", "2026-11-25"),  # Friday evening
        ("2026-11-21T00:00", "2026-11-25"),  # Saturday
        ("2026-11-22T12:00", "2026-11-25"),  # Sunday
        ("2026-11-30T08:00", "2026-12-03"),  # over the end of a month
        ("2026-12-30T16:30", "2027-01-04"),  # over the end of a year; no holiday is named in the table
    ],
)
def test_the_deadline_counts_working_days_of_shanghai(told: World, filed_at: str, due: str) -> None:
    when = at(filed_at)
    made = objecting.file(told.desk, Filing(fact_of(told), "9000", reason="多记"), by=FACTORY, at=when)
    assert made.due_on == date.fromisoformat(due)
    practice, calendar = told.desk.practice, told.desk.calendar
    last = practice.deadline("submitted", made.due_on, on=made.due_on, calendar=calendar)
    assert last is not None and not last.overdue and last.left == 1
    after = practice.deadline("submitted", made.due_on, on=made.due_on + timedelta(days=1), calendar=calendar)
    assert after is not None and after.overdue


def test_being_asked_stops_the_clock_and_an_answer_starts_it_anew(told: World) -> None:
    made = filed(told)
    asked = move(told, made, "ask", COUNTY, "请附审计报告")
    practice, calendar = told.desk.practice, told.desk.calendar
    assert practice.deadline(asked.state, asked.due_on, on=date(2027, 1, 1), calendar=calendar) is None
    later = at("2026-12-04T10:00")
    given = objecting.move(
        told.desk, made.id, "supply", by=FACTORY, at=later, files=[("审计.pdf", io.BytesIO(PDF))]
    )
    assert (given.state, given.due_on) == ("submitted", date(2026, 12, 9))
    assert [step.move for step in objections.steps_of(made.id)] == ["file", "ask", "supply"]


def test_evidence_is_kept_by_its_hash_and_read_by_both_sides_alone(told: World) -> None:
    made = filed(told, files=[("年报.pdf", io.BytesIO(PDF))])
    (file,) = objections.evidence_of(made.id)
    for by in (FACTORY, COUNTY, PROVINCE):
        assert objecting.evidence_file(told.desk, made.id, file.id, by=by)[1] == PDF
    for by in (NEIGHBOUR, ELSEWHERE, ANALYST):
        with pytest.raises(NotAllowed):
            objecting.evidence_file(told.desk, made.id, file.id, by=by)
    evidence.path_of(told.desk, file.sha256).write_bytes(b"changed")
    with pytest.raises(NotFound):
        objecting.evidence_file(told.desk, made.id, file.id, by=FACTORY)


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("a.exe", b"MZ", "objection.evidence_type"),
        ("a.pdf", b"MZ", "objection.evidence_type"),
        ("a.txt", b"\x00", "objection.evidence_type"),
        ("a.pdf", PDF + b"x" * 10_000_001, "gate.too_large"),
        ("", PDF, "gate.text_too_long"),
    ],
)
def test_evidence_has_limits(told: World, name: str, body: bytes, code: str) -> None:
    with pytest.raises(InputError) as refused:
        filed(told, files=[(name, io.BytesIO(body))])
    assert refused.value.code == code
    assert not objections.open_about([fact_of(told)])
    folder = told.desk.uploads / "evidence"
    assert not list(folder.glob("*"))


def test_too_many_files(told: World) -> None:
    with pytest.raises(InputError) as refused:
        filed(told, files=[(f"{n}.pdf", io.BytesIO(PDF)) for n in range(6)])
    assert refused.value.code == "objection.many_files"


def test_a_number_that_went_meanwhile_cannot_be_corrected(told: World) -> None:
    extra = told.facts((key_of(1), "profit", "2024", "700", "万元"))
    filing = Filing(fact_of(told, "profit"), "650", reason="多记")
    made = objecting.file(told.desk, filing, by=FACTORY, at=told.now())
    told.undo(extra)
    with pytest.raises(WrongState) as refused:
        move(told, made, "accept", COUNTY)
    assert refused.value.code == "objection.fact_gone"
    assert move(told, made, "refuse", COUNTY, "该表已撤销").state == "refused"


def test_only_enterprises_and_only_numbers_that_hold(told: World) -> None:
    told.facts((f"region:{XINCHANG}", "gdp", "2024", "600", "亿元"))
    rows = FactReader(told.desk.lake).facts(subject=f"region:{XINCHANG}")
    with pytest.raises(NotAllowed) as refused:
        objecting.file(told.desk, Filing(str(rows[0]["id"]), "1", reason="x"), by=PROVINCE, at=told.now())
    assert refused.value.code == "objection.enterprises_only"
    with pytest.raises(NotFound):
        objecting.file(told.desk, Filing("f404", "1", reason="x"), by=PROVINCE, at=told.now())


def test_lists_hold_what_one_may_see(told: World) -> None:
    made = filed(told)
    for by, seen in ((FACTORY, 1), (COUNTY, 1), (PROVINCE, 1), (NEIGHBOUR, 0), (ELSEWHERE, 0), (ANALYST, 0)):
        page = objections.list_page(policy.reaches(by), state="open")
        assert page.total == seen, by.label
        assert objections.counts(policy.reaches(by))["submitted"] == seen
    assert objections.list_page(policy.reaches(COUNTY), state="refused").total == 0
    assert officer("administrator").label and made.id
