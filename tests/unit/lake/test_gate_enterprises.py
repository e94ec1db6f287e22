"""The gate for enterprise lists: every fault with a row, every flag, places, capital, dates, duplicates, any text at all."""

from datetime import date, timedelta
from decimal import Decimal

import orjson
import pytest
from gate_rows import LIST_HEADER, PACKS, TODAY, judge_list, uscc
from hypothesis import given, settings
from hypothesis import strategies as st

from jiqun.core.errors import RowError
from jiqun.core.messages import Messages
from jiqun.core.regions import Regions
from jiqun.lake.cell_words import parse_amount, parse_date, parse_flag
from jiqun.lake.gate_enterprises import Judged, Registration
from jiqun.lake.mapping import ColumnMap, QuantityColumn, apply_map, table_fields

NAME = "新昌县试样轴承有限公司"
FIELDS = tuple(field.name for field in table_fields(PACKS, "enterprise"))


def row(**changed: str) -> dict[str, str]:
    return {"name": NAME, "uscc": uscc(1)} | changed


def judged(regions: Regions, *rows: dict[str, str], **gate: object) -> Judged:
    """What the gate makes of rows given by field."""
    header = tuple(dict.fromkeys(name for one in rows for name in one))
    return judge_list(regions, header, [[one.get(name, "") for name in header] for one in rows], **gate)


def accepted(regions: Regions, **changed: str) -> Registration:
    found = judged(regions, row(**changed))
    assert found.faults == []
    return found.accepted[0]


def faults_of(regions: Regions, **changed: str) -> list[RowError]:
    found = judged(regions, row(**changed))
    assert found.accepted == []
    assert list(found.held) == [2]
    return found.faults


# what gets in


def test_a_good_row_is_taken_in_with_its_place(regions: Regions) -> None:
    found = accepted(regions, address="浙江省绍兴市新昌县人民路1号", established_on="2001-03-04", legal_form="有限责任公司",
                     industry_code="3451", status="存续")  # fmt: skip
    assert found.subject == f"enterprise:{uscc(1)}"
    assert (found.name, found.uscc, found.uscc_grade) == (NAME, uscc(1), "valid")
    assert (found.region, found.region_how) == ("330624", "code_and_address")
    assert (found.established_on, found.industry_code, found.status) == (date(2001, 3, 4), "3451", "存续")
    assert found.row_no == 2


def test_an_enterprise_known_only_by_name_goes_by_it(regions: Regions) -> None:
    found = accepted(regions, uscc="")
    assert (found.subject, found.uscc, found.uscc_grade) == (f"enterprise:{NAME}", "", "absent")


def test_a_code_is_taken_as_people_write_it(regions: Regions) -> None:
    code = uscc(1)
    for written in (code.lower(), f" {code} ", f"{code[:8]} {code[8:]}", code.translate({ord("9"): "９"})):
        assert accepted(regions, uscc=written).uscc == code


def test_other_columns_are_kept_and_quantities_are_not_said_twice(regions: Regions) -> None:
    header = (*LIST_HEADER, "联系人", "营业收入（万元）")
    mapping = ColumnMap(
        {"name": header[0], "uscc": header[1]}, facts=(QuantityColumn(header[5], "revenue", "万元", "2024"),)
    )
    found = judge_list(regions, header, [[NAME, uscc(1), "", "", "王某", "3000"]], mapping)
    assert orjson.loads(found.accepted[0].extra) == {"联系人": "王某"}


def test_a_stray_mark_in_a_text_of_an_old_register_does_no_harm(regions: Regions) -> None:
    assert orjson.loads(accepted(regions, business_scope="物业管理\x7f").extra) == {
        "business_scope": "物业管理\x7f"
    }


def test_short_rows_are_filled_up(regions: Regions) -> None:
    assert judge_list(regions, LIST_HEADER, [[NAME]]).accepted[0].subject == f"enterprise:{NAME}"


# what is flagged and still gets in


def test_a_code_whose_check_character_fails_is_flagged_and_kept(regions: Regions) -> None:
    code = uscc(1)
    wrong = code[:17] + ("0" if code[17] != "0" else "1")
    found = judged(regions, row(uscc=wrong))
    assert found.accepted[0].uscc_grade == "checksum_mismatch"
    (flag,) = found.flagged
    assert (flag.code, flag.seen, flag.allowed, flag.column) == (
        "gate.uscc_checksum",
        wrong,
        code[17],
        "uscc",
    )


