"""班次结束 ends of shifts: what a report said when the shift was ended; ended again it is a new revision."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from jiqun.ledger import models
from jiqun.ledger.factories import row_of


@dataclass(frozen=True, slots=True)
class ShiftKey:
    """A shift of a factory: the day it begins on, its name, and the line ("" for the whole factory)."""

    factory: str
    day: date
    name: str
    line: str = ""


@dataclass(frozen=True, slots=True)
class ShiftEnd:
    """One revision of an ended shift with its figures."""

    day: date
    name: str
    line: str
    revision: int
    figures: Mapping[str, Any]
    sha256: str
    remark: str
    ended_by: str
    ended_at: datetime


FIELDS = tuple(ShiftEnd.__dataclass_fields__)


def end(
    shift: ShiftKey, figures: Mapping[str, Any], *, sha256: str, remark: str, by: str, at: datetime
) -> ShiftEnd:
    """Enter the end of a shift: its first one, or the next revision."""
    owner = row_of(shift.factory)
    before = ends_of(shift)
    row = models.ShiftEnd.objects.create(
        factory=owner, day=shift.day, name=shift.name, line=shift.line, revision=len(before) + 1, figures=dict(figures),
        sha256=sha256, remark=remark, ended_by=by[:150], ended_at=at,
    )  # fmt: skip
    return _told(row)


def ends_of(shift: ShiftKey) -> tuple[ShiftEnd, ...]:
    """Every revision of a shift, the first one first."""
    rows = models.ShiftEnd.objects.filter(
        factory__key=shift.factory, day=shift.day, name=shift.name, line=shift.line
    )
    return tuple(_told(row) for row in rows.order_by("revision"))


def latest(factory: str, first: date, last: date) -> dict[tuple[date, str, str], ShiftEnd]:
    """The newest revision of every ended shift that begins on a day from `first` to `last`, by day, name, line."""
    rows = models.ShiftEnd.objects.filter(factory__key=factory, day__gte=first, day__lte=last)
    return {(row.day, row.name, row.line): _told(row) for row in rows.order_by("revision")}


def first_day(factory: str) -> date | None:
    """The day the earliest shift ended for the whole factory began on."""
    rows = models.ShiftEnd.objects.filter(factory__key=factory, line="").order_by("day")
    return rows.values_list("day", flat=True).first()


def _told(row: models.ShiftEnd) -> ShiftEnd:
    return ShiftEnd(**{name: getattr(row, name) for name in FIELDS})
