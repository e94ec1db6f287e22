"""退回的工作簿 the workbook handed back: wrong cells coloured and commented, listed on a first sheet, all else as it was.

What was coloured before and is right now gets its own colour back, so that a workbook can go to and fro.
"""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from jiqun.core.errors import InputError
from jiqun.lake.forms.sheets import MARKED

TITLE = "导入问题"
AUTHOR = "jiqun"
COLOURS = {"error": "FFF4B6B6", "flag": "FFFCE7A8", "total": "FFFBD0A5", "filled": "FFCDEBD0"}
HEAD_ROW = 4
MOST_CELLS = 400_000
WIDTHS = (6, 14, 9, 22, 26, 34, 60)
_KEPT = 9
"""First of the hidden columns that remember each marked cell: sheet, cell, colour, comment and who wrote it."""


@dataclass(frozen=True)
class Mark:
    """One cell to mark.

    kind   error | flag | total | filled
    text   what is said of it
    value  what is written into it, when the ledger knows it and the cell is empty
    line   its line in the list: what, seen, allowed; empty for a cell that is only filled in
    """

    sheet: str
    row: int
    cell: str
    kind: str
    text: str
    column: str = ""
    seen: str = ""
    allowed: str = ""
    value: str = ""


@dataclass(frozen=True)
class Cover:
    """What stands above the list: a title, what to do, the headings of its columns, and the batches it belongs to.

    lost  what of the office's own workbook this copy lacks, as a sentence; empty when it is whole
    """

    title: str
    help: str
    heads: Sequence[str]
    batches: Sequence[str] = ()
    lost: str = ""


@dataclass(frozen=True)
class _Before:
    """How a cell was before it was marked: its colour, and the comment somebody else left there."""

    colour: str = ""
    comment: str = ""
    author: str = ""


def batches_in(path: Path) -> tuple[str, ...]:
    """Batches a returned workbook belongs to; none for any other file."""
    from python_calamine import CalamineWorkbook

    with path.open("rb") as file:
        if file.read(2) != b"PK":
            return ()
    book = CalamineWorkbook.from_path(str(path))
    if book.sheet_names[:1] != [TITLE]:
        return ()
    rows = book.get_sheet_by_index(0).to_python(nrows=1)
    told = str(rows[0][0]) if rows and rows[0] else ""
    return (
        tuple(part for part in told.removeprefix(MARKED).split()[1:] if part)
        if told.startswith(MARKED)
        else ()
    )


def write_back(source: Path, target: Path, marks: Iterable[Mark], cover: Cover, *, file: str = "") -> int:
    """Write a copy of the workbook with the marks; gives how many lines its list has.

    InputError gate.cannot_return: not an XLSX, or too large to be written back
    """
    import openpyxl

    try:
        with source.open("rb") as stream:
            book = openpyxl.load_workbook(stream)
    except Exception as error:  # noqa: BLE001 - the library raises whatever it stumbles over
        raise InputError("gate.cannot_return", file=file or source.name, reason=str(error)[:200]) from None
    if sum((page.max_row or 0) * (page.max_column or 0) for page in book.worksheets) > MOST_CELLS:
        raise InputError("gate.cannot_return", file=file or source.name, reason=f"> {MOST_CELLS:,} cells")
    _restore(book)
    before: dict[tuple[str, str], _Before] = {}
    told = [(mark, before.setdefault((mark.sheet, mark.cell), _before(book, mark))) for mark in marks]
    for mark, _ in told:
        _put(book, mark)
    _list(book, told, cover)
    book.save(target)
    return sum(1 for mark, _ in told if mark.kind != "filled")


def _restore(book: Any) -> None:
    """Take away what an earlier list marked: comments of ours, and the colours, as the list remembers them."""
    if TITLE not in book.sheetnames:
        return
    page = book[TITLE]
    for row in page.iter_rows(min_row=HEAD_ROW + 1, min_col=_KEPT, max_col=_KEPT + 4, values_only=True):
        sheet, cell, *was = (str(value or "") for value in row)
        if sheet in book.sheetnames and cell:
            _plain(book[sheet][cell], _Before(*was))
    del book[TITLE]


