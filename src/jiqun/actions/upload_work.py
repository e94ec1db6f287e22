"""导入后台 the work behind an upload: check or import, in the worker where one runs, else in the process that asks.

The import is safe to run again after a kill: what an earlier run has written is found unchanged.
"""

from typing import Any

from django_tasks import task

from jiqun.actions.background import Background, Teller
from jiqun.actions.desk import Desk
from jiqun.actions.desk import desk as own_desk
from jiqun.actions.export_files import write_errors
from jiqun.actions.imports import run_import
from jiqun.actions.upload_files import WORKING, Upload, UploadFiles
from jiqun.actions.upload_reports import TableReport, orders_of, settle_followed, shown
from jiqun.ledger.permissions import ANYWHERE, Actor, check
from jiqun.ledger.roles import Permission


@task()
def work_on_upload(id: str) -> None:
    """The task the worker takes up."""
    work(own_desk(), id)


def enqueue(id: str) -> None:
    """Put the work into the queue, from within the ledger transaction."""
    work_on_upload.enqueue(id)


def look_after(desk: Desk, upload: Upload) -> Upload:
    """Asked how far it is: start the work here when nobody has taken it up (no worker, or it was killed)."""
    return BEHIND.look_after(desk, upload)


def work(desk: Desk, id: str) -> None:
    """Do what the upload waits for; nothing when it waits for nothing or another process is at it."""
    BEHIND.work(desk, id)


def take_up_leftover(desk: Desk) -> int:
    """Queue anew what a killed process left half-way; for a worker that has just started. Gives how many."""
    return BEHIND.take_up_leftover(desk)


def _store(desk: Desk) -> UploadFiles:
    return UploadFiles(desk.uploads)


def _report(desk: Desk, upload: Upload, by: Actor, teller: Teller) -> dict[str, Any]:
    check(by, Permission.IMPORT_DATA, target_scope=ANYWHERE)
    checking, store = upload.state == "checking", _store(desk)
    told: list[TableReport] = []
    for order in orders_of(store.file(upload.id), upload, dry_run=checking):
        report = run_import(desk, order, by=by, at=desk.now(), progress=teller)
        told.append(TableReport(order.table, upload.tables[order.table], report))
        if not checking:
            settle_followed(upload, told[-1], by=by, at=desk.now())
    write_errors(store.errors_file(upload.id), [error for one in told for error in one.report.errors])
    store.returned_file(upload.id).unlink(missing_ok=True)
    return shown(told)


BEHIND = Background(_store, _report, enqueue, waiting=WORKING, ended={"checking": "checked"})
