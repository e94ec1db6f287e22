"""Units: exact factors, refusals where the dimension or the digits do not fit, kinds that never mix."""

from decimal import Decimal, localcontext
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiqun.core.errors import InputError, PackError
from jiqun.core.units import Kind, Rounding, UnitTable, addable, comparable, fits

EXACT = [
    ("9.19", "万亿元", "亿元", "91900"),
    ("9.19", "万亿元", "元", "9190000000000"),
    ("1", "亿元", "万元", "10000"),
    ("123456", "元", "万元", "12.3456"),
    ("3", "亩", "平方米", "2000"),
    ("15", "亩", "公顷", "1"),
    ("1500", "亩", "平方公里", "1"),
    ("1", "平方公里", "亩", "1500"),
    ("1.5", "万亩", "亩", "15000"),
    ("78.3", "%", "%", "78.3"),
    ("7", "成", "%", "70"),
    ("1.5", "倍", "%", "150"),
    ("-33", "%", "倍", "-0.33"),
    ("1.2", "万家", "家", "12000"),
    ("12", "万件", "件", "120000"),
    ("3", "万tce", "tce", "30000"),
    ("1", "tce", "千克标准煤", "1000"),
    ("1.2", "亿千瓦时", "万千瓦时", "12000"),
    ("2", "EFLOPS", "P", "2000"),
    ("30", "万元/亩", "亿元/平方公里", "4.5"),
    ("1", "天", "小时", "24"),
    ("2", "年", "月", "24"),
    ("5", "元/斤", "元/公斤", "10"),
    ("0", "万亿元", "元", "0"),
]


@pytest.mark.parametrize(("value", "source", "target", "expected"), EXACT)
def test_conversions_are_exact(units: UnitTable, value: str, source: str, target: str, expected: str) -> None:
    result = units.convert(Decimal(value), source, target)
    assert result == Decimal(expected)
    assert str(result) == expected


@pytest.mark.parametrize(
    ("source", "target"),
    [("亩", "元"), ("元", "美元"), ("%", "个百分点"), ("人", "家"), ("tce", "千瓦时"), ("家", "件"), ("位", "个"),
     ("天", "年"), ("万元", "万元/亩"), ("台", "人")],
)  # fmt: skip
def test_other_dimensions_are_refused(units: UnitTable, source: str, target: str) -> None:
    with pytest.raises(InputError) as caught:
        units.convert(Decimal(1), source, target)
    assert caught.value.code == "gate.unit_mismatch"


def test_a_general_classifier_fits_every_count(units: UnitTable) -> None:
    for symbol in ("家", "人", "件", "台", "座", "条"):
        assert fits(units.get("个"), units.get(symbol))
        assert units.convert(Decimal(3), "项", symbol) == 3
    assert not fits(units.get("家"), units.get("人"))
    assert not fits(units.get("个"), units.get("元"))


def test_what_does_not_come_out_even_is_refused_unless_a_rounding_is_named(units: UnitTable) -> None:
    with pytest.raises(InputError) as caught:
        units.convert(Decimal(1), "亩", "平方米")
    assert caught.value.code == "unit.not_exact"
    assert units.convert(Decimal(1), "亩", "平方米", rounding=Rounding.HALF_EVEN) == Decimal("666.666667")
    half = Decimal("0.0000005")
    assert units.convert(half, "元", "元", rounding=Rounding.HALF_EVEN) == 0
    assert units.convert(3 * half, "元", "元", rounding=Rounding.HALF_EVEN) == Decimal("0.000002")


def test_what_does_not_fit_28_digits_is_refused(units: UnitTable) -> None:
    assert units.convert(Decimal("9999999999"), "万亿元", "元") == Decimal("9999999999000000000000")
    with pytest.raises(InputError) as caught:
        units.convert(Decimal("10000000000"), "万亿元", "元")
    assert caught.value.code == "unit.too_large"


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "sNaN"])
def test_only_numbers_are_converted(units: UnitTable, value: str) -> None:
    with pytest.raises(InputError, match=r"gate\.bad_number"):
        units.convert(Decimal(value), "元", "万元")


def test_the_decimal_context_does_not_matter(units: UnitTable) -> None:
    with localcontext() as context:
        context.prec = 3
        assert units.convert(Decimal("123456.789"), "万元", "元") == Decimal(1234567890)


SPELLINGS = [
    ("台（套）", "台(套)"), ("台(套)", "台(套)"), ("百分点", "个百分点"), ("kWh", "千瓦时"), ("KWH", "千瓦时"), ("％", "%"),
    ("㎡", "平方米"), ("平方千米", "平方公里"), ("名", "人"), (" 亿 元 ", "亿元"),
    ("千瓦·时", "千瓦时"), ("吨标准煤", "tce"),
    ("P(算力)", "P"), ("P（算力）", "P"), ("万kWh", "万千瓦时"), ("元/(人·月)", "元/(人·月)"), ("GW", "吉瓦"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "symbol"), SPELLINGS)
