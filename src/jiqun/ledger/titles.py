"""Titles 称号 as the ledger keeps them: granted or registered, renewed, taken back; and what rules read of them.

No enterprise holds a title twice for the same day. Nothing is removed: one taken back stays with who did it and why.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet

from jiqun.core.errors import NotFound, WrongState
from jiqun.core.periods import SHANGHAI
from jiqun.ledger import models
from jiqun.ledger.bulk import chunks
from jiqun.ledger.grams import subtree_prefix
from jiqun.ledger.pages import Page, page_of
from jiqun.ledger.subjects import former_keys, resolve

DAY = timedelta(days=1)
STANDINGS = ("in_force", "expiring", "over", "replaced", "taken_back")


@dataclass(frozen=True, slots=True)
class NewTitle:
    """A title to be entered; see the table for the fields."""

    subject: str
    subject_label: str
    region: str
    field: str
    label_zh: str
    label_en: str
    how: str
    granted_on: date
    starts_on: date
    valid_until: date
    pack: str = ""
    version: str = ""
    recognition: str = ""
    ruling: Any = None
    origin: str = ""
    synthetic: bool = False


@dataclass(frozen=True, slots=True)
class Title(NewTitle):
    """A title as the ledger holds it."""

    id: int = 0
    state: str = "held"
    entered_by: str = ""
    entered_at: datetime | None = None
    taken_back_by: str = ""
    taken_back_at: datetime | None = None
    taken_back_why: str = ""

    def is_held(self, on: date) -> bool:
        """Does it hold on that day?"""
        return self.state != "taken_back" and self.starts_on <= on <= self.valid_until


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleFilter:
    """Which titles a list shows; an empty field does not narrow.

    standing   one of STANDINGS as of `on`; expiring: in force and over within `days`
    region     this place and all below; synthetic: False leaves made-up ones out
    """

    on: date
    field: str = ""
    standing: str = ""
    days: int = 90
    region: str = ""
    q: str = ""
    subject: str = ""
    recognition: str = ""
    synthetic: bool | None = None


FIELDS = tuple(Title.__dataclass_fields__)
NEW = tuple(NewTitle.__dataclass_fields__)


def titles_held(keys: Iterable[str], *, on: date | None = None) -> dict[str, dict[str, date]]:
    """For enterprises by key: field → last day of the title, as far as titles were entered here; what rules read.

    on   as known on that day: granted no later, and not yet taken back then; None: as known now
    A title taken back ended the day before. Said of a field here goes before a fact of a document. Keys of enterprises
    merged into one of `keys` speak for it.
    """
    found: dict[str, dict[str, date]] = {}
    for piece in chunks(sorted(set(keys)), 400):
        today = dict.fromkeys(piece)
        merged = models.Subject.objects.filter(merged_into__in=piece).values_list("key", "merged_into")
        names = {key: key for key in today} | dict(merged)
        rows = models.Title.objects.order_by("granted_on", "id")
        for part in chunks(list(names), 800):
            told = rows.filter(subject__in=part)
            if on is not None:
                told = told.filter(granted_on__lte=on)
            for key, field, until, back in told.values_list(
                "subject", "field", "valid_until", "taken_back_at"
            ):
                found.setdefault(names[key], {})[field] = _last_day(until, back, on)
    return found


def enter(new: NewTitle, *, by: str, at: datetime) -> Title:
    """Enter a title; WrongState("title.held_already") when one of its kind holds on a day it would hold.

    An earlier one that is over, or will be before this one starts, is marked as replaced.
    """
    _inside()
    rows = _family(new.subject, new.field).select_for_update()
    for other in rows:
        if other.starts_on <= new.valid_until and new.starts_on <= other.valid_until:
            raise WrongState("title.held_already", seen=new.subject_label, until=str(other.valid_until))
    if rows.filter(starts_on__gt=new.starts_on).exists():  # an older one, entered late
        return _made(new, "replaced", by=by, at=at)
    rows.update(state="replaced")
    return _made(new, "held", by=by, at=at)


def take_back(id: int, why: str, *, by: str, at: datetime) -> Title:
    """End a title, with the one it renews as far as that still runs.

    WrongState("title.not_held") when it was taken back already or another replaced it.
    """
    _inside()
    row = models.Title.objects.select_for_update().filter(id=id).first()
    if row is None:
        raise NotFound("title.not_found", seen=id)
    if row.state != "held":
        raise WrongState("title.not_held", seen=row.state)
    ended = {"state": "taken_back", "taken_back_by": by[:150], "taken_back_at": at, "taken_back_why": why}
    today = at.astimezone(SHANGHAI).date()
    _family(row.subject, row.field).filter(Q(pk=id) | Q(valid_until__gte=today)).update(**ended)
    return get(id)


def get(id: int) -> Title:
    """The title of that number; NotFound("title.not_found") when there is none."""
    row = models.Title.objects.filter(id=id).first()
    if row is None:
        raise NotFound("title.not_found", seen=id)
    return _title(row)


def of_subject(subject: str) -> tuple[Title, ...]:
    """Every title an enterprise holds or held, those of enterprises merged into it among them, the latest first."""
    today = resolve(subject)
    rows = models.Title.objects.filter(subject__in=(today, *former_keys(today)))
    return tuple(map(_title, rows.order_by("-granted_on", "-id")))


def list_page(wanted: TitleFilter, *, page: int = 1, size: int = 50) -> Page[Title]:
    """Titles wanted, those that end first before the others."""
    rows = _filtered(wanted).order_by("valid_until", "id")
    return page_of(rows, lambda found: map(_title, found), page=page, size=size)


def ending(on: date, *, days: int) -> tuple[Title, ...]:
    """Titles in force that end within so many days, the day included, in order of their last day."""
    rows = _filtered(TitleFilter(on=on, standing="expiring", days=days)).order_by("valid_until", "id")
    return tuple(map(_title, rows))


def counts(on: date, *, days: int, synthetic: bool | None = None) -> dict[str, dict[str, int]]:
    """For each kind of title: how many stand how; `expiring` ones are in force too."""
    found: dict[str, dict[str, int]] = {}
    for standing in STANDINGS:
        rows = _filtered(TitleFilter(on=on, standing=standing, days=days, synthetic=synthetic)).order_by()
        for field, count in rows.values_list("field").annotate(count=Count("id")):
            found.setdefault(str(field), dict.fromkeys(STANDINGS, 0))[standing] = int(count)
    return found


def _family(subject: str, field: str) -> QuerySet[models.Title]:
    """Titles of a kind of an enterprise, whatever key it stood under, that were not taken back."""
    today = resolve(subject)
    keys = (today, *former_keys(today))
    return models.Title.objects.filter(subject__in=keys, field=field).exclude(state="taken_back")


def _filtered(wanted: TitleFilter) -> QuerySet[models.Title]:
    rows = models.Title.objects.filter(_standing(wanted))
    if wanted.region:
        rows = rows.filter(region__startswith=subtree_prefix(wanted.region))
    if wanted.subject:
        today = resolve(wanted.subject)
        rows = rows.filter(subject__in=(today, *former_keys(today)))
    if wanted.q:
        rows = rows.filter(subject_label__icontains=wanted.q)
    exact: dict[str, Any] = {"field": wanted.field, "recognition": wanted.recognition}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    return rows if wanted.synthetic is None else rows.filter(synthetic=wanted.synthetic)


def _standing(wanted: TitleFilter) -> Q:
    on = wanted.on
    running = ~Q(state="taken_back") & Q(starts_on__lte=on, valid_until__gte=on)
    match wanted.standing:
        case "in_force":
            return running
        case "expiring":
            return running & Q(state="held", valid_until__lte=on + wanted.days * DAY)
        case "over":
            return Q(state="held", valid_until__lt=on)
        case "replaced" | "taken_back":
            return Q(state=wanted.standing)
    return Q(pk__isnull=False)


def _last_day(until: date, back: datetime | None, on: date | None) -> date:
    if back is None:
        return until
    day = back.astimezone(SHANGHAI).date()
    return until if on is not None and on < day else min(until, day - DAY)


def _made(new: NewTitle, state: str, *, by: str, at: datetime) -> Title:
    values = {name: getattr(new, name) for name in NEW} | {"ruling": new.ruling or {}}
    return _title(models.Title.objects.create(**values, state=state, entered_by=by[:150], entered_at=at))


def _inside() -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a title changes together with its audit line")


def _title(row: models.Title) -> Title:
    return Title(**{name: getattr(row, name) for name in FIELDS})
