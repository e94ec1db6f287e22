"""Proposed merges 归并建议: pairs that are probably one enterprise, as the last search left them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from jiqun.core.errors import NotFound
from jiqun.ledger import models
from jiqun.ledger.pages import Page, page_of


@dataclass(frozen=True, slots=True)
class Proposed:
    """One pair; the fields are those of the ledger's table."""

    id: int
    subject: str
    into: str
    score: Decimal
    clear: bool
    group_key: str
    region: str
    evidence: tuple[Mapping[str, Any], ...]
    found_at: datetime


FIELDS = tuple(Proposed.__dataclass_fields__)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProposal:
    """One pair as a search found it."""

    subject: str
    into: str
    score: float
    clear: bool
    group_key: str
    region: str
    evidence: tuple[Mapping[str, Any], ...]


def replace(found: Iterable[NewProposal], *, within: frozenset[str] | None, at: datetime) -> int:
    """Put what a search found in place of what stood; gives how many.

    within  keys the search looked at: other pairs are left as they are; None when it looked at all
    """
    with transaction.atomic():
        rows = models.MergeProposal.objects.all()
        if within is not None:
            stale = [
                id
                for id, subject, into in rows.values_list("id", "subject", "into")
                if {subject, into} <= within
            ]
            rows = rows.filter(id__in=stale)
        rows.delete()
        made = [
            models.MergeProposal(
                subject=one.subject, into=one.into, score=Decimal(str(one.score)), clear=one.clear,
                group_key=one.group_key, region=one.region, evidence=list(one.evidence), found_at=at,
            )
            for one in found
        ]  # fmt: skip
        models.MergeProposal.objects.bulk_create(made, batch_size=500, ignore_conflicts=True)
    return len(made)


def get(id: int) -> Proposed:
    """One proposal; NotFound `merge.not_found`."""
    for one in _read(models.MergeProposal.objects.filter(id=id)):
        return one
    raise NotFound("merge.not_found", seen=str(id))


def of_pair(first: str, second: str) -> Proposed | None:
    """What the search said of this pair, whichever way round."""
    for subject, into in ((first, second), (second, first)):
        for one in _read(models.MergeProposal.objects.filter(subject=subject, into=into)):
            return one
    return None


def open_page(
    *, regions: Iterable[str] | None = None, clear: bool | None = None, page: int = 1, size: int = 50
) -> Page[Proposed]:
    """One page of pairs nobody has decided, surest first.

    regions  only pairs that lie in one of these places (prefixes of their codes); None: all
    """
    rows = _open()
    if regions is not None:
        chosen = models.MergeProposal.objects.none()
        for prefix in regions:
            chosen = chosen | models.MergeProposal.objects.filter(region__startswith=prefix)
        rows = rows.filter(id__in=chosen.values("id"))
    if clear is not None:
        rows = rows.filter(clear=clear)
    return page_of(
        rows.order_by("-clear", "-score", "group_key", "subject", "into"), _read, page=page, size=size
    )


def _open() -> QuerySet[models.MergeProposal]:
    """Without pairs one of which is merged or gone, and pairs somebody said are two."""
    there = models.Subject.objects.filter(merged_into="")
    apart = models.IdentityVerdict.objects.filter(verdict="different", taken_back_at__isnull=True)
    pair = models.MergeProposal.objects.filter(
        Exists(there.filter(key=OuterRef("subject"))), Exists(there.filter(key=OuterRef("into")))
    )
    pair = pair.exclude(Exists(apart.filter(subject=OuterRef("subject"), into=OuterRef("into"))))
    return pair.exclude(Exists(apart.filter(subject=OuterRef("into"), into=OuterRef("subject"))))


def _read(rows: QuerySet[models.MergeProposal]) -> Iterable[Proposed]:
    at = FIELDS.index("evidence")
    for values in rows.values_list(*FIELDS):
        yield Proposed(*values[:at], tuple(values[at]), *values[at + 1 :])
