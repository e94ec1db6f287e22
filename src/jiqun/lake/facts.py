"""Facts 读事实: the questions the rooms above ask, answered as plain rows.

Subjects are told as they go by today; questions of writers and of undoing ask for them as they were recorded.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

import ibis.expr.types as ir
from arro3.core import Array, DataType, Table

from jiqun.core.periods import SHANGHAI
from jiqun.lake import known as on
from jiqun.lake.catalogue import FACTS
from jiqun.lake.cells import one_per_cell
from jiqun.lake.compile import compiled, handed_in, param, table
from jiqun.lake.store import Lake

Row = dict[str, object]
AsOf = date | datetime | None
Order = Literal["subject", "reading", "newest"]


def instant(as_of: AsOf) -> datetime | None:
    """The last instant of `as_of` in UTC without zone: a day is its end in Shanghai, an aware time is itself."""
    if as_of is None:
        return None
    if isinstance(as_of, datetime):
        return as_of.astimezone(UTC).replace(tzinfo=None) if as_of.tzinfo else as_of
    next_day = datetime.combine(as_of + timedelta(days=1), time(), SHANGHAI)
    return next_day.astimezone(UTC).replace(tzinfo=None) - timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Filters:
    """Which facts are asked for; what is None does not narrow.

    subject, indicator, source, batch  exact keys
    ids                facts by id
    as_of              as known then (see `instant`)
    include_synthetic  False leaves made-up facts out; None and True keep them
    """

    subject: str | None = None
    indicator: str | None = None
    source: str | None = None
    batch: str | None = None
    ids: Sequence[str] | None = None
    as_of: AsOf = None
    include_synthetic: bool | None = None

    def params(self) -> dict[str, object]:
        """Values to bind."""
        values: dict[str, object] = {
            name: getattr(self, name) for name in _KEYS if getattr(self, name) is not None
        }
        if self.as_of is not None:
            values["as_of"] = instant(self.as_of)
        return values

    def names(self) -> frozenset[str]:
        """What narrows; the compiled SQL depends on this alone."""
        extra = {"synthetic"} if self.include_synthetic is False else set()
        return frozenset({*self.params(), *extra, *(["ids"] if self.ids is not None else [])})


_KEYS = ("subject", "indicator", "source", "batch")


class FactReader:
    """Questions about facts as known now or on a day."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake

    def facts(
        self, *, limit: int | None = None, offset: int = 0, order: Order | None = None, **asked: object
    ) -> list[Row]:
        """Facts with all their columns; `asked` are the fields of `Filters`.

        order  subject (subject, indicator, period), reading (file, row; default with a source), newest first
        """
        filters = Filters(**asked)  # type: ignore[arg-type]
        chosen: Order = order or ("reading" if filters.source else "subject")
        query = compiled(_ordered_facts, filters.names(), chosen)
        rows = self._lake.ask(query, filters.params(), tables=_ids(filters), page=(limit, offset))
        return [_row(query.columns, values) for values in rows]

    def count(self, **asked: object) -> int:
        """Number of facts; `asked` are the fields of `Filters`."""
        filters = Filters(**asked)  # type: ignore[arg-type]
        query = compiled(_counted, filters.names())
        return int(str(self._lake.ask(query, filters.params(), tables=_ids(filters))[0][0]))

    def told_of(self, natural_keys: Iterable[str]) -> dict[str, list[tuple[datetime, str]]]:
        """Natural key to (recorded_at, content hash) of everything told under it and not undone, latest last."""
        query = compiled(_told_of)
        found: dict[str, list[tuple[datetime, str]]] = {}
        for key, at, digest in self._lake.ask(
            query, tables={"keys": _texts("natural_key", list(natural_keys))}, as_recorded=True
        ):
            assert isinstance(at, datetime)
            found.setdefault(str(key), []).append((at.replace(tzinfo=UTC), str(digest)))
        return found

    def told_by_others(
        self, subjects: Sequence[str], batches: Sequence[str], *, source: str = ""
    ) -> dict[str, tuple[str, str]]:
        """Those of the subjects that facts of other batches speak of, with the first such batch and its source.

        source  what this source says does not count either
        """
        tables = {"subjects": _texts("subject", subjects), "apart": _texts("batch", batches)}
        rows = self._lake.ask(compiled(_told_by_others), {"source": source}, tables=tables, as_recorded=True)
        found: dict[str, tuple[str, str]] = {}
        for subject, other, told_by in rows:
            found.setdefault(str(subject), (str(other), str(told_by)))
        return found

    def remembers(self, subject: str) -> bool:
        """Was anything ever stated about a subject, undone and corrected facts included?"""
        asked = f"SELECT 1 FROM {self._lake.table_sql('facts')} WHERE subject = ? LIMIT 1"
        return bool(self._lake.run(asked, [subject]))

    def history(self, fact_id: str) -> list[Row]:
        """Every fact with the same natural key, whatever became of it, oldest first."""
        query = compiled(_history)
        return [_row(query.columns, values) for values in self._lake.ask(query, {"id": fact_id})]

    def matrix(
        self,
        indicator: str,
        regions: Sequence[str],
        years: tuple[int, int],
        as_of: AsOf = None,
        *,
        status: str = "actual",
        synthetic: bool = False,
    ) -> list[Row]:
        """One indicator over regions and years (first, last; both included): one row per known cell.

        Columns: subject, year, value and base_value of the fact chosen by `one_per_cell`, bound, unit, scope, id.
        """
        query = compiled(_matrix, tuple(regions), as_of is not None)
        values = {
            "indicator": indicator, "status": status, "synthetic": synthetic,
            "first": years[0], "last": years[1],
        }  # fmt: skip
        if as_of is not None:
            values["as_of"] = instant(as_of)
        return [dict(zip(query.columns, row, strict=True)) for row in self._lake.ask(query, values)]

    def coverage(self, as_of: AsOf = None) -> dict[str, list[Row]]:
        """What is covered: under `kind`, `indicator` and `source` rows key, facts, subjects, synthetic (a count)."""
        question = ("coverage", instant(as_of))
        found = self._lake.kept(question, ("facts", "batches"), lambda: self._coverage(as_of))
        return {by: [dict(row) for row in rows] for by, rows in found.items()}

    def latest_changes(self, limit: int = 20) -> list[Row]:
        """Facts as known now, the last recorded first."""
        found = self._lake.kept(("latest", limit), ("facts", "batches"), lambda: self._latest(limit))
        return [dict(row) for row in found]

    def _coverage(self, as_of: AsOf) -> dict[str, list[Row]]:
        bound = {} if as_of is None else {"as_of": instant(as_of)}
        found = {}
        for by in ("kind", "indicator", "source"):
            query = compiled(_coverage, by, as_of is not None)
            found[by] = [dict(zip(query.columns, row, strict=True)) for row in self._lake.ask(query, bound)]
        return found

    def _latest(self, limit: int) -> list[Row]:
        """Find the few ids first: sorting whole rows of a million facts costs five times as much."""
        ids = [str(row[0]) for row in self._lake.ask(compiled(_latest_ids), page=(limit, 0))]
        return self.facts(ids=ids, order="newest")

    def current_keys(self, natural_keys: Iterable[str]) -> dict[str, tuple[str, str]]:
        """Natural key to (id, content hash) of the fact that holds now; keys nobody has stated are absent."""
        keys = list(natural_keys)
        if not keys:
            return {}
        query = compiled(_current_keys)
        rows = self._lake.ask(query, tables={"keys": _texts("natural_key", keys)}, as_recorded=True)
        return {str(key): (str(fact_id), str(digest)) for key, fact_id, digest in rows}


