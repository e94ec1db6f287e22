"""匹配后台 the work behind a list: matching its rows, or a search for duplicates; in the worker, else where it is asked.

Each row done is a line on the disk: a killed run goes on with the next row. Who works holds the lock of the list.
"""

from dataclasses import asdict
from typing import Any

from django_tasks import task

from jiqun.actions.background import Background, Teller
from jiqun.actions.desk import Desk
from jiqun.actions.desk import desk as own_desk
from jiqun.actions.journal import Journal
from jiqun.actions.match_files import MatchFiles, MatchList
from jiqun.brain.matching import Asked, Candidate, Decision, Evidence
from jiqun.ledger.permissions import Actor


@task()
def work_on_list(id: str) -> None:
    """The task the worker takes up."""
    work(own_desk(), id)


def enqueue(id: str) -> None:
    """Put the work into the queue, from within the ledger transaction."""
    work_on_list.enqueue(id)


def look_after(desk: Desk, held: MatchList) -> MatchList:
    """Asked how far it is: start the work here when nobody has taken it up (no worker, or it was killed)."""
    return BEHIND.look_after(desk, held)


def work(desk: Desk, id: str) -> None:
    """Do what the list waits for; nothing when it waits for nothing or another process is at it."""
    BEHIND.work(desk, id)


def take_up_leftover(desk: Desk) -> int:
    """Queue anew what a killed process left half-way; for a worker that has just started. Gives how many."""
    return BEHIND.take_up_leftover(desk)


def _report(desk: Desk, held: MatchList, by: Actor, teller: Teller) -> dict[str, Any]:
    return (_duplicates if held.kind == "dedupe" else _matched)(desk, held, by, teller)


def _store(desk: Desk) -> MatchFiles:
    return MatchFiles(desk.home / "matching")


BEHIND = Background(_store, _report, enqueue)


def _matched(desk: Desk, held: MatchList, by: Actor, teller: Teller) -> dict[str, Any]:
    """Match the rows that are not done yet; each is a line, in the order of the list."""
    from jiqun.actions.matching import match_names

    store = _store(desk)
    rows = store.rows(held.id)
    journal = Journal(store.results(held.id), held.id)
    done = len(journal.done)
    try:
        for number, decision in enumerate(match_names(desk, by, rows[done:]), start=done + 1):
            journal.add(asdict(decision))
            teller("匹配 matching", number, len(rows))
    finally:
        journal.close()
    return {"rows": len(rows)}


def _duplicates(desk: Desk, held: MatchList, by: Actor, teller: Teller) -> dict[str, Any]:
    from jiqun.actions import dedupe

    del held
    report = dedupe.find(desk, by=by, at=desk.now(), progress=teller)
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
