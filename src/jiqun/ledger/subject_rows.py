"""How a subject is handed in and written 主体登记: rows compared by hash, changed ones written in bulk."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

import orjson
from django.db import transaction

from jiqun.ledger import models, search
from jiqun.ledger.bulk import (
    Target,
    alone_on,
    chunks,
    delete_rows,
    reserved_ids,
    roomy,
    stored,
    take_stock,
    write_rows,
)
from jiqun.ledger.grams import LONGEST_NAME, normalised

TABLE = "ledger_subject"
CONTENT = (
    "key", "kind", "code", "label_zh", "label_en", "name_norm", "aliases", "region", "city", "uscc_grade",
    "industry_code", "attributes", "provisional", "synthetic", "source", "row_hash",
)  # fmt: skip
COLUMNS = ("id", *CONTENT, "batch", "first_batch", "updated_at", "merged_into")
HASH = len(CONTENT) - 1
MANY = 2000
NEW = Target(TABLE, COLUMNS)
CHANGED = Target(TABLE, COLUMNS, conflict=("key",), kept=("id", "first_batch", "merged_into"))
RESTORED = Target(TABLE, COLUMNS, conflict=("key",), kept=("id", "merged_into"))
NOBODY: Mapping[str, Sequence[str]] = MappingProxyType({})


def _json(held: object) -> str:
    return orjson.dumps(held, option=orjson.OPT_SORT_KEYS).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectRow:
    """One subject as it is handed in; the fields are those of the ledger's table."""

    key: str
    label_zh: str
    kind: str = "enterprise"
    code: str = ""
    label_en: str = ""
    aliases: tuple[str, ...] = ()
    region: str = ""
    city: str = ""
    uscc_grade: str = ""
    industry_code: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)
    provisional: bool = False
    synthetic: bool = False
    source: str = ""


EnterpriseRow = SubjectRow


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows were new, changed, and as they were."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.created + other.created, self.updated + other.updated, self.unchanged + other.unchanged
        )


@dataclass(frozen=True, slots=True)
class RestoredRow:
    """A subject as it stood before a batch: the row, the batch that had written it, the batch that created it."""

    row: SubjectRow
    batch: str
    first_batch: str


@dataclass(frozen=True, slots=True)
class Undone:
    """How many subjects an undo took away and how many it put back."""

    removed: int
    restored: int


