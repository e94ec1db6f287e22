"""Relations: written once, read from both ends, undone."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from ledger_rows import AT, firm, thing, tie

from jiqun.ledger import relations, subjects
from jiqun.ledger.membership import groups_of, groups_under
from jiqun.ledger.subjects import Counts

pytestmark = pytest.mark.django_db

ROWS = [
    tie(
        "enterprise:A",
        "chain_leader_of",
        "chain:b",
        source="002",
        locator="L12",
        quote="链主企业",
        valid_from="2023",
    ),
    tie("enterprise:A", "located_in", "region:330624", source="002"),
    tie("chain:b", "part_of", "cluster:c"),
]


def test_the_same_relations_again_change_nothing() -> None:
    assert relations.upsert_relations(ROWS, batch="b1") == Counts(created=3)
    assert relations.upsert_relations(ROWS, batch="b2") == Counts(unchanged=3)
    changed = tie("chain:b", "part_of", "cluster:c", note="自2024年")
    assert relations.compared([changed, ROWS[0]]) == Counts(updated=1, unchanged=1)
    assert relations.upsert_relations([changed, ROWS[0]], batch="b3") == Counts(updated=1, unchanged=1)
    (held,) = relations.relations_with(predicate="part_of", object="cluster:c")
    assert (held.note, held.batch) == ("自2024年", "b3")


def test_two_sources_are_two_relations() -> None:
    again = tie("enterprise:A", "located_in", "region:330624", source="003")
    assert relations.upsert_relations([*ROWS, again], batch="b1") == Counts(created=4)


def test_a_relation_given_twice_is_written_once() -> None:
    assert relations.upsert_relations([ROWS[0], ROWS[0]], batch="b1") == Counts(created=1, unchanged=1)


def test_read_from_either_end_with_labels() -> None:
    subjects.upsert([firm("A", "甲公司"), thing("chain:b", "乙链", label_en="Chain B")], batch="b1", at=AT)
    relations.upsert_relations(ROWS, batch="b1")
    assert [item.predicate for item in relations.relations_of("enterprise:A")] == [
        "chain_leader_of",
        "located_in",
    ]
    first, second = relations.relations_of("chain:b")
    assert (first.subject_label_zh, first.object_label_en, first.quote) == ("甲公司", "Chain B", "链主企业")
    assert second.object == "cluster:c" and second.object_label_zh == ""
    assert (
        relations.relations_with(predicate="located_in", subject="enterprise:A")[0].object == "region:330624"
    )


def test_undo_takes_away_and_puts_back() -> None:
    relations.upsert_relations(ROWS, batch="b1")
    before = relations.written_by("b1")
    changed = [
        tie("chain:b", "part_of", "cluster:c", note="改"),
        tie("enterprise:Z", "located_in", "region:330624"),
    ]
    relations.upsert_relations(changed, batch="b2")
    former = [(row, "b1") for row in relations.as_rows(before) if row.predicate == "part_of"]
    assert relations.undo_relations("b2", former) == 2
    held = {(item.subject, item.predicate, item.note) for item in relations.written_by("b1")}
    assert held == {(item.subject, item.predicate, item.note) for item in before}
    assert relations.relations_of("enterprise:Z") == ()


def test_membership_climbs_and_descends_and_ends_in_circles() -> None:
    relations.upsert_relations(
        [tie("enterprise:A", "in_segment", "segment:s"), tie("segment:s", "part_of", "chain:b"),
         tie("chain:b", "part_of", "cluster:c"), tie("cluster:c", "part_of", "cluster:415x"),
         tie("cluster:415x", "part_of", "chain:b"), tie("enterprise:A", "located_in", "cluster:elsewhere"),
         tie("enterprise:A", "member_of", "programme:p")],
        batch="b1",
    )  # fmt: skip
    assert groups_of("enterprise:A") == {"segment:s", "chain:b", "cluster:c", "cluster:415x"}
    assert groups_under("cluster:c") == {"segment:s", "chain:b", "cluster:c", "cluster:415x"}
    assert groups_of("enterprise:none") == frozenset()


def test_several_predicates_are_one_question_and_come_in_the_order_asked() -> None:
    relations.upsert_relations(ROWS, batch="b1")
    wanted = ("part_of", "chain_leader_of", "located_in")
    with CaptureQueriesContext(connection) as asked:
        held = relations.relations_with(predicate=wanted)
    assert [item.predicate for item in held] == list(wanted)
    assert list(held) == [item for name in wanted for item in relations.relations_with(predicate=name)]
    with CaptureQueriesContext(connection) as one_by_one:
        relations.relations_with(predicate=wanted[0])
    assert len(asked) == len(one_by_one)
