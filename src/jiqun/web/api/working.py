"""办 what programs do: batches and their undoing, repair of held rows, the audit trail, imports, exports."""

import tempfile
from pathlib import Path
from typing import Literal

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Query, Router
from ninja.files import UploadedFile

from jiqun.actions import batches as batch_acts
from jiqun.actions import exports, templates, upload_returned, uploads
from jiqun.actions import quarantine as quarantine_acts
from jiqun.actions.batches import Undoing
from jiqun.actions.desk import desk
from jiqun.actions.export_files import CONTENT_TYPES
from jiqun.actions.imports import ImportReport
from jiqun.actions.reading import audit as audit_reading
from jiqun.actions.reading import batches as batch_reading
from jiqun.actions.reading import imports as import_reading
from jiqun.actions.reading import quarantine as quarantine_reading
from jiqun.ledger.quarantine import Item
from jiqun.web.answers import file_response
from jiqun.web.api.arguments import (
    AuditQuery,
    Cells,
    ExportQuery,
    HandingIn,
    Key,
    Mapping,
    Number,
    Reason,
    TableNumber,
    Taken,
    Text,
    Turning,
)
from jiqun.web.api.shape import language

router = Router()


@router.get("/batches", tags=["batches"])
def list_batches(
    request: HttpRequest, turning: Query[Turning], kind: Text = "", state: Text = "", source: Text = ""
) -> batch_reading.BatchesContext:
    """Loads of data, latest first, as far as your scopes reach."""
    return batch_reading.batches_page(
        desk(),
        request.actor,
        lang=language(),
        kind=kind,
        state=state,
        source=source,
        page=turning.page,
        size=turning.size,
    )


@router.get("/batches/{batch_id}", tags=["batches"])
def one_batch(request: HttpRequest, batch_id: Key) -> batch_reading.BatchContext:
    """One load of data."""
    return batch_reading.batch_page(desk(), request.actor, batch_id, lang=language())


@router.post("/batches/{batch_id}/undo", tags=["batches"])
def undo_batch(request: HttpRequest, batch_id: Key) -> Undoing:
    """Take a batch back: its facts and subjects are hidden from now on, earlier ones return."""
    here = desk()
    return batch_acts.undo(here, batch_id, by=request.actor, at=here.now())


@router.get("/quarantine", tags=["quarantine"])
def list_held_rows(
    request: HttpRequest, turning: Query[Turning], state: Text = "waiting", batch: Text = ""
) -> quarantine_reading.QuarantineContext:
    """Rows the gate held back."""
    return quarantine_reading.quarantine_page(
        desk(), request.actor, lang=language(), state=state, batch=batch, page=turning.page, size=turning.size
    )


@router.get("/quarantine/{row_id}", tags=["quarantine"])
def one_held_row(request: HttpRequest, row_id: Number) -> quarantine_reading.HeldRowContext:
    """One held row with its cells and everything that is wrong with it."""
    return quarantine_reading.held_row_page(desk(), request.actor, row_id, lang=language())


@router.post("/quarantine/{row_id}/resubmit", tags=["quarantine"])
def resubmit_row(request: HttpRequest, row_id: Number, repaired: Cells) -> ImportReport:
    """Hand a repaired row in again; 400 with every fault when something is still wrong."""
    here = desk()
    return quarantine_acts.resubmit(here, row_id, repaired.cells, by=request.actor, at=here.now())


@router.post("/quarantine/{row_id}/dismiss", tags=["quarantine"])
def dismiss_row(request: HttpRequest, row_id: Number, why: Reason) -> Item:
    """Leave a row out for good, saying why."""
    here = desk()
    return quarantine_acts.dismiss(here, row_id, why.reason, by=request.actor, at=here.now())


@router.get("/audit", tags=["audit"])
def audit_trail(request: HttpRequest, asked: Query[AuditQuery]) -> audit_reading.AuditContext:
    """Who did what to which thing, latest first."""
    return audit_reading.audit_page(
        desk(), request.actor, asked.narrowing(), lang=language(), page=asked.page, size=asked.size
    )


@router.get("/imports", tags=["imports"])
def list_imports(request: HttpRequest) -> import_reading.ImportsContext:
    """Your files on their way."""
    return import_reading.imports(desk(), request.actor, lang=language())


