"""Boxes 边缘盒 as the ledger knows them: what each said last, how its connectors fared, the trials it was asked for."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from jiqun.core.errors import NotFound
from jiqun.ledger import models
from jiqun.ledger.factories import row_of

OPEN = ("waiting", "running")
CHANGES_MOST, TRIALS_MOST, BOXES_MOST = 200, 100, 50
GRACE = timedelta(seconds=15)  # so long after its time a trial may still answer


@dataclass(frozen=True, slots=True)
class Report:
    """What a box said of itself last, and when."""

    box: str
    state: Mapping[str, Any]
    first_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a connector's health."""

    box: str
    connector: str
    state: str
    fault: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial with what it gave so far."""

    id: str
    factory: str
    box: str
    draft: str
    kind: str
    protocol: str
    options: Mapping[str, Any]
    points: Sequence[Mapping[str, Any]]
    until: datetime
    state: str = "waiting"
    fault: str = ""
    said: str = ""
    seen: Sequence[Mapping[str, Any]] = ()
    more: bool = False
    trail: Mapping[str, Any] | None = None
    asked_by: str = ""
    asked_at: datetime | None = None
    answered_at: datetime | None = None


def reports(factory: str) -> tuple[Report, ...]:
    """The boxes of a factory, by name."""
    rows = models.BoxReport.objects.filter(factory__key=factory).order_by("box")
    return tuple(Report(row.box, row.state, row.first_at, row.at) for row in rows)


def knows(factory: str, box: str) -> bool:
    """Did that box report before, or is there room for one more?"""
    rows = models.BoxReport.objects.filter(factory__key=factory)
    return rows.filter(box=box).exists() or rows.count() < BOXES_MOST


def keep_report(factory: str, box: str, state: Mapping[str, Any], *, at: datetime) -> None:
    """Keep what a box says of itself in the place of what it said before."""
    models.BoxReport.objects.update_or_create(
        factory=row_of(factory), box=box, defaults={"state": dict(state), "at": at},
        create_defaults={"state": dict(state), "at": at, "first_at": at},
    )  # fmt: skip


def keep_changes(factory: str, told: Iterable[Change]) -> None:
    """Write changes of health down; only the newest are kept."""
    owner = row_of(factory)
    rows = [
        models.BoxChange(
            factory=owner, box=c.box, connector=c.connector, state=c.state, fault=c.fault, at=c.at
        )
        for c in told
    ]
    if rows:
        models.BoxChange.objects.bulk_create(rows)
        kept = models.BoxChange.objects.filter(factory=owner).order_by("-id")
        oldest = kept.values_list("id", flat=True)[CHANGES_MOST - 1 : CHANGES_MOST].first()
        if oldest is not None:
            models.BoxChange.objects.filter(factory=owner, id__lt=oldest).delete()


def changes(factory: str, *, most: int = 30) -> tuple[Change, ...]:
    """Changes of health, the newest first."""
    rows = models.BoxChange.objects.filter(factory__key=factory).order_by("-id")[:most]
    return tuple(Change(row.box, row.connector, row.state, row.fault, row.at) for row in rows)


def ask(trial: Trial, *, by: str, at: datetime) -> Trial:
    """Ask a box to look; earlier trials of the draft of that kind end, and old ones go."""
    owner = row_of(trial.factory)
    stop(trial.factory, draft=trial.draft, kind=trial.kind, at=at)
    old = models.ConnectTrial.objects.filter(factory=owner).order_by("-asked_at")
    for row in old[TRIALS_MOST - 1 :]:
        row.delete()
    row = models.ConnectTrial.objects.create(
        id=secrets.token_hex(12), factory=owner, box=trial.box, draft=trial.draft, kind=trial.kind,
        protocol=trial.protocol, options=dict(trial.options), points=[dict(p) for p in trial.points],
        until=trial.until, asked_by=by[:150], asked_at=at,
    )  # fmt: skip
    return _trial(row)


def stop(factory: str, *, draft: str, kind: str = "", at: datetime) -> None:
    """Nobody looks any more: open trials of a draft are over, what they saw stays."""
    rows = models.ConnectTrial.objects.filter(factory__key=factory, draft=draft, state__in=OPEN)
    (rows.filter(kind=kind) if kind else rows).update(state="done", answered_at=at)


def open_trials(factory: str, box: str = "", *, at: datetime) -> tuple[Trial, ...]:
    """Trials of a factory, or of one box, that are not over, the oldest first; those whose time is up end here."""
    rows = models.ConnectTrial.objects.select_related("factory").filter(factory__key=factory, state__in=OPEN)
    rows.filter(until__lt=at - GRACE, state="running").update(state="done")
    rows.filter(until__lt=at - GRACE, state="waiting").update(state="timed_out", fault="box_silent")
    rows = rows.filter(box=box) if box else rows
    return tuple(map(_trial, rows.order_by("asked_at")))


def trial(factory: str, id: str) -> Trial:
    """A trial of a factory; NotFound box.no_such_trial."""
    row = models.ConnectTrial.objects.select_related("factory").filter(factory__key=factory, id=id).first()
    if row is None:
        raise NotFound("box.no_such_trial", seen=id)
    return _trial(row)


def latest_trial(factory: str, draft: str, kind: str) -> Trial | None:
    """The newest trial of a draft of one kind."""
    rows = models.ConnectTrial.objects.select_related("factory").filter(
        factory__key=factory, draft=draft, kind=kind
    )
    row = rows.order_by("-asked_at").first()
    return None if row is None else _trial(row)


def answered(one: Trial) -> None:
    """Keep what a trial gave."""
    names = ("state", "fault", "said", "more", "answered_at")
    values: dict[str, Any] = {name: getattr(one, name) for name in names}
    models.ConnectTrial.objects.filter(id=one.id).update(
        **values, seen=[dict(row) for row in one.seen], trail=dict(one.trail or {})
    )


def _trial(row: models.ConnectTrial) -> Trial:
    names = [name for name in Trial.__dataclass_fields__ if name != "factory"]
    return Trial(factory=row.factory.key, **{name: getattr(row, name) for name in names})
