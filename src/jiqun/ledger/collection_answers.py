"""Answers to collections 填报: what each respondent typed, sent and got back; and notices to respondents 催报."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from jiqun.core.errors import NotFound
from jiqun.ledger import models
from jiqun.ledger.bulk import chunks

ANSWERED = ("sent", "accepted")


@dataclass(frozen=True, slots=True)
class Answer:
    """One respondent's answer; see the table for the fields."""

    collection: str
    respondent: str
    label: str
    region: str
    industry: str
    state: str
    typed: dict[str, str]
    reasons: dict[str, str]
    sent: dict[str, dict[str, str]]
    first_sent_at: datetime | None
    sent_at: datetime | None
    sent_by: str
    batch: str
    judged_by: str
    judged_at: datetime | None
    remark: str
    updated_by: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice to one respondent."""

    id: int
    collection: str
    respondent: str
    kind: str
    text: str
    by: str
    at: datetime
    seen_by: str
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Tally:
    """How a collection stands: respondents by state, and those not answered."""

    states: Mapping[str, int]

    @property
    def asked(self) -> int:
        """How many must answer."""
        return sum(self.states.values())

    @property
    def answered(self) -> int:
        """How many have."""
        return sum(self.states.get(state, 0) for state in ANSWERED)


FIELDS = tuple(Answer.__dataclass_fields__)
NOTICE_FIELDS = tuple(Notice.__dataclass_fields__)
Change = Callable[[Answer], Mapping[str, Any]]


def get(collection: str, respondent: str) -> Answer:
    """The answer of one respondent; NotFound("collect.not_asked") when it is not among those asked."""
    for row in _read(models.CollectionAnswer.objects.filter(collection=collection, respondent=respondent)):
        return row
    raise NotFound("collect.not_asked", seen=respondent, collection=collection)


def of_collection(collection: str, *, respondents: Iterable[str] | None = None) -> tuple[Answer, ...]:
    """The answers of a collection by place and name; those of some respondents alone, when given."""
    rows = models.CollectionAnswer.objects.filter(collection=collection).order_by(
        "region", "label", "respondent"
    )
    if respondents is None:
        return tuple(_read(rows))
    found = [
        one for piece in chunks(list(respondents), 500) for one in _read(rows.filter(respondent__in=piece))
    ]
    return tuple(sorted(found, key=lambda one: (one.region, one.label, one.respondent)))


def of_respondents(respondents: Iterable[str], *, states: Iterable[str]) -> tuple[Answer, ...]:
    """Answers of these respondents to open collections, in these states, the latest first."""
    is_open = models.Collection.objects.filter(state="open").values("id")
    rows = models.CollectionAnswer.objects.filter(state__in=list(states), collection__in=is_open).order_by(
        "-id"
    )
    return tuple(
        one for piece in chunks(list(respondents), 500) for one in _read(rows.filter(respondent__in=piece))
    )


def tallies(collections: Iterable[str]) -> dict[str, Tally]:
    """How each of these collections stands, every respondent asked counted, merged or not."""
    rows = models.CollectionAnswer.objects.filter(collection__in=list(collections)).values_list(
        "collection", "state"
    )
    found: dict[str, dict[str, int]] = {}
    for collection, state, count in rows.annotate(count=Count("id")).order_by("collection", "state"):
        found.setdefault(collection, {})[state] = count
    return {collection: Tally(states) for collection, states in found.items()}


def of_merged(collections: Iterable[str]) -> tuple[Answer, ...]:
    """Answers to these collections of enterprises that were merged, and of those that took them over."""
    merged = models.Subject.objects.filter(merged_into__gt="")
    rows = models.CollectionAnswer.objects.filter(collection__in=list(collections)).order_by("id")
    concerned = Q(respondent__in=merged.values("key")) | Q(respondent__in=merged.values("merged_into"))
    return tuple(_read(rows.filter(concerned)))


def asked_within(prefix: str) -> tuple[str, ...]:
    """Collections that ask a respondent whose place begins so."""
    rows = models.CollectionAnswer.objects.filter(region__startswith=prefix).order_by()
    return tuple(rows.values_list("collection", flat=True).distinct())


def asked_of(respondents: Iterable[str]) -> tuple[str, ...]:
    """Collections that ask one of these respondents."""
    rows = models.CollectionAnswer.objects.order_by()
    found: set[str] = set()
    for piece in chunks(list(respondents), 500):
        found.update(rows.filter(respondent__in=piece).values_list("collection", flat=True).distinct())
    return tuple(sorted(found))


def change(collection: str, respondent: str, make: Change, *, by: str, at: datetime) -> Answer:
    """Change one answer: `make` is given it as it stands, locked, and gives the fields that change."""
    with transaction.atomic():
        rows = models.CollectionAnswer.objects.filter(collection=collection, respondent=respondent)
        held = rows.select_for_update().first()
        if held is None:
            raise NotFound("collect.not_asked", seen=respondent, collection=collection)
        values = dict(make(get(collection, respondent)))
        rows.update(**values, updated_by=by[:150], updated_at=at)
        return get(collection, respondent)


def undo_of(batch: str, *, by: str, at: datetime) -> int:
    """Ask again what a batch that is being undone had brought; gives how many answers that are."""
    rows = models.CollectionAnswer.objects.filter(batch=batch, state__in=ANSWERED)
    return rows.update(
        state="returned",
        judged_by=by[:150],
        judged_at=at,
        remark=f"batch undone {batch}",
        sent={},
        updated_at=at,
    )


def notify(collection: str, to: Iterable[str], text: str, *, kind: str, by: str, at: datetime) -> int:
    """Leave a notice for each respondent; gives how many."""
    rows = [
        models.CollectionNotice(
            collection=collection, respondent=one, kind=kind, text=text[:500], by=by[:150], at=at
        )
        for one in to
    ]
    models.CollectionNotice.objects.bulk_create(rows, batch_size=500)
    return len(rows)


def notices(
    *, collection: str = "", respondents: Iterable[str] = (), unseen: bool = False
) -> tuple[Notice, ...]:
    """Notices of a collection, or to some respondents, the latest first."""
    rows = models.CollectionNotice.objects.order_by("-id")
    if collection:
        rows = rows.filter(collection=collection)
    kept = list(respondents)
    if kept:
        rows = rows.filter(respondent__in=kept[:900])
    if unseen:
        rows = rows.filter(seen_at__isnull=True)
    return tuple(Notice(*values) for values in rows.values_list(*NOTICE_FIELDS)[:5000])


def seen(collection: str, respondent: str, *, by: str, at: datetime) -> int:
    """Note that a respondent's notices were read; gives how many were new."""
    rows = models.CollectionNotice.objects.filter(
        collection=collection, respondent=respondent, seen_at__isnull=True
    )
    return rows.update(seen_by=by[:150], seen_at=at)


def _read(rows: QuerySet[models.CollectionAnswer]) -> Iterable[Answer]:
    return (Answer(*values) for values in rows.values_list(*FIELDS))