@pytest.mark.parametrize(
    ("name", "code"),
    [("=SUM(A1:A9)厂", "gate.formula_like"), ("+新昌厂", "gate.formula_like"), ("@新昌厂", "gate.formula_like"),
     ("新昌<b>厂</b>", "gate.html_in_name"), ("<script>alert(1)</script>", "gate.html_in_name")],
)  # fmt: skip
def test_names_that_look_like_something_else_are_flagged(regions: Regions, name: str, code: str) -> None:
    found = judged(regions, row(name=name))
    assert found.accepted[0].name == name
    assert [flag.code for flag in found.flagged] == [code]


def test_an_industry_told_in_words_is_kept_as_stated_and_flagged(regions: Regions) -> None:
    found = judged(regions, row(industry_code="轴承、齿轮和传动部件制造"))
    assert found.accepted[0].industry_code == ""
    assert orjson.loads(found.accepted[0].extra) == {"industry_as_stated": "轴承、齿轮和传动部件制造"}
    assert [flag.code for flag in found.flagged] == ["gate.text_too_long"]


def test_a_row_that_is_held_carries_no_flags_besides(regions: Regions) -> None:
    found = judged(regions, row(name="=1+1", established_on="不详"))
    assert found.flagged == []
    assert [fault.code for fault in found.faults] == ["gate.bad_date"]


# every fault with a row


@pytest.mark.parametrize(
    ("changed", "code", "column"),
    [
        ({"name": ""}, "gate.name_missing", "name"),
        ({"name": " 　"}, "gate.name_missing", "name"),
        ({"name": "厂" * 181}, "gate.text_too_long", "name"),
        ({"name": "一厂\n二厂"}, "gate.line_break", "name"),
        ({"name": "一\x00厂"}, "gate.control_character", "name"),
        ({"uscc": "12345"}, "gate.malformed_uscc", "uscc"),
        ({"uscc": "9.13306240000000E+17"}, "gate.code_as_number", "uscc"),
        ({"uscc": uscc(1)[:17] + "I"}, "gate.malformed_uscc", "uscc"),
        ({"established_on": "不详"}, "gate.bad_date", "established_on"),
        ({"established_on": "2024-02-30"}, "gate.bad_date", "established_on"),
        ({"established_on": "99999999999999999999-1-1"}, "gate.bad_date", "established_on"),
        ({"established_on": "1899-12-31"}, "gate.date_too_early", "established_on"),
        ({"established_on": "2026-11-23"}, "gate.date_in_future", "established_on"),
        ({"capital": "一千万"}, "gate.bad_number", "capital"),
        ({"capital": "12,34"}, "gate.bad_number", "capital"),
        ({"capital": "NaN"}, "gate.bad_number", "capital"),
        ({"capital": "1e999999"}, "gate.bad_number", "capital"),
        ({"capital": "-5"}, "gate.negative", "capital"),
        ({"capital": "9" * 23}, "gate.out_of_range", "capital"),
        ({"address": "x" * 4001}, "gate.text_too_long", "address"),
        ({"address": "新昌\x1f县"}, "gate.control_character", "address"),
        ({"name": "一\x7f厂"}, "gate.control_character", "name"),
    ],
)
def test_each_fault_is_named_with_file_row_and_column(
    regions: Regions, messages: Messages, changed: dict[str, str], code: str, column: str
) -> None:
    (fault,) = faults_of(regions, **changed)
    assert (fault.file, fault.row, fault.column, fault.code) == ("名单.csv", 2, column, code)
    assert {messages.sentence(fault, lang) for lang in ("zh", "en")}.isdisjoint({"", code})


def test_all_faults_of_a_row_are_told_at_once_and_the_row_is_kept_whole(regions: Regions) -> None:
    found = judge_list(
        regions, (*LIST_HEADER, "备注"), [["", "12345", "某地", "不详", "甲"], [NAME, uscc(1), "", "", ""]]
    )
    assert [fault.code for fault in found.faults] == [
        "gate.name_missing",
        "gate.malformed_uscc",
        "gate.bad_date",
    ]
    assert [fault.column for fault in found.faults] == ["企业名称", "统一社会信用代码", "成立日期"]
    assert found.held == {
        2: dict(zip((*LIST_HEADER, "备注"), ["", "12345", "某地", "不详", "甲"], strict=True))
    }
    assert len(found.accepted) == 1


