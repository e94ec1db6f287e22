"""Taking a batch back: everything it brought goes, everything it changed stands as before, in whatever order."""

from datetime import timedelta

import pytest
from action_world import (
    LIST_HEADER,
    MORNING,
    SYSTEM,
    XINCHANG,
    World,
    batch_of,
    firm,
    key_of,
    officer,
)
from gate_rows import uscc

from jiqun.actions import batches as acts
from jiqun.actions import homes
from jiqun.core.errors import NotAllowed, NotFound, WrongState
from jiqun.ledger import audit, batches, quarantine, relations, search, subjects

TOWN = f"region:{XINCHANG}"
FACT = (TOWN, "revenue", "2024", "12.5", "亿元")
REVENUE = FACT[:3]
PARK = ("park:a", "甲园区", XINCHANG, "")
PROJECT = ("project:b", "乙项目", "", "")
TIE = ("project:b", "located_in", "park:a", "2023", "", "一期")
UNNAMED = "enterprise:只有名字的厂"


def state_of(*keys: str) -> dict[str, object]:
    """Subjects without the time of their last change."""
    held = subjects.get_many(keys)
    return {
        key: (s.label_zh, s.region, s.attributes, s.provisional, s.batch, s.first_batch, s.source)
        for key, s in held.items()
    }


# enterprises


def test_what_a_list_created_goes_and_what_it_changed_stands_as_before(world: World) -> None:
    world.enterprises(firm(1), firm(2))
    before = state_of(key_of(1), key_of(2), key_of(3))
    changed = world.enterprises(firm(1, address="浙江省绍兴市新昌县新路9号"), firm(2), firm(3))
    done = world.undo(changed)
    assert (done.removed, done.restored, done.relations, done.facts) == (1, 1, 0, 0)
    assert state_of(key_of(1), key_of(2), key_of(3)) == before
    assert [hit.key for hit in search.search("试样轴承3号")] == []
    assert [hit.key for hit in search.search("试样轴承1号")] == [key_of(1)]
    assert world.state(changed) == "undone"


def test_a_first_list_undone_leaves_nothing_and_can_come_again(world: World) -> None:
    first = world.enterprises(firm(1), firm(2))
    assert (world.undo(first).removed, state_of(key_of(1), key_of(2))) == (2, {})
    assert world.enterprises(firm(1), firm(2)).created == 2


def test_capital_dates_and_odd_columns_come_back_as_they_were(world: World) -> None:
    header = (*LIST_HEADER, "注册资本", "注册资本单位", "subject_row", "relation_row")
    world.enterprises(
        (*firm(1), "123456.789", "元", "一列", "又一列"), (*firm(2), "50", "万美元", "", ""), header=header
    )
    before = state_of(key_of(1), key_of(2))
    changed = world.enterprises((*firm(1), "1", "亿元", "", ""), (*firm(2), "", "", "", ""), header=header)
    assert state_of(key_of(1), key_of(2)) != before
    world.undo(changed)
    assert state_of(key_of(1), key_of(2)) == before
    assert world.enterprises((*firm(1), "123456.789", "元", "一列", "又一列"), header=header).unchanged == 1


def test_batches_may_be_undone_in_any_order(world: World) -> None:
    a = world.enterprises(firm(1, address="甲路"))
    b = world.enterprises(firm(1, address="乙路"))
    c = world.enterprises(firm(1, address="丙路"))

    def address() -> object:
        found = world.subject(key_of(1))
        return found and found.attributes["address"]

    assert (world.undo(b).restored, address()) == (0, "丙路")
    assert (world.undo(c).restored, address()) == (1, "甲路")
    assert (world.undo(a).removed, address()) == (1, None)


def test_the_first_batch_undone_first_leaves_the_later_word(world: World) -> None:
    a = world.enterprises(firm(1, address="甲路"))
    b = world.enterprises(firm(1, address="乙路"))
    assert world.undo(a).removed == 0
    found = world.subject(key_of(1))
    assert found is not None
    assert found.attributes["address"] == "乙路"
    assert world.undo(b).removed == 1
    assert world.subject(key_of(1)) is None


