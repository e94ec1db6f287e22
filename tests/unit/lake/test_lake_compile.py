"""Compiling: unbound tables by name, parameters bound, the same text for the same question."""

import subprocess
import sys
from decimal import Decimal

import ibis
import ibis.expr.types as ir
import pytest

from jiqun.lake.catalogue import TABLES
from jiqun.lake.compile import compile_query, compiled, handed_in, param, table


def _one_subject(limit: int) -> ir.Table:
    facts = table("facts")
    return facts.filter(facts.subject == param("subject")).select("id", "value").limit(limit)


def test_a_table_is_put_in_by_name_and_a_parameter_by_mark() -> None:
    query = compile_query(_one_subject(3))
    assert query.tables == ("facts",)
    assert query.columns == ("id", "value")
    text = query.over({"facts": "read_parquet(['a.parquet'])"})
    assert "FROM read_parquet(['a.parquet'])" in text
    assert "= $subject" in text
    assert "lake_facts" not in text


def test_spark_has_its_own_quotes_and_marks() -> None:
    query = compile_query(_one_subject(3), "spark")
    assert "FROM spot" in query.over({"facts": "spot"})
    assert "= :subject" in query.sql
    assert '"' not in query.sql


def test_a_question_is_compiled_once_per_arguments_and_engine() -> None:
    assert compiled(_one_subject, 3) is compiled(_one_subject, 3)
    assert compiled(_one_subject, 3) is not compiled(_one_subject, 4)
    assert compiled(_one_subject, 3, engine="spark").engine == "spark"


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_its_columns(name: str) -> None:
    assert tuple(table(name).columns) == TABLES[name].column_names


def test_typed_parameters_are_cast() -> None:
    facts = table("facts")
    asked = facts.filter(facts.recorded_at <= param("then", "timestamp"), facts.row_no > param("row", "int"))
    sql = compile_query(asked.select("id")).sql
    assert "CAST($then AS TIMESTAMP)" in sql
    assert "CAST($row AS BIGINT)" in sql


def test_two_tables_handed_in_and_stored_stand_side_by_side() -> None:
    facts, keys = table("facts"), handed_in("keys", {"natural_key": "text"})
    query = compile_query(facts.semi_join(keys, "natural_key").select("id"))
    assert query.tables == ("facts", "keys")
    text = query.over({"facts": "one", "keys": "two"})
    assert "lake_" not in text


@pytest.mark.parametrize("engine", ["duckdb", "spark"])
def test_floats_decimals_and_texts_compile_without_the_engines_own_library(engine: str) -> None:
    facts = table("facts")
    asked = facts.select(
        half=facts.value.cast("float64") * ibis.literal(0.5),
        exact=facts.value + ibis.literal(Decimal("0.1")).cast("decimal(28,6)"),
        text=ibis.literal("it's") + facts.unit,
    )
    sql = compile_query(asked, engine).sql  # type: ignore[arg-type]
    assert "0.5" in sql


def test_asking_duckdb_loads_neither_spark_nor_pandas_nor_pyarrow() -> None:
    """A server that never uses them must not pay for them (seconds at start, a hundred megabytes)."""
    code = (
        "import sys\n"
        "import jiqun.lake.facts, jiqun.lake.totals, jiqun.lake.engines, jiqun.lake.recovery\n"
        "print(sorted({'pyspark', 'pandas', 'pyarrow', 'numpy'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
