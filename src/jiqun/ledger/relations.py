"""Relations 关系: dated, sourced ties between subjects, written in bulk and read from either end."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet

from jiqun.ledger import models
from jiqun.ledger.bulk import Target, alone_on, chunks, write_rows
from jiqun.ledger.membership import former_keys
from jiqun.ledger.subject_rows import Counts

PREDICATES = (
    "located_in", "part_of", "member_of", "core_area_of", "cooperation_area_of", "chain_leader_of",
    "chief_of_chain", "in_chain", "in_segment", "supplies", "partner_of", "operates", "undertakes", "owns_share_of",
    "hosts",
)  # fmt: skip
NATURAL = ("subject", "predicate", "object", "valid_from", "source", "locator")
CONTENT = ("valid_to", "quote", "note", "synthetic")
TARGET = Target("ledger_relation", (*NATURAL, *CONTENT, "batch"), conflict=NATURAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationRow:
    """One relation as it is handed in."""

    subject: str
    predicate: str
    object: str
    valid_from: str = ""
    valid_to: str = ""
    source: str = ""
    locator: str = ""
    quote: str = ""
    note: str = ""
    synthetic: bool = False


@dataclass(frozen=True, slots=True)
class Relation:
    """One relation as the ledger holds it, with the other end's label where the ledger knows it."""

    id: int
    subject: str
    predicate: str
    object: str
    valid_from: str
    valid_to: str
    source: str
    locator: str
    quote: str
    note: str
    batch: str
    synthetic: bool
    subject_label_zh: str
    subject_label_en: str
    object_label_zh: str
    object_label_en: str


FIELDS = tuple(Relation.__dataclass_fields__)[:12]


def compared(rows: Iterable[RelationRow]) -> Counts:
    """How many relations would be new, changed or unchanged; writes nothing."""
    return _sorted_out(rows)[0]


def fresh(rows: Iterable[RelationRow]) -> list[RelationRow]:
    """Those of the rows that are new or say something new."""
    return list(_sorted_out(rows)[1].values())


def upsert_relations(rows: Iterable[RelationRow], *, batch: str) -> Counts:
    """Write new and changed relations; those equal to what is held are left alone.

    A relation given twice counts once as new or changed, then as unchanged; the later one stands.
    """
    with transaction.atomic():
        alone_on("ledger_relation")
        counts, written = _sorted_out(rows)
        write_rows(TARGET, [(*key, *_content(row), batch) for key, row in written.items()])
    return counts


def undo_relations(batch: str, restored: Iterable[tuple[RelationRow, str]] = ()) -> int:
    """Take away the relations `batch` wrote last and put those of them back, as (row, batch), that stood before.

    Give how many were taken away.  A relation that a later batch has written again is left as it is.
    """
    with transaction.atomic():
        alone_on("ledger_relation")
        written = models.Relation.objects.filter(batch=batch)
        mine = set(written.values_list(*NATURAL))
        gone, _ = written.delete()
        back = [(row, former) for row, former in restored if key_of(row) in mine]
        write_rows(TARGET, [(*key_of(row), *_content(row), former) for row, former in back])
    return gone


def spoken_of(keys: Iterable[str], *, apart_from: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Those of `keys` at either end of a relation a batch not among `apart_from` wrote, with that batch and source."""
    found: dict[str, tuple[str, str]] = {}
    for end in ("subject", "object"):
        rows = models.Relation.objects.exclude(batch__in=list(apart_from)).order_by("-batch", "-id")
        for chunk in chunks(list(keys), 900):
            for key, batch, source in rows.filter(**{f"{end}__in": chunk}).values_list(
                end, "batch", "source"
            ):
                found[key] = (batch, source)
    return found


def relations_of(key: str) -> tuple[Relation, ...]:
    """All relations `key` has at either end, under its former keys too, in a steady order."""
    keys = (key, *former_keys(key))
    return _read(models.Relation.objects.filter(Q(subject__in=keys) | Q(object__in=keys)), as_today=True)


def relations_with(
    *, predicate: str | Sequence[str], object: str = "", subject: str = ""
) -> tuple[Relation, ...]:
    """Relations of a predicate, to `object`, from `subject`, or all; former keys read as today's.

    predicate  of several, all at once, in the order the predicates are given in
    """
    named = (predicate,) if isinstance(predicate, str) else tuple(predicate)
    given = (("object", object), ("subject", subject))
    ends = {f"{name}__in": (key, *former_keys(key)) for name, key in given if key}
    found = _read(models.Relation.objects.filter(predicate__in=named, **ends), as_today=True)
    return tuple(sorted(found, key=lambda one: named.index(one.predicate))) if len(named) > 1 else found


def as_rows(relations: Iterable[Relation]) -> list[RelationRow]:
    """Held relations as rows to hand in again, for instance to put them back after an undo."""
    names = tuple(RelationRow.__dataclass_fields__)
    return [RelationRow(**{name: getattr(relation, name) for name in names}) for relation in relations]


def written_by(batch: str) -> tuple[Relation, ...]:
    """The relations a batch wrote."""
    return _read(models.Relation.objects.filter(batch=batch))


def key_of(row: RelationRow) -> tuple[str, ...]:
    """What makes it the same relation."""
    return row.subject, row.predicate, row.object, row.valid_from, row.source, row.locator


def _content(row: RelationRow) -> tuple[str | bool, ...]:
    return row.valid_to, row.quote, row.note, row.synthetic


def _sorted_out(rows: Iterable[RelationRow]) -> tuple[Counts, dict[tuple[str, ...], RelationRow]]:
    total, given = 0, {}
    for row in rows:
        total += 1
        given[key_of(row)] = row
    held = _held({row.subject for row in given.values()})
    written = {key: row for key, row in given.items() if held.get(key) != _content(row)}
    created = sum(key not in held for key in written)
    return Counts(created, len(written) - created, total - len(written)), written


def _held(subjects: set[str]) -> dict[tuple[str, ...], tuple[str | bool, ...]]:
    fields = models.Relation.objects.values_list(*NATURAL, *CONTENT)
    rows = (row for chunk in chunks(sorted(subjects), 900) for row in fields.filter(subject__in=chunk))
    return {row[: len(NATURAL)]: row[len(NATURAL) :] for row in rows}


def _read(rows: QuerySet[models.Relation], *, as_today: bool = False) -> tuple[Relation, ...]:
    """Relations with their labels; `as_today` tells merged ends by the key they go by today, a tie to oneself is none."""
    held = list(rows.order_by("predicate", "subject", "object", "valid_from", "id").values_list(*FIELDS))
    if as_today and (today := _today({row[1] for row in held} | {row[3] for row in held})):
        told = (
            (row[0], today.get(row[1], row[1]), row[2], today.get(row[3], row[3]), *row[4:]) for row in held
        )
        held = sorted(
            (row for row in told if row[1] != row[3]),
            key=lambda row: (row[2], row[1], row[3], row[4], row[0]),
        )
    keys = {row[1] for row in held} | {row[3] for row in held}
    named = models.Subject.objects.values_list("key", "label_zh", "label_en")
    labels = {
        key: (zh, en) for chunk in chunks(sorted(keys), 900) for key, zh, en in named.filter(key__in=chunk)
    }
    return tuple(Relation(*row, *labels.get(row[1], ("", "")), *labels.get(row[3], ("", ""))) for row in held)


def _today(keys: set[str]) -> dict[str, str]:
    merged = models.Subject.objects.filter(merged_into__gt="").values_list("key", "merged_into")
    return {key: into for chunk in chunks(sorted(keys), 900) for key, into in merged.filter(key__in=chunk)}
