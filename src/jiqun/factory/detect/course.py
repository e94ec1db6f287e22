"""预警过程 the course of warnings, cell by cell: opened, going on, closed, joined; the twin of `combine` for a watcher."""

from dataclasses import dataclass, field, replace

from jiqun.factory.detect.model import Reason, Settings
from jiqun.factory.detect.warn import WEIGHTY


@dataclass(frozen=True, slots=True)
class Scored:
    """One cell: number and start (microseconds), score, which point and statistic that is."""

    cell: int
    at: int
    score: float
    point: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning under way or over: instants in microseconds, weights of points and reasons, highest score.

    ended   first cell behind it, to join what comes soon after; closed: the instant of that, None while it lasts
    """

    began: int
    seen: int
    score: float
    points: dict[str, float] = field(default_factory=dict[str, float])
    reasons: dict[str, float] = field(default_factory=dict[str, float])
    closed: int | None = None
    ended: int | None = None

    def told(self) -> tuple[tuple[str, ...], str]:
        """The points that weigh most, three at most, and the reason that does."""
        whole = sum(self.points.values())
        ranked = sorted(self.points, key=lambda one: (-self.points[one], one))
        heavy = [one for n, one in enumerate(ranked[:3]) if not n or self.points[one] >= WEIGHTY * whole]
        return tuple(heavy), max(sorted(self.reasons), key=lambda one: self.reasons[one])


@dataclass(frozen=True, slots=True)
class Course:
    """Where the warnings of a detector stand.

    over, run, first  cells beyond the limits in a row, what they add up to, number of the first of them
    within, quiet     cells within the limits in a row, and (cell, instant) of the first of them
    last              the last warning, open or closed
    """

    over: int = 0
    run: Warned | None = None
    first: int = 0
    within: int = 0
    quiet: tuple[int, int] = (0, 0)
    last: Warned | None = None

    @property
    def is_open(self) -> bool:
        """Does a warning last?"""
        return self.last is not None and self.last.closed is None


def followed(course: Course, one: Scored, settings: Settings) -> tuple[Course, Warned | None]:
    """The course behind a cell, and the warning it opened, went on with or closed."""
    if one.score > 1:
        return _over(course, one, settings)
    quiet = course.quiet if course.within else (one.cell, one.at)
    course = replace(course, over=0, run=None, within=course.within + 1, quiet=quiet)
    if course.last is None or not course.is_open or course.within < settings.release:
        return course, None
    closed = replace(course.last, ended=quiet[0], closed=quiet[1])
    return replace(course, last=closed), closed


def _over(course: Course, one: Scored, settings: Settings) -> tuple[Course, Warned | None]:
    first = one.cell if course.run is None else course.first
    run = _with(course.run, one)
    course = replace(course, over=course.over + 1, within=0, run=run, first=first)
    if course.is_open and course.last is not None:
        last = _with(course.last, one)
    elif course.over < settings.hold:
        return course, None
    else:
        last = _joined(course.last, run, first, settings)
    return replace(course, last=last), last


def _joined(before: Warned | None, run: Warned, first: int, settings: Settings) -> Warned:
    if before is None or before.ended is None or first - before.ended >= settings.join:
        return run
    points, reasons = _sum(before.points, run.points), _sum(before.reasons, run.reasons)
    return Warned(before.began, run.seen, max(before.score, run.score), points, reasons)


def _with(before: Warned | None, one: Scored) -> Warned:
    added = {one.point: one.score}, {one.reason: one.score}
    if before is None:
        return Warned(one.at, one.at, one.score, *added)
    return replace(
        before, seen=one.at, score=max(before.score, one.score), points=_sum(before.points, added[0]),
        reasons=_sum(before.reasons, added[1]),
    )  # fmt: skip


def _sum(one: dict[str, float], other: dict[str, float]) -> dict[str, float]:
    return {name: one.get(name, 0.0) + other.get(name, 0.0) for name in {**one, **other}}
