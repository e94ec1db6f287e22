"""表头 headers: how many rows a header has, and the text of each column joined from them ("营业收入/本年累计")."""

import re
from collections.abc import Sequence

from jiqun.lake.cell_words import parse_amount
from jiqun.lake.forms.sheets import Sheet
from jiqun.lake.forms.words import Words, is_firm, is_index_row, is_labelled, names_subject
from jiqun.lake.workbooks import cell_text

TALLEST = 5
LONGEST = 60
JOIN = "/"
_CODE = re.compile(r"[0-9A-Z]{15,}")
_YEAR = re.compile(r"(19|20)\d\d|[1-9]|1[0-2]")
_GAP = re.compile(r"\s+")
_WIDE = r"[\u2e80-\u9fff（）：、，。％\uff00-\uffef]"
_BETWEEN = re.compile(rf"(?<={_WIDE}) (?={_WIDE})")


def clean(cell: object) -> str:
    """A header cell as one line; blanks inside Chinese words (营 业 收 入) are no part of them."""
    text = cell.strip() if isinstance(cell, str) else cell_text(cell)
    if text.isascii() and "\n" not in text:
        return text
    return _BETWEEN.sub("", _GAP.sub(" ", text)).strip()


def texts_of(cells: Sequence[object]) -> dict[int, str]:
    """Column → text of the cells that are not empty."""
    found = {n: clean(cell) for n, cell in enumerate(cells) if cell != "" and cell is not None}
    return {n: text for n, text in found.items() if text}


def may_be_header(texts: Sequence[str]) -> bool:
    """Could these texts stand in a header? No amounts but years and months, no codes, no firms, nothing long."""
    for text in texts:
        if len(text) > LONGEST or _CODE.fullmatch(text):
            return False
        if parse_amount(text) is not None and not _YEAR.fullmatch(text):
            return False
        if len(text) > 6 and is_firm(text) and not names_subject(text):
            return False
    return bool(texts)


def header_score(texts: Sequence[str], words: Words) -> int:
    """How many of the texts name a column."""
    return sum(1 for text in texts if words.names_a_column(text))


def is_meta_row(texts: Sequence[str]) -> bool:
    """填报单位：… 单位：万元 …: a row above the header that tells about the whole form."""
    return len(texts) <= 6 and any(map(is_labelled, texts)) and not any(map(names_subject, texts))


def header_end(sheet: Sheet, top: int, words: Words) -> tuple[int, int]:
    """Last row of the header that begins at `top`, and the last row before the data (a row of column numbers is neither)."""
    bottom = max((area.bottom for area in sheet.marks.merges if area.top == top), default=top)
    bottom = min(bottom, top + TALLEST - 1)
    spans = [a for a in sheet.marks.merges if top <= a.top <= a.bottom <= top + TALLEST and a.right > a.left]
    while bottom + 1 < len(sheet.rows) and bottom - top + 1 < TALLEST:
        is_parent = any(area.bottom == bottom for area in spans if area.top >= top)
        if not _continues(sheet, top, bottom, words, is_parent=is_parent):
            break
        bottom += 1
    after = bottom
    if after + 1 < len(sheet.rows) and is_index_row(texts_of(sheet.rows[after + 1]).values()):
        after += 1
    return bottom, after


def _continues(sheet: Sheet, top: int, bottom: int, words: Words, *, is_parent: bool) -> bool:
    """Is the row below still header? It fills what the rows above leave open, and never the column that names the rows."""
    below = texts_of(sheet.rows[bottom + 1])
    above = texts_of(sheet.rows[bottom])
    first = texts_of(sheet.rows[top])
    if not below or not may_be_header(list(below.values())) or is_index_row(below.values()):
        return False
    keys = [n for n, text in first.items() if names_subject(text)] or sorted(first)[:1]
    if any(n in below for n in keys):
        return False
    if all(map(words.is_unit, below.values())):
        return True
    if len(below) == 1 and not is_parent:
        return False
    opens = any(n not in above for n in below) or is_parent
    return opens and (is_parent or header_score(list(below.values()), words) * 2 >= len(below))


def joined(sheet: Sheet, top: int, bottom: int, width: int) -> list[tuple[str, ...]]:
    """Parts of the header text of every column, from the top down, none twice in a row."""
    rows = [_filled(sheet, row, (top, bottom), width) for row in range(top, bottom + 1)]
    found: list[tuple[str, ...]] = []
    for column in range(width):
        parts: list[str] = []
        for row in rows:
            text = row.get(column, "")
            if text and text not in parts[-1:]:
                parts.append(text)
        found.append(tuple(parts))
    return found


def _filled(sheet: Sheet, row: int, header: tuple[int, int], width: int) -> dict[int, str]:
    """The texts of one header row, merged cells spread over all they cover."""
    top, bottom = header
    texts = texts_of(sheet.rows[row])
    covered = [area for area in sheet.marks.merges if area.top <= row <= area.bottom and area.top >= top]
    for area in covered:
        text = clean(sheet.rows[area.top][area.left]) if area.left < len(sheet.rows[area.top]) else ""
        if text:
            texts.update((n, text) for n in range(area.left, min(area.right, width - 1) + 1))
    if row < bottom and not sheet.marks.merges:
        _spread(texts, sheet, row, header)
    return texts


def _spread(texts: dict[int, str], sheet: Sheet, row: int, header: tuple[int, int]) -> None:
    """Without marks of merging: a parent reaches right over the columns that have texts below and none above."""
    top, bottom = header
    above = {n for r in range(top, row) for n in texts_of(sheet.rows[r])}
    below = {n for r in range(row + 1, bottom + 1) for n in texts_of(sheet.rows[r])}
    parent = ""
    for column in range(max((*below, *texts), default=-1) + 1):
        if column in texts:
            parent = texts[column] if column in below else ""
        elif parent and column in below and column not in above:
            texts[column] = parent
        else:
            parent = ""