def row_hashes(keys: Iterable[str] | None = None) -> dict[str, str]:
    """Content hash by key, for these keys or for all."""
    rows = models.Subject.objects.values_list("key", "row_hash")
    if keys is None:
        return dict(rows)
    wanted = list(keys)
    if len(wanted) > 20_000:
        held = dict(rows)
        return {key: held[key] for key in wanted if key in held}
    return {key: value for chunk in chunks(wanted, 900) for key, value in rows.filter(key__in=chunk)}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Rows beside what the ledger holds: what `write` would do, before anything is written.

    created, updated  positions in the rows given; digests: content hash of every row, in order
    """

    created: tuple[int, ...]
    updated: tuple[int, ...]
    digests: tuple[str, ...]
    values: tuple[tuple[Any, ...], ...]

    @property
    def counts(self) -> Counts:
        """How many rows are new, changed and unchanged."""
        new, changed = len(self.created), len(self.updated)
        return Counts(new, changed, len(self.values) - new - changed)


def digest(row: SubjectRow) -> str:
    """Content hash of one row, as `row_hashes` gives it for what is held."""
    return _values(row)[HASH]


def compare(rows: Iterable[SubjectRow]) -> Comparison:
    """Set rows beside what is held.  A key given twice counts twice, and the later row will stand."""
    return _compared(tuple(_values(row) for row in rows))


def write(compared: Comparison, *, batch: str, at: datetime) -> Counts:
    """Write new and changed subjects and index them; rows equal to what is held are left alone.

    One transaction; what is held is looked at again inside it, so that a comparison may be a little old.
    """
    with transaction.atomic():
        alone_on(TABLE)
        now = _compared(compared.values)
        created = {row[0]: row for row in (now.values[position] for position in now.created)}
        changed = {}
        for position in now.updated:
            row = now.values[position]
            (created if row[0] in created else changed)[row[0]] = row
        tail = (batch, batch, stored(at), "")
        many = len(created) + len(changed) >= MANY
        with roomy() if many else nullcontext():
            _write_new([created[key] for key in sorted(created)], tail)
            _write_over(CHANGED, [(*row, *tail) for row in changed.values()])
        if many:
            take_stock(TABLE, search.SEARCH.table)
    return now.counts


def upsert(rows: Iterable[SubjectRow], *, batch: str, at: datetime) -> Counts:
    """Compare and write in one go."""
    return write(compare(rows), batch=batch, at=at)


upsert_enterprises = upsert


@dataclass(frozen=True, slots=True)
class WrittenSubject:
    """A subject as far as an undo needs to know it."""

    key: str
    kind: str
    label_zh: str
    label_en: str
    source: str
    synthetic: bool
    first_batch: str


def written_by(batch: str) -> list[WrittenSubject]:
    """The subjects a batch was the last to write."""
    fields = tuple(WrittenSubject.__dataclass_fields__)
    return [WrittenSubject(*row) for row in models.Subject.objects.filter(batch=batch).values_list(*fields)]


def apply_undo(
    batch: str, restored_rows: Iterable[RestoredRow], *, at: datetime, along: Iterable[str] = ()
) -> Undone:
    """Take back what `batch` did: those it changed stand as before, its own go.

    restored_rows  the subjects it changed, as they stood before; a subject that a later batch has written again, or
                   that is no longer there, is left as it is
    along          batches that are taken back together with it
    A subject whose creating batch was undone before goes too, unless its earlier row is given.
    """
    with transaction.atomic():
        alone_on(TABLE)
        written = dict(models.Subject.objects.filter(batch=batch).values_list("key", "first_batch"))
        undone = models.Batch.objects.filter(state="undone", id__in=set(written.values()))
        creators = {batch, *along, *undone.values_list("id", flat=True)}
        back = {kept.row.key: kept for kept in restored_rows if kept.row.key in written}
        gone = [key for key, first in written.items() if first in creators and key not in back]
        search.remove(gone)
        delete_rows(TABLE, "key", gone)
        rows = [(*_values(kept.row), kept.batch, kept.first_batch, stored(at), "") for kept in back.values()]
        _write_over(RESTORED, rows)
    return Undone(len(gone), len(back))


def put_back(rows: Iterable[RestoredRow], *, at: datetime) -> int:
    """Let subjects stand as given, whatever they are now; gives how many."""
    kept = [(*_values(one.row), one.batch, one.first_batch, stored(at), "") for one in rows]
    with transaction.atomic():
        alone_on(TABLE)
        _write_over(RESTORED, kept)
    return len(kept)


def _compared(values: tuple[tuple[Any, ...], ...]) -> Comparison:
    held = row_hashes([row[0] for row in values])
    created, updated = [], []
    for position, row in enumerate(values):
        known = held.get(row[0])
        if known == row[HASH]:
            continue
        (created if known is None else updated).append(position)
        held[row[0]] = row[HASH]
    return Comparison(tuple(created), tuple(updated), tuple(row[HASH] for row in values), values)


def _values(row: SubjectRow) -> tuple[Any, ...]:
    aliases = _json(row.aliases) if row.aliases else "[]"
    attributes = _json(row.attributes) if row.attributes else "{}"
    content = (
        row.key, row.kind, row.code, row.label_zh, row.label_en, aliases, row.region, row.city, row.uscc_grade,
        row.industry_code, attributes, "1" if row.provisional else "", "1" if row.synthetic else "", row.source,
    )  # fmt: skip
    digest = hashlib.blake2b("\x1f".join(content).encode(), digest_size=12).hexdigest()
    return (
        row.key, row.kind, row.code, row.label_zh, row.label_en, normalised(row.label_zh)[:LONGEST_NAME], aliases,
        row.region, row.city, row.uscc_grade, row.industry_code, attributes, row.provisional, row.synthetic,
        row.source, digest,
    )  # fmt: skip


def _write_new(rows: list[tuple[Any, ...]], tail: tuple[Any, ...]) -> None:
    ids = reserved_ids(TABLE, len(rows))
    write_rows(NEW, ((id, *row, *tail) for id, row in zip(ids, rows, strict=True)))
    search.index([_entry(id, row) for id, row in zip(ids, rows, strict=True)], fresh=True)


def _write_over(target: Target, rows: list[tuple[Any, ...]]) -> None:
    held = _ids([row[0] for row in rows])
    missing = [row for row in rows if row[0] not in held]
    held.update(zip((row[0] for row in missing), reserved_ids(TABLE, len(missing)), strict=True))
    write_rows(target, ((held[row[0]], *row) for row in rows))
    merged = dict(models.Subject.objects.filter(merged_into__gt="").values_list("key", "merged_into"))
    former = search.former_names() if merged else {}
    search.index([_entry(held[row[0]], row, former) for row in rows if row[0] not in merged])
    search.reindex(sorted({merged[row[0]] for row in rows if row[0] in merged}))


def _entry(id: int, row: tuple[Any, ...], former: Mapping[str, Sequence[str]] = NOBODY) -> search.Entry:
    others = (row[4], *orjson.loads(row[6])) if row[4] or row[6] != "[]" else ()
    return search.Entry(id, row[1], row[7], row[5], (*others, *former.get(row[0], ())))


def _ids(keys: list[str]) -> dict[str, int]:
    rows = models.Subject.objects.values_list("key", "id")
    return {key: id for chunk in chunks(keys, 900) for key, id in rows.filter(key__in=chunk)}
