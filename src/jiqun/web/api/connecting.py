"""接入设备 what programs do to connect a machine: the five steps as a draft, what the box sees, saved connections."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from pydantic import AfterValidator, StrictBool, StrictInt, StringConstraints

from jiqun.actions import connecting
from jiqun.actions.connect_points import MOST, ChosenPoint
from jiqun.actions.connecting import Place
from jiqun.actions.desk import desk
from jiqun.actions.reading import connecting as steps
from jiqun.actions.reading import connectors as reading
from jiqun.web.api.arguments import Key, Strict, Text, without_nul

router = Router()
AT = "/factories/{key}/"
DRAFT = AT + "connect/{id}"
ONE = AT + "connections/{name}"
Option = (
    Annotated[str, StringConstraints(max_length=500), AfterValidator(without_nul)] | StrictInt | StrictBool
)
Scale = Annotated[float, Field(ge=-1e15, le=1e15, strict=True, allow_inf_nan=False)]
Width = Annotated[float, Field(ge=0, le=1e15, strict=True, allow_inf_nan=False)]


class Placing(Strict):
    """Which box, and which machine: one there is, or the name (and line) of a new one."""

    box: Key = Field(description="as the box calls itself")
    machine: Text = Field("", description="key of a machine there is")
    new_name: Text = ""
    line: Text = Field("", description="key of the line of a new machine")


class Speaking(Strict):
    """The protocol."""

    kind: Key = Field(description="opcua | modbus | mqtt_json | sparkplug | csv_drop | http_in")


class Addressing(Strict):
    """Where the machine is; the names of `fields` and `looks` of the draft, a look without its `look_`."""

    options: dict[Text, Option] = Field(max_length=40)
    looks: dict[Text, Option] = Field(default={}, max_length=40)


class Chosen(Strict):
    """A point to be recorded."""

    key: Key
    address: Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(without_nul)]
    unit: Text
    kind: Text = Field("measurement", description="measurement | total | counter")
    scale: Scale = 1.0
    deadband: Width = 0.0
    name: Text = ""
    role: Text = Field("", description="what it tells about the machine; empty: nothing")


class Choosing(Strict):
    """All points of the connection."""

    points: list[Chosen] = Field(max_length=MOST)


class Naming(Strict):
    """A name."""

    name: Key


class StepQuery(Schema):
    """Which step, and which of what was seen."""

    step: int = Field(0, ge=0, le=5, description="1 to 5; 0 is the furthest reached")
    text: Text = Field("", description="words of name or address")


@router.get(AT + "connections", tags=["connecting"])
def list_connections(request: HttpRequest, key: Key) -> reading.ConnectorsContext:
    """Boxes and their connections: how each fares, and what was saved."""
    return reading.connectors_page(desk(), request.actor, key)


@router.post(AT + "connect", tags=["connecting"])
def begin_connecting(request: HttpRequest, key: Key, told: Placing) -> steps.ConnectContext:
    """Step 1: begin a draft; its id stands in `draft`. Nothing but the draft is kept before it is saved."""
    here = desk()
    made = connecting.begin(here, key, Place(**told.model_dump()), by=request.actor, at=here.now())
    return steps.connect_page(here, request.actor, key, id=made.id, step=2)


@router.get(DRAFT, tags=["connecting"])
def one_draft(request: HttpRequest, key: Key, id: Key, asked: Query[StepQuery]) -> steps.ConnectContext:
    """A draft: what was said; from step 3 what the box found, on step 5 the chosen points as they would arrive.

    Ask again every second or two for live values: `trial.is_open` tells whether the box still looks.
    """
    return steps.connect_page(desk(), request.actor, key, id=id, step=asked.step or None, text=asked.text)


@router.put(DRAFT + "/place", tags=["connecting"])
def say_place(request: HttpRequest, key: Key, id: Key, told: Placing) -> steps.ConnectContext:
    """Step 1 said again."""
    here = desk()
    connecting.place(here, key, id, Place(**told.model_dump()), by=request.actor)
    return steps.connect_page(here, request.actor, key, id=id, step=2)


@router.put(DRAFT + "/protocol", tags=["connecting"])
def say_protocol(request: HttpRequest, key: Key, id: Key, told: Speaking) -> steps.ConnectContext:
    """Step 2: the protocol; the answer names the options it takes (`fields`, `looks`)."""
    here = desk()
    connecting.protocol(here, key, id, told.kind, by=request.actor)
    return steps.connect_page(here, request.actor, key, id=id, step=3)


@router.put(DRAFT + "/address", tags=["connecting"])
def say_address(request: HttpRequest, key: Key, id: Key, told: Addressing) -> steps.ConnectContext:
    """Step 3: where the machine is; the box is asked to look."""
    here = desk()
    form = connecting.form_of(here, key, id, told.options, told.looks, by=request.actor)
    connecting.look(here, key, id, form, by=request.actor, at=here.now())
    return steps.connect_page(here, request.actor, key, id=id, step=3)


@router.put(DRAFT + "/points", tags=["connecting"])
def say_points(request: HttpRequest, key: Key, id: Key, told: Choosing) -> steps.ConnectContext:
    """Step 4: the points, all mistakes told at once; the box is asked to watch them."""
    here = desk()
    rows = [ChosenPoint(**one.model_dump()) for one in told.points]
    connecting.choose(here, key, id, rows, by=request.actor, at=here.now())
    return steps.connect_page(here, request.actor, key, id=id, step=5)


@router.post(DRAFT + "/try", tags=["connecting"])
def try_draft(request: HttpRequest, key: Key, id: Key) -> steps.ConnectContext:
    """Ask the box once more: to watch the points where they are chosen, else to look at the address."""
    here = desk()
    connecting.try_again(here, key, id, by=request.actor, at=here.now())
    return steps.connect_page(here, request.actor, key, id=id)


@router.post(DRAFT + "/save", tags=["connecting"])
def save_draft(request: HttpRequest, key: Key, id: Key, told: Naming) -> steps.ConnectionContext:
    """Step 5: the connection stands under a name; the box takes it when it next asks."""
    here = desk()
    saved = connecting.save(here, key, id, told.name, by=request.actor, at=here.now())
    return steps.connection_page(here, request.actor, key, saved.name)


@router.delete(DRAFT, tags=["connecting"])
def drop_draft(request: HttpRequest, key: Key, id: Key) -> reading.ConnectorsContext:
    """Give a draft up; the box stops looking."""
    here = desk()
    connecting.drop(here, key, id, by=request.actor, at=here.now())
    return reading.connectors_page(here, request.actor, key)


@router.get(ONE, tags=["connecting"])
def one_connection(request: HttpRequest, key: Key, name: Key) -> steps.ConnectionContext:
    """A saved connection: whether its box runs it, and when its first reading arrived."""
    return steps.connection_page(desk(), request.actor, key, name)


@router.post(ONE + "/change", tags=["connecting"])
def change_connection(request: HttpRequest, key: Key, name: Key) -> steps.ConnectContext:
    """Begin a draft of a connection; what is saved takes its place."""
    here = desk()
    draft = connecting.change(here, key, name, by=request.actor, at=here.now())
    return steps.connect_page(here, request.actor, key, id=draft.id)


@router.post(ONE + "/rename", tags=["connecting"])
def rename_connection(request: HttpRequest, key: Key, name: Key, told: Naming) -> steps.ConnectionContext:
    """Another name."""
    here = desk()
    done = connecting.rename(here, key, name, told.name, by=request.actor, at=here.now())
    return steps.connection_page(here, request.actor, key, done.name)


@router.delete(ONE, tags=["connecting"])
def remove_connection(request: HttpRequest, key: Key, name: Key) -> reading.ConnectorsContext:
    """Take a connection out; its readings stay."""
    here = desk()
    connecting.remove(here, key, name, by=request.actor, at=here.now())
    return reading.connectors_page(here, request.actor, key)
