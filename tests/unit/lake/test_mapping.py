"""Which column fills which field: proposed from the header, or as MAP.toml and a person say."""

from pathlib import Path

import pytest
from gate_rows import PACKS
from hypothesis import given
from hypothesis import strategies as st

from jiqun.core.errors import InputError, PackError
from jiqun.core.messages import Messages
from jiqun.lake.mapping import (
    ColumnMap,
    QuantityColumn,
    apply_map,
    check_required,
    plain_header,
    propose,
    read_map,
    table_fields,
)

ENTERPRISE = table_fields(PACKS, "enterprise")
FACT = table_fields(PACKS, "fact")
COLUMNS = ("单位全称", "信用代码", "营业收入（万元）")
REVENUE = {"column": COLUMNS[2], "indicator": "revenue", "unit": "万元", "period": "2023"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def refused(told: dict[str, object], columns: tuple[str, ...] = COLUMNS) -> InputError:
    with pytest.raises(InputError) as caught:
        apply_map(told, columns, ENTERPRISE, file="MAP.toml")
    assert caught.value.facts["file"] == "MAP.toml"
    return caught.value


@pytest.mark.parametrize("table", ["enterprise", "fact", "subject", "relation"])
def test_every_name_of_every_field_is_found_and_belongs_to_one_field(table: str) -> None:
    fields = table_fields(PACKS, table)
    for field in fields:
        assert field.meaning["zh"]
        assert field.meaning["en"]
        for name in (field.name, *field.aliases):
            assert propose([name], fields).columns == {field.name: name}, name


def test_headers_are_compared_without_blanks_width_and_case() -> None:
    assert plain_header(" 县（市、\n区） ") == plain_header("县(市、区)") == "县(市、区)"
    assert propose([" Company ", "ＵＳＣＣ"], ENTERPRISE).columns == {"name": " Company "}
    assert propose(["USCC", "企业\n名称"], ENTERPRISE).columns == {"name": "企业\n名称", "uscc": "USCC"}


def test_the_own_name_of_a_field_comes_before_its_aliases_and_a_column_fills_one_field() -> None:
    assert propose(["企业名称", "name"], ENTERPRISE).columns == {"name": "name"}
    assert propose(["企业名称", "企业名称"], ENTERPRISE).columns == {"name": "企业名称"}
    assert propose(["备注", "", "产值"], ENTERPRISE).columns == {}


def test_a_table_nobody_declared_is_a_fault_of_the_pack() -> None:
    with pytest.raises(PackError) as caught:
        table_fields(PACKS, "weather")
    assert caught.value.code == "pack.unreadable"


def test_what_a_person_says_goes_over_what_the_header_suggests() -> None:
    told = {"columns": {"name": "信用代码", "uscc": ""}, "constants": {"city": "绍兴市"}, "facts": [REVENUE]}
    mapping = apply_map(told, COLUMNS, ENTERPRISE, file="MAP.toml")
    assert mapping.columns == {"name": "信用代码"}
    assert mapping.constants == {"city": "绍兴市"}
    assert mapping.facts == (QuantityColumn(COLUMNS[2], "revenue", "万元", "2023"),)


def test_a_column_a_person_gave_away_is_not_proposed_for_another_field() -> None:
    mapping = apply_map({"columns": {"status": "信用代码"}}, COLUMNS, ENTERPRISE, file="MAP.toml")
    assert mapping.columns == {"status": "信用代码"}


def test_a_mapping_kept_with_its_batch_reads_back_as_itself() -> None:
    told = {
        "columns": {"name": "单位全称"},
        "constants": {"city": "绍兴市"},
        "facts": [REVENUE | {"status": "target"}],
    }
    mapping = apply_map(told, COLUMNS, ENTERPRISE, file="MAP.toml")
    assert apply_map(mapping.as_json(), COLUMNS, ENTERPRISE, file="MAP.toml") == mapping


def test_a_map_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "MAP.toml"
    path.write_text(
        '[columns]\nname = "单位全称"\n[constants]\ncity = "绍兴市"\n[[facts]]\ncolumn = "营业收入（万元）"\n'
        'indicator = "revenue"\nunit = "万元"\nperiod = 2023\nscope = "规上"\n',
        encoding="utf-8",
    )
    mapping = read_map(path, COLUMNS, ENTERPRISE)
    assert mapping.columns == {"name": "单位全称", "uscc": "信用代码"}
    assert mapping.facts == (QuantityColumn(COLUMNS[2], "revenue", "万元", "2023", "规上", "actual"),)


@pytest.mark.parametrize(
    "content", [b"[columns", '[columns]\nname = "单位"'.encode("gbk"), b"a = 1\na = 2", b"\x00"]
)
def test_a_map_file_that_cannot_be_read_says_why(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "MAP.toml"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_map(path, COLUMNS, ENTERPRISE)
    assert caught.value.code == "gate.bad_map"
    assert caught.value.facts["reason"]


def test_a_missing_map_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_map(tmp_path / "MAP.toml", COLUMNS, ENTERPRISE)
    assert caught.value.code == "gate.bad_map"


@pytest.mark.parametrize(
    ("told", "code", "seen"),
    [
        ({"columns": {"colour": "单位全称"}}, "gate.unknown_field", "colour"),
        ({"constants": {"colour": "红"}}, "gate.unknown_field", "colour"),
        ({"columns": {"name": "单位简称"}}, "gate.unknown_column", "单位简称"),
        ({"facts": [REVENUE | {"column": "产值"}]}, "gate.unknown_column", "产值"),
    ],
)
def test_names_that_do_not_exist_are_refused_with_those_that_do(
    told: dict[str, object], code: str, seen: str
) -> None:
    error = refused(told)
    assert (error.code, error.facts["seen"]) == (code, seen)
    assert error.facts["allowed"]


@pytest.mark.parametrize(
    "told",
    [
        {"columns": ["name"]},
        {"columns": {"name": 3}},
        {"constants": {"city": None}},
        {"constants": {"city": "绍\x00兴"}},
        {"facts": REVENUE},
        {"facts": ["revenue"]},
        {"facts": [{"column": COLUMNS[2], "indicator": "revenue", "unit": "万元"}]},
        {"facts": [REVENUE | {"colour": "红"}]},
        {"facts": [REVENUE | {"scope": "规\x00上"}]},
        {"column": {"name": "单位全称"}},
    ],
)
def test_a_map_of_the_wrong_shape_is_refused_with_a_reason(told: dict[str, object]) -> None:
    error = refused(told)
    assert error.code == "gate.bad_map"
    assert error.facts["reason"]


def test_a_file_without_a_needed_column_is_refused_with_the_names_it_may_have() -> None:
    with pytest.raises(InputError) as caught:
        check_required(propose(("代码", "地点"), ENTERPRISE), ("代码", "地点"), ENTERPRISE, file="a.csv")
    assert caught.value.code == "gate.missing_column"
    assert "企业名称" in str(caught.value.facts["allowed"])
    assert caught.value.facts["seen"] == "代码、地点"


def test_a_constant_stands_for_a_column() -> None:
    mapping = ColumnMap(
        {"subject": "s", "period": "p", "value": "v"}, {"indicator": "revenue", "unit": "亿元"}
    )
    check_required(mapping, ("s", "p", "v"), FACT, file="a.csv")


@given(st.dictionaries(st.sampled_from(["columns", "constants", "facts", "x"]), JSON))
def test_any_mapping_a_page_may_send_is_taken_or_refused(messages: Messages, told: dict[str, object]) -> None:
    try:
        apply_map(told, COLUMNS, ENTERPRISE, file="MAP.toml")
    except InputError as error:
        assert error.code in messages


@given(st.lists(st.text(max_size=12), max_size=6))
def test_any_header_gets_a_proposal_of_its_own_columns(columns: list[str]) -> None:
    assert set(propose(columns, ENTERPRISE).columns.values()) <= set(columns)
