"""Who is who 主体归并: which subjects turned out to be one, which are two, by whose decision; and taking it back.

What was recorded stays under the key it was recorded for. `Subject.merged_into` holds the key a subject goes by today,
however many merges lie between; it follows from the decisions in force and is worked out anew whenever one changes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from jiqun.core.errors import NotFound, WrongState
from jiqun.ledger import models, search
from jiqun.ledger.bulk import alone_on, chunks
from jiqun.ledger.pages import Page, page_of

SAME, DIFFERENT = "same", "different"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One decision about a pair; `taken_back_at` is None while it holds."""

    id: int
    verdict: str
    subject: str
    into: str
    evidence: tuple[Mapping[str, Any], ...]
    reason: str
    decided_by: str
    decided_at: datetime
    taken_back_by: str
    taken_back_at: datetime | None

    @property
    def holds(self) -> bool:
        """Is it in force?"""
        return self.taken_back_at is None


@dataclass(frozen=True, slots=True)
class Because:
    """Why a decision was taken: the evidence shown (kind, zh, en) and what the person said."""

    evidence: tuple[Mapping[str, Any], ...] = ()
    reason: str = ""


FIELDS = tuple(Verdict.__dataclass_fields__)
NOTHING_SAID = Because()


def merge(subject: str, into: str, because: Because = NOTHING_SAID, *, by: str, at: datetime) -> Verdict:
    """Decide that `subject` is `into`: it is read under it from now on, wherever it is read.

    Both must stand for themselves today: NotFound `subject.not_found`, WrongState `merge.merged_already`, `merge.itself`.
    """
    if subject == into:
        raise WrongState("merge.itself", seen=subject)
    with transaction.atomic():
        alone_on("ledger_subject")
        held = dict(models.Subject.objects.filter(key__in=(subject, into)).values_list("key", "merged_into"))
        for key in (subject, into):
            if key not in held:
                raise NotFound("subject.not_found", seen=key)
            if held[key]:
                raise WrongState("merge.merged_already", seen=key, into=held[key])
        made = _decide(SAME, subject, into, because, by=by, at=at)
        models.Subject.objects.filter(Q(key=subject) | Q(merged_into=subject)).update(merged_into=into)
        search.reindex([subject, into])
    return made


def keep_apart(first: str, second: str, because: Because = NOTHING_SAID, *, by: str, at: datetime) -> Verdict:
    """Decide that two subjects are two, so that nobody is asked again."""
    subject, into = sorted((first, second))
    if subject == into:
        raise WrongState("merge.itself", seen=subject)
    missing = {subject, into} - set(
        models.Subject.objects.filter(key__in=(subject, into)).values_list("key", flat=True)
    )
    if missing:
        raise NotFound("subject.not_found", seen=min(missing))
    return _decide(DIFFERENT, subject, into, because, by=by, at=at)


def take_back(id: int, *, by: str, at: datetime) -> Verdict:
    """Let a decision no longer hold; what was merged by it stands as before. WrongState `merge.taken_back`."""
    with transaction.atomic():
        alone_on("ledger_subject")
        found = get(id)
        if not found.holds:
            raise WrongState("merge.taken_back", seen=str(id))
        models.IdentityVerdict.objects.filter(id=id).update(taken_back_by=by[:150], taken_back_at=at)
        if found.verdict == SAME:
            under = _under(found.subject)
            models.Subject.objects.filter(key=found.subject).update(merged_into="")
            models.Subject.objects.filter(key__in=under).update(merged_into=found.subject)
            search.reindex([found.subject, *_roots([found.into])])
    return get(id)


def get(id: int) -> Verdict:
    """One decision; NotFound `merge.not_found`."""
    for one in _read(models.IdentityVerdict.objects.filter(id=id)):
        return one
    raise NotFound("merge.not_found", seen=str(id))


def of(key: str) -> tuple[Verdict, ...]:
    """Every decision about a subject and those read under it, latest first."""
    family = [key, *models.Subject.objects.filter(merged_into=key).values_list("key", flat=True)]
    rows = models.IdentityVerdict.objects.filter(Q(subject__in=family) | Q(into__in=family))
    return tuple(_read(rows.order_by("-id")))


def list_page(*, verdict: str = "", page: int = 1, size: int = 50) -> Page[Verdict]:
    """Decisions that hold, latest first."""
    rows = models.IdentityVerdict.objects.filter(taken_back_at__isnull=True).order_by("-id")
    return page_of(rows.filter(verdict=verdict) if verdict else rows, _read, page=page, size=size)


def today() -> dict[str, str]:
    """Every subject read under another, with the key it goes by today."""
    return dict(models.Subject.objects.filter(merged_into__gt="").values_list("key", "merged_into"))


def kept_apart() -> frozenset[tuple[str, str]]:
    """Pairs somebody said are two, the smaller key first."""
    rows = models.IdentityVerdict.objects.filter(verdict=DIFFERENT, taken_back_at__isnull=True)
    return frozenset(rows.values_list("subject", "into"))


def without_ends() -> tuple[Verdict, ...]:
    """Merges that hold although one of the two is no longer in the ledger (its batch was undone)."""
    rows = models.IdentityVerdict.objects.filter(verdict=SAME, taken_back_at__isnull=True).order_by("-id")
    merges = tuple(_read(rows))
    ends = sorted({key for one in merges for key in (one.subject, one.into)})
    there = {
        key
        for chunk in chunks(ends, 900)
        for key in models.Subject.objects.filter(key__in=chunk).values_list("key", flat=True)
    }
    return tuple(one for one in merges if not {one.subject, one.into} <= there)


def _decide(verdict: str, subject: str, into: str, because: Because, *, by: str, at: datetime) -> Verdict:
    rows = models.IdentityVerdict.objects.filter(taken_back_at__isnull=True, verdict=verdict)
    if rows.filter(subject=subject, into=into).exists():
        raise WrongState("merge.decided", seen=f"{subject} {into}")
    made = models.IdentityVerdict.objects.create(
        verdict=verdict, subject=subject, into=into, evidence=list(because.evidence), reason=because.reason[:300],
        decided_by=by[:150], decided_at=at,
    )  # fmt: skip
    return get(made.pk)


def _under(subject: str) -> set[str]:
    """All that came under `subject` by merges in force, over as many steps as there are."""
    rows = models.IdentityVerdict.objects.filter(verdict=SAME, taken_back_at__isnull=True)
    found: set[str] = set()
    frontier = {subject}
    while frontier:
        frontier = set(rows.filter(into__in=frontier).values_list("subject", flat=True)) - found
        found |= frontier
    return found


def _roots(keys: Iterable[str]) -> list[str]:
    held = models.Subject.objects.filter(key__in=list(keys)).values_list("key", "merged_into")
    return [into or key for key, into in held]


def _read(rows: QuerySet[models.IdentityVerdict]) -> Iterable[Verdict]:
    at = FIELDS.index("evidence")
    for values in rows.values_list(*FIELDS):
        yield Verdict(*values[:at], tuple(values[at]), *values[at + 1 :])
