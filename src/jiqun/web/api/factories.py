"""工厂 what programs do with factories: list, describe lines, machines, points and shifts, tokens of boxes."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from django.http import HttpRequest
from ninja import Field, Query, Router
from pydantic import AfterValidator, StringConstraints

from jiqun.actions import factories
from jiqun.actions.desk import desk
from jiqun.actions.reading import factories as reading
from jiqun.actions.reading import factory_live
from jiqun.actions.reading.factory_series import SeriesContext
from jiqun.actions.reading.factory_series import factory_series as series_of
from jiqun.ledger.factories import Factory, FactoryPoint, Line, Machine, ShiftRow
from jiqun.web.api.arguments import Key, Strict, Text, without_nul

router = Router()
Name = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(without_nul)]


class Making(Strict):
    """A factory to be made."""

    key: Key = Field(description="small letters, digits, hyphens; it stands in every batch")
    name: Name
    subject: Text = Field(description="key of the enterprise it belongs to")


class ToldLine(Strict):
    """A line."""

    key: Key
    name: Name
    place: int = Field(0, ge=0, le=10_000)


class ToldMachine(Strict):
    """A machine; ideal_cycle_s in seconds a piece."""

    key: Key
    name: Name
    line: Text = ""
    place: int = Field(0, ge=0, le=10_000)
    kind: Text = ""
    product: Text = ""
    ideal_cycle_s: Decimal | None = Field(None, max_digits=12, decimal_places=4)
    production: bool = True
    digital: bool | None = None


class ToldPoint(Strict):
    """A point: its unit, how it behaves, what it tells about which machine."""

    key: Key
    unit: Text
    kind: Text
    name: Text = ""
    machine: Text = ""
    role: Text = ""


class Describing(Strict):
    """Lines, machines and points to be entered or changed."""

    lines: list[ToldLine] = Field([], max_length=1_000)
    machines: list[ToldMachine] = Field([], max_length=5_000)
    points: list[ToldPoint] = Field([], max_length=20_000)


class ToldShift(Strict):
    """A row of the calendar; minutes after midnight."""

    name: Name
    start_minute: int = Field(ge=0)
    end_minute: int = Field(ge=0)
    breaks: list[tuple[int, int]] = Field([], max_length=20)
    weekdays: list[int] = Field([1, 2, 3, 4, 5, 6, 7], max_length=7)
    line: Text = ""
    machine: Text = ""
    first: date | None = None
    last: date | None = None


class Shifts(Strict):
    """The whole calendar."""

    shifts: list[ToldShift] = Field(max_length=200)


class SeriesQuery(Strict):
    """From when to when (microseconds since 1970; end 0 is now), in how many steps at most."""

    start_us: int = Field(gt=0, lt=10**17)
    end_us: int = Field(0, ge=0, lt=10**17)
    most: int = Field(1200, ge=10, le=5000)


class Labelled(Strict):
    """What the token is for."""

    label: Name


class Issued(Strict):
    """A token of a box; `token` is shown once and kept nowhere."""

    prefix: str
    token: str
    issued_at: datetime


@router.get("/factories", tags=["factories"])
def list_factories(request: HttpRequest) -> reading.FactoriesContext:
    """Factories you may see."""
    return reading.factories_page(desk(), request.actor)


@router.post("/factories", tags=["factories"])
def make_factory(request: HttpRequest, told: Making) -> reading.FactoryContext:
    """Enter a factory of an enterprise."""
    here = desk()
    made = factories.make(here, Factory(told.key, told.name, told.subject), by=request.actor, at=here.now())
    return reading.factory_page(here, request.actor, made.key)


@router.get("/factories/{key}", tags=["factories"])
def one_factory(request: HttpRequest, key: str) -> reading.FactoryContext:
    """Its lines, machines, points, shifts."""
    return reading.factory_page(desk(), request.actor, key)


@router.get("/factories/{key}/live", tags=["factories"])
def live_state(request: HttpRequest, key: Key) -> factory_live.FactoryLiveContext:
    """How its machines stand now: state, pieces, cycle, OEE of the shift so far, open alarms."""
    return factory_live.factory_live(desk(), request.actor, key)


@router.get("/factories/{key}/points/{point}/series", tags=["factories"])
def factory_series(request: HttpRequest, key: Key, point: Key, asked: Query[SeriesQuery]) -> SeriesContext:
    """The course of a point, downsampled with its extremes kept; at most 5,000 steps an answer."""
    return series_of(
        desk(), request.actor, key, point, start_us=asked.start_us, end_us=asked.end_us, most=asked.most
    )


@router.put("/factories/{key}/machines", tags=["factories"])
def describe_factory(request: HttpRequest, key: str, told: Describing) -> reading.FactoryContext:
    """Enter or change lines, machines and points; what is not named stays as it is."""
    here = desk()
    factories.describe(
        here, key, by=request.actor, at=here.now(),
        lines=[Line(**one.model_dump()) for one in told.lines],
        machines=[Machine(**one.model_dump()) for one in told.machines],
        points=[FactoryPoint(**one.model_dump()) for one in told.points],
    )  # fmt: skip
    return reading.factory_page(here, request.actor, key)


@router.put("/factories/{key}/shifts", tags=["factories"])
def set_shifts(request: HttpRequest, key: str, told: Shifts) -> reading.FactoryContext:
    """Set the whole calendar."""
    here = desk()
    rows = [
        ShiftRow(**one.model_dump() | {"breaks": tuple(one.breaks), "weekdays": tuple(one.weekdays)})
        for one in told.shifts
    ]
    factories.set_shifts(here, key, rows, by=request.actor, at=here.now())
    return reading.factory_page(here, request.actor, key)


@router.post("/factories/{key}/tokens", tags=["factories"])
def issue_token(request: HttpRequest, key: str, told: Labelled) -> Issued:
    """A new token for a box of the factory."""
    here = desk()
    token, plaintext = factories.issue_token(here, key, told.label, by=request.actor, at=here.now())
    return Issued(prefix=token.prefix, token=plaintext, issued_at=token.issued_at)


@router.delete("/factories/{key}/tokens/{prefix}", tags=["factories"])
def revoke_token(request: HttpRequest, key: str, prefix: str) -> reading.FactoryContext:
    """Make a token useless."""
    here = desk()
    factories.revoke_token(here, key, prefix, by=request.actor, at=here.now())
    return reading.factory_page(here, request.actor, key)
