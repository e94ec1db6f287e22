"""Compile 编译: expressions written once in Ibis become SQL for DuckDB or Spark.

The only module that touches Ibis' compilers. Tables are unbound, named `lake_<name>`; the engine puts its own table in
place of the name. A parameter stands in the SQL as a marked text literal that the engine replaces by a bound value.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import ibis
import ibis.expr.types as ir
from ibis.backends.sql.compilers.base import SQLGlotCompiler
from ibis.backends.sql.compilers.duckdb import DuckDBCompiler
from ibis.backends.sql.compilers.pyspark import PySparkCompiler
from ibis.config import Config

from jiqun.lake.catalogue import DECIMAL_DIGITS, DECIMAL_PLACES, TABLES, ColumnType

Engine = Literal["duckdb", "spark"]

IBIS_TYPE: Mapping[ColumnType, str] = {
    "text": "string",
    "decimal": f"decimal({DECIMAL_DIGITS},{DECIMAL_PLACES})",
    "date": "date",
    "timestamp": "timestamp",
    "float": "float64",
    "bool": "boolean",
    "int": "int64",
}


class _SparkOptions(Config):
    """The one option Ibis' Spark compiler asks for; its backend, which we do without, would have set it."""

    treat_nan_as_null: bool = False


if ibis.options.pyspark is None:
    ibis.options.pyspark = _SparkOptions()

_OPEN, _CLOSE = "‹", "›"
_COMPILERS: Mapping[Engine, type[SQLGlotCompiler]] = {"duckdb": DuckDBCompiler, "spark": PySparkCompiler}
_QUOTE: Mapping[Engine, str] = {"duckdb": '"', "spark": "`"}


@dataclass(frozen=True, slots=True)
class Query:
    """SQL of one engine, the tables it names and the columns it gives.

    tables  catalogue names, and names of tables handed in with the question
    """

    engine: Engine
    sql: str
    tables: tuple[str, ...]
    columns: tuple[str, ...]

    def over(self, sources: Mapping[str, str]) -> str:
        """The SQL with what stands for each table after FROM."""
        sql, quote = self.sql, _QUOTE[self.engine]
        for name in self.tables:
            sql = sql.replace(f"{quote}{table_name(name)}{quote}", sources[name])
        return sql


def table_name(name: str) -> str:
    """Name under which a table stands in compiled SQL."""
    return f"lake_{name}"


def table(name: str) -> ir.Table:
    """The unbound table of the catalogue."""
    columns = {column.name: IBIS_TYPE[column.type] for column in TABLES[name].columns}
    return ibis.table(columns, name=table_name(name))


def handed_in(name: str, columns: Mapping[str, ColumnType]) -> ir.Table:
    """An unbound table whose rows are handed in with the question (edges, keys)."""
    return ibis.table({key: IBIS_TYPE[kind] for key, kind in columns.items()}, name=table_name(name))


def param(name: str, kind: ColumnType = "text") -> ir.Value:
    """A value bound when the query runs."""
    marked = ibis.literal(f"{_OPEN}{name}{_CLOSE}")
    return marked if kind == "text" else marked.cast(IBIS_TYPE[kind])


def compile_query(expression: ir.Table, engine: Engine = "duckdb") -> Query:
    """Compile an expression over unbound tables."""
    compiler = _COMPILERS[engine]()
    sql = compiler.to_sqlglot(expression).sql(dialect=compiler.dialect)
    names = sorted({node.name for node in expression.op().find(ibis.expr.operations.UnboundTable)})
    tables = tuple(name.removeprefix("lake_") for name in names)
    return Query(engine, _bound(sql, engine), tables, tuple(expression.columns))


def compile_stages(stages: Sequence[tuple[str, ir.Table]], engine: Engine = "duckdb") -> Query:
    """Compile expressions each of which reads those before it as a table of its name: one CTE each, the last one answers."""
    queries = [(name, compile_query(expression, engine)) for name, expression in stages]
    names = {name for name, _ in queries}
    once = " NOT MATERIALIZED" if engine == "duckdb" else ""
    quote = _QUOTE[engine]
    ctes = [f"{quote}{table_name(name)}{quote} AS{once} (\n{query.sql}\n)" for name, query in queries[:-1]]
    last = queries[-1][1]
    sql = f"WITH {', '.join(ctes)}\n{last.sql}" if ctes else last.sql
    tables = sorted({one for _, query in queries for one in query.tables} - names)
    return Query(engine, sql, tuple(tables), last.columns)


@lru_cache(maxsize=512)
def compiled(build: Callable[..., ir.Table], *given: Hashable, engine: Engine = "duckdb") -> Query:
    """Compile `build(*given)` once; later calls with the same arguments cost nothing."""
    return compile_query(build(*given), engine)


def _bound(sql: str, engine: Engine) -> str:
    mark = "$" if engine == "duckdb" else ":"
    return sql.replace(f"'{_OPEN}", mark).replace(f"{_CLOSE}'", "")
