"""Questions about facts: as known now, as known on a day, corrected, taken back."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from lake_rows import RECORDED, fact, undone, write

from jiqun.lake.facts import FactReader, instant
from jiqun.lake.store import Lake

DAY = timedelta(days=1)


@pytest.fixture
def reader(lake: Lake) -> FactReader:
    return FactReader(lake)


def ids(rows: list[dict[str, object]]) -> list[object]:
    return [row["id"] for row in rows]


def test_an_empty_lake_answers_everything_with_nothing(reader: FactReader) -> None:
    assert reader.facts() == []
    assert reader.count() == 0
    assert reader.coverage() == {"kind": [], "indicator": [], "source": []}
    assert reader.matrix("gdp", ["region:330603"], (2000, 2030)) == []
    assert reader.current_keys(["k"]) == {}
    assert reader.current_keys([]) == {}
    assert reader.latest_changes() == []


def test_a_row_comes_back_as_it_was_written(lake: Lake, reader: FactReader) -> None:
    row = fact(1, value=Decimal("9.190000"), bound="≥", value_text="突破9.19万亿", quote="突破9.19万亿元")
    write(lake, "facts", [row])
    assert reader.facts() == [row]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["f1", "f2", "f3", "f4"]),
        ({"subject": "region:330624"}, ["f1", "f3", "f4"]),
        ({"indicator": "revenue"}, ["f3"]),
        ({"source": "001"}, ["f2", "f4"]),
        ({"batch": "b2"}, ["f4"]),
        ({"ids": ["f4", "f1", "nobody"]}, ["f1", "f4"]),
        ({"ids": []}, []),
        ({"include_synthetic": False}, ["f1", "f2", "f3"]),
        ({"include_synthetic": True}, ["f1", "f2", "f3", "f4"]),
        ({"subject": "region:330624", "source": "001"}, ["f4"]),
        ({"subject": "' OR 1=1 --"}, []),
    ],
)
def test_facts_are_narrowed(
    lake: Lake, reader: FactReader, asked: dict[str, object], found: list[str]
) -> None:
    rows = [
        fact(1),
        fact(2, subject="cluster:415x", source="001"),
        fact(3, indicator="revenue"),
        fact(4, source="001", batch="b2", synthetic=True),
    ]
    write(lake, "facts", rows)
    assert sorted(ids(reader.facts(**asked)), key=str) == found
    assert reader.count(**asked) == len(found)


def test_rows_come_in_reading_order_by_source_and_page_by_page(lake: Lake, reader: FactReader) -> None:
    write(lake, "facts", [fact(number, subject=f"region:{9 - number}") for number in range(1, 6)])
    assert ids(reader.facts(source="000")) == ["f1", "f2", "f3", "f4", "f5"]
    assert ids(reader.facts()) == ["f5", "f4", "f3", "f2", "f1"]
    assert ids(reader.facts(source="000", limit=2, offset=1)) == ["f2", "f3"]
    assert ids(reader.facts(order="newest", limit=1)) == ["f1"]


def test_a_correction_replaces_and_the_earlier_day_still_answers_as_before(
    lake: Lake, reader: FactReader
) -> None:
    write(lake, "facts", [fact(1, value=Decimal(1))])
    write(lake, "facts", [fact(2, supersedes="f1", natural_key="k\x1f1", recorded_at=RECORDED + 10 * DAY)])
    write(lake, "facts", [fact(3, supersedes="f2", natural_key="k\x1f1", recorded_at=RECORDED + 20 * DAY)])
    assert ids(reader.facts()) == ["f3"]
    assert ids(reader.facts(as_of=RECORDED + 15 * DAY)) == ["f2"]
    assert ids(reader.facts(as_of=(RECORDED + 5 * DAY).date())) == ["f1"]
    assert ids(reader.facts(as_of=RECORDED - DAY)) == []
    assert ids(reader.history("f2")) == ["f1", "f2", "f3"]
    assert reader.current_keys(["k\x1f1", "k\x1f9"]) == {"k\x1f1": ("f3", "h3")}


def test_a_batch_taken_back_brings_what_it_corrected_to_light(lake: Lake, reader: FactReader) -> None:
    write(lake, "facts", [fact(1)])
    write(lake, "facts", [fact(2, supersedes="f1", batch="b2", recorded_at=RECORDED + DAY)])
    write(lake, "batches", [undone("b2", RECORDED + 3 * DAY)])
    assert ids(reader.facts()) == ["f1"]
    assert ids(reader.facts(as_of=RECORDED + 2 * DAY)) == ["f2"]
    assert ids(reader.facts(as_of=RECORDED + 3 * DAY)) == ["f1"]
    assert ids(reader.facts(as_of=RECORDED)) == ["f1"]


def test_as_of_a_day_is_its_end_in_shanghai() -> None:
    assert instant(date(2026, 1, 1)) == datetime(2026, 1, 1, 15, 59, 59, 999999)
    eight = timezone(timedelta(hours=8))
    assert instant(datetime(2026, 1, 1, 8, tzinfo=eight)) == datetime(2026, 1, 1)
    assert instant(datetime(2026, 1, 1, tzinfo=UTC)) == datetime(2026, 1, 1)
    assert instant(None) is None


def test_a_fact_recorded_in_the_last_microsecond_of_a_day_is_known_that_day(
    lake: Lake, reader: FactReader
) -> None:
    last = datetime(2026, 1, 1, 15, 59, 59, 999999, tzinfo=UTC)
    write(lake, "facts", [fact(1, recorded_at=last), fact(2, recorded_at=last + timedelta(microseconds=1))])
    assert ids(reader.facts(as_of=date(2026, 1, 1))) == ["f1"]
    assert ids(reader.facts(as_of=date(2026, 1, 2))) == ["f1", "f2"]


def test_a_matrix_has_one_cell_per_region_and_year(lake: Lake, reader: FactReader) -> None:
    def of(number: int, start: date, end: date, **changed: object) -> dict[str, object]:
        return fact(number, period_start=start, period_end=end, **changed)

    year = (date(2020, 1, 1), date(2021, 1, 1))
    rows = [
        of(1, *year),
        of(2, date(2020, 10, 1), date(2021, 1, 1)),
        of(3, *year, scope="规上"),
        of(4, *year, status="target"),
        of(5, *year, breakdown="industry=轴承"),
        of(6, *year, synthetic=True),
        of(7, date(2019, 1, 1), date(2021, 1, 1)),
        of(8, date(2021, 12, 31), date(2022, 1, 1), subject="region:330603"),
        of(9, *year, subject="region:999999"),
        of(10, date(2018, 1, 1), date(2019, 1, 1)),
    ]
    write(lake, "facts", rows)
    cells = reader.matrix("gdp", ["region:330624", "region:330603"], (2020, 2021))
    assert [(cell["subject"], cell["year"], cell["id"]) for cell in cells] == [
        ("region:330603", 2021, "f8"),
        ("region:330624", 2020, "f1"),
    ]
    target = reader.matrix("gdp", ["region:330624"], (2020, 2020), status="target")
    assert [cell["id"] for cell in target] == ["f4"]
    made_up = reader.matrix("gdp", ["region:330624"], (2020, 2020), synthetic=True)
    assert [cell["id"] for cell in made_up] == ["f6"]


def test_of_several_facts_for_a_cell_the_last_recorded_stands(lake: Lake, reader: FactReader) -> None:
    write(lake, "facts", [fact(2, recorded_at=RECORDED + DAY), fact(3), fact(1, recorded_at=RECORDED + DAY)])
    assert [cell["id"] for cell in reader.matrix("gdp", ["region:330624"], (2020, 2020))] == ["f1"]
    assert [c["id"] for c in reader.matrix("gdp", ["region:330624"], (2020, 2020), RECORDED)] == ["f3"]


def test_coverage_counts_by_kind_indicator_and_source(lake: Lake, reader: FactReader) -> None:
    rows = [fact(1), fact(2), fact(3, subject="cluster:415x", source="002"), fact(4, synthetic=True)]
    write(lake, "facts", rows)
    found = reader.coverage()
    assert found["kind"] == [
        {"key": "region", "facts": 3, "subjects": 1, "synthetic": 1},
        {"key": "cluster", "facts": 1, "subjects": 1, "synthetic": 0},
    ]
    assert [row["key"] for row in found["source"]] == ["000", "002"]
    assert found["indicator"][0]["facts"] == 4


def test_ten_thousand_keys_are_looked_up_at_once(lake: Lake, reader: FactReader) -> None:
    write(lake, "facts", [fact(number) for number in range(2000)])
    found = reader.current_keys(f"k\x1f{number}" for number in range(10000))
    assert len(found) == 2000
    assert found["k\x1f77"] == ("f77", "h77")


def test_a_kept_answer_is_made_again_after_a_commit_and_is_the_callers_own(
    lake: Lake, reader: FactReader
) -> None:
    write(lake, "facts", [fact(1)])
    first = reader.latest_changes()
    first[0]["id"] = "spoilt"
    first.clear()
    reader.coverage()["kind"].clear()
    assert ids(reader.latest_changes()) == ["f1"]
    assert reader.coverage()["kind"][0]["facts"] == 1
    write(lake, "facts", [fact(2, recorded_at=RECORDED + DAY)])
    assert ids(reader.latest_changes()) == ["f2", "f1"]
    assert ids(reader.latest_changes(1)) == ["f2"]
    write(lake, "batches", [undone("b1", RECORDED)])
    assert reader.latest_changes() == []
    assert reader.coverage()["kind"] == []


def test_few_answers_are_kept_and_the_oldest_goes_first(lake: Lake) -> None:
    from jiqun.lake.store import ANSWERS_KEPT

    made: list[int] = []

    def answer(number: int) -> int:
        made.append(number)
        return number

    for number in [*range(ANSWERS_KEPT + 1), ANSWERS_KEPT, 0]:
        assert lake.kept(("n", number), ("facts",), lambda number=number: answer(number)) == number
    assert made == [*range(ANSWERS_KEPT + 1), 0]
