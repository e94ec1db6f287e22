"""Reading office tables piece by piece: headers, units, rows, totals, periods, percentages."""

from decimal import Decimal

import pytest
from gate_rows import PACKS

from jiqun.core.indicators import IndicatorTable
from jiqun.core.units import UnitTable
from jiqun.lake.cell_words import is_code_as_number, parse_amount, parse_date, parse_loose_date, plain_code
from jiqun.lake.forms.finding import find_tables
from jiqun.lake.forms.marks import Area, Marks
from jiqun.lake.forms.percents import as_percent, decide_percent
from jiqun.lake.forms.periods import applied, as_flow, as_stock, relative_kind, told_period, without_time
from jiqun.lake.forms.proposal import Knowledge, Proposal, propose_columns
from jiqun.lake.forms.sheets import Sheet
from jiqun.lake.forms.tables import FormTable
from jiqun.lake.forms.totals import check_totals
from jiqun.lake.forms.units import header_parts, unit_of_titles
from jiqun.lake.forms.words import Words, is_example, is_note, total_kind
from jiqun.lake.mapping import table_fields

UNITS = UnitTable.load(PACKS / "units.toml")
INDICATORS = IndicatorTable.load(PACKS / "indicators", UNITS)
FIELDS = table_fields(PACKS, "enterprise")
WORDS = Words.of(FIELDS, INDICATORS, UNITS)
Row = list[object]


def sheet(*rows: Row, marks: Marks | None = None, title: str = "") -> Sheet:
    width = max(map(len, rows))
    return Sheet(title, [row + [""] * (width - len(row)) for row in rows], marks or Marks())


def tables(*rows: Row, marks: Marks | None = None, hidden: bool = False) -> list[FormTable]:
    return find_tables(sheet(*rows, marks=marks), WORDS, hidden=hidden)


def proposed(*rows: Row, title: str = "") -> Proposal:
    table = find_tables(sheet(*rows, title=title), WORDS)[0]
    return propose_columns(table, Knowledge(FIELDS, INDICATORS, UNITS))


HEAD: Row = ["企业名称", "营业收入（万元）", "税收（万元）"]
A: Row = ["甲轴承有限公司", 10.0, 1.0]
B: Row = ["乙轴承有限公司", 20.0, 2.0]


def test_a_plain_list_is_read_as_it_stands() -> None:
    (table,) = tables(HEAD, A, B)
    assert (table.names, table.titles, table.header) == (tuple(HEAD), (), (1, 1))
    assert [number for number, _ in table.data] == [2, 3]


def test_a_header_nobody_knows_is_the_first_row_with_more_than_one_text() -> None:
    (table,) = tables(["某县名册"], ["甲", "乙"], ["丙", "丁"])
    assert table.names == ("甲", "乙")
    assert table.titles == ("某县名册",)


def test_merged_headers_are_joined_from_the_top_down() -> None:
    marks = Marks(merges=(Area(0, 0, 1, 0), Area(0, 1, 0, 2)))
    (table,) = tables(["企业名称", "营业收入", ""], ["", "2023年", "2024年"], ["甲厂", 1.0, 2.0], marks=marks)
    assert table.names == ("企业名称", "营业收入/2023年", "营业收入/2024年")
    assert table.header == (1, 2)


def test_a_first_row_of_texts_is_not_taken_for_a_second_header_row() -> None:
    (table,) = tables(["企业名称", "地址", "备注"], ["甲厂", "人民路", "规上"], ["乙厂", "解放路", ""])
    assert len(table.data) == 2


def test_rows_that_are_no_data_are_named_and_none_is_lost() -> None:
    rows = (
        HEAD,
        A,
        ["小计", 10.0, 1.0],
        ["其中：出口", 3.0],
        ["注：快报数"],
        B,
        ["填表人：王某", "", "审核：李某"],
    )
    (table,) = tables(*rows)
    assert len(table.data) == 2
    assert [(row.kind, row.row) for row in table.totals] == [("subtotal", 3), ("of_which", 4)]
    assert [(item.row, item.kind) for item in table.left_out] == [(5, "note"), (7, "note")]
    assert len(table.data) + len(table.totals) + len(table.left_out) + 1 == len(rows)


@pytest.mark.parametrize(
    "name", ["合计通用机械有限公司", "总汇电机厂", "示例轴承有限公司", "注塑机配件厂", "一洲电子有限公司"]
)
def test_a_firm_with_such_a_name_is_data(name: str) -> None:
    (table,) = tables(HEAD, [name, 1.0, 2.0], B)
    assert len(table.data) == 2
    assert not table.totals


