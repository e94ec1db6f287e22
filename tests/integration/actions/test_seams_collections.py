"""Collections where enterprises are merged meanwhile, and their answers beside what other sources say of the same cell."""

from decimal import Decimal
from pathlib import Path

import pytest
from action_world import SHENGZHOU, XINCHANG, World, key_of
from collecting_world import COUNTY, FIRMS, GOOD, OTHER_COUNTY, boss, fill, opened, send, with_firms
from seam_world import COLLEAGUE, HERE, People, filed, merged, move, side_by_side, taken_back

from jiqun.actions import collecting_answers, dedupe, withdrawals
from jiqun.actions.collecting_known import beforehand
from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.cells import cell_of
from jiqun.actions.reading.collecting import collection_page, why_sum
from jiqun.actions.reading.collecting_fill import fill_page
from jiqun.actions.reading.collecting_lines import collections_page, to_fill
from jiqun.actions.reading.conflicts import ConflictAsk, conflicts_page
from jiqun.actions.reading.withdrawals import withdrawal_page
from jiqun.core.errors import NotAllowed, WrongState
from jiqun.lake.engines import check
from jiqun.lake.facts import FactReader
from jiqun.lake.listing import Wanted, listed_with_shown
from jiqun.ledger import accounts, collection_answers, collections, sources
from jiqun.ledger.scopes import Scope
from jiqun.ledger.sources import Source

ONE, TWO, THREE = FIRMS[:3]


@pytest.fixture
def ready(world: World) -> World:
    return with_firms(world, count=3)


def county_sum(world: World, collection: str, cell: str = "revenue") -> tuple[Decimal | None, int, int]:
    page = collection_page(world.desk, COUNTY, collection)
    place = next(one for one in page.places if one.region == XINCHANG)
    found = next(one for one in place.sums if one.cell == cell)
    why = why_sum(world.desk, COUNTY, collection, cell, XINCHANG)
    assert (why.value, why.known, why.asked) == (found.value, found.known, found.asked)
    assert sum((part.value for part in why.parts if part.value is not None), Decimal(0)) == (found.value or 0)
    return found.value, found.known, place.asked


def listed(world: World, collection: str) -> tuple[int, int, int]:
    """What the list of collections counts: asked, answered, waiting to be accepted; the answer's own page says the same."""
    (line,) = [one for one in collections_page(world.desk, COUNTY).rows if one.id == collection]
    own = fill_page(world.desk, COUNTY, collection, THREE, lang="zh").line
    assert (own.asked, own.answered, own.sent) == (line.asked, line.answered, line.sent)
    return line.asked, line.answered, line.sent


def test_merged_while_open_it_is_asked_once_and_added_once(ready: World) -> None:
    """Both answered, then merged: the answer of the one that goes on counts; taken back, both count again."""
    made = opened(ready)
    fill(ready, made, ONE)
    send(ready, made, ONE)
    fill(ready, made, THREE, {**GOOD, "revenue": "500"})
    send(ready, made, THREE)
    assert county_sum(ready, made) == (Decimal(1700), 2, 3)
    assert listed(ready, made) == (3, 2, 2)
    decision = merged(ready, ONE, TWO)
    assert county_sum(ready, made) == (Decimal(1700), 2, 2)
    assert listed(ready, made) == (2, 2, 2)
    assert {one.key for one in collection_page(ready.desk, COUNTY, made).respondents} == {ONE, THREE}
    assert collecting_answers.remind(ready.desk, made, by=COUNTY, at=ready.now()).respondents == ()
    fill(ready, made, TWO, {**GOOD, "revenue": "1300"}, by=boss(TWO))
    send(ready, made, TWO)
    assert county_sum(ready, made) == (Decimal(1800), 2, 2)
    taken_back(ready, decision)
    assert county_sum(ready, made) == (Decimal(3000), 3, 3)
    assert listed(ready, made) == (3, 3, 3)
    rows = FactReader(ready.desk.lake).facts(source=made, indicator="revenue")
    assert {str(row["subject"]): row["value"] for row in rows} == {ONE: 1200, TWO: 1300, THREE: 500}


