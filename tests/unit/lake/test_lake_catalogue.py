"""The catalogue: complete, in both languages, in words every engine has."""

import pytest

from jiqun.core.facts import Fact
from jiqun.lake.catalogue import FACTS, TABLES
from jiqun.lake.compile import IBIS_TYPE
from jiqun.lake.encode import SQL_TYPE
from jiqun.lake.snapshot import delta_schema

RESERVED = {
    "at",
    "days",
    "years",
    "select",
    "from",
    "where",
    "order",
    "group",
    "table",
    "end",
    "start",
    "values",
}
COLUMNS = [(table.name, column) for table in TABLES.values() for column in table.columns]


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=lambda part: getattr(part, "name", part))
def test_every_column_speaks_both_languages_and_is_no_keyword(table: str, column) -> None:
    assert column.meaning_zh and column.meaning_en
    assert column.name.isascii() and column.name == column.name.lower()
    assert column.name not in RESERVED
    assert column.type in SQL_TYPE and column.type in IBIS_TYPE


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_every_table_names_columns_once_and_sorts_by_its_own(table) -> None:
    assert len(set(table.column_names)) == len(table.columns)
    assert set(table.sort_by) <= set(table.column_names)
    assert [field.name for field in delta_schema(table).fields] == list(table.column_names)


def test_a_fact_of_the_ledger_has_a_column_for_every_field() -> None:
    assert set(Fact.__dataclass_fields__) <= set(FACTS.column_names)


def test_a_missing_column_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        FACTS.column("nothing")
    assert FACTS.column("value").type == "decimal"
