"""上传导入 uploads: what a person does with a file on the import page — hand in, map, check, confirm, throw away.

The check and the import themselves are long, so they run as a background task in the worker. Where no worker takes the
task up within a few seconds, the process that is asked how far it is does the work itself (`upload_work.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, BinaryIO

from django.db import transaction

from jiqun.actions.batching import scope_of
from jiqun.actions.desk import Desk
from jiqun.actions.form_memory import for_sister, office_of, with_origin
from jiqun.actions.forms import read_form
from jiqun.actions.kept_rights import kept_actor
from jiqun.actions.quantities import check_quantities
from jiqun.actions.upload_files import WORKING, Upload, UploadFiles
from jiqun.actions.upload_tables import check_percentages, describe
from jiqun.core.errors import InputError, NotAllowed, NotFound, WrongState
from jiqun.lake.files import copy_within
from jiqun.lake.forms.opening import FormFile
from jiqun.lake.forms.returned import batches_in
from jiqun.lake.mapping import ColumnMap, FieldDef, apply_map, check_required, table_fields
from jiqun.ledger import audit, mappings, sources
from jiqun.ledger.permissions import ANYWHERE, Actor, Permission, can, check
from jiqun.ledger.scopes import EVERYTHING
from jiqun.ledger.sources import Source

TABLES = {"enterprises": "enterprise", "facts": "fact"}
OWN_SOURCES = ("office_sheet", "user")
NAME_LIMIT = 200


@dataclass(frozen=True)
class HandIn:
    """What a person says about a file when handing it in.

    source        key of the source the rows come from; empty when it is a new sheet of the office
    source_title  title of that new sheet; empty means the name of the file
    """

    kind: str
    name: str
    source: str = ""
    source_title: str = ""


def files(desk: Desk) -> UploadFiles:
    """The folder of uploads of this home."""
    return UploadFiles(desk.uploads)


def receive(desk: Desk, stream: BinaryIO, order: HandIn, *, by: Actor, at: datetime) -> Upload:
    """Store a handed-in file and look at its first rows; a file that cannot be read is refused and not kept.

    InputError: gate.too_large, gate.zip_bomb, gate.empty_file, gate.not_a_table, gate.unreadable
    """
    check(by, Permission.IMPORT_DATA, target_scope=ANYWHERE)
    if order.kind not in TABLES:
        raise InputError("upload.unknown_kind", seen=order.kind, allowed=" ".join(TABLES))
    if order.source and not may_use(sources.get(order.source), by):
        raise NotAllowed("upload.source", seen=order.source, by=by.label)
    store = files(desk)
    id, name = store.new_id(at), order.name[:NAME_LIMIT] or "file"
    store.folder(id).mkdir(parents=True)
    try:
        size = copy_within(stream, store.file(id), desk.limits, name=name)
        form = read_form(desk, store.file(id), name=name)
        source = order.source or f"sheet_{at:%Y%m%d}_{id[-6:]}"
        upload = _looked_at(desk, form, order, id, by=by, at=at, source=source, size=size)
        upload = replace(upload, follows=batches_in(store.file(id)))
        with transaction.atomic():
            if not order.source:
                _new_sheet(source, order.source_title or name, by=by, at=at)
            told = {
                "kind": order.kind,
                "bytes": size,
                "sha256": upload.sha256,
                "rows": upload.total,
                "source": source,
            }
            _note(by, "receive", upload, told, at)
            return store.save(upload)
    except BaseException:
        store.remove(id)
        raise


def may_use(source: Source, by: Actor) -> bool:
    """May this person hand in rows as coming from that source? The sheets of his own office yes; those of another
    office, and what others said, only who describes sources. A withdrawn source nobody."""
    if source.is_withdrawn:
        return False
    own = source.kind in OWN_SOURCES and can(by, Permission.IMPORT_DATA, target_scope=source.owner)
    return own or can(by, Permission.MANAGE_SOURCES, target_scope=EVERYTHING)


def _new_sheet(key: str, title: str, *, by: Actor, at: datetime) -> None:
    """Enter an office's sheet as a source; it speaks as of the day it was handed in, which is inferred."""
    sheet = Source(
        key, "office_sheet", title[:NAME_LIMIT], by.label, speaks_as_of=at.date(), speaks_inferred=True,
        owner=scope_of(by),
    )  # fmt: skip
    sources.save(sheet)
    audit.record(by, "source.create", f"source:{key}", {"kind": sheet.kind}, at=at, target_label=sheet.title)


def read(desk: Desk, id: str, *, by: Actor) -> Upload:
    """One upload; somebody else's does not exist for you."""
    check(by, Permission.IMPORT_DATA, target_scope=ANYWHERE)
    upload = files(desk).read(id)
    if upload.by_id != (by.user_id or 0):
        raise NotFound("upload.not_found", seen=id)
    return upload


def mine(desk: Desk, *, by: Actor) -> list[Upload]:
    """Your uploads, newest first."""
    check(by, Permission.IMPORT_DATA, target_scope=ANYWHERE)
    return [upload for upload in files(desk).all() if upload.by_id == (by.user_id or 0)]


def fields_of(desk: Desk, kind: str) -> tuple[FieldDef, ...]:
    """The fields a file of this kind can fill."""
    return table_fields(desk.packs, TABLES[kind])


