"""预警跟随 detectors and rhythms of one factory moved on by the readings of a step; the ledger is written elsewhere."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol, cast

from jiqun.factory.alarms.condition import readable
from jiqun.factory.detect import rhythm
from jiqun.factory.detect.course import Warned
from jiqun.factory.detect.following import (
    Following,
    follow,
    following,
    grid_of,
    learnt_from,
    plain_model,
    plain_state,
)
from jiqun.factory.detect.grid import Cell, GridState, take
from jiqun.factory.detect.model import Reason, Settings
from jiqun.factory.detect.rhythm import Rhythms, Silence
from jiqun.factory.instants import HOUR, SECOND
from jiqun.ledger.drift import DriftWarning, DriftWatch

log = logging.getLogger("jiqun.watch")
PIECE_US = 2 * HOUR
BAD = 2
SITE_SILENT_US = 180 * SECOND
Row = tuple[str, int, float | None, int, str, int]
"""point, read_us, value, quality, flag, arrived_us: as the lake's reader gives it."""


class Readings(Protocol):
    """What the watcher asks of the lake."""

    def since(self, site: str, arrived_us: int, limit: int) -> Sequence[Row]:
        """Rows that arrived after an instant, whole batches, in order of (arrived_us, read_us)."""
        ...

    def rows(
        self, site: str, points: Sequence[str], *, start_us: int, end_us: int, limit: int | None = None
    ) -> Sequence[Row]:
        """Rows of points in a span."""
        ...


@dataclass(frozen=True)
class Taken:
    """A reading in its order: point, instant it counts from, value (None when it says nothing)."""

    point: str
    at: int
    value: float | None


@dataclass(frozen=True)
class Followed:
    """What a step brought: detectors that changed, warnings as they stand, rhythms."""

    watches: tuple[DriftWatch, ...]
    warnings: tuple[DriftWarning, ...]
    rhythm: dict[str, Any]


@dataclass(frozen=True)
class Span:
    """A step: its factory and rows, the wall clock, the arrival before it, since when this process listens (all µs)."""

    site: str
    rows: Sequence[Row]
    at: datetime
    now_us: int
    arrived_us: int
    listening_us: int


def followed(
    readings: Readings, watches: Sequence[DriftWatch], points: set[str], kept: dict[str, Any], span: Span
) -> Followed:
    """Every detector and rhythm behind the rows of a step; points: those an alarm or a detector watches."""
    rhythms = rhythm.rhythms_of(kept)
    silences, taken = _heard(rhythms, points, span)
    warnings = [_silence(one, span.at) for one in (*silences, *rhythm.silent(rhythms, points))]
    warnings += _site(rhythms, span)
    changed: list[DriftWatch] = []
    for watch in watches:
        own = [one for one in taken if one.point in watch.points]
        after, warned = _one(readings, span.site, watch, own, heard_us=rhythms.at)
        changed += [after] if after is not watch else []
        warnings += [_warning(watch, one, span.at) for one in warned]
    return Followed(tuple(changed), tuple(warnings), rhythm.plain(rhythms))


def _heard(rhythms: Rhythms, points: set[str], span: Span) -> tuple[list[Silence], list[Taken]]:
    silences: list[Silence] = []
    taken: list[Taken] = []
    for point, read_us, value, quality, _, arrived_us in span.rows:
        at = min(read_us, arrived_us)
        if point not in points:
            rhythm.alive(rhythms, at)
            continue
        before = rhythms.points.get(point)
        if before is not None and at < before.last:
            continue  # a row of before: backlog after an outage
        ended = rhythm.heard(rhythms, point, at)
        silences += [ended] if ended is not None else []
        taken.append(Taken(point, at, _sound(value, quality)))
    return silences, taken


