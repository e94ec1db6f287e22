"""导入页 what the import pages show: the files on their way, and one file with its rows, mapping, errors and outcome."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jiqun.actions import upload_work, uploads
from jiqun.actions.desk import Desk
from jiqun.actions.upload_files import WORKING, Progress, Upload, UploadFiles
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
    """

    uploads: tuple[Upload, ...]
    kinds: tuple[str, ...]
    sources: tuple[Choice, ...]
    largest_mb: int


@dataclass(frozen=True)
class FieldLine:
    """One field of the table with the column that fills it.

    name      field
    label     what it means
    column    column of the file; empty when none fills it
    required  must some column fill it?
    """

    name: str
    label: str
    column: str
    required: bool


@dataclass(frozen=True)
class QuantityLine:
    """A column no field takes, which may be a quantity of each row's subject.

    place     number of the column, the form's name for it
    column    header text
    examples  first cells
    """

    place: int
    column: str
    examples: tuple[str, ...]
    indicator: str = ""
    unit: str = ""
    period: str = ""
    scope: str = ""


@dataclass(frozen=True)
class ErrorLine:
    """One thing wrong with one row, with the sentence a person reads."""

    row: int | None
    column: str
    code: str
    seen: str
    allowed: str
    message: str


@dataclass(frozen=True)
class UploadContext:
    """One file on its way.

    upload       what is known of it, with its first rows
    notes        what was noticed on opening it, as sentences
    fields       fields and the columns that fill them
    quantities   columns no field takes
    indicators   indicators a quantity column can be
    units        unit symbols
    progress     how far the work is, while it runs
    errors       errors of the check or import, at most ERRORS_SHOWN; error_count counts all
    flags        rows taken in with a remark; flag_count counts all
    fault        what stopped it, as a sentence; empty when nothing did
    step         map | check | confirm | done: what the person does now; step_no counts from 2
    """

    upload: Upload
    notes: tuple[str, ...]
    fields: tuple[FieldLine, ...]
    quantities: tuple[QuantityLine, ...]
    indicators: tuple[Choice, ...]
    units: tuple[str, ...]
    progress: Progress
    errors: tuple[ErrorLine, ...]
    error_count: int
    flags: tuple[ErrorLine, ...]
    flag_count: int
    fault: str
    source_label: str
    step: str
    step_no: int
    is_working: bool
    can_try_again: bool


def imports(desk: Desk, actor: Actor, *, lang: str) -> ImportsContext:
    """The import page of this person."""
    del lang
    return ImportsContext(
        tuple(uploads.mine(desk, by=actor)),
        tuple(uploads.TABLES),
        tuple(
            Choice(source.key, source.title)
            for source in sources.all_sources()
            if uploads.may_use(source, actor)
        ),
        desk.limits.packed // 1_000_000,
    )


def upload(desk: Desk, actor: Actor, id: str, *, lang: str, remap: bool = False) -> UploadContext:
    """One of this person's files; asking also looks after work nobody has taken up."""
    held = upload_work.look_after(desk, uploads.read(desk, id, by=actor))
    zh = lang.startswith("zh")
    mapping = uploads.proposed(desk, held, by=actor)
    chosen = mapping["columns"]
    fields = uploads.fields_of(desk, held.kind)
    report = held.report or {}
    step = _step(held, remap=remap)
    known = sources.get_many([held.source])
    return UploadContext(
        held,
        tuple(desk.messages.what(code, lang) + f" ({seen})" for code, seen in held.notes),
        tuple(
            FieldLine(item.name, item.meaning["zh" if zh else "en"], chosen.get(item.name, ""), item.required)
            for item in fields
        ),
        _quantities(held, mapping),
        tuple(Choice(item.key, item.label["zh" if zh else "en"]) for item in desk.indicators),
        tuple(unit.key for unit in desk.units),
        UploadFiles(desk.uploads).progress(held.id),
        _lines(desk, report.get("errors", ()), lang),
        report.get("error_count", 0),
        _lines(desk, report.get("flags", ()), lang),
        report.get("flag_count", 0),
        _fault(desk, held, lang),
        known[held.source].title if held.source in known else held.source,
        step,
        STEPS.index(step) + 2,
        held.state in WORKING,
        held.state == "failed" and held.mapping is not None,
    )


def _step(held: Upload, *, remap: bool) -> str:
    """What the person does now: settle the columns, wait for the check, confirm, or nothing any more."""
    if held.state == "done":
        return "done"
    if held.state == "received" or (remap and held.state in ("checked", "failed")):
        return "map"
    return "check" if held.state == "checking" else "confirm"


def _quantities(held: Upload, mapping: Mapping[str, Any]) -> tuple[QuantityLine, ...]:
    if held.kind != "enterprises":
        return ()
    taken = set(mapping["columns"].values())
    told = {item["column"]: item for item in mapping.get("facts", ())}
    lines = []
    for place, column in enumerate(held.columns):
        if not column or column in taken:
            continue
        examples = tuple(row[place] for row in held.sample[:3] if place < len(row) and row[place])
        known = {
            name: told.get(column, {}).get(name, "") for name in ("indicator", "unit", "period", "scope")
        }
        lines.append(QuantityLine(place, column, examples, **known))
    return tuple(lines)


def _lines(desk: Desk, errors: list[dict[str, Any]], lang: str) -> tuple[ErrorLine, ...]:
    lines = []
    for error in errors[:ERRORS_SHOWN]:
        row = RowError(**error)
        message = desk.messages.sentence(row, lang)
        lines.append(ErrorLine(row.row, row.column, row.code, row.seen, row.allowed, message))
    return tuple(lines)


def _fault(desk: Desk, held: Upload, lang: str) -> str:
    if not held.fault:
        return ""
    return desk.messages.sentence(InputError(held.fault["code"], **held.fault["facts"]), lang)
