"""Industries: the tree of GB/T 4754-2017 hangs together and codes stay text."""

from collections import Counter
from pathlib import Path

import pytest

from jiqun.core.errors import NotFound, PackError
from jiqun.core.industries import Industries, Level


def test_the_whole_tree_is_there(industries: Industries) -> None:
    assert Counter(entry.level for entry in industries) == {
        Level.SECTION: 20, Level.DIVISION: 97, Level.GROUP: 473, Level.CLASS: 1381,
    }  # fmt: skip
    assert len(industries) == 1971


def test_manufacturing_has_31_divisions(industries: Industries) -> None:
    divisions = industries.children("C")
    assert len(divisions) == 31
    assert (divisions[0].code, divisions[-1].code) == ("13", "43")


def test_codes_are_text_with_their_zeros(industries: Industries) -> None:
    assert industries.get("01").name == "农业"
    assert industries.get("0111").parent == "011"
    assert industries.find("1") is None


def test_a_code_may_carry_its_section_letter(industries: Industries) -> None:
    assert industries.get("C17").code == "17"
    assert industries.get(" c1751 ").code == "1751"
    assert industries.find("A17") is None


def test_ancestors_go_up_to_the_section(industries: Industries) -> None:
    assert [entry.code for entry in industries.ancestors("1751")] == ["175", "17", "C"]
    assert industries.ancestors("C") == ()
    assert industries.section_of("1751").code == "C"
    assert industries.section_of("C").code == "C"


def test_the_top_has_twenty_sections(industries: Industries) -> None:
    assert [entry.code for entry in industries.children("")] == list("ABCDEFGHIJKLMNOPQRST")


def test_every_entry_hangs_below_its_parent(industries: Industries) -> None:
    for entry in industries:
        if entry.level is Level.SECTION:
            assert entry.parent == ""
            continue
        above = industries.get(entry.parent)
        assert above.level == entry.level - 1
        assert entry in industries.children(above.code)
        assert industries.section_of(entry.code) == industries.ancestors(entry.code)[-1]
        if entry.level > Level.DIVISION:
            assert entry.code.startswith(above.code)


def test_an_unknown_code_is_not_found(industries: Industries) -> None:
    with pytest.raises(NotFound, match=r"industry\.not_found"):
        industries.get("9999")


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ("A,甲,1,,A\nA,乙,1,,A\n", "pack.duplicate_key"),
        ("01,甲,2,A,A\n", "pack.unknown_parent"),
        ("A,甲,1\n", "pack.ragged_row"),
    ],
)
def test_a_wrong_table_is_refused(tmp_path: Path, rows: str, code: str) -> None:
    path = tmp_path / "gbt4754_2017.csv"
    path.write_text("code,name,level,parent,section\n" + rows, encoding="utf-8")
    with pytest.raises(PackError) as caught:
        Industries.load(tmp_path)
    assert caught.value.code == code


def test_a_missing_column_is_refused(tmp_path: Path) -> None:
    (tmp_path / "gbt4754_2017.csv").write_text("code,name\nA,甲\n", encoding="utf-8")
    with pytest.raises(PackError, match=r"pack\.missing_column"):
        Industries.load(tmp_path)
