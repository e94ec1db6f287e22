"""Search: order of the tiers, narrowing, and texts nobody expects."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_rows import AT, firm, thing, tie

from jiqun.ledger import relations, search, subjects
from jiqun.ledger.scopes import Reach, Scope

pytestmark = pytest.mark.django_db

ROWS = [
    firm("91330624A", "轴承"),
    firm("91330624B", "轴承研究院有限公司"),
    firm("91330600C", "新昌县三星轴承厂", "330600"),
    firm("91330108D", "杭州承轴机电（轴承）有限公司", "330108"),
    firm("91330108E", "杭州海康威视数字技术股份有限公司", "330108", aliases=("海康威视", "Hikvision")),
    firm("91330108F", "海康机器人股份有限公司", "330108"),
    firm("91330108G", "承轴与轴机承包公司", "330108"),
    thing("chain:bearings", "轴承"),
    thing("cluster:bearings_park", "新昌轴承集群", region="330624"),
    thing("region:330624", "新昌县", code="330624", region="330624"),
    thing("region:330600", "绍兴市", code="330600", region="330600"),
]


@pytest.fixture(autouse=True)
def ledger() -> None:
    subjects.upsert(ROWS, batch="b1", at=AT)


def found(text: str, **more: object) -> list[str]:
    return [hit.label_zh for hit in search.search(text, **more)]


def test_exact_then_prefix_then_the_rest_and_named_things_before_firms() -> None:
    hits = search.search("轴承")
    assert [hit.key for hit in hits[:2]] == ["chain:bearings", "enterprise:91330624A"]
    assert hits[2].label_zh == "轴承研究院有限公司"
    assert hits[3].key == "cluster:bearings_park"
    assert {hit.label_zh for hit in hits[4:]} == {"新昌县三星轴承厂", "杭州承轴机电（轴承）有限公司"}


def test_a_whole_word_comes_before_scattered_pairs() -> None:
    subjects.upsert([firm("X1", "机电轴承与承轴机"), firm("X2", "甲轴承机电")], batch="b2", at=AT)
    assert found("轴承机电")[0] == "甲轴承机电"
    assert found("承轴机")[0] == "承轴机" or "承轴机" in found("承轴机")[0]


def test_an_alias_is_a_name() -> None:
    assert found("海康威视")[0] == "杭州海康威视数字技术股份有限公司"
    assert found("hikvision") == found("ＨＩＫＶＩＳＩＯＮ") == ["杭州海康威视数字技术股份有限公司"]
    assert found("Hikvi") == ["杭州海康威视数字技术股份有限公司"]
    assert found("海康")[0] == "海康机器人股份有限公司"


def test_punctuation_and_width_do_not_matter() -> None:
    assert found("杭州承轴机电(轴承)有限公司") == ["杭州承轴机电（轴承）有限公司"]
    assert found("新昌 轴承")[0] == "新昌轴承集群"


def test_codes_are_found_by_their_beginning() -> None:
    assert [hit.key for hit in search.search("91330624")] == ["enterprise:91330624A", "enterprise:91330624B"]
    assert found("91330624b") == ["轴承研究院有限公司"]
    assert found("3306")[:2] == ["绍兴市", "新昌县"]


def test_one_character_matches_beginnings() -> None:
    assert found("轴") == ["轴承", "轴承", "轴承研究院有限公司"]
    assert found("承") == ["承轴与轴机承包公司"]


@pytest.mark.parametrize(
    ("narrow", "count"),
    [
        ({"kind": "enterprise"}, 4),
        ({"kind": "chain"}, 1),
        ({"kind": "cluster"}, 1),
        ({"kind": "park"}, 0),
        ({"region": "330624"}, 3),
        ({"region": "330600"}, 4),
        ({"region": "330000"}, 5),
        ({"scope": Scope("region", "330100")}, 1),
        ({"scope": Scope("enterprise", "enterprise:91330624A")}, 1),
        ({"scope": Reach(())}, 0),
        ({"scope": Reach((Scope("region", "330100"), Scope("chain", "chain:bearings")))}, 2),
        ({"kind": "enterprise", "region": "330108"}, 1),
    ],
)
def test_a_search_narrows(narrow: dict[str, object], count: int) -> None:
    assert len(search.search("轴承", **narrow)) == count


def test_a_cluster_office_finds_its_own() -> None:
    relations.upsert_relations([tie("enterprise:91330108D", "in_chain", "chain:bearings")], batch="b1")
    hits = search.search("轴承", scope=Scope("chain", "chain:bearings"))
    assert [hit.key for hit in hits] == ["chain:bearings", "enterprise:91330108D"]


def test_pages_of_a_search_join_without_gap_or_repeat() -> None:
    subjects.upsert([firm(f"P{n:03}", f"平湖{n:03}轴承厂", "330482") for n in range(40)], batch="b2", at=AT)
    whole = [hit.key for hit in search.search("轴承", limit=100)]
    pieces = [hit.key for start in range(0, 60, 7) for hit in search.search("轴承", limit=7, offset=start)]
    assert pieces == whole and len(set(whole)) == len(whole) == 46
    assert search.search("轴承", limit=0) == [] == search.search("轴承", offset=999)


ODD = ["", " ", "！", "()", '"', "'",
       "*", "轴\x00承", "' OR 1=1 --", "a" * 5000, "轴%承", "NEAR(", "\U0010ffff"]  # fmt: skip


@pytest.mark.parametrize("text", ODD)
def test_odd_texts_are_answered(text: str) -> None:
    assert isinstance(search.search(text), list)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=12))
def test_no_text_breaks_the_query_language(text: str) -> None:
    assert isinstance(search.search(text, kind="enterprise", region="330624"), list)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_every_piece_of_a_name_finds_it(data: st.DataObject) -> None:
    row = data.draw(st.sampled_from(ROWS))
    start = data.draw(st.integers(0, max(0, len(row.label_zh) - 2)))
    end = data.draw(st.integers(start + 2, len(row.label_zh)))
    piece = row.label_zh[start:end]
    if len(piece.strip("（）")) >= 2:
        assert row.key in [hit.key for hit in search.search(piece)]


def test_a_renamed_firm_is_found_by_its_new_name_only() -> None:
    subjects.upsert([firm("91330624B", "新天龙研究院")], batch="b2", at=AT)
    assert found("新天龙") == ["新天龙研究院"]
    assert "轴承研究院有限公司" not in found("轴承研究院")


def test_the_index_can_be_made_anew() -> None:
    before = [hit.key for hit in search.search("轴承")]
    assert search.rebuild() == len(ROWS)
    assert sorted(hit.key for hit in search.search("轴承")) == sorted(before)
    assert found("Hikvision") == ["杭州海康威视数字技术股份有限公司"]


def test_what_is_removed_is_not_found() -> None:
    search.remove(["chain:bearings", "enterprise:none"])
    assert "chain:bearings" not in [hit.key for hit in search.search("轴承")[2:]]
