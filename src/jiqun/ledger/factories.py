"""Factories 工厂 as the ledger keeps them: lines, machines, points, shifts."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Model

from jiqun.core.errors import NotFound, WrongState
from jiqun.factory.oee.model import Shift
from jiqun.ledger import models

MINUTE_US = 60_000_000


@dataclass(frozen=True, slots=True)
class Factory:
    """A factory: key, name, the enterprise it belongs to, its place."""

    key: str
    name: str
    subject: str
    region: str = ""
    synthetic: bool = False
    active: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """A line (产线)."""

    key: str
    name: str
    place: int = 0


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine (设备); ideal_cycle_s in seconds a piece, None where nobody said."""

    key: str
    name: str
    line: str = ""
    place: int = 0
    kind: str = ""
    product: str = ""
    ideal_cycle_s: Decimal | None = None
    production: bool = True
    digital: bool | None = None
    retired_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FactoryPoint:
    """A point (测点) as the gate knows it; role: what it tells about its machine."""

    key: str
    unit: str
    kind: str
    name: str = ""
    machine: str = ""
    role: str = ""
    first_seen_at: datetime | None = None
    retired_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """A row of the calendar (班次); minutes after midnight, Asia/Shanghai."""

    name: str
    start_minute: int
    end_minute: int
    breaks: tuple[tuple[int, int], ...] = ()
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)
    line: str = ""
    machine: str = ""
    first: date | None = None
    last: date | None = None

    def as_shift(self) -> Shift:
        """The row as the engine of OEE takes it."""
        return Shift(
            self.name, self.start_minute * MINUTE_US, self.end_minute * MINUTE_US,
            tuple((a * MINUTE_US, b * MINUTE_US) for a, b in self.breaks),
            weekdays=frozenset(self.weekdays), line=self.line, machine=self.machine, first=self.first, last=self.last,
        )  # fmt: skip


Row = TypeVar("Row", Factory, Line, Machine, FactoryPoint)


def get(key: str) -> Factory:
    """The factory under a key; NotFound factory.unknown."""
    return _told(Factory, row_of(key))


def all_factories(*, subject: str = "") -> tuple[Factory, ...]:
    """Every factory, or those of one enterprise, by key."""
    rows = models.Factory.objects.order_by("key")
    return tuple(_told(Factory, row) for row in (rows.filter(subject=subject) if subject else rows))


def make(factory: Factory, *, by: str, at: datetime) -> Factory:
    """Enter a factory; WrongState factory.key_taken."""
    try:
        with transaction.atomic():
            models.Factory.objects.create(**asdict(factory), made_by=by[:150], made_at=at)
    except IntegrityError:
        raise WrongState("factory.key_taken", seen=factory.key) from None
    return factory


def lines(key: str) -> tuple[Line, ...]:
    """Lines of a factory in their order."""
    return tuple(
        _told(Line, row)
        for row in models.FactoryLine.objects.filter(factory__key=key).order_by("place", "key")
    )


def machines(key: str, *, retired: bool = False) -> tuple[Machine, ...]:
    """Machines of a factory by line and place."""
    rows = models.Machine.objects.filter(factory__key=key).order_by("line", "place", "key")
    return tuple(_told(Machine, row) for row in (rows if retired else rows.filter(retired_at=None)))


def points(key: str, *, machine: str = "", retired: bool = False) -> tuple[FactoryPoint, ...]:
    """Points of a factory, or of one machine, by key."""
    rows = models.FactoryPoint.objects.filter(factory__key=key).order_by("key")
    if machine:
        rows = rows.filter(machine=machine)
    return tuple(_told(FactoryPoint, row) for row in (rows if retired else rows.filter(retired_at=None)))


def shifts(key: str) -> tuple[ShiftRow, ...]:
    """The calendar of a factory, in the order it was entered."""
    rows = models.FactoryShift.objects.filter(factory__key=key).order_by("id")
    return tuple(
        ShiftRow(
            row.name, row.start_minute, row.end_minute, tuple((a, b) for a, b in row.breaks), tuple(row.weekdays),
            row.line, row.machine, row.first, row.last,
        )
        for row in rows
    )  # fmt: skip


def put_lines(key: str, told: Iterable[Line]) -> None:
    """Enter or change lines."""
    _put(models.FactoryLine, key, told)


def put_machines(key: str, told: Iterable[Machine]) -> None:
    """Enter or change machines."""
    _put(models.Machine, key, told)


def put_points(key: str, told: Iterable[FactoryPoint], *, at: datetime) -> None:
    """Enter or change points; the instant of first sight stays."""
    owner = row_of(key)
    for one in told:
        values = {k: v for k, v in asdict(one).items() if k not in ("key", "first_seen_at")}
        models.FactoryPoint.objects.update_or_create(
            factory=owner, key=one.key, defaults=values,
            create_defaults=values | {"first_seen_at": one.first_seen_at or at},
        )  # fmt: skip


def register_points(key: str, told: Iterable[tuple[str, str, str]], *, at: datetime) -> int:
    """Enter points (key, unit, kind) seen for the first time; those known stay as they are. Gives how many were new."""
    owner = row_of(key)
    before = models.FactoryPoint.objects.filter(factory=owner).count()
    models.FactoryPoint.objects.bulk_create(
        [
            models.FactoryPoint(factory=owner, key=k, unit=u, kind=kind, first_seen_at=at)
            for k, u, kind in told
        ],
        ignore_conflicts=True,
    )
    return models.FactoryPoint.objects.filter(factory=owner).count() - before


def set_shifts(key: str, told: Iterable[ShiftRow]) -> None:
    """The calendar as it is from now on; the rows before are replaced."""
    owner = row_of(key)
    with transaction.atomic():
        models.FactoryShift.objects.filter(factory=owner).delete()
        models.FactoryShift.objects.bulk_create(
            models.FactoryShift(factory=owner, **_plain(asdict(one))) for one in told
        )


def _put(model: Any, key: str, told: Iterable[Line] | Iterable[Machine]) -> None:
    owner = row_of(key)
    for one in told:
        values = {k: v for k, v in asdict(one).items() if k != "key"}
        model.objects.update_or_create(factory=owner, key=one.key, defaults=values)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        k: [list(p) if isinstance(p, tuple) else p for p in v] if isinstance(v, tuple) else v
        for k, v in values.items()
    }


def row_of(key: str) -> models.Factory:
    """The row of a factory, for rooms of the ledger; NotFound factory.unknown."""
    row = models.Factory.objects.filter(key=key).first()
    if row is None:
        raise NotFound("factory.unknown", seen=key)
    return row


def _told(kind: type[Row], row: Model) -> Row:
    return kind(**{name: getattr(row, name) for name in kind.__dataclass_fields__})
