"""值守 the watcher: follows the readings of every factory and moves alarms and detectors on, a step at a time.

A step reads what arrived since the last one and writes alarms, journal, warnings and its position in one transaction, so
that a kill at any moment repeats a step or has done it. A step reckoned on what is no more is thrown away.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connections, transaction

from jiqun.actions import alarm_steps, watching_drift
from jiqun.actions.desk import Desk
from jiqun.actions.watching_drift import Followed, Readings, Row, Span
from jiqun.factory.alarms.diagram import Diagram
from jiqun.factory.instants import MINUTE, micros_of
from jiqun.ledger import alarms, drift, factories
from jiqun.ledger.alarms import AlarmEntry, AlarmRow
from jiqun.ledger.drift import Position

log = logging.getLogger("jiqun.watch")
ROWS_MOST = 20_000
PAUSE_S = 1.0
FIRST_BACK_US = 10 * MINUTE
"""A factory never watched before is watched from readings that arrived so long ago; what is older is history."""


@dataclass(frozen=True)
class Stepped:
    """What a step did: readings taken, lines of the journal, warnings new or going on."""

    rows: int = 0
    entries: int = 0
    warnings: int = 0


def step(
    desk: Desk, factory: str, readings: Readings, *, at: datetime, listening_us: int | None = None
) -> Stepped | None:
    """One step for one factory; None when another process was faster, and nothing was written.

    listening_us  since when this process listens: only silence it heard itself is told
    """
    held, now_us = drift.position(factory), micros_of(at)
    start = held.arrived_us or now_us - FIRST_BACK_US
    rows = readings.since(factory, start, ROWS_MOST)
    listening_us = now_us if listening_us is None else listening_us
    span = Span(factory, rows, at, now_us, held.arrived_us, listening_us)
    watches = drift.watches(factory)
    points = {one.point for one in alarms.limits(factory)} | {
        point for one in watches for point in one.points
    }
    found = watching_drift.followed(readings, watches, points, held.rhythm, span)
    if not rows and not found.warnings and not found.watches and not _any_due(factory, now_us):
        return Stepped()
    with transaction.atomic():
        if drift.locked_position(factory).steps != held.steps:
            return None
        entries = _move_alarms(desk.alarm_states, factory, rows, at)
        _keep(factory, held, rows, found, at)
    return Stepped(len(rows), entries, len(found.warnings))


def watch(desk: Desk, stop: threading.Event, only: Callable[[str], bool] | None = None) -> None:
    """Step for every active factory about once a second until told to stop; what fails in one is logged and tried again.

    only  of which factories, all when not told
    """
    readings, listening_us = desk.readings, micros_of(desk.now())
    try:
        while not stop.is_set():
            behind = False
            for factory in _active(only):
                behind = _tried(desk, factory, readings, listening_us) or behind
            stop.wait(0.0 if behind else PAUSE_S)
    finally:
        connections.close_all()


def _tried(desk: Desk, factory: str, readings: Readings, listening_us: int) -> bool:
    """One step that may fail; gives whether there is more to read at once."""
    try:
        done = step(desk, factory, readings, at=desk.now(), listening_us=listening_us)
    except Exception:
        log.exception("step of factory %s", factory)
        connections.close_all()  # a lost database is found again by the next step
        return False
    return done is not None and done.rows >= ROWS_MOST


def _active(only: Callable[[str], bool] | None) -> Iterable[str]:
    try:
        found = [one.key for one in factories.all_factories() if one.active]
    except Exception:
        log.exception("list of factories")
        connections.close_all()
        return []
    return found if only is None else [key for key in found if only(key)]


def _any_due(factory: str, now_us: int) -> bool:
    until = now_us - alarm_steps.GRACE_US
    return any(alarm_steps.last_due(row, until) is not None for row in alarms.standing(factory))


def _move_alarms(diagram: Diagram, factory: str, rows: Sequence[Row], at: datetime) -> int:
    """Every alarm behind the readings of its point, and behind what time has ended."""
    before = alarms.locked(factory)
    now = dict(before)
    by_point: dict[str, list[str]] = {}
    for key, row in before.items():
        by_point.setdefault(row.limit.point, []).append(key)
    entries: list[AlarmEntry] = []
    for point, read_us, value, quality, _, arrived_us in rows:
        for key in by_point.get(point, ()):
            now[key], told = alarm_steps.read(diagram, now[key], (read_us, value, quality), arrived_us, at=at)
            entries += told
    for key, row in now.items():
        now[key], told = alarm_steps.passed(diagram, row, micros_of(at), at=at)
        entries += told
    alarms.keep(factory, _changed(before, now), entries)
    return len(entries)


def _changed(before: dict[str, AlarmRow], now: dict[str, AlarmRow]) -> list[AlarmRow]:
    return [row for key, row in now.items() if row != before[key]]


def _keep(factory: str, held: Position, rows: Sequence[Row], found: Followed, at: datetime) -> None:
    drift.keep_watches(factory, found.watches)
    drift.keep_warnings(factory, found.warnings)
    since = held.since_us
    if since is None:
        since = min((min(row[1], row[5]) for row in rows), default=None)
    arrived = rows[-1][5] if rows else held.arrived_us
    told = replace(
        held, arrived_us=arrived, since_us=since, steps=held.steps + 1, rhythm=found.rhythm, stepped_at=at
    )
    drift.keep_position(factory, told)
