"""Import of the whole register, everything included, beside DuckDB reading the file and one executemany into SQLite.

ours       gate, placement, registrations in the lake (durable, merged), subjects, search index, audit: `run_import`
baseline   DuckDB reads the file; one transaction with one executemany into one table with the same two indexes
           (the unique code; place and name)
"""

import sqlite3
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import ROUNDS, child, cli, django_home, line, median, report, seconds
from benchmarks.register import ROWS, register


def main(folder: Path) -> None:
    """Measure in pairs, ours and baseline in turn."""
    path, which = register(folder)
    pairs = []
    for n in range(ROUNDS):
        with tempfile.TemporaryDirectory(dir=folder) as home:
            cli(Path(home), "init", "--json")
            ours = child("import_register", "ours", str(path), home)
            plain = child("import_register", "baseline", str(path), f"{home}/plain-{n}.db")
            pairs.append((ours, plain))
    line(
        "import_register",
        rows=ROWS, register=which, runs=ROUNDS,
        ratio=median([a["seconds"] / b["seconds"] for a, b in pairs]), aim="<= 6",
        seconds=median([a["seconds"] for a, _ in pairs]), baseline_seconds=median([b["seconds"] for _, b in pairs]),
        peak_mb=median([a["peak_mb"] for a, _ in pairs], 1), baseline_peak_mb=median([b["peak_mb"] for _, b in pairs], 1),
    )  # fmt: skip


def ours(path: str, home: str) -> None:
    """One import in a process that is warm (modules loaded, packs read)."""
    with django_home(Path(home)):
        from jiqun.actions.desk import desk
        from jiqun.actions.imports import Order, run_import
        from jiqun.ledger.permissions import system

        opened = desk()
        opened.regions.place("浙江省绍兴市新昌县七星街道", "330624")
        order = Order("enterprises", Path(path), "register")
        took = seconds(lambda: run_import(opened, order, by=system("bench"), at=opened.now()))
        held = opened.lake.run(f"SELECT count(*) FROM {opened.lake.table_sql('registrations')}")[0][0]
        if held != ROWS:
            raise SystemExit(f"{held} registrations instead of {ROWS}")
        report(seconds=took)


def baseline(path: str, database: str) -> None:
    """The plain way: read with DuckDB, write with one executemany."""
    import duckdb

    def work() -> None:
        rows = duckdb.connect().execute("SELECT * FROM read_csv(?, all_varchar = true)", [path]).fetchall()
        with sqlite3.connect(database) as connection:
            connection.execute("PRAGMA journal_mode = wal")
            marks = ", ".join("?" * len(rows[0]))
            connection.execute(f"CREATE TABLE e ({', '.join(f'c{n} TEXT' for n in range(len(rows[0])))})")
            connection.execute("CREATE UNIQUE INDEX code ON e (c1)")
            connection.execute("CREATE INDEX place ON e (c9, c0)")
            connection.executemany(f"INSERT INTO e VALUES ({marks})", rows)

    report(seconds=seconds(work))


if __name__ == "__main__":
    {"ours": ours, "baseline": baseline}[sys.argv[1]](*sys.argv[2:])
