"""接入 the pages of connections: how boxes fare, a machine connected in five steps, one connection, values held."""

import csv
import io
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiqun.actions import connecting
from jiqun.actions.connect_points import MOST, ChosenPoint, number_of
from jiqun.actions.connecting import Place
from jiqun.actions.desk import desk
from jiqun.actions.reading import connecting as steps
from jiqun.actions.reading import connectors as reading
from jiqun.actions.reading import held_readings as holding
from jiqun.web.answers import Page, file_response
from jiqun.web.pages.query import page_of, text_of
from jiqun.web.pages.recognitions import tried


def connectors(request: HttpRequest, key: str) -> reading.ConnectorsContext:
    """How boxes and their connections fare."""
    return reading.connectors_page(desk(), request.actor, key)


def connect(request: HttpRequest, key: str) -> steps.ConnectContext:
    """The first step, nothing said yet."""
    return steps.connect_page(desk(), request.actor, key)


def connect_step(request: HttpRequest, key: str, id: str, step: int) -> steps.ConnectContext:
    """A step of a draft."""
    return steps.connect_page(desk(), request.actor, key, id=id, step=step, text=text_of(request, "text"))


def connection(request: HttpRequest, key: str, name: str) -> steps.ConnectionContext:
    """One saved connection."""
    return steps.connection_page(desk(), request.actor, key, name)


def held(request: HttpRequest, key: str) -> holding.HeldContext:
    """Values held, of one reason or all."""
    return holding.held_page(desk(), request.actor, key, code=text_of(request, "code"), page=page_of(request))


def held_file(request: HttpRequest, key: str) -> HttpResponse:
    """Values held as CSV."""
    rows = holding.held_rows_for_file(desk(), request.actor, key, code=text_of(request, "code"))
    text = io.StringIO()
    csv.writer(text).writerows([holding.COLUMNS, *rows])
    return file_response(text.getvalue().encode("utf-8-sig"), name=f"held-{key}.csv", content_type="text/csv")


@require_POST
def begin(request: HttpRequest, key: str) -> HttpResponse:
    """Step 1 said for the first time."""

    def act() -> str:
        here = desk()
        draft = connecting.begin(here, key, _place(request), by=request.actor, at=here.now())
        return _step(key, draft.id, 2)

    return tried(request, act, back=reverse("connect", args=[key]))


@require_POST
def place(request: HttpRequest, key: str, id: str) -> HttpResponse:
    """Step 1 said again."""
    return _said(
        request, key, id, 1, lambda: connecting.place(desk(), key, id, _place(request), by=request.actor)
    )


@require_POST
def protocol(request: HttpRequest, key: str, id: str) -> HttpResponse:
    """Step 2: the protocol."""
    kind = _text(request, "kind")
    return _said(request, key, id, 2, lambda: connecting.protocol(desk(), key, id, kind, by=request.actor))


@require_POST
def look(request: HttpRequest, key: str, id: str) -> HttpResponse:
    """Step 3: the box is asked to look; the answer appears on the same page."""

    def act() -> str:
        here = desk()
        form = {name: _text(request, name) for name in request.POST}
        asked = connecting.look(here, key, id, form, by=request.actor, at=here.now())
        return _step(key, id, 3 if asked else 4)

    return tried(request, act, back=_step(key, id, 3))


@require_POST
def choose(request: HttpRequest, key: str, id: str) -> HttpResponse:
    """Step 4: the points; the box is asked to watch them."""
    return _said(
        request, key, id, 4,
        lambda: connecting.choose(desk(), key, id, _rows(request), by=request.actor, at=desk().now()),
    )  # fmt: skip


@require_POST
def watch(request: HttpRequest, key: str, id: str) -> HttpResponse:
    """Step 5: watch once more."""
    return _said(
        request,
        key,
        id,
        5,
        lambda: connecting.watch(desk(), key, id, by=request.actor, at=desk().now()),
        next_step=5,
    )


@require_POST
def save(request: HttpRequest, key: str, id: str) -> HttpResponse:
    """Step 5: the connection stands."""

    def act() -> str:
        here = desk()
        saved = connecting.save(here, key, id, _text(request, "name"), by=request.actor, at=here.now())
        messages.success(request, _("Saved. The box takes it within seconds."))
        return reverse("connection", args=[key, saved.name])

    return tried(request, act, back=_step(key, id, 5))


