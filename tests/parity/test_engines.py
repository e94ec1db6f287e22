"""`engine check` on DuckDB and on Spark: the same answers, and a wrong answer is told."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from worlds import build, indicators

from jiqun.lake.compile import Query, compiled, param, table
from jiqun.lake.engines import CheckRow, check, county_edges
from jiqun.lake.known import known
from jiqun.lake.operations import OPERATIONS
from jiqun.lake.store import Lake


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    lake = build(tmp_path_factory.mktemp("engines") / "lake")
    yield lake
    lake.close()


def wrong(rows: list[CheckRow]) -> list[str]:
    return [f"{row.kind} {row.name}: {row.detail}" for row in rows if not row.ok]


def test_duckdb_gives_the_answers_it_must(small: Lake) -> None:
    rows = check("duckdb", small, indicators())
    assert not wrong(rows)
    assert [row.name for row in rows if row.kind == "operation"] == [one.name for one in OPERATIONS]
    compared = {(row.kind, row.name): row.rows for row in rows}
    assert compared["cells", "revenue"] > 10
    assert compared["rollup", "revenue"] > 5
    assert compared["derived", "rd_intensity"] > 5
    assert compared["derived", "revenue_growth"] > 3
    assert compared["facts", "never_stated"] == 0
    assert ("rollup", "rank") not in compared


class Liar:
    """An engine that changes one digit of everything."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake

    def ask(
        self, query: Query, params: Mapping[str, object] | None = None, *, tables: object = None
    ) -> list[tuple[object, ...]]:
        rows = self._lake.ask(query, params, tables=tables)  # type: ignore[arg-type]
        return [(*row[:-1], "wrong") for row in rows[:1]] + rows[1:]


def test_a_wrong_answer_is_told_with_its_place(small: Lake) -> None:
    rows = check("duckdb", small, indicators(), asked=Liar(small))
    told = wrong(rows)
    assert len([row for row in rows if row.kind == "operation" and not row.ok]) == len(OPERATIONS)
    assert any("seen" in one and "expected" in one for one in told)


def test_county_edges_follow_the_codes() -> None:
    found = county_edges(["region:330603", "region:330600", "region:330000", "cluster:x", "region:330603"])
    assert [(one.child, one.parent, one.level) for one in found] == [
        ("region:330603", "region:330600", "city"),
        ("region:330600", "region:330000", "province"),
    ]


@pytest.fixture(scope="module")
def spark(small: Lake) -> Iterator[object]:
    """One session for every Spark test of the run."""
    from jiqun.lake.spark import SparkEngine, open_session

    session = open_session()
    engine = SparkEngine(small, session)
    yield engine
    engine.close()
    session.stop()


@pytest.mark.spark
def test_spark_gives_the_answers_duckdb_gives(small: Lake, spark) -> None:
    rows = check("spark", small, indicators(), asked=spark)
    assert not wrong(rows)
    duckdb = {(row.kind, row.name): row.rows for row in check("duckdb", small, indicators())}
    assert {(row.kind, row.name): row.rows for row in rows} == duckdb


def _by_subject():
    facts = known(table("facts"), table("batches"))
    return facts.group_by("subject").aggregate(facts=facts.count()).order_by("subject")


@pytest.mark.spark
def test_spark_reads_merged_subjects_as_duckdb_does(
    small: Lake, spark, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Facts stay where they were recorded and are read under today's subject, then under their own again."""

    def both() -> dict[str, int]:
        by_spark = dict(spark.ask(compiled(_by_subject, engine="spark")))
        assert by_spark == dict(small.ask(compiled(_by_subject)))
        return by_spark

    before = both()
    first, second, *_ = sorted(before)
    with monkeypatch.context() as patched:
        patched.setattr(small, "identities", lambda: {first: second})
        merged = both()
        assert first not in merged
        assert merged[second] == before[first] + before[second]
        assert sum(merged.values()) == sum(before.values())
    assert both() == before


def _known_then():
    return known(table("facts"), table("batches"), param("as_of", "timestamp")).select("id", "recorded_at")


@pytest.mark.spark
def test_spark_takes_parameters_and_sees_new_commits(small: Lake, spark, tmp_path: Path) -> None:
    from lake_rows import RECORDED, fact, write

    then = {"as_of": RECORDED.replace(tzinfo=None)}

    def both() -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
        by_spark = spark.ask(compiled(_known_then, engine="spark"), then)
        return sorted(by_spark), sorted(small.ask(compiled(_known_then), then))

    before, same = both()
    assert before == same
    write(small, "facts", [fact(9999)])
    after, same = both()
    assert after == same
    assert len(after) == len(before) + 1


def _readings_by_point():
    readings = table("readings")
    usable = (readings.quality != 2) & readings.value.notnull()
    return (
        readings.group_by("site", "point")
        .aggregate(
            readings=readings.count(), low=readings.value.min(where=usable), last=readings.read_at.max(),
            usable=usable.sum(),
        )
        .order_by("site", "point")
    )  # fmt: skip


@pytest.mark.spark
def test_spark_reads_readings_merged_and_closed(small: Lake, spark) -> None:
    """Files of days as merges and compactions leave them: another engine opens them as they are."""
    from reading_rows import DAY_US, NOW_US, put_readings

    rows = [(NOW_US + place * DAY_US // 500, place % 7 + 0.25, place % 3) for place in range(1000)]
    put_readings(small, "spring", {"a": rows, "b": [(NOW_US, None)]}, writer="box")
    small.compact("readings")
    put_readings(small, "spring", {"a": [(NOW_US + 1, -1.5)]}, writer="box")
    answer = small.ask(compiled(_readings_by_point))
    assert [row[:4] for row in answer] == [
        ("spring", "a", 1001, -1.5), ("spring", "b", 1, None),
    ]  # fmt: skip
    assert sorted(spark.ask(compiled(_readings_by_point, engine="spark"))) == sorted(answer)
