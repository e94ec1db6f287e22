"""Pairs of characters: what is folded, what is kept, which words mark a kind and a place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiqun.ledger.grams import marks, normalised, pairs, region_mark, subtree_prefix


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("浙江（杭州）ＡＢ厂", "浙江杭州ab厂"),
        ("浙江(杭州)ab厂", "浙江杭州ab厂"),
        (" 三花 智控 ", "三花智控"),
        ("3D打印·云", "3d打印云"),
        ("！？", ""),
        ("𠮷野家", "𠮷野家"),
    ],
)
def test_names_are_compared_without_width_case_and_punctuation(written: str, kept: str) -> None:
    assert normalised(written) == kept


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(text: str) -> None:
    once = normalised(text)
    assert normalised(once) == once or not once.isascii()
    assert '"' not in once and "'" not in once and "\\" not in once


def test_pairs_of_a_word() -> None:
    assert pairs("专精特新") == ["专精", "精特", "特新"]
    assert pairs("浙") == [] == pairs("")


def test_marks_narrow_by_kind_place_and_alias() -> None:
    assert marks("enterprise", "330624", []) == ["kindenterprise", "region33", "region3306", "region330624"]
    assert marks("cluster", "", ["现代纺织"]) == ["kindcluster", "kindother", "alias现代纺织"]


@pytest.mark.parametrize(("region", "prefix"), [("330000", "33"), ("330600", "3306"), ("330624", "330624")])
def test_a_place_stands_for_all_below_it(region: str, prefix: str) -> None:
    assert subtree_prefix(region) == prefix
    assert region_mark(region) == "region" + prefix
    assert region_mark(region) in marks("enterprise", "330624", [])