def test_cells_beyond_the_header_are_held_with_the_row(regions: Regions) -> None:
    found = judge_list(regions, ("企业名称", "地址"), [[NAME, "新昌县", "", "一号楼"]])
    assert [(fault.code, fault.seen, fault.allowed) for fault in found.faults] == [
        ("gate.too_many_cells", "一号楼", "2")
    ]
    assert found.held[2] == {"企业名称": NAME, "地址": "新昌县", "+2": "一号楼"}


@pytest.mark.parametrize("nothing", ["", "-", "—", "/"])
def test_what_offices_write_for_nothing_is_nothing(regions: Regions, nothing: str) -> None:
    found = accepted(regions, established_on=nothing, capital=nothing)
    assert (found.established_on, found.capital_wan) == (None, None)


# duplicates


def test_a_row_told_twice_counts_once_and_is_flagged(regions: Regions) -> None:
    found = judged(regions, row(), row(), row(uscc=uscc(2)))
    assert (len(found.accepted), found.repeated, found.faults) == (2, 1, [])
    (flag,) = found.flagged
    assert (flag.code, flag.row, flag.seen, flag.allowed) == (
        "gate.duplicate_row",
        3,
        f"enterprise:{uscc(1)}",
        "row 2",
    )


def test_two_rows_that_contradict_each_other_leave_the_second_in_quarantine(regions: Regions) -> None:
    found = judged(regions, row(address="新昌县甲路"), row(address="新昌县乙路"))
    assert [item.address for item in found.accepted] == ["新昌县甲路"]
    assert [(fault.code, fault.row, fault.allowed) for fault in found.faults] == [
        ("gate.conflicting_row", 3, "row 2")
    ]
    assert found.held == {3: {"name": NAME, "uscc": uscc(1), "address": "新昌县乙路"}}


def test_two_rows_with_different_quantities_contradict_each_other(regions: Regions) -> None:
    header = ("企业名称", "营业收入（万元）")
    mapping = ColumnMap({"name": header[0]}, facts=(QuantityColumn(header[1], "revenue", "万元", "2024"),))
    found = judge_list(regions, header, [[NAME, "1"], [NAME, "2"]], mapping)
    assert [fault.code for fault in found.faults] == ["gate.conflicting_row"]


# places


@pytest.mark.parametrize(
    ("changed", "region"),
    [
        ({"region": "330624"}, "330624"),
        ({"region": "330621"}, "330603"),              # 绍兴县, since 2013 柯桥区
        ({"region": "新昌县"}, "330624"),
        ({"region": "绍兴县"}, "330603"),
        ({"region": "火星区", "address": "浙江省绍兴市新昌县人民路1号"}, "330624"),
        ({"address": "人民路1号", "city": "绍兴市", "uscc": uscc(1)}, "330624"),
        ({"uscc": "", "address": "新昌县人民路1号", "city": "绍兴市"}, "330624"),
        ({"uscc": "", "address": ""}, ""),
        ({"uscc": "", "region": "火星区"}, ""),
        ({"uscc": "", "region": "上海市", "address": "上海市浦东新区世纪大道1号"}, ""),
    ],
)  # fmt: skip
def test_places_follow_from_code_name_and_address_or_stay_open(
    regions: Regions, changed: dict[str, str], region: str
) -> None:
    found = judged(regions, row(**changed))
    assert found.accepted[0].region == region
    assert sum(found.placed.values()) == 1


def test_a_made_up_place_is_kept_where_the_ledger_has_it(regions: Regions) -> None:
    found = judged(regions, row(region="339901"), made_up_regions=frozenset({"339901"}))
    assert (found.accepted[0].region, found.accepted[0].region_how) == ("339901", "synthetic")
    assert judged(regions, row(region="339901", uscc="")).accepted[0].region == ""


# capital


