"""Listing 列表: facts as a page lists them — narrowed, sorted, turned page by page — and counts per key."""

from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date
from threading import Lock
from weakref import WeakKeyDictionary

import ibis
import ibis.expr.types as ir
from arro3.core import Array, DataType, Table

from jiqun.lake import known as on
from jiqun.lake.catalogue import FACTS
from jiqun.lake.cells import SAME_CELL, by_trust, one_per_cell
from jiqun.lake.compile import Query, compiled, handed_in, param, table
from jiqun.lake.facts import AsOf, instant
from jiqun.lake.store import Lake
from jiqun.lake.trust import TRUST
from jiqun.lake.trusted_columns import with_trust

Row = dict[str, object]
Values = tuple[object, ...]
SORTS: Mapping[str, tuple[str, ...]] = {
    "subject": ("subject", "indicator", "period_start", "id"),
    "indicator": ("indicator", "subject", "period_start", "id"),
    "period": ("period_end", "period_start", "subject", "id"),
    "value": ("base_value", "value", "subject", "id"),
    "status": ("status", "subject", "period_end", "id"),
    "source": ("source", "file", "row_no", "id"),
    "recorded": ("recorded_at", "file", "row_no", "id"),
}
REMEMBERED = 400
REMEMBERED_ROWS = 1000
WITHIN_A_CELL = frozenset({"source", "sources", "batch", "unit", "text", "ids"})
"""What narrows to some of the facts of one cell."""
TALLY_KEYS = ("subject", "indicator", "source", "status", "unit", "batch")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which facts are listed; empty means no narrowing.

    kind      kind of the subject (region, cluster …)
    subjects  any of these subjects; indicators, sources, ids likewise
    year      the period ends in this year
    text      words that scope, breakdown, quote or note hold
    withheld  sources whose statements about enterprises are left out, save those about `seen`
    real      True leaves made-up facts out
    whole     True leaves out what a map of a year cannot show: a part (breakdown), words alone, a span over years
    as_of     as known then (see `facts.instant`); None means now
    """

    subject: str = ""
    indicator: str = ""
    source: str = ""
    batch: str = ""
    status: str = ""
    unit: str = ""
    kind: str = ""
    text: str = ""
    year: int = 0
    subjects: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()
    real: bool = False
    whole: bool = False
    as_of: AsOf = None

    def names(self) -> frozenset[str]:
        """What narrows; the compiled query depends on this alone."""
        return frozenset(item.name for item in fields(self) if getattr(self, item.name))

    def params(self) -> dict[str, object]:
        """Values to bind."""
        values: dict[str, object] = {name: getattr(self, name) for name in _EQUAL if getattr(self, name)}
        if self.kind:
            values |= {"kind_from": f"{self.kind}:", "kind_to": f"{self.kind};"}
        if self.text:
            values["text"] = self.text
        if self.year:
            values |= {"year_from": date(self.year, 1, 1), "year_to": date(self.year + 1, 1, 1)}
        if self.as_of is not None:
            values["as_of"] = instant(self.as_of)
        return values

    def tables(self) -> dict[str, Table]:
        """Rows handed in with the question."""
        return {
            name: Table.from_pydict({column: Array(list(keys), DataType.string())})
            for name, column in (*_ANY_OF.items(), ("withheld", "source"), ("seen", "subject"))
            if (keys := getattr(self, name))
        }


_ANY_OF = {"subjects": "subject", "indicators": "indicator", "sources": "source", "ids": "id"}
_EQUAL = ("subject", "indicator", "source", "batch", "status", "unit")


def listed(
    lake: Lake,
    wanted: Wanted,
    *,
    sort: str = "subject",
    descending: bool = False,
    limit: int | None = None,
    offset: int = 0,
) -> list[Row]:
    """Facts known now, one row each with the catalogue's columns; `sort` is one of SORTS."""
    query = compiled(_listed, wanted.names(), sort if sort in SORTS else "subject", descending)
    rows = asked(lake, query, wanted, (limit, offset))
    return [_aware(dict(zip(query.columns, values, strict=True))) for values in rows]


