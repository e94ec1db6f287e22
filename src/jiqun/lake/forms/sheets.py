"""工作表 sheets: the cells of one sheet (or of one text file) with what is hidden and merged in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jiqun.lake.forms.marks import Marks, sheet_marks
from jiqun.lake.percent_cells import percent_cells
from jiqun.lake.workbooks import checked_workbook

MARKED = "jiqun:"
"""First cell of sheets of our own: the list of errors, the explanations of a template. They are no tables."""
Cells = Sequence[object]


@dataclass(frozen=True)
class Sheet:
    """One sheet: rows of cells as they are held (text, numbers, dates), row n of the spreadsheet at n - 1.

    numbers  row numbers where they are not simply 1, 2, 3 …
    """

    title: str
    rows: Sequence[Cells]
    marks: Marks = field(default_factory=Marks)
    numbers: Sequence[int] | None = None

    def number(self, row: int) -> int:
        """The number a spreadsheet shows beside this row."""
        return self.numbers[row] if self.numbers else row + 1


def text_sheet(lines: Iterator[tuple[int, list[str]]]) -> Sheet:
    """The rows of a text file as one sheet."""
    numbered = list(lines)
    return Sheet("", [cells for _, cells in numbered], numbers=[number for number, _ in numbered])


def workbook_sheets(path: Path, shown: str, *, sheet: str, unpacked: int) -> Iterator[Sheet | str]:
    """The visible sheets one after the other (or the one asked for); a hidden sheet's title alone.

    InputError: gate.zip_bomb, gate.not_a_table, gate.unreadable, gate.no_such_sheet
    """
    book = checked_workbook(path, shown, unpacked=unpacked)
    if sheet and sheet not in book.titles:
        book.refuse_sheet(sheet)
    for title in [sheet] if sheet else book.titles:
        if not sheet and title not in book.visible:
            yield title
            continue
        grid = book.grid(title)
        if _is_ours(grid):
            continue
        if book.is_zip:
            for row, column in percent_cells(path, title):
                _as_percent(grid, row, column)
        yield Sheet(title, grid, sheet_marks(path, title) if book.is_zip else Marks())


def _is_ours(grid: Sequence[Cells]) -> bool:
    first = grid[0][0] if grid and grid[0] else ""
    return isinstance(first, str) and first.startswith(MARKED)


def _as_percent(grid: list[list[object]], row: int, column: int) -> None:
    """Make 0.75 the 75% a person sees."""
    cell = grid[row][column] if row < len(grid) and column < len(grid[row]) else None
    if isinstance(cell, float):
        grid[row][column] = f"{cell * 100:.13g}%"
