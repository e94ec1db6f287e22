"""报警 what programs do with the alarms of a factory: see them, acknowledge, shelve, set limits, judge warnings."""

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from pydantic import AfterValidator, StrictBool, StringConstraints

from jiqun.actions import alarm_limits, drift
from jiqun.actions import alarms as acts
from jiqun.actions.desk import desk
from jiqun.actions.reading import alarm_rows as reading
from jiqun.factory.instants import DAY, micros_of
from jiqun.ledger.alarms import AlarmCounts, AlarmLimit
from jiqun.ledger.drift import DriftWatch
from jiqun.web.api.arguments import Key, Number, Strict, Text, Turning, without_nul

router = Router()
Why = Annotated[str, StringConstraints(max_length=500), AfterValidator(without_nul)]
Command = Literal["acknowledge", "shelve", "unshelve", "reset", "suppress", "release", "remove", "restore"]
Seconds = Annotated[float, Field(ge=0, le=86_400, strict=True, allow_inf_nan=False)]
Value = Annotated[float, Field(ge=-1e300, le=1e300, strict=True, allow_inf_nan=False)]
Width = Annotated[float, Field(ge=0, le=1e300, strict=True, allow_inf_nan=False)]
Learning = Annotated[float, Field(gt=0, le=604_800, strict=True, allow_inf_nan=False)]
Settling = Annotated[float, Field(ge=0, le=604_800, strict=True, allow_inf_nan=False)]
Cell = Annotated[float, Field(ge=0.1, le=3600, strict=True, allow_inf_nan=False)]


class Doing(Strict):
    """What is said with a command: why, and until when an alarm is shelved."""

    why: Why = ""
    until: datetime | None = None


class ToldLimit(Strict):
    """A limit; setpoint and deadband in the point's unit."""

    key: Key
    point: Key
    name: Key
    side: Literal["high", "low"]
    setpoint: Value
    deadband: Width = 0.0
    on_delay_s: Seconds = 0.0
    off_delay_s: Seconds = 0.0
    priority: int = Field(3, ge=1, le=4, strict=True)
    latching: StrictBool = False
    response: Annotated[str, StringConstraints(max_length=1000), AfterValidator(without_nul)] = ""
    enabled: StrictBool = True


class Limits(Strict):
    """Limits to be entered or changed; those not named stay."""

    limits: list[ToldLimit] = Field(max_length=2_000)


class Changed(Strict):
    """What was written; unheard: points named that no box has told yet."""

    unheard: tuple[str, ...]


class ToldWatch(Strict):
    """A detector: one point, or three and more learnt together."""

    key: Key
    name: Key
    points: list[Key] = Field(min_length=1, max_length=50)
    training_s: Learning
    every_s: Cell = 5.0
    settle_s: Settling = 0.0
    enabled: StrictBool = True


class Watches(Strict):
    """Detectors to be entered or changed; those not named stay."""

    watches: list[ToldWatch] = Field(max_length=500)


class Training(Strict):
    """A window of readings to learn from; without one it learns from now on."""

    start: datetime | None = None
    end: datetime | None = None


class Verdict(Strict):
    """What a person says of a warning; empty takes it back."""

    verdict: Literal["useful", "not_useful", ""]
    why: Why = ""


class JournalQuery(Turning):
    """Which lines of the journal."""

    limit: Text = Field("", description="key of an alarm")
    raises: bool | None = Field(None, description="only what called somebody, or only what did not")


class CountQuery(Schema):
    """Over how many days."""

    days: int = Field(7, ge=1, le=366)


class WarningQuery(Turning):
    """Which warnings."""

    open: bool | None = Field(None, description="still going on, or over")
    weeks: int = Field(4, ge=1, le=520, description="weeks over which their worth is told")


@router.get("/factories/{key}/alarms", tags=["factories"])
def list_alarms(request: HttpRequest, key: Key, loud: bool = False) -> reading.AlarmsContext:
    """Where the alarms of a factory stand, the most urgent first; loud: only those that call for attention."""
    return reading.standing(desk(), request.actor, key, loud=loud)


@router.get("/factories/{key}/alarm-journal", tags=["factories"])
def list_journal(request: HttpRequest, key: Key, query: Query[JournalQuery]) -> reading.JournalContext:
    """What happened to alarms, the latest first."""
    return reading.journal(
        desk(), request.actor, key, limit=query.limit, raises=query.raises, page=query.page, size=query.size
    )


@router.get("/factories/{key}/alarm-counts", tags=["factories"])
def count_alarms(request: HttpRequest, key: Key, asked: Query[CountQuery]) -> AlarmCounts:
    """How loud the last days were: occurrences by priority, floods, alarms that chatter."""
    here = desk()
    now = micros_of(here.now())
    return reading.counts(here, request.actor, key, now - asked.days * DAY, now)


@router.post("/factories/{key}/alarms/{alarm}/{command}", tags=["factories"])
def handle_alarm(
    request: HttpRequest, key: Key, alarm: Key, command: Command, told: Doing
) -> reading.AlarmLine:
    """Do something with an alarm; shelving needs why and until when."""
    here = desk()
    row = acts.command(
        here, key, alarm, command, by=request.actor, at=here.now(), why=told.why, until=told.until
    )
    return reading.line_of(here.alarm_states, row)


@router.get("/factories/{key}/alarm-limits", tags=["factories"])
def list_limits(request: HttpRequest, key: Key) -> list[AlarmLimit]:
    """Every limit, those switched off too."""
    return list(reading.limits(desk(), request.actor, key))


@router.put("/factories/{key}/alarm-limits", tags=["factories"])
def set_limits(request: HttpRequest, key: Key, told: Limits) -> Changed:
    """Enter or change limits."""
    here = desk()
    limits = [AlarmLimit(**one.model_dump()) for one in told.limits]
    return Changed(
        unheard=alarm_limits.set_limits(here, key, limits, by=request.actor, at=here.now()),
    )


@router.put("/factories/{key}/watches", tags=["factories"])
def set_watches(request: HttpRequest, key: Key, told: Watches) -> Changed:
    """Enter or change detectors."""
    here = desk()
    watches = [DriftWatch(**one.model_dump() | {"points": tuple(one.points)}) for one in told.watches]
    return Changed(unheard=drift.set_watches(here, key, watches, by=request.actor, at=here.now()))


@router.post("/factories/{key}/watches/{watch}/retrain", tags=["factories"])
def retrain(request: HttpRequest, key: Key, watch: Key, told: Training) -> Changed:
    """Let a detector learn anew, from now on or from a window of readings."""
    here = desk()
    start, end = (None if one is None else micros_of(one) for one in (told.start, told.end))
    drift.retrain(here, key, watch, by=request.actor, at=here.now(), from_us=start, to_us=end)
    return Changed(unheard=())


@router.get("/factories/{key}/warnings", tags=["factories"])
def list_warnings(request: HttpRequest, key: Key, query: Query[WarningQuery]) -> reading.WarningsContext:
    """Warnings of drift and faults, the latest first, and what those of the last weeks were worth."""
    here = desk()
    return reading.warnings(
        here, request.actor, key, now_us=micros_of(here.now()), weeks=query.weeks, open=query.open,
        page=query.page, size=query.size,
    )  # fmt: skip


@router.post("/factories/{key}/warnings/{number}/judge", tags=["factories"])
def judge_warning(request: HttpRequest, key: Key, number: Number, told: Verdict) -> reading.WarningLine:
    """Say whether a warning was useful."""
    here = desk()
    judged = drift.judge(here, key, number, told.verdict, told.why, by=request.actor, at=here.now())
    return reading.warning_of(judged)
