"""Subjects: written once, compared by content, undone, merged, listed."""

import pytest
from ledger_rows import AT, firm, later, thing, tie

from jiqun.core.errors import NotFound
from jiqun.ledger import batches, identities, relations, search, subjects
from jiqun.ledger.batches import NewBatch
from jiqun.ledger.scopes import Reach, Scope
from jiqun.ledger.subjects import Counts, RestoredRow, SubjectFilter, Undone

pytestmark = pytest.mark.django_db
JUST_SHENGZHOU = Scope("region", "330683")


def labels(rows: object) -> list[str]:
    return [row.label_zh for row in rows]


def test_what_goes_in_comes_out() -> None:
    row = firm(
        "91330624A", "新昌轴承有限公司", city="330600", label_en="Xinchang Bearings", aliases=("新轴", "XC"),
        uscc_grade="valid", industry_code="3451", attributes={"staff": 12, "address": "七星街道"}, source="register",
    )  # fmt: skip
    assert subjects.upsert_enterprises([row], batch="b1", at=AT) == Counts(created=1)
    held = subjects.get("enterprise:91330624A")
    for name in type(row).__dataclass_fields__:
        assert getattr(held, name) == getattr(row, name)
    assert (held.batch, held.first_batch, held.merged_into, held.updated_at) == ("b1", "b1", "", AT)


def test_the_same_rows_again_change_nothing() -> None:
    rows = [firm(f"9133{n:05}", f"企业{n}", attributes={"n": n, "a": [1, "二"]}) for n in range(300)]
    assert subjects.upsert(rows, batch="b1", at=AT) == Counts(created=300)
    assert subjects.upsert(rows, batch="b2", at=later(days=1)) == Counts(unchanged=300)
    assert subjects.get("enterprise:913300007").batch == "b1"
    hashes = subjects.row_hashes()
    assert len(hashes) == 300
    assert subjects.row_hashes(["enterprise:913300007", "enterprise:none"]) == {
        "enterprise:913300007": subjects.digest(rows[7])
    }


def test_a_changed_row_keeps_who_created_it() -> None:
    subjects.upsert([firm("A", "旧名"), firm("B", "乙")], batch="b1", at=AT)
    counts = subjects.upsert(
        [firm("A", "新名"), firm("B", "乙"), firm("C", "丙")], batch="b2", at=later(days=1)
    )
    assert counts == Counts(created=1, updated=1, unchanged=1)
    held = subjects.get("enterprise:A")
    assert (held.label_zh, held.batch, held.first_batch, held.updated_at) == (
        "新名",
        "b2",
        "b1",
        later(days=1),
    )


@pytest.mark.parametrize(
    "change",
    [{"region": "330683"}, {"aliases": ("x",)}, {"attributes": {"a": 1}}, {"synthetic": True}, {"source": "other"},
     {"label_en": "B"}, {"uscc_grade": "valid"}, {"industry_code": "34"}, {"provisional": True}, {"city": "330600"}],
)  # fmt: skip
def test_every_field_counts_as_content(change: dict[str, object]) -> None:
    subjects.upsert([firm("A", "甲")], batch="b1", at=AT)
    row = firm("A", "甲", **change)
    assert subjects.upsert([row], batch="b2", at=AT) == Counts(updated=1)


def test_a_key_given_twice_counts_twice_and_the_later_row_stands() -> None:
    rows = [firm("A", "甲"), firm("A", "甲"), firm("A", "甲二"), firm("B", "乙")]
    assert subjects.upsert(rows, batch="b1", at=AT) == Counts(created=2, updated=1, unchanged=1)
    assert subjects.get("enterprise:A").label_zh == "甲二"
    assert labels(search.search("甲二")) == ["甲二"]


def test_comparing_writes_nothing_and_says_which() -> None:
    subjects.upsert([firm("A", "甲"), firm("B", "乙")], batch="b1", at=AT)
    compared = subjects.compare([firm("A", "甲"), firm("B", "乙改"), firm("C", "丙")])
    assert (compared.created, compared.updated, compared.counts) == ((2,), (1,), Counts(1, 1, 1))
    assert compared.digests[0] == subjects.row_hashes()["enterprise:A"]
    assert not subjects.exists(["enterprise:C"])
    subjects.upsert([firm("C", "丙")], batch="b2", at=AT)
    assert subjects.write(compared, batch="b3", at=AT) == Counts(updated=1, unchanged=2)


def test_undo_takes_away_and_puts_back() -> None:
    old = firm("A", "旧名", aliases=("老字号",))
    subjects.upsert([old, firm("B", "乙")], batch="b1", at=AT)
    before = subjects.row_hashes()
    subjects.upsert([firm("A", "新名"), firm("C", "丙")], batch="b2", at=later(days=1))
    undone = subjects.apply_undo("b2", [RestoredRow(old, "b1", "b1")], at=later(days=2))
    assert undone == Undone(removed=1, restored=1)
    assert subjects.row_hashes() == before
    assert subjects.get("enterprise:A").batch == "b1"
    assert not search.search("丙") and not search.search("新名")
    assert labels(search.search("老字号")) == ["旧名"]


