"""One import at a time: who has to wait is told so, once, and acts later than the one before."""

import threading
import time
from datetime import timedelta

import pytest
from action_world import SYSTEM, XINCHANG, World

from jiqun.actions import outbox
from jiqun.actions.imports import Order, run_import
from jiqun.core.errors import WrongState
from jiqun.lake.durable import FileLock

HEADER = ("subject", "indicator", "period", "value", "unit")
FACT = (f"region:{XINCHANG}", "revenue", "2024", "12.5", "亿元")


class Holder:
    """Holds the turn of a home for a while, as another command does."""

    def __init__(self, world: World, seconds: float) -> None:
        self.lock = FileLock(world.desk.home / "turn.lock")
        self.lock.acquire()
        self.timer = threading.Timer(seconds, self.lock.release)
        self.timer.start()

    def end(self) -> None:
        self.timer.join()


def test_nobody_is_told_to_wait_when_the_turn_is_free(world: World) -> None:
    told: list[str] = []
    at = world.now()
    with outbox.turn(world.desk, at=at, waiting=lambda: told.append("wait")) as now:
        assert now == at
    assert told == []


def test_who_waits_is_told_once_and_acts_later(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[float] = []
    at = world.now()
    later = at + timedelta(hours=1)
    monkeypatch.setattr(type(world.desk), "now", lambda _: later)
    holder = Holder(world, 0.4)
    started = time.monotonic()
    with outbox.turn(world.desk, at=at, waiting=lambda: told.append(time.monotonic() - started)) as now:
        assert time.monotonic() - started >= 0.3
        assert now == later
    holder.end()
    assert len(told) == 1 and told[0] < 0.3


def test_a_turn_that_never_comes_is_an_error(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "TURN_S", 0.2)
    holder = Holder(world, 1.0)
    with (
        pytest.raises(WrongState, match=r"lake\.locked"),
        outbox.turn(world.desk, at=world.now(), waiting=lambda: None),
    ):
        pass
    holder.end()


def test_the_turn_is_given_back_after_an_error(world: World) -> None:
    with pytest.raises(ZeroDivisionError), outbox.turn(world.desk, at=world.now()):
        raise ZeroDivisionError
    with outbox.turn(world.desk, at=world.now()):
        pass


def test_an_import_tells_its_watcher_that_it_waits(world: World) -> None:
    told: list[str] = []
    path = world.file(HEADER, [FACT])
    holder = Holder(world, 0.5)
    order = Order("facts", path, "register")
    report = run_import(
        world.desk, order, by=SYSTEM, at=world.now(), progress=lambda what, done, total: told.append(what)
    )
    holder.end()
    assert report.accepted + report.quarantined == 1
    assert sum("waiting for another import" in what for what in told) == 1


def test_a_dry_run_waits_for_nobody(world: World) -> None:
    told: list[str] = []
    path = world.file(HEADER, [FACT])
    holder = Holder(world, 5.0)
    started = time.monotonic()
    order = Order("facts", path, "register", dry_run=True)
    run_import(
        world.desk, order, by=SYSTEM, at=world.now(), progress=lambda what, done, total: told.append(what)
    )
    assert time.monotonic() - started < 4
    assert not any("waiting" in what for what in told)
    holder.timer.cancel()
    holder.lock.release()
