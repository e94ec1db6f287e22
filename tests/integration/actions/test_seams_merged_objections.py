"""Objections where enterprises were merged: the correction, the lists and the rights follow who is who, both ways."""

import io

import pytest
from action_world import SHENGZHOU, SYSTEM, World, firm, key_of
from seam_world import (
    ANALYST,
    COLLEAGUE,
    COUNTY,
    ELSEWHERE,
    HERE,
    NEW,
    OLD,
    PROVINCE,
    People,
    fact_id,
    facts,
    filed,
    furnished,
    merged,
    move,
    side_by_side,
    taken_back,
)

from jiqun.actions import merging, objecting
from jiqun.actions import objection_policy as policy
from jiqun.actions.merging import Pair
from jiqun.actions.reading.archive import Archive, Ask
from jiqun.actions.reading.objections import lines_about, objection_page, objections_page, tasks
from jiqun.actions.reading.subjects import subject_page
from jiqun.core.errors import NotAllowed, WrongState
from jiqun.ledger import identities, objections, subjects
from jiqun.ledger.scopes import Scope


@pytest.fixture
def told(world: World) -> World:
    """The firm that is twice in the register."""
    return furnished(world)


@pytest.fixture
def people(told: World) -> People:
    """Bosses of both, with accounts."""
    made = People(told.now())
    made.add("old_boss", "enterprise", Scope("enterprise", OLD))
    made.add("new_boss", "enterprise", Scope("enterprise", NEW))
    made.add("third_boss", "enterprise", Scope("enterprise", key_of(3)))
    return made


@pytest.mark.parametrize("who", ["old_boss", "new_boss", "county"])
def test_a_correction_of_what_was_told_under_the_former_key(told: World, people: People, who: str) -> None:
    """It is seen on the merged profile, and stays with its own when the merge is taken back."""
    decision = merged(told)
    by = COLLEAGUE if who == "county" else people.now(who)
    if who == "old_boss":
        assert policy.can_file(by, NEW) and policy.can_file(by, OLD)
    made = filed(told, fact_id(told, NEW, "office"), by=by)
    done = move(told, made, "accept", by=COUNTY)
    assert facts(told, NEW) == {("2024", "office"): "9500", ("2023", "tax"): "9000"}
    assert side_by_side(told, NEW, by=COUNTY)["office"] == ("9500", True)
    assert done.correction == fact_id(told, NEW, "office")
    taken_back(told, decision)
    assert facts(told, OLD) == {("2024", "office"): "9500"}
    assert facts(told, NEW) == {("2023", "tax"): "9000"}
    assert [one.id for one in objections.list_page(policy.reaches(COUNTY), subject=OLD).rows] == [made.id]
    assert objections.list_page(policy.reaches(COUNTY), subject=NEW).total == 0


def test_an_objection_filed_while_merged_is_of_the_one_it_was_recorded_for(
    told: World, people: People
) -> None:
    decision = merged(told)
    made = filed(told, fact_id(told, NEW, "office"), by=people.now("new_boss"))
    assert made.subject == OLD
    for key in (OLD, NEW):
        assert [one.id for one in objections.list_page(policy.reaches(PROVINCE), subject=key).rows] == [
            made.id
        ], key
    taken_back(told, decision)
    old, new = people.now("old_boss"), people.now("new_boss")
    assert (
        policy.can_read(old, made) and not policy.can_read(new, objections.get(made.id))
    ) or policy.is_filer(new, made)
    assert objections.list_page(policy.reaches(old)).total == 1
    assert objections.list_page(policy.reaches(new)).total == 0
    assert move(told, made, "withdraw", by=old).state == "withdrawn"


def test_an_objection_filed_before_the_merge_is_of_both_sides_under_either_key(
    told: World, people: People
) -> None:
    made = filed(
        told,
        fact_id(told, OLD, "office"),
        by=people.now("old_boss"),
        files=[("年报.txt", io.BytesIO(b"made up"))],
    )
    merged(told)
    file = objections.evidence_of(made.id)[0]
    for who in ("old_boss", "new_boss"):
        by = people.now(who)
        assert policy.sides(by, made) == ("party",), who
        assert objections_page(told.desk, by).total == 1, who
        assert tasks(Archive(told.desk, by)).total == 1, who
        assert objecting.evidence_file(told.desk, made.id, file.id, by=by)[1] == b"made up"
        assert objection_page(told.desk, by, made.id).line.subject.key == NEW, who
    assert [one.id for one in lines_about(Archive(told.desk, COUNTY), [fact_id(told, NEW, "office")])] == [
        made.id
    ]
    third = people.now("third_boss")
    assert not policy.can_read(third, made) and objections_page(told.desk, third).total == 0
    assert move(told, made, "withdraw", by=people.now("new_boss")).state == "withdrawn"


