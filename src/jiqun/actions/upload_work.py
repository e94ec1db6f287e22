"""导入后台 the work behind an upload: check or import, in the worker where one runs, else in the process that asks.

Who works holds the lock of the upload; it falls with the process, so a kill leaves the work to whoever comes next. The
import is safe to run again: what an earlier run has written is found unchanged.
"""

import threading
import time
from datetime import timedelta
from pathlib import Path

from django_tasks import task

from jiqun.actions.desk import Desk
from jiqun.actions.desk import desk as own_desk
from jiqun.actions.imports import ImportReport, Order, run_import
from jiqun.actions.upload_files import WORKING, Progress, Upload, UploadFiles
from jiqun.core.errors import JiqunError, RowErrors, WrongState
from jiqun.lake.durable import locked
from jiqun.ledger import permissions

PATIENCE = timedelta(seconds=4)
TOLD_EVERY_S = 0.5
SHOWN_ERRORS = 2000


@task()
def work_on_upload(id: str) -> None:
    """The task the worker takes up."""
    work(own_desk(), id)


def enqueue(id: str) -> None:
    """Put the work into the queue, from within the ledger transaction."""
    work_on_upload.enqueue(id)


def look_after(desk: Desk, upload: Upload) -> Upload:
    """Asked how far it is: start the work here when nobody has taken it up (no worker, or it was killed)."""
    if upload.state not in WORKING or upload.queued_at is None or desk.now() - upload.queued_at < PATIENCE:
        return upload
    if not _is_held(UploadFiles(desk.uploads), upload.id):
        threading.Thread(target=_work_here, args=(desk, upload.id), daemon=True).start()
    return upload


def work(desk: Desk, id: str) -> None:
    """Do what the upload waits for; nothing when it waits for nothing or another process is at it."""
    store = UploadFiles(desk.uploads)
    try:
        with locked(store.lock(id)):
            upload = store.read(id)
            if upload.state in WORKING:
                _step(desk, store, upload)
    except WrongState as error:
        if error.code != "lake.locked":
            raise


def _work_here(desk: Desk, id: str) -> None:
    from django.db import connections

    try:
        work(desk, id)
    finally:
        connections.close_all()


def _step(desk: Desk, store: UploadFiles, upload: Upload) -> None:
    checking = upload.state == "checking"
    order = Order(
        upload.kind, store.file(upload.id), upload.source, upload.name, upload.sheet, upload.mapping, checking
    )
    try:
        by = permissions.actor_of_user(upload.by_id, request_id=upload.request_id)
        report = run_import(desk, order, by=by, at=desk.now(), progress=_Teller(store, upload.id))
    except JiqunError as error:
        store.change(upload.id, state="failed", fault=fault_of(error))
        return
    except BaseException:
        store.change(upload.id, state="failed", fault={"code": "http.server_error", "facts": {}})
        raise
    store.change(upload.id, state="checked" if checking else "done", report=_shown(report))


def fault_of(error: JiqunError) -> dict[str, object]:
    """An error as it is kept: code and facts, the sentence is chosen where it is shown."""
    lines = len(error.errors) if isinstance(error, RowErrors) else 0
    return {
        "code": error.code,
        "facts": {name: str(value) for name, value in error.facts.items()},
        "lines": lines,
    }


def _shown(report: ImportReport) -> dict[str, object]:
    return {
        **report.as_json(most=SHOWN_ERRORS), "error_count": len(report.errors), "flag_count": len(report.flags),
    }  # fmt: skip


def _is_held(store: UploadFiles, id: str) -> bool:
    try:
        with locked(store.lock(id)):
            return False
    except WrongState:
        return True


class _Teller:
    """Notes how far the work is, not more often than somebody could read it."""

    def __init__(self, store: UploadFiles, id: str) -> None:
        self.store, self.id, self.told = store, id, 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self.told >= TOLD_EVERY_S or done == total:
            self.told = now
            self.store.tell(self.id, Progress(what, done, total))


def leftover(root: Path) -> list[str]:
    """Ids of uploads that wait for work, for a worker that has just started."""
    return [upload.id for upload in UploadFiles(root).all() if upload.state in WORKING]
