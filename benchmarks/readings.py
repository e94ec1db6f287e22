"""Readings of a day and of a year: our lake beside plain DuckDB over one sorted table and one Parquet file it writes itself.

    python -m benchmarks readings

8.64 million readings: 1,000 series at 10 s over one day, brought in as 24 files, closed as the product closes a day. Values
are made up but plausible: measured values with noise and two decimals, set values in steps, counters of pieces and of
energy; instants with the jitter of a poll, all points of a machine read together.

bytes_a_point   of the closed day, all seven columns of the catalogue
series_ms       one series' day through ReadingReader.rows; table and parquet: the same SQL of plain DuckDB
chart_ms        the same day through ReadingReader.series, 1,500 buckets
minutes_s       one-minute downsample of all 1,000 series into an Arrow table
year_ms         a year of one point opened for a chart, 365 days of 200 series closed with rollups; beside DuckDB over
                one sorted table of the point's 3.15 million rows among those of its machine
close_s         closing the day: sort, compress, commit, then its rollup_s; cpu_s of both; peak memory of the process
follow_ms       `.since` and `.latest` when nothing is new and after a file was added, with a year of days there
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from benchmarks.measure import ROUNDS, child, line, median, report
from jiqun.factory.instants import DAY, MINUTE, SECOND, day_of
from jiqun.lake.catalogue import READINGS
from jiqun.lake.commit import Change, Span, commit, seal
from jiqun.lake.encode import DAY_OPTIONS, PARQUET_OPTIONS, quoted
from jiqun.lake.layout import compacted_name, data_file_name, rollup_folder, table_folder
from jiqun.lake.readings import rollups
from jiqun.lake.readings.compacting import close_days, closing_database, make_rollups
from jiqun.lake.readings.reader import ReadingReader
from jiqun.lake.snapshot import open_table
from jiqun.lake.store import Lake

START = 1_763_740_800_000_000  # a midnight in Shanghai
MUCH_LATER = START + 1000 * DAY
SERIES, STEP = 1_000, 10 * SECOND
A_DAY = DAY // STEP
YEAR_SERIES = 20
ONE, YEAR_ONE = "m20.p407", "m00.p007"
COLUMNS = "point, epoch_us(read_at), value, quality, coalesce(flag, ''), epoch_us(arrived_at)"
MINUTES = """SELECT point, time_bucket(INTERVAL 1 MINUTE, read_at) AS t, min(value) AS low, max(value) AS high,
    avg(value) AS mean, count(*) AS count FROM {source} WHERE quality <> 2 GROUP BY point, t ORDER BY point, t"""


def main(folder: Path) -> None:
    """Each part in processes of its own."""
    home = folder / "readings"
    made = child("readings", "make", str(home))
    closed = child("readings", "close", str(home))
    line("readings_closed", readings=SERIES * A_DAY, raw_bytes_a_point=made["raw_bytes_a_point"], **closed)
    ours, plain = child("readings", "ours", str(home)), child("readings", "plain", str(home))
    ratios = {f"{name}_ratio": round(ours[name] / plain[name], 2) for name in plain if name in ours}
    ratios["series_ms_ratio_parquet"] = round(ours["series_ms"] / plain["series_ms_parquet"], 2)
    ratios["minutes_s_ratio_parquet"] = round(ours["minutes_s"] / plain["minutes_s_parquet"], 2)
    line("readings_day", ours=ours, plain=plain, **ratios)
    of_year, beside = child("readings", "year", str(home)), child("readings", "year_plain", str(home))
    line(
        "readings_year",
        **of_year,
        plain=beside,
        year_ms_ratio=round(of_year["year_ms"] / beside["year_ms"], 2),
    )


def day_sql(day: int, series: int, jitter: bool = True) -> str:
    """SQL of the readings of one day, a row each in the catalogue's columns, as they would come: by instant."""
    start = START + day * DAY
    wobble = "(i // 20) * 1000 + (hash(i // 20, n) % 40) * 1000" if jitter else "0"
    return f"""
        SELECT 'spring' AS site, printf('m%02d.p%03d', i // 20, i) AS point,
               make_timestamp(({start} + n * {STEP} + {wobble})::BIGINT) AS read_at,
               CAST(CASE WHEN k < 12 THEN round(20 + k * 15 + 10 * sin(n / 700.0 + k) + g * (0.2 + k * 0.1), 2)
                         WHEN k < 15 THEN round(100 + k * 10 + (n // 900) * 5.0, 2)
                         WHEN k < 18 THEN floor(({day} * {A_DAY} + n) * (0.3 + k * 0.05))
                         ELSE round(10000 + i * 100 + ({day} * {A_DAY} + n) * 0.0137 * k + abs(g) * 0.01, 2) END AS DOUBLE)
                   AS value,
               CASE WHEN hash(i, n) % 5000 = 0 THEN 2 WHEN hash(i, n) % 3000 = 1 THEN 1 ELSE 0 END::BIGINT AS quality,
               '' AS flag,
               make_timestamp(({start} + n * {STEP} + 2400000 + (hash(n) % 900000))::BIGINT) AS arrived_at
        FROM (SELECT i, i % 20 AS k, n, ((hash(i, n, 1) % 10000) + (hash(i, n, 2) % 10000) + (hash(i, n, 3) % 10000))
                     / 5000.0 - 3.0 AS g
              FROM range({series}) AS a(i), range({A_DAY}) AS b(n))"""


