"""Engines 计算引擎: does an engine give the answers it must? One row per operation and per indicator.

Every operation is held against the answer worked out by hand; what every indicator's facts add up to, its cells, its
roll-up over regions and its formula are held against the plain-Python twins of `reference.py` over the same files.
"""

import re
import time
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import ibis.expr.types as ir
from arro3.core import Array, DataType, Table

from jiqun.core.indicators import Adds, Indicator, IndicatorTable
from jiqun.lake import known as on
from jiqun.lake import reference
from jiqun.lake.cells import cells
from jiqun.lake.compile import Engine, Query, compile_query, compiled, table
from jiqun.lake.derived import derive, formula
from jiqun.lake.operations import OPERATIONS, SAMPLE, SAMPLE_COLUMNS, Operation, sample
from jiqun.lake.reference import Edge, RawFact
from jiqun.lake.rollups import edges, roll_up
from jiqun.lake.store import Lake
from jiqun.lake.totals import edge_table
from jiqun.lake.trust import standings

Answer = dict[Hashable, object]
Kind = Literal["operation", "facts", "cells", "rollup", "derived"]
LEVELS = ("city", "province")
_COUNTY = re.compile(r"region:(\d{4})(?!00)\d{2}")


class Asks(Protocol):
    """What an engine can do: answer a compiled query."""

    def ask(
        self,
        query: Query,
        params: Mapping[str, object] | None = None,
        *,
        tables: Mapping[str, Table] | None = None,
    ) -> list[tuple[object, ...]]:
        """Rows of the answer."""
        ...


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One thing checked: rows compared, whether they were equal, the first difference in words (empty when equal)."""

    kind: Kind
    name: str
    ok: bool
    rows: int
    detail: str
    seconds: float


def check(
    engine: Engine, lake: Lake, indicators: IndicatorTable, *, asked: Asks | None = None
) -> list[CheckRow]:
    """Check an engine over every operation the expressions use and over every indicator.

    asked  the opened engine (a SparkEngine over the lake); without one DuckDB is the lake itself, Spark is opened here
    """
    if asked is not None or engine == "duckdb":
        return _Checker(engine, asked or lake, lake).all(indicators)
    from jiqun.lake.spark import SparkEngine, open_session

    session = open_session()
    try:
        with SparkEngine(lake, session) as opened:
            return _Checker(engine, opened, lake).all(indicators)
    finally:
        session.stop()


def county_edges(subjects: Iterable[str]) -> list[Edge]:
    """County → city → province, as the digits of today's region codes say."""
    counties = sorted({found[0] for one in subjects if (found := _COUNTY.fullmatch(one))})
    cities = sorted({f"{county[:11]}00" for county in counties})
    found = [Edge(county, f"{county[:11]}00", "city") for county in counties]
    return found + [Edge(city, f"{city[:9]}0000", "province") for city in cities]