@router.post("/imports", tags=["imports"])
def hand_in(
    request: HttpRequest,
    file: File[UploadedFile],
    about: Form[HandingIn],
) -> import_reading.UploadContext:
    """Hand in a file (CSV, CSV.gz, XLSX): it is looked at, nothing is written to the ledger yet."""
    here = desk()
    told = uploads.HandIn(about.kind, file.name or "", about.source, about.source_title)
    held = uploads.receive(here, file, told, by=request.actor, at=here.now())
    return import_reading.upload(here, request.actor, held.id, lang=language())


@router.get("/imports/{upload_id}", tags=["imports"])
def one_import(request: HttpRequest, upload_id: Key, table: TableNumber = 0) -> import_reading.UploadContext:
    """One file on its way: its tables, the proposal for one of them, errors, totals, progress and outcome."""
    return import_reading.upload(desk(), request.actor, upload_id, lang=language(), table=table)


@router.put("/imports/{upload_id}/mapping", tags=["imports"])
def settle_mapping(
    request: HttpRequest, upload_id: Key, mapping: Mapping, table: TableNumber = 0
) -> import_reading.UploadContext:
    """Say which column of a table is what; what is left out is proposed from the header. It is remembered for the form."""
    here = desk()
    told = mapping.model_dump(exclude_none=True)
    uploads.settle(here, upload_id, told, by=request.actor, at=here.now(), table=table)
    return import_reading.upload(here, request.actor, upload_id, lang=language(), table=table)


@router.put("/imports/{upload_id}/tables/{table}", tags=["imports"])
def take_table(
    request: HttpRequest, upload_id: Key, table: TableNumber, taken: Taken
) -> import_reading.UploadContext:
    """Take a table of the file along, or leave it out."""
    here = desk()
    uploads.include(here, upload_id, table, taken.take, by=request.actor, at=here.now())
    return import_reading.upload(here, request.actor, upload_id, lang=language(), table=table)


@router.get("/imports/{upload_id}/returned", tags=["imports"], openapi_extra={"x-file": True})
def returned_workbook(request: HttpRequest, upload_id: Key) -> HttpResponse:
    """The workbook with its errors marked and listed, what the ledger knows filled in."""
    path = upload_returned.returned(desk(), upload_id, by=request.actor, lang=language())
    return file_response(path.read_bytes(), name="returned.xlsx", content_type=CONTENT_TYPES["xlsx"])


@router.get("/templates/{table}", tags=["imports"], openapi_extra={"x-file": True})
def empty_workbook(
    request: HttpRequest,
    table: Literal["enterprise", "fact", "subject", "relation", "firm"],
    indicator: Text = "",
    period: Text = "",
) -> HttpResponse:
    """An empty workbook to fill in; `indicator` lists figures to ask of each enterprise, parted by commas."""
    asked = templates.Asked(table, tuple(filter(None, indicator.split(","))), period)
    body = templates.template(desk(), asked, by=request.actor, lang=language())
    return file_response(body, name=f"{table}.xlsx", content_type=CONTENT_TYPES["xlsx"])


@router.post("/imports/{upload_id}/check", tags=["imports"])
def check_import(request: HttpRequest, upload_id: Key) -> import_reading.UploadContext:
    """Look at every row; ask for the import again until its state is `checked`."""
    here = desk()
    uploads.start(here, upload_id, "checking", by=request.actor, at=here.now())
    return import_reading.upload(here, request.actor, upload_id, lang=language())


@router.post("/imports/{upload_id}/confirm", tags=["imports"])
def confirm_import(request: HttpRequest, upload_id: Key) -> import_reading.UploadContext:
    """Import what was checked; ask for the import again until its state is `done`."""
    here = desk()
    uploads.start(here, upload_id, "importing", by=request.actor, at=here.now())
    return import_reading.upload(here, request.actor, upload_id, lang=language())


@router.get("/export/{what}", tags=["export"], openapi_extra={"x-file": True})
def export_rows(
    request: HttpRequest,
    what: Literal["facts", "enterprises"],
    asked: Query[ExportQuery],
    format: Literal["csv", "xlsx", "parquet"] = "csv",
) -> HttpResponse:
    """Facts or enterprises as a file; the column `synthetic` is always there, no cell is a formula."""
    here = desk()
    ask = exports.ExportAsk(what, format, **asked.model_dump())
    with tempfile.TemporaryDirectory(dir=here.uploads) as folder:
        path = Path(folder) / f"{what}.{format}"
        exports.export(here, ask, path, by=request.actor, at=here.now())
        name = f"{what}-{here.now():%Y%m%d-%H%M}.{format}"
        return file_response(path.read_bytes(), name=name, content_type=CONTENT_TYPES[format])
