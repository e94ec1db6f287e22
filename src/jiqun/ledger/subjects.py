"""Subjects 主体 as the pages read them: one, a page of many, counts by place, and what stands around one.

Written by `subject_rows` (``upsert_enterprises``, ``upsert``, ``row_hashes``, ``apply_undo`` are offered here too).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, Count, QuerySet
from django.db.models.expressions import RawSQL

from jiqun.core.errors import NotFound
from jiqun.ledger import models
from jiqun.ledger.bulk import chunks
from jiqun.ledger.conditions import Condition, all_of, holds, in_group, narrowed, starts
from jiqun.ledger.grams import normalised, subtree_prefix
from jiqun.ledger.membership import former_keys, groups_of
from jiqun.ledger.pages import Page, page_of
from jiqun.ledger.scopes import EVERYTHING, Reach, Scope, Target
from jiqun.ledger.subject_rows import (
    Comparison,
    Counts,
    EnterpriseRow,
    RestoredRow,
    SubjectRow,
    Undone,
    WrittenSubject,
    apply_undo,
    compare,
    digest,
    put_back,
    row_hashes,
    upsert,
    upsert_enterprises,
    write,
    written_by,
)

__all__ = [
    "Comparison", "Counts", "EnterpriseRow", "KindCount", "RestoredRow", "Subject", "SubjectFilter", "SubjectRow",
    "Undone", "WrittenSubject", "all_keys", "apply_undo", "by_code", "children", "compare",
    "counts_by_kind_and_region", "digest", "exists", "former_keys", "get", "get_many", "iterate", "labels",
    "list_page", "merged_by_today", "merged_under", "named", "places", "put_back", "resolve", "resolve_many", "row_hashes",
    "target_of", "upsert",
    "upsert_enterprises", "write", "written_by",
]  # fmt: skip

SORTS = {
    "label": ("name_norm", "id"),
    "-label": ("-name_norm", "-id"),
    "key": ("key",),
    "-key": ("-key",),
    "region": ("region", "name_norm", "key"),
    "-region": ("-region", "name_norm", "key"),
    "updated": ("updated_at", "key"),
    "-updated": ("-updated_at", "key"),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """One subject as the ledger holds it; see the table's own description for the fields."""

    key: str
    kind: str
    code: str
    label_zh: str
    label_en: str
    aliases: tuple[str, ...]
    region: str
    city: str
    uscc_grade: str
    industry_code: str
    attributes: dict[str, Any]
    provisional: bool
    synthetic: bool
    source: str
    batch: str
    first_batch: str
    merged_into: str
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectFilter:
    """Which subjects a list shows; an empty field does not narrow.

    region   this place and all below; cluster: a cluster or chain and all that belongs to it
    q        words of the name; scope: only what it covers; unplaced: only those without a region
    """

    kind: str = ""
    region: str = ""
    cluster: str = ""
    q: str = ""
    scope: Scope | Reach = EVERYTHING
    synthetic: bool | None = None
    provisional: bool | None = None
    unplaced: bool = False
    uscc_grade: str = ""
    industry: str = ""
    batch: str = ""


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many subjects of a kind lie in a place; real and made-up ones apart."""

    kind: str
    region: str
    synthetic: bool
    count: int


FIELDS = tuple(Subject.__dataclass_fields__)


def get(key: str) -> Subject:
    """The subject under `key`; NotFound("subject.not_found") when there is none."""
    for row in _read(models.Subject.objects.filter(key=key)):
        return row
    raise NotFound("subject.not_found", key=key)


def get_many(keys: Iterable[str]) -> dict[str, Subject]:
    """The subjects that exist under `keys`."""
    wanted = list(keys)
    rows = (
        row for chunk in chunks(wanted, 900) for row in _read(models.Subject.objects.filter(key__in=chunk))
    )
    return {row.key: row for row in rows}


def labels(keys: Iterable[str]) -> dict[str, tuple[str, str]]:
    """(label_zh, label_en) of the subjects that exist under `keys`."""
    rows = models.Subject.objects.values_list("key", "label_zh", "label_en")
    return {key: (zh, en) for chunk in chunks(list(keys), 900) for key, zh, en in rows.filter(key__in=chunk)}


def exists(keys: Iterable[str]) -> set[str]:
    """Those of `keys` that the ledger holds."""
    rows = models.Subject.objects.values_list("key", flat=True)
    return {key for chunk in chunks(list(keys), 900) for key in rows.filter(key__in=chunk)}


def resolve(key: str) -> str:
    """The key a subject goes by today, following merges; `key` itself when it was never merged."""
    into = models.Subject.objects.filter(key=key).values_list("merged_into", flat=True).first()
    return into or key


def resolve_many(keys: Iterable[str]) -> dict[str, str]:
    """Those of `keys` the ledger holds, each with the key it goes by today."""
    rows = models.Subject.objects.values_list("key", "merged_into")
    return {key: into or key for chunk in chunks(list(keys), 900) for key, into in rows.filter(key__in=chunk)}


def named(name: str, *, kind: str = "enterprise") -> tuple[Subject, ...]:
    """Subjects of a kind whose label is `name`, or was before a merge; width, case and punctuation aside."""
    rows = models.Subject.objects.filter(kind=kind, name_norm=normalised(name))
    keys = {into or key for key, into in rows.values_list("key", "merged_into")}
    return tuple(_read(models.Subject.objects.filter(key__in=keys).order_by("key"))) if keys else ()


def by_code(code: str, *, kind: str = "enterprise") -> Subject | None:
    """The subject of a kind with this official code, or that took over the one with it, if the ledger holds it."""
    for row in _read(models.Subject.objects.filter(key=resolve(f"{kind}:{code}"))):
        return row
    return None


def merged_under(key: str) -> tuple[Subject, ...]:
    """The subjects that are read under `key`, in order of their keys."""
    return tuple(_read(models.Subject.objects.filter(merged_into=key).order_by("key")))


def merged_by_today() -> dict[str, list[Subject]]:
    """Every subject read under another, by the key of that other."""
    found: dict[str, list[Subject]] = {}
    for one in _read(models.Subject.objects.filter(merged_into__gt="").order_by("key")):
        found.setdefault(one.merged_into, []).append(one)
    return found


def list_page(wanted: SubjectFilter, *, sort: str = "label", page: int = 1, size: int = 50) -> Page[Subject]:
    """One page of the subjects `wanted`; `sort` is a key of SORTS, another one counts as "label"."""
    order: tuple[Any, ...] = SORTS.get(sort, SORTS["label"])
    if order == SORTS["label"] and len(subtree_prefix(wanted.region)) == 6:
        # one county: find its few rows by place and sort them, rather than walk all names in order to meet them
        order = (RawSQL("name_norm || ''", ()), "id")
    return page_of(_filtered(wanted).order_by(*order), _read, page=page, size=size)


def all_keys(wanted: SubjectFilter) -> list[str]:
    """Keys of all subjects `wanted`, in order; for exports and sums."""
    return list(_filtered(wanted).order_by("key").values_list("key", flat=True))


def iterate(wanted: SubjectFilter) -> Iterable[Subject]:
    """All subjects `wanted`, in order of key, read in pieces so that a province fits."""
    after = ""
    while True:
        piece = list(_read(_filtered(wanted).filter(key__gt=after).order_by("key")[:5000]))
        yield from piece
        if len(piece) < 5000:
            return
        after = piece[-1].key


def places(region: str, *, kind: str = "enterprise") -> tuple[tuple[str, str], ...]:
    """(key, region) of all subjects of a kind in a place and below, made-up ones among them; for sums over a place."""
    rows = _where(models.Subject.objects.all(), all_of(narrowed(kind=kind, region=region)))
    return tuple(rows.order_by("key").values_list("key", "region"))


def children(region: str) -> tuple[Subject, ...]:
    """Places right below `region`: the cities of a province, the counties of a city."""
    if region.endswith("0000"):
        condition = Condition("key LIKE %s AND key <> %s", (f"region:{region[:2]}__00", f"region:{region}"))
    elif region.endswith("00"):
        condition = Condition("key LIKE %s AND key <> %s", (f"region:{region[:4]}__", f"region:{region}"))
    else:
        return ()
    rows = _where(models.Subject.objects.all(), all_of([starts("key", "region:"), condition]))
    return tuple(_read(rows.order_by("key")))


def counts_by_kind_and_region() -> tuple[KindCount, ...]:
    """How many subjects of each kind lie in each place, real and made-up ones apart."""
    rows = models.Subject.objects.filter(merged_into="").values_list("kind", "region", "synthetic").order_by()
    counted = rows.annotate(count=Count("id")).order_by("kind", "region", "synthetic")
    return tuple(KindCount(*row) for row in counted)


def target_of(key: str) -> Target:
    """The subject as something an action touches: its place and the clusters and chains it belongs to."""
    key = resolve(key)
    region = models.Subject.objects.filter(key=key).values_list("region", flat=True).first() or ""
    kind, _, code = key.partition(":")
    own = frozenset({key}) if kind in ("cluster", "chain", "segment") else frozenset()
    return Target(subject=key, region=code if kind == "region" else region, groups=groups_of(key) | own)


def _filtered(wanted: SubjectFilter) -> QuerySet[models.Subject]:
    conditions = narrowed(kind=wanted.kind, region=wanted.region, scope=wanted.scope)
    if wanted.cluster:
        conditions.append(in_group(wanted.cluster))
    if normalised(wanted.q):
        conditions.append(holds(wanted.q))
    if wanted.industry:
        conditions.append(starts("industry_code", wanted.industry))
    rows = _where(models.Subject.objects.all(), all_of(conditions))
    flags = {"synthetic": wanted.synthetic, "provisional": wanted.provisional}
    words = {"uscc_grade": wanted.uscc_grade, "batch": wanted.batch}
    exact: dict[str, Any] = {name: value for name, value in flags.items() if value is not None}
    exact |= {name: value for name, value in words.items() if value}
    if wanted.unplaced:
        exact["region"] = ""
    return rows.filter(**exact)


def _where(rows: QuerySet[models.Subject], condition: Condition) -> QuerySet[models.Subject]:
    return rows.filter(RawSQL(condition.sql, condition.params, output_field=BooleanField()))  # noqa: S611 - own SQL


def _read(rows: QuerySet[models.Subject]) -> Iterable[Subject]:
    at = FIELDS.index("aliases")
    for values in rows.values_list(*FIELDS):
        yield Subject(*values[:at], tuple(values[at]), *values[at + 1 :])