@require_POST
def drop(request: HttpRequest, key: str, id: str) -> HttpResponse:
    """Give a draft up."""
    here = desk()
    connecting.drop(here, key, id, by=request.actor, at=here.now())
    return HttpResponseRedirect(reverse("connectors", args=[key]))


@require_POST
def change(request: HttpRequest, key: str, name: str) -> HttpResponse:
    """Begin to change a connection."""
    here = desk()
    draft = connecting.change(here, key, name, by=request.actor, at=here.now())
    return HttpResponseRedirect(_step(key, draft.id, 3))


@require_POST
def rename(request: HttpRequest, key: str, name: str) -> HttpResponse:
    """Another name for a connection."""

    def act() -> str:
        here = desk()
        done = connecting.rename(here, key, name, _text(request, "name"), by=request.actor, at=here.now())
        return reverse("connection", args=[key, done.name])

    return tried(request, act, back=reverse("connection", args=[key, name]))


@require_POST
def remove(request: HttpRequest, key: str, name: str) -> HttpResponse:
    """Take a connection out."""
    here = desk()
    connecting.remove(here, key, name, by=request.actor, at=here.now())
    messages.success(request, _("The connection was taken out; its readings stay."))
    return HttpResponseRedirect(reverse("connectors", args=[key]))


def _said(
    request: HttpRequest, key: str, id: str, step: int, act: Callable[[], object], *, next_step: int = 0
) -> HttpResponse:
    """Do what a step says and go to the next; what is wrong is said on the same step."""

    def done() -> str:
        act()
        return _step(key, id, next_step or step + 1)

    return tried(request, done, back=_step(key, id, step))


def _step(key: str, id: str, step: int) -> str:
    return reverse("connect-step", args=[key, id, step])


def _place(request: HttpRequest) -> Place:
    return Place(*(_text(request, name) for name in ("box", "machine", "new_name", "line")))


def _rows(request: HttpRequest) -> list[ChosenPoint]:
    """The ticked rows of the table, and the addresses written by hand."""
    ticked = [number for number in request.POST.getlist("take") if number.isdigit()][: MOST + 1]
    return [
        ChosenPoint(
            *(_text(request, f"{name}-{n}") for name in ("key", "address", "unit", "kind")),
            number_of(_text(request, f"scale-{n}"), 1.0), number_of(_text(request, f"deadband-{n}"), 0.0),
            *(_text(request, f"{name}-{n}") for name in ("name", "role")),
        )
        for n in ticked
        if _text(request, f"address-{n}")
    ]  # fmt: skip


def _text(request: HttpRequest, name: str) -> str:
    given = request.POST.get(name, "")
    return "".join(char for char in given if char.isprintable()).strip()[:500]


AT = "factories/<slug:key>/"
DRAFT = AT + "connect/<slug:id>/"
ONE = AT + "connections/<str:name>/"
LIVE = "jiqun/connect/live.html"

urlpatterns = [
    *Page(
        "connectors", AT + "connectors/", "jiqun/connectors.html", connectors, "jiqun/connect/boxes.html"
    ).urls(),
    *Page("connect", AT + "connect/", "jiqun/connect.html", connect).urls(),
    path(AT + "connect/begin/", begin, name="connect-begin"),
    *Page("connect-step", DRAFT + "<int:step>/", "jiqun/connect.html", connect_step, LIVE).urls(),
    path(DRAFT + "place/", place, name="connect-place"),
    path(DRAFT + "protocol/", protocol, name="connect-protocol"),
    path(DRAFT + "look/", look, name="connect-look"),
    path(DRAFT + "choose/", choose, name="connect-choose"),
    path(DRAFT + "watch/", watch, name="connect-watch"),
    path(DRAFT + "save/", save, name="connect-save"),
    path(DRAFT + "drop/", drop, name="connect-drop"),
    *Page("connection", ONE, "jiqun/connection.html", connection, "jiqun/connect/first.html").urls(),
    path(ONE + "change/", change, name="connection-change"),
    path(ONE + "rename/", rename, name="connection-rename"),
    path(ONE + "remove/", remove, name="connection-remove"),
    *Page("held", AT + "held/", "jiqun/held_readings.html", held).urls(),
    path(AT + "held/export.csv", held_file, name="held-file"),
]
