"""导入后台 the work behind an upload: check or import, in the worker where one runs, else in the process that asks.

Who works holds the lock of the upload; it falls with the process, so a kill leaves the work to whoever comes next. The
import is safe to run again: what an earlier run has written is found unchanged.
"""

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from django_tasks import task

from jiqun.actions.desk import Desk
from jiqun.actions.desk import desk as own_desk
from jiqun.actions.export_files import Sheet, write_file
from jiqun.actions.imports import run_import
from jiqun.actions.upload_files import WORKING, Upload, UploadFiles
from jiqun.actions.upload_reports import TableReport, orders_of, settle_followed, shown
from jiqun.actions.work_folders import Progress
from jiqun.core.errors import JiqunError, RowError, RowErrors, WrongState
from jiqun.lake.catalogue import Column
from jiqun.lake.durable import locked
from jiqun.ledger import accounts, tokens
from jiqun.ledger.permissions import ANYWHERE, NOBODY, Actor, Grant, check
from jiqun.ledger.roles import Permission
from jiqun.ledger.scopes import Scope

log = logging.getLogger("jiqun.uploads")

PATIENCE = timedelta(seconds=4)
TOLD_EVERY_S = 0.5


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
    by = rights_now(actor_again(upload.actor or {}))
    told: list[TableReport] = []
    try:
        check(by, Permission.IMPORT_DATA, target_scope=ANYWHERE)
        for order in orders_of(store.file(upload.id), upload, dry_run=checking):
            report = run_import(desk, order, by=by, at=desk.now(), progress=_Teller(store, upload.id))
            told.append(TableReport(order.table, upload.tables[order.table], report))
            if not checking:
                settle_followed(upload, told[-1], by=by, at=desk.now())
    except JiqunError as error:
        store.change(upload.id, state="failed", fault=fault_of(error))
        return
    except Exception:
        asked = (upload.actor or {}).get("request_id", "")
        log.exception("upload %s, asked for in request %s, stopped", upload.id, asked)
        store.change(upload.id, state="failed", fault={"code": "http.server_error", "facts": {}})
        raise
    _write_errors(store.errors_file(upload.id), [error for one in told for error in one.report.errors])
    store.returned_file(upload.id).unlink(missing_ok=True)
    store.change(upload.id, state="checked" if checking else "done", report=shown(told))


def kept_actor(by: Actor) -> dict[str, object]:
    """Who asks, with the rights of this moment, as it is kept beside the upload."""
    return {
        "user_id": by.user_id,
        "label": by.label,
        "grants": [(grant.role, grant.scope.kind, grant.scope.key) for grant in by.grants],
        "token_scopes": None if by.token_scopes is None else sorted(by.token_scopes),
        "token_scope": (by.token_scope.kind, by.token_scope.key),
        "request_id": by.request_id,
        "token_id": by.token_id,
    }


def actor_again(kept: Mapping[str, Any]) -> Actor:
    """The actor that `kept_actor` kept; one without rights when nothing was kept."""
    if not kept:
        return NOBODY
    scopes = kept["token_scopes"]
    return Actor(
        kept["user_id"],
        kept["label"],
        tuple(Grant(role, Scope(kind, key)) for role, kind, key in kept["grants"]),
        None if scopes is None else frozenset(Permission(name) for name in scopes),
        Scope(*kept["token_scope"]),
        kept["request_id"],
        kept["token_id"],
    )


def rights_now(kept: Actor) -> Actor:
    """The actor with those of its kept grants the account still holds: a role taken back since, a closed account, or a
    token that opens nothing any more, may do nothing. Nothing is added. The system has no account and stays as it is.
    """
    if kept.user_id is None:
        return kept
    person = accounts.actor_of(kept.user_id)
    held = set(person.grants) if person else set()
    if kept.token_id is not None and tokens.get(kept.token_id).revoked_at is not None:
        held = set()
    return replace(kept, grants=tuple(grant for grant in kept.grants if grant in held))


def _write_errors(path: Path, errors: Sequence[RowError]) -> None:
    names = ("file", "row", "column", "code", "seen", "allowed")
    columns = tuple(Column(name, "text", "", "") for name in names)
    rows = ([getattr(error, name) for name in names] for error in errors)
    write_file(Sheet("errors", columns, rows), path, "csv")


def fault_of(error: JiqunError) -> dict[str, object]:
    """An error as it is kept: code and facts, the sentence is chosen where it is shown."""
    lines = len(error.errors) if isinstance(error, RowErrors) else 0
    return {
        "code": error.code,
        "facts": {name: str(value) for name, value in error.facts.items()},
        "lines": lines,
    }


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
    """Ids of uploads that wait for work."""
    return [upload.id for upload in UploadFiles(root).all() if upload.state in WORKING]


def take_up_leftover(desk: Desk) -> int:
    """Queue anew what a killed process left half-way; for a worker that has just started. Gives how many."""
    found = leftover(desk.uploads)
    for id in found:
        enqueue(id)
    return len(found)