def make(home: str) -> None:
    """The day as 24 files by arrival, committed as merges would."""
    lake = Lake(Path(home) / "lake", threads=2)
    cursor = lake.cursor()
    cursor.execute(f"CREATE TEMP TABLE made AS {day_sql(0, SERIES)}")
    files = []
    for hour in range(24):
        low, high = START + hour * 3600 * SECOND, START + (hour + 1) * 3600 * SECOND
        name = data_file_name("bench", hour + 1, hour + 1, day_of(START))
        where = f"read_at >= make_timestamp({low}) AND read_at < make_timestamp({high})"
        files.append(
            _add(
                cursor,
                lake.root,
                name,
                f"SELECT * FROM made WHERE {where} ORDER BY arrived_at",
                PARQUET_OPTIONS,
            )
        )
    commit(lake.root, READINGS, open_table(lake.root, "readings"), Change(tuple(files)))
    report(raw_bytes_a_point=round(sum(file.size for file in files) / (SERIES * A_DAY), 2))


def _add(cursor: duckdb.DuckDBPyConnection, root: Path, name: str, sql: str, options: str):
    path = table_folder(root, "readings") / name
    rows = cursor.execute(f"COPY ({sql}) TO '{quoted(path)}' ({options})").fetchall()[0][0]
    asked = ", ".join(
        f"epoch_us({end}({one}))" for one in ("read_at", "arrived_at") for end in ("min", "max")
    )
    ends = cursor.execute(f"SELECT {asked} FROM '{quoted(path)}'").fetchall()[0]
    return seal(
        root, "readings", name, rows, spans=(Span("read_at", *ends[:2]), Span("arrived_at", *ends[2:]))
    )


def close(home: str) -> None:
    """Close the day and roll it up, as the product does."""
    lake = Lake(Path(home) / "lake", memory_limit="256MB", threads=2)
    took = _timed(lambda: close_days(lake, MUCH_LATER, quiet_us=0))
    rolled = _timed(lambda: make_rollups(lake))
    size = lake.snapshot("readings").size_bytes
    rolled_size = sum(path.stat().st_size for path in rollup_folder(lake.root, "readings").iterdir())
    report(
        close_s=round(took, 2),
        rollup_s=round(rolled, 2),
        cpu_s=round(time.process_time(), 1),
        bytes_a_point=round(size / (SERIES * A_DAY), 2),
        rollup_mb=round(rolled_size / 1e6, 2),
    )


def ours(home: str) -> None:
    """Our answers over the closed day."""
    lake = Lake(Path(home) / "lake", threads=2)
    reader, end = ReadingReader(lake), START + DAY
    found = {
        "series_ms": _rounds(lambda: reader.rows("spring", ONE, start_us=START, end_us=end)),
        "chart_ms": _rounds(lambda: reader.series("spring", ONE, start_us=START, end_us=end)),
        "count_ms": _rounds(lambda: reader.count("spring")),
        "delta_ms": _rounds(lambda: reader.delta("spring", "m20.p418", START + 4 * MINUTE, end - 3 * MINUTE)),
        "minutes_s": _rounds(
            lambda: reader.buckets("spring", None, start_us=START, end_us=end, bucket_us=MINUTE), 1
        ),
    }
    assert len(reader.rows("spring", ONE, start_us=START, end_us=end)) == A_DAY
    assert reader.count("spring").readings == SERIES * A_DAY
    report(**found)


def plain(home: str) -> None:
    """Plain DuckDB over the same rows: one sorted table in memory, and one Parquet file written by its defaults."""
    source = _closed(home)
    database = duckdb.connect(config={"threads": 2})
    database.execute(f"CREATE TABLE r AS SELECT * FROM '{quoted(source)}' ORDER BY site, point, read_at")
    path = f"{home}/plain.parquet"
    database.execute(f"COPY r TO '{quoted(path)}' (FORMAT parquet, COMPRESSION zstd)")
    found: dict[str, float] = {"bytes_a_point": round(os.path.getsize(path) / (SERIES * A_DAY), 2)}
    for name, table in (("", "r"), ("_parquet", f"'{quoted(path)}'")):
        one = f"SELECT {COLUMNS} FROM {table} WHERE site = 'spring' AND point = '{ONE}' ORDER BY read_at"
        found[f"series_ms{name}"] = _rounds(lambda one=one: database.execute(one).fetchall())
        down = f"CREATE OR REPLACE TEMP TABLE z AS {MINUTES.format(source=table)}"
        found[f"minutes_s{name}"] = _rounds(lambda down=down: database.execute(down), 1)
    found["count_ms"] = _rounds(
        lambda: database.execute("SELECT count(*), min(read_at), max(read_at) FROM r").fetchall()
    )
    report(**found)