def test_who_answers_for_a_merged_one_has_one_task(ready: World) -> None:
    made, people = opened(ready), People(ready.now())
    for name, key in (("one", ONE), ("two", TWO)):
        people.add(name, "enterprise", Scope("enterprise", key))
    decision = merged(ready, ONE, TWO)
    for name in ("one", "two"):
        assert [line.respondent for line in to_fill(ready.desk, people.now(name))] == [TWO], name
    fill(ready, made, TWO, by=people.now("one"))
    assert send(ready, made, TWO, by=people.now("one")).created == 3
    assert to_fill(ready.desk, people.now("one")) == () == to_fill(ready.desk, people.now("two"))
    taken_back(ready, decision)
    assert [line.respondent for line in to_fill(ready.desk, people.now("one"))] == [ONE]
    with pytest.raises(NotAllowed):
        fill(ready, made, TWO, by=people.now("one"))


def test_only_the_former_one_was_asked(ready: World) -> None:
    """The account of the one that goes on finds the task and answers it; what is known of either is not asked again."""
    people = People(ready.now())
    people.add("two", "enterprise", Scope("enterprise", TWO))
    first = opened(ready, only=(ONE,))
    merged(ready, ONE, TWO)
    two = people.now("two")
    assert [line.respondent for line in to_fill(ready.desk, two)] == [ONE]
    fill(ready, first, ONE, by=two)
    assert send(ready, first, ONE, by=two).created == 3
    later = opened(ready, only=(TWO,))
    known = beforehand(ready.desk, COUNTY, collections.get(later), [TWO])[TWO].known
    assert known["revenue"].value == 1200 and known["revenue"].source == first
    other = beforehand(ready.desk, COUNTY, collections.get(later), [ONE])[ONE].known
    assert other == known
    done = send(ready, later, TWO, by=two)
    assert (done.created, done.corrected) == (0, 0)
    assert len(FactReader(ready.desk.lake).facts(subject=TWO, indicator="revenue")) == 1


def test_a_cluster_office_follows_a_merged_member(ready: World) -> None:
    ready.relations((TWO, "member_of", "cluster:robots_cnc", "", "", ""), source="doc")
    people = People(ready.now())
    office = people.add("cluster", "cluster_office", Scope("cluster", "cluster:robots_cnc"))
    made = opened(ready, only=(ONE,))
    with pytest.raises(NotAllowed):
        collection_page(ready.desk, office, made)
    merged(ready, ONE, TWO)
    assert [one.key for one in collection_page(ready.desk, office, made).respondents] == [ONE]
    with pytest.raises(NotAllowed):
        collection_page(ready.desk, OTHER_COUNTY, made)


@pytest.fixture
def rivals(ready: World) -> tuple[World, str, str]:
    """One cell of which a collection, an office's sheet and a register say three things; gives its period too."""
    made = opened(ready)
    fill(ready, made, ONE)
    send(ready, made, ONE)
    (row,) = FactReader(ready.desk.lake).facts(source=made, indicator="revenue")
    period = str(row["period"])
    sources.save(Source("yearly", "office_sheet", "经信月报", owner=HERE))
    sources.save(Source("tax", "register", "税务名册", owner=HERE))
    ready.facts((ONE, "revenue", period, "1100", "万元"), source="yearly")
    ready.facts((ONE, "revenue", period, "1250", "万元"), source="tax")
    return ready, made, period


def shown_everywhere(world: World) -> str:
    """The source shown of the cell, the same on profile, 依据, conflicts, export and in what is known beforehand."""
    archive = Archive(world.desk, COUNTY)
    statements = archive.statements(Wanted(subject=ONE, indicator="revenue"))
    told = {
        cell.shown.source.key for cell in (cell_of(archive, one) for one in statements) if cell is not None
    }
    rows = listed_with_shown(world.desk.lake, Wanted(subject=ONE, indicator="revenue"))
    told |= {str(row["source"]) for row in rows if row["shown"]}
    conflicts = conflicts_page(world.desk, COUNTY, ConflictAsk(subject=ONE)).rows
    for one in conflicts:
        told |= {each.source.key for each in one.statements if each.id == one.shown}
    later = opened(world, title="再报", only=(ONE,))
    told.add(beforehand(world.desk, COUNTY, collections.get(later), [ONE])[ONE].known["revenue"].source)
    sides = side_by_side_of(world)
    told |= {source for source, shown in sides.items() if shown}
    assert len(told) == 1, told
    return told.pop()