def test_hidden_rows_are_left_out_or_taken() -> None:
    marks = Marks(hidden_rows=frozenset({1}))
    assert len(tables(HEAD, A, B, marks=marks)[0].data) == 1
    assert len(tables(HEAD, A, B, marks=marks, hidden=True)[0].data) == 2


def test_tables_side_by_side_and_below_each_other_are_found() -> None:
    beside = tables([*HEAD, "", *HEAD], [*A, "", *B])
    assert [table.first for table in beside] == [0, 4]
    assert beside[1].columns[1].letter == "F"
    close = tables([*HEAD, *HEAD], [*A, *B])
    assert [table.first for table in close] == [0, 3]
    below = tables(HEAD, A, [""], ["表二"], ["企业名称", "用电量（千瓦时）"], ["甲厂", 5.0])
    assert [table.titles for table in below] == [(), ("表二",)]


def test_a_blank_column_within_one_table_parts_nothing() -> None:
    assert len(tables(["企业名称", "", "税收（万元）"], ["甲厂", "", 1.0])) == 1


@pytest.mark.parametrize(
    ("parts", "texts", "unit", "aside"),
    [
        (("营业收入（万元）",), ("营业收入",), "万元", ""), (("用地面积/亩",), ("用地面积",), "亩", ""),
        (("税收:万元",), ("税收",), "万元", ""), (("营业收入（含税）（亿元）",), ("营业收入",), "亿元", "含税"),
        (("用电量", "万千瓦时"), ("用电量",), "万千瓦时", ""), (("占比%",), ("占比",), "%", ""),
        (("税收（单位：元）",), ("税收",), "元", ""), (("2024年", "1月"), ("2024年", "1月"), "", ""),
    ],
)  # fmt: skip
def test_units_in_headers(parts: tuple[str, ...], texts: tuple[str, ...], unit: str, aside: str) -> None:
    told = header_parts(parts, UNITS)
    assert (told.texts, told.unit, told.aside) == (texts, unit, aside)


def test_the_unit_of_a_title_row_counts_only_when_there_is_one() -> None:
    assert unit_of_titles(("单位：万元",), UNITS) == "万元"
    assert unit_of_titles(("单位：万元、亩",), UNITS) == ""
    assert unit_of_titles(("填报单位：新昌县",), UNITS) == ""


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2024年1-6月规上企业", "2024-01..2024-06"), ("二〇二四年三月", "2024-03"), ("2024年度", "2024"),
        ("截至2024年12月31日", "@2024-12-31"), ("2024年末", "@2024"), ("2024年一季度", "2024Q1"), ("202406", "2024-06"),
        ("2024年上半年", "2024H1"), ("2024.03", "2024-03"), ("2024年13月", "2024"), ("0575-85001234", ""), ("企业名单", ""),
    ],
)  # fmt: skip
def test_periods_in_titles(text: str, period: str) -> None:
    told = told_period(text)
    assert (told.period if told else "") == period


@pytest.mark.parametrize(
    ("base", "header", "period"),
    [
        ("2024-06", "营业收入/本年累计", "2024-01..2024-06"), ("2024-06", "本月", "2024-06"),
        ("2024-06", "上年同期累计", "2023-01..2023-06"), ("2024", "上年", "2023"), ("2024", "3月", "2024-03"),
        ("2024", "1-6月", "2024-01..2024-06"), ("2024-01..2024-06", "本月", "2024-06"), ("2024-12", "累计", "2024"),
        ("", "本月", ""),
    ],
)  # fmt: skip
def test_periods_of_columns_follow_from_the_form(base: str, header: str, period: str) -> None:
    assert applied(base, relative_kind(header), header=header) == period


def test_stocks_are_as_of_and_flows_over() -> None:
    assert (as_stock("2024"), as_stock("2024-01..2024-06"), as_flow("@2024-06")) == (
        "@2024", "@2024-06", "2024-01..2024-06",
    )  # fmt: skip
    assert without_time("2023年营业收入") == without_time("2024年营业收入") == "营业收入"


@pytest.mark.parametrize(
    ("cells", "says", "reads"),
    [
        ([35.0, 40.0], False, "percent"), ([0.35, 0.4], False, "fraction"), ([0.35, 0.4], True, ""),
        (["35%", "4%"], True, "percent"),
        ([0.35, "40%"], True, "fraction"), ([1.2, 0.8], True, "percent"), ([1.2, 0.8], False, ""), ([1.0, 0.0], False, ""),
        (["－", 35.0], False, "percent"),
    ],
)  # fmt: skip
def test_percentages_are_decided_with_evidence_or_asked(cells: list[object], says: bool, reads: str) -> None:
    told = decide_percent(cells, header_says=says)
    assert told.reads == reads
    assert told.why.zh and told.why.en


