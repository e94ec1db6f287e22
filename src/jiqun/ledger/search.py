"""Search over subjects 主体检索: exact name first, then prefix, then names holding all pairs of characters.

Each tier asks the index for no more rows than the page needs, so a common word costs as little as a rare one.
Within a tier, named things (clusters, places, projects …) come before enterprises.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import QuerySet

from jiqun.ledger import models
from jiqun.ledger.bulk import Target, chunks, delete_rows, take_stock, write_rows
from jiqun.ledger.conditions import Condition, all_of, narrowed, starts, words_match
from jiqun.ledger.grams import LONGEST_NAME, marks, normalised, pairs, region_mark
from jiqun.ledger.scopes import Reach, Scope

LIMIT_MOST = 500
SEARCH = Target(table="ledger_subject_search", columns=("rowid", "grams"))
FROM_SEARCH = "ledger_subject_search JOIN ledger_subject ON ledger_subject.id = ledger_subject_search.rowid"


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index keeps of one subject.

    id     row number in the ledger
    name   normalised label; others: every other name, as written
    """

    id: int
    kind: str
    region: str
    name: str
    others: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class SubjectHit:
    """One answer to a search."""

    key: str
    kind: str
    code: str
    label_zh: str
    label_en: str
    region: str
    provisional: bool
    synthetic: bool


def index(entries: Sequence[Entry], *, fresh: bool = False) -> None:
    """Put subjects into the index; `fresh` promises that none of them is in it yet."""
    if not fresh:
        delete_rows(SEARCH.table, "rowid", [entry.id for entry in entries])
    write_rows(SEARCH, map(_row, entries))


def remove(keys: Sequence[str]) -> None:
    """Take subjects out of the index; call while their rows are still there."""
    for chunk in chunks(keys, 500):
        ids = models.Subject.objects.filter(key__in=chunk).values_list("id", flat=True)
        delete_rows(SEARCH.table, "rowid", list(ids))


def reindex(keys: Sequence[str]) -> None:
    """Put subjects into the index as they stand, with names and codes of those merged into them, which leave it."""
    remove(keys)
    for chunk in chunks(keys, 500):
        index(_entries(models.Subject.objects.filter(key__in=chunk, merged_into="")), fresh=True)


def former_names(keys: Sequence[str] | None = None) -> dict[str, list[str]]:
    """Names and codes of merged subjects, by the key they go by today; of some keys or of all."""
    rows = models.Subject.objects.filter(merged_into__gt="").order_by("key")
    found: dict[str, list[str]] = {}
    for chunk in [None] if keys is None else chunks(keys, 500):
        chosen = rows if chunk is None else rows.filter(merged_into__in=chunk)
        for into, *names, more in chosen.values_list(
            "merged_into", "label_zh", "label_en", "code", "aliases"
        ):
            found.setdefault(into, []).extend(filter(None, (*names, *more)))
    return found


def _entries(rows: QuerySet[models.Subject]) -> list[Entry]:
    fields = list(rows.values_list("key", "id", "kind", "region", "name_norm", "label_en", "aliases"))
    former = former_names([row[0] for row in fields])
    return [
        Entry(id, kind, region, name, (en, *more, *former.get(key, ())))
        for key, id, kind, region, name, en, more in fields
    ]


