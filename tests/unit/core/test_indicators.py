"""Indicators: read from many files, refused with file and key when one is wrong."""

from pathlib import Path

import pytest

from jiqun.core.errors import NotFound, PackError
from jiqun.core.indicators import Adds, IndicatorTable, Nature
from jiqun.core.units import Kind, UnitTable

PACKS = Path(__file__).resolve().parents[3] / "packs"
GOOD = """[revenue]
label = { zh = "营业收入", en = "Revenue" }
unit = "亿元"
kind = "level"
stock_or_flow = "flow"
adds = "sum"
definition = { zh = "甲", en = "A" }
"""


def write(folder: Path, text: str, name: str = "a.toml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_one_indicator(tmp_path: Path, units: UnitTable) -> None:
    table = IndicatorTable.load(write(tmp_path, GOOD), units)
    found = table.get("revenue")
    assert (found.unit, found.kind, found.stock_or_flow, found.adds) == (
        "亿元",
        Kind.LEVEL,
        Nature.FLOW,
        Adds.SUM,
    )
    assert found.label == {"zh": "营业收入", "en": "Revenue"}
    assert found.expression is None
    assert (len(table), "revenue" in table, table.find("x")) == (1, True, None)
    assert [indicator.key for indicator in table] == ["revenue"]


def test_a_derived_one_names_its_formula(tmp_path: Path, units: UnitTable) -> None:
    table = IndicatorTable.load(write(tmp_path, GOOD + 'expression = "share_of"\n'), units)
    assert table.get("revenue").expression == "share_of"


def test_the_unit_is_kept_in_its_own_spelling(tmp_path: Path, units: UnitTable) -> None:
    table = IndicatorTable.load(write(tmp_path, GOOD.replace('"亿元"', '"台（套）"')), units)
    assert table.get("revenue").unit == "台(套)"


def test_an_unknown_key_is_not_found(tmp_path: Path, units: UnitTable) -> None:
    with pytest.raises(NotFound, match=r"gate\.unknown_indicator"):
        IndicatorTable.load(write(tmp_path, GOOD), units).get("profit")


@pytest.mark.parametrize(
    ("old", "new", "code", "key"),
    [
        ('"亿元"', '"亿圆"', "pack.unknown_unit", "revenue"),
        ('"level"', '"choice"', "pack.missing_text", "revenue.choices"),
        ('"level"', '"level"\nchoices = ["甲"]', "pack.missing_text", "revenue.choices"),
        ('"level"', '"amount"', "pack.unknown_word", "revenue.kind"),
        ('"flow"', '"both"', "pack.unknown_word", "revenue.stock_or_flow"),
        ('"sum"', '"max"', "pack.unknown_word", "revenue.adds"),
        ('en = "Revenue"', 'en = ""', "pack.missing_text", "revenue.label.en"),
        ('definition = { zh = "甲", en = "A" }', "", "pack.not_a_table", "revenue.definition"),
        ('adds = "sum"', "adds = 1", "pack.missing_text", "revenue.adds"),
        ('adds = "sum"', 'adds = "sum"\nexpression = 3', "pack.missing_text", "revenue.expression"),
    ],
)
def test_a_wrong_entry_is_refused(
    tmp_path: Path, units: UnitTable, old: str, new: str, code: str, key: str
) -> None:
    with pytest.raises(PackError) as caught:
        IndicatorTable.load(write(tmp_path, GOOD.replace(old, new)), units)
    assert (caught.value.code, caught.value.facts["key"]) == (code, key)
    assert str(caught.value.facts["file"]).endswith("a.toml")


def test_the_same_key_in_two_files_is_refused(tmp_path: Path, units: UnitTable) -> None:
    write(tmp_path, GOOD)
    with pytest.raises(PackError) as caught:
        IndicatorTable.load(write(tmp_path, GOOD, "b.toml"), units)
    assert caught.value.code == "pack.duplicate_key"
    assert str(caught.value.facts["file"]).endswith("b.toml")


def test_an_empty_folder_is_refused(tmp_path: Path, units: UnitTable) -> None:
    with pytest.raises(PackError, match=r"pack\.unreadable"):
        IndicatorTable.load(tmp_path, units)


def test_the_catalogue_of_the_house_loads(units: UnitTable) -> None:
    table = IndicatorTable.load(PACKS / "indicators", units)
    assert len(table) >= 1
    for indicator in table:
        if indicator.kind in (Kind.SHARE, Kind.GROWTH, Kind.RANK, Kind.COMPLETION):
            assert indicator.adds is not Adds.SUM, indicator.key