def test_quantities_of_a_list_go_with_it(world: World) -> None:
    header = (*LIST_HEADER, "营收")
    mapping = {"facts": [{"column": "营收", "indicator": "revenue", "unit": "万元", "period": "2024"}]}
    first = world.enterprises((*firm(1), "1000"), header=header, mapping=mapping)
    second = world.enterprises((*firm(1), "2000"), header=header, mapping=mapping)
    assert world.undo(second).facts == 1
    assert world.told() == {(key_of(1), "revenue", "2024"): "0.1"}
    world.undo(first)
    assert world.told() == {}
    assert world.subject(key_of(1)) is None


# facts


def test_facts_go_corrections_uncover_what_they_corrected_and_both_days_can_be_asked(world: World) -> None:
    first = world.facts(FACT, at=MORNING)
    second = world.facts((*REVENUE, "13", "亿元"), at=MORNING + timedelta(days=1))
    world.undo(second, at=MORNING + timedelta(days=2))
    assert world.told() == {REVENUE: "12.5"}
    world.undo(first, at=MORNING + timedelta(days=3))
    assert world.told() == {}
    told = [world.told(as_of=MORNING + timedelta(days=n)) for n in range(4)]
    assert told == [{REVENUE: "12.5"}, {REVENUE: "13"}, {REVENUE: "12.5"}, {}]
    assert world.facts(FACT).created == 1


def test_a_corrected_fact_undone_leaves_the_correction(world: World) -> None:
    first = world.facts(FACT)
    world.facts((*REVENUE, "13", "亿元"))
    world.undo(first)
    assert world.told() == {REVENUE: "13"}
    assert world.facts((*REVENUE, "13", "亿元")).unchanged == 1


def test_provisional_enterprises_go_with_the_facts_that_made_them(world: World) -> None:
    report = world.facts((UNNAMED, "revenue", "2024", "1", "亿元"))
    assert world.undo(report).removed == 1
    assert world.subject(UNNAMED) is None


def test_no_fact_loses_its_subject(world: World) -> None:
    """A list that made an enterprise is undone while facts of another batch speak of it: it stays, by its key."""
    listed = world.enterprises(firm(1), (UNNAMED.partition(":")[2], "", "新昌县", ""))
    told = world.facts((key_of(1), "revenue", "2024", "1", "亿元"), (UNNAMED, "revenue", "2024", "1", "亿元"))
    world.undo(listed)
    for key in (key_of(1), UNNAMED):
        left = world.subject(key)
        assert left is not None
        assert (left.label_zh, left.provisional, left.region, left.attributes) == (
            key.partition(":")[2],
            True,
            "",
            {},
        )
        assert (left.batch, left.first_batch) == (told.batch_id, told.batch_id)
    assert world.undo(told).removed == 2
    assert subjects.get_many([key_of(1), UNNAMED]) == {}


def test_a_list_that_filled_in_a_provisional_enterprise_leaves_it_provisional_again(world: World) -> None:
    told = world.facts((UNNAMED, "revenue", "2024", "1", "亿元"))
    before = state_of(UNNAMED)
    listed = world.enterprises((UNNAMED.partition(":")[2], "", "新昌县人民路1号", "2001-01-01"))
    assert listed.updated == 1
    assert world.undo(listed).restored == 1
    assert state_of(UNNAMED) == before
    assert world.undo(told).removed == 1


# subjects and relations


def test_subjects_go_and_stand_as_before(world: World) -> None:
    world.subjects(PARK)
    before = state_of("park:a", "project:b")
    changed = world.subjects(("park:a", "甲新园区", "", "改"), PROJECT)
    done = world.undo(changed)
    assert (done.removed, done.restored) == (1, 1)
    assert state_of("park:a", "project:b") == before


def test_a_subject_of_the_packs_stands_as_the_packs_have_it(world: World) -> None:
    before = state_of("cluster:415x", TOWN)
    changed = world.subjects(("cluster:415x", "改名的集群", "", "改"), (TOWN, "新昌", "", "改"))
    assert changed.updated == 2
    homes.prepare(world.desk, by=SYSTEM, at=world.now())
    assert state_of("cluster:415x")["cluster:415x"][0] == "改名的集群"  # type: ignore[index]
    assert world.undo(changed).restored == 2
    assert state_of("cluster:415x", TOWN) == before


