"""Recognitions 自动认定 as the ledger keeps them: rounds, their candidates with the ruling as judged then, and notices."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Q

from jiqun.core.errors import NotFound, WrongState
from jiqun.core.periods import SHANGHAI
from jiqun.ledger import models
from jiqun.ledger.conditions import LAST
from jiqun.ledger.grams import subtree_prefix
from jiqun.ledger.moving import moved
from jiqun.ledger.pages import Page, page_of
from jiqun.ledger.subjects import former_keys, resolve

OPEN = ("candidates", "publicity")
PUBLIC = ("publicity", "decided")


@dataclass(frozen=True, slots=True)
class Recognition:
    """One round; see the table for the fields."""

    id: str
    pack: str
    version: str
    kind: str
    region: str
    on: date
    field: str
    label_zh: str
    label_en: str
    years: int
    judged: int
    verdicts: dict[str, int]
    synthetic: bool
    note: str
    started_by: str
    started_at: datetime
    state: str = "candidates"
    published_by: str = ""
    published_at: datetime | None = None
    public_from: date | None = None
    public_until: date | None = None
    closed_by: str = ""
    closed_at: datetime | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class NewCandidate:
    """An enterprise that meets the rule, with its ruling."""

    subject: str
    label: str
    uscc: str
    region: str
    ruling: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Candidate(NewCandidate):
    """A candidate as the ledger holds it."""

    id: int
    recognition: str
    state: str
    reason: str
    title: int
    judged_by: str
    judged_at: datetime | None


FIELDS = tuple(Recognition.__dataclass_fields__)
CANDIDATE = tuple(Candidate.__dataclass_fields__)
NEW = tuple(NewCandidate.__dataclass_fields__)


def new_id(at: datetime) -> str:
    """An id that sorts by time: ``r20261121-3f9a1c`` (clock of Zhejiang)."""
    return f"r{at.astimezone(SHANGHAI):%Y%m%d}-{secrets.token_hex(3)}"


def create(made: Recognition, candidates: Iterable[NewCandidate]) -> Recognition:
    """Enter a round with its candidates; WrongState("recognition.open_already") while one of its kind runs there."""
    _inside()
    here = models.Recognition.objects.select_for_update().filter(
        field=made.field, region=made.region, kind=made.kind, state__in=OPEN
    )
    if (other := here.first()) is not None:
        raise WrongState("recognition.open_already", seen=other.pk)
    models.Recognition.objects.create(**{name: getattr(made, name) for name in FIELDS})
    rows = [
        models.RecognitionCandidate(recognition=made.id, **{name: getattr(one, name) for name in NEW})
        for one in candidates
    ]
    models.RecognitionCandidate.objects.bulk_create(rows, batch_size=200)
    return get(made.id)


def get(id: str) -> Recognition:
    """The round under `id`; NotFound("recognition.not_found") when there is none."""
    row = models.Recognition.objects.filter(id=id).first()
    if row is None:
        raise NotFound("recognition.not_found", seen=id)
    return _recognition(row)


def move(id: str, state: str, *, before: Iterable[str], **values: object) -> Recognition:
    """Bring a round into a state, from one of the states `before`; WrongState when it is in none of them."""
    return _recognition(
        moved(
            models.Recognition, id, state, before=before,
            unknown="recognition.not_found", refused="recognition.state", **values,
        )
    )  # fmt: skip


def list_page(
    *,
    state: str = "",
    within: Iterable[str] = (),
    everything: bool = False,
    synthetic: bool | None = None,
    page: int = 1,
    size: int = 50,
) -> Page[Recognition]:
    """Rounds, the latest first.

    within   places (with all below) of which every round is shown; elsewhere only those that are or were public
    """
    rows = models.Recognition.objects.order_by("-started_at", "-id")
    if not everything:
        shown = Q(state__in=PUBLIC)
        for place in within:
            prefix = subtree_prefix(place)
            shown |= Q(region__gte=prefix, region__lt=prefix + LAST)
        rows = rows.filter(shown)
    if state:
        rows = rows.filter(state__in=OPEN if state == "open" else (state,))
    if synthetic is not None:
        rows = rows.filter(synthetic=synthetic)
    return page_of(rows, lambda found: map(_recognition, found), page=page, size=size)


def candidate(id: int) -> Candidate:
    """The candidate of that number; NotFound("recognition.no_candidate") when there is none."""
    row = models.RecognitionCandidate.objects.filter(id=id).first()
    if row is None:
        raise NotFound("recognition.no_candidate", seen=id)
    return _candidate(row)


def candidates(recognition: str, *, state: str = "", page: int = 1, size: int = 1000) -> Page[Candidate]:
    """Candidates of a round by place and name."""
    rows = models.RecognitionCandidate.objects.filter(recognition=recognition)
    rows = rows.filter(state=state) if state else rows
    ordered = rows.order_by("region", "label", "id")
    return page_of(ordered, lambda found: map(_candidate, found), page=page, size=size)


def in_state(recognition: str, state: str) -> tuple[Candidate, ...]:
    """Every candidate of a round in a state, however many."""
    rows = models.RecognitionCandidate.objects.filter(recognition=recognition, state=state)
    return tuple(map(_candidate, rows.order_by("region", "label", "id")))


def of_subject(subject: str) -> tuple[Candidate, ...]:
    """Where an enterprise is or was a candidate, the latest first."""
    today = resolve(subject)
    rows = models.RecognitionCandidate.objects.filter(subject__in=(today, *former_keys(today)))
    return tuple(map(_candidate, rows.order_by("-id")))


def judge(id: int, state: str, *, before: Iterable[str], **values: object) -> Candidate:
    """Bring a candidate into a state, from one of the states `before`."""
    return _candidate(
        moved(
            models.RecognitionCandidate, id, state, before=before,
            unknown="recognition.no_candidate", refused="recognition.candidate_state", **values,
        )
    )  # fmt: skip


def tallies(recognitions: Iterable[str]) -> dict[str, Mapping[str, int]]:
    """How many candidates of each round are in which state."""
    rows = models.RecognitionCandidate.objects.filter(recognition__in=list(recognitions)).order_by()
    found: dict[str, dict[str, int]] = {}
    for key, state, count in rows.values_list("recognition", "state").annotate(count=Count("id")):
        found.setdefault(str(key), {})[str(state)] = int(count)
    return dict(found)


def _inside() -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a recognition changes together with its audit line")


def _recognition(row: models.Recognition) -> Recognition:
    return Recognition(**{name: getattr(row, name) for name in FIELDS})


def _candidate(row: models.RecognitionCandidate) -> Candidate:
    return Candidate(**{name: getattr(row, name) for name in CANDIDATE})