def test_other_spellings_are_known(units: UnitTable, written: str, symbol: str) -> None:
    assert units.get(written).key == symbol
    assert written in units


def test_an_unknown_unit_is_refused_with_what_was_seen(units: UnitTable) -> None:
    with pytest.raises(InputError) as caught:
        units.get("亿圆")
    assert caught.value.code == "gate.unknown_unit"
    assert caught.value.facts["seen"] == "亿圆"
    assert units.find("亿圆") is None
    assert "" not in units
    assert 1 not in units


def test_every_unit_of_the_contract_is_there(units: UnitTable) -> None:
    symbols = (
        "元 万元 亿元 万亿元 美元 万美元 亿美元 亩 万亩 平方米 万平方米 平方公里 公里 % 个百分点 "
        "家 万家 个 件 万件 项 人 万人 名 台 万台 台(套) 条 座 所 只 吨 万吨 亿吨 tce 万tce "
        "千瓦时 万千瓦时 亿千瓦时 千瓦 万千瓦 P EFLOPS 倍 位 天 小时 分钟 年 次 款 种 "
        "万元/亩 万元/人 元/斤"
    )
    assert not [symbol for symbol in symbols.split() if symbol not in units]


def test_every_unit_has_both_labels(units: UnitTable) -> None:
    for unit in units:
        assert set(unit.label) == {"zh", "en"}
        assert unit.factor > 0


def test_mu_is_two_thousand_thirds(units: UnitTable) -> None:
    assert units.get("亩").factor == Fraction(2000, 3)


symbols = st.sampled_from(
    sorted(unit.key for unit in UnitTable.load(Path(__file__).parents[3] / "packs/units.toml"))
)
numbers = st.decimals(min_value=-(10**9), max_value=10**9, places=4)


@given(numbers, symbols, symbols)
def test_there_and_back_gives_the_same(units: UnitTable, value: Decimal, source: str, target: str) -> None:
    try:
        there = units.convert(value, source, target)
    except InputError as refused:
        assert refused.code in ("gate.unit_mismatch", "unit.not_exact", "unit.too_large")
        return
    assert units.convert(there, target, source) == value
    factor = units.get(source).factor / units.get(target).factor
    assert Fraction(there) == Fraction(value) * factor


@given(numbers, symbols)
def test_to_itself_changes_nothing(units: UnitTable, value: Decimal, symbol: str) -> None:
    assert units.convert(value, symbol, symbol) == value


@given(st.sampled_from(Kind), st.sampled_from(Kind))
def test_kinds_never_mix(a: Kind, b: Kind) -> None:
    assert comparable(a, b) == (a is b)
    assert addable(a, b) == (a is b and a in (Kind.LEVEL, Kind.POINTS))


SHARED_ALIAS = """["甲"]
label = { zh = "甲", en = "A" }
dimension = "x"
factor = "1"
aliases = ["乙"]
["乙"]
label = { zh = "乙", en = "B" }
dimension = "x"
factor = "1"
"""
BROKEN = [
    ('["甲"]\nlabel={zh="甲",en="A"}\ndimension="x"\nfactor="0"\n', "pack.bad_factor"),
    ('["甲"]\nlabel={zh="甲",en="A"}\ndimension="x"\nfactor="1/0"\n', "pack.bad_factor"),
    ('["甲"]\nlabel={zh="甲",en="A"}\ndimension="x"\nfactor="ten"\n', "pack.bad_factor"),
    ('["甲"]\nlabel={zh="甲"}\ndimension="x"\nfactor="1"\n', "pack.missing_text"),
    ('["甲"]\nlabel={zh="甲",en="A"}\nfactor="1"\n', "pack.missing_text"),
    ('["甲"]\nlabel={zh="甲",en="A"}\ndimension="x"\nfactor=10\n', "pack.missing_text"),
    ('["甲"]\nlabel={zh="甲",en="A"}\ndimension="x"\nfactor="1"\naliases="a"\n', "pack.not_texts"),
    (SHARED_ALIAS, "pack.duplicate_key"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code"), BROKEN)
def test_a_wrong_table_is_refused_with_file_and_symbol(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "units.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PackError) as caught:
        UnitTable.load(path)
    assert caught.value.code == code
    assert caught.value.facts["file"] == str(path)
    assert str(caught.value.facts["key"])[0] in "甲乙"