def _known(with_as_of: bool) -> ir.Table:
    as_of = param("as_of", "timestamp") if with_as_of else None
    return on.known(table("facts"), table("batches"), as_of)


def _filtered(names: frozenset[str]) -> ir.Table:
    chosen = _known("as_of" in names)
    for name in _KEYS:
        if name in names:
            chosen = chosen.filter(chosen[name] == param(name))
    if "synthetic" in names:
        chosen = on.real(chosen)
    if "ids" in names:
        chosen = chosen.semi_join(handed_in("ids", {"id": "text"}), "id")
    return chosen


def _ordered_facts(names: frozenset[str], order: Order) -> ir.Table:
    chosen = _filtered(names).select(*FACTS.column_names)
    orders = {
        "subject": ["subject", "indicator", "period_start", "period_end", "status", "file", "row_no", "id"],
        "reading": ["file", "row_no", "id"],
        "newest": [chosen.recorded_at.desc(), chosen.file, chosen.row_no, chosen.id],
    }
    return chosen.order_by(orders[order])


def _latest_ids() -> ir.Table:
    facts = _known(False)
    return facts.order_by([facts.recorded_at.desc(), facts.file, facts.row_no, facts.id]).select("id")


def _counted(names: frozenset[str]) -> ir.Table:
    return _filtered(names).aggregate(facts=lambda t: t.count())


