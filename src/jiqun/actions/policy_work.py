"""评价后台 the work behind a run: reading the sheet whole or refusing it whole, then judging its firms."""

from typing import Any

from django_tasks import task

from jiqun.actions import policy_judge, policy_packs
from jiqun.actions.background import Background, Teller
from jiqun.actions.desk import Desk
from jiqun.actions.desk import desk as own_desk
from jiqun.actions.judging_files import firms_of_rows, numbers_of
from jiqun.actions.policy_files import Run, RunFiles
from jiqun.core.errors import RowErrors
from jiqun.ledger.permissions import ANYWHERE, Actor, Permission, check


@task()
def work_on_run(id: str) -> None:
    """The task the worker takes up."""
    work(own_desk(), id)


def enqueue(id: str) -> None:
    """Put the work into the queue, from within the ledger transaction."""
    work_on_run.enqueue(id)


def look_after(desk: Desk, run: Run) -> Run:
    """Asked how far it is: start the work here when nobody has taken it up (no worker, or it was killed)."""
    return BEHIND.look_after(desk, run)


def work(desk: Desk, id: str) -> None:
    """Judge what the run waits for; nothing when it waits for nothing or another process is at it."""
    BEHIND.work(desk, id)


def take_up_leftover(desk: Desk) -> int:
    """Queue anew what a killed process left half-way; for a worker that has just started. Gives how many."""
    return BEHIND.take_up_leftover(desk)


def files(desk: Desk) -> RunFiles:
    """The folder of runs of this home."""
    return RunFiles(desk.home / "policies")


def _report(desk: Desk, run: Run, by: Actor, teller: Teller) -> dict[str, Any]:
    check(by, Permission.IMPORT_DATA, target_scope=ANYWHERE)
    store = files(desk)
    pack, table = policy_packs.pack(desk, run.pack), store.sheet(run.id)
    try:
        read = firms_of_rows(desk, table, file=run.name, on=run.day, region=run.region)
    except RowErrors as error:
        store.keep_errors(run.id, error.errors)
        raise
    teller("评价 judging", 0, run.total)
    lines = policy_judge.lines_of(pack, numbers_of(table), read, on=run.day, kind=run.kind)
    store.keep_lines(run.id, lines)
    if read.remarks:
        store.keep_errors(run.id, read.remarks)
    return {"firms": len(lines), "remarks": len(read.remarks)}


BEHIND = Background(files, _report, enqueue)
