"""Small tables held in memory: what is answered is always what the newest files say."""

from lake_rows import fact, write

from jiqun.lake import held
from jiqun.lake.store import Lake


def ids(lake: Lake) -> list[str]:
    return sorted(str(row[0]) for row in lake.run(f"SELECT id FROM {lake.table_sql('facts')}"))


def in_memory(lake: Lake) -> list[str]:
    rows = lake.run(
        "SELECT table_name FROM duckdb_tables() WHERE starts_with(table_name, 'held_') ORDER BY table_oid"
    )
    return [str(name) for (name,) in rows]


def test_a_small_table_is_held_after_some_questions(lake: Lake) -> None:
    write(lake, "facts", [fact(1)])
    for _ in range(held.ASKED_BEFORE):
        assert ids(lake) == ["f1"]
        assert in_memory(lake) == []
    assert ids(lake) == ["f1"]
    assert in_memory(lake) == ["held_facts_1"]
    assert "read_parquet" not in lake.table_sql("facts")


def test_a_new_version_is_seen_at_once(lake: Lake) -> None:
    told = []
    for number in range(1, 4):
        write(lake, "facts", [fact(number)])
        told.append(f"f{number}")
        for _ in range(held.ASKED_BEFORE + 2):
            assert ids(lake) == told
    assert len(in_memory(lake)) == 3


def test_only_the_latest_versions_stay(lake: Lake) -> None:
    for number in range(held.VERSIONS_KEPT + 3):
        write(lake, "facts", [fact(number)])
        for _ in range(held.ASKED_BEFORE + 1):
            lake.table_sql("facts")
    assert len(in_memory(lake)) == held.VERSIONS_KEPT
    assert len(ids(lake)) == held.VERSIONS_KEPT + 3


def test_a_large_table_is_read_from_its_files(lake: Lake, monkeypatch) -> None:
    monkeypatch.setattr(held, "SMALL_BYTES", 100)
    write(lake, "facts", [fact(1)])
    for _ in range(held.ASKED_BEFORE + 3):
        assert ids(lake) == ["f1"]
    assert in_memory(lake) == []
