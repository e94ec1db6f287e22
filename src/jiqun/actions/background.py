"""后台工作 the work behind a kind of work folder: in the worker, else where somebody asks how far it is.

Who works holds the lock of the folder; a killed run is taken up again. What went wrong is kept beside what was handed in.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

from jiqun.actions.desk import Desk
from jiqun.actions.kept_rights import actor_again, rights_now
from jiqun.actions.work_folders import WORKING, Kept, Progress, WorkFolders
from jiqun.core.errors import JiqunError, RowErrors, WrongState
from jiqun.lake.durable import locked
from jiqun.ledger.permissions import Actor

PATIENCE = timedelta(seconds=4)
"""How long work may wait for a worker before who asks does it."""
TOLD_EVERY = timedelta(seconds=0.5)

log = logging.getLogger("jiqun.work")


class Waiting(Kept, Protocol):
    """A folder that waits for work: its state, since when, and who asked."""

    @property
    def state(self) -> str:
        """working | done | failed."""
        ...

    @property
    def queued_at(self) -> datetime | None:
        """When it was put into the queue."""
        ...

    @property
    def actor(self) -> Mapping[str, Any] | None:
        """Who asked, as `kept_actor` keeps it."""
        ...


Held = TypeVar("Held", bound=Waiting)


@dataclass
class Teller:
    """Notes how far the work is, not more often than somebody could read it."""

    desk: Desk
    store: WorkFolders[Any]
    id: str
    told: datetime | None = None

    def __call__(self, what: str, done: int, total: int) -> None:
        """So many of so many."""
        now = self.desk.now()
        if self.told is None or now - self.told >= TOLD_EVERY or done == total:
            self.told = now
            self.store.tell(self.id, Progress(what, done, total))


@dataclass(frozen=True)
class Background(Generic[Held]):
    """The work behind one kind of folder.

    store   the folders of a home
    report  does the work; what it gives is kept as the report
    queue   puts the work on a folder into the queue
    waiting states of a folder that waits for work; ended: its state once done, by that before (done where not told)
    """

    store: Callable[[Desk], WorkFolders[Held]]
    report: Callable[[Desk, Held, Actor, Teller], Mapping[str, Any]]
    queue: Callable[[str], object]
    waiting: tuple[str, ...] = (WORKING,)
    ended: Mapping[str, str] = field(default_factory=dict[str, str])

    def look_after(self, desk: Desk, held: Held) -> Held:
        """Asked how far it is: start the work here when nobody has taken it up (no worker, or it was killed)."""
        if held.state not in self.waiting or held.queued_at is None or desk.now() - held.queued_at < PATIENCE:
            return held
        if not self._is_held(desk, held.id):
            threading.Thread(target=self._work_here, args=(desk, held.id), daemon=True).start()
        return held

    def work(self, desk: Desk, id: str) -> None:
        """Do what the folder waits for; nothing when it waits for nothing or another process is at it."""
        store = self.store(desk)
        try:
            with locked(store.lock(id)):
                held = store.read(id)
                if held.state in self.waiting:
                    self._step(desk, store, held)
        except WrongState as error:
            if error.code != "lake.locked":
                raise

    def take_up_leftover(self, desk: Desk) -> int:
        """Queue anew what a killed process left half-way; for a worker that has just started. Gives how many."""
        found = self.leftover(desk)
        for id in found:
            self.queue(id)
        return len(found)

    def leftover(self, desk: Desk) -> list[str]:
        """Ids of the folders that wait for work."""
        return [one.id for one in self.store(desk).all() if one.state in self.waiting]

    def _work_here(self, desk: Desk, id: str) -> None:
        from django.db import connections

        try:
            self.work(desk, id)
        finally:
            connections.close_all()

    def _step(self, desk: Desk, store: WorkFolders[Held], held: Held) -> None:
        by = rights_now(actor_again(held.actor or {}))
        try:
            report = self.report(desk, held, by, Teller(desk, store, held.id))
        except JiqunError as error:
            store.change(held.id, state="failed", fault=fault_of(error))
            return
        except Exception:
            asked = (held.actor or {}).get("request_id", "")
            log.exception("work on %s, asked for in request %s, stopped", held.id, asked)
            store.change(held.id, state="failed", fault={"code": "http.server_error", "facts": {}})
            raise
        store.change(held.id, state=self.ended.get(held.state, "done"), report=report)

    def _is_held(self, desk: Desk, id: str) -> bool:
        try:
            with locked(self.store(desk).lock(id)):
                return False
        except WrongState:
            return True


def fault_of(error: JiqunError) -> dict[str, object]:
    """An error as it is kept: code and facts, the sentence is chosen where it is shown."""
    lines = len(error.errors) if isinstance(error, RowErrors) else 0
    return {
        "code": error.code,
        "facts": {name: str(value) for name, value in error.facts.items()},
        "lines": lines,
    }
