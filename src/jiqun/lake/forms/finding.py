"""找表 finding tables: where the tables of a sheet begin and end, one below the other and side by side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from jiqun.lake.files import told_apart
from jiqun.lake.forms.headers import (
    JOIN,
    clean,
    header_end,
    header_score,
    is_meta_row,
    joined,
    may_be_header,
    texts_of,
)
from jiqun.lake.forms.rows import sorted_rows
from jiqun.lake.forms.sheets import Sheet
from jiqun.lake.forms.tables import FormColumn, FormTable
from jiqun.lake.forms.words import Words, is_serial, names_subject

LOOK = 14
TITLE_CELLS = 2


@dataclass(frozen=True)
class Span:
    """Rows of one table: titles above, header, data; `end` is the row after its last."""

    titles: int
    top: int
    bottom: int
    data: int
    end: int


def find_tables(sheet: Sheet, words: Words, *, hidden: bool = False) -> list[FormTable]:
    """The tables of a sheet, from the top down and from left to right; one without rows of data is none.

    hidden  take hidden rows too
    """
    filled = [count_filled(row) for row in sheet.rows]
    found: list[FormTable] = []
    for span in _spans(sheet, words, filled):
        titles = tuple(
            text
            for row in sheet.rows[span.titles : span.top]
            for text in dict.fromkeys(texts_of(row).values())
        )
        for table in _across(sheet, span, titles, hidden=hidden):
            if table.data:
                found.append(table)
    if any(header_score(table.names, words) for table in found):
        return [one for one in found if len(one.columns) > 1 or header_score(one.names, words)]
    return found


def count_filled(row: Sequence[object]) -> int:
    """How many cells of a row hold something; quick for the long rows of long sheets."""
    count = len(row) - row.count("")
    if count > 4 and not (isinstance(row[0], str) and row[0].isspace()):
        return count
    return sum(1 for cell in row if cell is not None and not (isinstance(cell, str) and not cell.strip()))


def _spans(sheet: Sheet, words: Words, filled: Sequence[int]) -> Iterator[Span]:
    starts = list(_starts(sheet, words, filled))
    for n, (top, titles) in enumerate(starts):
        bottom, after = header_end(sheet, top, words)
        end = starts[n + 1][1] if n + 1 < len(starts) else len(sheet.rows)
        yield Span(titles, top, bottom, after + 1, end)


def _starts(sheet: Sheet, words: Words, filled: Sequence[int]) -> Iterator[tuple[int, int]]:
    """(first row of a header, first row of the titles above it) of every table."""
    top = _first_header(sheet, words, filled)
    if top is None:
        return
    yield top, 0
    first = list(texts_of(sheet.rows[top]).values())
    bottom, _ = header_end(sheet, top, words)
    for row in range(bottom + 2, len(filled)):
        if filled[row] < 2 or filled[row - 1] > TITLE_CELLS or row <= bottom:
            continue
        texts = list(texts_of(sheet.rows[row]).values())
        if not _is_header(texts, words) or (texts == first and filled[row - 1]):
            continue
        yield row, _title_start(filled, row, bottom)
        first, bottom = texts, header_end(sheet, row, words)[0]


def _is_header(texts: Sequence[str], words: Words) -> bool:
    """A header in the middle of a sheet is one beyond doubt: two or more of its texts, and half of them, name columns."""
    if len(texts) < 2 or not may_be_header(texts) or is_meta_row(texts):
        return False
    score = header_score(texts, words)
    return score >= 2 and score * 2 >= len(texts)


def _title_start(filled: Sequence[int], top: int, least: int) -> int:
    """First of the rows with a text or two that stand right above a header, below an empty row."""
    row = top
    while row - 1 > least and 0 < filled[row - 1] <= TITLE_CELLS:
        row -= 1
    return row


def _first_header(sheet: Sheet, words: Words, filled: Sequence[int]) -> int | None:
    """The row the first header begins in: one that names columns, else the first with more than one text."""
    rows = [n for n, count in enumerate(filled[: 400 + LOOK]) if count][:LOOK]
    if not rows:
        return next((n for n, count in enumerate(filled) if count), None)
    told = {n: list(texts_of(sheet.rows[n]).values()) for n in rows}
    best = [(header_score(texts, words), n) for n, texts in told.items() if may_be_header(texts)]
    good = [n for score, n in best if score * 2 >= len(told[n]) and _outweighs(told, n, words)]
    if good:
        return good[0]
    several = [n for n in rows if filled[n] > 1 and not is_meta_row(told[n])]
    return several[0] if several else rows[0]


def _outweighs(told: dict[int, list[str]], row: int, words: Words) -> bool:
    """Not a title: it names two columns, or one and no wider row around names any."""
    texts = told[row]
    score = header_score(texts, words)
    if is_meta_row(texts) and score < 3:
        return False
    if score >= 2:
        return True
    wider = any(len(other) > len(texts) and header_score(other, words) for other in told.values())
    return score == 1 and (len(texts) > 1 or not wider) and len(texts[0]) <= 20


def _across(sheet: Sheet, span: Span, titles: tuple[str, ...], *, hidden: bool) -> Iterator[FormTable]:
    """The table, or the several that stand side by side under one header row."""
    width = max((len(row) for row in sheet.rows[span.top : span.bottom + 1]), default=0)
    parts = joined(sheet, span.top, span.bottom, width)
    groups = _groups(sheet, span, parts)
    for left, right in groups:
        whole = len(groups) == 1
        rows = sorted_rows(sheet, span, (left, right), whole=whole, header=parts, hidden=hidden)
        columns = _columns(sheet, parts, left, right, rows.data)
        yield FormTable(
            sheet.title, titles, columns, (sheet.number(span.top), sheet.number(span.bottom)), left,
            rows.data, rows.totals, rows.left_out,
        )  # fmt: skip


def _columns(
    sheet: Sheet,
    parts: Sequence[tuple[str, ...]],
    left: int,
    right: int,
    data: Sequence[tuple[int, Sequence[object]]],
) -> tuple[FormColumn, ...]:
    names = told_apart([JOIN.join(parts[n]) for n in range(left, right + 1)], data, first=left)
    return tuple(
        FormColumn(
            name, place, parts[place], place in sheet.marks.hidden_columns, bool(name) and is_serial(name)
        )
        for place, name in enumerate(names, start=left)
    )


def _groups(sheet: Sheet, span: Span, parts: Sequence[tuple[str, ...]]) -> list[tuple[int, int]]:
    """First and last column of each table under this header: parted by an empty column, or by the header beginning anew."""
    last = max((n for n, part in enumerate(parts) if part), default=0)
    named = [n for n, part in enumerate(parts) if part and names_subject(part[-1])]
    if len(named) < 2:
        return [(0, len(parts) - 1)]
    gaps = [n for n in range(1, last) if not parts[n] and _is_empty(sheet, span, n)]
    pieces = _between(gaps, last)
    told = [piece for piece in pieces if any(piece[0] <= n <= piece[1] for n in named)]
    if len(told) > 1 and len(told) == len(pieces):
        return pieces
    period = _period(["/".join(part) for part in parts[: last + 1]])
    return [(n, n + period - 1) for n in range(0, last + 1, period)] if period else [(0, len(parts) - 1)]


def _is_empty(sheet: Sheet, span: Span, column: int) -> bool:
    rows = sheet.rows[span.data : span.end]
    return all(column >= len(row) or not clean(row[column]) for row in rows)


def _between(gaps: Sequence[int], last: int) -> list[tuple[int, int]]:
    edges = [-1, *gaps, last + 1]
    pieces = [(a + 1, b - 1) for a, b in pairwise(edges)]
    return [piece for piece in pieces if piece[0] <= piece[1]]


def _period(names: Sequence[str]) -> int:
    """After how many columns a header begins anew; 0 when it does not."""
    for size in range(2, len(names) // 2 + 1):
        if len(names) % size == 0 and all(names[n] == names[n % size] for n in range(len(names))):
            return size
    return 0