def _history() -> ir.Table:
    facts = table("facts")
    same = facts.filter(facts.id == param("id")).select("natural_key")
    return facts.semi_join(same, "natural_key").select(*FACTS.column_names).order_by(["recorded_at", "id"])


def _matrix(regions: tuple[str, ...], with_as_of: bool) -> ir.Table:
    facts = on.of_indicator(_known(with_as_of), param("indicator"))
    chosen = facts.filter(
        facts.subject.isin(list(regions)),
        facts.status == param("status"),
        facts.breakdown == "",
        facts.synthetic == param("synthetic", "bool"),
    )
    cells = one_per_cell(chosen, any_scope=True)
    cells = cells.filter(cells.year.between(param("first", "int"), param("last", "int")))
    columns = ["subject", "year", "value", "base_value", "bound", "unit", "scope", "id"]
    return cells.select(*columns).order_by(["subject", "year"])


def _coverage(by: str, with_as_of: bool) -> ir.Table:
    facts = _known(with_as_of)
    key = on.subject_kind(facts) if by == "kind" else facts[by]
    counted = facts.group_by(key=key).aggregate(
        facts=facts.count(),
        subjects=facts.subject.nunique(),
        synthetic=facts.count(where=facts.synthetic),
    )
    return counted.order_by([counted.facts.desc(), counted.key])


def _current_keys() -> ir.Table:
    wanted = handed_in("keys", {"natural_key": "text"}).distinct()
    return _known(False).semi_join(wanted, "natural_key").select("natural_key", "id", "content_hash")


def _told_of() -> ir.Table:
    wanted = handed_in("keys", {"natural_key": "text"}).distinct()
    told = on.recorded(table("facts"), table("batches")).semi_join(wanted, "natural_key")
    return told.select("natural_key", "recorded_at", "content_hash").order_by(["natural_key", "recorded_at"])


def _told_by_others() -> ir.Table:
    told = on.recorded(table("facts"), table("batches"))
    told = told.filter(told.source != param("source")).semi_join(
        handed_in("subjects", {"subject": "text"}), "subject"
    )
    told = told.anti_join(handed_in("apart", {"batch": "text"}), "batch")
    return told.select("subject", "batch", "source").distinct().order_by(["subject", "batch", "source"])


def _texts(name: str, values: Sequence[str]) -> Table:
    return Table.from_pydict({name: Array(list(values), DataType.string())})


def _ids(filters: Filters) -> Mapping[str, Table]:
    return {} if filters.ids is None else {"ids": _texts("id", filters.ids)}


def _row(columns: Sequence[str], values: Sequence[object]) -> Row:
    """A row by column name; the instant of recording becomes aware again."""
    row = dict(zip(columns, values, strict=True))
    recorded_at = row["recorded_at"]
    if isinstance(recorded_at, datetime):
        row["recorded_at"] = recorded_at.replace(tzinfo=UTC)
    return row
