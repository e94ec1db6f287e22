"""Rows, counts, latest values and what arrived since: right, and from the files that matter only."""

import pytest
from reading_files import Written, at, write_beside, write_readings

from jiqun.lake.readings import rows as rows_module
from jiqun.lake.readings.latest import Latest
from jiqun.lake.readings.reader import ReadingReader
from jiqun.lake.store import Lake

NOON = at("2026-11-22T12:00")
SECOND = 1_000_000


def some(
    site: str, point: str, first: int, values: list[float], *, arrived: int | None = None
) -> list[Written]:
    """Good readings, one a second."""
    came = first if arrived is None else arrived
    return [(site, point, first + place * SECOND, value, 0, came) for place, value in enumerate(values)]


@pytest.fixture
def opened(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Files every question opened."""
    seen: list[str] = []
    true = lake.run

    def run(sql: str, params: object = ()) -> list[tuple[object, ...]]:
        seen.extend(part for part in sql.split("'") if part.endswith(".parquet"))
        return true(sql, params)  # type: ignore[arg-type]

    monkeypatch.setattr(lake, "run", run)
    return seen


def test_nothing_is_told_of_an_empty_lake(lake: Lake) -> None:
    reader = ReadingReader(lake)
    assert reader.rows("spring", "a", start_us=0, end_us=NOON) == []
    assert reader.count("spring").readings == 0
    assert reader.count("spring").first_us is None
    assert reader.latest("spring") == {}
    assert reader.since("spring", 0) == []
    assert reader.gaps("spring", 0, NOON) == reader.held("spring") == reader.batches("spring") == []


def test_a_question_about_one_day_opens_that_days_files_only(lake: Lake, opened: list[str]) -> None:
    midnight = at("2026-11-22T00:00")
    write_readings(lake, [("s", "a", midnight - 1, 1.0, 0, NOON), ("s", "a", midnight, 2.0, 0, NOON)])
    reader = ReadingReader(lake)
    assert [row[2] for row in reader.rows("s", "a", start_us=midnight, end_us=midnight + 1)] == [2.0]
    assert len(opened) == 1
    assert opened[0].endswith(".d20261122.parquet")
    assert [row[2] for row in reader.rows("s", "a", start_us=midnight - 1, end_us=midnight)] == [1.0]
    assert opened[1].endswith(".d20261121.parquet")
    assert len(reader.rows("s", None, start_us=None, end_us=None)) == 2
    assert reader.count("s", "a", start_us=midnight - 1, end_us=midnight + 1).readings == 2


def test_rows_come_in_order_and_what_was_sent_twice_once(lake: Lake) -> None:
    write_readings(
        lake,
        [
            ("s", "b", NOON, 5.0, 0, 9),
            *some("s", "a", NOON, [1, 2, 3], arrived=7),
            ("x", "a", NOON, 9.0, 0, 7),
        ],
    )
    write_readings(
        lake,
        [
            ("s", "a", NOON, 1.0, 0, 8),
            ("s", "a", NOON, 1.5, 0, 8),
            ("s", "a", NOON + SECOND, 2.0, 1, 8),
            ("s", "c", NOON, None, 2, 8),
            ("s", "c", NOON, None, 2, 9),
        ],
    )
    reader = ReadingReader(lake)
    found = reader.rows("s", ("a", "b", "c"), start_us=NOON, end_us=NOON + 10 * SECOND)
    assert [(point, (us - NOON) // SECOND, value, quality, came) for point, us, value, quality, _, came in found] == [
        ("a", 0, 1.0, 0, 7), ("a", 0, 1.5, 0, 8), ("a", 1, 2.0, 0, 7), ("a", 1, 2.0, 1, 8), ("a", 2, 3.0, 0, 7),
        ("b", 0, 5.0, 0, 9), ("c", 0, None, 2, 8),
    ]  # fmt: skip
    assert reader.rows("s", "a", start_us=NOON, end_us=NOON + SECOND, limit=1) == found[:1]
    count = reader.count("s")
    assert (count.readings, count.good, count.uncertain, count.bad, count.repeated) == (7, 5, 1, 1, 2)
    assert (count.first_us, count.last_us) == (NOON, NOON + 2 * SECOND)
    assert (reader.count("s", "c").bad, reader.count("s", "c").repeated) == (1, 1)


def test_what_arrived_since_is_given_whole_batch_by_whole_batch(lake: Lake) -> None:
    write_readings(
        lake, some("s", "a", NOON, [1, 2, 3], arrived=10) + some("s", "a", NOON - 100, [4, 5], arrived=20)
    )
    write_readings(lake, some("s", "b", NOON, [6], arrived=30) + some("other", "a", NOON, [7], arrived=25))
    reader = ReadingReader(lake)
    assert [row[2] for row in reader.since("s", 0, 2)] == [1, 2, 3]  # more than asked for: a batch is not cut
    assert [row[2] for row in reader.since("s", 10, 2)] == [4, 5]
    assert [row[2] for row in reader.since("s", 0, 4)] == [1, 2, 3]
    assert [row[2] for row in reader.since("s", 0, 5)] == [1, 2, 3, 4, 5]
    assert [row[2] for row in reader.since("s", 20, 5)] == [6]
    assert reader.since("s", 30, 5) == []


def test_following_opens_only_files_that_were_added(lake: Lake, opened: list[str]) -> None:
    for place in range(1, 6):
        write_readings(lake, some("s", "a", NOON + place * SECOND, [place], arrived=place * 10))
    reader = ReadingReader(lake)
    assert len(reader.since("s", 0)) == 5
    assert len(opened) == 5
    opened.clear()
    assert reader.since("s", 50) == []
    assert opened == []
    write_readings(lake, some("s", "a", NOON, [6], arrived=60))
    assert [row[2] for row in reader.since("s", 50)] == [6]
    assert len(opened) == 1
    opened.clear()
    assert [row[2] for row in reader.since("s", 40)] == [
        5,
        6,
    ]  # back to an earlier position: asked of all again
    assert len(opened) == 2
    assert [row[2] for row in ReadingReader(lake).since("s", 50)] == [6]


def test_files_whose_commit_does_not_tell_are_looked_into(lake: Lake) -> None:
    write_readings(lake, some("s", "a", NOON, [1], arrived=10), told=False)
    assert [row[2] for row in ReadingReader(lake).since("s", 5)] == [1]


def test_latest_values_follow_what_is_added(lake: Lake, opened: list[str]) -> None:
    write_readings(
        lake,
        some("s", "a", NOON, [1, 2], arrived=10)
        + some("s", "b", NOON - 40 * 3_600 * SECOND, [3], arrived=10),
    )
    write_readings(lake, some("other", "a", NOON + 9 * SECOND, [9], arrived=10))
    reader = ReadingReader(lake)
    assert reader.latest("s") == {
        "a": Latest(NOON + SECOND, 2.0, 0, 10), "b": Latest(NOON - 40 * 3_600 * SECOND, 3.0, 0, 10),
    }  # fmt: skip
    opened.clear()
    assert set(reader.latest("s", ["b", "never"])) == {"b"}
    assert opened == []
    write_readings(
        lake, [("s", "a", NOON + SECOND, 2.5, 1, 20), ("s", "b", NOON - 90 * 3_600 * SECOND, 0.0, 0, 20)]
    )
    assert reader.latest("s", ["a"])["a"] == Latest(
        NOON + SECOND, 2.5, 1, 20
    )  # the same instant, arrived later
    assert reader.latest("s")["b"].value == 3.0  # what is late does not become the latest
    assert len(opened) == 2


def test_batches_held_and_gaps_are_told(lake: Lake) -> None:
    write_beside(lake, "reading_batches", [
        {"batch": f"x-{n}", "site": "s", "stream": "x", "sequence": n, "arrived_at": n * 10, "made_at": n, "writer": "w",
         "readings": 3, "held": 1, "gaps": 0, "first_read_at": 1, "last_read_at": 2} for n in (1, 2)
    ])  # fmt: skip
    write_beside(lake, "held_readings", [
        {"batch": "x-1", "site": "s", "point": "a", "code": "c", "seen": "nan", "arrived_at": NOON},
        {"batch": "x-2", "site": "s", "point": "b", "code": "c", "seen": "inf", "read_at": NOON + SECOND,
         "arrived_at": NOON + 9},
    ])  # fmt: skip
    write_beside(lake, "reading_gaps", [
        {"batch": "x-1", "site": "s", "from_at": 100, "to_at": 200, "lost": 7, "reason": "full", "arrived_at": 300},
    ])  # fmt: skip
    reader = ReadingReader(lake)
    assert [row["batch"] for row in reader.batches("s")] == ["x-2", "x-1"]
    assert [row["sequence"] for row in reader.batches("s", arrived_us=10)] == [1]
    assert reader.batches("s", arrived_us=11) == reader.batches("other") == []
    assert [(row["point"], row["read_us"]) for row in reader.held("s")] == [("b", NOON + SECOND), ("a", None)]
    assert [row["point"] for row in reader.held("s", 1, 1)] == ["a"]
    assert reader.count("s").held == 2
    assert reader.count("s", "a").held == 1
    assert reader.count("s", start_us=NOON + 1).held == 1
    assert reader.count("s", end_us=NOON + 1).held == 1
    assert reader.gaps("s", 0, 100) == reader.gaps("s", 200, 300) == []
    assert reader.gaps("s", 199, 300) == [
        {"batch": "x-1", "from_us": 100, "to_us": 200, "lost": 7, "reason": "full", "arrived_us": 300}
    ]
    assert rows_module.Span("s").params() == {"site": "s"}
