"""A source is withdrawn with everything that came from it, after what would change is listed, and brought back."""

from decimal import Decimal

import pytest
from action_world import SHENGZHOU, SYSTEM, XINCHANG, World, batch_of, firm, key_of

from jiqun.actions import objecting, uploads, withdrawals
from jiqun.actions.objecting import Filing
from jiqun.actions.reading.withdrawals import withdrawal_page
from jiqun.core.errors import InputError, NotAllowed, WrongState
from jiqun.lake.facts import FactReader
from jiqun.ledger import audit, batches, objections, sources
from jiqun.ledger.permissions import Actor, Grant
from jiqun.ledger.scopes import EVERYTHING, Scope
from jiqun.ledger.sources import Source

COUNTY = Actor(9, "county", (Grant("county_officer", Scope("region", XINCHANG)),))
ELSEWHERE = Actor(11, "elsewhere", (Grant("county_officer", Scope("region", SHENGZHOU)),))
FACTORY = Actor(7, "factory", (Grant("enterprise", Scope("enterprise", key_of(1))),))
REVENUE = "revenue"


@pytest.fixture
def told(world: World) -> World:
    """A list of everybody, revenue in it; a tax office that says otherwise of one, and alone of another enterprise."""
    world.enterprises(firm(1), firm(2))
    world.facts((key_of(1), REVENUE, "2024", "10000", "万元"), (key_of(2), REVENUE, "2024", "4000", "万元"))
    sources.save(Source("tax", "register", "税务名册", owner=Scope("region", XINCHANG)))
    world.enterprises(firm(1, address="浙江省绍兴市新昌县新路9号"), firm(5), source="tax")
    world.facts(
        (key_of(1), REVENUE, "2024", "12000", "万元"),
        (key_of(5), REVENUE, "2024", "500", "万元"),
        ("enterprise:无码小厂", REVENUE, "2024", "7", "万元"),
        (key_of(1), "rd_expense", "2024", "600", "万元"),
        source="tax",
    )
    world.relations((key_of(5), "member_of", "cluster:robots_cnc", "", "", "税务说"), source="tax")
    return world


def shown(world: World, number: int = 1) -> Decimal | None:
    rows = FactReader(world.desk.lake).matrix(REVENUE, [key_of(number)], (2024, 2024))
    return rows[0]["base_value"] if rows else None  # type: ignore[return-value]


def test_the_trusted_source_is_shown_until_it_is_withdrawn_and_again_when_it_is_back(told: World) -> None:
    assert shown(told) == Decimal("1.2")
    before = told.now()
    done = withdrawals.withdraw(told.desk, "tax", "口径有误，重报", by=COUNTY, at=told.now())
    assert (done.facts, done.relations) == (4, 1)
    assert shown(told) == Decimal(1)
    assert shown(told, 5) is None
    assert told.subject(key_of(5)) is None and told.subject("enterprise:无码小厂") is None
    kept = told.subject(key_of(1))
    assert kept is not None and "人民路" in kept.attributes["address"]
    assert told.told(as_of=before, subject=key_of(5))[key_of(5), REVENUE, "2024"] == "0.05"
    assert sources.get("tax").withdrawn_why == "口径有误，重报"

    back = withdrawals.bring_back(told.desk, "tax", by=COUNTY, at=told.now())
    assert (back.facts, back.relations) == (4, 1)
    assert shown(told) == Decimal("1.2") and shown(told, 5) == Decimal("0.05")
    again = told.subject(key_of(1))
    assert again is not None and "新路" in again.attributes["address"]
    five, nameless = told.subject(key_of(5)), told.subject("enterprise:无码小厂")
    assert five is not None and not five.provisional and five.source == "tax"
    assert nameless is not None and nameless.provisional
    assert not sources.get("tax").is_withdrawn
    assert [one.action for one in audit.of_target("source:tax")] == ["source.bring_back", "source.withdraw"]


def test_what_would_change_is_listed_first(told: World) -> None:
    rows = FactReader(told.desk.lake).facts(source="tax", subject=key_of(1), indicator=REVENUE)
    filing = Filing(str(rows[0]["id"]), "11000", reason="多算")
    made = objecting.file(told.desk, filing, by=FACTORY, at=told.now())
    page = withdrawal_page(told.desk, COUNTY, "tax")
    assert (page.facts, page.subjects, page.batches, page.gone) == (4, 3, 3, 2)
    seen = {(one.how, one.subject.key, one.indicator.key): (one.before, one.after) for one in page.changes}
    assert seen["stated", key_of(1), REVENUE] == (Decimal("1.2"), Decimal(1))
    assert seen["stated", key_of(5), REVENUE] == (Decimal("0.05"), None)
    assert seen["stated", key_of(1), "rd_expense"] == (Decimal("0.06"), None)
    assert ("stated", key_of(2), REVENUE) not in seen
    assert seen["sum", f"region:{XINCHANG}", REVENUE] == (Decimal("1.65"), Decimal("1.4"))
    assert seen["sum", "region:330000", REVENUE] == (Decimal("1.65"), Decimal("1.4"))
    assert seen["derived", key_of(1), "rd_intensity"] == (Decimal(5), None)
    assert page.changed == len(page.changes)
    assert [one.id for one in page.objections] == [made.id]
    assert not sources.get("tax").is_withdrawn  # looking changes nothing
    withdrawals.withdraw(told.desk, "tax", "重报", by=COUNTY, at=told.now())
    with pytest.raises(WrongState):
        objecting.move(told.desk, made.id, "accept", by=COUNTY, at=told.now())
    assert objections.get(made.id).state == "submitted"
    after = withdrawal_page(told.desk, COUNTY, "tax")
    assert (after.facts, after.changes, after.can_bring_back) == (0, (), True)


