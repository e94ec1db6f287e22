"""Series, counts and rises against plain Python over the same rows, from rows and from rollups, whatever comes late."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import count, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading_files import Written, at, write_readings

from jiqun.factory.instants import DAY, HOUR, MINUTE, day_of, midnight
from jiqun.factory.oee.quantities import counted
from jiqun.lake.readings.compacting import close_days, make_rollups
from jiqun.lake.readings.reader import ReadingReader
from jiqun.lake.readings.series import Series
from jiqun.lake.store import Lake

START = at("2026-11-19T00:00")
END = START + 3 * DAY
MUCH_LATER = START + 400 * DAY
sites = count(1)
Told = tuple[str, int, float | None, int]
Asked = tuple[tuple[int, int], int]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    lake = Lake(Path(tmp_path_factory.mktemp("twins")) / "lake", threads=1)
    yield lake
    lake.close()


instants = st.one_of(
    st.integers(0, 3 * 24 * 12 - 1).map(lambda place: START + place * 5 * MINUTE),
    st.sampled_from([START, START + DAY - 1, START + DAY, START + 2 * DAY - 1, END - 1]),
)
told_rows = st.lists(
    st.tuples(
        st.sampled_from(["a", "b"]),
        instants,
        st.one_of(st.none(), st.integers(0, 9).map(float)),
        st.sampled_from([0, 0, 0, 1, 2]),
    ),
    max_size=25,
)
spans = st.tuples(instants, instants).map(lambda two: (min(two), max(two) + 1))
sizes = st.sampled_from([2, 5, 40])


def arrive(lake: Lake, site: str, commits: Sequence[Sequence[Told]]) -> list[Written]:
    """Write commits one after another; gives every row as it stands in the lake."""
    rows: list[Written] = []
    for number, told in enumerate(commits, start=1):
        some = [(site, point, us, value, quality, number) for point, us, value, quality in told]
        write_readings(lake, some)
        rows += some
    return rows


def once(rows: Sequence[Written]) -> list[Written]:
    """A reading sent again with the same value and quality counts once, as it first came."""
    first = {row[:5]: row for row in sorted(rows, key=lambda row: -row[5])}
    return list(first.values())


def usable(rows: Sequence[Written]) -> list[Written]:
    return [row for row in sorted(rows, key=_order) if row[4] != 2 and row[3] is not None]


def _order(row: Written) -> tuple[int, int, float]:
    return row[2], row[5], -1.0 if row[3] is None else row[3]


def plainly(rows: Sequence[Written], span: tuple[int, int], size: int) -> list[tuple[object, ...]]:
    """A series as one would write it down by hand."""
    inside = [row for row in once(rows) if row[1] == "a" and span[0] <= row[2] < span[1]]
    buckets: dict[int, list[Written]] = {}
    for row in inside:
        buckets.setdefault((row[2] - START) // size * size + START, []).append(row)
    found: list[tuple[object, ...]] = []
    for start, some in sorted(buckets.items()):
        values = [float(row[3] or 0) for row in usable(some)]
        least_greatest = (min(values), max(values), values[0], values[-1]) if values else (None,) * 4
        mean = pytest.approx(sum(values) / len(values)) if values else None
        found.append((start, *least_greatest, mean, len(values), len(some) - len(values)))
    return found


def as_rows(series: Series) -> list[tuple[object, ...]]:
    return list(zip(series.t_us, series.low, series.high, series.first, series.last, series.mean, series.count,
                    series.bad, strict=True))  # fmt: skip


given_rows = given(
    commits=st.lists(told_rows, min_size=1, max_size=3),
    late=told_rows,
    asked=st.lists(st.tuples(spans, sizes), min_size=1, max_size=2),
)


@settings(max_examples=5, deadline=None)
@given_rows
def test_rows_and_rollups_tell_what_plain_python_tells(
    shared: Lake, commits: list[list[Told]], late: list[Told], asked: list[Asked]
) -> None:
    tell_the_same(shared, commits, late, asked)


@pytest.mark.fuzz  # two minutes; the common run has a few of them above
@settings(max_examples=60, deadline=None)
@given_rows
def test_many_rows_and_rollups_tell_what_plain_python_tells(
    shared: Lake, commits: list[list[Told]], late: list[Told], asked: list[Asked]
) -> None:
    tell_the_same(shared, commits, late, asked)


def tell_the_same(lake: Lake, commits: list[list[Told]], late: list[Told], asked: list[Asked]) -> None:
    """Ask of rows, then of closed days with rollups, then with rows that came late."""
    site, reader = f"s{next(sites)}", ReadingReader(lake)
    rows = arrive(lake, site, [*commits, commits[0][::2]])  # some of it sent again
    for span, most in asked:
        check(reader, site, rows, span, most)
    close_days(lake, MUCH_LATER, quiet_us=0)
    make_rollups(lake)
    assert all(
        len([f for f in lake.snapshot("readings").files if f".d{day}." in f]) == 1 for day in days(rows)
    )
    for span, most in asked:
        check(reader, site, rows, span, most)
    rows += arrive(lake, site, [late])  # its days stand in two files: their rollups hold no longer
    check(reader, site, rows, *asked[0])


def days(rows: Sequence[Written]) -> set[str]:
    return {f"{day_of(row[2]):%Y%m%d}" for row in rows}


def check(reader: ReadingReader, site: str, rows: list[Written], span: tuple[int, int], most: int) -> None:
    """Every question about one span, against plain Python."""
    series = reader.series(site, "a", start_us=span[0], end_us=span[1], most=most)
    if series.bucket_us:
        assert as_rows(series) == plainly(rows, span, series.bucket_us)
    else:
        assert sum(series.count) + sum(series.bad) == len(series.t_us) <= most
    inside = [row for row in rows if span[0] <= row[2] < span[1]]
    of_a = [row for row in inside if row[1] == "a"]
    for point, stored in ((None, inside), ("a", of_a)):
        told, some = reader.count(site, point, start_us=span[0], end_us=span[1]), once(stored)
        by_quality = [sum(row[4] == quality for row in some) for quality in (0, 1, 2)]
        assert [told.readings, told.good, told.uncertain, told.bad] == [len(some), *by_quality]
        assert told.readings + told.repeated == len(stored)
        assert told.readings == len(reader.rows(site, point, start_us=span[0], end_us=span[1]))
        seen = [row[2] for row in some]
        assert (told.first_us, told.last_us) == (min(seen, default=None), max(seen, default=None))
    check_delta(reader, site, rows, span)


def check_delta(reader: ReadingReader, site: str, rows: list[Written], span: tuple[int, int]) -> None:
    """The rise of a counter against the one OEE reckons with."""
    start, end = span
    known = [row for row in usable(once(rows)) if row[1] == "a"]
    before = [row for row in known if start - DAY <= row[2] <= start]
    inside = [row for row in known if start < row[2] <= end]
    steps = before[-1:] + inside
    value, resets = Fraction(0), 0
    for one, two in pairwise(steps):
        made, was_reset = counted(Fraction(one[3] or 0), Fraction(two[3] or 0))
        value, resets = value + (made or 0), resets + was_reset
    told = reader.delta(site, "a", start, end)
    if not inside or (len(steps) < 2 or steps[0][2] == steps[-1][2]):
        assert told.value is None
        return
    assert (told.value, told.resets) == (float(value), resets)
    assert (told.from_us, told.to_us) == (steps[0][2], steps[-1][2])


def test_rises_of_neighbouring_spans_add_up(shared: Lake) -> None:
    site, reader = f"s{next(sites)}", ReadingReader(shared)
    arrive(shared, site, [[("a", START + place * 7 * MINUTE, float(place % 50), 0) for place in range(600)]])
    cuts = [START + place * HOUR for place in range(0, 70, 7)]
    parts = [reader.delta(site, "a", one, two).value or 0 for one, two in pairwise(cuts)]
    whole = reader.delta(site, "a", cuts[0], cuts[-1])
    assert whole.value == sum(parts) > 500
    assert whole.resets == 10
    close_days(shared, MUCH_LATER, quiet_us=0)
    assert make_rollups(shared) > 0
    assert reader.delta(site, "a", cuts[0], cuts[-1]) == whole


def test_a_year_keeps_every_extreme_and_leaves_gaps_open(shared: Lake) -> None:
    """Peaks of one reading stay visible at any width, and nothing stands where nothing was read."""
    site, reader = f"s{next(sites)}", ReadingReader(shared)
    rows = [("a", START + place * MINUTE, 20.0, 0) for place in range(3 * 1440) if not 600 <= place < 1900]
    rows += [("a", START + 3 * HOUR + 30_000_000, 99.5, 0), ("a", START + 2 * DAY + 30_000_000, -7.25, 0)]
    arrive(shared, site, [rows])
    for closed in (False, True):
        for most in (3, 50, 500, 5000):
            series = reader.series(site, "a", start_us=START, end_us=END, most=most)
            assert max(value for value in series.high if value is not None) == 99.5
            assert min(value for value in series.low if value is not None) == -7.25
            assert sum(series.count) == len(rows)
            gap = [
                t
                for t in series.t_us
                if t >= START + 600 * MINUTE and t + max(1, series.bucket_us) <= START + 1900 * MINUTE
            ]
            assert gap == []
            assert series.source == ("rollup" if closed and series.bucket_us >= 15 * MINUTE else "raw")
            assert len(series.t_us) <= most
        if not closed:
            close_days(shared, MUCH_LATER, quiet_us=0)
            make_rollups(shared)


def test_few_readings_are_given_singly(shared: Lake) -> None:
    site, reader = f"s{next(sites)}", ReadingReader(shared)
    noon = midnight(day_of(START)) + 12 * HOUR
    arrive(shared, site, [[("a", noon, 1.0, 0), ("a", noon + 1, 2.0, 2), ("a", noon + 2, None, 1)]])
    series = reader.series(site, "a", start_us=noon - HOUR, end_us=noon + HOUR)
    assert (series.bucket_us, series.t_us) == (0, (noon, noon + 1, noon + 2))
    assert (series.mean, series.bad) == ((1.0, None, None), (0, 1, 1))
    empty = reader.series(site, "never", start_us=noon - HOUR, end_us=noon + HOUR)
    assert (empty.t_us, empty.low) == ((), ())


def test_buckets_of_all_points(shared: Lake) -> None:
    site, reader = f"s{next(sites)}", ReadingReader(shared)
    told = [("b", START + 59_000_000, 5.0, 0), ("a", START, 1.0, 0), ("a", START + MINUTE - 1, 3.0, 1),
            ("a", START + MINUTE, 9.0, 2)]  # fmt: skip
    arrive(shared, site, [told])
    found = reader.buckets(site, None, start_us=START, end_us=END, bucket_us=MINUTE)
    assert found is not None
    columns = {name: found.column(name).to_pylist() for name in found.column_names}
    assert columns == {
        "point": ["a", "a", "b"], "t_us": [START, START + MINUTE, START], "low": [1.0, None, 5.0],
        "high": [3.0, None, 5.0], "mean": [2.0, None, 5.0], "count": [2, 0, 1], "bad": [0, 1, 0],
    }  # fmt: skip
    assert reader.buckets(site, "a", start_us=START - DAY, end_us=START, bucket_us=MINUTE) is None
