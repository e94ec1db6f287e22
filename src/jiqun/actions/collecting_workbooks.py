"""报送工作簿 workbooks of a collection: downloaded with what is known filled in, filled in, and handed in again.

For one respondent a row is a cell of the form; for an office that answers for many a row is a respondent. What is read
becomes a draft, judged like anything typed; a cell that was left as it stood in the download stays untouched.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jiqun.actions import collecting_answers
from jiqun.actions.collecting import cells_of
from jiqun.actions.collecting_answers import Typed
from jiqun.actions.collecting_known import Beforehand, beforehand
from jiqun.actions.collecting_rights import ANSWER, check_answer, within
from jiqun.actions.desk import Desk
from jiqun.brain.collecting.forms import Cell, period_of
from jiqun.brain.collecting.states import State, Verb, may
from jiqun.core.errors import InputError
from jiqun.core.facts import plain
from jiqun.core.indicators import Nature
from jiqun.core.periods import Period
from jiqun.lake.files import HandedIn, open_table
from jiqun.ledger import collection_answers, collections
from jiqun.ledger.collection_answers import Answer
from jiqun.ledger.collections import Collection
from jiqun.ledger.permissions import ANYWHERE, Actor, check, reach

CODE, NAME, WHY = "代码", "填报单位", "说明"
KEY, NOW, LAST = "编号", "本期", "上期"
ONE = (KEY, NAME, "指标", "单位", "时期", LAST, NOW, WHY)
SHEET = "报送 "
EXACT_DIGITS = 15
Line = tuple[Sequence[str], set[int]]


@dataclass(frozen=True)
class Read:
    """What a workbook brought: respondents with something new, and how many cells changed."""

    collection: str
    respondents: tuple[str, ...]
    changed: int
    rows: int


def cell_labels(desk: Desk, cells: Sequence[Cell]) -> dict[str, str]:
    """What heads each cell: indicator, scope, whether it is a total to date, unit; no two alike."""
    found: dict[str, str] = {}
    for cell in cells:
        indicator = desk.indicators.get(cell.indicator)
        total = "累计" if cell.span == "to_date" and indicator.stock_or_flow is Nature.FLOW else ""
        name = f"{indicator.label['zh']}{total}{'·' + cell.scope if cell.scope else ''}（{cell.unit}）"
        found[cell.key] = f"{name} {cell.key}" if name in found.values() else name
    return found


def shown_text(answer: Answer, cell: str, before: Beforehand) -> str:
    """What stands in a cell before anybody types: the draft, else what the ledger knows."""
    if cell in answer.typed:
        return answer.typed[cell]
    known = before.known.get(cell)
    return "" if known is None else plain(known.value)


def write_one(desk: Desk, collection: str, respondent: str, path: Path, *, by: Actor) -> int:
    """Write one respondent's workbook; gives its rows."""
    held, answer = collections.get(collection), collection_answers.get(collection, respondent)
    check_answer(by, answer)
    before = beforehand(desk, by, held, [respondent])[respondent]
    return _write(path, held, ONE, _one_lines(desk, held, answer, before))


def write_many(desk: Desk, collection: str, path: Path, *, by: Actor) -> int:
    """Write the workbook of an office that answers for many: those it may still answer for; gives its rows."""
    held = collections.get(collection)
    mine = fillable(held, by)
    before = beforehand(desk, by, held, [one.respondent for one in mine])
    labels = cell_labels(desk, cells_of(held))
    heads = (CODE, NAME, *labels.values(), WHY)

    def lines() -> Iterator[Line]:
        for one in mine:
            texts = [shown_text(one, cell, before[one.respondent]) for cell in labels]
            code = one.respondent.partition(":")[2]
            yield [code, one.label, *texts, ""], set(range(2, 2 + len(labels)))

    return _write(path, held, heads, lines())


def fillable(held: Collection, by: Actor) -> list[Answer]:
    """Answers this person may fill in now; NotAllowed for who answers for nobody."""
    check(by, ANSWER, target_scope=ANYWHERE)
    answers = collection_answers.of_collection(held.id)
    return [
        one for one in within(reach(by, ANSWER), answers) if may(one.state, Verb.SAVE, is_open=held.is_open)
    ]


def read(
    desk: Desk, collection: str, path: Path, *, name: str, by: Actor, at: datetime, respondent: str = ""
) -> Read:
    """Take a filled workbook (or CSV) in as drafts; nothing is sent yet.

    respondent  whose page it was handed in on; a workbook of somebody else is refused
    """
    held = collections.get(collection)
    table = open_table(path, desk.limits, name=name)
    if table.sheet.startswith(SHEET) and table.sheet != (SHEET + collection)[:31]:
        raise InputError("collect.other_workbook", file=name, seen=table.sheet, allowed=SHEET + collection)
    answers = {one.respondent: one for one in fillable(held, by)}
    typed = _read_one(desk, held, table, answers, respondent) if KEY in table.columns else None
    typed = _read_many(desk, held, table, answers) if typed is None else typed
    if respondent and set(typed) - {respondent}:
        raise InputError(
            "collect.other_workbook", file=name, seen=sorted(set(typed) - {respondent})[0], allowed=respondent
        )
    return _kept(desk, held, typed, answers, rows=len(table.rows), by=by, at=at)


