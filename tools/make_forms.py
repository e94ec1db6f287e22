"""Write the workbooks of tests/fixtures/forms: forms as offices send them, each with its own habits, made by hand.

What must come out of each stands beside it as JSON, written by hand too. Run it after a change.
"""

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
from openpyxl.styles import Alignment
from openpyxl.worksheet.worksheet import Worksheet

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "tests" / "fixtures" / "forms"
sys.path.insert(0, str(ROOT / "tests"))

from forms_register import code_of, name_of  # noqa: E402 - the register stands with the tests

Fill = Callable[[openpyxl.Workbook], None]
FORMS: dict[str, Fill] = {}


def form(name: str) -> Callable[[Fill], Fill]:
    """Register a form under its file name."""

    def kept(fill: Fill) -> Fill:
        FORMS[name] = fill
        return fill

    return kept


def lay(page: Worksheet, rows: list[list[object]], *, at: int = 1, left: int = 1) -> None:
    """Write rows from a cell on; None leaves a cell empty."""
    for n, row in enumerate(rows):
        for m, cell in enumerate(row):
            if cell is not None:
                page.cell(at + n, left + m, cell)


def merge(page: Worksheet, *areas: str) -> None:
    """Merge cells and centre what stands in them."""
    for area in areas:
        page.merge_cells(area)
        page[area.split(":")[0]].alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)


@form("01-规上工业月报.xlsx")
def monthly(book: openpyxl.Workbook) -> None:
    """Merged title, two-row merged header, this month and the year so far, growth in %, total, note, signatures."""
    page = book.active
    page.title = "月报"
    lay(page, [
        ["新昌县规上工业企业主要指标完成情况表（2024年6月）"],
        [None, None, None, None, None, None, "单位：万元、%"],
        ["序号", "企业名称", "统一社会信用代码", "营业收入", None, None, "利润总额（万元）"],
        [None, None, None, "本月（万元）", "本年累计（万元）", "同比增长（%）"],
        [1, name_of("云岭"), code_of("云岭"), 120.5, 700, 12.3, 35],
        [2, name_of("沃洲"), code_of("沃洲"), 98, 610.25, -4.1, "－"],
        [3, name_of("天姥"), code_of("天姥"), 30, 180, 0.8, 9.5],
        ["合计", None, None, 248.5, 1490.25, None, 44.5],
        ["注：营业收入为快报数，以统计局最终核定为准。"],
        ["单位负责人：张三", None, "填表人：李四", None, None, "联系电话：0575-00000000"],
    ])  # fmt: skip
    merge(page, "A1:G1", "A3:A4", "B3:B4", "C3:C4", "D3:F3", "G3:G4", "A8:C8", "A9:G9")


@form("02-亩均评价.xlsx")
def per_mu(book: openpyxl.Workbook) -> None:
    """No codes, units behind a slash, group headings across the row, subtotals and a grand total."""
    page = book.active
    lay(page, [
        ["2023年度工业企业亩均效益综合评价表"],
        ["序号", "单位名称", "用地面积/亩", "实缴税金/万元", "亩均税收（万元/亩）", "评价结果"],
        ["一、七星街道"],
        [1, "云岭轴承有限公司", 12.5, 250, 20, "A"],
        [2, "十九峰液压", 30, 450, 15, "B"],
        [None, "小计", 42.5, 700],
        ["二、羽林街道"],
        [3, "浙江沃洲机械科技有限公司", 20, 100, 5, "C"],
        [None, "小计", 20, 100],
        [None, "总计", 62.5, 800],
    ])  # fmt: skip
    merge(page, "A1:F1", "A3:F3", "A7:F7")


@form("03-左右两栏.xlsx")
def side_by_side(book: openpyxl.Workbook) -> None:
    """One list in two halves beside each other with an empty column between them."""
    page = book.active
    page.title = "用电"
    lay(page, [["2024年5月企业用电量情况"], [None, None, None, None, None, None, "单位：万千瓦时"]])
    head = ["序号", "企业名称", "用电量"]
    lay(page, [[*head, None, *head]], at=3)
    lay(page, [[1, name_of("云岭"), 3.5], [2, name_of("沃洲"), 8.25], [3, name_of("天姥"), 1]], at=4)
    lay(page, [[4, name_of("镜岭"), 12], [5, name_of("儒岙"), 0]], at=4, left=5)
    merge(page, "A1:G1")


@form("04-一页两表.xlsx")
def stacked(book: openpyxl.Workbook) -> None:
    """Two tables of different columns on one sheet, the second with a title of its own."""
    page = book.active
    lay(page, [
        ["表一  2024年企业效益"],
        ["企业名称", "统一社会信用代码", "营业收入（万元）", "税收（万元）"],
        [name_of("云岭"), code_of("云岭"), 1400, 60],
        [name_of("沃洲"), code_of("沃洲"), 2200, 88],
        [],
        ["表二  2024年企业用工"],
        ["企业名称", "期末从业人员（人）", "研发人员（人）"],
        [name_of("云岭"), 85, 12],
        [name_of("回山"), 140, 31],
    ])  # fmt: skip


