"""班次与月度 what programs do with shifts and months: reports, reasons of stops, ending, consent, sending, taking back."""

from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Field, Router
from pydantic import AfterValidator, StringConstraints

from jiqun.actions import months, shifts
from jiqun.actions.desk import ZONE, desk
from jiqun.actions.reading import months as reading_months
from jiqun.actions.reading import shifts as reading
from jiqun.ledger.shift_ends import ShiftKey
from jiqun.ledger.stops import NewStopReason, StopReason
from jiqun.web.api.arguments import Key, Long, Strict, Text, without_nul

router = Router()
Month = Annotated[str, StringConstraints(min_length=7, max_length=7), AfterValidator(without_nul)]


class Stopping(Strict):
    """Why a machine stood; times without a zone are of Asia/Shanghai."""

    machine: Key
    starts_at: datetime
    ends_at: datetime
    kind: Text = Field(description="down | delay | changeover | planned")
    reason: Key


class Ending(Strict):
    """The end of a shift."""

    line: Text = ""
    remark: Long = ""


class Consenting(Strict):
    """Consent to a figure of months."""

    from_month: Month = Field(description="2026-10")
    purpose: Key


class Registering(Strict):
    """Is the register of machines complete?"""

    complete: bool


class Ended(Strict):
    """A shift as it is kept."""

    revision: int
    sha256: str
    ended_at: datetime


class SentFigures(Strict):
    """What was sent, and what was consented to and is not known."""

    month: str
    batch: str
    figures: list[str]
    unknown: list[str]


@router.get("/factories/{key}/shift-reports", tags=["factories"])
def list_shifts(request: HttpRequest, key: str, last: date | None = None) -> reading.ShiftsContext:
    """Shifts of two weeks up to a day."""
    return reading.shifts_page(desk(), request.actor, key, last=last)


@router.get("/factories/{key}/shift-reports/{day}/{name}", tags=["factories"])
def one_shift(request: HttpRequest, key: str, day: date, name: str, line: str = "") -> reading.ShiftContext:
    """The report of a shift."""
    return reading.shift_page(desk(), request.actor, ShiftKey(key, day, name, line[:64]))


@router.post("/factories/{key}/shift-reports/{day}/{name}/end", tags=["factories"])
def end_shift(request: HttpRequest, key: str, day: date, name: str, told: Ending) -> Ended:
    """End a shift."""
    here = desk()
    shift = ShiftKey(key, day, name, told.line)
    done = shifts.end_shift(here, shift, told.remark, by=request.actor, at=here.now())
    return Ended(revision=done.revision, sha256=done.sha256, ended_at=done.ended_at)


@router.post("/factories/{key}/stop-reasons", tags=["factories"])
def give_reason(request: HttpRequest, key: str, told: Stopping) -> StopReason:
    """Say why a machine stood."""
    here = desk()
    span = [one if one.tzinfo else one.replace(tzinfo=ZONE) for one in (told.starts_at, told.ends_at)]
    new = NewStopReason(told.machine, span[0], span[1], told.kind, told.reason)
    return shifts.give_reason(here, key, new, by=request.actor, at=here.now())


@router.get("/factories/{key}/months/{month}", tags=["factories"])
def one_month(request: HttpRequest, key: str, month: str) -> reading_months.MonthsContext:
    """Figures of a month, consents, what was sent."""
    return reading_months.months_page(desk(), request.actor, key, month)


@router.put("/factories/{key}/consents/{indicator}", tags=["factories"])
def give_consent(
    request: HttpRequest, key: str, indicator: str, told: Consenting
) -> reading_months.MonthsContext:
    """Consent that a figure goes into the enterprise's ledger."""
    here = desk()
    months.give_consent(
        here, key, indicator, told.from_month, purpose=told.purpose, by=request.actor, at=here.now()
    )
    return reading_months.months_page(here, request.actor, key)


@router.delete("/factories/{key}/consents/{indicator}", tags=["factories"])
def withdraw_consent(request: HttpRequest, key: str, indicator: str) -> reading_months.MonthsContext:
    """Withdraw it; what was sent stays."""
    here = desk()
    months.withdraw_consent(here, key, indicator, by=request.actor, at=here.now())
    return reading_months.months_page(here, request.actor, key)


@router.put("/factories/{key}/register", tags=["factories"])
def say_register(request: HttpRequest, key: str, told: Registering) -> reading_months.MonthsContext:
    """Say whether the register names every production machine."""
    here = desk()
    months.say_register(here, key, complete=told.complete, by=request.actor, at=here.now())
    return reading_months.months_page(here, request.actor, key)


@router.post("/factories/{key}/months/{month}/send", tags=["factories"])
def send_month(request: HttpRequest, key: str, month: str) -> SentFigures:
    """Send a month's figures, where consented."""
    here = desk()
    done = months.send(here, key, month, by=request.actor, at=here.now())
    names = [one.indicator for one in done.figures]
    return SentFigures(month=done.month, batch=done.batch, figures=names, unknown=list(done.unknown))


@router.post("/factories/{key}/months/batches/{batch}/take-back", tags=["factories"])
def take_back(request: HttpRequest, key: str, batch: str) -> reading_months.MonthsContext:
    """Take back what was sent in a batch."""
    here = desk()
    months.take_back(here, key, batch, by=request.actor, at=here.now())
    return reading_months.months_page(here, request.actor, key)
