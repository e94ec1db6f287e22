"""导出读数 readings into a file: CSV or Parquet, by point and time, a day at a time so that a year needs little memory."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from jiqun.core.errors import InputError
from jiqun.factory.instants import DAY, midnight
from jiqun.lake.encode import quoted
from jiqun.lake.readings.compacting import closing_database
from jiqun.lake.readings.files import by_day, source
from jiqun.lake.readings.rows import ONCE, Span
from jiqun.lake.store import Lake

FORMS = ("csv", "parquet")
QUALITY = ("good", "uncertain", "bad")
MARK = b"\xef\xbb\xbf"
"""Excel reads Chinese in a CSV that begins with it."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Told:
    """What stands beside every reading: units by point, and whether the factory is made up."""

    units: Mapping[str, str]
    synthetic: bool


def export(
    lake: Lake, span: Span, told: Told, path: Path, progress: Progress = lambda _done, _all: None
) -> int:
    """Write the readings of some points in order of (point, read_at, arrived_at); gives how many there were.

    CSV tells instants as ISO 8601 in +08:00, Parquet as instants of UTC; a reading sent twice is given once. The file is
    there whole or not at all. InputError `export.unknown_format`
    """
    form = path.suffix.lower().removeprefix(".")
    if form not in FORMS:
        raise InputError(
            "export.unknown_format", seen=path.name, allowed=" ".join(f".{one}" for one in FORMS)
        )
    partial = path.with_name(path.name + ".partial")
    try:
        with (
            tempfile.TemporaryDirectory(prefix=".readings-", dir=path.parent) as folder,
            closing_database(lake.root) as database,
        ):
            pieces = _pieces(lake, database, span, Path(folder), progress)
            rows = _write(database, _shown(pieces, span.site, told, form), dict(told.units), partial, form)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return rows


def _pieces(
    lake: Lake, database: duckdb.DuckDBPyConnection, span: Span, folder: Path, progress: Progress
) -> list[Path]:
    """The rows, sorted, a file for each point and day."""
    days = [
        (day, files)
        for day, files in by_day(lake.snapshot("readings")).items()
        if (span.end_us is None or midnight(day) < span.end_us)
        and (span.start_us is None or midnight(day) + DAY > span.start_us)
    ]
    points, written = sorted(span.points), list[Path]()
    for number, point in enumerate(points):
        for place, (_, files) in enumerate(days):
            one = replace(span, points=(point,))
            path = folder / f"{number:06d}-{place:06d}.parquet"
            sql = f"SELECT * FROM {source(files)} WHERE {one.where()} {ONCE} ORDER BY read_at, arrived_at, value"
            found = database.execute(
                f"COPY ({sql}) TO '{quoted(path)}' (FORMAT parquet)", one.params()
            ).fetchall()
            written += [path] if found[0][0] else []
            progress(number * len(days) + place + 1, len(points) * len(days))
    return written


def _shown(pieces: list[Path], site: str, told: Told, form: str) -> str:
    """SQL of the columns as a reader of the file sees them, in the order of the pieces.

    The units are looked up in a map: a join, of a table or in a subquery, would give the rows in any order.
    """
    shown = "strftime({0} + INTERVAL 8 HOUR, '%Y-%m-%dT%H:%M:%S.%f+08:00')"
    instant = shown if form == "csv" else "make_timestamptz(epoch_us({0}))"
    words = ", ".join(f"'{word}'" for word in QUALITY)
    columns = f"""
        '{quoted(site)}' AS site, point, {instant.format("read_at")} AS read_at, value,
        coalesce(map_from_entries($units)[point], '') AS unit,
        [{words}][quality + 1] AS quality, coalesce(flag, '') AS flag, {instant.format("arrived_at")} AS arrived_at,
        {told.synthetic} AS synthetic"""
    if not pieces:
        nothing = (
            "SELECT '' AS point, TIMESTAMP '1970-01-01' AS read_at, 0.0::DOUBLE AS value, 0::BIGINT AS quality, '' AS flag,"
            " TIMESTAMP '1970-01-01' AS arrived_at"
        )
        return f"SELECT {columns} FROM ({nothing}) AS rows WHERE false"
    return f"SELECT {columns} FROM {source(map(str, pieces))} AS rows"


def _write(
    database: duckdb.DuckDBPyConnection, sql: str, units: dict[str, str], path: Path, form: str
) -> int:
    options = "FORMAT csv, HEADER" if form == "csv" else "FORMAT parquet, COMPRESSION zstd"
    given = {"units": [{"k": point, "v": unit} for point, unit in units.items()]}
    found = database.execute(f"COPY ({sql}) TO '{quoted(path)}' ({options})", given).fetchall()
    if form == "csv":
        _mark(path)
    return int(found[0][0])


def _mark(path: Path) -> None:
    """Put the mark of UTF-8 in front."""
    marked = path.with_name(path.name + ".marked")
    with path.open("rb") as plain, marked.open("wb") as file:
        file.write(MARK)
        while chunk := plain.read(1 << 20):
            file.write(chunk)
    marked.replace(path)
