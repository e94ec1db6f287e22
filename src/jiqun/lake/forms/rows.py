"""行 rows of a table: which are data, which sum others, which are notes, headings, examples or hidden."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jiqun.lake.forms.headers import texts_of
from jiqun.lake.forms.sheets import Cells, Sheet
from jiqun.lake.forms.tables import LeftOut, NumberedCells, TotalRow
from jiqun.lake.forms.words import (
    is_example,
    is_firm,
    is_note,
    is_section,
    is_signature,
    names_subject,
    total_kind,
)

if TYPE_CHECKING:
    from jiqun.lake.forms.finding import Span

SHOWN = 60
LABELS = 3
LONG_NOTE = 24
_ENDS = frozenset("计）):：")
_FIRM_ENDS, _EXAMPLE_STARTS = frozenset("司厂店社"), frozenset("示例eE ")
_STARTS = frozenset(
    "合小总累共其注说备附填制审单报联经*※★▲一二三四五六七八九十（(示例0123456789（tTsSeE数资来指"
)


@dataclass
class Sorted:
    """Rows of a table by what they are."""

    data: list[NumberedCells] = field(default_factory=list)
    totals: tuple[TotalRow, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


def sorted_rows(
    sheet: Sheet,
    span: "Span",
    columns: tuple[int, int],
    *,
    whole: bool,
    header: Sequence[tuple[str, ...]],
    hidden: bool,
) -> Sorted:
    """Sort the rows below a header.

    columns  first and last column of the table; whole: it has the sheet's rows to itself
    header   parts of the header of every column of the sheet
    hidden   take hidden rows too
    """
    sorter = _Sorter(sheet, span, columns, whole, header)
    sorter.hidden = frozenset() if hidden else sheet.marks.hidden_rows
    return sorter.sort()


class _Sorter:
    def __init__(
        self,
        sheet: Sheet,
        span: "Span",
        columns: tuple[int, int],
        whole: bool,
        header: Sequence[tuple[str, ...]],
    ) -> None:
        self.sheet, self.span, self.whole = sheet, span, whole
        self.left, self.right = columns
        own = header[self.left : self.right + 1]
        self.width = sum(1 for part in own if part)
        named = [n for n, part in enumerate(own) if part and names_subject(part[-1])]
        first = next((n for n, part in enumerate(own) if part), 0)
        self.key = named[0] if named else first
        self.reach = range(max(self.key + 1, min(LABELS, len(own))) if not named else self.key + 1)
        self.heads = {text for part in own if part for text in part}
        self.first_texts = [part[0] for part in own if part]
        self.headed = {column for column, part in enumerate(own) if part}
        self.hidden: frozenset[int] = frozenset()
        self.merged = {area.top for area in sheet.marks.merges if area.right > area.left}
        self.sorted = Sorted()
        self.totals: list[TotalRow] = []
        self.left_out: list[LeftOut] = []

    def sort(self) -> Sorted:
        """Go through the rows once."""
        sheet, hidden = self.sheet, self.hidden
        left, right, whole = self.left, self.right, self.whole
        data, reach = self.sorted.data, self.reach
        for n in range(self.span.data, self.span.end):
            cells = sheet.rows[n] if whole else sheet.rows[n][left : right + 1]
            count = len(cells) - cells.count("")
            if not count or (count <= 4 and not texts_of(cells)):
                continue
            if hidden and n in hidden:
                self._leave(n, "hidden", cells)
            elif count > 2 and not self._is_odd(cells, reach):
                data.append((sheet.number(n), cells))
            else:
                self._place(n, cells)
        self._trailing()
        self.sorted.totals, self.sorted.left_out = tuple(self.totals), tuple(self.left_out)
        return self.sorted

    def _is_odd(self, cells: Cells, reach: range) -> bool:
        """Worth a closer look? A quick look at the cells up to the one that names the row."""
        for n in reach:
            cell = cells[n] if n < len(cells) else ""
            if (
                type(cell) is not str
                or not cell
                or (cell[-1] in _FIRM_ENDS and cell[0] not in _EXAMPLE_STARTS)
            ):
                continue
            if cell[-1] in _ENDS or cell[0] in _STARTS or cell[0] == " ":
                return True
        key = cells[self.key] if self.key < len(cells) else ""
        return type(key) is str and key in self.heads

    def _leave(self, n: int, kind: str, cells: Cells) -> None:
        text = " ".join(texts_of(cells).values())[:SHOWN]
        self.left_out.append(LeftOut(self.sheet.number(n), kind, text))

    def _place(self, n: int, cells: Cells) -> None:
        texts = texts_of(cells)
        labels = [texts[c] for c in self.reach if c in texts]
        total = next(filter(None, map(total_kind, labels)), "")
        number = self.sheet.number(n)
        if total and not self._has_code(texts):
            self.totals.append(TotalRow(number, total, labels[0], len(self.sorted.data), cells))
        elif kind := self._no_data(n, texts, labels):
            self._leave(n, kind, cells)
        else:
            self.sorted.data.append((number, cells))

    def _has_code(self, texts: dict[int, str]) -> bool:
        return any(len(text) == 18 and text.isalnum() and text.isascii() for text in texts.values())

    def _no_data(self, n: int, texts: dict[int, str], labels: Sequence[str]) -> str:
        """What a row is that holds no data; empty for data."""
        told = list(texts.values())
        first = told[0]
        if labels and any(map(is_example, labels)):
            return "example"
        if self.width > 1 and told == self.first_texts[: len(told)] and len(told) > 1:
            return "header"
        if any(map(is_signature, told)) and len(told) <= max(4, self.width // 2 + 1):
            return "note"
        if self.width > 2 and len(set(told)) == 1:
            return self._single(first, at=next(iter(texts)), merged=n in self.merged)
        return ""

    def _single(self, text: str, *, at: int, merged: bool) -> str:
        """A row with one text, in a table of several columns: a note, a heading before the names or across the row."""
        if is_note(text) and not (at == self.key and is_firm(text)):
            return "note"
        if at not in self.headed and not text.replace(".", "").isdigit():
            return "note"
        if is_section(text):
            return "section"
        if (at < self.key and not text.replace(".", "").isdigit()) or (merged and not is_firm(text)):
            return "section"
        return ""

    def _trailing(self) -> None:
        """The last rows, when they hold one long text that names no enterprise: notes under the table."""
        data = self.sorted.data
        while len(data) > 1 and self.width > 2:
            number, cells = data[-1]
            texts = list(texts_of(cells).values())
            if len(texts) != 1 or is_firm(texts[0]) or len(texts[0]) < LONG_NOTE:
                return
            data.pop()
            self.left_out.append(LeftOut(number, "note", texts[0][:SHOWN]))