def test_undo_leaves_what_a_later_batch_wrote() -> None:
    subjects.upsert([firm("A", "一")], batch="b1", at=AT)
    subjects.upsert([firm("A", "二")], batch="b2", at=AT)
    subjects.upsert([firm("A", "三")], batch="b3", at=AT)
    assert subjects.apply_undo("b2", [RestoredRow(firm("A", "一"), "b1", "b1")], at=AT) == Undone(0, 0)
    assert subjects.apply_undo("b1", [], at=AT) == Undone(0, 0)
    assert subjects.get("enterprise:A").label_zh == "三"


def test_undo_brings_back_nothing_that_is_gone() -> None:
    assert subjects.apply_undo("b9", [RestoredRow(firm("A", "甲"), "b1", "b1")], at=AT) == Undone(0, 0)
    assert not search.search("甲")


def test_a_subject_goes_when_all_who_wrote_it_are_undone() -> None:
    for id, name in (("b1", "一"), ("b2", "二")):
        batches.open_batch(NewBatch(kind="enterprises", by="x"), at=AT, id=id)
        batches.advance(id, "visible", at=AT)
        subjects.upsert([firm("A", name)], batch=id, at=AT)
    assert subjects.apply_undo("b1", [], at=AT) == Undone(0, 0)
    batches.mark_undone("b1", by="x", at=AT)
    assert subjects.apply_undo("b2", [], at=AT) == Undone(1, 0)
    assert not subjects.exists(["enterprise:A"])


def test_an_unknown_key_is_said_to_be_unknown() -> None:
    with pytest.raises(NotFound) as caught:
        subjects.get("enterprise:none")
    assert caught.value.code == "subject.not_found" and caught.value.facts["key"] == "enterprise:none"
    assert subjects.by_code("none") is None


def test_many_by_key_name_and_code() -> None:
    subjects.upsert([firm("A", "甲（集团）有限公司"), firm("B", "乙")], batch="b1", at=AT)
    assert set(subjects.get_many(["enterprise:A", "enterprise:Z"])) == {"enterprise:A"}
    assert subjects.labels(["enterprise:B"]) == {"enterprise:B": ("乙", "")}
    assert subjects.exists(["enterprise:A", "enterprise:Z"]) == {"enterprise:A"}
    assert labels(subjects.named("甲(集团)有限公司")) == ["甲（集团）有限公司"]
    found = subjects.by_code("A")
    assert found is not None and found.key == "enterprise:A"


def province() -> None:
    rows = [
        thing("region:330000", "浙江省", code="330000", region="330000"),
        thing("region:330600", "绍兴市", code="330600", region="330600"),
        thing("region:330624", "新昌县", code="330624", region="330624"),
        thing("region:330683", "嵊州市", code="330683", region="330683"),
        thing("region:330100", "杭州市", code="330100", region="330100"),
        thing("cluster:robots_cnc", "机器人与数控机床"),
        thing("chain:bearings", "轴承"),
        thing("segment:mini_bearings", "微型轴承"),
        firm("A", "新昌甲", "330624"),
        firm("B", "嵊州乙", "330683"),
        firm("C", "杭州丙", "330108"),
        firm("D", "无处丁", ""),
        firm("S", "示例县合成一号", "330624", synthetic=True),
    ]
    subjects.upsert(rows, batch="b1", at=AT)
    ties = [
        tie("chain:bearings", "part_of", "cluster:robots_cnc"),
        tie("segment:mini_bearings", "part_of", "chain:bearings"),
        tie("enterprise:A", "in_segment", "segment:mini_bearings"),
        tie("enterprise:C", "member_of", "cluster:robots_cnc"),
        tie("region:330624", "core_area_of", "cluster:robots_cnc"),
    ]
    relations.upsert_relations(ties, batch="b1")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (SubjectFilter(kind="enterprise"), {"A", "B", "C", "D", "S"}),
        (SubjectFilter(kind="enterprise", synthetic=False), {"A", "B", "C", "D"}),
        (SubjectFilter(kind="enterprise", region="330624", synthetic=False), {"A"}),
        (SubjectFilter(kind="enterprise", region="330600", synthetic=False), {"A", "B"}),
        (SubjectFilter(kind="enterprise", region="330000", synthetic=False), {"A", "B", "C"}),
        (SubjectFilter(kind="enterprise", cluster="cluster:robots_cnc"), {"A", "C"}),
        (SubjectFilter(kind="enterprise", cluster="chain:bearings"), {"A"}),
        (SubjectFilter(kind="enterprise", unplaced=True), {"D"}),
        (SubjectFilter(kind="enterprise", q="新昌"), {"A"}),
        (SubjectFilter(kind="enterprise", q="乙"), set()),
        (SubjectFilter(kind="enterprise", scope=Scope("region", "330600"), synthetic=False), {"A", "B"}),
        (SubjectFilter(kind="enterprise", scope=Scope("cluster", "cluster:robots_cnc")), {"A", "C"}),
        (SubjectFilter(kind="enterprise", scope=Scope("enterprise", "enterprise:B")), {"B"}),
        (SubjectFilter(kind="enterprise", scope=Reach(())), set()),
        (SubjectFilter(kind="enterprise", scope=Reach((Scope("enterprise", "enterprise:D"), JUST_SHENGZHOU))), {"B", "D"}),
        (SubjectFilter(kind="enterprise", scope=Reach((Scope(),), JUST_SHENGZHOU)), {"B"}),
        (SubjectFilter(kind="enterprise", batch="b2"), set()),
    ],
)  # fmt: skip
def test_lists_narrow(wanted: SubjectFilter, found: set[str]) -> None:
    province()
    page = subjects.list_page(wanted)
    assert {row.code for row in page.rows} == found
    assert page.total == len(found)
    assert set(subjects.all_keys(wanted)) == {f"enterprise:{code}" for code in found}
    assert {row.code for row in subjects.iterate(wanted)} == found


