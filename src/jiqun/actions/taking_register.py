"""受理台账 what the gate asks of the ledger: which site a token opens, a site's points, and new points written down.

One thread of its own talks to the database, so that a hundred connections of boxes are one connection there.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar

from django.db import DatabaseError, close_old_connections, connections, transaction

from jiqun.core.errors import NotFound, SourceDown
from jiqun.factory.readings.taken import PointWords
from jiqun.ledger import audit, factories, factory_tokens
from jiqun.ledger.permissions import system

ASK_S = 30.0
GATE = system("gate")
Given = TypeVar("Given")


class LedgerRegister:
    """The ledger as the gate sees it (受理台账)."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ledger")

    def points(self, site: str) -> Mapping[str, PointWords]:
        """Unit and kind by key, retired ones too; NotFound `factory.unknown` when no such factory is at work."""
        return self._ask(lambda: _points(site))

    def add_points(self, site: str, new: Mapping[str, PointWords]) -> None:
        """Write points down that were met for the first time."""
        told = [(key, unit, kind) for key, (unit, kind) in new.items()]
        self._ask(lambda: _register(site, told, self._now()))

    def site_of(self, token: str) -> str | None:
        """The site a working token opens."""
        found = self._ask(lambda: factory_tokens.find(token, at=self._now()))
        return found.factory if found else None

    def sites(self) -> tuple[str, ...]:
        """Factories at work, by key."""
        return self._ask(lambda: tuple(one.key for one in factories.all_factories() if one.active))

    def close(self) -> None:
        """Hang up."""
        self._thread.submit(connections.close_all)
        self._thread.shutdown()

    def _ask(self, work: Callable[[], Given]) -> Given:
        try:
            return self._thread.submit(_asked, work).result(ASK_S)
        except (DatabaseError, TimeoutError) as error:
            raise SourceDown("store.down", seen=f"{type(error).__name__}: {error}"[:200]) from error


def _register(site: str, told: Sequence[tuple[str, str, str]], at: datetime) -> None:
    with transaction.atomic():
        new = factories.register_points(site, told, at=at)
        if new:
            said = {"points": new, "keys": [key for key, _, _ in told[:50]]}
            audit.record(GATE, "factory.point_seen", f"factory:{site}", said, at=at)


def _asked(work: Callable[[], Given]) -> Given:
    close_old_connections()
    return work()


def _points(site: str) -> Mapping[str, PointWords]:
    if not factories.get(site).active:
        raise NotFound("factory.unknown", seen=site)
    return {one.key: (one.unit, one.kind) for one in factories.points(site, retired=True)}