@form("05-隐藏的行列表.xlsx")
def hidden(book: openpyxl.Workbook) -> None:
    """A hidden sheet before the visible one, hidden rows in the middle, a hidden column with the codes."""
    old = book.active
    old.title = "去年"
    lay(old, [["企业名称", "营业收入（万元）"], [name_of("云岭"), 1], [name_of("沃洲"), 2]])
    old.sheet_state = "hidden"
    page = book.create_sheet("2024年")
    book.active = 1
    lay(page, [
        ["企业名称", "统一社会信用代码", "营业收入（万元）"],
        [name_of("云岭"), code_of("云岭"), 1400],
        [name_of("双彩"), code_of("双彩"), 999],
        [name_of("沃洲"), code_of("沃洲"), 2200],
    ])  # fmt: skip
    page.row_dimensions[3].hidden = True
    page.column_dimensions["B"].hidden = True


@form("06-全角与千分位.xlsx")
def full_width(book: openpyxl.Workbook) -> None:
    """Numbers as text: full width, thousands, signs for nothing; header words with blanks between."""
    page = book.active
    lay(page, [
        ["企 业 名 称", "信 用 代 码", "营 业 收 入\n（万元）", "研发经费（万元）", "从业人员（人）"],
        [name_of("云岭"), code_of("云岭"), "１，４００．５", "无", "８５"],
        [name_of("沃洲"), code_of("沃洲"), "2,200", "—", "140人"],
        [name_of("天姥"), code_of("天姥"), "－", "/", "０"],
        [name_of("回山"), code_of("回山"), "1，024.25", "36.5", 90],
    ])  # fmt: skip
    page.title = "2024年报"


@form("07-百分数三种写法.xlsx")
def percentages(book: openpyxl.Workbook) -> None:
    """35 under a header with %, cells formatted as percent, 0.35 without a sign, and one nobody can tell."""
    page = book.active
    lay(page, [
        ["2024年企业创新与数字化情况"],
        ["企业名称", "统一社会信用代码", "研发投入强度（%）", "设备联网率", "数字化改造覆盖率", "良品率（%）"],
        [name_of("云岭"), code_of("云岭"), 3.5, 0.75, 0.35, 0.98],
        [name_of("沃洲"), code_of("沃洲"), 12, 0.4, 0.6, 0.95],
        [name_of("回山"), code_of("回山"), 6.25, 1, 0.875, 0.99],
    ])  # fmt: skip
    for row in (3, 4, 5):
        page.cell(row, 4).number_format = "0%"


@form("08-中文日期.xlsx")
def dates(book: openpyxl.Workbook) -> None:
    """The period in Chinese numerals in the title; dates of establishment in five ways."""
    page = book.active
    lay(page, [
        ["二〇二四年三月企业生产情况"],
        ["单位详细名称", "统一社会信用代码", "成立时间", "工业总产值（千元）"],
        [name_of("云岭"), code_of("云岭"), "2001年3月4日", 120500],
        [name_of("沃洲"), code_of("沃洲"), "二〇〇一年三月四日", 98000],
        [name_of("天姥"), code_of("天姥"), date(2001, 3, 4), 30000],
        [name_of("回山"), code_of("回山"), 36954, 45000],
        [name_of("双彩"), code_of("双彩"), "2001年3月", 8000],
    ])  # fmt: skip


@form("09-代码成了数.xlsx")
def codes(book: openpyxl.Workbook) -> None:
    """The county's code as 330624.0 in text, a credit code as a number that lost its end."""
    page = book.active
    lay(page, [
        ["企业名称", "统一社会信用代码", "行政区划代码", "2023年营业收入(万元)", "2024年营业收入(万元)"],
        [name_of("云岭"), code_of("云岭"), "330624.0", 1300, 1400],
        [name_of("沃洲"), 913306240000000000.0, 330624.0, 2100, 2200],
        [name_of("天姥"), code_of("天姥").lower(), 330624, 170, 180],
    ])  # fmt: skip


@form("10-多年多列无合并.xlsx")
def by_year(book: openpyxl.Workbook) -> None:
    """Years under each indicator in two header rows whose cells nobody merged; no codes."""
    page = book.active
    lay(page, [
        ["新昌县重点企业历年数据", None, None, None, None, None, "单位：万元"],
        ["企业名称", "营业收入", None, None, "税收", None, "备注"],
        [None, "2022年", "2023年", "2024年", "2023年", "2024年"],
        ["新昌县云岭轴承有限公司", 1100, 1250, 1400, 52, 60, "链主"],
        ["沃洲机械科技有限公司", 2000, 2100, 2200, 80, 88],
    ])  # fmt: skip