def test_pages_turn_and_stop_at_the_last() -> None:
    subjects.upsert([firm(f"{n:03}", f"企业{n:03}") for n in range(23)], batch="b1", at=AT)
    wanted = SubjectFilter(kind="enterprise")
    second = subjects.list_page(wanted, page=2, size=10)
    assert [row.code for row in second.rows] == [f"{n:03}" for n in range(10, 20)]
    assert (second.total, second.pages, second.has_next, second.has_previous) == (23, 3, True, True)
    assert [row.code for row in subjects.list_page(wanted, page=99, size=10).rows] == ["020", "021", "022"]
    assert subjects.list_page(wanted, sort="-key", size=1).rows[0].code == "022"
    assert subjects.list_page(wanted, sort="drop table", size=1).rows[0].code == "000"
    assert subjects.list_page(SubjectFilter(kind="park")).pages == 1


def test_one_county_is_listed_by_name_as_the_whole_is() -> None:
    subjects.upsert([firm(f"{n}", name) for n, name in enumerate("丙甲乙")], batch="b1", at=AT)
    assert labels(subjects.list_page(SubjectFilter(region="330624")).rows) == sorted("丙甲乙")
    assert labels(subjects.list_page(SubjectFilter(region="330600"), size=2, page=2).rows) == [max("丙甲乙")]


def test_names_sort_by_code_point_on_every_database() -> None:
    names = ["Z甲", "a甲", "乙", "丁", "一", "㐀", "é"]
    subjects.upsert([firm(str(n), name) for n, name in enumerate(names)], batch="b1", at=AT)
    found = labels(subjects.list_page(SubjectFilter(kind="enterprise")).rows)
    assert found == ["a甲", "Z甲", "é", "㐀", "一", "丁", "乙"]


def test_places_below_a_place() -> None:
    province()
    assert labels(subjects.children("330000")) == ["杭州市", "绍兴市"]
    assert labels(subjects.children("330600")) == ["新昌县", "嵊州市"]
    assert subjects.children("330624") == ()


def test_real_and_made_up_are_counted_apart() -> None:
    province()
    counted = {
        (item.kind, item.region, item.synthetic): item.count for item in subjects.counts_by_kind_and_region()
    }
    assert counted["enterprise", "330624", False] == 1
    assert counted["enterprise", "330624", True] == 1
    assert counted["enterprise", "", False] == 1
    assert counted["region", "330600", False] == 1


def test_a_target_knows_its_place_and_groups() -> None:
    province()
    target = subjects.target_of("enterprise:A")
    assert target.region == "330624"
    assert target.groups == {"segment:mini_bearings", "chain:bearings", "cluster:robots_cnc"}
    assert subjects.target_of("region:330624").region == "330624"
    assert subjects.target_of("region:330624").groups == frozenset()
    assert "cluster:robots_cnc" in subjects.target_of("chain:bearings").groups
    assert subjects.target_of("chain:bearings").groups >= {"chain:bearings"}


def test_a_firm_known_by_name_becomes_one_known_by_code() -> None:
    by_name = thing("enterprise:万丰奥特", "万丰奥特", provisional=True)
    subjects.upsert(
        [by_name, firm("W", "万丰奥特控股集团有限公司"), thing("cluster:a", "甲集群")], batch="b1", at=AT
    )
    relations.upsert_relations([tie("enterprise:万丰奥特", "member_of", "cluster:a")], batch="b1")
    identities.merge("enterprise:万丰奥特", "enterprise:W", by="Li Ming", at=later(days=1))
    assert subjects.resolve("enterprise:万丰奥特") == "enterprise:W" == subjects.resolve("enterprise:W")
    assert subjects.former_keys("enterprise:W") == ("enterprise:万丰奥特",)
    assert [hit.key for hit in search.search("万丰奥特")] == ["enterprise:W"]
    assert [row.key for row in subjects.list_page(SubjectFilter(kind="enterprise")).rows] == ["enterprise:W"]
    assert [item.object for item in relations.relations_of("enterprise:W")] == ["cluster:a"]
    assert subjects.target_of("enterprise:W").groups == {"cluster:a"}
    assert subjects.upsert([by_name], batch="b3", at=AT) == Counts(unchanged=1)
