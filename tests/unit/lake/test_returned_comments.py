"""What an office had written beside a cell is there again when the cell is right."""

from pathlib import Path

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from jiqun.lake.forms.returned import COLOURS, Cover, Mark, write_back

COVER = Cover("导入问题", "改好后再拖进来", ("序号", "工作表", "单元格", "列", "原值", "允许", "说明"))
GREEN = "FF00FF00"


def test_an_offices_own_comment_and_colour_come_back(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    page.title = "月报"
    page["B2"] = "一千"
    page["B2"].comment = Comment("=老王说以电表为准", "老王")
    page["B2"].fill = PatternFill("solid", fgColor=GREEN)
    office, marked, again = (tmp_path / f"{name}.xlsx" for name in ("office", "marked", "again"))
    book.save(office)
    wrong = Mark("月报", 2, "B2", "error", "不是数", column="用电量", seen="一千")

    assert write_back(office, marked, [wrong, wrong], COVER) == 2
    cell = openpyxl.load_workbook(marked)["月报"]["B2"]
    assert cell.fill.fgColor.rgb == COLOURS["error"]
    assert cell.comment.text.startswith("=老王说以电表为准") and "不是数" in cell.comment.text

    assert write_back(marked, again, [], COVER) == 0
    cell = openpyxl.load_workbook(again)["月报"]["B2"]
    assert (cell.comment.text, cell.comment.author) == ("=老王说以电表为准", "老王")
    assert cell.fill.fgColor.rgb == GREEN