class _Checker:
    """One run over one engine; the facts are read once in plain rows."""

    def __init__(self, engine: Engine, asked: Asks, lake: Lake) -> None:
        self._engine, self._asked = engine, asked
        rows = lake.ask(compile_query(table("facts").select(*RawFact.__dataclass_fields__)))
        undone = lake.run(
            f"SELECT batch, recorded_at FROM {lake.table_sql('batches')} WHERE event = 'undone'"
        )
        events = lake.run(
            "SELECT substr(batch, 8), event, recorded_at"
            f" FROM {lake.table_sql('batches')} WHERE event IN ('withdrawn', 'brought_back')"
        )
        self._known = reference.known(
            (RawFact(*row) for row in rows),  # type: ignore[arg-type]
            undone,  # type: ignore[arg-type]
            withdrawn=events,  # type: ignore[arg-type]
        )
        self._cells = reference.cells(self._known, standings(lake.trusted()))
        self._edges = county_edges(one.subject for one in self._known)
        self._edge_table = edge_table(self._edges)
        self._sample = _sample_table()

    def all(self, indicators: IndicatorTable) -> list[CheckRow]:
        """Every check, in order."""
        found = [self._operation(one) for one in OPERATIONS]
        found += self._by_indicator("facts", indicators, self._sums, self._expected_sums)
        found += self._by_indicator("cells", indicators, self._all_cells, self._expected_cells)
        found += self._by_indicator(
            "rollup",
            [one for one in indicators if one.adds is Adds.SUM],
            self._rollups,
            self._expected_rollups,
        )
        return found + [self._derived(one) for one in indicators if one.expression]

    def _operation(self, operation: Operation) -> CheckRow:
        started = time.perf_counter()
        seen = self._ask(_of_sample, operation.ask, tables={"sample": self._sample})
        seconds = time.perf_counter() - started
        return _compared(
            "operation", operation.name, dict(enumerate(seen)), dict(enumerate(operation.expected)), seconds
        )

    def _by_indicator(
        self,
        kind: Kind,
        indicators: Iterable[Indicator],
        ask: Callable[[], Answer],
        expect: Callable[[], Answer],
    ) -> list[CheckRow]:
        """Ask once for all indicators (the indicator is the second part of each key), compare one by one."""
        started = time.perf_counter()
        seen = _parted(ask())
        seconds = time.perf_counter() - started
        expected = _parted(expect())
        keys = sorted(
            {one.key for one in indicators} | ((seen.keys() | expected.keys()) if kind != "rollup" else set())
        )
        share = seconds / max(1, len(keys))
        return [_compared(kind, key, seen.get(key, {}), expected.get(key, {}), share) for key in keys]

    def _sums(self) -> Answer:
        return {("", row[0]): row[1:] for row in self._ask(_sums)}

    def _expected_sums(self) -> Answer:
        groups: dict[str, list[RawFact]] = defaultdict(list)
        for one in self._known:
            groups[one.indicator].append(one)
        return {("", key): _summed(facts) for key, facts in groups.items()}

    def _all_cells(self) -> Answer:
        return {row[:6]: row[6:] for row in self._ask(_cells)}

    def _expected_cells(self) -> Answer:
        return dict(self._cells)

    def _rollups(self) -> Answer:
        return {row[:7]: row[7:] for row in self._ask(_rollups, tables={"edges": self._edge_table})}

    def _expected_rollups(self) -> Answer:
        return dict(reference.rolled_up(self._cells, self._edges, LEVELS))

    def _derived(self, indicator: Indicator) -> CheckRow:
        chosen = formula(indicator.expression or "")
        started = time.perf_counter()
        rows = self._ask(_derived, indicator.key, indicator.expression or "")
        seconds = time.perf_counter() - started
        expected = reference.derived(self._cells, chosen, float(chosen.scale))
        return _compared("derived", indicator.key, {row[:5]: row[5] for row in rows}, dict(expected), seconds)

    def _ask(
        self,
        build: Callable[..., ir.Table],
        *given: Hashable,
        tables: Mapping[str, Table] | None = None,
    ) -> list[tuple[object, ...]]:
        return self._asked.ask(compiled(build, *given, engine=self._engine), tables=tables)


def _sample_table() -> Table:
    values = zip(SAMPLE_COLUMNS, zip(*SAMPLE, strict=True), strict=True)
    return Table.from_pydict({name: Array(list(column), DataType.string()) for name, column in values})


def _known() -> ir.Table:
    return on.known(table("facts"), table("batches"))


def _of_sample(ask: Callable[[ir.Table], ir.Table]) -> ir.Table:
    return ask(sample())


def _sums() -> ir.Table:
    facts = _known()
    return facts.group_by("indicator").aggregate(
        facts=facts.count(),
        subjects=facts.subject.nunique(),
        total=facts.base_value.sum().cast("decimal(28,6)"),
    )


def _cells() -> ir.Table:
    columns = ("subject", "indicator", "year", "status", "scope", "synthetic", "value", "bound")
    return cells(_known()).select(*columns)


def _rollups() -> ir.Table:
    rolled = roll_up(cells(_known()), edges(), levels=LEVELS, adds=Adds.SUM)
    return rolled.select(
        "subject", "indicator", "year", "status", "scope", "synthetic", "level", "value", "known", "parts"
    )


def _derived(key: str, expression: str) -> ir.Table:
    chosen = formula(expression)
    asked = derive(cells(_known()), key, chosen, factor=chosen.scale)
    return asked.select("subject", "year", "status", "scope", "synthetic", "value")


def _summed(facts: Sequence[RawFact]) -> tuple[object, ...]:
    values = [one.base_value for one in facts if one.base_value is not None]
    return (len(facts), len({one.subject for one in facts}), sum(values) if values else None)


def _parted(answer: Answer) -> dict[str, Answer]:
    parts: dict[str, Answer] = defaultdict(dict)
    for key, value in answer.items():
        parts[str(key[1])][key] = value  # type: ignore[index]
    return parts


def _compared(kind: Kind, name: str, seen: Answer, expected: Answer, seconds: float) -> CheckRow:
    different = [key for key in seen.keys() | expected.keys() if seen.get(key) != expected.get(key)]
    detail = ""
    if different:
        first = min(different, key=repr)
        detail = f"{first!r}: seen {seen.get(first)!r}, expected {expected.get(first)!r}"
    return CheckRow(kind, name, not different, len(expected), detail, seconds)