def test_who_speaks_for_the_enterprise_that_goes_on_does_not_answer_as_its_office(
    told: World, people: People
) -> None:
    made = filed(told, fact_id(told, OLD, "office"), by=people.now("old_boss"))
    merged(told)
    people.add("two_hats", "enterprise", Scope("enterprise", NEW))
    from jiqun.ledger import accounts

    accounts.grant(people.ids["two_hats"], "county_officer", HERE, by="test", at=told.now())
    with pytest.raises(NotAllowed) as refused:
        move(told, made, "accept", by=people.now("two_hats"))
    assert refused.value.code == "objection.own_enterprise"


def test_a_statement_has_one_open_objection_under_either_key(told: World, people: People) -> None:
    made = filed(told, fact_id(told, OLD, "office"), by=people.now("old_boss"))
    decision = merged(told)
    with pytest.raises(WrongState) as refused:
        filed(told, fact_id(told, NEW, "office"), by=people.now("new_boss"))
    assert refused.value.code == "objection.open_already"
    assert move(told, made, "accept", by=COUNTY).state == "accepted"
    again = told.facts((OLD, "revenue", "2024", "12000", "万元"), source="office")
    assert (again.unchanged, again.updated) == (1, 0)
    taken_back(told, decision)
    assert facts(told, OLD) == {("2024", "office"): "9500"}


def test_a_merge_over_counties_takes_the_objection_to_the_county_of_today(
    told: World, people: People
) -> None:
    """The office of the county the enterprise lies in today lists what it may answer, and nobody else."""
    far = key_of(7, SHENGZHOU)
    told.enterprises(firm(7, SHENGZHOU))
    made = filed(told, fact_id(told, OLD, "office"), by=people.now("old_boss"))
    with pytest.raises(NotAllowed):
        merged(told, OLD, far, by=COUNTY)
    decision = merged(told, OLD, far, by=PROVINCE)
    assert policy.can_answer(ELSEWHERE, made) and not policy.can_answer(COUNTY, made)
    assert objections_page(told.desk, ELSEWHERE).total == 1
    assert objections_page(told.desk, COUNTY).total == 0
    assert objections.counts(policy.reaches(ELSEWHERE))["submitted"] == 1
    taken_back(told, decision, by=PROVINCE)
    assert objections_page(told.desk, COUNTY).total == 1 and objections_page(told.desk, ELSEWHERE).total == 0


def test_a_cluster_office_lists_what_it_may_read_of_a_merged_one(told: World, people: People) -> None:
    told.relations((NEW, "member_of", "cluster:robots_cnc", "", "", ""), source="doc")
    office = people.add("cluster", "cluster_office", Scope("cluster", "cluster:robots_cnc"))
    made = filed(told, fact_id(told, OLD, "office"), by=people.now("old_boss"))
    assert objections.list_page(policy.reaches(office)).total == 0
    merged(told)
    assert objections.list_page(policy.reaches(office)).total == int(policy.can_read(office, made))


def test_undoing_the_list_that_brought_one_end_leaves_the_objection_with_its_side(world: World) -> None:
    told = furnished(world)
    second = told.enterprises(firm(8))
    told.facts((key_of(8), "revenue", "2024", "800", "万元"), source="office")
    made = filed(told, fact_id(told, key_of(8), "office"), by=COLLEAGUE, value="700")
    decision = merged(told, key_of(8), NEW)
    told.undo(second)
    kept = subjects.get_many([key_of(8)]).get(key_of(8))
    assert kept is None or kept.provisional  # facts still speak of it: it stays, known by name only
    assert identities.get(decision.id).holds == (kept is not None)
    done = move(told, made, "accept", by=COUNTY)
    assert done.state == "accepted"
    assert facts(told, NEW if kept is not None else key_of(8))["2024", "office"] == "700"


def test_the_same_list_again_leaves_the_merge(told: World) -> None:
    merged(told)
    again = told.enterprises(firm(1), firm(2), firm(3))
    assert (again.created, again.updated, again.unchanged) == (0, 0, 3)
    assert subjects.resolve(OLD) == NEW


def test_merging_needs_both_counties_and_taking_back_too(told: World) -> None:
    far = key_of(7, SHENGZHOU)
    told.enterprises(firm(7, SHENGZHOU))
    decision = merging.merge(Pair(far, NEW), by=PROVINCE, at=told.now())
    for by in (ELSEWHERE, ANALYST):
        with pytest.raises(NotAllowed):
            merging.take_back(decision.id, by=by, at=told.now())
    assert subject_page(told.desk, COUNTY, far, ask=Ask()).link.key == NEW
    merging.take_back(decision.id, by=SYSTEM, at=told.now())
    assert subjects.resolve(far) == far


def test_undoing_the_correction_of_a_merged_one_brings_the_number_back(told: World, people: People) -> None:
    decision = merged(told)
    made = filed(told, fact_id(told, NEW, "office"), by=people.now("old_boss"))
    done = move(told, made, "accept", by=COUNTY)
    from jiqun.actions import batches as acts

    acts.undo(told.desk, done.batch, by=COUNTY, at=told.now())
    assert facts(told, NEW)["2024", "office"] == "12000"
    taken_back(told, decision)
    assert facts(told, OLD) == {("2024", "office"): "12000"}
