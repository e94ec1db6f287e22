"""空白表样 blank forms: a workbook to fill in, with drop-downs, units, notes and an example row that is never read."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jiqun.lake.forms.sheets import MARKED

ROWS = 2000
LONGEST_LIST = 250
TEXT_TYPES = frozenset(("text", "code", "key", "region"))


@dataclass(frozen=True)
class BlankColumn:
    """One column of a blank form.

    head     header text, with its unit
    note     what it means, shown as a comment and on the page of explanations
    choices  what can be chosen; strict: is nothing else allowed?
    """

    head: str
    type: str
    required: bool
    note: str
    example: str = ""
    choices: Sequence[str] = ()
    strict: bool = False
    unit: str = ""


@dataclass(frozen=True)
class Blank:
    """A blank form: the name of its sheet, its columns, and the words of the page of explanations."""

    title: str
    columns: Sequence[BlankColumn]
    example_mark: str
    help_title: str
    help_heads: Sequence[str]
    help_lines: Sequence[str]
    yes_no: tuple[str, str]


def write_blank(blank: Blank, path: Path) -> None:
    """Write the workbook."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        page = book.add_worksheet(blank.title[:31])
        lists = _lists(book, blank)
        looks = {
            "head": book.add_format({"bold": True, "bg_color": "#DCE9F7", "border": 1, "text_wrap": True}),
            "must": book.add_format({"bold": True, "bg_color": "#FBE3C8", "border": 1, "text_wrap": True}),
            "example": book.add_format({"italic": True, "font_color": "#888888"}),
            "text": book.add_format({"num_format": "@"}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "number": book.add_format({"num_format": "General"}),
        }
        for n, column in enumerate(blank.columns):
            _column(page, n, column, looks, lists.get(n, ""))
            mark = blank.example_mark if n == 0 else ""
            page.write_string(1, n, mark + column.example, looks["example"])
        page.freeze_panes(1, 1)
        _explanations(book, blank, looks)


def _lists(book: Any, blank: Blank) -> dict[int, str]:
    """Long lists of choices on a hidden sheet; gives the range of each column that has one."""
    long = [(n, column) for n, column in enumerate(blank.columns) if _is_long(column)]
    if not long:
        return {}
    page = book.add_worksheet("_lists")
    page.hide()
    ranges: dict[int, str] = {}
    for at, (n, column) in enumerate(long):
        for row, choice in enumerate(column.choices):
            page.write_string(row, at, choice)
        letter = chr(65 + at)
        ranges[n] = f"='_lists'!${letter}$1:${letter}${len(column.choices)}"
    return ranges


def _is_long(column: BlankColumn) -> bool:
    return len(",".join(column.choices)) > LONGEST_LIST


def _column(page: Any, n: int, column: BlankColumn, looks: dict[str, Any], listed: str) -> None:
    look = "date" if column.type == "date" else "text" if column.type in TEXT_TYPES else "number"
    page.set_column(n, n, max(12, min(40, 2 * len(column.head) + 2)), looks[look])
    page.write_string(0, n, column.head, looks["must" if column.required else "head"])
    if column.note:
        page.write_comment(0, n, column.note, {"x_scale": 2, "author": "jiqun"})
    if column.choices:
        source: object = listed or list(column.choices)
        check = {
            "validate": "list",
            "source": source,
            "error_type": "stop" if column.strict else "information",
        }
        page.data_validation(1, n, ROWS, n, check)


def _explanations(book: Any, blank: Blank, looks: dict[str, Any]) -> None:
    page = book.add_worksheet(blank.help_title[:31])
    page.write_string(0, 0, f"{MARKED}{blank.help_title}", looks["example"])
    row = 1
    for line in blank.help_lines:
        page.write_string(row, 0, line)
        row += 1
    for n, (head, width) in enumerate(zip(blank.help_heads, (26, 10, 14, 60, 40, 24), strict=True)):
        page.write_string(row, n, head, looks["head"])
        page.set_column(n, n, width)
    for column in blank.columns:
        row += 1
        must = blank.yes_no[0] if column.required else blank.yes_no[1]
        shown = "、".join(column.choices[:12]) + ("…" if len(column.choices) > 12 else "")
        for n, text in enumerate((column.head, must, column.unit, column.note, shown, column.example)):
            page.write_string(row, n, text)
