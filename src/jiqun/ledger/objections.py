"""Objections 异议 as the ledger keeps them: filed, moved on, read by both sides; evidence by its hash."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from jiqun.core.errors import NotFound, WrongState
from jiqun.ledger import models
from jiqun.ledger.bulk import chunks
from jiqun.ledger.conditions import LAST
from jiqun.ledger.grams import subtree_prefix
from jiqun.ledger.moving import moved
from jiqun.ledger.pages import Page, page_of
from jiqun.ledger.scopes import Reach, Scope
from jiqun.ledger.subjects import SubjectFilter, all_keys, former_keys, resolve

OPEN = ("submitted", "asked")


@dataclass(frozen=True, slots=True)
class NewObjection:
    """What is known when an objection is filed; see the table for the fields."""

    subject: str
    subject_label: str
    region: str
    office: str
    fact: str
    disputed_hash: str
    source: str
    cell: dict[str, Any]
    said: str
    wanted: str
    unit: str
    reason: str
    candidate: int


@dataclass(frozen=True, slots=True)
class Objection(NewObjection):
    """An objection as the ledger holds it: as it was filed, and what became of it; see the table for the fields."""

    id: int
    state: str
    due_on: date
    filed_by: str
    filed_by_id: int | None
    filed_at: datetime
    answered_by: str
    answered_at: datetime | None
    answer: str
    batch: str
    correction: str


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done with an objection: which move, what was said, by whom and when."""

    move: str
    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file attached to an objection."""

    id: int
    name: str
    sha256: str
    bytes: int
    by: str
    at: datetime


FIELDS = tuple(Objection.__dataclass_fields__)
NEW = tuple(NewObjection.__dataclass_fields__)


def file(new: NewObjection, *, by: str, by_id: int | None, at: datetime, due_on: date) -> Objection:
    """Enter an objection.

    WrongState("objection.open_already") when one about the same statement waits for its answer, or one of the same person
    about the same candidate.
    """
    _inside()
    # the statement is looked at under a lock of its row, so that two who object at once are told one after the other
    same = {"candidate": new.candidate, "filed_by": by[:150], "filed_by_id": by_id}
    about = same if new.candidate else {"fact": new.fact, "candidate": 0}
    waiting = models.Objection.objects.select_for_update().filter(state__in=OPEN, **about).first()
    if waiting is not None:
        raise WrongState("objection.open_already", seen=waiting.pk)
    values = {name: getattr(new, name) for name in NEW}
    row = models.Objection.objects.create(
        **values, due_on=due_on, filed_by=by[:150], filed_by_id=by_id, filed_at=at
    )
    return _objection(row)


def move(id: int, state: str, *, before: Iterable[str], **values: object) -> Objection:
    """Bring an objection into a state, from one of the states `before`; WrongState when it is in none of them."""
    return _objection(
        moved(
            models.Objection, id, state, before=before,
            unknown="objection.not_found", refused="objection.state", **values,
        )
    )  # fmt: skip


def note(id: int, step: Step) -> None:
    """Enter one thing done."""
    _inside()
    models.ObjectionStep.objects.create(
        objection_id=id, move=step.move, text=step.text, by=step.by[:150], at=step.at
    )


def attach(id: int, *, name: str, sha256: str, size: int, by: str, at: datetime) -> Evidence:
    """Enter an attached file; the same file again is the one that is there."""
    _inside()
    row, _ = models.ObjectionEvidence.objects.get_or_create(
        objection_id=id, sha256=sha256, defaults={"name": name[:200], "bytes": size, "by": by[:150], "at": at}
    )
    return _evidence(row)


def get(id: int) -> Objection:
    """The objection of that number; NotFound("objection.not_found") when there is none."""
    row = models.Objection.objects.filter(id=id).first()
    if row is None:
        raise NotFound("objection.not_found", seen=id)
    return _objection(row)


def steps_of(id: int) -> tuple[Step, ...]:
    """Everything done with an objection, oldest first."""
    rows = models.ObjectionStep.objects.filter(objection_id=id).order_by("id")
    return tuple(Step(*values) for values in rows.values_list("move", "text", "by", "at"))


def evidence_of(id: int) -> tuple[Evidence, ...]:
    """The files attached to an objection, in the order they came."""
    return tuple(map(_evidence, models.ObjectionEvidence.objects.filter(objection_id=id).order_by("id")))


def evidence(id: int, number: int) -> Evidence:
    """One attached file; NotFound("objection.no_evidence") when the objection has none of that number."""
    row = models.ObjectionEvidence.objects.filter(objection_id=id, id=number).first()
    if row is None:
        raise NotFound("objection.no_evidence", seen=number)
    return _evidence(row)


def list_page(
    within: Iterable[Reach],
    *,
    state: str = "",
    subject: str = "",
    filed_by: int | None = None,
    page: int = 1,
    size: int = 50,
) -> Page[Objection]:
    """Objections within one of the reaches, the next due first.

    state     one state, or `open` for those still to be answered
    filed_by  number of a person whose own objections to candidates are among them wherever these lie
    """
    own = Q(filed_by_id=filed_by, candidate__gt=0) if filed_by is not None else Q(pk__in=())
    rows = models.Objection.objects.filter(_within(within) | own)
    if state:
        rows = rows.filter(state__in=OPEN if state == "open" else (state,))
    if subject:
        today = resolve(subject)
        rows = rows.filter(subject__in=(today, *former_keys(today)))
    order = ("due_on", "id") if state == "open" else ("-id",)
    return page_of(rows.order_by(*order), lambda found: map(_objection, found), page=page, size=size)


def open_about(facts: Iterable[str]) -> dict[str, int]:
    """Those of the statements an open objection disputes, with its number."""
    rows = models.Objection.objects.filter(fact__in=list(facts), state__in=OPEN)
    return dict(rows.values_list("fact", "id"))


def about_candidates(candidates: Iterable[int], *, is_open: bool = False) -> tuple[Objection, ...]:
    """Objections to candidates of a recognition, latest first."""
    rows = models.Objection.objects.filter(candidate__in=[one for one in candidates if one])
    rows = rows.filter(state__in=OPEN) if is_open else rows
    return tuple(map(_objection, rows.order_by("-id")))


def about_fact(facts: Iterable[str]) -> tuple[Objection, ...]:
    """Objections that dispute one of the statements, or whose correction one of them is, latest first."""
    keys = list(facts)
    rows = models.Objection.objects.filter(Q(fact__in=keys) | Q(correction__in=keys)).order_by("-id")
    return tuple(map(_objection, rows))


def of_source(source: str) -> tuple[Objection, ...]:
    """Objections against statements of a source, latest first."""
    return tuple(map(_objection, models.Objection.objects.filter(source=source).order_by("-id")))


def disputed_hashes(corrections: Iterable[str]) -> dict[str, str]:
    """Of facts that are corrections after an objection: the content hash of what was disputed."""
    settled = models.Objection.objects.filter(state="accepted").exclude(correction="")
    if not settled.exists():
        return {}
    rows = settled.values_list("correction", "disputed_hash")
    return {
        key: digest
        for part in chunks(list(corrections), 900)
        for key, digest in rows.filter(correction__in=part)
    }


def _within(reaches: Iterable[Reach]) -> Q:
    found = Q(pk__in=())
    for reach in reaches:
        any_of = Q(pk__in=())
        for scope in reach.any_of:
            any_of |= _in_scope(scope)
        found |= any_of & _in_scope(reach.within)
    return found


def _in_scope(scope: Scope) -> Q:
    match scope.kind:
        case "all":
            return Q(pk__isnull=False)  # an empty condition would vanish beside OR
        case "region":
            prefix = subtree_prefix(scope.key)
            merged = _places_of_merged()
            here = [key for key, (_, place) in merged.items() if place.startswith(prefix)]
            stated = Q(region__gte=prefix, region__lt=prefix + LAST) & ~Q(subject__in=list(merged))
            return stated | Q(subject__in=here)
        case "enterprise":
            return Q(subject__in=(scope.key, *former_keys(scope.key)))
    held = set(all_keys(SubjectFilter(kind="enterprise", scope=scope)))
    return Q(subject__in=[*held, *(key for key, (into, _) in _places_of_merged().items() if into in held)])


def _places_of_merged() -> dict[str, tuple[str, str]]:
    """Enterprises objected to that are read under another today: that other, and where it lies."""
    disputed = models.Objection.objects.order_by().values("subject")
    rows = models.Subject.objects.filter(key__in=disputed, merged_into__gt="")
    today = dict(rows.values_list("key", "merged_into"))
    places = dict(models.Subject.objects.filter(key__in=today.values()).values_list("key", "region"))
    return {key: (into, places.get(into, "")) for key, into in today.items()}


def _inside() -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("an objection changes together with its audit line")


def _objection(row: models.Objection) -> Objection:
    return Objection(*(getattr(row, name) for name in FIELDS))


def _evidence(row: models.ObjectionEvidence) -> Evidence:
    return Evidence(row.pk, row.name, row.sha256, row.bytes, row.by, row.at)


def counts(within: Iterable[Reach]) -> dict[str, int]:
    """How many open objections there are in each open state, within one of the reaches."""
    rows: QuerySet[models.Objection] = models.Objection.objects.filter(_within(within), state__in=OPEN)
    found = dict.fromkeys(OPEN, 0)
    for state in rows.values_list("state", flat=True):
        found[state] += 1
    return found