def test_a_fraction_becomes_a_percentage_and_a_sign_stays() -> None:
    assert [as_percent(text) for text in ("0.35", "35%", "1", "文字", "0.355")] == [
        "35",
        "35%",
        "100",
        "文字",
        "35.5",
    ]


def test_totals_are_held_against_the_rows_they_sum() -> None:
    (table,) = tables(HEAD, A, ["小计", 10.0, 1.0], B, ["小计", 20.0, 2.0], ["合计", 42.0, 3.0])
    told = check_totals(table, HEAD[1:])  # type: ignore[arg-type]
    assert told.checked == 6
    (fault,) = told.faults
    assert (fault.cell, fault.stated, fault.summed, fault.difference, fault.rows) == (
        "B6",
        "42",
        "30",
        "12",
        2,
    )


def test_a_total_may_be_rounded_and_says_how_many_rows_state_nothing() -> None:
    (table,) = tables(HEAD, ["甲厂", 10.4, "－"], ["乙厂", 20.3, 2.0], ["合计", 31.0, 3.0])
    told = check_totals(table, HEAD[1:])  # type: ignore[arg-type]
    assert [(fault.column, fault.unknown) for fault in told.faults] == [("税收（万元）", 1)]


def test_subtotals_above_their_rows_are_recognised() -> None:
    (table,) = tables(HEAD, ["七星小计", 30.0, 3.0], A, B)
    assert check_totals(table, HEAD[1:]).faults == ()  # type: ignore[arg-type]


def test_what_cannot_be_told_is_asked() -> None:
    told = {
        one.column: one
        for one in proposed(
            ["企业名称", "营业收入", "税收（万元）"], ["甲厂", 1.0, 2.0], ["乙厂", 1.0, 2.0]
        ).columns
    }
    assert told["营业收入"].asks == ("unit", "period")
    assert told["税收（万元）"].asks == ("period",)


def test_a_growth_rate_is_not_its_base_and_a_part_is_not_the_whole() -> None:
    head: Row = ["企业名称", "营业收入同比增长（%）", "税收/增值税（万元）", "营业收入（亩）"]
    told = {
        one.column: one
        for one in proposed(head, ["甲厂", 5.0, 2.0, 3.0], ["乙厂", 6.0, 2.0, 3.0], title="2024年").columns
    }
    assert told["营业收入同比增长（%）"].indicator == "revenue_growth"
    assert told["税收/增值税（万元）"].confidence < 0.9
    assert told["营业收入（亩）"].indicator != "revenue"  # the unit does not fit


def test_two_columns_that_would_be_one_statement_are_asked_about() -> None:
    told = proposed(
        ["企业名称", "营业收入（万元）", "营收（万元）"], ["甲厂", 1.0, 2.0], title="2024年"
    ).columns
    assert [one.asks for one in told[1:]] == [(), ("indicator",)]


def test_columns_without_a_header_are_told_by_what_they_hold() -> None:
    (one, two) = proposed(
        ["甲", "乙"], ["甲轴承有限公司", "91330624MA20007003"], ["乙轴承有限公司", "91330624MA20007016"]
    ).columns
    assert (one.field, two.field) == ("name", "uscc")


@pytest.mark.parametrize(
    ("text", "kind"),
    [("合 计", "total"), ("全县合计：", "total"), ("七星街道小计", "subtotal"), ("其中：规上", "of_which"),
        ("合计电器有限公司", ""), ("", "")],
)  # fmt: skip
def test_words_of_totals(text: str, kind: str) -> None:
    assert total_kind(text) == kind


def test_words_of_notes_and_examples() -> None:
    assert all(map(is_note, ("注：快报", "1、本表由镇街填报", "填表人：王某", "※不含外地")))
    assert not any(map(is_note, ("注塑机厂", "1号厂房", "备用电源公司")))
    assert is_example("示例：某厂")
    assert not is_example("示例轴承厂")


def test_cells_as_offices_write_them() -> None:
    assert parse_amount("１，２３４．５") == Decimal("1234.5")
    assert parse_amount("－５") == Decimal(-5)
    assert (plain_code("330624.0"), plain_code("330624")) == ("330624", "330624")
    assert is_code_as_number("9.13306E+17") and not is_code_as_number("91330624MA20007003")
    assert str(parse_date("二〇二四年十二月三十一日")) == "2024-12-31"
    assert [how for _, how in map(parse_loose_date, ("2024年3月", "45352", "2024-03-01", "不详"))] == [
        "month",
        "serial",
        "",
        "",
    ]
