"""预警页 what the pages of warnings show: which point, why, since when, what people said, what it was worth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from jiqun.actions import factory_policy as policy
from jiqun.actions.desk import Desk
from jiqun.actions.reading.alarm_words import Whereabouts, whereabouts
from jiqun.actions.reading.statements import Label
from jiqun.factory.detect.verdicts import Worth
from jiqun.factory.instants import DAY, HOUR, MINUTE, micros_of, moment
from jiqun.ledger import drift, factories
from jiqun.ledger.drift import DriftWarning, DriftWatch
from jiqun.ledger.factories import Factory
from jiqun.ledger.permissions import Actor

SCORED = 28 * DAY
AROUND, BEHIND, WIDEST = 2 * HOUR, 30 * MINUTE, 2 * DAY
TRACES = 4


@dataclass(frozen=True)
class WarningsAsk:
    """How the list is narrowed.

    standing  open | closed; verdict: useful | not_useful | judged | none; scored: only of the days that are scored
    """

    standing: str = ""
    verdict: str = ""
    point: str = ""
    scored: bool = False


@dataclass(frozen=True)
class PointNamed:
    """A point a warning names, and its machine."""

    key: str
    name: str
    unit: str
    machine: str
    machine_name: str


@dataclass(frozen=True)
class WarningLine:
    """One warning; watch_name is "" where a silence was noticed by no detector; closed_at None while it goes on."""

    id: int
    watch: str
    watch_name: str
    method: str
    points: tuple[PointNamed, ...]
    why: Label
    score: float
    began_at: datetime
    seen_at: datetime
    closed_at: datetime | None
    verdict: str
    judged_by: str
    judged_at: datetime | None
    judged_why: str


@dataclass(frozen=True)
class Score:
    """What the warnings of the last four weeks were worth; ratios None where nobody judged any.

    weeks  of them, how many the factory was watched
    """

    warnings: int
    judged: int
    useful: int
    not_useful: int
    precision: float | None
    false_alarms_a_week: float | None
    starts: datetime
    ends: datetime
    weeks: float


@dataclass(frozen=True)
class DetectorLine:
    """A detector: what it watches and whether it has learnt; fault: it broke and begins anew."""

    key: str
    name: str
    points: tuple[PointNamed, ...]
    learning: bool
    fault: bool


@dataclass(frozen=True)
class DriftWarningsContext:
    """The list with what it was worth."""

    factory: Factory
    rows: tuple[WarningLine, ...]
    total: int
    number: int
    pages: int
    ask: WarningsAsk
    points: tuple[tuple[str, str], ...]
    score: Score
    detectors: tuple[DetectorLine, ...]
    can_handle: bool


@dataclass(frozen=True)
class Trace:
    """The course of a point around a warning.

    low, high  range its smoothed value kept to while the detector learnt, and its level; None where that is not known
    """

    point: PointNamed
    start_us: int
    end_us: int
    low: float | None
    high: float | None
    level: float | None


@dataclass(frozen=True)
class DriftWarningContext:
    """One warning; weights: how much each point weighs in it, the most first."""

    factory: Factory
    line: WarningLine
    traces: tuple[Trace, ...]
    weights: tuple[tuple[PointNamed, float], ...]
    began_us: int
    ended_us: int | None
    can_handle: bool


def drift_warnings(
    desk: Desk, by: Actor, key: str, ask: WarningsAsk, *, page: int = 1, size: int = 50
) -> DriftWarningsContext:
    """One page of the list."""
    factory = factories.get(key)
    policy.check_read(by, factory)
    end = micros_of(desk.now())
    where, watches = whereabouts(key), drift.watches(key, disabled=True)
    names = {one.key: one.name for one in watches}
    found = drift.list_page(
        key, **_given(ask), start_us=end - SCORED if ask.scored else None, page=page, size=size
    )
    points = dict.fromkeys(point for one in watches for point in one.points)
    return DriftWarningsContext(
        factory, tuple(_line(where, names, one) for one in found.rows), found.total, found.number, found.pages, ask,
        tuple((one, where.point_name(one)) for one in points), _score(key, end), _detectors(where, watches),
        policy.can_handle(by, factory),
    )  # fmt: skip


def drift_warning(desk: Desk, by: Actor, key: str, id: int) -> DriftWarningContext:
    """One warning; NotFound drift.no_such_warning."""
    factory = factories.get(key)
    policy.check_read(by, factory)
    one, now_us = drift.get(key, id), micros_of(desk.now())
    where, watches = whereabouts(key), drift.watches(key, disabled=True)
    line = _line(where, {watch.key: watch.name for watch in watches}, one)
    detector = next((watch for watch in watches if watch.key == one.watch), None)
    ends = min(now_us, (one.closed_us or max(one.seen_us, one.began_us)) + BEHIND)
    span = one.began_us - AROUND, min(max(ends, one.began_us + BEHIND), one.began_us + WIDEST)
    traces = tuple(_trace(point, detector, span) for point in line.points[:TRACES])
    weights = cast(Mapping[str, float], one.facts.get("weights") or {})
    ranked = sorted(weights.items(), key=lambda pair: -pair[1])
    return DriftWarningContext(
        factory, line, traces, tuple((_named(where, point), value) for point, value in ranked), one.began_us, one.closed_us,
        policy.can_handle(by, factory),
    )  # fmt: skip


def _given(ask: WarningsAsk) -> dict[str, Any]:
    judged = {"judged": True, "useful": True, "not_useful": True, "none": False}.get(ask.verdict)
    return {
        "open": {"open": True, "closed": False}.get(ask.standing),
        "judged": judged,
        "verdict": ask.verdict if ask.verdict in ("useful", "not_useful") else "",
        "point": ask.point,
    }


def _score(factory: str, end: int) -> Score:
    start = end - SCORED
    found: Worth = drift.score(factory, start, end)
    since = drift.position(factory).since_us
    start = start if since is None else max(start, min(since, end))
    judged = found.judged > 0
    return Score(
        found.warnings, found.judged, found.useful, found.judged - found.useful,
        None if found.precision is None else float(found.precision),
        float(found.false_alarms_a_week) if judged and found.false_alarms_a_week is not None else None,
        moment(start), moment(end), (end - start) / (7 * DAY),
    )  # fmt: skip


def _line(where: Whereabouts, names: Mapping[str, str], one: DriftWarning) -> WarningLine:
    words = one.words
    named = tuple(_named(where, point) for point in one.points)
    zh, en = words["zh"], words["en"]
    for point in named:
        zh, en = zh.replace(point.key, point.name), en.replace(point.key, point.name)
    return WarningLine(
        one.id, one.watch, names.get(one.watch, ""), one.method, named, Label(zh, en), one.score, moment(one.began_us),
        moment(one.seen_us), None if one.closed_us is None else moment(one.closed_us), one.verdict, one.judged_by,
        one.judged_at, one.judged_why,
    )  # fmt: skip


def _named(where: Whereabouts, key: str) -> PointNamed:
    return PointNamed(
        key, where.point_name(key), where.unit(key), where.machine(key), where.machine_name(key)
    )


def _detectors(where: Whereabouts, watches: Sequence[DriftWatch]) -> tuple[DetectorLine, ...]:
    return tuple(
        DetectorLine(
            one.key, one.name, tuple(_named(where, point) for point in one.points), one.is_learning, "fault" in one.state
        )
        for one in watches
        if one.enabled
    )  # fmt: skip


def _trace(point: PointNamed, detector: DriftWatch | None, span: tuple[int, int]) -> Trace:
    """The range the smoothed value kept to: level ± its limit, in the spread the point is watched with."""
    for told in [] if detector is None else cast(list[dict[str, Any]], detector.learnt.get("points", [])):
        if told["name"] == point.key and told["watch"] in ("level", "slow"):
            half = float(told["ewma"]) * float(told["wide"])
            level = float(told["level"])
            return Trace(point, *span, level - half, level + half, level)
    return Trace(point, *span, None, None, None)