def test_relations_go_and_an_earlier_one_stands_again(world: World) -> None:
    world.subjects(PARK, PROJECT)
    first = world.relations(TIE)
    second = world.relations((*TIE[:4], "2024", "二期"), ("project:b", "undertakes", "park:a", "", "", ""))
    assert world.undo(second).relations == 2
    (tie,) = relations.relations_of("park:a")
    assert (tie.valid_to, tie.note, tie.batch) == ("", "一期", first.batch_id)
    assert world.relations(TIE).unchanged == 1
    assert world.undo(first).relations == 1
    assert relations.relations_of("park:a") == ()


def test_relations_may_be_undone_in_any_order(world: World) -> None:
    world.subjects(PARK, PROJECT)
    a, b, c = (world.relations((*TIE[:5], note)) for note in ("一期", "二期", "三期"))

    def notes() -> list[str]:
        return [tie.note for tie in relations.relations_of("park:a")]

    world.undo(b)
    assert notes() == ["三期"]
    world.undo(c)
    assert notes() == ["一期"]
    world.undo(a)
    assert notes() == []


def test_a_subject_a_standing_relation_ends_in_stays(world: World) -> None:
    park, _project = world.subjects(PARK), world.subjects(PROJECT)
    tied = world.relations(TIE)
    assert world.undo(park).removed == 0
    left = world.subject("park:a")
    assert left is not None
    assert (left.label_zh, left.region, left.provisional, left.batch) == ("甲园区", "", True, tied.batch_id)
    world.undo(tied)
    assert relations.relations_of("park:a") == ()
    assert world.subject("park:a") is None


# quarantine


def test_rows_that_waited_of_an_undone_batch_wait_no_longer(world: World) -> None:
    report = world.enterprises(firm(1), ("", "12345", "", ""))
    assert len(world.held(report)) == 1
    world.undo(report)
    assert world.held(report) == ()
    assert quarantine.waiting_by_batch() == {}


# what may not be


def test_undone_once_is_undone(world: World) -> None:
    report = world.facts(FACT)
    world.undo(report)
    seen = audit.list_page().total
    with pytest.raises(WrongState) as caught:
        world.undo(report)
    assert caught.value.code == "batch.already_undone"
    assert audit.list_page().total == seen
    assert batches.get(batch_of(report)).undone_by == SYSTEM.label


def test_an_unknown_batch_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        acts.undo(world.desk, "b-none", by=SYSTEM, at=world.now())


@pytest.mark.parametrize(
    "by",
    [
        officer("analyst"), officer("auditor"), officer("enterprise", "enterprise", key_of(1)),
        officer("county_officer", "region", XINCHANG), officer("cluster_office", "cluster", "cluster:robots_cnc"),
    ],
    ids=lambda by: by.label,
)  # fmt: skip
def test_who_may_not_undo_the_provinces_batch_is_refused(world: World, by: object) -> None:
    report = world.enterprises(firm(1))
    with pytest.raises(NotAllowed):
        world.undo(report, by=by)  # type: ignore[arg-type]
    assert world.state(report) == "visible"
    assert world.subject(key_of(1)) is not None


def test_an_officer_undoes_what_came_from_the_own_county(world: World) -> None:
    here = officer("county_officer", "region", XINCHANG)
    report = world.enterprises(firm(1), by=here)
    with pytest.raises(NotAllowed):
        world.undo(report, by=officer("county_officer", "region", "330683"))
    assert world.undo(report, by=here).removed == 1


def test_every_undo_leaves_its_audit_line(world: World) -> None:
    report = world.enterprises(firm(1), (firm(2)[0], uscc(2), "", ""))
    world.undo(report)
    (line, _) = audit.list_page(batch=batch_of(report)).rows
    assert (line.action, line.target) == ("batch.undo", f"batch:{report.batch_id}")
    assert line.detail == {"removed": 2, "restored": 0, "relations": 0, "facts": 0}