@transaction.atomic
def rebuild() -> int:
    """Make the whole index anew from the subjects; give how many it holds."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM ledger_subject_search")
    entries = _entries(models.Subject.objects.filter(merged_into=""))
    index(entries, fresh=True)
    take_stock(SEARCH.table)
    return len(entries)


def search(
    text: str,
    *,
    kind: str | None = None,
    region: str | None = None,
    scope: Scope | Reach | None = None,
    limit: int = 20,
    offset: int = 0,
) -> list[SubjectHit]:
    """Subjects that answer to `text`, best first.

    text    a name, part of one, or the beginning of a code; one character matches beginnings of names
    kind    only this kind; region: only this place and below (six digits); scope: only what it covers

    Gives `limit` hits from `offset` on; ask for one more than a page shows to know whether there is more.
    """
    limit, offset = max(0, min(limit, LIMIT_MOST)), max(0, offset)
    query = _Query(
        normalised(text)[:LONGEST_NAME], kind or "", region or "", scope or Scope(), offset + limit
    )
    found: dict[int, None] = {}
    for tier in query.tiers():
        found.update(dict.fromkeys(tier))
        if len(found) >= query.wanted:
            break
    return _hits(list(found)[offset : offset + limit])


@dataclass(frozen=True, slots=True)
class _Query:
    text: str
    kind: str
    region: str
    scope: Scope | Reach
    wanted: int

    def tiers(self) -> Iterator[list[int]]:
        """Row numbers, best tier first; a tier is asked only when the ones before it gave too few."""
        if not self.text:
            return
        if self.text.isascii() and any(map(str.isdigit, self.text)):
            code = self.text.upper()
            yield self._rows([starts("key", "region:" + code)], order="key")
            yield self._rows([starts("key", "enterprise:" + code)], order="key")
        yield from self._named(Condition("name_norm = %s", (self.text,)))
        yield self._words(["alias" + self.text])
        yield from self._named(starts("name_norm", self.text))
        yield self._words(["alias" + self.text + "*"])
        yield from self._holding()

    def _named(self, condition: Condition) -> Iterator[list[int]]:
        if self.kind != "enterprise":
            words = ["kindother", *pairs(self.text)]
            yield self._words(words, condition, order="name_norm, key")
        if self.kind in ("", "enterprise"):
            yield self._rows([Condition("kind = 'enterprise'"), condition], order="name_norm")

    def _holding(self) -> Iterator[list[int]]:
        words = pairs(self.text)
        if not words:
            return
        whole = Condition("name_norm LIKE %s", (f"%{self.text}%",))
        if self.kind != "enterprise":
            yield self._words([*words, "kindother"], whole)
        if self.kind in ("", "enterprise"):
            yield self._words(words, *([whole] if len(words) > 1 else []))
        if len(words) > 1:
            yield self._words(words)

    def _rows(self, conditions: list[Condition], *, order: str) -> list[int]:
        where = all_of([*conditions, *narrowed(kind=self.kind, region=self.region, scope=self.scope)])
        return self._ids(f"SELECT id FROM ledger_subject WHERE {where.sql} ORDER BY {order} LIMIT %s", where)  # noqa: S608

    def _words(
        self, words: list[str], *conditions: Condition, order: str = "ledger_subject_search.rowid"
    ) -> list[int]:
        found = words_match([*words, *self._marks()])
        where = all_of([found, *conditions, *narrowed(scope=self.scope)])
        return self._ids(f"SELECT id FROM {FROM_SEARCH} WHERE {where.sql} ORDER BY {order} LIMIT %s", where)  # noqa: S608

    def _marks(self) -> list[str]:
        """Words of the index that narrow as the conditions do, and sooner."""
        kinds = ["kind" + normalised(self.kind)] if self.kind else []
        return kinds + [region_mark(region) for region in {self.region, *_sole_regions(self.scope)} if region]

    def _ids(self, select: str, where: Condition) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(select, [*where.params, self.wanted])
            return [id for (id,) in cursor.fetchall()]


def _sole_regions(scope: Scope | Reach) -> list[str]:
    """Regions all that a scope covers must lie in."""
    if isinstance(scope, Scope):
        return [scope.key] if scope.kind == "region" else []
    only = _sole_regions(scope.any_of[0]) if len(scope.any_of) == 1 else []
    return only + _sole_regions(scope.within)


def _row(entry: Entry) -> tuple[int, str]:
    words = pairs(entry.name)
    folded = (normalised(other)[:LONGEST_NAME] for other in entry.others if other)
    others = [other for other in folded if other and other != entry.name]
    for other in others:
        words += pairs(other)
    words += marks(entry.kind, entry.region, others)
    return entry.id, " ".join(words)


def _hits(ids: list[int]) -> list[SubjectHit]:
    fields = ("key", "kind", "code", "label_zh", "label_en", "region", "provisional", "synthetic")
    rows = models.Subject.objects.filter(id__in=ids).values_list("id", *fields)
    found = {id: SubjectHit(*values) for id, *values in rows}
    return [found[id] for id in ids if id in found]