@pytest.mark.parametrize(
    ("capital", "unit", "wan"),
    [
        ("1000", "", "1000"), ("1000", "万元", "1000"), ("1,000", "万人民币", "1000"),
        ("1，000.5", "万元（人民币）", "1000.5"),
        ("10000000", "元", "1000"), ("0.1", "亿元", "1000"), ("1000万元", "", "1000"), ("1000 万元人民币", "", "1000"),
        ("人民币1000万元", "", "1000"), ("1000万", "万元", "1000"), ("1亿元", "", "10000"), ("10000千元", "", "1000"),
        ("0", "万元", "0"), ("123456.789", "元", "12.345679"), ("１０００", "万元", "1000"),
    ],
)  # fmt: skip
def test_capital_is_brought_to_ten_thousand_yuan(regions: Regions, capital: str, unit: str, wan: str) -> None:
    assert accepted(regions, capital=capital, capital_unit=unit).capital_wan == Decimal(wan)


@pytest.mark.parametrize(
    ("capital", "unit", "stated"),
    [
        ("50", "万美元", "50 万美元"),
        ("50万美元", "", "50万美元"),
        ("50", "港元", "50 港元"),
        ("50万美元", "万元", "50万美元 万元"),
    ],
)
def test_another_currency_is_kept_as_stated_and_not_converted(
    regions: Regions, capital: str, unit: str, stated: str
) -> None:
    found = accepted(regions, capital=capital, capital_unit=unit)
    assert found.capital_wan is None
    assert orjson.loads(found.extra) == {"capital_as_stated": stated}


# words of cells


@given(st.dates(min_value=date(1, 1, 1)))
def test_a_day_is_read_in_every_form_offices_write(day: date) -> None:
    y, m, d = f"{day.year:04d}", day.month, day.day
    for text in (day.isoformat(), f"{y}/{m}/{d}", f"{y}.{m}.{d}", f"{y}年{m}月{d}日", f"{y}{m:02d}{d:02d}",
                 f"{day.isoformat()} 00:00:00", f"{day.isoformat()}T08:30:00", f"{y}/{m}/{d} 8:30"):  # fmt: skip
        assert parse_date(text) == day, text


@given(st.text(max_size=20))
def test_any_text_is_a_day_or_none(text: str) -> None:
    assert parse_date(text) is None or isinstance(parse_date(text), date)


@pytest.mark.parametrize(
    "text", ["", "2024", "2024-13-01", "2024-W10-1", "²⁰²⁴0101", "45352", "明天", "1-2-3-4", "1" * 5000]
)
def test_what_is_no_day(text: str) -> None:
    assert parse_date(text) is None


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=6))
def test_an_amount_reads_back_as_itself(amount: Decimal) -> None:
    assert parse_amount(f"{amount:f}") == parse_amount(f" {amount:,f} ") == amount


@pytest.mark.parametrize(
    "text", ["", ".", "1_000", "1,00", "0x10", "1e5000", "Infinity", "12%", "1.2.3", "1 000", "九"]
)
def test_what_is_no_amount(text: str) -> None:
    assert parse_amount(text) is None


def test_flags_are_yes_no_or_nothing_at_all() -> None:
    assert [parse_flag(text) for text in ("1", "TRUE", " 是 ", "yes", "0", "", "False", "否", "x", "2")] == [
        True, True, True, True, False, False, False, False, None, None,
    ]  # fmt: skip


# any text in any cell


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries({}, optional={name: st.text(max_size=30) for name in FIELDS}),
        min_size=1,
        max_size=4,
    )
)
def test_any_text_is_taken_in_or_held_with_its_reasons(
    regions: Regions, messages: Messages, rows: list[dict[str, str]]
) -> None:
    mapping = apply_map({}, FIELDS, table_fields(PACKS, "enterprise"), file="MAP.toml")
    found = judge_list(regions, FIELDS, [[one.get(name, "") for name in FIELDS] for one in rows], mapping)
    assert len(found.accepted) + found.repeated + len(found.held) == len(rows)
    assert {fault.row for fault in found.faults} == set(found.held)
    for fault in (*found.faults, *found.flagged):
        assert fault.code in messages
        assert fault.file == "名单.csv"
        assert fault.column in (*FIELDS, "")
    for item in found.accepted:
        assert item.established_on is None or date(1900, 1, 1) <= item.established_on <= TODAY + timedelta(
            days=1
        )
        assert item.capital_wan is None or 0 <= item.capital_wan < Decimal(10) ** 22
