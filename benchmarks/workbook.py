"""A workbook of 100,000 rows from drop to preview, beside python-calamine reading the same file.

ours       copied into the home, measured, hashed, read, its table found (titles, header, totals, notes), every column
           proposed with unit, period and confidence, the first rows kept: `uploads.receive`
baseline   `CalamineWorkbook.from_path(…).get_sheet_by_index(0).to_python()`: the cells and nothing else
"""

import random
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import ROUNDS, child, cli, django_home, line, median, report, seconds

ROWS = 100_000
HEADER = (
    "序号", "企业名称", "统一社会信用代码", "县(市、区)", "地址", "行业",
    "营业收入（万元）", "利润总额（万元）", "用电量（万千瓦时）",    "从业人员（人）", "研发强度（%）", "备注",
)  # fmt: skip


def main(folder: Path) -> None:
    """Measure in pairs, ours and baseline in turn."""
    path = folder / "规上企业.xlsx"
    write(path)
    pairs = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory(dir=folder) as home:
            cli(Path(home), "init", "--json")
            pairs.append(
                (child("workbook", "ours", str(path), home), child("workbook", "baseline", str(path)))
            )
    line(
        "workbook",
        rows=ROWS, columns=len(HEADER), runs=ROUNDS,
        ratio=median([a["seconds"] / b["seconds"] for a, b in pairs], 2), aim="<= 2.5",
        seconds=median([a["seconds"] for a, _ in pairs], 2), baseline_seconds=median([b["seconds"] for _, b in pairs], 2),
        peak_mb=median([a["peak_mb"] for a, _ in pairs], 1), baseline_peak_mb=median([b["peak_mb"] for _, b in pairs], 1),
    )  # fmt: skip


def write(path: Path) -> None:
    """The workbook: a title, a unit row, a header, rows, a total and a note."""
    import xlsxwriter

    chance = random.Random(3)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        page = book.add_worksheet("2024年")
        page.write_row(0, 0, ("2024年规上工业企业主要指标",))
        page.write_row(1, 0, ("填报单位：合成县经信局", "", "", "单位：万元"))
        page.write_row(2, 0, HEADER)
        for n in range(ROWS):
            page.write_row(
                3 + n, 0,
                (n + 1, f"合成县试样轴承{n}号有限公司", f"91330624MA2{n:06d}X", "新昌县", f"人民路{n}号", "轴承制造",
                 round(chance.uniform(10, 9000), 2), round(chance.uniform(-50, 900), 2), round(chance.uniform(1, 90), 2),
                 chance.randint(5, 900), round(chance.uniform(0, 12), 2), ""),
            )  # fmt: skip
        page.write_row(3 + ROWS, 0, ("合计",))
        page.write_row(4 + ROWS, 0, ("注：本表为合成数据。",))


def ours(path: str, home: str) -> None:
    """Drop to preview in a process that is warm (modules loaded, packs read)."""
    with django_home(Path(home)):
        from jiqun.actions import uploads
        from jiqun.actions.desk import desk
        from jiqun.actions.reading.imports import upload
        from jiqun.ledger.permissions import system

        opened, by = desk(), system("bench")
        _ = opened.form_words, opened.limits
        held: list[str] = []

        def drop() -> None:
            with Path(path).open("rb") as stream:
                told = uploads.HandIn("enterprises", Path(path).name)
                held.append(uploads.receive(opened, stream, told, by=by, at=opened.now()).id)
            upload(opened, by, held[0], lang="zh")

        took = seconds(drop)
        shown = upload(opened, by, held[0], lang="zh")
        if shown.upload.total != ROWS or len(shown.form.quantities) < 5:
            raise SystemExit(f"{shown.upload.total} rows, {len(shown.form.quantities)} quantities")
        report(seconds=took)


def baseline(path: str) -> None:
    """The cells alone."""
    from python_calamine import CalamineWorkbook

    report(seconds=seconds(lambda: CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()))


if __name__ == "__main__":
    {"ours": ours, "baseline": baseline}[sys.argv[1]](*sys.argv[2:])