def _plain(cell: Any, before: _Before) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    cell.fill = PatternFill("solid", fgColor=before.colour) if before.colour else PatternFill()
    if getattr(cell, "comment", None) is not None and cell.comment.author == AUTHOR:
        cell.comment = Comment(before.comment, before.author) if before.comment else None


def _before(book: Any, mark: Mark) -> _Before:
    """How a cell is now; nothing for a cell that is not there."""
    if mark.sheet not in book.sheetnames or not mark.cell:
        return _Before()
    cell = _anchor(book[mark.sheet], mark.cell)
    told = cell.fill.fgColor.rgb if cell.fill is not None and cell.fill.patternType == "solid" else ""
    said = cell.comment
    return _Before(
        told if isinstance(told, str) else "", said.text if said else "", (said.author or "") if said else ""
    )


def _put(book: Any, mark: Mark) -> None:
    """Mark a cell: colour, comment, and what the ledger knows where the cell is empty."""
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    if mark.sheet not in book.sheetnames or not mark.cell:
        return
    cell = _anchor(book[mark.sheet], mark.cell)
    cell.fill = PatternFill("solid", fgColor=COLOURS[mark.kind])
    said = cell.comment.text + "\n" if cell.comment is not None else ""
    cell.comment = Comment(said + mark.text, AUTHOR, width=320, height=120)
    if mark.value and cell.value in (None, ""):
        cell.value = mark.value
        cell.number_format = "@"


def _anchor(page: Any, cell: str) -> Any:
    """The cell itself, or the first of the merged cells it lies in."""
    for area in page.merged_cells.ranges:
        if cell in area:
            return page.cell(area.min_row, area.min_col)
    return page[cell]


def _instructions(page: Any, cover: Cover) -> None:
    """What to do, and under it what this copy lacks, which must not be cut off by the edge of a cell."""
    from openpyxl.styles import Alignment

    page["A3"] = f"{cover.help}\n{cover.lost}".strip()
    if cover.lost:
        page.merge_cells(start_row=3, start_column=1, end_row=3, end_column=len(WIDTHS))
        page["A3"].alignment = Alignment(wrap_text=True, vertical="top")
        page.row_dimensions[3].height = 48


def _list(book: Any, told: Sequence[tuple[Mark, _Before]], cover: Cover) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    page = book.create_sheet(TITLE, 0)
    book.active = 0
    for other in book.worksheets[1:]:
        other.sheet_view.tabSelected = False
    page["A1"] = " ".join((f"{MARKED}{TITLE}", *cover.batches))
    page["A1"].font = Font(color="FF999999", size=8)
    page["A2"] = cover.title
    page["A2"].font = Font(bold=True, size=14)
    _instructions(page, cover)
    for n, (head, width) in enumerate(zip(cover.heads, WIDTHS, strict=True), start=1):
        page.cell(HEAD_ROW, n, head).font = Font(bold=True)
        page.column_dimensions[page.cell(HEAD_ROW, n).column_letter].width = width
    row = HEAD_ROW
    for number, (mark, before) in enumerate(told, start=1):
        row += 1
        for n, text in enumerate(
            (number, mark.sheet, mark.cell or mark.row, mark.column, mark.seen, mark.allowed, mark.text), 1
        ):
            cell = page.cell(row, n)
            cell.value = text
            if isinstance(text, str):
                cell.data_type = "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        page.cell(row, 3).fill = PatternFill("solid", fgColor=COLOURS[mark.kind])
        if mark.cell and mark.sheet in book.sheetnames:
            quoted = mark.sheet.replace("'", "''")
            page.cell(row, 3).hyperlink = f"#'{quoted}'!{mark.cell}"
        for n, text in enumerate((mark.sheet, mark.cell, *astuple(before)), start=_KEPT):
            page.cell(row, n, text).data_type = "s"
    for n in range(_KEPT, _KEPT + 5):
        page.column_dimensions[page.cell(HEAD_ROW, n).column_letter].hidden = True
    page.freeze_panes = page.cell(HEAD_ROW + 1, 1)
