"""Names taken apart: worked cases, and what must hold for any text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from names_house import reader

from jiqun.core.names import NameTables, compatible, parse
from jiqun.core.names.slips import slipped_form

CHARACTERS = st.sampled_from(
    "宁波市余姚温岭县新昌恒泽轴承五金机械有限责任公司股份集团厂支行分店（）() 　Ａ1省中国臺灣門閥"
)
TEXTS = st.one_of(st.text(max_size=25), st.text(CHARACTERS, max_size=25))


@pytest.fixture(scope="module")
def tables() -> NameTables:
    return reader().tables


CASES = [
    # name, region, brand, trade, form, branch
    ("宁波恒泽机械有限公司", ("3302",), "恒泽", "机械", "有限公司", ""),
    ("浙江省温岭市恒泽阀门厂", ("331081",), "恒泽", "阀门", "厂", ""),
    ("温岭县恒泽阀门厂", ("331081",), "恒泽", "阀门", "厂", ""),
    ("恒泽机械有限公司（宁波市）", ("3302",), "恒泽", "机械", "有限公司", ""),
    ("恒泽机械有限公司（绍兴市上虞区）", ("330604",), "恒泽", "机械", "有限公司", ""),
    ("寧波恆澤機械有限公司", ("3302",), "恒泽", "机械", "有限公司", ""),
    ("宁波　恒泽机械有限 公司", ("3302",), "恒泽", "机械", "有限公司", ""),
    ("宁波恒泽机械有限公公司", ("3302",), "恒泽", "机械", "有限公司", ""),
    ("宁波恒泽机械有限", ("3302",), "恒泽", "机械", "有限", ""),
    ("恒泽机械", (), "恒泽", "机械", "", ""),
    ("恒泽集团有限公司", (), "恒泽", "", "集团有限公司", ""),
    ("中国试样银行股份有限公司云和县支行", ("",), "试样银行", "", "股份有限公司", "云和县支行"),
    ("宁波恒泽机械有限公司余姚分公司", ("3302",), "恒泽", "机械", "有限公司", "余姚分公司"),
    ("余姚市恒泽塑料厂（普通合伙）", ("330281",), "恒泽", "塑料", "厂", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "region", "brand", "trade", "form", "branch"), CASES)
def test_parts(
    tables: NameTables, text: str, region: tuple[str, ...], brand: str, trade: str, form: str, branch: str
) -> None:
    name = parse(text, tables)
    assert (name.region, name.brand, name.trade, name.form, name.branch) == (
        region,
        brand,
        trade,
        form,
        branch,
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("宁波恒泽机械有限公司", "恒泽机械厂（宁波）"),
        ("中国试样银行股份有限公司云和县支行", "试样银行云和支行"),
        ("阿里试样（中国）网络技术有限公司", "阿里试样中国网络技术公司"),
        ("新昌县千山供销合作社", "千山供销社"),
        ("试样集团东方特钢有限公司", "试样集团东方特钢公司"),
    ],
)
def test_two_spellings_share_a_stem(tables: NameTables, one: str, other: str) -> None:
    assert parse(one, tables).stem == parse(other, tables).stem


def test_a_second_place_lies_within_the_first(tables: NameTables) -> None:
    """安吉 is a county of 湖州, so behind 杭州 it is a brand."""
    assert parse("杭州安吉制药有限公司", tables).region == ("3301",)
    assert parse("湖州安吉制药有限公司", tables).region == ("330523",)


def test_a_divided_unit_means_all_its_heirs(tables: NameTables) -> None:
    (region,) = {parse("余杭市恒泽机械厂", tables).region}
    assert set(region) >= {"330110", "330113"}
    assert (
        compatible(region, ("330113",))
        and compatible(region, ("3301",))
        and not compatible(region, ("330109",))
    )


def test_names_of_old_in_brackets(tables: NameTables) -> None:
    assert parse("温州市恒泽总公司(从属名称:温州市恒泽剪刀厂)", tables).former == ("温州市恒泽剪刀厂",)
    assert parse("温州市恒泽公司（原温州恒泽五金厂）", tables).former == ("温州恒泽五金厂",)


@pytest.mark.parametrize("text", ["330624", "新昌县", "浙江省绍兴市新昌县", "绍兴新昌", "330624000000"])
def test_a_place_in_a_column(tables: NameTables, text: str) -> None:
    assert tables.place(text) == ("330624",)


def test_a_place_nobody_knows_is_unknown(tables: NameTables) -> None:
    assert tables.place("某某市") == () == tables.place("")


@pytest.mark.parametrize(
    ("text", "form"),
    [("有限公公司", "有限公司"), ("有限司", "有限公司"), ("限有公司", "有限公司"), ("有先公司", "有限公司"),
     ("有限责住公司", "有限责任公司"), ("有限公司", "")],
)  # fmt: skip
def test_slips_in_a_legal_form(text: str, form: str) -> None:
    assert slipped_form(text) == form


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    folded = reader().tables.fold(text)
    assert reader().tables.fold(folded) == folded


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_no_character_is_lost(text: str) -> None:
    name = parse(text, reader().tables)
    assert "".join(piece.text for piece in name.pieces) == name.folded == reader().tables.fold(text)


@given(st.text(st.sampled_from("宁波余姚恒泽轴承机械有限公司厂"), max_size=14))
@settings(max_examples=200, deadline=None)
def test_width_blanks_and_traditional_make_no_difference(text: str) -> None:
    wide = " ".join(text).translate(str.maketrans("宁余恒泽轴机厂", "寧餘恆澤軸機廠"))
    assert parse(wide, reader().tables) == parse(text, reader().tables)