def listed_with_shown(lake: Lake, wanted: Wanted, *, limit: int | None = None, offset: int = 0) -> list[Row]:
    """The same by subject, with `shown`: is it the one the order of trust shows of the facts about its cell?"""
    query = compiled(_listed_with_shown, wanted.names())
    rows = asked(lake, query, wanted, (limit, offset))
    return [_aware(dict(zip(query.columns, values, strict=True))) for values in rows]


def counted(lake: Lake, wanted: Wanted) -> int:
    """How many facts `listed` would give without a limit."""
    query = compiled(_counted, wanted.names())
    return int(str(asked(lake, query, wanted)[0][0]))


def tallied(lake: Lake, wanted: Wanted, *, by: str = "subject") -> dict[str, tuple[int, int]]:
    """Facts known now per key: how many, and how many of them made up; `by` is one of TALLY_KEYS."""
    if by not in TALLY_KEYS:
        raise KeyError(by)
    rows = asked(lake, compiled(_tallied, wanted.names(), by), wanted)
    return {str(key): (int(str(facts)), int(str(made_up))) for key, facts, made_up in rows}


def subjects_by_kind(lake: Lake, wanted: Wanted) -> dict[str, int]:
    """How many different subjects of each kind (region, cluster …) the wanted facts speak of."""
    rows = asked(lake, compiled(_subjects, wanted.names()), wanted)
    return {str(kind): int(str(number)) for kind, number in rows}


def years_of(lake: Lake, wanted: Wanted) -> Sequence[int]:
    """The years the wanted facts are filed under, latest first."""
    return [int(str(year)) for (year,) in asked(lake, compiled(_years, wanted.names()), wanted)]


def cells_of(lake: Lake, wanted: Wanted, *, year: int) -> list[Row]:
    """One fact per subject in a year, whatever its scope, without breakdowns.

    Columns: subject, year, value, base_value, bound, scope, id, synthetic.
    """
    of_year = replace(wanted, year=year)
    query = compiled(_cells, of_year.names())
    rows = asked(lake, query, of_year)
    return [dict(zip(query.columns, values, strict=True)) for values in rows]


class _Memory:
    """Answers of one version of the lake: asked again before the next commit, the same question costs nothing."""

    def __init__(self) -> None:
        self._turn = Lock()
        self._version: Hashable = None
        self._held: OrderedDict[Hashable, list[Values]] = OrderedDict()

    def of(self, version: Hashable, key: Hashable) -> list[Values] | None:
        """What was answered at this version; None when it was not asked."""
        with self._turn:
            if self._version != version:
                self._held.clear()
                self._version = version
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def keep(self, version: Hashable, key: Hashable, rows: list[Values]) -> None:
        """Remember an answer of this version, unless it is large."""
        with self._turn:
            if version == self._version and len(rows) <= REMEMBERED_ROWS:
                self._held[key] = rows
                if len(self._held) > REMEMBERED:
                    self._held.popitem(last=False)


_memories: WeakKeyDictionary[Lake, _Memory] = WeakKeyDictionary()


def asked(
    lake: Lake,
    query: Query,
    wanted: Wanted,
    page: tuple[int | None, int] = (None, 0),
    more: Mapping[str, str] | None = None,
) -> list[Values]:
    """Rows of a query over the facts `wanted`; the same question of one version of the lake is answered once.

    more  values of parameters beside those of `wanted`
    """
    memory = _memories.setdefault(lake, _Memory())
    version = (lake.snapshot("facts").version, lake.snapshot("batches").version, lake.identity_mark())
    given = tuple(sorted((more or {}).items()))
    key = (query, wanted, page, given, lake.trusted() if TRUST in query.tables else ())
    rows = memory.of(version, key)
    if rows is None:
        rows = lake.ask(query, {**wanted.params(), **dict(given)}, tables=wanted.tables(), page=page)
        memory.keep(version, key, rows)
    return rows


