"""The watcher over a real lake: readings of the spool become alarms, the loop goes on when one factory fails, and stops."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from alarm_house import FURNACE, HOT, factory
from django.db import connections
from gate_rows import PACKS
from reading_rows import put_readings

from jiqun.actions import watching
from jiqun.actions.desk import Desk
from jiqun.factory.instants import SECOND, micros_of
from jiqun.ledger import alarms, drift

pytestmark = pytest.mark.django_db


class Once(threading.Event):
    """Told to stop after so many pauses."""

    def __init__(self, rounds: int) -> None:
        super().__init__()
        self.left = rounds

    def wait(self, timeout: float | None = None) -> bool:
        self.left -= 1
        if self.left <= 0:
            self.set()
        return self.is_set()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(connections, "close_all", lambda: None)  # the test's own transaction
    return Desk(tmp_path, PACKS)


def put(desk: Desk, site: str, values: list[float], *, ago: int) -> int:
    """A reading a second, the last of them so many seconds ago; gives the instant of the first."""
    now = micros_of(desk.now())
    start = now - (ago + len(values)) * SECOND
    rows = [(start + n * SECOND, value) for n, value in enumerate(values)]
    put_readings(desk.lake, site, {FURNACE: rows}, arrived_us=now - ago * SECOND)
    return start


def test_readings_of_the_spool_become_alarms(desk: Desk) -> None:
    factory(replace(HOT, on_delay_s=1.0, off_delay_s=1.0))
    start = put(desk, "spring", [420.0, 430.0, 430.0, 430.0, 420.0, 420.0, 420.0], ago=20)
    assert watching.step(desk, "spring", desk.readings, at=desk.now()) == watching.Stepped(7, 2, 0)
    assert [(one.name, one.at_us) for one in alarms.journal("spring").rows] == [
        ("clear", start + 5 * SECOND), ("active", start + 2 * SECOND),
    ]  # fmt: skip
    assert watching.step(desk, "spring", desk.readings, at=desk.now()) == watching.Stepped()
    put(desk, "spring", [440.0] * 3, ago=8)
    assert watching.step(desk, "spring", desk.readings, at=desk.now()) == watching.Stepped(3, 1, 0)


def test_the_loop_follows_every_factory_and_outlives_the_failure_of_one(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("bad", "spring"):
        factory(HOT, key=key)
        put(desk, key, [430.0] * 5, ago=20)
    real = watching.step

    def step(desk: Desk, factory: str, *more: object, **named: object) -> watching.Stepped | None:
        if factory == "bad":
            raise OSError
        return real(desk, factory, *more, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(watching, "step", step)
    watching.watch(desk, Once(2))
    assert [one.state for one in alarms.standing("spring")] == ["unacknowledged"]
    assert drift.position("bad").steps == 0
    monkeypatch.undo()
    monkeypatch.setattr(connections, "close_all", lambda: None)
    watching.watch(desk, Once(1), only=lambda key: key != "bad")
    assert drift.position("bad").steps == 0
    watching.watch(desk, Once(1))
    assert drift.position("bad").steps == 1