def _one(
    readings: Readings, site: str, watch: DriftWatch, taken: Sequence[Taken], *, heard_us: int
) -> tuple[DriftWatch, list[Warned]]:
    """One detector behind its readings; what breaks in it is told in the log and begins anew."""
    named = watch.is_learning and watch.train_to_us is not None and watch.train_to_us <= heard_us
    if not taken and not named:
        return watch, []
    try:
        one = following(
            watch.points, watch.every_s, watch.learnt, watch.state, settle_s=watch.settle_s, training_s=watch.training_s
        )  # fmt: skip
        places = {point: place for place, point in enumerate(watch.points)}
        warned = follow(one, [(places[row.point], row.at, row.value) for row in taken])
        window = _window(watch, one, named=named)
        if window is not None:
            return _trained(readings, site, watch, window), []
        return replace(watch, state=plain_state(one)), warned
    except Exception:  # a detector must not take the alarms of its factory down
        log.exception("detector %s of %s", watch.key, site)
        fault = {"fault": "detector", "fault_us": heard_us}
        return replace(watch, state=fault), []


def _window(watch: DriftWatch, one: Following, *, named: bool) -> tuple[int, int] | None:
    """What to learn from now; None while there is not enough."""
    if named and watch.train_from_us is not None and watch.train_to_us is not None:
        return watch.train_from_us, watch.train_to_us
    if not watch.is_learning or watch.train_to_us is not None or one.since is None or one.until is None:
        return None
    return one.since, one.until


def _trained(readings: Readings, site: str, watch: DriftWatch, window: tuple[int, int]) -> DriftWatch:
    cells = list(_cells(readings, site, watch, window))
    good = [cell for cell in cells if None not in cell[1]]
    model = learnt_from(watch.points, good, Settings())
    told = {"from_us": window[0], "to_us": window[1], "cells": len(good)}
    return replace(watch, learnt=plain_model(model) | told, state={})


def _cells(readings: Readings, site: str, watch: DriftWatch, window: tuple[int, int]) -> Iterable[Cell]:
    """The window laid on the grid, read piece by piece."""
    grid, state = grid_of(watch.points, watch.every_s), GridState()
    places = {point: place for place, point in enumerate(watch.points)}
    last: dict[str, int] = {}
    for start in range(window[0], window[1], PIECE_US):
        rows = readings.rows(site, watch.points, start_us=start, end_us=min(start + PIECE_US, window[1]))
        for point, read_us, value, quality, _, arrived_us in sorted(rows, key=lambda row: (row[1], row[5])):
            at = min(read_us, arrived_us)
            if at >= last.get(point, 0):
                last[point] = at
                yield from take(grid, state, places[point], at, _sound(value, quality))


def _sound(value: float | None, quality: int) -> float | None:
    return None if quality == BAD or not readable(value) else value


def _site(rhythms: Rhythms, span: Span) -> list[DriftWarning]:
    """The whole factory fell silent while this process listened, or is heard again."""
    if span.rows and rhythms.quiet is not None:
        since, rhythms.quiet = rhythms.quiet, None
        return [_told("silent_site", since, span.rows[0][5], at=span.at)]
    pause = span.now_us - max(span.arrived_us, span.listening_us)
    if span.rows or rhythms.quiet is not None or not span.arrived_us or pause <= SITE_SILENT_US:
        return []
    rhythms.quiet = span.arrived_us
    return [_told("silent_site", span.arrived_us, None, at=span.at)]


def _silence(one: Silence, at: datetime) -> DriftWarning:
    told = _told("silent", one.since, one.until, at=at)
    return replace(
        told, watch=one.point, points=(one.point,), facts={"usual_s": round(one.usual / SECOND, 3)}
    )


def _warning(watch: DriftWatch, one: Warned, at: datetime) -> DriftWarning:
    points, reason = one.told()
    weights = {name: round(value, 3) for name, value in sorted(one.points.items())}
    return replace(
        _told(cast(Reason, reason), one.began, one.closed, at=at), watch=watch.key, points=points,
        method="point" if len(watch.points) == 1 else "group",
        score=one.score, seen_us=one.seen, facts={"detector": watch.name, "weights": weights},
    )  # fmt: skip


def _told(reason: Reason, began: int, closed: int | None, *, at: datetime) -> DriftWarning:
    return DriftWarning("", "silent", (), reason, {}, 1.0, began, closed or began, closed, at)
