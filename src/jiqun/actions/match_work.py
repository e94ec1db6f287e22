"""匹配后台 the work behind a list: matching its rows, or a search for duplicates; in the worker, else where it is asked.

Each row done is a line on the disk: a killed run goes on with the next row. Who works holds the lock of the list.
"""

import logging
import threading
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django_tasks import task

from jiqun.actions.desk import Desk
from jiqun.actions.desk import desk as own_desk
from jiqun.actions.journal import Journal
from jiqun.actions.match_files import WORKING, MatchFiles, MatchList
from jiqun.actions.upload_work import PATIENCE, actor_again, fault_of, kept_actor, rights_now
from jiqun.actions.work_folders import Progress
from jiqun.brain.matching import Asked, Candidate, Decision, Evidence
from jiqun.core.errors import JiqunError, WrongState
from jiqun.lake.durable import locked
from jiqun.ledger.permissions import Actor

__all__ = ["enqueue", "kept_actor", "look_after", "take_up_leftover", "work", "work_on_list"]

log = logging.getLogger("jiqun.matching")
TOLD_EVERY = timedelta(seconds=0.5)


@task()
def work_on_list(id: str) -> None:
    """The task the worker takes up."""
    work(own_desk(), id)


def enqueue(id: str) -> None:
    """Put the work into the queue, from within the ledger transaction."""
    work_on_list.enqueue(id)


def look_after(desk: Desk, held: MatchList) -> MatchList:
    """Asked how far it is: start the work here when nobody has taken it up (no worker, or it was killed)."""
    if held.state != WORKING or held.queued_at is None or desk.now() - held.queued_at < PATIENCE:
        return held
    if not _is_held(MatchFiles(desk.home / "matching"), held.id):
        threading.Thread(target=_work_here, args=(desk, held.id), daemon=True).start()
    return held


def work(desk: Desk, id: str) -> None:
    """Do what the list waits for; nothing when it waits for nothing or another process is at it."""
    store = MatchFiles(desk.home / "matching")
    try:
        with locked(store.lock(id)):
            held = store.read(id)
            if held.state == WORKING:
                _step(desk, store, held)
    except WrongState as error:
        if error.code != "lake.locked":
            raise


def take_up_leftover(desk: Desk) -> int:
    """Queue anew what a killed process left half-way; for a worker that has just started. Gives how many."""
    found = [one.id for one in MatchFiles(desk.home / "matching").all() if one.state == WORKING]
    for id in found:
        enqueue(id)
    return len(found)


def _work_here(desk: Desk, id: str) -> None:
    from django.db import connections

    try:
        work(desk, id)
    finally:
        connections.close_all()


def _step(desk: Desk, store: MatchFiles, held: MatchList) -> None:
    by = rights_now(actor_again(held.actor or {}))
    try:
        report = (
            _duplicates(desk, store, held, by) if held.kind == "dedupe" else _matched(desk, store, held, by)
        )
    except JiqunError as error:
        store.change(held.id, state="failed", fault=fault_of(error))
        return
    except Exception:
        log.exception("list %s stopped", held.id)
        store.change(held.id, state="failed", fault={"code": "http.server_error", "facts": {}})
        raise
    store.change(held.id, state="done", report=report)


def _matched(desk: Desk, store: MatchFiles, held: MatchList, by: Actor) -> dict[str, Any]:
    """Match the rows that are not done yet; each is a line, in the order of the list."""
    from jiqun.actions.matching import match_names

    rows = store.rows(held.id)
    journal = Journal(store.results(held.id), held.id)
    teller = _Teller(desk, store, held.id)
    done = len(journal.done)
    try:
        for number, decision in enumerate(match_names(desk, by, rows[done:]), start=done + 1):
            journal.add(asdict(decision))
            teller("匹配 matching", number, len(rows))
    finally:
        journal.close()
    return {"rows": len(rows)}


def _duplicates(desk: Desk, store: MatchFiles, held: MatchList, by: Actor) -> dict[str, Any]:
    from jiqun.actions import dedupe

    report = dedupe.find(desk, by=by, at=desk.now(), progress=_Teller(desk, store, held.id))
    return {"enterprises": report.enterprises, "pairs": report.pairs, "proposals": len(report.proposals)}


def match_of(line: dict[str, Any]) -> Decision:
    """A line of the journal as a decision again."""
    reason = Evidence(**line["reason"]) if line["reason"] else None
    best, second = _candidate(line["best"]), _candidate(line["runner_up"])
    return Decision(Asked(**line["asked"]), line["decision"], best, second, reason)


def _candidate(told: dict[str, Any] | None) -> Candidate | None:
    if told is None:
        return None
    evidence = tuple(Evidence(**item) for item in told["evidence"])
    return Candidate(told["subject"], told["name"], told["score"], evidence)


def _is_held(store: MatchFiles, id: str) -> bool:
    try:
        with locked(store.lock(id)):
            return False
    except WrongState:
        return True


class _Teller:
    """Notes how far the work is, not more often than somebody could read it."""

    def __init__(self, desk: Desk, store: MatchFiles, id: str) -> None:
        self.desk, self.store, self.id = desk, store, id
        self.told = desk.now() - TOLD_EVERY

    def __call__(self, what: str, done: int, total: int) -> None:
        now = self.desk.now()
        if now - self.told >= TOLD_EVERY or done == total:
            self.told = now
            self.store.tell(self.id, Progress(what, done, total))