def side_by_side_of(world: World) -> dict[str, bool]:
    from jiqun.actions.reading.profile import sides_of

    rows = [row for row in sides_of(Archive(world.desk, COUNTY), ONE).rows if row.indicator.key == "revenue"]
    return {cell.statement.source.key: cell.shown for row in rows for cells in row.told for cell in cells}


def test_one_order_of_trust_wherever_one_number_is_shown(
    rivals: tuple[World, str, str], tmp_path: Path
) -> None:
    world, made, _ = rivals
    before = world.now()
    assert shown_everywhere(world) == "tax"
    assert county_sum(world, made)[0] == 1200  # the sum of a collection is of its own answers
    preview = withdrawal_page(world.desk, COUNTY, "tax")
    stated = [(one.before, one.after) for one in preview.changes if one.how == "stated"]
    withdrawals.withdraw(world.desk, "tax", "口径有误", by=COUNTY, at=world.now())
    second = shown_everywhere(world)
    assert second in {"yearly", made}
    left = next(
        row
        for row in listed_with_shown(world.desk.lake, Wanted(subject=ONE, indicator="revenue"))
        if row["shown"]
    )
    assert stated == [(Decimal("0.125"), Decimal(str(left["base_value"])).normalize())]
    assert {key[0]: value for key, value in world.told(as_of=before, source="tax").items()} == {ONE: "0.125"}
    withdrawals.bring_back(world.desk, "tax", by=COUNTY, at=world.now())
    assert shown_everywhere(world) == "tax"
    assert [row for row in check("duckdb", world.desk.lake, world.desk.indicators) if not row.ok] == []


def test_withdrawing_a_collection_hides_its_answers_and_says_so_first(rivals: tuple[World, str, str]) -> None:
    world, made, _ = rivals
    (row,) = FactReader(world.desk.lake).facts(source=made, indicator="revenue")
    objection = filed(world, str(row["id"]), by=COLLEAGUE, value="1180")
    page = withdrawal_page(world.desk, COUNTY, made)
    assert (page.facts, page.batches, page.gone) == (3, 1, 0)
    assert [line.id for line in page.objections] == [objection.id]
    with pytest.raises(NotAllowed):
        withdrawals.withdraw(world.desk, made, "x", by=OTHER_COUNTY, at=world.now())
    done = withdrawals.withdraw(world.desk, made, "表式有误", by=COUNTY, at=world.now())
    assert done.facts == 3
    assert county_sum(world, made)[:2] == (None, 0)
    with pytest.raises(WrongState) as refused:
        move(world, objection, "accept", by=COUNTY)
    assert refused.value.code == "objection.fact_gone"
    withdrawals.bring_back(world.desk, made, by=COUNTY, at=world.now())
    assert county_sum(world, made)[:2] == (Decimal(1200), 1)
    assert move(world, objection, "accept", by=COUNTY).state == "accepted"
    assert county_sum(world, made)[:2] == (Decimal(1180), 1)


def test_a_merge_of_an_answered_one_shows_one_number_and_is_not_proposed_again(ready: World) -> None:
    made = opened(ready)
    fill(ready, made, ONE)
    send(ready, made, ONE)
    merged(ready, ONE, TWO)
    assert [
        row["subject"] for row in FactReader(ready.desk.lake).facts(source=made, indicator="revenue")
    ] == [TWO]
    report = dedupe.find(ready.desk, by=COUNTY, at=ready.now())
    assert not [line for line in report.proposals if {line.subject, line.into} == {ONE, TWO}]
    assert collection_answers.get(made, ONE).state == "sent"
    assert accounts.scope_today(Scope("enterprise", ONE)) == Scope("enterprise", TWO)
    assert accounts.scope_today(Scope("region", XINCHANG)) == Scope("region", XINCHANG)
    assert side_by_side(ready, TWO, by=COUNTY) == {}  # nothing of 2024
    assert key_of(1, SHENGZHOU) not in {row["subject"] for row in FactReader(ready.desk.lake).facts()}