def _looked_at(
    desk: Desk, form: FormFile, order: HandIn, id: str, *, by: Actor, at: datetime, source: str, size: int
) -> Upload:
    tables = describe(desk, form, kind=order.kind, by=by)
    first = tables[0]
    return Upload(
        id, order.kind, form.file, size, form.sha256, source, by.label, by.user_id or 0, at, sheet=first["sheet"],
        encoding=form.encoding, columns=tuple(first["columns"]), sample=tuple(map(tuple, first["sample"])),
        total=first["total"], notes=form.notes, mapping=first["settled"], tables=tables, hidden=form.hidden_sheets,
    )  # fmt: skip


def table_of(upload: Upload, number: int) -> Mapping[str, Any]:
    """One table of a file; NotFound `upload.no_table`."""
    if not 0 <= number < len(upload.tables):
        raise NotFound("upload.no_table", seen=number + 1, allowed=f"1–{len(upload.tables)}")
    return upload.tables[number]


def to_settle(upload: Upload) -> tuple[int, ...]:
    """Numbers of the included tables whose mapping nobody has settled yet, but for the first: it may go by its header."""
    return tuple(
        n for n, table in enumerate(upload.tables) if n and table["include"] and table["settled"] is None
    )


def settle(
    desk: Desk, id: str, mapping: Mapping[str, Any], *, by: Actor, at: datetime, table: int = 0
) -> Upload:
    """Keep the mapping a person settled for a table, and for every table of the file with the same header.

    InputError names a field or column that does not exist or is missing, a quantity nobody could read
    """
    upload = read(desk, id, by=by)
    _not_working(upload)
    kept = table_of(upload, table)
    columns = tuple(kept["columns"])
    fields = fields_of(desk, upload.kind)
    settled = apply_map(mapping, columns, fields, file=upload.name)
    check_required(settled, columns, fields, file=upload.name)
    check_quantities(desk, settled.facts, file=upload.name)
    check_percentages(settled.facts, kept, file=upload.name)
    settled = replace(settled, facts=tuple(with_origin(item, kept) for item in settled.facts))
    told = _as_kept(settled, fields)
    tables = tuple(_settled(desk, one, n, (table, kept["form"], told)) for n, one in enumerate(upload.tables))
    with transaction.atomic():
        _note(by, "map", upload, told, at)
        mappings.save(
            kept["form"], told, kind=upload.kind, office=office_of(by), by=by.label, at=at, header=columns
        )
        return files(desk).change(
            id, mapping=tables[0]["settled"], tables=tables, state="received", report=None, fault=None
        )


def _as_kept(settled: ColumnMap, fields: Sequence[FieldDef]) -> dict[str, Any]:
    return {
        **settled.as_json(),
        "columns": {item.name: settled.columns.get(item.name, "") for item in fields},
    }


def _settled(
    desk: Desk, table: Mapping[str, Any], n: int, told: tuple[int, str, dict[str, Any]]
) -> Mapping[str, Any]:
    """The table with its mapping; one with the same header as the table settled takes it over, with its own period."""
    number, form, mapping = told
    if table["form"] != form:
        return table
    own = mapping if n == number else for_sister(desk, mapping, table)
    return {**table, "settled": own, "draft": own, "include": True if n == number else table["include"]}


def include(desk: Desk, id: str, number: int, taken: bool, *, by: Actor, at: datetime) -> Upload:
    """Take a table of the file along, or leave it out."""
    upload = read(desk, id, by=by)
    _not_working(upload)
    table = table_of(upload, number)
    tables = [*upload.tables]
    tables[number] = {**table, "include": taken}
    with transaction.atomic():
        _note(by, "include", upload, {"table": number + 1, "include": taken}, at)
        return files(desk).change(id, tables=tuple(tables), state="received", report=None, fault=None)


def start(desk: Desk, id: str, step: str, *, by: Actor, at: datetime) -> Upload:
    """Queue the check (all row errors at once, nothing written) or the import; gives the upload as it now stands.

    step  checking | importing
    """
    from jiqun.actions import upload_work

    upload = read(desk, id, by=by)
    if upload.state == step:
        return upload  # pressed twice
    _not_working(upload)
    if not any(table["include"] for table in upload.tables):
        raise InputError("upload.no_table_included")
    if waiting := to_settle(upload):
        raise WrongState("upload.not_settled", seen=waiting[0] + 1)
    if step == "importing" and upload.state not in ("checked", "failed"):
        raise WrongState("upload.not_checked", seen=upload.state)
    with transaction.atomic():
        _note(by, "check" if step == "checking" else "import", upload, {}, at)
        upload_work.enqueue(id)
        return files(desk).change(id, state=step, queued_at=at, fault=None, actor=kept_actor(by))


def throw_away(desk: Desk, id: str, *, by: Actor, at: datetime) -> None:
    """Remove a handed-in file that is not wanted; what was imported from it stays."""
    upload = read(desk, id, by=by)
    _not_working(upload)
    with transaction.atomic():
        _note(by, "throw_away", upload, {}, at)
    files(desk).remove(id)


def _note(by: Actor, verb: str, upload: Upload, detail: Mapping[str, Any], at: datetime) -> None:
    audit.record(by, f"upload.{verb}", f"upload:{upload.id}", dict(detail), at=at, target_label=upload.name)


def _not_working(upload: Upload) -> None:
    if upload.state in WORKING:
        raise WrongState("upload.at_work", seen=upload.state)
    if upload.state == "done":
        raise WrongState("upload.done", seen=upload.state)