@form("11-合计不符.xlsx")
def wrong_total(book: openpyxl.Workbook) -> None:
    """The total stands on top and is 12 more than its rows; another column agrees."""
    page = book.active
    page.title = "2024年"
    lay(page, [
        ["企业名称", "统一社会信用代码", "营业收入（万元）", "税收（万元）"],
        ["全县合计", None, 3792, 208],
        [name_of("云岭"), code_of("云岭"), 1400, 60],
        [name_of("沃洲"), code_of("沃洲"), 2200, 88],
        [name_of("天姥"), code_of("天姥"), 180, 60],
    ])  # fmt: skip


@form("12-每月一页.xlsx")
def month_sheets(book: openpyxl.Workbook) -> None:
    """One sheet a month under one header, the month in the sheet's name; an empty sheet and one of explanations."""
    first = book.active
    first.title = "说明"
    first["A1"] = "本表由各镇街填报，次月5日前上报。"
    for month, values in (("2024年1月", (110, 200)), ("2024年2月", (90, 180)), ("2024年3月", (130, 220))):
        page = book.create_sheet(month)
        lay(page, [["企业名称", "统一社会信用代码", "工业总产值（万元）"]])
        lay(
            page,
            [[name_of("云岭"), code_of("云岭"), values[0]], [name_of("沃洲"), code_of("沃洲"), values[1]]],
            at=2,
        )
    book.create_sheet("Sheet9")


@form("13-统计报表.xlsx")
def statistical(book: openpyxl.Workbook) -> None:
    """Rows about the form above the header, units in a row of their own, column numbers, the header again half-way."""
    page = book.active
    head = ["企业名称", "统一社会信用代码", "综合能源消费量", "用电量", "工业增加值"]
    lay(page, [
        ["能源消费情况"],
        ["填报单位：新昌县经信局", None, "2024年1-9月", None, "表号：试101表"],
        head,
        [None, None, "吨标准煤", "万千瓦时", "万元"],
        ["甲", "乙", 1, 2, 3],
        [name_of("云岭"), code_of("云岭"), 120, 35, 400],
        [name_of("沃洲"), code_of("沃洲"), 300, 82, 610],
        head,
        [name_of("天姥"), code_of("天姥"), 40, 9.5, 75],
        [name_of("镜岭"), code_of("镜岭"), 510, 140, 1200],
        [],
        ["说明：综合能源消费量按当量值计算。"],
        ["填表人：王五", "审核人：赵六", "填报日期：2024年10月8日"],
    ])  # fmt: skip
    merge(page, "A1:E1", "A2:B2", "C2:D2")


@form("14-两家都像.xlsx")
def ambiguous(book: openpyxl.Workbook) -> None:
    """Names alone, one that two firms could be, one that is none of the register, brackets and a missing region."""
    page = book.active
    page.title = "2024年"
    lay(page, [
        ["企业名称", "所属县区", "营业收入（万元）"],
        ["新昌云岭轴承有限公司", "新昌县", 1400],
        ["沃洲机械科技有限公司（浙江）", "新昌县", 2200],
        ["鼎晟", "新昌县", 10],
        ["新昌县莫须有航天器材有限公司", "新昌县", 20],
    ])  # fmt: skip


@form("16-各县市区指标.xlsx")
def by_county(book: openpyxl.Workbook) -> None:
    """No enterprises: a county in every row, one by its old name, one by a code Excel made a number of, one unknown."""
    page = book.active
    page.title = "分县"
    lay(page, [
        ["2024年1-6月各县（市、区）主要指标"],
        ["地区", "营业收入", None, "税收（万元）"],
        [None, "本年累计（亿元）", "同比增长（%）"],
        ["全市合计", 1211, None, 5125],
        ["越城区", 300.5, 4.1, 1200],
        ["绍兴县", 410, -2.5, 1800],
        ["上虞", 260, 3, 990],
        ["330624.0", 60.5, "－", 235],
        ["嵊州市", 80, 5.2, 400],
        ["滨海新区", 100, 6, 500],
        ["注：滨海新区单列。"],
    ])  # fmt: skip
    merge(page, "A1:D1", "A2:A3", "B2:C2", "D2:D3")


def main() -> int:
    """Write every form, and the CSV an office saved in GBK."""
    OUT.mkdir(parents=True, exist_ok=True)
    for name, fill in FORMS.items():
        book = openpyxl.Workbook()
        fill(book)
        book.save(OUT / name)
    lines = [
        "新昌县规上企业二季度税收,,,", "企业名称,统一社会信用代码,2024年二季度税收（万元）,备注",
        f'{name_of("云岭")},{code_of("云岭")},"1,015.5",', f"{name_of('沃洲')},{code_of('沃洲')},22,快报", "合计,,1037.5,",
    ]  # fmt: skip
    (OUT / "15-GBK.csv").write_bytes("\r\n".join(lines).encode("gbk"))
    print(f"{len(FORMS) + 1} forms in {OUT.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
