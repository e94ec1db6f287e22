"""Listing 列表: facts as a page lists them — narrowed, sorted, turned page by page — and counts per key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC

import ibis
import ibis.expr.types as ir
from arro3.core import Array, DataType, Table

from jiqun.lake import known as on
from jiqun.lake.catalogue import FACTS
from jiqun.lake.compile import compiled, handed_in, param, table
from jiqun.lake.facts import AsOf, instant
from jiqun.lake.store import Lake

Row = dict[str, object]
SORTS: Mapping[str, tuple[str, ...]] = {
    "subject": ("subject", "indicator", "period_start", "id"),
    "indicator": ("indicator", "subject", "period_start", "id"),
    "period": ("period_end", "period_start", "subject", "id"),
    "value": ("base_value", "value", "subject", "id"),
    "status": ("status", "subject", "period_end", "id"),
    "source": ("source", "file", "row_no", "id"),
    "recorded": ("recorded_at", "file", "row_no", "id"),
}
TALLY_KEYS = ("subject", "indicator", "source", "status", "unit", "batch")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which facts are listed; empty means no narrowing.

    kind      kind of the subject (region, cluster …)
    subjects  any of these subjects
    text      words that scope, breakdown, quote or note hold
    withheld  sources whose statements about enterprises are left out, save those about `seen`
    real      True leaves made-up facts out
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
    subjects: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()
    real: bool = False
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
        if self.as_of is not None:
            values["as_of"] = instant(self.as_of)
        return values

    def tables(self) -> dict[str, Table]:
        """Rows handed in with the question."""
        lists = {
            "subjects": ("subject", self.subjects),
            "withheld": ("source", self.withheld),
            "seen": ("subject", self.seen),
        }
        return {
            name: Table.from_pydict({column: Array(list(keys), DataType.string())})
            for name, (column, keys) in lists.items()
            if keys
        }


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
    rows = lake.ask(query, wanted.params(), tables=wanted.tables(), page=(limit, offset))
    return [_aware(dict(zip(query.columns, values, strict=True))) for values in rows]


def counted(lake: Lake, wanted: Wanted) -> int:
    """How many facts `listed` would give without a limit."""
    query = compiled(_counted, wanted.names())
    return int(str(lake.ask(query, wanted.params(), tables=wanted.tables())[0][0]))


def tallied(lake: Lake, wanted: Wanted, *, by: str = "subject") -> dict[str, tuple[int, int]]:
    """Facts known now per key: how many, and how many of them made up; `by` is one of TALLY_KEYS."""
    if by not in TALLY_KEYS:
        raise KeyError(by)
    query = compiled(_tallied, wanted.names(), by)
    rows = lake.ask(query, wanted.params(), tables=wanted.tables())
    return {str(key): (int(str(facts)), int(str(made_up))) for key, facts, made_up in rows}


def years_of(lake: Lake, wanted: Wanted) -> Sequence[int]:
    """The years the wanted facts are filed under, latest first."""
    query = compiled(_years, wanted.names())
    return [int(str(year)) for (year,) in lake.ask(query, wanted.params(), tables=wanted.tables())]


def _narrowed(names: frozenset[str]) -> ir.Table:
    then = param("as_of", "timestamp") if "as_of" in names else None
    facts = on.known(table("facts"), table("batches"), then)
    for name in _EQUAL:
        if name in names:
            facts = facts.filter(facts[name] == param(name))
    if "kind" in names:
        facts = facts.filter(facts.subject >= param("kind_from"), facts.subject < param("kind_to"))
    if "text" in names:
        words = ibis.literal(" ").join(
            [facts.scope, facts.breakdown, facts.quote, facts.note, facts.value_text]
        )
        facts = facts.filter(words.contains(param("text")))
    if "real" in names:
        facts = on.real(facts)
    if "withheld" in names:
        withheld = handed_in("withheld", {"source": "text"})
        others = (facts.subject < "enterprise:") | (facts.subject >= "enterprise;")
        open_to_all = others | facts.source.notin(withheld.source)
        if "seen" in names:
            open_to_all = open_to_all | facts.subject.isin(handed_in("seen", {"subject": "text"}).subject)
        facts = facts.filter(open_to_all)
    if "subjects" in names:
        facts = facts.semi_join(handed_in("subjects", {"subject": "text"}), "subject")
    return facts


def _listed(names: frozenset[str], sort: str, descending: bool) -> ir.Table:
    facts = _narrowed(names).select(*FACTS.column_names)
    first, *rest = SORTS[sort]
    key = (
        ibis.desc(facts[first], nulls_first=False)
        if descending
        else ibis.asc(facts[first], nulls_first=False)
    )
    return facts.order_by([key, *rest])


def _counted(names: frozenset[str]) -> ir.Table:
    return _narrowed(names).aggregate(facts=lambda t: t.count())


def _tallied(names: frozenset[str], by: str) -> ir.Table:
    facts = _narrowed(names)
    counts = facts.group_by(key=facts[by]).aggregate(
        facts=facts.count(), made_up=facts.count(where=facts.synthetic)
    )
    return counts.order_by([counts.facts.desc(), counts.key])


def _years(names: frozenset[str]) -> ir.Table:
    facts = on.with_year(_narrowed(names))
    return facts.select("year").distinct().order_by(ibis.desc("year"))


def _aware(row: Row) -> Row:
    recorded_at = row["recorded_at"]
    row["recorded_at"] = recorded_at.replace(tzinfo=UTC)  # type: ignore[attr-defined]
    return row
