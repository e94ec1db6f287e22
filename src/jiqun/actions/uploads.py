"""上传导入 uploads: what a person does with a file on the import page — hand in, map, check, confirm, throw away.

The check and the import themselves are long, so they run as a background task in the worker. Where no worker takes the
task up within a few seconds, the process that is asked how far it is does the work itself (`upload_work.py`).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from django.db import transaction

from jiqun.actions.batching import scope_of
from jiqun.actions.desk import Desk
from jiqun.actions.upload_files import PREVIEW_ROWS, WORKING, Upload, UploadFiles
from jiqun.core.errors import InputError, NotAllowed, NotFound, WrongState
from jiqun.core.periods import Period
from jiqun.lake.files import copy_within, open_table
from jiqun.lake.mapping import FieldDef, apply_map, check_required, propose, table_fields
from jiqun.ledger import audit, mappings, sources
from jiqun.ledger.permissions import ANYWHERE, Actor, Permission, can, check, scopes_for
from jiqun.ledger.scopes import EVERYTHING
from jiqun.ledger.sources import Source

TABLES = {"enterprises": "enterprise", "facts": "fact"}
OWN_SOURCES = ("office_sheet", "user")
CELL_SHOWN = 120
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
        table = open_table(store.file(id), desk.limits, name=name)
        source = order.source or f"sheet_{at:%Y%m%d}_{id[-6:]}"
        upload = Upload(
            id, order.kind, name, size, table.sha256, source, by.label, by.user_id or 0, at, sheet=table.sheet,
            encoding=table.encoding, columns=table.columns, sample=_sample(table.rows), total=len(table.rows),
            notes=table.notes,
        )  # fmt: skip
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


def proposed(desk: Desk, upload: Upload, *, by: Actor) -> Mapping[str, Any]:
    """The mapping as settled, as last confirmed for a form with this very header, or as the header suggests."""
    if upload.mapping is not None:
        return upload.mapping
    known = mappings.find(form_of(upload), kind=upload.kind, office=office_of(by))
    if known is not None:
        return known
    return propose(upload.columns, fields_of(desk, upload.kind)).as_json()


def form_of(upload: Upload) -> str:
    """Fingerprint of a form: its header."""
    return hashlib.sha256("\x1f".join(upload.columns).encode()).hexdigest()[:40]


def office_of(by: Actor) -> str:
    """The office somebody works for: the first of the scopes it imports for; empty when it may not."""
    held = scopes_for(by, Permission.IMPORT_DATA)
    return f"{held[0].kind}:{held[0].key}" if held else ""


def settle(desk: Desk, id: str, mapping: Mapping[str, Any], *, by: Actor, at: datetime) -> Upload:
    """Keep the mapping a person settled; InputError names a field or column that does not exist or is missing."""
    upload = read(desk, id, by=by)
    _not_working(upload)
    fields = fields_of(desk, upload.kind)
    settled = apply_map(mapping, upload.columns, fields, file=upload.name)
    check_required(settled, upload.columns, fields, file=upload.name)
    for quantity in settled.facts:
        desk.indicators.get(quantity.indicator)
        desk.units.get(quantity.unit)
        Period.parse(quantity.period)
    told = {
        **settled.as_json(),
        "columns": {item.name: settled.columns.get(item.name, "") for item in fields},
    }
    with transaction.atomic():
        _note(by, "map", upload, told, at)
        mappings.save(form_of(upload), told, kind=upload.kind, office=office_of(by), by=by.label, at=at)
        return files(desk).change(id, mapping=told, state="received", report=None, fault=None)


def start(desk: Desk, id: str, step: str, *, by: Actor, at: datetime) -> Upload:
    """Queue the check (all row errors at once, nothing written) or the import; gives the upload as it now stands.

    step  checking | importing
    """
    from jiqun.actions import upload_work

    upload = read(desk, id, by=by)
    if upload.state == step:
        return upload  # pressed twice
    _not_working(upload)
    if step == "importing" and upload.state not in ("checked", "failed"):
        raise WrongState("upload.not_checked", seen=upload.state)
    with transaction.atomic():
        _note(by, "check" if step == "checking" else "import", upload, {}, at)
        upload_work.enqueue(id)
        return files(desk).change(id, state=step, queued_at=at, fault=None, actor=upload_work.kept_actor(by))


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


def _sample(rows: list[tuple[int, list[str]]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(cell[:CELL_SHOWN] for cell in cells) for _, cells in rows[:PREVIEW_ROWS])
