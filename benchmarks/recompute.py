"""One cell of a register is corrected: what depends on it is worked out anew, counted, and held against everything.

Enterprises of the 90 counties with four quantities over three years, made up; all figures are the sums over county, city
and province and the derived indicators of every enterprise and place. The correction comes in through gate and outbox
like any other. Afterwards everything is worked out once more: the figures that differ must be among those recomputed.
"""

import os
import sys
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from benchmarks.measure import child, line, report, seconds

ENTERPRISES = int(os.environ.get("JIQUN_BENCH_ENTERPRISES", "9000"))
QUANTITIES = (
    ("revenue", "万元", 1000),
    ("rd_expense", "万元", 30),
    ("tax", "万元", 50),
    ("land_area_mu", "亩", 20),
)
YEARS = (2022, 2023, 2024)


def main(folder: Path) -> None:
    """One process: fill, correct, count."""
    got = child("recompute", "measure", str(folder / "recompute"))
    line("recompute_one_cell", **got, aim="recomputed = dependent, far fewer than all")


def measure(home: str) -> None:
    """Fill a home, correct one cell, recompute what depends on it, then everything."""
    os.environ |= {"JIQUN_HOME": home, "DJANGO_SETTINGS_MODULE": "jiqun.settings"}
    from jiqun.cli import django

    django.setup(make_home=True)
    django.migrate()
    from jiqun.actions import objecting
    from jiqun.actions.desk import desk
    from jiqun.actions.objecting import Filing
    from jiqun.actions.reading.changes import INSTANT, cell_of, graph_of, wholes_of
    from jiqun.lake.dependents import recompute
    from jiqun.lake.facts import FactReader
    from jiqun.ledger.permissions import system

    here, filer, officer = desk(), system("filer"), system("officer")
    facts = _fill(here, filer)
    chosen = _enterprise(here, 4567)
    (held,) = [
        row
        for row in FactReader(here.lake).facts(subject=chosen, indicator="revenue")
        if row["period"] == "2023"
    ]
    before = _everything(here, here.now() + timedelta(seconds=1))
    made = objecting.file(here, Filing(str(held["id"]), "999", reason="多记"), by=filer, at=here.now())
    done = objecting.move(here, made.id, "accept", by=officer, at=here.now())
    (row,) = FactReader(here.lake).facts(ids=[done.correction])
    cell, graph, at = cell_of(row), graph_of(here), row["recorded_at"]
    assert isinstance(at, datetime)
    parts = wholes_of(here, cell.subject)
    dependent = graph.dependents(cell, tuple(parts))
    only, whole = [], []
    for _ in range(5):
        only.append(seconds(lambda: recompute(here.lake, graph, cell, parts, as_of=at)))
    whole.append(seconds(lambda: _everything(here, at)))
    anew = {(k.how, k.subject, k.indicator, k.year): v.value
            for k, v in recompute(here.lake, graph, cell, parts, as_of=at).items()}  # fmt: skip
    after = _everything(here, at)
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    if not changed <= anew.keys():
        raise SystemExit(f"changed, but not recomputed: {sorted(changed - anew.keys())[:5]}")
    wrong = [key for key, value in anew.items() if value is not None and after.get(key) != value]
    if wrong:
        raise SystemExit(f"recomputed otherwise than all at once: {wrong[:5]}")
    earlier = recompute(here.lake, graph, cell, parts, as_of=at - INSTANT)
    report(
        facts=facts, enterprises=ENTERPRISES, figures=len(after), dependent=len(dependent), recomputed=len(anew),
        changed=len(changed), before=len(earlier), seconds=sorted(only)[2], all_seconds=whole[0],
    )  # fmt: skip


def _enterprise(here: object, number: int) -> str:
    counties = [region.code for region in here.regions.counties()]  # type: ignore[attr-defined]
    return f"enterprise:合成{number % ENTERPRISES:05d}号厂@{counties[number % ENTERPRISES % len(counties)]}"


def _fill(here: object, by: object) -> int:
    """Enterprises and their quantities through the gate, as made-up data."""
    from jiqun.actions import homes
    from jiqun.actions.imports import Order, run_import

    homes.prepare(here, by=by, at=here.now())  # type: ignore[arg-type, attr-defined]
    keys = [_enterprise(here, number) for number in range(ENTERPRISES)]
    folder = here.uploads  # type: ignore[attr-defined]
    people, told = folder / "people.csv", folder / "told.csv"
    people.write_text(
        "key,kind,label_zh,region,synthetic\n"
        + "".join(f"{key},enterprise,{key[11:]},{key.rpartition('@')[2]},1\n" for key in keys),
        encoding="utf-8",
    )
    with told.open("w", encoding="utf-8") as out:
        out.write("subject,indicator,period,value,unit,synthetic\n")
        for number, key in enumerate(keys):
            for name, unit, base in QUANTITIES:
                for year in YEARS:
                    out.write(f"{key},{name},{year},{base + number % 97 + year % 7},{unit},1\n")
    for kind, path in (("subjects", people), ("facts", told)):
        done = run_import(here, Order(kind, path, "bench", synthetic=True), by=by, at=here.now())  # type: ignore[arg-type, attr-defined]
        if done.errors:
            raise SystemExit(str(done.errors[:3]))
    return done.accepted


def _everything(here: object, at: datetime) -> dict[tuple[str, str, str, int], Decimal]:
    """Every figure: sums over county, city and province, and what is derived from them and from each enterprise."""
    from jiqun.lake.compile import compile_query
    from jiqun.lake.derived import factor_of, formula, row_value
    from jiqun.lake.facts import instant
    from jiqun.ledger import subjects

    lake = here.lake  # type: ignore[attr-defined]
    rows = lake.ask(compile_query(_cells()), {"as_of": instant(at)})
    places = dict(subjects.places("330000"))
    values: dict[tuple[str, str, int], Decimal] = {(row[0], row[1], int(row[2])): row[3] for row in rows}
    sums: dict[tuple[str, str, int], Decimal] = {}
    for (subject, indicator, year), value in values.items():
        code = places[subject]
        for whole in (code, f"{code[:4]}00", f"{code[:2]}0000"):
            key = (f"region:{whole}", indicator, year)
            sums[key] = sums.get(key, Decimal(0)) + value
    found = {("sum", *key): value for key, value in sums.items()}
    everything = values | sums
    for one in here.indicators:  # type: ignore[attr-defined]
        if not one.expression:
            continue
        chosen = formula(one.expression)
        factor = float(factor_of(chosen, here.indicators, here.units))  # type: ignore[attr-defined]
        for (subject, indicator, year), value in everything.items():
            if indicator != chosen.inputs[0]:
                continue
            other = (subject, indicator, year - 1) if chosen.growth else (subject, chosen.inputs[1], year)
            if other in everything:
                worked = row_value(chosen, value, everything[other], factor)
                if worked is not None:
                    found["derived", subject, one.key, year] = Decimal(repr(worked))
    return found


def _cells():
    from jiqun.lake import known as on
    from jiqun.lake.cells import cells
    from jiqun.lake.compile import param, table

    chosen = cells(on.known(table("facts"), table("batches"), param("as_of", "timestamp")))
    return chosen.filter(chosen.status == "actual", chosen.scope == "").select(
        "subject", "indicator", "year", "value"
    )


if __name__ == "__main__":
    {"measure": measure}[sys.argv[1]](*sys.argv[2:])
