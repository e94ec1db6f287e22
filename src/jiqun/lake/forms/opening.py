"""打开表格 opening forms: a file as it lies there becomes its tables, with what was noticed on the way."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jiqun.core.errors import InputError
from jiqun.lake.files import HandedIn, Limits, Unread, look_at, text_lines
from jiqun.lake.forms.finding import find_tables
from jiqun.lake.forms.sheets import Sheet, text_sheet, workbook_sheets
from jiqun.lake.forms.tables import FormTable
from jiqun.lake.forms.words import Words


@dataclass(frozen=True)
class FormFile:
    """A handed-in file and its tables.

    tables         in the order they stand in
    hidden_sheets  titles of sheets nobody sees, left out
    """

    file: str
    sha256: str
    size: int
    tables: tuple[FormTable, ...]
    notes: tuple[tuple[str, str], ...] = ()
    encoding: str = "utf-8"
    delimiter: str = ","
    hidden_sheets: tuple[str, ...] = ()

    def handed_in(self, at: int = 0) -> HandedIn:
        """One of the tables as the gates take it."""
        table = self.tables[at]
        return HandedIn(
            self.file, self.sha256, self.size, table.names, table.text_rows, self.notes, table.sheet, self.encoding,
            self.delimiter, table,
        )  # fmt: skip


def open_form(
    path: Path,
    limits: Limits,
    *,
    name: str = "",
    sheet: str = "",
    words: Words | None = None,
    hidden: bool = False,
    most: int = 0,
) -> FormFile:
    """Read a file into its tables.

    name    what the person called the file, when `path` is a stored copy
    sheet   read this sheet alone, be it hidden or not
    hidden  take hidden rows too
    most    stop once so many tables are found; 0 reads all
    InputError: gate.too_large, gate.zip_bomb, gate.empty_file, gate.not_a_table, gate.unreadable, gate.unclosed_quote
    """
    seen = look_at(path, limits, name=name)
    passed: list[str] = []
    notes: list[tuple[str, str]] = []
    encoding, delimiter = "xlsx", ""
    if seen.is_workbook:
        sheets = workbook_sheets(path, seen.file, sheet=sheet, unpacked=limits.unpacked)
    else:
        lines, encoding, delimiter, notes = text_lines(path, seen, limits)
        sheets = iter([text_sheet(lines)])
    tables: list[FormTable] = []
    for one in _watched(sheets, seen):
        if isinstance(one, str):
            passed.append(one)
            continue
        tables.extend(find_tables(one, words or Words(), hidden=hidden))
        if most and len(tables) >= most:
            break
    if not tables:
        raise InputError("gate.empty_file", file=seen.file)
    return FormFile(
        seen.file, seen.sha256, seen.size, tuple(tables), tuple(notes), encoding, delimiter, tuple(passed)
    )


def _watched(sheets: Iterator[Sheet | str], seen: Unread) -> Iterator[Sheet | str]:
    """The sheets; what goes wrong inside a library is said of the file."""
    try:
        yield from sheets
    except InputError:
        raise
    except BaseException as error:
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise InputError("gate.unreadable", file=seen.file, reason=str(error)) from None
        raise


def open_table(
    path: Path,
    limits: Limits,
    *,
    name: str = "",
    sheet: str = "",
    words: Words | None = None,
    table: int = 0,
    hidden: bool = False,
) -> HandedIn:
    """One table of a file; the first one with a header and a row of data unless told otherwise.

    InputError as `open_form`; gate.no_such_table
    """
    form = open_form(path, limits, name=name, sheet=sheet, words=words, hidden=hidden, most=table + 1)
    if table >= len(form.tables):
        raise InputError(
            "gate.no_such_table", file=form.file, seen=table + 1, allowed=f"1–{len(form.tables)}"
        )
    return form.handed_in(table)
