"""表 tables of a form: one table as it was found on a sheet: its titles, columns, rows, totals, and what was left out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from jiqun.lake.files import letter_of
from jiqun.lake.workbooks import cell_text

Cells = Sequence[object]
NumberedCells = tuple[int, Cells]


@dataclass(frozen=True)
class FormColumn:
    """One column: its joined header text, where it stands, the parts the text was joined from.

    place  number of the column on the sheet, from nought
    """

    name: str
    place: int
    parts: tuple[str, ...] = ()
    hidden: bool = False
    serial: bool = False

    @property
    def letter(self) -> str:
        """The letter a spreadsheet shows above it."""
        return letter_of(self.place)


@dataclass(frozen=True)
class LeftOut:
    """A row that is no data: what it is and what stands in it.

    kind  note | section | hidden | example | header | index
    """

    row: int
    kind: str
    text: str


@dataclass(frozen=True)
class TotalRow:
    """A row that sums others; it is checked and never imported.

    kind    total | subtotal | of_which
    before  how many rows of the table stand above it
    """

    row: int
    kind: str
    label: str
    before: int
    cells: Cells


@dataclass(frozen=True)
class FormTable:
    """One table of a form.

    titles   texts above the header, in order; context: those of the sheet too, where the table has none of its own
    header   first and last row of its header, as the spreadsheet counts
    first    place of its first column; rows hold the cells from there on
    data     (row number, cells as they are held) of the rows that are data
    """

    sheet: str
    titles: tuple[str, ...]
    columns: tuple[FormColumn, ...]
    header: tuple[int, int]
    first: int
    data: Sequence[NumberedCells]
    totals: tuple[TotalRow, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, each once; empty for a column without header and content."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def text_rows(self) -> list[tuple[int, list[str]]]:
        """The rows as text a person would type."""
        return [(number, as_texts(cells)) for number, cells in self.data]

    def sample(self, most: int) -> list[list[str]]:
        """The first rows as text."""
        return [as_texts(cells) for _, cells in self.data[:most]]

    def cells_of(self, at: int) -> Iterator[object]:
        """What stands in a column (by its number in this table), row by row, empty cells left out."""
        for _, cells in self.data:
            cell = cells[at] if at < len(cells) else ""
            if cell != "" and cell is not None:
                yield cell

    def address(self, row: int, column: str) -> str:
        """The cell as a spreadsheet names it: G57; empty when the column is none of this table's."""
        for item in self.columns:
            if item.name == column and column:
                return f"{item.letter}{row}"
        return ""


def as_texts(cells: Cells) -> list[str]:
    """Cells as a person would type them."""
    return [cell if type(cell) is str else cell_text(cell) for cell in cells]