def _kept(
    desk: Desk,
    held: Collection,
    typed: dict[str, Typed],
    answers: dict[str, Answer],
    *,
    rows: int,
    by: Actor,
    at: datetime,
) -> Read:
    before = beforehand(desk, by, held, list(typed))
    touched, changed = [], 0
    for key, told in typed.items():
        new = {
            cell: text
            for cell, text in told.cells.items()
            if text != shown_text(answers[key], cell, before[key])
        }
        reasons = {cell: text for cell, text in told.reasons.items() if text}
        if new or reasons or answers[key].state == State.WAITING:
            collecting_answers.save(desk, held.id, key, Typed(new, reasons), by=by, at=at)
            touched.append(key)
            changed += len(new)
    return Read(held.id, tuple(touched), changed, rows)


def _read_one(
    desk: Desk, held: Collection, table: HandedIn, answers: dict[str, Answer], respondent: str
) -> dict[str, Typed]:
    del desk
    rows = [_by_column(table, cells) for _, cells in table.rows]
    names = {row.get(NAME, "") for row in rows}
    by_label = {one.label: key for key, one in answers.items()}
    chosen = {respondent} if respondent else {by_label.get(name, name) for name in names}
    key = next(iter(chosen), "")
    if len(chosen) != 1 or key not in answers or names != {answers[key].label} or NOW not in table.columns:
        raise InputError(
            "collect.other_workbook", file=table.file, seen=" ".join(sorted(names))[:60], allowed=key
        )
    known = {cell.key for cell in cells_of(held)}
    cells = {row[KEY]: row[NOW] for row in rows if row.get(KEY) in known}
    return {key: Typed(cells, {row[KEY]: row.get(WHY, "") for row in rows if row.get(KEY) in known})}


def _read_many(desk: Desk, held: Collection, table: HandedIn, answers: dict[str, Answer]) -> dict[str, Typed]:
    labels = {
        label: cell for cell, label in cell_labels(desk, cells_of(held)).items() if label in table.columns
    }
    if CODE not in table.columns or not labels:
        raise InputError(
            "collect.other_workbook", file=table.file, seen=" ".join(table.columns)[:60], allowed=CODE
        )
    found: dict[str, Typed] = {}
    for _, cells in table.rows:
        row = _by_column(table, cells)
        key = f"{held.respondents}:{row[CODE]}"
        if not row[CODE]:
            continue
        if key not in answers or key in found:
            raise InputError("collect.other_workbook", file=table.file, seen=row[CODE], allowed=held.title)
        texts = {cell: row[label] for label, cell in labels.items()}
        why = row.get(WHY, "")
        found[key] = Typed(texts, dict.fromkeys(texts, why) if why else {})
    return found


def _by_column(table: HandedIn, cells: Sequence[str]) -> dict[str, str]:
    filled = [*cells, *[""] * (len(table.columns) - len(cells))]
    return {column: text.strip() for column, text in zip(table.columns, filled, strict=False)}


def _one_lines(desk: Desk, held: Collection, answer: Answer, before: Beforehand) -> Iterator[Line]:
    period, labels = Period.parse(held.period), cell_labels(desk, cells_of(held))
    for cell in cells_of(held):
        nature = desk.indicators.get(cell.indicator).stock_or_flow
        past = before.past.get(cell.key)
        last = "" if past is None else f"{plain(past.value)} ({past.period})"
        text = shown_text(answer, cell.key, before)
        told = period_of(cell, period, nature).label("zh")
        yield [
            cell.key, answer.label, labels[cell.key], cell.unit, told, last, text, answer.reasons.get(cell.key, ""),
        ], {6}  # fmt: skip


def _write(path: Path, held: Collection, heads: Sequence[str], lines: Iterator[Line]) -> int:
    """Write a workbook; texts are texts, never formulas, and a number is a number where it is exact."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    count = 0
    with xlsxwriter.Workbook(str(path), options) as book:
        page = book.add_worksheet((SHEET + held.id)[:31])
        bold, open_cell = (
            book.add_format({"bold": True}),
            book.add_format({"bg_color": "#FFF8DC", "border": 1}),
        )
        page.freeze_panes(1, 2)
        page.set_column(0, len(heads) - 1, 18)
        page.set_column(1, 1, 32)
        for place, head in enumerate(heads):
            page.write_string(0, place, head, bold)
        for cells, numbers in lines:
            count += 1
            for place, text in enumerate(cells):
                if place not in numbers:
                    page.write_string(count, place, text)
                elif _is_exact(text):
                    page.write_number(count, place, float(text), open_cell)
                else:
                    page.write_string(count, place, text, open_cell) if text else page.write_blank(
                        count, place, None, open_cell
                    )
    return count


def _is_exact(text: str) -> bool:
    digits = text.removeprefix("-").replace(".", "", 1)
    return digits.isascii() and digits.isdigit() and len(digits) <= EXACT_DIGITS and text[-1:] != "."
