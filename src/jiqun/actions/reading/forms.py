"""表格预览 what the import page shows of one table of a file: its columns, what is proposed for each, what is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jiqun.actions import uploads
from jiqun.actions.desk import Desk
from jiqun.actions.upload_files import Upload

EXAMPLES = 3


@dataclass(frozen=True)
class FieldLine:
    """One field of the table with the column that fills it.

    name        field
    label       what it means
    column      column of the file; empty when none fills it
    required    must some column fill it?
    confidence  percent, 0 where nothing was proposed; evidence: why, as one text
    """

    name: str
    label: str
    column: str
    required: bool
    confidence: int = 0
    evidence: str = ""


@dataclass(frozen=True)
class QuantityLine:
    """A column no field takes, which may be a quantity of each row's subject.

    place       number of the column, the form's name for it; letter: as the spreadsheet names it
    column      header text
    examples    first cells
    reads       for percentages: percent | fraction, empty when it is asked
    asks        what must be said before the column can be taken: indicator unit period reads
    confidence  percent; evidence: why, as one text
    """

    place: int
    column: str
    examples: tuple[str, ...]
    letter: str = ""
    indicator: str = ""
    label: str = ""
    unit: str = ""
    period: str = ""
    scope: str = ""
    reads: str = ""
    is_percent: bool = False
    asks: tuple[str, ...] = ()
    confidence: int = 0
    evidence: str = ""
    hidden: bool = False


@dataclass(frozen=True)
class TableLine:
    """One table of the file among the others."""

    number: int
    sheet: str
    title: str
    total: int
    include: bool
    settled: bool


@dataclass(frozen=True)
class LeftOutLine:
    """A row that is no data: note | section | hidden | example | header | total."""

    row: int
    kind: str
    text: str


@dataclass(frozen=True)
class FormLines:
    """One table of a file as the page shows it.

    table          its number, from nought; tables: all of the file
    columns        with their letters; sample: the first rows
    period, unit   what its titles say of all columns
    is_known       settled before by this office, over this very header: nothing need be asked
    by, at         who settled it, when; gone, new: what changed in the header since
    ignored        columns that say nothing
    without_code   match | enter: what becomes of a row without a code; lacks_codes: are there such rows?
    takes_hidden   are hidden rows taken along?
    questions      how many columns something must be said about
    hidden_sheets  sheets nobody sees, left out
    """

    table: int
    tables: tuple[TableLine, ...]
    fields: tuple[FieldLine, ...]
    quantities: tuple[QuantityLine, ...]
    columns: tuple[tuple[str, str], ...]
    sample: tuple[tuple[str, ...], ...]
    titles: tuple[str, ...]
    period: str
    unit: str
    is_known: bool
    by: str
    at: str
    gone: tuple[str, ...]
    new: tuple[str, ...]
    ignored: tuple[str, ...]
    left_out: tuple[LeftOutLine, ...]
    left_out_count: int
    without_code: str
    takes_hidden: bool
    has_hidden: bool
    questions: int
    hidden_sheets: tuple[str, ...]


def form_lines(desk: Desk, held: Upload, number: int, *, lang: str) -> FormLines:
    """One table of an upload, in the reader's language."""
    table = uploads.table_of(held, number)
    zh = lang.startswith("zh")
    mapping = (held.mapping if number == 0 and held.mapping is not None else table["settled"]) or table[
        "draft"
    ]
    proposal = table["proposal"] or {}
    told = {one["column"]: one for one in proposal.get("columns", ())}
    memory = table["memory"] or {}
    quantities = _quantities(desk, held, table, mapping, told, lang="zh" if zh else "en")
    left_out = [LeftOutLine(one["row"], one["kind"], one["text"]) for one in table["left_out"]]
    left_out += [LeftOutLine(one["row"], "total", one["label"]) for one in table["totals"]]
    rows = mapping.get("rows", {})
    return FormLines(
        number, _tables(held), _fields(desk, held, mapping, told, lang="zh" if zh else "en"), quantities,
        tuple(zip(table["columns"], table["letters"], strict=True)), tuple(map(tuple, table["sample"])),
        tuple(table["titles"]), proposal.get("period", ""), proposal.get("unit", ""),
        bool(memory.get("is_known")), memory.get("by", ""), str(memory.get("at", ""))[:10],
        tuple(memory.get("gone", ())), tuple(memory.get("new", ())), tuple(mapping.get("ignored", ())),
        tuple(sorted(left_out, key=lambda line: line.row)), table["left_out_count"],
        rows.get("without_code") or ("enter" if table["settled"] else table["without_code"]),
        rows.get("hidden") == "take", any(one["kind"] == "hidden" for one in table["left_out"]),
        sum(1 for line in quantities if line.asks), held.hidden,
    )  # fmt: skip


def _tables(held: Upload) -> tuple[TableLine, ...]:
    return tuple(
        TableLine(
            n, one["sheet"], one["titles"][0] if one["titles"] else "", one["total"], one["include"],
            one["settled"] is not None,
        )
        for n, one in enumerate(held.tables)
    )  # fmt: skip


def _fields(
    desk: Desk, held: Upload, mapping: Mapping[str, Any], told: Mapping[str, Mapping[str, Any]], *, lang: str
) -> tuple[FieldLine, ...]:
    lines = []
    for item in uploads.fields_of(desk, held.kind):
        column = mapping["columns"].get(item.name, "")
        guess = told.get(column, {})
        fits = guess.get("field") == item.name
        lines.append(
            FieldLine(
                item.name, item.meaning[lang], column, item.required,
                round(100 * guess["confidence"]) if fits else 0, _why(guess, lang) if fits else "",
            )
        )  # fmt: skip
    return tuple(lines)


def _quantities(
    desk: Desk,
    held: Upload,
    table: Mapping[str, Any],
    mapping: Mapping[str, Any],
    told: Mapping[str, Mapping[str, Any]],
    *,
    lang: str,
) -> tuple[QuantityLine, ...]:
    if held.kind != "enterprises":
        return ()
    taken = {*mapping["columns"].values(), *mapping.get("ignored", ())}
    chosen = {item["column"]: item for item in mapping.get("facts", ())}
    settled = table["settled"] is not None
    lines = []
    for place, column in enumerate(table["columns"]):
        if column and column not in taken:
            examples = tuple(
                dict.fromkeys(row[place] for row in table["sample"] if place < len(row) and row[place])
            )
            item, guess = chosen.get(column, {}), told.get(column, {})
            known = {name: item.get(name, "") for name in ("indicator", "unit", "period", "scope", "reads")}
            indicator = desk.indicators.find(known["indicator"])
            lines.append(
                QuantityLine(
                    place, column, examples[:EXAMPLES], table["letters"][place], **known,
                    label=indicator.label[lang] if indicator else "",
                    is_percent=known["unit"] == "%" or guess.get("unit") == "%",
                    asks=() if settled or not item else _asks(known, guess),
                    confidence=round(100 * guess.get("confidence", 0)) if item else 0,
                    evidence=_why(guess, lang) if item else "", hidden=column in table["hidden"],
                )
            )  # fmt: skip
    return tuple(lines)


def _asks(known: Mapping[str, str], guess: Mapping[str, Any]) -> tuple[str, ...]:
    asked = [name for name in ("unit", "period") if not known[name]]
    return tuple(dict.fromkeys((*asked, *guess.get("asks", ()))))


def _why(guess: Mapping[str, Any], lang: str) -> str:
    return ("；" if lang == "zh" else "; ").join(said[lang] for said in guess.get("evidence", ()))
