"""`jiqun template` and `jiqun import` on office workbooks, as a person runs them."""

from pathlib import Path

import openpyxl
from cli_house import House

FORMS = Path(__file__).resolve().parents[2] / "fixtures" / "forms"
MAP = """ignored = ["序号"]
[rows]
without_code = "enter"
[[facts]]
column = "税收（万元）"
indicator = "tax"
unit = "万元"
period = "2024"
"""


def test_a_template_is_written(house: House, tmp_path: Path) -> None:
    out = tmp_path / "T.xlsx"
    house.run("template", "enterprise", "--out", out, "--indicator", "revenue", "--period", "2024")
    heads = [cell.value for cell in openpyxl.load_workbook(out).worksheets[0][1]]
    assert heads[0] == "name" and heads[-1] == "2024 营业收入 (万元)"  # the tests speak English


def test_a_workbook_with_a_wrong_total_is_imported_and_the_total_said(house: House, tmp_path: Path) -> None:
    told = tmp_path / "MAP.toml"
    told.write_text(MAP.replace("税收", "营业收入").replace('"tax"', '"revenue"'), encoding="utf-8")
    report = house.json("import", "enterprises", FORMS / "11-合计不符.xlsx", "--map", told, "--dry-run")
    assert (report["rows"], report["totals_checked"]) == (3, 1)
    (total,) = report["totals"]  # type: ignore[misc]
    assert (total["cell"], total["difference"]) == ("C2", "12")


def test_the_second_table_of_a_file_can_be_asked_for(house: House) -> None:
    report = house.json("import", "enterprises", FORMS / "04-一页两表.xlsx", "--table", "2", "--dry-run")
    assert report["rows"] == 2
    assert house.json(
        "import", "enterprises", FORMS / "04-一页两表.xlsx", "--table", "9", "--dry-run", code=10
    )["code"] == ("gate.no_such_table")
