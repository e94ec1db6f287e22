"""Plain columns become Parquet in the catalogue's order and types, or are refused."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from lake_rows import fact, registration

from jiqun.core.errors import InputError
from jiqun.lake.catalogue import FACTS, REGISTRATIONS, TABLES
from jiqun.lake.encode import PILES, columns_of, rewrite, rewrite_sorted, row_count, write_parquet


@pytest.fixture
def cursor() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def read(cursor: duckdb.DuckDBPyConnection, path: Path, columns: str = "*") -> list[tuple[object, ...]]:
    return cursor.execute(f"SELECT {columns} FROM read_parquet('{path}')").fetchall()


def test_types_and_order_are_those_of_the_catalogue(
    tmp_path: Path, cursor: duckdb.DuckDBPyConnection
) -> None:
    for table in TABLES.values():
        path = tmp_path / f"{table.name}.parquet"
        write_parquet(cursor, path, table, {table.column_names[0]: ["b"]})
        described = cursor.execute(f"DESCRIBE SELECT * FROM read_parquet('{path}')").fetchall()
        assert [row[0] for row in described] == list(table.column_names)
        types = {row[0]: row[1] for row in described}
        assert types[table.column_names[0]] == "VARCHAR"
        if "value" in types:
            assert types["value"] == ("DOUBLE" if table.name == "readings" else "DECIMAL(28,6)")
        if "recorded_at" in types:
            assert types["recorded_at"] == "TIMESTAMP"


def test_every_kind_of_value_comes_back(tmp_path: Path, cursor: duckdb.DuckDBPyConnection) -> None:
    path = tmp_path / "a.parquet"
    rows = [
        fact(1, value="0.000001", period_start="2020-02-29", note="引'号\n换行"),
        fact(2, value=None, synthetic=True),
    ]
    assert write_parquet(cursor, path, FACTS, columns_of(rows, FACTS)) == 2
    got = read(cursor, path, "value, period_start, note, synthetic, row_no, natural_key, supersedes")
    assert got == [
        (Decimal("0.000001"), date(2020, 2, 29), "引'号\n换行", False, 1, "k\x1f1", None),
        (None, date(2020, 1, 1), "", True, 2, "k\x1f2", None),
    ]


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        (
            datetime(2026, 1, 1, 8, 0, 0, 1, tzinfo=timezone(timedelta(hours=8))),
            datetime(2026, 1, 1, 0, 0, 0, 1),
        ),
        (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1)),
        (datetime(1950, 6, 1, 12, 30), datetime(1950, 6, 1, 12, 30)),
        (None, None),
    ],
)
def test_instants_are_stored_in_utc(
    tmp_path: Path, cursor: duckdb.DuckDBPyConnection, given: object, stored: object
) -> None:
    for form in (given, [given]):
        path = tmp_path / "a.parquet"
        write_parquet(cursor, path, FACTS, {"id": ["x"], "recorded_at": form})
        assert read(cursor, path, "recorded_at") == [(stored,)]


def test_one_value_holds_for_all_rows(tmp_path: Path, cursor: duckdb.DuckDBPyConnection) -> None:
    path = tmp_path / "a.parquet"
    columns = {"subject": ["a", "b"], "file": "it's.csv", "capital_wan": Decimal("1.5"), "synthetic": False}
    assert write_parquet(cursor, path, REGISTRATIONS, columns) == 2
    assert read(cursor, path, "subject, file, capital_wan, synthetic, name") == [
        ("a", "it's.csv", Decimal("1.5"), False, None),
        ("b", "it's.csv", Decimal("1.5"), False, None),
    ]


@pytest.mark.parametrize(
    "changed",
    [
        {"value": "twelve"},
        {"value": "1" + "0" * 22},
        {"period_start": "2023-02-29"},
        {"recorded_at": "2026-01-01"},
    ],
)
def test_a_value_that_does_not_fit_is_refused(
    tmp_path: Path, cursor: duckdb.DuckDBPyConnection, changed: dict[str, object]
) -> None:
    with pytest.raises(InputError) as refused:
        write_parquet(cursor, tmp_path / "a.parquet", FACTS, columns_of([fact(1, **changed)], FACTS))
    assert refused.value.code == "lake.value_refused"


def test_an_unknown_column_is_refused_by_rows_and_by_columns(
    tmp_path: Path, cursor: duckdb.DuckDBPyConnection
) -> None:
    with pytest.raises(InputError, match="unknown_column"):
        columns_of([{"colour": "red"}], FACTS)
    with pytest.raises(InputError, match="unknown_column"):
        write_parquet(cursor, tmp_path / "a.parquet", FACTS, {"colour": ["red"]})


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(InputError, match="columns_uneven"):
        row_count({"a": [1, 2], "b": [1]})
    with pytest.raises(InputError, match="columns_uneven"):
        row_count({"a": "only one value"})


def test_no_rows_make_an_empty_file(tmp_path: Path, cursor: duckdb.DuckDBPyConnection) -> None:
    path = tmp_path / "a.parquet"
    assert write_parquet(cursor, path, FACTS, {"id": []}) == 0
    assert read(cursor, path) == []


def test_rewriting_keeps_every_row_in_the_order_it_comes_or_sorted(
    tmp_path: Path, cursor: duckdb.DuckDBPyConnection
) -> None:
    parts = []
    for start in (3, 1):
        parts.append(tmp_path / f"{start}.parquet")
        rows = [registration(number, batch=None) for number in (start, start + 1)]
        write_parquet(cursor, parts[-1], REGISTRATIONS, columns_of(rows, REGISTRATIONS))
    target = tmp_path / "all.parquet"
    assert rewrite(cursor, parts, target) == 4
    assert [row[0] for row in read(cursor, target, "subject")] == [f"enterprise:{n}" for n in (3, 4, 1, 2)]
    assert rewrite_sorted(cursor, parts, target, REGISTRATIONS) == 4
    assert [row[0] for row in read(cursor, target, "subject")] == [f"enterprise:{n}" for n in (1, 2, 3, 4)]


def test_facts_are_dealt_into_piles_by_subject_and_sorted_by_indicator_within(
    tmp_path: Path, cursor: duckdb.DuckDBPyConnection
) -> None:
    part, target = tmp_path / "a.parquet", tmp_path / "all.parquet"
    told = [(f"region:{place}", key) for place in range(300) for key in ("gdp", "area", "tax")]
    columns = {"subject": [row[0] for row in told], "indicator": [row[1] for row in told]}
    write_parquet(cursor, part, FACTS, columns)
    assert rewrite_sorted(cursor, [part], target, FACTS) == len(told)
    rows = read(cursor, target, "subject, indicator")
    assert sorted(rows) == sorted(told)
    piles = [
        cursor.execute(f"SELECT hash(?) % {PILES}", [subject]).fetchone()[0]
        for subject, _ in rows  # type: ignore[index]
    ]
    assert piles == sorted(piles) and len(set(piles)) == PILES
    for pile in range(PILES):
        inside = [row for row, of in zip(rows, piles, strict=True) if of == pile]
        assert [indicator for _, indicator in inside] == sorted(indicator for _, indicator in inside)
