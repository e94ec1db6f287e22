"""Drift and faults 预警 of a factory as the ledger keeps them: what is watched, what was warned of, what people said."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, cast

from django.db import connection, transaction
from django.db.models import F, QuerySet

from jiqun.core.errors import NotFound
from jiqun.factory.detect.model import Reason
from jiqun.factory.detect.verdicts import Verdict, Worth, worth
from jiqun.factory.detect.warn import told_of
from jiqun.ledger import models
from jiqun.ledger.factories import row_of
from jiqun.ledger.pages import Page, page_of

FORM = 1
"""Version of what a detector keeps; what another version wrote is learnt anew."""


@dataclass(frozen=True, slots=True)
class DriftWatch:
    """A detector; its fields are told at the table. Learning while `learnt` is empty."""

    key: str
    name: str
    points: tuple[str, ...]
    training_s: float
    every_s: float = 5.0
    settle_s: float = 0.0
    train_from_us: int | None = None
    train_to_us: int | None = None
    enabled: bool = True
    learnt: dict[str, Any] = field(default_factory=dict[str, Any])
    state: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def is_learning(self) -> bool:
        """Is what it says still unknown?"""
        return not self.learnt


@dataclass(frozen=True, slots=True)
class DriftWarning:
    """A warning; its fields are told at the table."""

    watch: str
    method: str
    points: tuple[str, ...]
    reason: Reason
    facts: dict[str, Any]
    score: float
    began_us: int
    seen_us: int
    closed_us: int | None
    recorded_at: datetime
    verdict: str = ""
    judged_by: str = ""
    judged_at: datetime | None = None
    judged_why: str = ""
    id: int = 0

    @property
    def words(self) -> dict[str, str]:
        """Why, in both languages (zh, en), with the points named."""
        return told_of(self.reason, self.points)


@dataclass(frozen=True, slots=True)
class Position:
    """How far the watcher has come with a factory; its fields are told at the table."""

    arrived_us: int = 0
    since_us: int | None = None
    steps: int = 0
    rhythm: dict[str, Any] = field(default_factory=dict[str, Any])
    stepped_at: datetime | None = None


WATCH = tuple(DriftWatch.__dataclass_fields__)
WARNING = tuple(DriftWarning.__dataclass_fields__)
POSITION = tuple(Position.__dataclass_fields__)
JUDGED = {"useful": True, "not_useful": False, "": None}


def list_page(
    factory: str,
    *,
    open: bool | None = None,
    judged: bool | None = None,
    verdict: str = "",
    point: str = "",
    start_us: int | None = None,
    end_us: int | None = None,
    page: int = 1,
    size: int = 50,
) -> Page[DriftWarning]:
    """Warnings, the latest first; open: still going on; judged: a person said whether it was useful.

    verdict  only warnings of which this was said; point: a point it names
    """
    rows = models.DriftWarning.objects.filter(factory__key=factory).order_by("-began_us", "-id")
    if open is not None:
        rows = rows.filter(closed_us__isnull=open)
    if judged is not None:
        rows = rows.exclude(verdict="") if judged else rows.filter(verdict="")
    rows = rows.filter(verdict=verdict) if verdict else rows
    if point:
        wanted = [one.pk for one in rows.only("pk", "points") if point in cast(list[str], one.points)]
        rows = rows.filter(pk__in=wanted[:1000])
    rows = rows.filter(began_us__gte=start_us) if start_us is not None else rows
    rows = rows.filter(began_us__lt=end_us) if end_us is not None else rows
    return page_of(rows, _warnings, page=page, size=size)


def get(factory: str, id: int) -> DriftWarning:
    """One warning; NotFound drift.no_such_warning."""
    row = models.DriftWarning.objects.filter(factory__key=factory, pk=id).first()
    if row is None:
        raise NotFound("drift.no_such_warning", seen=id)
    return _warning(row)


def score(factory: str, start_us: int, end_us: int) -> Worth:
    """What warnings of a span were worth: precision among those judged (None where nobody judged), false alarms a week.

    Judged or not, they count by the instant they began; the span begins at the first reading watched if that is later.
    """
    rows = models.DriftWarning.objects.filter(
        factory__key=factory, began_us__gte=start_us, began_us__lt=end_us
    )
    told = rows.values_list("id", "began_us", "verdict")
    since = position(factory).since_us
    start = start_us if since is None else max(start_us, min(since, end_us))
    verdicts = [Verdict(str(id), at, JUDGED[verdict]) for id, at, verdict in told]
    return worth(verdicts, start=start, end=end_us)


def judge(factory: str, id: int, verdict: str, why: str, *, by: str, at: datetime) -> DriftWarning:
    """Write what a person said of a warning; the one before stands in the audit trail."""
    _inside()
    row = models.DriftWarning.objects.select_for_update().filter(factory__key=factory, pk=id).first()
    if row is None:
        raise NotFound("drift.no_such_warning", seen=id)
    said = verdict != ""
    row.verdict, row.judged_why = verdict, why
    row.judged_by, row.judged_at = (by[:150], at) if said else ("", None)
    row.save(update_fields=["verdict", "judged_why", "judged_by", "judged_at"])
    return _warning(row)


def watches(factory: str, *, disabled: bool = False) -> tuple[DriftWatch, ...]:
    """The detectors of a factory by key; what another version learnt is left out, so that it learns anew."""
    rows = models.DriftWatch.objects.filter(factory__key=factory).order_by("key")
    return tuple(map(_watch, rows if disabled else rows.filter(enabled=True)))


def watch(factory: str, key: str) -> DriftWatch:
    """One detector; NotFound drift.no_such_watch."""
    row = models.DriftWatch.objects.filter(factory__key=factory, key=key).first()
    if row is None:
        raise NotFound("drift.no_such_watch", seen=key)
    return _watch(row)


def put_watches(factory: str, told: Iterable[DriftWatch], *, by: str, at: datetime) -> None:
    """Enter detectors or change them, with what they learnt as told."""
    _inside()
    owner = row_of(factory)
    for one in told:
        values = _plain(one) | {"form": FORM, "made_by": by[:150], "made_at": at}
        models.DriftWatch.objects.update_or_create(factory=owner, key=one.key, defaults=values)


def keep_watches(factory: str, told: Iterable[DriftWatch]) -> None:
    """Write where detectors stand now and what they learnt."""
    _inside()
    for one in told:
        models.DriftWatch.objects.filter(factory__key=factory, key=one.key).update(
            learnt=one.learnt, state=one.state, form=FORM
        )


def keep_warnings(factory: str, told: Iterable[DriftWarning]) -> None:
    """Write warnings, new ones and those that go on: one per detector, method and instant it began."""
    _inside()
    owner = row_of(factory)
    for one in told:
        values = {k: v for k, v in asdict(one).items() if k not in ("id", "watch", "method", "began_us")}
        kept = ("recorded_at", "verdict", "judged_by", "judged_at", "judged_why")
        values["points"] = list(one.points)
        models.DriftWarning.objects.update_or_create(
            factory=owner, watch=one.watch, method=one.method, began_us=one.began_us,
            defaults={k: v for k, v in values.items() if k not in kept}, create_defaults=values,
        )  # fmt: skip


def close_open(factory: str, watch: str) -> None:
    """End the warnings of a detector that last: nobody follows them any more."""
    _inside()
    rows = models.DriftWarning.objects.filter(factory__key=factory, watch=watch, closed_us__isnull=True)
    rows.exclude(method="silent").update(closed_us=F("seen_us"))


def position(factory: str) -> Position:
    """How far the watcher has come; at the beginning for a factory never watched."""
    row = models.WatchPosition.objects.filter(factory__key=factory).first()
    return Position() if row is None else _position(row)


def locked_position(factory: str) -> Position:
    """The same, held until the transaction ends."""
    _inside()
    owner = row_of(factory)
    models.WatchPosition.objects.get_or_create(factory=owner)
    return _position(models.WatchPosition.objects.select_for_update().get(factory=owner))


def keep_position(factory: str, told: Position) -> None:
    """Write how far the watcher has come, held by `locked_position` before."""
    _inside()
    models.WatchPosition.objects.filter(factory__key=factory).update(
        **{name: getattr(told, name) for name in POSITION}, form=FORM
    )


def touch(factory: str) -> None:
    """Tell a step under way that what is watched has changed: it throws away what it reckoned and begins again."""
    held = locked_position(factory)
    models.WatchPosition.objects.filter(factory__key=factory).update(steps=held.steps + 1)


def _plain(one: DriftWatch) -> dict[str, Any]:
    return {name: getattr(one, name) for name in WATCH if name != "key"} | {"points": list(one.points)}


def _watch(row: models.DriftWatch) -> DriftWatch:
    values: dict[str, Any] = {name: getattr(row, name) for name in WATCH}
    values["points"] = tuple(row.points)
    if row.form != FORM:
        values |= {"learnt": {}, "state": {}}
    return DriftWatch(**values)


def _warnings(rows: QuerySet[models.DriftWarning]) -> Iterable[DriftWarning]:
    return map(_warning, rows)


def _warning(row: models.DriftWarning) -> DriftWarning:
    values: Mapping[str, Any] = {name: getattr(row, name) for name in WARNING}
    return DriftWarning(**{**values, "points": tuple(row.points)})


def _position(row: models.WatchPosition) -> Position:
    told = Position(**{name: getattr(row, name) for name in POSITION})
    return told if row.form == FORM else Position(told.arrived_us, told.since_us, told.steps)


def _inside() -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("the watcher keeps all of a step together")