def _closed(home: str) -> str:
    (file,) = (Path(home) / "lake" / "tables" / "readings").glob("compacted-*.parquet")
    return str(file)


def year(home: str) -> None:
    """A year of one point among twenty: opened for a chart with rollups, without, and by plain DuckDB over one table."""
    lake = Lake(Path(home) / "year", threads=2)
    cursor = lake.cursor()
    files = []
    for day in range(365):
        name = compacted_name(1, f"{day:08x}", day_of(START + day * DAY))
        files.append(
            _add(
                cursor,
                lake.root,
                name,
                f"{day_sql(day, YEAR_SERIES, jitter=False)} ORDER BY site, point, read_at",
                DAY_OPTIONS,
            )
        )
    commit(lake.root, READINGS, open_table(lake.root, "readings"), Change(tuple(files)))
    span = {"start_us": START, "end_us": START + 365 * DAY}
    reader, one = ReadingReader(lake), YEAR_ONE
    first_raw = _timed(lambda: reader.series("spring", one, **span))
    raw = _rounds(lambda: reader.series("spring", one, **span))
    with closing_database(lake.root) as database:
        for file in lake.snapshot("readings").files:
            rollups.make(lake.root, database, file)
    fresh = ReadingReader(Lake(Path(home) / "year", threads=2))
    first = _timed(lambda: fresh.series("spring", one, **span))
    found = {
        "year_first_ms": round(first * 1000, 1),
        "year_ms": _rounds(lambda: fresh.series("spring", one, **span)),
        "year_of_rows_first_ms": round(first_raw * 1000, 1),
        "year_of_rows_ms": raw,
        "year_delta_ms": _rounds(
            lambda: reader.delta("spring", "m00.p018", START + MINUTE, START + 364 * DAY)
        ),
        "year_count_ms": _rounds(lambda: reader.count("spring", one)),
        "follow_first_ms": round(_timed(lambda: reader.since("spring", START + 366 * DAY)) * 1000, 1),
        "follow_idle_ms": _rounds(lambda: reader.since("spring", START + 366 * DAY)),
        "latest_first_ms": round(_timed(lambda: reader.latest("spring")) * 1000, 1),
        "latest_idle_ms": _rounds(lambda: reader.latest("spring")),
    }
    added = []
    for number in range(ROUNDS):
        name = data_file_name("bench", 900 + number, 900 + number, day_of(START + 365 * DAY))
        start = START + 366 * DAY + number * SECOND
        late = day_sql(365, YEAR_SERIES, jitter=False)
        sql = f"SELECT * REPLACE (make_timestamp({start}) AS arrived_at) FROM ({late}) LIMIT 1000"
        commit(
            lake.root,
            READINGS,
            open_table(lake.root, "readings"),
            Change((_add(cursor, lake.root, name, sql, PARQUET_OPTIONS),)),
        )
        added.append(
            _timed(lambda start=start: (reader.since("spring", start - SECOND), reader.latest("spring")))
        )
    found["follow_and_latest_after_a_commit_ms"] = median([one * 1000 for one in added], 1)
    report(**found)


def year_plain(home: str) -> None:
    """The same year by plain DuckDB over one sorted table in memory."""
    database = duckdb.connect(config={"threads": 2})
    listed = f"read_parquet('{quoted(home)}/year/tables/readings/compacted-*.parquet')"
    database.execute(
        f"CREATE TABLE r AS SELECT point, read_at, value, quality FROM {listed} ORDER BY point, read_at"
    )
    sql = f"""SELECT time_bucket(INTERVAL 6 HOUR, read_at) AS t, min(value), max(value), avg(value), count(*) FROM r
              WHERE point = '{YEAR_ONE}' AND quality <> 2 GROUP BY t ORDER BY t"""
    report(year_ms=_rounds(lambda: database.execute(sql).fetchall()))


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _rounds(work: Callable[[], object], scale: int = 1000) -> float:
    """Median of some rounds after one that warms up, in milliseconds (scale 1: in seconds)."""
    work()
    return median([_timed(work) * scale for _ in range(ROUNDS)], 1 if scale == 1000 else 3)


PARTS = {"make": make, "close": close, "ours": ours, "plain": plain, "year": year, "year_plain": year_plain}

if __name__ == "__main__":
    PARTS[sys.argv[1]](*sys.argv[2:])