def test_who_may_withdraw(told: World) -> None:
    for by in (ELSEWHERE, FACTORY):
        assert not withdrawals.can_withdraw(by, sources.get("tax"))
        with pytest.raises(NotAllowed):
            withdrawals.withdraw(told.desk, "tax", "x", by=by, at=told.now())
        with pytest.raises(NotAllowed):
            withdrawal_page(told.desk, by, "tax")
    assert withdrawals.can_withdraw(COUNTY, sources.get("tax"))
    with pytest.raises(InputError) as refused:
        withdrawals.withdraw(told.desk, "tax", "  ", by=COUNTY, at=told.now())
    assert refused.value.code == "source.reason"
    with pytest.raises(WrongState):
        withdrawals.bring_back(told.desk, "tax", by=COUNTY, at=told.now())
    withdrawals.withdraw(told.desk, "tax", "重报", by=SYSTEM, at=told.now())
    assert not withdrawals.can_withdraw(COUNTY, sources.get("tax"))
    with pytest.raises(WrongState) as twice:
        withdrawals.withdraw(told.desk, "tax", "重报", by=SYSTEM, at=told.now())
    assert twice.value.code == "source.withdrawn"


def test_nothing_comes_in_under_a_withdrawn_source(told: World) -> None:
    withdrawals.withdraw(told.desk, "tax", "重报", by=COUNTY, at=told.now())
    with pytest.raises(WrongState) as refused:
        told.enterprises(firm(6), source="tax")
    assert refused.value.code == "source.withdrawn"
    header = ("subject", "indicator", "period", "value", "unit", "source")
    report = told.facts((key_of(1), REVENUE, "2023", "1", "万元", "tax"), header=header)
    assert [error.code for error in report.errors] == ["source.withdrawn"]
    assert not uploads.may_use(sources.get("tax"), SYSTEM)


def test_a_later_list_of_another_source_stays_when_the_source_comes_back(told: World) -> None:
    withdrawals.withdraw(told.desk, "tax", "重报", by=COUNTY, at=told.now())
    told.enterprises(firm(1, address="浙江省绍兴市新昌县第三路3号"))
    withdrawals.bring_back(told.desk, "tax", by=COUNTY, at=told.now())
    kept = told.subject(key_of(1))
    assert kept is not None and "第三路" in kept.attributes["address"]


def test_a_batch_undone_before_stays_undone(told: World) -> None:
    extra = told.facts((key_of(2), REVENUE, "2022", "1", "万元"), source="tax")
    told.undo(extra)
    withdrawals.withdraw(told.desk, "tax", "重报", by=COUNTY, at=told.now())
    withdrawals.bring_back(told.desk, "tax", by=COUNTY, at=told.now())
    assert (key_of(2), REVENUE, "2022") not in told.told(subject=key_of(2))
    assert batches.get(batch_of(extra)).state == "undone"


def test_a_sheet_belongs_to_the_office_that_handed_it_in(told: World) -> None:
    told.facts((key_of(1), "profit", "2024", "1", "万元"), source="county_sheet", by=COUNTY)
    sheet = sources.get("county_sheet")
    assert sheet.owner == Scope("region", XINCHANG)
    assert uploads.may_use(sheet, COUNTY) and not uploads.may_use(sheet, ELSEWHERE)
    province = Actor(1, "province", (Grant("provincial_officer", EVERYTHING),))
    assert uploads.may_use(sheet, province)
    assert not uploads.may_use(sources.get("tax"), COUNTY)  # a register speaks for itself
    sources.save(Source("county_sheet", "office_sheet", "another title"))
    assert sources.get("county_sheet").owner == Scope("region", XINCHANG)


def test_an_export_says_which_statement_is_shown(told: World) -> None:
    from jiqun.lake.listing import Wanted, listed_with_shown

    every = listed_with_shown(told.desk.lake, Wanted(subject=key_of(1), indicator=REVENUE))
    assert {row["source"]: row["shown"] for row in every} == {"tax": True, "sheet": False}
    (alone,) = listed_with_shown(told.desk.lake, Wanted(source="sheet", subject=key_of(1)))
    assert alone["shown"] is False
    withdrawals.withdraw(told.desk, "tax", "重报", by=COUNTY, at=told.now())
    (left,) = listed_with_shown(told.desk.lake, Wanted(source="sheet", subject=key_of(1)))
    assert left["shown"] is True