def narrowed(names: frozenset[str]) -> ir.Table:
    """The facts that are wanted, of those that are known.

    A correction has the natural key of what it corrects, so what is part of that key may narrow before the facts are
    held against their corrections: of a million facts only those of one subject are looked at.
    """
    then = param("as_of", "timestamp") if "as_of" in names else None
    facts = on.known(_of_key(table("facts"), names), table("batches"), then)
    for name in ("batch", "unit"):
        if name in names:
            facts = facts.filter(facts[name] == param(name))
    if "text" in names:
        words = ibis.literal(" ").join(
            [facts.scope, facts.breakdown, facts.quote, facts.note, facts.value_text]
        )
        facts = facts.filter(words.contains(param("text")))
    if "real" in names:
        facts = on.real(facts)
    if "whole" in names:
        spans = on.with_year(facts.filter(facts.breakdown == "", facts.value.notnull()))
        facts = spans.filter(spans.period_start.year() == spans.year).drop("year")
    if "withheld" in names:
        withheld = handed_in("withheld", {"source": "text"})
        others = (facts.subject < "enterprise:") | (facts.subject >= "enterprise;")
        open_to_all = others | facts.source.notin(withheld.source)
        if "seen" in names:
            open_to_all = open_to_all | facts.subject.isin(handed_in("seen", {"subject": "text"}).subject)
        facts = facts.filter(open_to_all)
    return facts.semi_join(handed_in("ids", {"id": "text"}), "id") if "ids" in names else facts


def _of_key(facts: ir.Table, names: frozenset[str]) -> ir.Table:
    """Facts narrowed by parts of their natural key."""
    for name in ("subject", "indicator", "source", "status"):
        if name in names:
            facts = facts.filter(facts[name] == param(name))
    if "kind" in names:
        facts = facts.filter(facts.subject >= param("kind_from"), facts.subject < param("kind_to"))
    if "year" in names:
        ends = facts.period_end
        facts = facts.filter(ends > param("year_from", "date"), ends <= param("year_to", "date"))
    for name in ("subjects", "indicators", "sources"):
        if name in names:
            facts = facts.semi_join(handed_in(name, {_ANY_OF[name]: "text"}), _ANY_OF[name])
    return facts


def _listed(names: frozenset[str], sort: str, descending: bool) -> ir.Table:
    facts = narrowed(names).select(*FACTS.column_names)
    first, *rest = SORTS[sort]
    key = (
        ibis.desc(facts[first], nulls_first=False)
        if descending
        else ibis.asc(facts[first], nulls_first=False)
    )
    return facts.order_by([key, *rest])


def _listed_with_shown(names: frozenset[str]) -> ir.Table:
    apart = names & WITHIN_A_CELL  # what others say of the cell decides too, whatever the list is narrowed to
    facts = with_trust(narrowed(names - apart))
    numbers = facts.mutate(has_number=facts.base_value.notnull())
    order = by_trust(numbers)
    ranked = numbers.mutate(turn=ibis.row_number().over(group_by=[*SAME_CELL, "has_number"], order_by=order))
    told = ranked.mutate(shown=(ranked.turn == 0) | ~ranked.has_number)
    if apart:
        told = told.semi_join(narrowed(names).select("id"), "id")
    return told.select(*FACTS.column_names, "shown").order_by([*SORTS["subject"]])


def _counted(names: frozenset[str]) -> ir.Table:
    return narrowed(names).aggregate(facts=lambda t: t.count())


def _tallied(names: frozenset[str], by: str) -> ir.Table:
    facts = narrowed(names)
    counts = facts.group_by(key=facts[by]).aggregate(
        facts=facts.count(), made_up=facts.count(where=facts.synthetic)
    )
    return counts.order_by([counts.facts.desc(), counts.key])


def _cells(names: frozenset[str]) -> ir.Table:
    facts = narrowed(names)
    cells = one_per_cell(facts.filter(facts.breakdown == ""), any_scope=True)
    shown = cells.select("subject", "year", "value", "base_value", "bound", "scope", "id", "synthetic")
    return shown.order_by(["subject", "synthetic"])


def _subjects(names: frozenset[str]) -> ir.Table:
    facts = narrowed(names)
    return (
        facts.group_by(kind=on.subject_kind(facts))
        .aggregate(subjects=facts.subject.nunique())
        .order_by("kind")
    )


def _years(names: frozenset[str]) -> ir.Table:
    facts = on.with_year(narrowed(names))
    return facts.select("year").distinct().order_by(ibis.desc("year"))


def _aware(row: Row) -> Row:
    recorded_at = row["recorded_at"]
    row["recorded_at"] = recorded_at.replace(tzinfo=UTC)  # type: ignore[attr-defined]
    return row
