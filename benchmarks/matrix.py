"""One indicator over 90 counties × 20 years in a million facts, as known on a day, beside the same in hand-written SQL.

Both run in one warm process over the same files and give Python rows; their answers are compared every time.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measure import ROUNDS, child, line, median, report, seconds
from benchmarks.million import PACKS, fill, indicators
from jiqun.core.regions import Regions

AS_OF = datetime(2026, 1, 12, tzinfo=UTC)
REPEATS = 9
HAND = """
WITH known AS (
    SELECT * FROM {facts} WHERE recorded_at <= ? AND batch NOT IN (
        SELECT batch FROM {batches} WHERE event = 'undone' AND recorded_at <= ?))
SELECT subject, year(period_end - INTERVAL 1 DAY) AS y, value, base_value, bound, unit, scope, id
FROM known
WHERE indicator = ? AND subject IN ({marks}) AND status = 'actual' AND breakdown = '' AND NOT synthetic
  AND id NOT IN (SELECT supersedes FROM known WHERE supersedes IS NOT NULL)
  AND y BETWEEN 2005 AND 2024
QUALIFY row_number() OVER (PARTITION BY subject, y ORDER BY scope, recorded_at DESC, id) = 1
ORDER BY subject, y
"""


def main(folder: Path) -> None:
    """Fill a lake once, then measure in processes of their own."""
    home = folder / "million"
    child("matrix", "fill", str(home))
    runs = [child("matrix", "measure", str(home)) for _ in range(ROUNDS)]
    line(
        "matrix_90x20",
        facts=runs[0]["facts"], cells=runs[0]["cells"], runs=ROUNDS, repeats=REPEATS,
        ratio=median([run["ratio"] for run in runs]), aim="<= 1.5", seconds=median([run["ours"] for run in runs]),
        baseline_seconds=median([run["hand"] for run in runs]), peak_mb=median([run["peak_mb"] for run in runs], 1),
    )  # fmt: skip


def fill_home(home: str) -> None:
    """The million facts."""
    from jiqun.lake.store import Lake

    lake = Lake(Path(home) / "lake", memory_limit="2GB", threads=2)
    counties = [region.code for region in Regions.load(PACKS / "codes").counties()]
    report(facts=fill(lake, counties))


def measure(home: str) -> None:
    """Ours and by hand, in turn, warm."""
    from jiqun.lake.facts import FactReader
    from jiqun.lake.store import Lake

    lake = Lake(Path(home) / "lake", memory_limit="1GB", threads=2)
    reader = FactReader(lake)
    regions = [f"region:{region.code}" for region in Regions.load(PACKS / "codes").counties()]
    key = indicators()[7]
    at = AS_OF.replace(tzinfo=None)
    sql = HAND.format(
        facts=lake.table_sql("facts"), batches=lake.table_sql("batches"), marks=", ".join("?" * len(regions))
    )

    def ours() -> list[dict[str, object]]:
        return reader.matrix(key, regions, (2005, 2024), AS_OF)

    def by_hand() -> list[tuple[object, ...]]:
        return lake.run(sql, [at, at, key, *regions])

    ours(), by_hand()
    pairs = [(seconds(ours), seconds(by_hand)) for _ in range(REPEATS)]
    if [tuple(row.values()) for row in ours()] != by_hand():
        raise SystemExit("the two answers differ")
    facts = lake.run(f"SELECT count(*) FROM {lake.table_sql('facts')}")[0][0]
    report(ratio=median([a / b for a, b in pairs]), ours=median([a for a, _ in pairs]), hand=median([b for _, b in pairs]),
           facts=facts, cells=len(by_hand()))  # fmt: skip


if __name__ == "__main__":
    {"fill": fill_home, "measure": measure}[sys.argv[1]](sys.argv[2])
