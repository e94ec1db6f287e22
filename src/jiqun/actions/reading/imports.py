"""导入页 what the import pages show: the files on their way, and one file with its rows, mapping, errors and outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jiqun.actions import upload_work, uploads
from jiqun.actions.desk import Desk
from jiqun.actions.reading.forms import FormLines, form_lines
from jiqun.actions.templates import TABLES
from jiqun.actions.upload_files import WORKING, Upload, UploadFiles
from jiqun.actions.upload_returned import ROW_KEYS, is_returnable, what_is_lost
from jiqun.actions.work_folders import Progress
from jiqun.core.errors import InputError, RowError
from jiqun.ledger import sources
from jiqun.ledger.permissions import Actor

ERRORS_SHOWN = 200
STEPS = ("map", "check", "confirm", "done")


@dataclass(frozen=True)
class Choice:
    """One entry of a list to choose from: value, and label in the reader's language."""

    value: str
    label: str


@dataclass(frozen=True)
class ImportsContext:
    """The import page.

    uploads     your files, newest first
    kinds       what a file can hold
    sources     sources rows can be told to come from
    largest_mb  largest file that is taken
    templates   empty workbooks to fill in
    """

    uploads: tuple[Upload, ...]
    kinds: tuple[str, ...]
    sources: tuple[Choice, ...]
    largest_mb: int
    templates: tuple[Choice, ...]


@dataclass(frozen=True)
class ErrorLine:
    """One thing wrong with one row, with the cell as a spreadsheet names it and the sentence a person reads."""

    row: int | None
    column: str
    code: str
    seen: str
    allowed: str
    message: str
    sheet: str = ""
    cell: str = ""


@dataclass(frozen=True)
class TotalLine:
    """A total that is not the sum of its rows."""

    sheet: str
    cell: str
    column: str
    label: str
    stated: str
    summed: str
    difference: str
    rows: int
    unknown: int


@dataclass(frozen=True)
class MatchLine:
    """A row without a code and the enterprise that was found for it."""

    row: int
    name: str
    subject: str
    found: str
    score: float
    evidence: str


@dataclass(frozen=True)
class UploadContext:
    """One file on its way.

    upload       what is known of it, with its first rows
    notes        what was noticed on opening it, as sentences
    form         the table that is shown: its columns with what is proposed for each
    indicators   indicators a quantity column can be
    units        unit symbols
    progress     how far the work is, while it runs
    errors       errors of the check or import, at most ERRORS_SHOWN; error_count counts all
    flags        rows taken in with a remark; flag_count counts all
    totals       totals that differ from the sum of their rows; totals_checked counts all that were held against them
    matched      rows without a code and whom they were taken for; matched_count counts all
    batches      the batches an import made, one for each table
    can_return   can the workbook be taken away with its errors marked?
    lost         what of the file the marked workbook lacks, as a sentence; empty when nothing is lost
    fault        what stopped it, as a sentence; empty when nothing did
    step         map | check | confirm | done: what the person does now; step_no counts from 2
    """

    upload: Upload
    notes: tuple[str, ...]
    form: FormLines
    indicators: tuple[Choice, ...]
    units: tuple[str, ...]
    progress: Progress
    errors: tuple[ErrorLine, ...]
    error_count: int
    flags: tuple[ErrorLine, ...]
    flag_count: int
    totals: tuple[TotalLine, ...]
    totals_checked: int
    matched: tuple[MatchLine, ...]
    matched_count: int
    batches: tuple[str, ...]
    can_return: bool
    lost: str
    fault: str
    source_label: str
    step: str
    step_no: int
    is_working: bool
    can_try_again: bool


def imports(desk: Desk, actor: Actor, *, lang: str) -> ImportsContext:
    """The import page of this person."""
    return ImportsContext(
        tuple(uploads.mine(desk, by=actor)),
        tuple(uploads.TABLES),
        tuple(
            Choice(source.key, source.title)
            for source in sources.all_sources()
            if uploads.may_use(source, actor)
        ),
        desk.limits.packed // 1_000_000,
        tuple(Choice(key, names[not lang.startswith("zh")]) for key, names in TABLES.items()),
    )


def upload(
    desk: Desk, actor: Actor, id: str, *, lang: str, remap: bool = False, table: int = 0
) -> UploadContext:
    """One of this person's files; asking also looks after work nobody has taken up.

    table  which of its tables is shown, from nought
    """
    held = upload_work.look_after(desk, uploads.read(desk, id, by=actor))
    zh = lang.startswith("zh")
    report = held.report or {}
    step = _step(held, remap=remap)
    known = sources.get_many([held.source])
    return UploadContext(
        held,
        tuple(desk.messages.what(code, lang) + f" ({seen})" for code, seen in held.notes),
        form_lines(desk, held, table, lang=lang),
        tuple(Choice(item.key, item.label["zh" if zh else "en"]) for item in desk.indicators),
        tuple(unit.key for unit in desk.units),
        UploadFiles(desk.uploads).progress(held.id),
        _lines(desk, report.get("errors", ()), lang),
        report.get("error_count", 0),
        _lines(desk, report.get("flags", ()), lang),
        report.get("flag_count", 0),
        tuple(
            TotalLine(**{name: one[name] for name in TotalLine.__dataclass_fields__})
            for one in report.get("totals", ())
        ),
        report.get("totals_checked", 0),
        _matched(report.get("matched", ()), zh=zh),
        report.get("matched_count", 0),
        tuple(report.get("batches", ())),
        is_returnable(held),
        what_is_lost(desk, held, lang) if is_returnable(held) else "",
        _fault(desk, held, lang),
        known[held.source].title if held.source in known else held.source,
        step,
        STEPS.index(step) + 2,
        held.state in WORKING,
        held.state == "failed" and (held.mapping is not None or held.actor is not None),
    )


def _matched(lines: Sequence[Mapping[str, Any]], *, zh: bool) -> tuple[MatchLine, ...]:
    lang = "zh" if zh else "en"
    return tuple(
        MatchLine(
            one["row"], one["name"], one["subject"], one["found"], one["score"],
            ("，" if zh else ", ").join(item[lang] for item in one["evidence"]),
        )
        for one in lines[:ERRORS_SHOWN]
    )  # fmt: skip


def _step(held: Upload, *, remap: bool) -> str:
    """What the person does now: settle the columns, wait for the check, confirm, or nothing any more."""
    if held.state == "done":
        return "done"
    if held.state == "received" or (remap and held.state in ("checked", "failed")):
        return "map"
    return "check" if held.state == "checking" else "confirm"


def _lines(desk: Desk, errors: list[dict[str, Any]], lang: str) -> tuple[ErrorLine, ...]:
    lines = []
    for error in errors[:ERRORS_SHOWN]:
        row = RowError(**{name: error[name] for name in ROW_KEYS})
        message = desk.messages.sentence(row, lang)
        where = error.get("sheet", ""), error.get("cell", "")
        lines.append(ErrorLine(row.row, row.column, row.code, row.seen, row.allowed, message, *where))
    return tuple(lines)


def _fault(desk: Desk, held: Upload, lang: str) -> str:
    if not held.fault:
        return ""
    return desk.messages.sentence(InputError(held.fault["code"], **held.fault["facts"]), lang)
